"""Cost against a second aim, by epsilon constraint: CO2, or the months until power is there.

The second aim is a constraint of the model, `policy.most_co2_tonnes` or `policy.power_due_months`,
and cost is minimised under caps spread evenly between the ends. Both ends are lexicographic: of the
cheapest plans the one with least of the aim, and of those with least of it the cheapest (Y. Haimes,
L. Lasdon, D. Wismer, IEEE Transactions SMC-1 (1971) 296-297; G. Mavrotas, Applied Mathematics and
Computation 213 (2009) 455-465).

Costs are known to a gap. What one point proves counts for others too: a plan that keeps a tighter
cap keeps a looser one, so its cost is enough there; and a bound under a looser cap holds under a
tighter one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tokenworks.schema.study_kinds import Pareto
from tokenworks.study.kinds.measures import CARBON, MONTHS, level
from tokenworks.study.kinds.sections import section_of
from tokenworks.study.runs import BASE, Finished, Prepared, Run, run_id

CHEAPEST, CLEANEST = "cheapest", "least"
LEAST_TASK = "least_carbon"
# So much that it binds nothing; the row has to be there for the allowances to be.
NO_CAP_TONNES = 1e12
MEASURES = {"carbon": CARBON, "months_to_power": MONTHS}
CAPS = {"carbon": "policy.most_co2_tonnes", "months_to_power": "policy.power_due_months"}
# A cap on what has been found keeps room for the rounding of the sum that found it.
ROUNDING = 1e-6
ALIKE = 1e-9

COLUMNS = (
    "point",
    "run",
    "cap",
    "aim",
    "unit",
    "objective_usd",
    "bound_usd",
    "cost_usd_least",
    "cost_usd_most",
    "usd_per_unit_least",
    "usd_per_unit_most",
    "verdict",
)


class Front:
    """The ends first, then the caps between them."""

    def first(self, study: Prepared) -> Sequence[Run]:
        """The ends of a front of carbon; those of months are the base and whatever comes first."""
        asked = section_of(study, Pareto)
        if asked.against == "months_to_power":
            return ()
        ends = [_end(CHEAPEST, needs=(BASE,))]
        return ends if asked.least is not None else [*ends, _end(CLEANEST)]

    def further(self, study: Prepared, finished: Mapping[str, Finished]) -> Sequence[Run]:
        """A run for every cap between the ends, in one round."""
        asked = section_of(study, Pareto)
        if BASE not in finished or not finished[BASE].solved:
            return ()
        caps = _months(asked, finished) if asked.against != "carbon" else _tonnes(asked, finished)
        wanted = [_capped(asked.against, cap) for cap in caps]
        return [run for run in wanted if run.id not in finished]

    def frames(
        self, study: Prepared, finished: Mapping[str, Finished]
    ) -> Mapping[str, pd.DataFrame]:
        """Table ``pareto``: the points from the cheapest on, each with what is proven of it.

        ``cost_usd_least`` and ``cost_usd_most`` hold the least cost under the point's cap;
        ``usd_per_unit_…`` what one unit less of the aim costs between the point before and this
        one.
        """
        asked = section_of(study, Pareto)
        points = points_of(asked, finished)
        entries = [_entry(asked.against, n, points) for n in range(len(points))]
        entries += [_failed(asked.against, run) for run in _wanting(finished)]
        frame = pd.DataFrame(entries, columns=[*COLUMNS[1:]])
        frame.insert(0, "point", range(1, len(frame) + 1))
        return {"pareto": frame}


@dataclass(frozen=True)
class Point:
    """A plan on the front: what its cap was, what it has of the aim, and what is proven of cost."""

    run: str
    cap: float
    aim: float
    objective: float
    bound: float


def points_of(asked: Pareto, finished: Mapping[str, Finished]) -> list[Point]:
    """The plans found, the most of the aim first; the lexicographic end in place of the base."""
    measure = MEASURES[asked.against]
    found = []
    for key, run in finished.items():
        role = run.run.labels.get("end")
        if not run.solved or role == CLEANEST:
            continue
        if key == BASE and any(_is_end(other, CHEAPEST) for other in finished.values()):
            continue
        aim = level(run, measure)
        cost = level(run, "objective_usd")
        if aim is None or cost is None:
            continue
        cap = run.run.changes.get(CAPS[asked.against], math.inf)
        cap = math.inf if role == CHEAPEST else float(cap)
        found.append(Point(key, cap, aim.value, cost.value, cost.low))
    return sorted(found, key=lambda point: (-point.cap, -point.aim, point.run))


def proven(points: Sequence[Point], n: int) -> tuple[float, float]:
    """Least and most that the cheapest plan under a point's cap can cost, by what all prove."""
    point = points[n]
    least = max(other.bound for other in points if other.cap >= point.cap)
    room = point.cap * (1.0 + ALIKE) + ALIKE
    most = min(other.objective for other in points if other.aim <= room)
    return min(least, most), most


def verdict(points: Sequence[Point], n: int) -> str:
    """Whether a point is on the front: dominated, within its gap of another, or not dominated."""
    point = points[n]
    for other in points:
        no_worse = other.objective <= point.objective and other.aim <= point.aim
        tolerance = ALIKE * max(1.0, abs(point.aim))
        better = (
            other.objective < point.objective - ALIKE * abs(point.objective)
            or other.aim < point.aim - tolerance
        )
        if no_worse and better:
            return f"dominated by {other.run}"
    less = [m for m, other in enumerate(points) if other.aim < point.aim * (1.0 - ALIKE)]
    if less:
        nearest = max(less, key=lambda m: points[m].aim)
        if proven(points, nearest)[0] <= proven(points, n)[1]:
            return f"within its gap of {points[nearest].run}"
    return "not dominated"


def _entry(against: str, n: int, points: Sequence[Point]) -> dict[str, Any]:
    point = points[n]
    least, most = proven(points, n)
    low, high = math.nan, math.nan
    if n:
        before = points[n - 1]
        fewer = before.aim - point.aim
        if fewer > ALIKE * max(1.0, abs(before.aim)):
            cheap, dear = proven(points, n - 1)
            low, high = max(0.0, least - dear) / fewer, (most - cheap) / fewer
    return {
        "run": point.run,
        "cap": math.nan if math.isinf(point.cap) else point.cap,
        "aim": point.aim,
        "unit": "tonnes" if against == "carbon" else "months",
        "objective_usd": point.objective,
        "bound_usd": point.bound,
        "cost_usd_least": least,
        "cost_usd_most": most,
        "usd_per_unit_least": low,
        "usd_per_unit_most": high,
        "verdict": verdict(points, n),
    }


def _failed(against: str, run: Finished) -> dict[str, Any]:
    blank = dict.fromkeys(COLUMNS[1:], math.nan)
    return blank | {
        "run": run.run.id,
        "cap": float(run.run.changes.get(CAPS[against], math.nan)),
        "unit": "tonnes" if against == "carbon" else "months",
        "verdict": f"no plan: {run.error}",
    }


def _wanting(finished: Mapping[str, Finished]) -> list[Finished]:
    return [run for run in finished.values() if not run.solved]


def _is_end(run: Finished, role: str) -> bool:
    return run.solved and run.run.labels.get("end") == role


def _end(role: str, needs: tuple[str, ...] = ()) -> Run:
    changes: dict[str, Any] = {CAPS["carbon"]: NO_CAP_TONNES}
    labels, options = {"end": role}, {"within_base": bool(needs)}
    return Run(
        run_id(changes, labels, LEAST_TASK, options), changes, labels, LEAST_TASK, options, needs
    )


def _capped(against: str, cap: float) -> Run:
    value: Any = int(cap) if against != "carbon" else cap
    changes, labels = {CAPS[against]: value}, {"cap": value}
    return Run(run_id(changes, labels), changes, labels)


def _tonnes(asked: Pareto, finished: Mapping[str, Finished]) -> list[float]:
    """Caps from the cheapest plan's CO2 down, the last of them the least there is."""
    ends = {run.run.labels.get("end"): run for run in finished.values() if run.solved}
    cheapest = level(ends.get(CHEAPEST, finished[BASE]), CARBON)
    cleanest = level(ends[CLEANEST], CARBON) if CLEANEST in ends else None
    if cheapest is None or (cleanest is None and asked.least is None):
        return []
    least = cleanest.value if asked.least is None and cleanest is not None else asked.least
    low = float(least or 0.0)
    low += ROUNDING * max(1.0, low)
    most = cheapest.value
    if most <= low:
        return []
    steps = asked.points - 1
    return [most - (most - low) * n / steps for n in range(1, steps + 1)]


def _months(asked: Pareto, finished: Mapping[str, Finished]) -> list[float]:
    """Months at which a step starts, before the cheapest plan's power, as many as are asked for."""
    base = finished[BASE].plan()
    steps = base.inputs.calendar.steps
    there = level(finished[BASE], MONTHS)
    latest = steps[-1].end_month if there is None else there.value
    first = 0.0 if asked.least is None else asked.least
    starts = [float(step.start_month) for step in steps if first <= step.start_month < latest]
    starts.reverse()
    many = asked.points - 1
    if len(starts) <= many:
        return starts
    places = [round(n * (len(starts) - 1) / max(1, many - 1)) for n in range(many)]
    return [starts[place] for place in dict.fromkeys(places)]
