"""What can be wrong with the draws of a sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tokenworks.errors import InputError
from tokenworks.schema.addresses import CellAddress, parse_address
from tokenworks.schema.columns import Kind
from tokenworks.schema.study import Draw, StudySpec
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.wording import shown
from tokenworks.study.samples import values

Words = tuple[tuple[str, ...], str, str]  # keys, problem, remedy


def draw_problems(spec: StudySpec) -> Iterator[Words]:
    """What is wrong with the draws of all samples."""
    for section in ("latin_hypercube", "sobol"):
        sample = getattr(spec, section)
        if sample is not None:
            for address, draw in sample.addresses.items():
                keys = (section, "addresses", address)
                if draw.choices is None and not _of_numbers(address):
                    words = (
                        f"{shown(address)} holds no numbers, which a {draw.distribution} draw gives"
                    )
                    yield keys, words, "give `choices: […]`"
                yield from _problems(keys, draw)


def extremes(draw: Draw) -> list[Any]:
    """Values near both ends of a draw, to be tried; all of its choices."""
    if draw.choices is not None:
        return list(draw.choices)
    return values(draw, np.array([0.0, 1.0]))


def _of_numbers(address: str) -> bool:
    """False of a column of words, dates or yes and no; what cannot be read is said elsewhere."""
    try:
        found = parse_address(address)
    except InputError:
        return True
    if not isinstance(found, CellAddress):
        return True
    return INPUT_TABLES[found.table].column(found.column).kind in (Kind.NUMBER, Kind.INTEGER)


def _problems(keys: tuple[str, ...], draw: Draw) -> Iterator[Words]:
    inner = [(name, of) for name, of in (("scale", draw.scale), ("add", draw.add)) if of]
    if inner:
        others = draw.model_fields_set - {"scale", "add"}
        if len(inner) > 1 or others:
            words = "a draw that scales or adds has nothing beside it"
            yield keys, words, "write the range below `scale:` or `add:`"
        for name, of in inner:
            if of.scale or of.add:
                yield (*keys, name), "scales or adds twice", "give its range"
            else:
                yield from _problems((*keys, name), of)
        return
    yield from _of_distribution(keys, draw)


def _of_distribution(keys: tuple[str, ...], draw: Draw) -> Iterator[Words]:
    kind = draw.distribution
    if draw.choices is not None:
        # Choices alone say what they are.
        if kind != "choice" and draw.model_fields_set != {"choices"}:
            yield keys, f"choices do not go with `{kind}`", "write `distribution: choice`"
    elif kind == "choice":
        yield keys, "`choice` has no choices", "give `choices: […]`"
    elif kind == "normal":
        if draw.mean is None or draw.standard_deviation is None:
            yield keys, "a normal draw needs `mean` and `standard_deviation`", "give both"
        elif draw.low is not None and draw.high is not None:
            yield from _range_problems(keys, draw, draw.low, draw.high)
    elif draw.low is None or draw.high is None:
        yield keys, f"a {kind} draw needs `low` and `high`", "give both"
    else:
        yield from _range_problems(keys, draw, draw.low, draw.high)


def _range_problems(keys: tuple[str, ...], draw: Draw, low: float, high: float) -> Iterator[Words]:
    if not low < high:
        yield keys, f"`low` ({low:g}) is not below `high` ({high:g})", "give a range"
    elif draw.distribution == "loguniform" and low <= 0.0:
        yield keys, f"`low` ({low:g}) is not above 0", "a loguniform draw is of positive numbers"
    elif draw.mode is not None and not low <= draw.mode <= high:
        yield keys, "`mode` lies outside the range", "give one between `low` and `high`"
