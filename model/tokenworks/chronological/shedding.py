"""A site's dispatch in one step over any hours, with load that can always be shed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tokenworks.candidates import Candidates
from tokenworks.candidates.slices import Slices
from tokenworks.candidates.worth import TokenWorth
from tokenworks.errors import SolverError
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs
from tokenworks.operation import Operation, Stocks, operation
from tokenworks.solver.highs import run
from tokenworks.solver.matrix import Matrix, compile_matrix

SECONDS_PER_HOUR = 3600.0

# Worth of a megawatt-hour that a plan promised whatever it costs.
FORBIDDEN_USD_PER_MWH = 1e5

Array = npt.NDArray[np.float64]


class Run:
    """A solved dispatch of a site in a step over some hours, with load that can always be shed.

    Attributes
    ----------
    load_mw, shed_mw, spilt_mw
        By hour, at the meter: what is asked for, what nothing gave, and wind and sun not used.
    energy_usd
        Present value of what is spent on energy; what is shed costs its worth apart.
    peak_import_mw
        Most that is drawn from the grid.
    factor
        Mean discount factor of the step.
    """

    def __init__(
        self, x: Inputs, c: Candidates, stocks: Stocks, place: tuple[str, int], hours: Slices
    ) -> None:
        site, step = place
        of = x.calendar.steps[step]
        self.factor = x.discounting.mean(of.start_month, of.end_month)
        program = operation(x, c, stocks, place, hours)
        self._names = hours.names
        matrix = compile_matrix(program.pyomo)
        rows = _rows(matrix, "meter_balance")
        self.load_mw, sign = _load(matrix, rows)
        worths = _worths(x, c, stocks, place, hours)
        extended = _with_shedding(matrix, rows, sign, worths, of.hours * self.factor, hours)
        found = run(extended, x.scenario.solve)
        values = found.values
        if values is None:
            raise SolverError(f"the year of {site} has no dispatch ({found.status})")
        self._values = values[: matrix.shape[1]]
        shed = values[matrix.shape[1] :].reshape(len(worths), len(rows))
        self.shed_mw = shed.sum(axis=0) + self._sum(matrix, "shed_mw", hours.pue_ratio)
        self.energy_usd = float(matrix.cost @ self._values) + matrix.offset
        self.energy_usd -= _penalty(program, matrix, self._values)
        self.peak_import_mw = float(self._sum(matrix, "import_mw").max())
        made = self._sum(matrix, "generate_mw", only=_free(x))
        self.spilt_mw = np.maximum(0.0, _available(program, _free(x), self._names) - made)

    def _sum(self, matrix: Matrix, variable: str, times: Any = None, only: Any = None) -> Array:
        """A variable by hour, summed over all else in its index."""
        at = {name: position for position, name in enumerate(self._names)}
        total = np.zeros(len(at))
        for column, value in zip(matrix.columns, self._values.tolist(), strict=True):
            if column.parent_component().local_name != variable:
                continue
            index = column.index()
            if only is None or index[1] in only:
                total[at[index[-1]]] += value * (times[index[-1]] if times else 1.0)
        return total


def _free(x: Inputs) -> set[str]:
    kind = lookup(x.tables["power_technologies"], "technology", "kind")
    return {k for k, word in kind.items() if word in {"solar", "wind"}}


def _available(program: Operation, free: set[str], names: tuple[str, ...]) -> Array:
    m = program.pyomo
    at = {name: position for position, name in enumerate(names)}
    total = np.zeros(len(at))
    for s, k, e, t in m.GENERATION:
        if k in free:
            total[at[t]] += m.available_share[s, k, t] * m.capacity_mw[s, k, e].value
    return total


def _penalty(program: Operation, matrix: Matrix, values: Array) -> float:
    """Cost that is no energy: of what the plan's own rules shed."""
    usd: dict[tuple[str, Any], float] = {}
    for term in program.costs:
        if term.line in {"penalty", "revenue"}:
            for index, one in program.pyomo.component(term.coefficient).items():
                usd[term.variable, index] = usd.get((term.variable, index), 0.0) + one
    if not usd:
        return 0.0
    names = ((column.parent_component().local_name, column.index()) for column in matrix.columns)
    pairs = zip(names, values.tolist(), strict=True)
    return float(sum(usd.get(name, 0.0) * value for name, value in pairs))


def _rows(matrix: Matrix, constraint: str) -> npt.NDArray[np.intp]:
    found = [i for i, r in enumerate(matrix.rows) if r.parent_component().local_name == constraint]
    return np.array(found, dtype=np.intp)


def _load(matrix: Matrix, rows: npt.NDArray[np.intp]) -> tuple[Array, float]:
    """Load at the meter by hour, and the sign that a source has in the balance."""
    side = matrix.row_lower[rows]
    sign = 1.0 if side.sum() >= 0.0 else -1.0
    return sign * side, sign


def _worths(
    x: Inputs, c: Candidates, stocks: Stocks, place: tuple[str, int], hours: Slices
) -> list[tuple[float, Array]]:
    """USD of an IT megawatt-hour and IT megawatts by hour of each workload, idle with the dearest.

    Of a workload's points the least worth counts.
    """
    site, step = place
    worth = TokenWorth(x)
    of: dict[str, float] = {}
    load: dict[str, Array] = {}
    for (s, w, p, e), mw in stocks["load_mw"].items():
        if (s, e) == place and mw > 0.0:
            shape = np.array([hours.demand_shape[p, t] for t in hours.names])
            load[w] = load.get(w, np.zeros(len(shape))) + mw * shape
    for s, w, o, _, e in c.serving.serves:
        per_token = c.serving.matches[w, o].load_mw_per_mtoken_per_s(e)
        if (s, e) == place and w in load and per_token > 0.0:
            usd = worth.lost_usd[w] * SECONDS_PER_HOUR / per_token
            of[w] = min(usd, of.get(w, usd))
    forbidden = x.scenario.unserved == "forbidden"
    least = FORBIDDEN_USD_PER_MWH if forbidden else 0.0
    found = sorted(((max(least, of[w]), load[w]) for w in of), key=lambda pair: pair[0])
    dearest, carried = found[-1]
    found[-1] = (dearest, carried + stocks["idle_mw"].get((site, step), 0.0))
    return found


def _with_shedding(
    matrix: Matrix,
    rows: npt.NDArray[np.intp],
    sign: float,
    worths: list[tuple[float, Array]],
    hours: float,
    of: Slices,
) -> Matrix:
    """The program with a column for each workload and hour that stands in the meter's balance.

    It stands in the promise to interrupt, too: what a cut contract asks for is shed first.
    """
    names = [matrix.rows[i].index()[-1] for i in rows]
    pue = np.array([of.pue_ratio[t] for t in names])
    share = np.array([of.share[t] for t in names])
    order = {t: position for position, t in enumerate(of.names)}
    at = [order[t] for t in names]
    count, height = len(rows), matrix.shape[0]
    entry = sparse.csc_array((np.full(count, sign), (rows, np.arange(count))), (height, count))
    promises = {matrix.rows[i].index()[-1]: i for i in _rows(matrix, "interruption")}
    kept = [(promises[t], j) for j, t in enumerate(names) if t in promises]
    if kept:
        down, across = zip(*kept, strict=True)
        side = [1.0 if np.isinf(matrix.row_upper[i]) else -1.0 for i in down]
        entry = entry + sparse.csc_array(
            (np.array(side) / pue[list(across)], (down, across)), (height, count)
        )
    cost = [usd / pue * share * hours for usd, _ in worths]
    most = [megawatts[at] * pue for _, megawatts in worths]
    more = count * len(worths)
    return replace(
        matrix,
        columns=[*matrix.columns, *([None] * more)],
        cost=np.concatenate([matrix.cost, *cost]),
        lower=np.concatenate([matrix.lower, np.zeros(more)]),
        upper=np.concatenate([matrix.upper, *most]),
        whole=np.concatenate([matrix.whole, np.zeros(more, dtype=np.bool_)]),
        a=sparse.csc_array(sparse.hstack([matrix.a, *([entry] * len(worths))])),
    )
