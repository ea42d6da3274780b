"""All columns that can exist, gathered for the blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tokenworks.candidates.air import AirPermits, air_permits
from tokenworks.candidates.assets import Assets, assets
from tokenworks.candidates.demand import StepDemand, demand_in_steps, profiles
from tokenworks.candidates.exports import Controls
from tokenworks.candidates.flexible import FlexibleLoad, flexible_load
from tokenworks.candidates.held import Held, held
from tokenworks.candidates.points import matches
from tokenworks.candidates.retrofits import Retrofits, retrofits
from tokenworks.candidates.series import Series, series
from tokenworks.candidates.serving import Serving, serving
from tokenworks.candidates.sites import Filed, Siting, siting
from tokenworks.candidates.slices import Slices, slices
from tokenworks.inputs import Inputs, of_sites
from tokenworks.shipments import Shipments


@dataclass(frozen=True)
class Candidates:
    """What a plan may hold.

    Attributes
    ----------
    held
        What is held when the horizon starts.
    siting
        Openings, filings, contracts.
    retrofits
        Halls made denser or liquid-cooled.
    air
        Air permits that sites can hold.
    assets
        Power modules and systems.
    exports
        What export rules control and keep out.
    serving
        Points, groups, flows.
    demand
        (workload, region, step) to its demand.
    profiles
        Daily profile to its 24 hours.
    slices
        Site to its representative hours.
    flexible
        Load that can be shed or can wait.
    series
        Units that all sites can build of technologies whose cost falls along a series.
    unused
        Sites from which nothing can be served: no region is within a latency of theirs, no system
        fits their halls, or none of it before the horizon ends.
    """

    held: Held
    siting: Siting
    retrofits: Retrofits
    air: AirPermits
    assets: Assets
    exports: Controls
    serving: Serving
    demand: dict[tuple[str, str, int], StepDemand]
    profiles: dict[str, npt.NDArray[np.float64]]
    slices: dict[str, Slices]
    flexible: FlexibleLoad
    series: Series
    unused: frozenset[str] = frozenset()


def candidates(x: Inputs, filed: Filed | None = None) -> Candidates:
    """Columns that can be used within the horizon; all others are never made.

    Parameters
    ----------
    x
        Inputs.
    filed
        (site, route) to months in which it can be filed besides those in which that is of use.
    """
    found = _of_sites(x, filed or {})
    serving_sites = {s for s, *_ in found.serving.serves} | set(found.held.first_blocks)
    unused = set(found.siting.first_step) - serving_sites
    if not unused:
        return found
    used = [site for site in x.tables["sites"]["site"] if site not in unused]
    kept = _of_sites(of_sites(x, used), filed or {})
    # What was refused for a site is what may have left it without use.
    controls = replace(kept.exports, refused=found.exports.refused)
    return replace(kept, exports=controls, unused=frozenset(unused))


def _of_sites(x: Inputs, filed: Filed) -> Candidates:
    has = held(x)
    where = siting(x, filed, has)
    demand = demand_in_steps(x)
    asked = {workload for workload, _, _ in demand}
    found = [match for match in matches(x) if match.workload in asked]
    least = x.scenario.exports.least_grant_probability_fraction
    controls = Controls(Shipments(x.tables, x.calendar.start, least), where.filings)
    halls = retrofits(x, where)
    stacks = air_permits(x)
    kit = assets(x, where, stacks, {m.system for m in found}, controls, halls, has)
    served = serving(x, where, found, kit.purchases, demand)
    shapes = profiles(x)
    hours = slices(x, shapes)
    flexible = flexible_load(x, where, served, hours)
    return Candidates(
        *(has, where, halls, stacks, kit, controls, served, demand, shapes, hours, flexible),
        series(x.whole),
    )
