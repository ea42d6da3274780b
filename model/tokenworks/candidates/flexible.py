"""Load that can be shed or wait, by operating point, and the contracts it can be interrupted for.

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


@dataclass(frozen=True)
class FlexibleLoad:
    """Load that can be shed or deferred.

    Attributes
    ----------
    sheddable, deferrable
        Workload to the share of its load, where there is any.
    loads
        (site, workload, point, profile, step) of which some can be shed or wait.
    sheds, deferrals
        (site, workload, point, step) of which some can be shed, or wait.
    waiting
        (site, workload, slice) to the slices whose deferred load may still wait at its end.
    interruptions
        (site, route, step) of flexible contracts for which such load can be interrupted.
    """

    sheddable: dict[str, float]
    deferrable: dict[str, float]
    loads: list[tuple[str, str, str, str, int]]
    sheds: list[tuple[str, str, str, int]]
    deferrals: list[tuple[str, str, str, int]]
    waiting: dict[tuple[str, str, str], list[str]]
    interruptions: list[tuple[str, str, int]]


def flexible_load(
    x: Inputs, where: Siting, served: Serving, slices: dict[str, Slices]
) -> FlexibleLoad:
    """Flexible load that can be of use within the horizon."""
    table = x.tables["workloads"].set_index("workload")
    shed = _shares(table["sheddable_fraction"]) if x.scenario.unserved == "priced" else {}
    defer = _shares(table["deferrable_fraction"])
    hours = lookup(x.tables["workloads"], "workload", "deferral_window_hours")
    loads, sheds, deferrals = [], [], []
    waiting: dict[tuple[str, str, str], list[str]] = {}
    for s, w, o, g, e in served.serves:
        match = served.matches[w, o]
        if match.stage != SERVE or match.load_mw_per_mtoken_per_s(e) <= 0.0:
            continue
        # A slice is the shortest wait; what may not wait for one does not wait.
        waits = w in defer and hours[w] >= max(slices[s].hours.values()) - _ROUNDING_HOURS
        if w in shed:
            sheds.append((s, w, o, e))
        if waits:
            deferrals.append((s, w, o, e))
            if (s, w, slices[s].names[0]) not in waiting:
                waiting |= {(s, w, t): u for t, u in _waiting(slices[s], hours[w]).items()}
        if w in shed or waits:
            loads.append((s, w, o, served.profile_of[s, w, g], e))
    flexible = {(s, e) for s, _, _, _, e in loads} if x.scenario.power.adequacy else set()
    firmness = lookup(x.tables["interconnection_routes"], "route", "firmness")
    return FlexibleLoad(
        shed,
        defer,
        list(dict.fromkeys(loads)),
        list(dict.fromkeys(sheds)),
        list(dict.fromkeys(deferrals)),
        waiting,
        [c for c in where.contracts if firmness[c[1]] == FLEXIBLE and (c[0], c[2]) in flexible],
    )


def _shares(column: object) -> dict[str, float]:
    return {str(w): float(share) for w, share in column.items() if share > 0.0}  # type: ignore[attr-defined]


def _waiting(here: Slices, window_hours: float) -> dict[str, list[str]]:
    """Slice to those from whose end to the end of the next slice is no more than the window."""
    following = {before: t for t, before in here.previous.items()}
    found = {}
    for t in here.names:
        wait, u, members = here.hours[following[t]], t, []
        while wait <= min(window_hours, HOURS_PER_DAY) + _ROUNDING_HOURS and u not in members:
            members.append(u)
            wait, u = wait + here.hours[u], here.previous[u]
        found[t] = members
    return found
