"""Dispatch of a plan's fixed capacities over a year hour by hour, to find what its days hide.

A year is run for every open site in the last step of each calendar year, all of the year under that
step's prices and load. An hour has the load of the site's workloads in UTC; its representative day,
which `chronology_days` names, lends it prices, wind and sun, and `chronology.load_shape` the load
of the zone, of which the day's wind and sun are taken: contracts are cut at its highest. Without
these tables the representative days follow each other, each as often as it weighs and at least
once. What is stored goes from day to day, and ends the year as it began it.

Load that nothing can feed is shed, the workload of least worth first; that is the shortfall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from tokenworks.candidates import Candidates, candidates
from tokenworks.candidates.slices import Slices, slices
from tokenworks.candidates.worth import TokenWorth
from tokenworks.errors import SolverError
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs
from tokenworks.operation import Operation, Stocks, operation
from tokenworks.schema.chronological import CHRONOLOGICAL
from tokenworks.solver.highs import run
from tokenworks.solver.matrix import Matrix, compile_matrix

HOURS_PER_DAY = 24
DAYS_PER_YEAR = 365
SECONDS_PER_HOUR = 3600.0

# Worth of a megawatt-hour that a plan promised whatever it costs.
FORBIDDEN_USD_PER_MWH = 1e5
# Below this a megawatt is the solver's noise.
NOISE_MW = 1e-6

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Chronological:
    """A year of every open site.

    Attributes
    ----------
    table
        As `schema.chronological.CHRONOLOGICAL` declares it.
    measured
        Whether the hours are those of the table `chronology`, or representative days strung.
    """

    table: pd.DataFrame
    measured: bool

    @property
    def shed_mwh(self) -> float:
        """Energy at the meter that nothing could give, in all years run."""
        return float(self.table["shed_mwh"].sum())


def chronological(x: Inputs, stocks: Stocks) -> Chronological:
    """Run the years of a plan.

    Parameters
    ----------
    x
        Inputs of the plan.
    stocks
        Its stocks, by variable of the interface and index.

    Raises
    ------
    SolverError
        Where a year has no solution, which shedding should not allow.
    """
    c = candidates(x)
    loaded = {(s, e) for (s, _, _, e), mw in stocks["load_mw"].items() if mw > NOISE_MW}
    last = {x.calendar.steps[e].years[-1]: e for _, e in sorted(loaded, key=lambda key: key[1])}
    places = sorted((s, e) for s, e in loaded if e in last.values())
    zones = lookup(x.tables["sites"], "site", "zone")
    measured = bool(places) and all(_zone_load(x, zones[s]) is not None for s, _ in places)
    years = {s: hours_of_year(x, c, s) for s in dict.fromkeys(s for s, _ in places)}
    rows = [_year(x, c, stocks, place, years[place[0]]) for place in places]
    table = pd.DataFrame(rows, columns=list(CHRONOLOGICAL.names))
    return Chronological(table, measured)


def hours_of_year(x: Inputs, c: Candidates, site: str) -> Slices:
    """The hours of a site's year, each after the one before it, the first after the last."""
    sites = x.tables["sites"]
    sites = sites[sites["site"] == site]
    days = x.tables["operations"]
    days = days[days["zone"] == sites["zone"].iloc[0]]
    load = _zone_load(x, str(sites["zone"].iloc[0]))
    year = _strung(days) if load is None else _measured(x, days, load)
    here = slices(replace(x, tables={**x.tables, "sites": sites, "operations": year}), c.profiles)
    names = here[site].names
    return replace(here[site], previous=dict(zip(names, (names[-1], *names[:-1]), strict=True)))


def _zone_load(x: Inputs, zone: str) -> tuple[float, pd.DataFrame] | None:
    """Mean load of a zone and the hours of its load region; None where the tables do not say."""
    loads, days = x.tables["zone_loads"], x.tables["operations"]
    of_zone, days = loads[loads["zone"] == zone], days[days["zone"] == zone]
    known = not days[["load_shape", "net_load_mw"]].isna().any(axis=None)
    if of_zone.empty or not known or not len(x.tables["chronology_days"]):
        return None
    hours = x.tables["chronology"]
    hours = hours[hours["load_region"] == of_zone["load_region"].iloc[0]]
    mean = float(of_zone["mean_load_mw"].iloc[0])
    return (mean, hours) if len(hours) and not np.isnan(mean) else None


def _measured(x: Inputs, days: pd.DataFrame, load: tuple[float, pd.DataFrame]) -> pd.DataFrame:
    """Hours of the chronological year, with the wind and sun of their representative days."""
    mean_mw, hours = load
    lent = lookup(x.tables["chronology_days"], "day_of_year", "day")
    of_year = pd.DataFrame(
        {
            "day_of_year": hours["day_of_year"],
            "day": hours["day_of_year"].map(lent),
            "hour_utc": hours["hour_utc"],
            "shape": hours["load_shape"],
        }
    )
    merged = of_year.merge(
        _by_hour(days), on=["day", "hour_utc"], how="inner", validate="many_to_one"
    )
    return merged.assign(
        # The day's own load less its net load is what its wind and sun give.
        net_load_mw=merged["net_load_mw"] + (merged["shape"] - merged["load_shape"]) * mean_mw,
        day=merged["day_of_year"].map(_name),
        weight_days=1.0,
    )


def _strung(days: pd.DataFrame) -> pd.DataFrame:
    """Representative days one after the other, each as often as it weighs, at least once."""
    weights = days.groupby("day", sort=True)["weight_days"].first()
    counts = np.maximum(1, np.round(weights * DAYS_PER_YEAR / weights.sum()).astype(int))
    hourly, number = _by_hour(days), 0
    parts: list[pd.DataFrame] = []
    for day, count in counts.items():
        of_day = hourly[hourly["day"] == day]
        weight = of_day["weight_days"] / count
        for _ in range(count):
            number += 1
            parts.append(of_day.assign(day=_name(number), weight_days=weight))
    return pd.concat(parts, ignore_index=True)


def _by_hour(days: pd.DataFrame) -> pd.DataFrame:
    """Representative days in 24 hours, whatever their slices."""
    parts = []
    for _, slices_of_day in days.groupby("day"):
        of_day = slices_of_day.sort_values("hour_utc", ignore_index=True)
        length = HOURS_PER_DAY // len(of_day)
        hourly = of_day.loc[of_day.index.repeat(length)].reset_index(drop=True)
        first = int(of_day["hour_utc"].iloc[0])
        parts.append(hourly.assign(hour_utc=(first + np.arange(len(hourly))) % HOURS_PER_DAY))
    return pd.concat(parts, ignore_index=True)


def _name(number: int) -> str:
    return f"{number:03d}"


def _year(
    x: Inputs, c: Candidates, stocks: Stocks, place: tuple[str, int], hours: Slices
) -> tuple[Any, ...]:
    """A row of the table: a site's year in a step."""
    site, step = place
    year = Run(x, c, stocks, place, hours)
    days = Run(x, c, stocks, place, c.slices[site])
    length = x.calendar.steps[step].hours
    # What is the same for both, per year of 8,760 hours, undiscounted.
    usd_per_year = DAYS_PER_YEAR * HOURS_PER_DAY / length / year.factor
    share = np.array([hours.share[t] for t in hours.names]) * DAYS_PER_YEAR * HOURS_PER_DAY
    load_mwh = float(share @ year.load_mw)
    shed_mwh = float(share @ year.shed_mw)
    return (
        site,
        x.calendar.date_of(x.calendar.steps[step].start_month),
        x.calendar.steps[step].period,
        load_mwh,
        shed_mwh,
        shed_mwh / load_mwh if load_mwh else 0.0,
        float(share[year.shed_mw > NOISE_MW].sum()),
        year.energy_usd * usd_per_year,
        days.energy_usd * usd_per_year,
        year.peak_import_mw,
        float(share @ year.spilt_mw),
    )


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
        values = found.values  # noqa: PD011 -- no frame
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
