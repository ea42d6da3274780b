"""Changes of a scenario by address, behind `Scenario.with_`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from tokenworks.errors import InputError, Problem
from tokenworks.schema.addresses import ANY, TABLES, CellAddress, parse_address
from tokenworks.schema.cells import finite
from tokenworks.schema.validation import OVERRIDES, validated
from tokenworks.schema.wording import shown

_FILE = "with_"
_Model = TypeVar("_Model", bound=BaseModel)


def changed(scenario: _Model, changes: Mapping[str, Any]) -> _Model:
    """A copy of the scenario with the changes; see `Scenario.with_`.

    Raises
    ------
    InputError
        With every problem of every change, `file` being ``with_`` and `column` the address.
    """
    data = scenario.model_dump()
    problems: list[Problem] = []
    for address, value in changes.items():
        try:
            _apply(data, str(address), _plain(value))
        except InputError as error:
            problems += error.problems
    made, faults = validated(type(scenario), data)
    problems += [Problem(_FILE, 0, f.address, f.problem, f.remedy) for f in faults]
    if problems or made is None:
        raise InputError(problems)
    return made


def _apply(data: dict[str, Any], address: str, value: Any) -> None:
    found = parse_address(address, file=_FILE)
    if isinstance(found, CellAddress):
        overrides = data.setdefault(OVERRIDES, {})
        same = [key for key in overrides if _names(key, found)]
        if _is_relative(value) and any(finite(overrides[key]) is not None for key in same):
            _put_on_top(overrides, found, value)
            return
        # Removed first, so that a change of a figure changed before comes last: later ones win.
        for written in same:
            del overrides[written]
        if value is not None:
            overrides[str(found)] = value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _apply(data, str(key) if found.parts == (OVERRIDES,) else f"{address}.{key}", inner)
    else:
        _set(data, found.parts, value)


def _is_relative(value: Any) -> bool:
    """Whether a change scales or adds; what is wrong with another is found with the overrides."""
    if not (isinstance(value, Mapping) and len(value) == 1):
        return False
    ((action, amount),) = value.items()
    return action in {"scale", "add"} and finite(amount) is not None


def _put_on_top(overrides: dict[str, Any], found: CellAddress, change: Mapping[str, Any]) -> None:
    """Change the figures that the scenario itself gives to these cells, where they stand.

    Else those of the table's file would be changed, which the scenario has replaced.
    """
    ((action, amount),) = change.items()
    for written, before in overrides.items():
        if finite(before) is not None and _covers(found, written):
            overrides[written] = before * amount if action == "scale" else before + amount


def _covers(address: CellAddress, written: str) -> bool:
    """Whether all cells of an override are among those of an address."""
    try:
        other = parse_address(written)
    except InputError:
        return False  # found where overrides are applied
    if not isinstance(other, CellAddress):
        return False
    if (address.table, address.column) != (other.table, other.column):
        return False
    return all(mine in {ANY, part} for mine, part in zip(address.key, other.key, strict=True))


def _names(written: str, address: CellAddress) -> bool:
    """Whether an override of a file names the cells, however it is spelled: `[*]` or `[*,*]`."""
    try:
        return parse_address(written) == address
    except InputError:
        return False  # found where overrides are applied


def _set(data: dict[str, Any], parts: tuple[str, ...], value: Any) -> None:
    address = ".".join(parts)
    section = data
    for key in parts[:-1]:
        section = section.setdefault(key, {})
        if not isinstance(section, dict):
            raise InputError([_no_section(address, key)])
    if value is None:
        section.pop(parts[-1], None)
    elif isinstance(section.get(parts[-1]), dict):
        problem = f"{shown(parts[-1])} is a section, but {shown(value)} is a single value"
        raise InputError([Problem(_FILE, 0, address, problem, "name one of its options")])
    else:
        is_table = parts[0] == TABLES and isinstance(value, (str, Path))
        section[parts[-1]] = Path(value).absolute() if is_table else value


def _no_section(address: str, key: str) -> Problem:
    return Problem(_FILE, 0, address, f"{shown(key)} holds no options", f"write {shown(key)} alone")


def _plain(value: Any) -> Any:
    """Numbers of numpy and pandas as Python's own, which the scenario's types ask for."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return value.item() if hasattr(value, "item") and callable(value.item) else value
