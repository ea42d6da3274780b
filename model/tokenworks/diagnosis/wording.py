"""Knobs, demands and changes in words."""

from __future__ import annotations

from collections.abc import Iterable

from tokenworks.diagnosis.knobs import Knob, cell_values, places, shown_value
from tokenworks.diagnosis.repair import Step
from tokenworks.inputs import Inputs
from tokenworks.schema.addresses import CellAddress, parse_address
from tokenworks.solver.feasibility import Demand


def knob_words(knob: Knob) -> str:
    """What an input says, to stand in a list of what conflicts."""
    return f"{knob.words}: {knob.now}"


def demand_words(demand: Demand) -> str:
    """A demand in words."""
    workload, region, period = demand
    return f"demand of workload `{workload}` in region `{region}`, period {period}"


def step_words(x: Inputs, step: Step) -> str:
    """What to do, in one sentence without its stop."""
    knob, amount = step.knob, step.amount
    if knob.kind == "amount":
        return f"raise {knob.words} by {shown_value(amount)} {knob.unit}{_when(x, step)}"
    if knob.kind == "months":
        fewer = knob.now_value - float(amount)
        return (
            f"shorten {knob.words} by {fewer:,.0f} months, from {knob.now_value:,.0f} to "
            f"{float(amount):,.0f}"
        )
    if knob.kind == "level":
        unit = f" {knob.unit}" if knob.unit else ""
        verb = "raise" if float(amount) > knob.now_value else "lower"
        return (
            f"{verb} {knob.words} from {knob.now_value:,.6g}{unit} to {shown_value(amount)}{unit}"
        )
    return f"lift {knob.words}"


def _when(x: Inputs, step: Step) -> str:
    """The years whose rows are changed; nothing where a figure is of no year."""
    years: set[int] = set()
    known: set[int] = set()
    for address in step.changes:
        found = parse_address(address)
        if not isinstance(found, CellAddress):
            return ""
        table = x.loaded[found.table]
        if "year" not in table.table.key:
            return ""
        at = table.table.key.index("year")
        if found.key[at] == "*":
            return " in every year"
        years.add(int(found.key[at]))
        frame = table.frame
        for name, part in zip(table.table.key, found.key, strict=True):
            if part != "*" and name != "year":
                frame = frame[frame[name].astype("str") == part]
        known |= {int(year) for year in frame["year"]}
    if years == known and len(known) > 1:
        return " in every row"
    named = [str(year) for year in sorted(years)]
    few = 3
    if len(named) > few and max(years) - min(years) == len(named) - 1:
        return f" in the rows of {named[0]} to {named[-1]}"
    return f" in the row{'s' if len(named) > 1 else ''} of {', '.join(named)}"


MOST_CELLS = 12


def change_lines(x: Inputs, steps: Iterable[Step]) -> list[str]:
    """The changes as they are written in a scenario: options, then what stands in `overrides`.

    A cell is written with its new figure, since a mapping would be merged with one of the same
    address; where there are many cells, what is added to each.
    """
    options, cells = [], []
    for step in steps:
        for address, value in step.changes.items():
            if not isinstance(parse_address(address), CellAddress):
                section, _, key = address.rpartition(".")
                options.append(f"{section}: {{{key}: {_number(value)}}}")
                continue
            found = cell_values(x, address)
            if not isinstance(value, dict):
                cells.append(f'  "{address}": {_number(value)}')
            elif len(found) > MOST_CELLS:
                cells.append(f'  "{address}": {{add: {_number(value["add"])}}}')
            else:
                cells += [f'  "{one}": {_number(now + value["add"])}' for one, now in found.items()]
    return [*options, *(["overrides:"] if cells else []), *cells]


def _number(value: float | str | bool) -> str:
    if isinstance(value, (str, bool)):
        return str(value).lower()
    figure = round(float(value), 6)
    return str(int(figure)) if figure.is_integer() else repr(figure)


def place_lines(x: Inputs, address: str, most: int) -> list[str]:
    """Where the cells of an address stand; the first few, and how many more there are."""
    found = places(x, address)
    lines = [str(place) for place in found[:most]]
    if len(found) > most:
        lines.append(f"and {len(found) - most} more rows of that file")
    return lines
