"""What a study varies, in words: levels with what they change, and addresses with their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from tokenworks.report.plots.studies.measures import level_words
from tokenworks.report.study_view import StudyView
from tokenworks.study.frame import level_text
from tokenworks.study.kinds.tornado import in_words
from tokenworks.study.runs import BASE, Run

COLUMNS = ("varied", "level", "changes", "runs")
# Tasks that hold other runs' plans, or look for others of the same inputs: they vary nothing.
_HOLDING = ("held", "alternative")
_MOST_LEVELS, _MOST_ADDRESSES, _MOST_VALUES = 12, 40, 4


def varied(view: StudyView) -> pd.DataFrame:
    """What was varied.

    Returns
    -------
    DataFrame
        varied (an axis, or a column of a table), level, changes in words, runs (how many).
    """
    runs = [
        one.run
        for name, one in view.finished.items()
        if name != BASE and one.run.task not in _HOLDING
    ]
    addresses = {address for run in runs for address in run.changes}
    if len(addresses) > _MOST_ADDRESSES:
        lines = list(_by_column(runs))
    else:
        lines = [line for label in view.labels for line in _axis(label, runs)]
        told = " ".join(f"{line[0]} {line[2]}" for line in lines)
        lines += [line for line in _by_column(runs) if line[0] not in told]
    return pd.DataFrame(lines, columns=[*COLUMNS])


def _axis(label: str, runs: Sequence[Run]) -> list[tuple[str, str, str, int]]:
    """An axis: a line for each level, or one where levels are values of one address."""
    lines = list(_levels(label, runs))
    changing = [line[2] for line in lines if line[2]]
    if not changing:
        return []
    addresses = {words.partition(": ")[0] for words in changing}
    values = len(changing) == len(lines) > 1 and all(_is_value(line[1]) for line in lines)
    if values and len(addresses) == 1 and ";" not in "".join(changing):
        (address,) = addresses
        mine = [run for run in runs if run.labels.get(label) is not None]
        words = _values(mine, address)
        return [(label, "", words if address == label else f"{address}: {words}", len(mine))]
    return [(*line[:2], line[2] or "as in the base", line[3]) for line in lines]


def _is_value(level: str) -> bool:
    """Whether a level is a number, a factor or a summand, and no name."""
    try:
        float(level.removeprefix("x ").removeprefix("+ "))
    except ValueError:
        return False
    return True


def _levels(label: str, runs: Sequence[Run]) -> Iterable[tuple[str, str, str, int]]:
    """Of an axis every level, with what all runs at it change and not all of the axis do."""
    at: dict[str, list[Run]] = {}
    for run in runs:
        level = level_words(level_text(run.labels.get(label)))
        if level:
            at.setdefault(level, []).append(run)
    if not at or len(at) > _MOST_LEVELS:
        return
    of_axis = [run for mine in at.values() for run in mine] if len(at) > 1 else []
    for level, mine in at.items():
        changes = _common(mine) - _common(of_axis)
        named = {address for address, _ in changes}
        words = [f"{address}: {value}" for address, value in sorted(changes)]
        own = _shared(mine) - _shared(of_axis) - named
        words += [f"{address}: {_values(mine, address)}" for address in sorted(own)]
        yield label, level, "; ".join(words), len(mine)


def _common(runs: Iterable[Run]) -> set[tuple[str, str]]:
    """Changes that all of some runs make."""
    sets = [{(address, in_words(value)) for address, value in run.changes.items()} for run in runs]
    return set.intersection(*sets) if sets else set()


def _shared(runs: Iterable[Run]) -> set[str]:
    """Addresses that all of some runs change."""
    sets: list[set[str]] = [{*run.changes} for run in runs]
    return set.intersection(*sets) if sets else set()


def _values(runs: Iterable[Run], address: str) -> str:
    """The values that runs give to an address."""
    texts = list(dict.fromkeys(in_words(r.changes[address]) for r in runs if address in r.changes))
    if len(texts) > _MOST_VALUES:
        return _range(runs, address, texts)
    return " or ".join(texts)


def _range(runs: Iterable[Run], address: str, texts: Sequence[str]) -> str:
    ends = _ends([run.changes[address] for run in runs if address in run.changes])
    return ends or f"{len(texts)} values"


def _ends(values: Iterable[Any]) -> str:
    """The least and the most of values of one action; nothing where they are of several."""
    found: dict[str, list[float]] = {}
    for value in values:
        action, number = next(iter(value.items())) if isinstance(value, Mapping) else ("", value)
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            return ""
        found.setdefault(str(action), []).append(float(number))
    if len(found) != 1:
        return ""
    ((action, numbers),) = found.items()
    sign = {"scale": "× ", "add": "+ "}.get(action, "")
    return f"{sign}{min(numbers):.4g} to {sign}{max(numbers):.4g}"


def _by_column(runs: Sequence[Run]) -> Iterable[tuple[str, str, str, int]]:
    """Addresses by table and column: how many, and between which values."""
    columns: dict[str, dict[str, list[Any]]] = {}
    for run in runs:
        for address, value in run.changes.items():
            place = columns.setdefault(_column(address), {})
            place.setdefault(address, []).append(value)
    for column, at in columns.items():
        values = [value for found in at.values() for value in found]
        texts = list(dict.fromkeys(map(in_words, values)))
        words = " or ".join(texts) if len(texts) <= _MOST_VALUES else _ends(values)
        count = max(len(found) for found in at.values())
        where = next(iter(at)) if len(at) == 1 else f"{column} ({len(at)} addresses)"
        yield where, "", words or f"{len(texts)} values", count


def _column(address: str) -> str:
    """Table and column of an address, without the rows; an option as it is."""
    head, bracket, rest = address.partition("[")
    return head + rest.rpartition("]")[2] if bracket else address
