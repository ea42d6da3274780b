"""Columns of siting, routes and grid contracts that can exist."""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from itertools import takewhile

from tokenworks import leads
from tokenworks.candidates.contracts import has_room
from tokenworks.candidates.held import Held
from tokenworks.frames import rows
from tokenworks.inputs import Inputs
from tokenworks.leads import Permit, Stages
from tokenworks.schema.tables_power import SITE_ASSET

# A filing: (site, route, month in which it is filed).
Filing = tuple[str, str, int]
# (site, route) to months of filing.
Filed = Mapping[tuple[str, str], Set[int]]


@dataclass
class Filings:
    """Filings of routes that could be of use, each in the latest month that still serves.

    Attributes
    ----------
    months
        (site, route) to the months in which it can be filed.
    route_months, cost_usd
        (site, route) to months until the grant and to the cost paid in the month of filing.
    kept_usd
        (site, route) to the part of the cost that keeps its value.
    followed
        (site, route) to the routes one of which must be granted before it is filed.
    also
        Months that are offered with the first that is.
    held
        (site, route) filed before the horizon, or granted then, to the month of its filing.
    """

    months: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    route_months: dict[tuple[str, str], int] = field(default_factory=dict)
    cost_usd: dict[tuple[str, str], float] = field(default_factory=dict)
    kept_usd: dict[tuple[str, str], float] = field(default_factory=dict)
    followed: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    also: Filed = field(default_factory=dict)
    held: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def hold(self, months: Mapping[str, int]) -> None:
        """Take what is held as filed, where it was.

        Parameters
        ----------
        months
            Route to months from filing to grant.
        """
        for (site, route), month in self.held.items():
            self.months[site, route] = {month}
            self.route_months[site, route] = months[route]
            self.cost_usd[site, route] = self.kept_usd[site, route] = 0.0

    @property
    def of_held(self) -> list[Filing]:
        """Filings that are held."""
        return [(site, route, month) for (site, route), month in self.held.items()]

    def offer_permit(self, site: str, permit: Permit, needed: Mapping[Permit, int]) -> None:
        """Offer a permit that is granted in the month in which it is needed, and what it follows.

        Parameters
        ----------
        site, permit
            The site and the route.
        needed
            Routes of the same asset to the month by which their grant is needed.
        """
        others = list(needed)
        if needed[permit] < min(leads.months_to_grant(permit, others), default=math.inf):
            return
        self.offer(site, permit.route, permit.months, permit.cost_usd, needed[permit])
        self.kept_usd[site, permit.route] = permit.kept_usd
        first = leads.followed(permit, others)
        if first:
            self.followed[site, permit.route] = [other.route for other in first]
        for other in first:
            # Nothing follows it before its own stage, at which it would be late.
            month = min(needed[other], needed[permit] - permit.months)
            self.offer_permit(site, other, {**needed, other: month})

    def offer(self, site: str, route: str, months: int, cost_usd: float, needed: int) -> bool:
        """Offer a filing that is granted in the month in which it is needed.

        Returns
        -------
        bool
            False where it would have to be filed before the horizon starts.
        """
        if (site, route) in self.held:
            return needed >= self.held[site, route] + self.route_months[site, route]
        if needed < months:
            return False
        self.route_months[site, route] = months
        self.cost_usd[site, route] = cost_usd
        also = self.also.get((site, route), set())
        self.months.setdefault((site, route), set(also)).add(needed - months)
        self.kept_usd.setdefault((site, route), 0.0)
        return True

    def granted_by(self, site: str, route: str, month: int) -> list[tuple[str, int]]:
        """(route, month of filing) of the filings that are granted by a month."""
        pair = (site, route)
        filed = sorted(self.months.get(pair, ()))
        return [(route, f) for f in filed if f + self.route_months[pair] <= month]

    @property
    def following(self) -> dict[Filing, list[tuple[str, int]]]:
        """Filings of routes that follow others, with the filings of these granted by then."""
        return {
            (s, r, f): [filed for other in others for filed in self.granted_by(s, other, f)]
            for (s, r), others in self.followed.items()
            for f in sorted(self.months[s, r])
        }

    @property
    def all(self) -> list[Filing]:
        """Every filing, in order of site, route and month."""
        return [(s, r, f) for (s, r), filed in self.months.items() for f in sorted(filed)]


def requirements(permits: list[Permit]) -> dict[str, list[Permit]]:
    """Routes by the requirement that they satisfy."""
    found: dict[str, list[Permit]] = defaultdict(list)
    for permit in permits:
        for requirement in permit.satisfies:
            found[requirement].append(permit)
    return dict(found)


def offer_permits(
    filings: Filings, site: str, permits: list[Permit], stages: Stages, service_month: int
) -> bool:
    """Offer the filings that let an asset enter service in a month.

    Returns
    -------
    bool
        False where some requirement has no route that could be granted in time; none is offered
        then, since the others would be filed in vain.
    """
    needed = {p: service_month - stages.after_grant(p.required_before) for p in permits}
    in_time = [
        permit
        for permit in permits
        if needed[permit] >= min(leads.months_to_grant(permit, permits), default=math.inf)
    ]
    if set(requirements(in_time)) != set(requirements(permits)):
        return False
    for permit in in_time:
        filings.offer_permit(site, permit, needed)
    return True


def enabling_filings(
    filings: Filings, site: str, permits: list[Permit], stages: Stages, service_month: int
) -> dict[str, list[tuple[str, int]]]:
    """Requirement to the filings that are granted in time for service in a month."""
    return {
        requirement: [
            filing
            for permit in routes
            for filing in filings.granted_by(
                site, permit.route, service_month - stages.after_grant(permit.required_before)
            )
        ]
        for requirement, routes in requirements(permits).items()
    }


@dataclass(frozen=True)
class Siting:
    """What can be opened, filed and contracted, and when.

    Attributes
    ----------
    filings
        Routes that can be filed.
    openings
        (site, step) at which a site can be energised for the first time.
    opening_permits
        (site, requirement, step) to the filings that allow it.
    first_step
        Site to the first step at which it can be energised.
    contracts
        (site, route, step) at which a grid contract can start.
    full
        (site, route, step) at which one could, had the zone any headroom yet.
    """

    filings: Filings
    openings: list[tuple[str, int]]
    opening_permits: dict[tuple[str, str, int], list[tuple[str, int]]]
    first_step: dict[str, int]
    contracts: list[tuple[str, str, int]]
    full: list[tuple[str, str, int]]


def siting(x: Inputs, filed: Filed, held: Held) -> Siting:
    """Columns of siting, routes and contracts that can be used within the horizon.

    Parameters
    ----------
    x
        Inputs.
    filed
        Months of filing that are offered besides, of the routes that can be of use.
    held
        What is held.
    """
    filings = Filings(also=filed, held=leads.routes_held(x.tables))
    filings.hold(leads.route_months(x.tables))
    permits = leads.permits_by_site(x.tables)
    openings: list[tuple[str, int]] = []
    allowed: dict[tuple[str, str, int], list[tuple[str, int]]] = {}
    first_step: dict[str, int] = {}
    for s, v in held.blocks:
        openings.append((s, v))
        first_step[s] = min(x.calendar.entry(v), first_step.get(s, len(x.calendar.steps)))
    for site in rows(x.tables["sites"]):
        routes = permits.get((site.site, SITE_ASSET), [])
        stages = leads.site_stages(site)
        steps = [
            step
            for step in x.calendar.arrivals(leads.earliest_service(stages, routes))
            if offer_permits(filings, site.site, routes, stages, step.start_month)
        ]
        for step in steps:
            enabling = enabling_filings(filings, site.site, routes, stages, step.start_month)
            openings.append((site.site, step.index))
            first_step.setdefault(site.site, step.index)
            allowed.update({(site.site, q, step.index): f for q, f in enabling.items()})
    contracts, full = _contracts(x, filings, first_step)
    contracts = [*held.contracts, *contracts]
    return Siting(filings, openings, allowed, first_step, contracts, full)


def _contracts(
    x: Inputs, filings: Filings, first_step: dict[str, int]
) -> tuple[list[tuple[str, str, int]], list[tuple[str, str, int]]]:
    """Contracts that can start, and those for which the zone has no headroom yet."""
    found, full, room = [], [], has_room(x)
    for row in rows(x.tables["interconnection_routes"]):
        if row.site not in first_step or row.max_mw <= 0.0:
            continue
        months = leads.connection_months(row, filings.held)
        opened = x.calendar.steps[first_step[row.site]].start_month
        # Once there is room later steps count even without any: something may be given up then.
        steps = x.calendar.arrivals(max(months, opened))
        count = sum(1 for _ in takewhile(operator.not_, (room(row, e.years) for e in steps)))
        waiting = steps[:count]
        full += [(row.site, row.route, step.index) for step in waiting]
        found += [
            (row.site, row.route, step.index)
            for step in steps[count:]
            if filings.offer(row.site, row.route, months, row.cost_usd, step.start_month)
        ]
    return found, full
