"""Cuts of a dispatch taken over to one of the same place that has other figures.

A cut holds as it is where a dispatch has the same figures. Where it has fewer stocks, or other
prices of energy, its slopes still say much: the highest plane that leans like them,

    max over prices of rows   ~   min { c y - slopes z : lower <= A y + B z <= upper, z >= 0 }

is one linear program over what is dispatched and its stocks, and the prices of that prove a plane
(`Dispatch.plane`), whatever they are of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from tokenworks.solver.dispatch import Dispatch
from tokenworks.solver.investment import Cut
from tokenworks.solver.matrix import Floats, Matrix
from tokenworks.solver.names import kind_of, labels_of
from tokenworks.solver.parts import Part, Parts

# A variable, and what of its index names no place and no step.
Kind = tuple[str, Any]
# By place and step of a dispatch: its figures, and what its stocks stand for.
Places = Mapping[str, Mapping[int, tuple[bytes, tuple[Kind, ...]]]]
# Most cuts of one dispatch that are taken over, the latest ones.
MOST = 60
# Of HiGHS: the primal simplex method.
PRIMAL = 4
# End of a stock that has none.
BOX = 1e6


def places_of(
    matrix: Matrix, parts: Parts, names: Collection[str], figures: Sequence[bytes]
) -> Places:
    """Where the dispatches of a program are, and what their stocks stand for.

    Parameters
    ----------
    matrix, parts
        The program.
    names
        Of sites.
    figures
        By dispatch, a digest of its figures.
    """
    found: dict[str, dict[int, tuple[bytes, tuple[Kind, ...]]]] = defaultdict(dict)
    for part, own in zip(parts.dispatches, figures, strict=True):
        place, step = _where(matrix, part, names)
        found[place][step] = own, _kinds(matrix, part, names)
    return dict(found)


@dataclass(frozen=True)
class There:
    """The program that cuts are taken over to.

    Attributes
    ----------
    matrix, parts
        The program.
    sites
        Their names.
    scale
        What its costs are multiplied by.
    dispatch
        Gives a dispatch by its number.
    """

    matrix: Matrix
    parts: Parts
    sites: Collection[str]
    scale: float
    dispatch: Callable[[int], Dispatch]


def transferred(
    cuts: Mapping[bytes, Sequence[tuple[Floats, float]]],
    places: Places,
    numbers: Iterable[int],
    there: There,
) -> list[Cut]:
    """Cuts of dispatches, leaning like those known of the same place in the nearest step.

    Parameters
    ----------
    cuts
        By figures: slopes by stock and constant, in USD.
    places
        Of the dispatches that they are of.
    numbers
        Of the dispatches that they are taken over to.
    there
        Their program.
    """
    found: list[Cut] = []
    for number in numbers:
        part = there.parts.dispatches[number]
        place, step = _where(there.matrix, part, there.sites)
        steps = places.get(place)
        if not steps:
            continue
        figures, theirs = steps[min(steps, key=lambda other: (abs(other - step), other))]
        at = {kind: n for n, kind in enumerate(theirs)}
        own = _kinds(there.matrix, part, there.sites)
        order = np.array([at.get(kind, len(theirs)) for kind in own], dtype=np.int64)
        leaning = _Leaning(part, there.matrix, there.scale)
        for slopes, _ in cuts.get(figures, ())[-MOST:]:
            # A stock that was not there is worth nothing.
            prices = leaning.prices(np.append(slopes, 0.0)[order] * there.scale)
            plane = None if prices is None else there.dispatch(number).plane(prices)
            if plane is not None:
                found.append(Cut(number, *plane))
    return found


class _Leaning:
    """A dispatch with its stocks free, solved from the last basis for other slopes."""

    def __init__(self, part: Part, matrix: Matrix, scale: float) -> None:
        self._own, self._more = len(part.columns), len(part.stocks)
        a = sp.hstack([part.a, part.b]).tocsc()
        most = matrix.upper[part.stocks]
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = a.shape
        program.col_cost_ = np.concatenate(
            [matrix.cost[part.columns] * scale, np.zeros(self._more)]
        )
        program.col_lower_ = np.concatenate([matrix.lower[part.columns], np.zeros(self._more)])
        ends = np.where(np.isfinite(most), most, BOX)
        program.col_upper_ = np.concatenate([matrix.upper[part.columns], ends])
        program.row_lower_ = matrix.row_lower[part.rows]
        program.row_upper_ = matrix.row_upper[part.rows]
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_, program.a_matrix_.index_ = a.indptr, a.indices
        program.a_matrix_.value_ = a.data
        self._solver = highspy.Highs()
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._solver.setOptionValue("simplex_strategy", PRIMAL)  # since only costs change
        self._solver.passModel(program)

    def prices(self, slopes: Floats) -> Floats | None:
        """Prices by row at which the dispatch costs least beside what its stocks are worth."""
        columns = np.arange(self._own, self._own + self._more, dtype=np.int32)
        self._solver.changeColsCost(self._more, columns, -slopes)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._solver.getSolution().row_dual, dtype=np.float64)


def _kinds(matrix: Matrix, part: Part, names: Collection[str]) -> tuple[Kind, ...]:
    columns = (matrix.columns[place] for place in part.stocks.tolist())
    return tuple((c.parent_component().local_name, kind_of(c.index(), names)) for c in columns)


def _where(matrix: Matrix, part: Part, names: Collection[str]) -> tuple[str, int]:
    """Place and step of a dispatch, as its first row names them."""
    index = matrix.rows[int(part.rows[0])].index()
    labels = labels_of(index)
    place = next((label for label in labels if isinstance(label, str) and label in names), "")
    return place, next((label for label in labels if not isinstance(label, str)), -1)
