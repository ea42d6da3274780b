"""Load that can be shed, by operating point, or wait, by workload; contracts interrupted for it.

Only what serves a request whole is flexible: prefill and decode at two places are tied by the
hour.
"""

from __future__ import annotations

from dataclasses import dataclass

from tokenworks.candidates.contracts import FLEXIBLE
from tokenworks.candidates.serving import Serving
from tokenworks.candidates.sites import Siting
from tokenworks.candidates.slices import HOURS_PER_DAY, Slices
from tokenworks.frames import lookup
from tokenworks.inputs import Inputs
from tokenworks.schema.tables_hardware import SERVE

# Windows and slices are compared in hours.
_ROUNDING_HOURS = 1e-9

# Slices of a representative day or a year, in order.
Day = tuple[str, ...]


@dataclass(frozen=True)
class FlexibleLoad:
    """Load that can be shed or deferred.

    Attributes
    ----------
    sheddable, deferrable
        Workload to the share of its load, where there is any.
    shed_loads
        (site, workload, point, profile, step) of which some can be shed.
    wait_loads
        (site, workload, profile, step) of which some can wait.
    wait_points
        (site, workload, point, step) that serve it.
    waiting
        (site, workload, slice) to the slices whose deferred load may still wait at its end, where
        the window ends before the day does.
    all_day
        (site, workload, first slice) to the slices of a day within which it may wait for any time.
    interruptions
        (site, route, step) of flexible contracts for which such load can be interrupted.
    """

    sheddable: dict[str, float]
    deferrable: dict[str, float]
    shed_loads: list[tuple[str, str, str, str, int]]
    wait_loads: list[tuple[str, str, str, int]]
    wait_points: list[tuple[str, str, str, int]]
    waiting: dict[tuple[str, str, str], list[str]]
    all_day: dict[tuple[str, str, str], Day]
    interruptions: list[tuple[str, str, int]]

    @property
    def sheds(self) -> list[tuple[str, str, str, int]]:
        """(Site, workload, point, step) of which some can be shed."""
        return list(dict.fromkeys((s, w, o, e) for s, w, o, _, e in self.shed_loads))

    @property
    def deferrals(self) -> list[tuple[str, str, int]]:
        """(Site, workload, step) of which some can wait."""
        return list(dict.fromkeys((s, w, e) for s, w, _, e in self.wait_loads))


def flexible_load(
    x: Inputs, where: Siting, served: Serving, slices: dict[str, Slices]
) -> FlexibleLoad:
    """Flexible load that can be of use within the horizon."""
    table = x.tables["workloads"].set_index("workload")
    shed = _shares(table["sheddable_fraction"]) if x.scenario.unserved == "priced" else {}
    defer = _shares(table["deferrable_fraction"])
    hours = lookup(x.tables["workloads"], "workload", "deferral_window_hours")
    # A slice is the shortest wait; what may not wait for one does not wait.
    longest = {s: max(here.hours.values()) for s, here in slices.items()}
    sheds, waits, points = [], [], []
    for s, w, o, g, e in served.serves:
        match = served.matches[w, o]
        if match.stage != SERVE or match.load_mw_per_mtoken_per_s(e) <= 0.0:
            continue
        profile = served.profile_of[s, w, g]
        if w in shed:
            sheds.append((s, w, o, profile, e))
        if w in defer and hours[w] >= longest[s] - _ROUNDING_HOURS:
            waits.append((s, w, profile, e))
            points.append((s, w, o, e))
    waiting: dict[tuple[str, str, str], list[str]] = {}
    all_day: dict[tuple[str, str, str], Day] = {}
    for s, w in dict.fromkeys((s, w) for s, w, _, _ in waits):
        window = min(hours[w], HOURS_PER_DAY) + _ROUNDING_HOURS
        for day in _days(slices[s]):
            if sum(slices[s].hours[t] for t in day) <= window:
                all_day[s, w, day[0]] = day
            else:
                waiting |= {(s, w, t): u for t, u in _waiting(slices[s], day, window).items()}
    flexible = {(s, e) for s, *_, e in (*sheds, *waits)} if x.scenario.power.adequacy else set()
    firmness = lookup(x.tables["interconnection_routes"], "route", "firmness")
    return FlexibleLoad(
        shed,
        defer,
        list(dict.fromkeys(sheds)),
        list(dict.fromkeys(waits)),
        list(dict.fromkeys(points)),
        waiting,
        all_day,
        [c for c in where.contracts if firmness[c[1]] == FLEXIBLE and (c[0], c[2]) in flexible],
    )


def _shares(column: object) -> dict[str, float]:
    return {str(w): float(share) for w, share in column.items() if share > 0.0}  # type: ignore[attr-defined]


def _days(here: Slices) -> list[Day]:
    """Slices that follow on each other, the first after the last."""
    days: list[Day] = []
    left = dict.fromkeys(here.names)
    while left:
        t = next(iter(left))
        day = [t]
        while here.previous[day[-1]] != t:
            day.append(here.previous[day[-1]])
        for u in day:
            del left[u]
        days.append((t, *reversed(day[1:])))
    return days


def _waiting(here: Slices, day: Day, window_hours: float) -> dict[str, list[str]]:
    """Slice to those from whose end to the end of the next slice is no more than the window."""
    following = {here.previous[t]: t for t in day}
    found = {}
    for t in day:
        wait, u, members = here.hours[following[t]], t, []
        while wait <= window_hours and u not in members:
            members.append(u)
            wait, u = wait + here.hours[u], here.previous[u]
        found[t] = members
    return found
