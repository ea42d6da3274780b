"""Files for others: whole or not at all, and never over something that nobody asked to replace."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tokenworks.errors import InputError, Problem

# A spreadsheet takes text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def written_beside(path: Path, force: bool = False) -> Iterator[Path]:
    """A draft beside a file, which takes its place at the end, or is removed.

    Raises
    ------
    InputError
        Where the file is there already and `force` is False, or cannot be written.
    """
    if path.exists() and (not force or path.is_dir()):
        words = "is a folder" if path.is_dir() else "the file is there already"
        raise InputError([Problem(str(path), 0, "", words, "name another one, or use --force")])
    # The ending stays: libraries tell formats by it.
    draft = path.with_name(f".{uuid.uuid4().hex[:12]}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        draft.replace(path)
    except OSError as error:
        words = f"the file cannot be written: {error.strerror or 'unknown reason'}"
        remedy = "name a file that you may write, with space left"
        raise InputError([Problem(str(path), 0, "", words, remedy)]) from error
    finally:
        draft.unlink(missing_ok=True)


def plain_text(text: str) -> str:
    """A text as a cell of a CSV file that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
