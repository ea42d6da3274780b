"""Columns of power modules and hardware that can exist."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from tokenworks import leads
from tokenworks.calendar import MONTHS_PER_YEAR, Step
from tokenworks.candidates.air import AirPermits, offer_later_permits
from tokenworks.candidates.exports import Controls
from tokenworks.candidates.held import Held
from tokenworks.candidates.points import fits_site
from tokenworks.candidates.retrofits import Retrofits
from tokenworks.candidates.sites import Siting, enabling_filings, offer_permits
from tokenworks.candidates.supply import supplies
from tokenworks.frames import NamedRow, rows, rows_by
from tokenworks.inputs import Inputs
from tokenworks.leads import Permit

# A site never holds more of one technology than this many times its peak load; said in the README.
MOST_CAPACITY_OVER_PEAK = 20.0


@dataclass(frozen=True)
class Assets:
    """Power modules and systems that can enter service, and when.

    Attributes
    ----------
    builds
        (site, technology, step) at which modules can enter service.
    build_permits
        (site, technology, requirement, step) to the filings that allow it.
    most_modules
        (site, technology) to the largest useful or allowed number of modules.
    whole
        (site, technology) whose count of modules is whole.
    purchases
        (site, system, step) at which systems can enter service.
    """

    builds: list[tuple[str, str, int]]
    build_permits: dict[tuple[str, str, str, int], list[tuple[str, int]]]
    most_modules: dict[tuple[str, str], int]
    whole: set[tuple[str, str]]
    purchases: list[tuple[str, str, int]]


def service_share(step: Step, service: Step, life_years: float) -> float:
    """Share of a step that an asset of an earlier or the same step's vintage serves.

    1 throughout its life, the remaining fraction in the step in which its life ends, then 0: what
    replaces it in the course of that step is counted by its own fraction.
    """
    if service.start_month > step.start_month:
        return 0.0
    left = service.start_month + life_years * MONTHS_PER_YEAR - step.start_month
    return min(1.0, max(0.0, left / step.months))


def most_modules(site: NamedRow, technology: NamedRow) -> int:
    """Largest number of modules at a site.

    The row's own limit where it has one; otherwise 20 times the site's peak load. Gas-fired
    capacity is held to the site's gas access as well.
    """
    peak_mw = site.max_it_mw * site.peak_pue_ratio
    most_mw = technology.max_site_mw
    if math.isnan(most_mw):
        most_mw = MOST_CAPACITY_OVER_PEAK * peak_mw
        # At least one module, however large it is against the site.
        most_mw = max(most_mw, technology.module_mw)
    if technology.needs_gas:
        most_mw = min(most_mw, site.gas_access_mw)
    if technology.needs_waterfront and not site.waterfront:
        most_mw = 0.0
    return int(most_mw / technology.module_mw + 1e-9)


def assets(
    x: Inputs,
    where: Siting,
    stacks: AirPermits,
    systems: set[str],
    controls: Controls,
    halls: Retrofits,
    held: Held,
) -> Assets:
    """Columns of power and hardware that can be used within the horizon.

    Parameters
    ----------
    x
        Inputs.
    where
        Sites that can be opened; permit routes of the technologies are added to its filings.
    stacks
        Air permits of the sites; filings by which they outgrow one are added as well.
    systems
        Systems that some operating point lets serve some workload.
    controls
        What export rules say; the ways of what they control are added to it.
    halls
        Halls that can be retrofitted.
    held
        What is held.
    """
    power = modules(x, where, held)
    offer_later_permits(x, where.filings, stacks, power.builds)
    allowed = _allowed(x, where, power.builds)
    bought = [*held.systems, *_purchases(x, where, systems, controls, halls)]
    return Assets(power.builds, allowed, power.most, power.whole, bought)


@dataclass(frozen=True)
class Modules:
    """Power modules that can enter service: of `Assets` what no system has a part in."""

    builds: list[tuple[str, str, int]]
    most: dict[tuple[str, str], int]
    whole: set[tuple[str, str]]


def modules(x: Inputs, where: Siting, held: Held, only: Collection[str] | None = None) -> Modules:
    """Power modules that can enter service.

    Parameters
    ----------
    x, where, held
        As in `assets`.
    only
        Technologies that are asked for; blank means all.
    """
    permits = leads.permits_by_site(x.tables)
    laterals, supply = leads.lateral_months(x.tables), supplies(x)
    shut = leads.closed(x.tables)
    technologies = [
        row
        for row in rows(x.tables["power_technologies"])
        if only is None or row.technology in only
    ]
    found = Modules([], {}, set())
    for site in rows(x.tables["sites"]):
        if site.site not in where.first_step:
            continue
        for technology in technologies:
            pair = (site.site, technology.technology)
            count = most_modules(site, technology)
            routes = permits.get(pair, [])
            possible = count and not is_barred(site, routes) and pair not in shut
            gas = laterals.get(site.site, 0) if technology.needs_gas else 0
            steps = _build_steps(x, where, site, technology, routes, gas) if possible else []
            steps = [e for e in steps if supply.has_some(technology.technology, e)]
            has = [index for index in held.modules if index[:2] == pair]
            if not steps and not has:
                continue
            found.builds.extend(has)
            found.most[pair] = max(count, math.ceil(sum(held.modules[index] for index in has)))
            share = technology.module_mw / (site.max_it_mw * site.peak_pue_ratio)
            if share >= x.scenario.power.whole_module_fraction:
                found.whole.add(pair)
            found.builds.extend((*pair, step) for step in steps)
    return found


def is_barred(site: NamedRow, permits: list[Permit]) -> bool:
    """Whether the law of the place keeps out what needs a nuclear licence."""
    nuclear = any("nuclear" in permit.satisfies for permit in permits)
    return nuclear and bool(pd.notna(site.nuclear_restricted) and site.nuclear_restricted)


def _build_steps(
    x: Inputs,
    where: Siting,
    site: NamedRow,
    technology: NamedRow,
    permits: list[Permit],
    gas_month: int,
) -> list[int]:
    """Steps at which modules can enter service, the filings that allow it are offered.

    Before `gas_month` no gas could come to the site.
    """
    stages = leads.technology_stages(technology, x.calendar.start)
    # Power enters service at a site that can be energised, and no sooner.
    opened = max(gas_month, x.calendar.steps[where.first_step[site.site]].start_month)
    return [
        step.index
        for step in x.calendar.arrivals(max(opened, leads.earliest_service(stages, permits)))
        if offer_permits(where.filings, site.site, permits, stages, step.start_month)
    ]


def _allowed(
    x: Inputs,
    where: Siting,
    builds: list[tuple[str, str, int]],
) -> dict[tuple[str, str, str, int], list[tuple[str, int]]]:
    """Filings that allow each build, once all are offered: stacks share their permits."""
    technologies = rows_by(x.tables["power_technologies"], "technology")
    permits = leads.permits_by_site(x.tables)
    found = {}
    for site, technology, step in builds:
        if step < 0:
            continue  # what is held was allowed
        stages = leads.technology_stages(technologies[technology], x.calendar.start)
        routes = permits.get((site, technology), [])
        month = x.calendar.steps[step].start_month
        enabling = enabling_filings(where.filings, site, routes, stages, month)
        found.update({(site, technology, q, step): filings for q, filings in enabling.items()})
    return found


def _first_hall(system: NamedRow, site: NamedRow, where: Siting, halls: Retrofits) -> int | None:
    """First step at which the site has a hall that admits the system, as built or retrofitted."""
    if fits_site(system, site):
        return where.first_step[site.site]
    row = halls.row.get(site.site)
    return halls.first_step(site.site) if row is not None and fits_site(system, row) else None


def _purchases(
    x: Inputs, where: Siting, systems: set[str], controls: Controls, halls: Retrofits
) -> list[tuple[str, str, int]]:
    found, held = [], supplies(x)
    for site in rows(x.tables["sites"]):
        if site.site not in where.first_step:
            continue
        for system in rows(x.tables["hardware"]):
            first = _first_hall(system, site, where, halls)
            if system.system not in systems or first is None:
                continue
            opened = x.calendar.steps[first].start_month
            ready = leads.first_month(system.first_order, x.calendar.start) + system.lead_months
            found += [
                (site.site, system.system, step.index)
                for step in controls.arrivals(x, site, system.system, max(opened, int(ready)))
                if held.has_some(system.system, step.index)
            ]
    return found
