"""Columns of serving: which points serve which regions from which sites, and when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from tokenworks.candidates.demand import StepDemand
from tokenworks.candidates.points import Match, round_trips_ms
from tokenworks.candidates.sites import Siting
from tokenworks.eligible import at_home, sovereign_workloads
from tokenworks.frames import lookup, rows
from tokenworks.inputs import Inputs

# (site, workload, group): regions that are alike to a site for a workload.
GroupKey = tuple[str, str, str]
# (site, workload, profile, points, growth by step): what the regions of a group have in common.
Alike = tuple[str, str, str, tuple[str, ...], tuple[tuple[int, float], ...]]


@dataclass(frozen=True)
class Serving:
    """What can serve what.

    Attributes
    ----------
    matches
        (workload, point) to the match.
    groups
        (site, workload, group) to its regions; the regions of a group have the same daily profile,
        the same growth and the same admissible points.
    profile_of
        (site, workload, group) to the daily profile.
    end_ratio
        (site, workload, group, step) to the level at the step's end over its mean.
    serves
        (site, workload, point, group, step).
    flows
        (workload, region, site, step).
    """

    matches: dict[tuple[str, str], Match]
    groups: dict[GroupKey, tuple[str, ...]]
    profile_of: dict[GroupKey, str]
    end_ratio: dict[tuple[str, str, str, int], float]
    serves: list[tuple[str, str, str, str, int]]
    flows: list[tuple[str, str, str, int]]


def serving(
    x: Inputs,
    where: Siting,
    found: list[Match],
    purchases: list[tuple[str, str, int]],
    demand: dict[tuple[str, str, int], StepDemand],
) -> Serving:
    """Columns of serving that can be used within the horizon."""
    by_key = {(m.workload, m.point): m for m in found}
    first_system: dict[tuple[str, str], int] = {}
    for site, system, first in purchases:
        first_system.setdefault((site, system), first)
    groups, profile_of, points_of = _groups(x, where, found, first_system, demand)
    serves: list[tuple[str, str, str, str, int]] = []
    flows: list[tuple[str, str, str, int]] = []
    ratios = {}
    for (site, workload, group), regions in groups.items():
        points = points_of[site, workload, group]
        for step in x.calendar.steps:
            ready = [
                p for p in points if first_system[site, by_key[workload, p].system] <= step.index
            ]
            wanted = [r for r in regions if (workload, r, step.index) in demand]
            if not ready or not wanted:
                continue
            ratios[site, workload, group, step.index] = demand[
                workload, wanted[0], step.index
            ].end_ratio
            serves += [(site, workload, p, group, step.index) for p in ready]
            flows += [(workload, r, site, step.index) for r in wanted]
    return Serving(by_key, groups, profile_of, ratios, serves, flows)


def _groups(
    x: Inputs,
    where: Siting,
    found: list[Match],
    first_system: dict[tuple[str, str], int],
    demand: dict[tuple[str, str, int], StepDemand],
) -> tuple[dict[GroupKey, tuple[str, ...]], dict[GroupKey, str], dict[GroupKey, tuple[str, ...]]]:
    trips = round_trips_ms(x)
    limits = lookup(x.tables["workloads"], "workload", "ttft_limit_ms")
    profile = {(row.workload, row.region): row.profile for row in rows(x.tables["demand"])}
    growth: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for (workload, region, step), level in demand.items():
        growth[workload, region].append((step, level.end_ratio))
    home, sovereign = at_home(x.tables), sovereign_workloads(x.tables)
    alike: dict[Alike, list[str]] = defaultdict(list)
    for site in where.first_step:
        for (workload, region), path in growth.items():
            if workload in sovereign and (site, region) not in home:
                continue
            spare = limits[workload] - x.scenario.latency.queue_ms - trips[site, region]
            points = tuple(
                m.point
                for m in found
                if m.workload == workload
                and m.ttft_ms <= spare
                and (site, m.system) in first_system
            )
            if points:
                key = (site, workload, profile[workload, region], points, tuple(path))
                alike[key].append(region)
    return _named(alike)


def _named(
    alike: dict[Alike, list[str]],
) -> tuple[dict[GroupKey, tuple[str, ...]], dict[GroupKey, str], dict[GroupKey, tuple[str, ...]]]:
    """Name groups by their profile, numbered where a site has several of one profile."""
    groups: dict[GroupKey, tuple[str, ...]] = {}
    profile_of: dict[GroupKey, str] = {}
    points_of: dict[GroupKey, tuple[str, ...]] = {}
    for (site, workload, profile, points, _), regions in alike.items():
        number, name = 1, profile
        while (site, workload, name) in groups:
            number += 1
            name = f"{profile}~{number}"
        groups[site, workload, name] = tuple(regions)
        profile_of[site, workload, name] = profile
        points_of[site, workload, name] = points
    return groups, profile_of, points_of
