"""A worker process of a batch: `python -m tokenworks.study.child`, started by `workers` alone.

It is a command of its own and no fork: nothing of the caller's program runs in it, a notebook and a
script without a guard included.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import IO, Any

from tokenworks.study.messages import receive, send

READY = "ready"


def main() -> None:
    """Do runs until told to stop, or until the batch is gone."""
    # Ctrl-C reaches every process of the terminal; the batch decides what becomes of its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    outbox = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no message
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, inbox), daemon=True).start()
    warm, folder = inbox.get()
    from tokenworks.study.execute import Worker  # noqa: PLC0415 -- while the batch goes on
    from tokenworks.study.store import Store  # noqa: PLC0415

    worker = Worker(warm, Store(folder))
    send(outbox, READY)
    while True:
        task = inbox.get()
        if task is None:
            return
        send(outbox, worker.execute(*task))


def _listen(pipe: IO[bytes], inbox: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            inbox.put(receive(pipe))
    except EOFError:
        # The batch was killed: a worker that went on would write into what the next one cleans.
        os._exit(1)


if __name__ == "__main__":
    main()
