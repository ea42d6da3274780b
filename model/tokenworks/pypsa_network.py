"""A plan's dispatch as a PyPSA network, to look at it or to solve it again there.

Every open site in every step is a bus of its own with that step's capacities, since capacities
change from step to step. Snapshots are the representative hours; a day is an investment period, so
that what is stored is cyclic within it. Costs are present values in USD, in the marginal costs.

Generation, import and storage are PyPSA's own components. Rows that PyPSA has no attribute for
(minimum take, yearly caps on emissions, ramps and least output of what is online, clean matching)
are linopy constraints. What is no power flow (load shed or moved in time, capacity online, energy
paid for and not drawn) is held at the plan's own value, which cannot change the least cost: the
plan's values are among those that cost least.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.candidates import candidates
from tokenworks.errors import InputError, Problem, SolverError
from tokenworks.inputs import Inputs
from tokenworks.operation import Operation, Stocks, operation
from tokenworks.solver.highs import run
from tokenworks.solver.matrix import Matrix, compile_matrix

# Variables that PyPSA has components for: (class, linopy variable).
NATIVE = {
    "generate_mw": ("Generator", "Generator-p"),
    "import_mw": ("Generator", "Generator-p"),
    "charge_mw": ("StorageUnit", "StorageUnit-p_store"),
    "discharge_mw": ("StorageUnit", "StorageUnit-p_dispatch"),
    "stored_mwh": ("StorageUnit", "StorageUnit-state_of_charge"),
}
# Rows that those components hold by themselves.
HELD_BY_COMPONENTS = {
    "meter_balance",
    "charge_limit",
    "discharge_limit",
    "energy_limit",
    "storage_balance",
}
NO_LOAD_MW = 1e-6


@dataclass(frozen=True)
class Row:
    """A linear constraint on PyPSA's variables: least <= sum of coefficient x variable <= most.

    Attributes
    ----------
    entries
        (linopy variable, component, snapshot) to coefficient.
    least, most
        Its sides; infinite where there is none.
    """

    entries: dict[tuple[str, str, tuple[int, str]], float]
    least: float
    most: float


@dataclass
class DispatchNetwork:
    """A plan's dispatch in PyPSA.

    Attributes
    ----------
    network
        `pypsa.Network`; `network.optimize` alone leaves out `rows`.
    rows
        Constraints that PyPSA has no attribute for.
    held_usd
        Present value of what is held at the plan's own values.
    """

    network: Any
    rows: list[Row] = field(default_factory=list)
    held_usd: float = 0.0

    def extra_functionality(self, network: Any, _snapshots: Any) -> None:
        """Add `rows` to the network's linopy model, as `network.optimize` asks for it."""
        model = network.model
        for row in self.rows:
            terms = [
                (coefficient, model.variables[name].loc[{"snapshot": snapshot, "name": component}])
                for (name, component, snapshot), coefficient in row.entries.items()
            ]
            expression = sum(coefficient * variable for coefficient, variable in terms)
            if np.isfinite(row.least):
                model.add_constraints(expression >= row.least)
            if np.isfinite(row.most):
                model.add_constraints(expression <= row.most)

    def solve(self) -> float:
        """Solve the network with HiGHS.

        Returns
        -------
        float
            Present value of the dispatch in USD, to compare with `dispatch_usd`.

        Raises
        ------
        SolverError
            Where PyPSA finds no dispatch.
        """
        status, condition = self.network.optimize(
            solver_name="highs",
            multi_investment_periods=True,
            extra_functionality=self.extra_functionality,
            include_objective_constant=False,
            log_to_console=False,
            output_flag=False,
        )
        if (status, condition) != ("ok", "optimal"):
            raise SolverError(f"PyPSA ended with {status}, {condition}")
        return float(self.network.objective) + self.held_usd


def to_pypsa(x: Inputs, stocks: Stocks) -> DispatchNetwork:
    """The dispatch of a plan.

    Parameters
    ----------
    x
        Inputs of the plan.
    stocks
        Its stocks, by variable of the interface and index.

    Raises
    ------
    InputError
        Where PyPSA is not installed.
    """
    places = places_with_load(stocks)
    c = candidates(x)
    programs = {
        place: _Solved(x, operation(x, c, stocks, place, c.slices[place[0]])) for place in places
    }
    made = DispatchNetwork(_empty([c.slices[s].names for s, _ in places]))
    for (site, step), program in programs.items():
        _Bus(made, program, f"{site} {x.calendar.date_of(x.calendar.steps[step].start_month)}")
    return made


def dispatch_usd(x: Inputs, stocks: Stocks) -> float:
    """Least present value of operating a plan's capacities, by HiGHS: what PyPSA has to find."""
    c = candidates(x)
    solved = (
        _Solved(x, operation(x, c, stocks, place, c.slices[place[0]]))
        for place in places_with_load(stocks)
    )
    return sum(program.usd for program in solved)


def places_with_load(stocks: Stocks) -> list[tuple[str, int]]:
    """(Site, step) with load, idle or not."""
    loaded = {(s, e) for (s, _, _, e), mw in stocks["load_mw"].items() if mw > NO_LOAD_MW}
    loaded |= {place for place, mw in stocks["idle_mw"].items() if mw > NO_LOAD_MW}
    return sorted(loaded)


class _Solved:
    """A dispatch program with its least cost."""

    def __init__(self, x: Inputs, program: Operation) -> None:
        self.model = program.pyomo
        self.matrix: Matrix = compile_matrix(program.pyomo)
        found = run(self.matrix, x.scenario.solve)
        values = found.values  # noqa: PD011 -- no frame
        if values is None:
            raise SolverError(f"a site's dispatch has no solution ({found.status})")
        self.found = values
        self.usd = float(self.matrix.cost @ values) + self.matrix.offset


def _empty(names: list[tuple[str, ...]]) -> Any:
    """A network with the hours of all sites as snapshots: their days are investment periods."""
    try:
        # Importing PyPSA takes seconds, and only this needs it.
        import pypsa  # noqa: PLC0415
    except ImportError as error:
        remedy = 'install it: pip install "tokenworks[pypsa]"'
        problem = "PyPSA is not installed"
        raise InputError([Problem("to_pypsa", 0, "", problem, remedy)]) from error
    hours = dict.fromkeys(name for of_site in names for name in of_site)
    days = {day: number for number, day in enumerate(dict.fromkeys(_day(name) for name in hours))}
    snapshots = [(days[_day(name)], name) for name in hours]
    network: Any = pypsa.Network()
    network.set_snapshots(pd.MultiIndex.from_tuples(snapshots, names=["period", "timestep"]))
    network.investment_periods = pd.Index(list(days.values()))
    return network


def _day(slice_name: str) -> str:
    """Day of an hour called ``<day>-<first hour>``."""
    return slice_name.rpartition("-")[0]


class _Bus:
    """Adds a site in a step to a network."""

    def __init__(self, made: DispatchNetwork, program: _Solved, name: str) -> None:
        self.made, self.program, self.name = made, program, name
        self.network = made.network
        self.of = {label: (period, label) for period, label in self.network.snapshots}
        matrix = program.matrix
        self.keys = [(str(v.parent_component().local_name), v.index()) for v in matrix.columns]
        self.network.add("Bus", name)
        self.most: dict[tuple[str, str], pd.Series[float]] = {}
        self.least: dict[tuple[str, str], pd.Series[float]] = {}
        held = np.array([variable not in NATIVE for variable, _ in self.keys])
        made.held_usd += float(matrix.cost[held] @ program.found[held]) + matrix.offset
        load = self._rows()
        self.network.add("Load", f"{name} load", bus=name, p_set=load)
        self._generators()
        self._storage()

    def _series(self, fill: float = 0.0) -> pd.Series[float]:
        return pd.Series(fill, index=self.network.snapshots)

    def _rows(self) -> pd.Series[float]:
        """Limits and further constraints; the load that is left for generation and storage."""
        matrix, values = self.program.matrix, self.program.found
        by_row, load = matrix.a.tocsr(), self._series()
        for i, row in enumerate(matrix.rows):
            span = slice(by_row.indptr[i], by_row.indptr[i + 1])
            entries, held = {}, 0.0
            for column, coefficient in zip(by_row.indices[span], by_row.data[span], strict=True):
                variable, index = self.keys[column]
                if variable in NATIVE:
                    entries[variable, index] = float(coefficient)
                else:
                    held += float(coefficient) * float(values[column])
            name = row.parent_component().local_name
            least = float(matrix.row_lower[i]) - held
            most = float(matrix.row_upper[i]) - held
            if name == "meter_balance":
                sign = 1.0 if not entries else np.sign(self._sign(entries))
                load[self.of[row.index()[-1]]] = sign * least
            elif name not in HELD_BY_COMPONENTS and entries:
                self._limit(entries, least, most)
        return load

    def _sign(self, entries: dict[tuple[str, Any], float]) -> float:
        """Sign of a source in the balance."""
        for (variable, _), coefficient in entries.items():
            return -coefficient if variable == "charge_mw" else coefficient
        return 1.0

    def _limit(self, entries: dict[tuple[str, Any], float], least: float, most: float) -> None:
        """Keep a limit of one generator's hour as such, any other row as a constraint."""
        if len(entries) == 1:
            ((variable, index), coefficient) = next(iter(entries.items()))
            if NATIVE[variable][0] == "Generator":
                at = self.of[index[-1]]
                bounds = sorted((least / coefficient, most / coefficient))
                self._bound(self.least, variable, index[1], at, bounds[0], largest=True)
                self._bound(self.most, variable, index[1], at, bounds[1], largest=False)
                return
        named = {
            (NATIVE[variable][1], f"{self.name} {index[1]}", self.of[index[-1]]): value
            for (variable, index), value in entries.items()
        }
        self.made.rows.append(Row(named, least, most))

    def _bound(
        self, bounds: Any, variable: str, source: str, at: Any, value: float, *, largest: bool
    ) -> None:
        series = bounds.setdefault((variable, source), self._series(-np.inf if largest else np.inf))
        series[at] = max(series[at], value) if largest else min(series[at], value)

    def _costs(self) -> dict[tuple[str, str], pd.Series[float]]:
        found: dict[tuple[str, str], pd.Series[float]] = defaultdict(self._series)
        for (variable, index), usd in zip(self.keys, self.program.matrix.cost, strict=True):
            if variable in NATIVE:
                found[variable, index[1]][self.of[index[-1]]] = float(usd)
        return found

    def _generators(self) -> None:
        for (variable, source), usd in self._costs().items():
            if NATIVE[variable][0] != "Generator":
                continue
            here = pd.Series(
                [(variable, source, label) for _, label in self.network.snapshots],
                index=self.network.snapshots,
            ).isin([(v, i[1], i[-1]) for v, i in self.keys if v == variable])
            most = self.most.get((variable, source), self._series()).where(here, 0.0)
            least = self.least.get((variable, source), self._series()).where(here, 0.0)
            nominal = float(most[np.isfinite(most)].max())
            size = max(nominal, NO_LOAD_MW)
            self.network.add(
                "Generator",
                f"{self.name} {source}",
                bus=self.name,
                carrier=source,
                p_nom=size,
                p_max_pu=most.clip(upper=size) / size,
                p_min_pu=least.clip(lower=0.0) / size,
                marginal_cost=usd,
            )

    def _storage(self) -> None:
        m, costs = self.program.model, self._costs()
        hours = self.network.snapshot_weightings["stores"].astype("float64")
        for s, k, e in dict.fromkeys((s, k, e) for s, k, e, _ in m.STORAGE):
            size = max(float(m.capacity_mw[s, k, e].value), NO_LOAD_MW)
            available = self._series()
            for s2, k2, _, t in m.STORAGE:
                if (s2, k2) == (s, k):
                    available[self.of[t]] = float(m.available_share[s, k, t])
                    hours[self.of[t]] = float(m.slice_hours[s, t])
            self.network.add(
                "StorageUnit",
                f"{self.name} {k}",
                bus=self.name,
                carrier=k,
                p_nom=size,
                p_max_pu=available,
                p_min_pu=-available,
                max_hours=float(m.storage_hours[k]),
                efficiency_store=float(m.one_way_efficiency[k]),
                efficiency_dispatch=float(m.one_way_efficiency[k]),
                cyclic_state_of_charge=True,
                cyclic_state_of_charge_per_period=True,
                marginal_cost=costs["discharge_mw", k],
            )
        self.network.snapshot_weightings["stores"] = hours
