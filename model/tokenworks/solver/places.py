"""Which sites are looked at together, and which first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from tokenworks.candidates.points import fits_site, matches, round_trips_ms
from tokenworks.eligible import at_home, sovereign_workloads
from tokenworks.frames import lookup, rows_by
from tokenworks.inputs import Inputs, linked
from tokenworks.levelised import levelised_costs
from tokenworks.schema.tables_hardware import DECODE

Group = tuple[str, ...]

# Cites rows of all other tables, by their keys.
SOURCES = "figure_sources"
# Sites that are searched at first, at least; more where these have too little room.
FIRST = 12
MOST_FIRST = 24
# Sites times steps that are searched at first, at most, where `FIRST` are no more than that: a
# round of columns among 12 sites with 37 steps takes a minute, among 21 more than ten.
MOST_SITE_STEPS = 450
# Sites that reach each demand at first, of as many zones: at the price of what the only one cannot
# serve, every other that reaches it would look as if it earned all of that.
REACHED_BY = 3
# Room of the first sites, over what the demand at the end asks for.
ROOM = 1.25


def groups_of(x: Inputs) -> list[Group]:
    """Sites that a link or a zone joins, in order of the table.

    What holds a zone is then held by the rows of one group.
    """
    zone = lookup(x.tables["sites"], "site", "zone")
    order = {site: n for n, site in enumerate(zone)}
    of = {site: set(members) for members in linked(x) for site in members}
    first: dict[str, str] = {}
    for site, name in zone.items():
        one, other = of[first.setdefault(name, site)], of[site]
        if one is not other:
            one |= other
            of |= dict.fromkeys(other, one)
    found = {id(members): members for members in of.values()}
    return [tuple(sorted(members, key=order.__getitem__)) for members in found.values()]


def names_of(x: Inputs, group: Collection[str]) -> frozenset[str]:
    """Names that make a row the group's own: of its sites and zones, and of nothing else."""
    zone = lookup(x.tables["sites"], "site", "zone")
    own = set(group) | {zone[site] for site in group}
    return frozenset(own - _other_names(x))


def zones_of(x: Inputs, group: Collection[str]) -> frozenset[str]:
    """Of the names that make a row the group's own, those of zones that no site of it is called."""
    return names_of(x, group) - frozenset(group)


def _other_names(x: Inputs) -> set[str]:
    """Whatever else is named in a key, such as a region called like a site in it."""
    found: set[str] = set()
    for name, loaded in x.whole.loaded.items():
        if name == SOURCES:
            continue
        for column in loaded.table.columns:
            of_place = column.refers_to.startswith(("sites.", "zones.")) or column.name in (
                "site",
                "zone",
            )
            if column.name in loaded.table.key and not of_place and name in x.whole.tables:
                values = x.whole.tables[name][column.name]
                found |= {value for value in values.unique().tolist() if isinstance(value, str)}
    return found


def by_rank(x: Inputs) -> list[str]:
    """All sites: of every zone the one at which tokens look cheapest, then of every zone the next.

    What a site costs is `tokenworks.levelised`; what a zone can power is shared by its sites.
    """
    rank = _ranks(x)
    zone = lookup(x.tables["sites"], "site", "zone")
    order = {site: n for n, site in enumerate(rank)}
    turn: dict[str, int] = {}
    seen: dict[str, int] = {}
    for site in sorted(rank, key=lambda site: (rank[site], order[site])):
        turn[site] = seen[zone[site]] = seen.get(zone[site], 0) + 1
    return sorted(rank, key=lambda site: (turn[site], rank[site], order[site]))


def first_sites(x: Inputs, order: Sequence[str]) -> list[str]:
    """Sites to search at first.

    Those that hold something already; for all demand the cheapest that may serve it and reach it in
    time, three of three zones where there are, what few sites serve first; then the cheapest, until
    there are so many and so much room, or so many for the steps that there are.

    Parameters
    ----------
    x
        Inputs.
    order
        All sites, the cheapest first.
    """
    holdings = x.tables["holdings"]
    held = set(holdings["site"]) if len(holdings) else set()
    chosen = [site for site in order if site in held]
    reach = reached_by(x, order)
    for key in sorted(reach, key=lambda key: (len(reach[key]), key)):
        chosen += _lacking(reach[key], chosen, lookup(x.tables["sites"], "site", "zone"))
    # What has to be there says nothing of how much room is left for the others' demand.
    room, fixed = lookup(x.tables["sites"], "site", "max_it_mw"), len(chosen)
    needed = ROOM * _needed_mw(x)
    most = max(FIRST, MOST_SITE_STEPS // len(x.calendar.steps))
    for site in order:
        enough = sum(room[one] for one in chosen[fixed:]) >= needed
        if len(chosen) - fixed >= (FIRST if enough else MOST_FIRST) or len(chosen) >= most:
            break
        if site not in chosen:
            chosen.append(site)
    return chosen


def _lacking(reaching: Sequence[str], chosen: Sequence[str], zone: Mapping[str, str]) -> list[str]:
    """Of the sites that reach a demand, the cheapest that have to join the chosen ones."""
    there = [site for site in reaching if site in chosen]
    zones = {zone[site] for site in there}
    asked = min(REACHED_BY, len({zone[site] for site in reaching}))
    joining: list[str] = []
    for elsewhere in (True, False):
        for site in reaching:
            enough = len(zones) >= asked if elsewhere else len(there) >= REACHED_BY
            if enough or site in there or (elsewhere and zone[site] in zones):
                continue
            joining.append(site)
            there.append(site)
            zones.add(zone[site])
    return joining


def reached_by(x: Inputs, order: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """(workload, region) with demand to the sites that may serve it in time, in that order.

    In time is a first token from a system that fits the site's halls, whenever it arrives.
    """
    sites, systems = rows_by(x.tables["sites"], "site"), rows_by(x.tables["hardware"], "system")
    limits = lookup(x.tables["workloads"], "workload", "ttft_limit_ms")
    trips, queue_ms = round_trips_ms(x), x.scenario.latency.queue_ms
    home, sovereign = at_home(x.tables), sovereign_workloads(x.tables)
    first_ms: dict[tuple[str, str], float] = {}
    for match in matches(x):
        for site in order if match.stage != DECODE else ():
            if fits_site(systems[match.system], sites[site]):
                key = site, match.workload
                first_ms[key] = min(match.ttft_ms, first_ms.get(key, np.inf))
    found: dict[tuple[str, str], list[str]] = {}
    for workload, region in sorted(set(zip(*_asked(x), strict=True))):
        spare = limits[workload] - queue_ms
        own = [
            site
            for site in order
            if first_ms.get((site, workload), np.inf) + trips[site, region] <= spare
            and (workload not in sovereign or (site, region) in home)
        ]
        if own:
            found[workload, region] = own
    return found


def _asked(x: Inputs) -> tuple[list[str], list[str]]:
    demand = x.tables["demand"].query("output_tokens_per_s > 0")
    return demand["workload"].tolist(), demand["region"].tolist()


def _middle_year(x: Inputs) -> int:
    years = sorted({year for step in x.calendar.steps for year in step.years})
    return int(years[len(years) // 2])


def _cheapest(x: Inputs, year: int) -> pd.DataFrame:
    """The cheapest system at every site for every workload."""
    costs = levelised_costs(x, year)
    return costs.sort_values("cost_usd_per_mtoken", kind="stable").drop_duplicates(
        ["site", "workload"]
    )


def _ranks(x: Inputs) -> dict[str, float]:
    """Mean over workloads of the levelised cost at a site over that at the best; none is last."""
    best = _cheapest(x, _middle_year(x))
    least = best.groupby("workload")["cost_usd_per_mtoken"].transform("min")
    over = (best["cost_usd_per_mtoken"] / least.where(least > 0.0)).fillna(1.0)
    wide = best.assign(over=over).pivot_table("over", "site", "workload")
    wide = wide.fillna(2.0 * float(np.nanmax(wide.to_numpy(), initial=1.0)))
    mean = wide.mean(axis=1).to_dict()
    return {site: float(mean.get(site, np.inf)) for site in x.tables["sites"]["site"]}


def _needed_mw(x: Inputs) -> float:
    """Design load that the demand of the last period asks for, at the best site and system then."""
    last = x.calendar.steps[-1]
    best = _cheapest(x, last.years[-1])
    throughput = best.groupby("workload")["output_tokens_per_s_per_mw"].first()
    demand = x.tables["demand"].query("period == @last.period")
    asked = demand.groupby("workload")["output_tokens_per_s"].sum()
    mw = (asked / throughput.where(throughput > 0.0)).dropna()
    return float(mw.sum())
