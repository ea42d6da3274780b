"""Messages between a batch and its own worker processes, over a pipe that nobody else has."""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


def send(pipe: IO[bytes], message: Any) -> None:
    """Write a message."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Read a message.

    Raises
    ------
    EOFError
        Where the other side has ended.
    """
    length = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))[0]
    # Never of a file or a network: the other end is a process that this one has started, or was.
    return pickle.loads(_exactly(pipe, length))  # noqa: S301


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError
    return data
