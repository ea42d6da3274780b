"""All columns that can exist, gathered for the blocks."""

from __future__ import annotations

from dataclasses import dataclass

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
from tokenworks.candidates.serving import Serving, serving
from tokenworks.candidates.sites import Filed, Siting, siting
from tokenworks.candidates.slices import Slices, slices
from tokenworks.inputs import Inputs
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


def candidates(x: Inputs, filed: Filed | None = None) -> Candidates:
    """Columns that can be used within the horizon; all others are never made.

    Parameters
    ----------
    x
        Inputs.
    filed
        (site, route) to months in which it can be filed besides those in which that is of use.
    """
    has = held(x)
    where = siting(x, filed or {}, has)
    found = matches(x)
    least = x.scenario.exports.least_grant_probability_fraction
    controls = Controls(Shipments(x.tables, x.calendar.start, least), where.filings)
    halls = retrofits(x, where)
    stacks = air_permits(x)
    kit = assets(x, where, stacks, {m.system for m in found}, controls, halls, has)
    demand = demand_in_steps(x)
    served = serving(x, where, found, kit.purchases, demand)
    shapes = profiles(x)
    hours = slices(x, shapes)
    flexible = flexible_load(x, where, served, hours)
    return Candidates(
        has, where, halls, stacks, kit, controls, served, demand, shapes, hours, flexible
    )
