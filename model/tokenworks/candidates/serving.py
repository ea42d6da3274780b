"""Columns of serving: which points serve which regions from which sites, and when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from tokenworks.candidates.demand import StepDemand
from tokenworks.candidates.links import links
from tokenworks.candidates.points import Match, beats_where_it_serves, round_trips_ms
from tokenworks.candidates.sites import Siting
from tokenworks.eligible import at_home, sovereign_workloads
from tokenworks.frames import lookup, rows
from tokenworks.inputs import Inputs
from tokenworks.schema.tables_hardware import DECODE, PREFILL, SERVE

# (site, workload, group): regions that are alike to a site for a workload.
GroupKey = tuple[str, str, str]
# (site, point): where a prefill can be, and at which point.
Prefill = tuple[str, str]
# (site, workload, profile, points, prefills, growth by step): what the regions of a group have in
# common.
Alike = tuple[str, str, str, tuple[str, ...], tuple[Prefill, ...], tuple[tuple[int, float], ...]]


@dataclass(frozen=True)
class Group:
    """Regions that are alike to a site for a workload.

    Attributes
    ----------
    regions
        Regions.
    profile
        Daily profile.
    points
        Points of the site that serve or decode for them.
    prefills
        Where, and at which points, the prefill of what is decoded here can be.
    """

    regions: tuple[str, ...]
    profile: str
    points: tuple[str, ...]
    prefills: tuple[Prefill, ...]


@dataclass(frozen=True)
class Serving:
    """What can serve what.

    Attributes
    ----------
    matches
        (workload, point) to the match.
    groups
        (site, workload, group) to its regions; the regions of a group have the same daily profile,
        the same growth and the same admissible points. What a site prefills for a group that is
        decoded at a site is a group of its own there.
    decoded_as
        (site, workload, group) that a site prefills to (site, workload, group) of the decode.
    profile_of
        (site, workload, group) to the daily profile.
    end_ratio
        (site, workload, group, step) to the level at the step's end over its mean.
    serves
        (site, workload, point, group, step).
    flows
        (workload, region, site, step).
    beaten
        (site, workload, point) that could serve and does not, since another point of the same
        system serves at least the same regions with no less output and no more power.
    """

    matches: dict[tuple[str, str], Match]
    groups: dict[GroupKey, tuple[str, ...]]
    decoded_as: dict[GroupKey, GroupKey]
    profile_of: dict[GroupKey, str]
    end_ratio: dict[tuple[str, str, str, int], float]
    serves: list[tuple[str, str, str, str, int]]
    flows: list[tuple[str, str, str, int]]
    beaten: list[tuple[str, str, str]]

    def asked_mtokens_per_s(
        self, demand: dict[tuple[str, str, int], StepDemand], index: tuple[str, str, str, int]
    ) -> float:
        """Mean demand of the regions of a (site, workload, group) in a step."""
        site, workload, group, step = index
        asked = ((workload, region, step) for region in self.groups[site, workload, group])
        return sum(demand[key].mean_mtokens_per_s for key in asked if key in demand)

    def sent_to(self, site: str, workload: str, group: str) -> str | None:
        """Site that a group's prefill is sent to; None where nothing leaves the site."""
        receiver, _, _ = self.decoded_as.get((site, workload, group), (site, "", ""))
        return None if receiver == site else receiver


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
        entry = x.calendar.entry(first)
        first_system[site, system] = min(entry, first_system.get((site, system), entry))
    groups, beaten = _groups(x, where, found, first_system, demand)
    result = Serving(
        by_key,
        groups={key: group.regions for key, group in groups.items()},
        decoded_as={},
        profile_of={key: group.profile for key, group in groups.items()},
        end_ratio={},
        serves=[],
        flows=[],
        beaten=beaten,
    )
    prefilled: list[tuple[str, str, str, str, int]] = []
    for (site, workload, name), group in groups.items():
        asked = [(site, p) for p in group.points] + [*group.prefills]
        entries = {max(0, first_system[s, by_key[workload, p].system]) for s, p in asked}
        reads: list[Prefill] = []
        points: list[str] = []
        for step in x.calendar.steps:
            if step.index in entries:  # else all is as it was in the step before
                reads, points = _ready(group, workload, site, step.index, first_system, by_key)
            wanted = [r for r in group.regions if (workload, r, step.index) in demand]
            if not points or not wanted:
                continue
            ratio = demand[workload, wanted[0], step.index].end_ratio
            result.end_ratio[site, workload, name, step.index] = ratio
            result.serves.extend((site, workload, p, name, step.index) for p in points)
            result.flows.extend((workload, r, site, step.index) for r in wanted)
            for elsewhere, point in reads:
                key = (elsewhere, workload, f"{name}@{site}")
                result.groups[key], result.profile_of[key] = group.regions, group.profile
                result.decoded_as[key] = (site, workload, name)
                result.end_ratio[*key, step.index] = ratio
                prefilled.append((elsewhere, workload, point, key[2], step.index))
    result.serves.extend(prefilled)
    return result


def _ready(
    group: Group,
    workload: str,
    site: str,
    step: int,
    first_system: dict[tuple[str, str], int],
    by_key: dict[tuple[str, str], Match],
) -> tuple[list[Prefill], list[str]]:
    """Of a group's prefills and points those with systems by then, each stage with the other."""

    def match(point: str) -> Match:
        return by_key[workload, point]

    there = [p for p in group.points if first_system[site, match(p).system] <= step]
    reads = [(s, p) for s, p in group.prefills if first_system[s, match(p).system] <= step]
    read = {match(p).model for _, p in reads}
    points = [p for p in there if match(p).stage == SERVE or match(p).model in read]
    written = {match(p).model for p in points if match(p).stage == DECODE}
    return [(s, p) for s, p in reads if match(p).model in written], points


def _groups(
    x: Inputs,
    where: Siting,
    found: list[Match],
    first_system: dict[tuple[str, str], int],
    demand: dict[tuple[str, str, int], StepDemand],
) -> tuple[dict[GroupKey, Group], list[tuple[str, str, str]]]:
    trips = round_trips_ms(x)
    limits = lookup(x.tables["workloads"], "workload", "ttft_limit_ms")
    profile = {(row.workload, row.region): row.profile for row in rows(x.tables["demand"])}
    senders = _senders(x, found, first_system)
    growth: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for (workload, region, step), level in demand.items():
        growth[workload, region].append((step, level.end_ratio))
    home, sovereign = at_home(x.tables), sovereign_workloads(x.tables)
    alike: dict[Alike, list[str]] = defaultdict(list)
    beaten: list[tuple[str, str, str]] = []
    for site in where.first_step:
        here = [m for m in found if (site, m.system) in first_system]
        served = _served(
            here, limits, {r: trips[site, r] for r in x.tables["regions"]["region"]}, x
        )
        useless = _beaten(here, served)
        beaten += [(site, w, o) for w, o in useless]
        served |= {key: set() for key in useless}
        for (workload, region), path in growth.items():
            if workload in sovereign and (site, region) not in home:
                continue
            spare = limits[workload] - x.scenario.latency.queue_ms
            prefills = [
                (elsewhere, match)
                for elsewhere, match, wait_ms in senders[site, workload]
                if match.ttft_ms + trips[elsewhere, region] + wait_ms <= spare
                and (workload not in sovereign or (elsewhere, region) in home)
            ]
            read = {match.model for _, match in prefills}
            points = tuple(
                m.point
                for m in here
                if m.workload == workload
                and (m.model in read if m.stage == DECODE else region in served[workload, m.point])
            )
            if points:
                written = {
                    m.model
                    for m in here
                    if (m.workload, m.stage) == (workload, DECODE) and m.model in read
                }
                sent = tuple((at, match.point) for at, match in prefills if match.model in written)
                key = (site, workload, profile[workload, region], points, sent, tuple(path))
                alike[key].append(region)
    return _named(alike), beaten


def _served(
    here: list[Match], limits: dict[str, float], trips_ms: dict[str, float], x: Inputs
) -> dict[tuple[str, str], set[str]]:
    """(workload, point) to the regions that a site can serve whole at it."""
    queue_ms = x.scenario.latency.queue_ms
    within: dict[tuple[str, str], set[str]] = {}
    for m in here:
        spare = limits[m.workload] - queue_ms - m.ttft_ms
        in_time = {r for r, trip in trips_ms.items() if trip <= spare}
        within[m.workload, m.point] = in_time if m.stage == SERVE else set()
    return within


def _beaten(here: list[Match], served: dict[tuple[str, str], set[str]]) -> list[tuple[str, str]]:
    """(workload, point) that another point of the same system beats wherever it serves."""
    of: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for m in here:
        of[m.workload, m.system].append(m)

    def beaten(match: Match) -> bool:
        own = served[match.workload, match.point]
        return any(
            beats_where_it_serves(other, match, served[other.workload, other.point], own)
            for other in of[match.workload, match.system]
        )

    return [(m.workload, m.point) for m in here if beaten(m)]


def _senders(
    x: Inputs, found: list[Match], first_system: dict[tuple[str, str], int]
) -> dict[tuple[str, str], list[tuple[str, Match, float]]]:
    """(site, workload) of a decode to the sites and matches of its prefill, and the wait, ms.

    The wait is what sending the key-value cache adds to the first token; nothing within a site.
    """
    lengths, ways = lookup(x.tables["workloads"], "workload", "output_tokens"), links(x)
    senders: dict[tuple[str, str], list[tuple[str, Match, float]]] = defaultdict(list)
    for match in found:
        for site, system in first_system:
            if match.stage != PREFILL or system != match.system:
                continue
            senders[site, match.workload].append((site, match, 0.0))
            for (start, end), link in ways.items():
                if start == site:
                    gigabytes = match.sent_gb_per_mtoken * lengths[match.workload] / 1e6
                    wait_ms = link.transfer_ms(gigabytes)
                    senders[end, match.workload].append((site, match, wait_ms))
    return senders


def _named(alike: dict[Alike, list[str]]) -> dict[GroupKey, Group]:
    """Name groups by their profile, numbered where a site has several of one profile."""
    groups: dict[GroupKey, Group] = {}
    for (site, workload, profile, points, prefills, _), regions in alike.items():
        number, name = 1, profile
        while (site, workload, name) in groups:
            number += 1
            name = f"{profile}~{number}"
        groups[site, workload, name] = Group(tuple(regions), profile, points, prefills)
    return groups
