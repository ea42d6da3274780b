"""Classes of air permit that a site can hold, and what each of them lets its stacks emit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tokenworks import air, leads
from tokenworks.candidates.sites import Filings
from tokenworks.frames import NamedRow, rows
from tokenworks.inputs import Inputs
from tokenworks.leads import Permit
from tokenworks.scr import POLLUTANTS, running, starting

HOURS_PER_YEAR = 8760.0
LB_PER_SHORT_TON = 2000.0


@dataclass(frozen=True)
class AirClass:
    """What one or several routes allow alike, once granted.

    Attributes
    ----------
    caps
        Most that the site may emit of each of `POLLUTANTS`, short tons a year; infinite for no cap.
    covers
        Technologies that may run under it.
    offset_ratio, offset_cost_usd
        Tons of NOx to retire for each that is permitted, and the price of one; 0 for none.
    """

    caps: tuple[float, ...]
    covers: frozenset[str]
    offset_ratio: float
    offset_cost_usd: float

    def limits(self, pollutant: str) -> bool:
        """Whether it caps what the site emits of a pollutant, or asks for offsets."""
        return math.isfinite(self.cap(pollutant)) or (pollutant == "nox" and self.offset_ratio > 0)

    def cap(self, pollutant: str) -> float:
        """Its cap on a pollutant."""
        return self.caps[POLLUTANTS.index(pollutant)]


@dataclass
class AirPermits:
    """Air permits that hold at a site; a class goes by the first of its routes.

    Attributes
    ----------
    classes
        (site, class) to what it allows.
    routes
        (site, class) to its routes.
    """

    classes: dict[tuple[str, str], AirClass] = field(default_factory=dict)
    routes: dict[tuple[str, str], list[Permit]] = field(default_factory=dict)

    def at(self, site: str) -> dict[str, AirClass]:
        """Classes of a site."""
        return {name: allowed for (s, name), allowed in self.classes.items() if s == site}


def air_permits(x: Inputs) -> AirPermits:
    """Classes of the air permits that hold at every site."""
    found = AirPermits()
    technologies = list(rows(x.tables["power_technologies"]))
    limits = air.thresholds(x.tables["air_permit_thresholds"])
    for site, routes in leads.air_routes(x.tables):
        known: dict[AirClass, str] = {}
        for route in routes:
            allowed = _class_of(route, technologies, limits)
            name = known.setdefault(allowed, route.route)
            found.classes[site, name] = allowed
            found.routes.setdefault((site, name), []).append(leads.permit(route))
    return found


def _class_of(route: NamedRow, technologies: list[NamedRow], limits: air.Thresholds) -> AirClass:
    covered = frozenset(t.technology for t in technologies if air.covers(route, t, limits))
    ratio = air.offset_ratio(route, limits)
    price = float(route.offset_cost_usd_per_short_ton) if ratio else 0.0
    return AirClass(tuple(air.caps(route).values()), covered, ratio, price)


def offer_later_permits(
    x: Inputs, filings: Filings, permits: AirPermits, builds: list[tuple[str, str, int]]
) -> None:
    """Offer the filings by which a site outgrows a limit: granted at the start of a step.

    Parameters
    ----------
    x
        Inputs.
    filings
        Filings, with those that let something be built.
    permits
        Classes by site.
    builds
        (site, technology, step) at which modules can enter service.
    """
    first: dict[str, int] = {}
    for site, technology, built in builds:
        if any(technology in allowed.covers for allowed in permits.at(site).values()):
            first[site] = min(built, first.get(site, built))
    for (site, name), routes in permits.routes.items():
        caps = [allowed.caps for allowed in permits.at(site).values()]
        if site not in first or not air.allow_more(permits.classes[site, name].caps, caps):
            continue
        others = [p for (s, _), held in permits.routes.items() if s == site for p in held]
        for step in x.calendar.steps[max(0, first[site]) :]:
            needed = dict.fromkeys(others, step.start_month)
            for permit in routes:
                filings.offer_permit(site, permit, needed)


def emits(technology: NamedRow) -> dict[str, tuple[float, float]]:
    """Pollutant to the yearly short tons of a mean MW that runs, and of a MW that is there.

    The second is of its start-ups and tests, at full load and without control. What emits nothing
    of a pollutant has no entry.
    """
    tons = technology.heat_rate_mmbtu_per_mwh / LB_PER_SHORT_TON
    hours = technology.air_start_hours_per_year
    hours = 0.0 if math.isnan(hours) else hours
    found = {
        pollutant: (
            tons * HOURS_PER_YEAR * getattr(technology, running(pollutant)),
            tons * hours * getattr(technology, starting(pollutant)),
        )
        for pollutant in POLLUTANTS
    }
    return {pollutant: rates for pollutant, rates in found.items() if sum(rates) > 0.0}
