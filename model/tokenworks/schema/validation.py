"""A scenario's data against its declaration, with every fault in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from tokenworks.schema.cells import override_fault
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.wording import listed, range_words, shown, suggestion, unit_words
from tokenworks.units import unit_of

OVERRIDES = "overrides"
TABLES = "tables"

_KEY_ERROR = "[key]"  # pydantic's mark, at the end of a place, of a fault in a mapping's key
_NAMED = "give a name of 1 to 80 characters that can be shown; an address may have 300"
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """Something wrong with a value of the scenario.

    Attributes
    ----------
    keys
        Keys from the top of the scenario to the value.
    problem, remedy
        As in `tokenworks.errors.Problem`.
    missing
        True where no value is given.
    """

    keys: tuple[str, ...]
    problem: str
    remedy: str
    missing: bool = False

    @property
    def address(self) -> str:
        """Dotted key; of an override, its own address."""
        return dotted(self.keys)


def dotted(keys: tuple[str, ...]) -> str:
    """Keys as one address: dotted, or an override's own address."""
    if len(keys) > 1 and keys[0] == OVERRIDES:
        return keys[1]
    return ".".join(keys)


def validated(model: type[_Model], data: Mapping[str, Any]) -> tuple[_Model | None, list[Fault]]:
    """The model made from the data, and every fault found.

    Parameters
    ----------
    model
        The scenario's class.
    data
        What the files say, merged.

    Returns
    -------
    tuple
        The model, None where pydantic refused the data, and the faults; a model that comes with
        faults (of overrides or table names) may be looked at further but not used.
    """
    faults = [*_table_faults(data), *_override_faults(data)]
    found = None
    try:
        found = model.model_validate(dict(data))
    except ValidationError as error:
        faults += [_fault(model, details) for details in error.errors(include_url=False)]
    return found, list(dict.fromkeys(faults))


def _table_faults(data: Mapping[str, Any]) -> list[Fault]:
    tables = data.get(TABLES)
    if not isinstance(tables, Mapping):
        return []
    return [
        Fault(
            (TABLES, str(name)),
            f"there is no table {shown(name)}",
            suggestion(str(name), INPUT_TABLES),
        )
        for name in tables
        if name not in INPUT_TABLES
    ]


def _override_faults(data: Mapping[str, Any]) -> list[Fault]:
    overrides = data.get(OVERRIDES)
    if not isinstance(overrides, Mapping):
        return []
    found = ((str(address), override_fault(str(address), v)) for address, v in overrides.items())
    return [Fault((OVERRIDES, address), *fault) for address, fault in found if fault]


def _fault(model: type[BaseModel], details: ErrorDetails) -> Fault:
    keys = tuple(str(part) for part in details["loc"] if part != _KEY_ERROR)
    section, field = _declared(model, keys)
    value = details["input"]
    kind = details["type"]
    if details["loc"][-1:] == (_KEY_ERROR,):
        return Fault(keys, _wrong(kind, value, details.get("ctx", {})), _NAMED)
    if kind == "extra_forbidden":
        return Fault(keys, f"there is no option {shown(dotted(keys))}", _known(section, keys))
    if kind == "missing":
        return Fault(keys, "is missing", f"give {_wanted(field, keys)}", missing=True)
    if isinstance(value, (Mapping, list)) and kind != "too_short":
        what = "a mapping" if isinstance(value, Mapping) else "a list"
        return Fault(keys, f"is {what}", f"give {_wanted(field, keys)}")
    return Fault(keys, _wrong(kind, value, details.get("ctx", {})), f"give {_wanted(field, keys)}")


def _declared(model: type[BaseModel], keys: tuple[str, ...]) -> tuple[type[BaseModel], Any]:
    """The section that holds the last key, and the key's declaration where there is one."""
    section, field = model, None
    for key in keys:
        if field is not None:
            inner = _bare(field.annotation)
            if get_origin(inner) in (dict, list):
                field = _of_values(inner)
                continue
            if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
                return section, field
            section = inner
        field = section.model_fields.get(key) or next(
            (known for known in section.model_fields.values() if known.alias == key), None
        )
        if field is None:
            break
    return section, field


def _of_values(many: Any) -> FieldInfo:
    """The declaration of the values of a mapping or a list, which a key of it has gone into."""
    return FieldInfo.from_annotation(get_args(many)[-1])


def _known(section: type[BaseModel], keys: tuple[str, ...]) -> str:
    head = keys[:-1]
    names = {".".join((*head, name)): name for name in section.model_fields}
    return suggestion(".".join(keys), names)


def _wrong(kind: str, value: object, context: Mapping[str, Any]) -> str:
    """What is wrong with a value, from pydantic's name for it."""
    limits = {
        "greater_than": ("gt", "is not above"),
        "greater_than_equal": ("ge", "is below"),
        "less_than": ("lt", "is not below"),
        "less_than_equal": ("le", "is above"),
    }
    if kind in limits:
        name, words = limits[kind]
        return f"{shown(value)} {words} {context[name]:.12g}"
    if kind in ("string_too_long", "string_too_short"):
        return f"the text is {len(str(value))} characters long"
    if isinstance(value, str) and kind in ("float_type", "int_type", "bool_type"):
        return f"{shown(value)} is text"
    words = _NOT.get(kind.partition("_")[0], "allowed here")
    return f"{shown(value)} is not {words}"


# By the first word of pydantic's name for the fault.
_NOT = {
    "bool": "true or false",
    "date": "a date",
    "finite": "a finite number",
    "float": "a number",
    "int": "a whole number",
    "literal": "one of the words allowed here",
    "string": "text of the right form",
}


def _wanted(field: FieldInfo | None, keys: tuple[str, ...]) -> str:
    """What a value of the option is, in words, with range and unit."""
    if keys[:1] == (TABLES,) and len(keys) > 1:
        return "the path of a CSV or Parquet file"
    if field is None:
        return "another value"
    kind = _bare(field.annotation)
    words = "a date as YYYY-MM-DD" if kind is dt.date else ""
    if get_origin(kind) is Literal:
        words = f"one of {listed(get_args(kind))}"
    elif get_origin(kind) is list:
        (inner,) = get_args(kind)
        each = _wanted(FieldInfo.from_annotation(inner), keys)
        words = f"a list, each entry {each}" if get_origin(_bare(inner)) is Literal else "a list"
    elif get_origin(kind) is dict:
        words = f"a mapping, each entry on its own line below `{keys[0]}:`"
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        words = f"a mapping with options such as {listed(list(kind.model_fields)[:3])}"
    return words or _wanted_scalar(field, kind, keys[-1])


def _bare(annotation: Any) -> Any:
    """A type without `Annotated` and without `None` beside it."""
    inner = get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return _bare(inner[0])
    others = [kind for kind in inner if kind is not NoneType]
    return _bare(others[0]) if len(others) < len(inner) else annotation


def _wanted_scalar(field: FieldInfo, kind: Any, name: str) -> str:
    limits: dict[str, Any] = {
        "ge": None,
        "le": None,
        "gt": None,
        "max_length": None,
        "pattern": None,
    }
    for mark in field.metadata:
        limits.update({n: getattr(mark, n) for n in limits if getattr(mark, n, None) is not None})
    unit = unit_words(unit_of(name))
    scope = range_words(limits["ge"], limits["le"], limits["gt"])
    if kind is bool:
        return "true or false"
    if kind is int:
        return f"a whole number{scope}{unit}"
    if kind is float:
        return f"a number{scope}{unit}"
    if kind in (Path, Any):
        return "a path" if kind is Path else "a value"
    if limits["pattern"]:
        return "a name of small letters, digits and hyphens, such as `us-tiny`"
    return f"text of at most {limits['max_length']} characters" if limits["max_length"] else "text"
