"""What a solve has learned, for the next scenario of the same shape.

Which columns are of use and what shared rows are worth is next to the same in a scenario with other
redlines, permits or demand; a cut is the same wherever its dispatch has the same figures; and the
plan, where it is still one, is a first plan.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tokenworks.solver.dispatch import Dispatch
from tokenworks.solver.investment import Cut
from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.names import labels_of
from tokenworks.solver.parts import Part, Parts
from tokenworks.solver.relaxed import Basis
from tokenworks.solver.transfer import Places, There, places_of, transferred
from tokenworks.solver.whole import Values
from tokenworks.solver.wide import Wide

Name = tuple[str, Any]


@dataclass(frozen=True)
class Known:
    """What is kept of a solve; names are of variables and constraints with their indices.

    Attributes
    ----------
    values
        The plan.
    used, stands
        Columns and rows that were of use.
    prices
        Of rows that are no site's own, in USD, as they proved the bound.
    cuts
        By the figures of a dispatch: slopes by stock and constant, in USD.
    basis
        Where the relaxation of the whole program ended; None where that was not solved.
    places
        Where the dispatches are whose cuts are known.
    """

    values: Values
    used: frozenset[Name]
    stands: frozenset[Name]
    prices: Mapping[Name, float]
    cuts: Mapping[bytes, tuple[tuple[Floats, float], ...]]
    basis: Basis | None = None
    places: Places = field(default_factory=dict)


def of_plan(values: Values, basis: Basis | None = None) -> Known:
    """What is kept of a program solved whole: its plan, and where its relaxation ended."""
    return Known(values, frozenset(), frozenset(), {}, {}, basis)


def learned(
    matrix: Matrix,
    parts: Parts,
    wide: Wide,
    used: npt.NDArray[np.bool_],
    values: Values,
    sites: Collection[str],
) -> Known:
    """What a search among some columns has learned.

    Parameters
    ----------
    matrix, parts, wide
        The program.
    used
        By column of investment, whether it was searched.
    values
        The plan.
    sites
        Their names.
    """
    names, scale = named_columns(matrix, parts), wide.program.scale
    rows = wide.program.rows
    figures = [figures_of(matrix, part) for part in parts.dispatches]
    prices, shared = (wide.proving / scale).tolist(), np.flatnonzero(~wide.sites.local)
    return Known(
        values=values,
        used=frozenset(names[place] for place in np.flatnonzero(used).tolist()),
        stands=frozenset(rows[place] for place in np.flatnonzero(wide.stands).tolist()),
        prices={rows[n]: prices[n] for n in shared.tolist() if prices[n] != 0.0},
        cuts=by_figures(matrix, parts, wide.cuts, scale),
        places=places_of(matrix, parts, sites, figures),
    )


def by_figures(
    matrix: Matrix, parts: Parts, cuts: Iterable[Cut], scale: float
) -> dict[bytes, tuple[tuple[Floats, float], ...]]:
    """Cuts by the figures of their dispatch, slopes and constants in USD."""
    figures: dict[int, bytes] = {}
    found: dict[bytes, list[tuple[Floats, float]]] = defaultdict(list)
    for cut in cuts:
        number = cut.dispatch
        if number not in figures:
            figures[number] = figures_of(matrix, parts.dispatches[number])
        found[figures[number]].append((cut.slopes / scale, cut.constant / scale))
    return {key: tuple(of) for key, of in found.items()}


def recall(
    known: Known,
    matrix: Matrix,
    parts: Parts,
    wide: Wide,
    sites: Collection[str],
    dispatch: Callable[[int], Dispatch],
) -> Floats:
    """Start a search from what another has learned, and return where it ended, by column.

    What has no like there is left out. A dispatch that has other figures is given cuts that lean
    like those of the one it was.

    Parameters
    ----------
    known
        What was learned.
    matrix, parts, wide
        The program; the last is given what is known of it.
    sites
        Their names.
    dispatch
        Gives a dispatch by its number.
    """
    names, scale = named_columns(matrix, parts), wide.program.scale
    rows = wide.program.rows
    prices = [scale * known.prices.get(rows[row], 0.0) for row in wide.sites.shared.tolist()]
    plan, cuts = planned(known, names), cuts_of(known, matrix, parts, scale)
    others = sorted(set(range(len(parts.dispatches))) - {cut.dispatch for cut in cuts})
    there = There(matrix, parts, sites, scale, dispatch)
    cuts += transferred(known.cuts, known.places, others, there)
    wide.resume(
        used=np.array([name in known.used for name in names], dtype=np.bool_),
        planned=plan > 0.0,
        stands=np.array([row in known.stands for row in rows], dtype=np.bool_),
        prices=np.array(prices, dtype=np.float64),
        cuts=cuts,
    )
    return plan


def cuts_of(known: Known, matrix: Matrix, parts: Parts, scale: float) -> list[Cut]:
    """Cuts that are known of the dispatches of a program, scaled."""
    return [
        Cut(number, slopes * scale, constant * scale)
        for number, part in enumerate(parts.dispatches)
        for slopes, constant in known.cuts.get(figures_of(matrix, part), ())
    ]


def taught(known: Known, cuts: Mapping[bytes, Sequence[tuple[Floats, float]]]) -> Known:
    """What is known with more cuts, by the figures of their dispatch."""
    own = dict(known.cuts)
    for key, of in cuts.items():
        own[key] = (*own.get(key, ()), *of)
    return replace(known, cuts=own)


def used_in(known: Known, matrix: Matrix, parts: Parts) -> npt.NDArray[np.bool_]:
    """By column of investment, whether it was searched or planned."""
    names = named_columns(matrix, parts)
    used = np.array([name in known.used for name in names], dtype=np.bool_)
    return used | (planned(known, names) > 0.0)


def agreed(
    known: Known, names: Sequence[Name], whole: npt.NDArray[np.bool_], point: Floats
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Whole columns on which plan and relaxation agree when rounded, and their values.

    What a neighbour decided is mostly decided the same way again.
    """
    plan = planned(known, names)
    held = np.flatnonzero(whole & (np.round(point) == np.round(plan)))
    return held, np.round(plan[held])


def planned(known: Known, names: Iterable[Name]) -> Floats:
    """The plan in some columns; zero in those that it had not."""
    return np.array([known.values.get(name, {}).get(index, 0.0) for name, index in names])


def figures_of(matrix: Matrix, part: Part) -> bytes:
    """A digest of all that decides what a dispatch answers to its stocks, in their order.

    Names of places are none of it: sites with the same operating data share their cuts.
    """
    found = hashlib.sha256()
    stocks = (matrix.columns[place] for place in part.stocks.tolist())
    kinds = [(s.parent_component().local_name, _numbers(s.index())) for s in stocks]
    found.update(repr(kinds).encode())
    arrays = [matrix.cost[part.columns], matrix.lower[part.columns], matrix.upper[part.columns]]
    arrays += [matrix.row_lower[part.rows], matrix.row_upper[part.rows]]
    for sparse in (part.a, part.b):
        arrays += [sparse.indptr, sparse.indices, sparse.data]
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
        found.update(b"|")
    return found.digest()


def _numbers(index: Any) -> list[Any]:
    """What of an index is no name: its step."""
    return [label for label in labels_of(index) if not isinstance(label, str)]


def named_columns(matrix: Matrix, parts: Parts) -> list[Name]:
    """Columns of investment by variable and index."""
    columns = (matrix.columns[place] for place in parts.columns.tolist())
    return [(c.parent_component().local_name, c.index()) for c in columns]
