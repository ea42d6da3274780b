"""CSV as text: header, cells and the line of every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tokenworks.errors import InputError, Problem
from tokenworks.io.text import read_text

_HEADER = 1


@dataclass
class CsvText:
    """Cells of a CSV file, stripped of blanks at both ends.

    Attributes
    ----------
    names
        The header.
    columns
        One list of cells for every name.
    lines
        Line of the file on which each row starts.
    problems
        Rows that had to be left out.
    """

    names: list[str]
    columns: list[list[str]]
    lines: list[int]
    problems: list[Problem] = field(default_factory=list)


def read_csv(path: Path, file: str, largest: int) -> CsvText:
    """Read a CSV file: commas, double quotes, UTF-8 with or without a byte order mark.

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
    CsvText
        The cells; rows of the wrong length are left out and among the problems.

    Raises
    ------
    InputError
        Where no table can be made of the file.
    """
    text = read_text(path, file, largest)
    rows: list[list[str]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    names: list[str] = []
    for line, row in _rows(text, file):
        if not names:
            names = [name.strip() for name in row]
            _check_separator(names, file, line)
        elif len(row) != len(names):
            problems.append(_ragged(file, line, len(row), len(names)))
        elif any(cell.strip() for cell in row):
            rows.append(row)
            lines.append(line)
        else:
            problems.append(Problem(file, line, "", "the whole row is blank", "delete the row"))
    if not names:
        problem = Problem(file, 0, "", "the file is empty", "write a header and rows")
        raise InputError([problem])
    columns = [[cell.strip() for cell in column] for column in zip(*rows, strict=True)]
    return CsvText(names, columns or [[] for _ in names], lines, problems)


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each starts; lines without any character are no rows."""
    # newline="" keeps line ends within quotes, and counts \r and \r\n as an editor does.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = _HEADER
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error) or "field larger" in str(error):
            words = "a cell is very long", "look for a quotation mark that is not closed"
        else:
            words = (
                "a quotation mark stands where none can, or is not closed",
                'quote the whole cell and double the marks within it: "a ""word"" here"',
            )
        raise InputError([Problem(file, line, "", *words)]) from None


def _check_separator(names: list[str], file: str, line: int) -> None:
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and separator in names[0]:
            words = f"the columns are parted by {word}", "part them by commas"
            raise InputError([Problem(file, line, "", *words)])


def _ragged(file: str, line: int, cells: int, names: int) -> Problem:
    return Problem(
        file,
        line,
        "",
        f"the row has {cells} cells, but the header has {names}",
        "quote text that holds a comma, and write numbers without thousands separators"
        if cells > names
        else "write a comma for every column, also where a cell is blank",
    )
