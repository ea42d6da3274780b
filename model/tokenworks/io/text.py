"""Bytes of a text file as text, or the reason why not."""

from __future__ import annotations

from pathlib import Path

from tokenworks.errors import InputError, Problem

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def file_problem(path: Path, file: str, largest: int) -> Problem | None:
    """What keeps a file from being read at all; None where nothing does.

    Parameters
    ----------
    path
        The file.
    file
        Its name as shown to the user.
    largest
        Most bytes that are read.
    """
    try:
        if path.is_dir():
            return Problem(file, 0, "", "is a folder, not a file", "name a file within it")
        if not path.exists():
            return Problem(file, 0, "", "there is no such file", "correct the path")
        if not path.is_file():
            return Problem(file, 0, "", "is not an ordinary file", "name an ordinary file")
        size = path.stat().st_size
    except (OSError, ValueError):
        return Problem(file, 0, "", "the path cannot be read", "correct the path")
    if size > largest:
        return Problem(
            file,
            0,
            "",
            f"the file has {size / 1e6:,.1f} MB; at most {largest / 1e6:,.0f} MB are read",
            "split it, or leave out rows that the scenario does not need",
        )
    return None


def read_text(path: Path, file: str, largest: int) -> str:
    """The text of a UTF-8 file, with or without a byte order mark.

    Parameters
    ----------
    path
        The file.
    file
        Its name as shown to the user.
    largest
        Most bytes that are read.

    Returns
    -------
    str
        The text, line ends as they stand in the file.

    Raises
    ------
    InputError
        With one problem: missing, a folder, too large, unreadable, not UTF-8, NUL characters.
    """
    problem = file_problem(path, file, largest)
    if problem:
        raise InputError([problem])
    try:
        content = path.read_bytes()
    except OSError:
        unreadable = Problem(file, 0, "", "the file cannot be read", "check its permissions")
        raise InputError([unreadable]) from None
    # Line numbers stay those of an editor: the mark stands before the first line.
    content = content.removeprefix(_BYTE_ORDER_MARK)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = content[error.start]
        problem = Problem(
            file, line, "", f"the byte {byte:#04x} is not UTF-8", "save the file as UTF-8"
        )
        raise InputError([problem]) from None
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        problem = Problem(
            file, line, "", "the text holds a NUL character", "save the file as plain text in UTF-8"
        )
        raise InputError([problem])
    return text
