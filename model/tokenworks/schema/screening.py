"""Options of the screening: thresholds, weights and rules. All are our choices, none published."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import Field

from tokenworks.schema.section import ASSUMED, Section

_option: Callable[..., Any] = partial(Field, json_schema_extra=ASSUMED)


class Exclusions(Section):
    """What puts a place out of question."""

    farthest_line_km: float = _option(
        80.0, ge=0, description="Farthest that a line of 230 kV may be, whatever powers the site."
    )
    grid_reach_km: float = _option(
        40.0, ge=0, description="Farthest line of 230 kV to which a site is still connected."
    )
    gas_reach_km: float = _option(
        60.0, ge=0, description="Farthest gas-fired plant that still tells of a pipeline near by."
    )
    densest_population_per_km2: float = _option(
        400.0, ge=0, description="Densest county in which a site is looked for."
    )
    highest_hazard_index: float = _option(
        30.0, ge=0, le=100, description="Highest score of natural hazards."
    )
    water_needed: bool = _option(
        True, description="Leave out zones that have neither fresh nor other water to give."
    )
    lowest_headroom_mw: float = _option(
        20.0, ge=0, description="Least firm headroom of the zone where no gas is within reach."
    )
    headroom_year: int = _option(
        2035, ge=1990, le=2150, description="Year in which the headroom is looked at."
    )
    attainment_needed: bool = _option(
        False, description="Leave out counties whose air does not meet the ozone limit."
    )
    nuclear_allowed_needed: bool = _option(
        False, description="Leave out places where the law keeps new reactors out."
    )
    waterfront_needed: bool = _option(
        False, description="Leave out places beyond a barge's reach of a principal port."
    )


class Criterion(Section):
    """One part of the score: 1 at its best value, 0 at its worst, straight between."""

    weight: float = _option(
        ge=0, le=1000, description="Weight; the weights are scaled to add to 1."
    )
    best: float = _option(description="Value that scores 1.")
    worst: float = _option(description="Value that scores 0.")


def _criterion(weight: float, best: float, worst: float, description: str) -> Any:
    value = Criterion(weight=weight, best=best, worst=worst)
    return _option(value, description=description)


class Weights(Section):
    """Parts of the score."""

    line_345kv_km: Criterion = _criterion(20, 0, 80, "Nearness of a line of 345 kV or more.")
    line_230kv_km: Criterion = _criterion(10, 0, 40, "Nearness of a line of 230 kV or more.")
    gas_plant_km: Criterion = _criterion(15, 0, 60, "Nearness of gas.")
    gas_nearby_mw: Criterion = _criterion(10, 2000, 0, "Gas-fired capacity near by.")
    headroom_mw: Criterion = _criterion(15, 200, 0, "Firm headroom of the zone.")
    port_km: Criterion = _criterion(10, 0, 150, "Nearness of a port for barges.")
    water_index: Criterion = _criterion(5, 2, 0, "Water: 2 fresh, 1 limited, 0 none.")
    hazard_index: Criterion = _criterion(5, 0, 30, "Absence of natural hazards.")
    population_per_km2: Criterion = _criterion(4, 0, 400, "Room: few people near by.")
    attainment_index: Criterion = _criterion(3, 1, 0, "Air that meets the ozone limit.")
    nuclear_allowed_index: Criterion = _criterion(3, 1, 0, "No law that keeps new reactors out.")


class Selection(Section):
    """Which of the places that are left become candidates."""

    top: int = _option(120, ge=1, le=100_000, description="Most candidates.")
    most_per_zone: int = _option(
        2,
        ge=1,
        le=100_000,
        description="Most candidates in a grid zone, where all counties are screened.",
    )


class SiteRules(Section):
    """How the row of a site follows from its place."""

    block_it_mw: float = _option(10.0, gt=0, description="IT load of one block.")
    county_it_mw: float = _option(300.0, gt=0, description="Most IT load of a site in a county.")
    dense_county_it_mw: float = _option(100.0, gt=0, description="The same in a dense county.")
    dense_population_per_km2: float = _option(
        150.0, ge=0, description="From here a county is dense."
    )
    hectares_per_it_mw: float = _option(
        0.5, gt=0, description="Land that a MW of IT load takes; sets the size of a parcel's site."
    )
    most_parcel_it_mw: float = _option(
        1000.0, gt=0, description="Most IT load of a parcel, however large it is."
    )
    gas_nearby_km: float = _option(50.0, ge=0, description="Plants this near count as near by.")
    gas_share_fraction: float = _option(
        0.25, ge=0, le=1, description="Share of the gas-fired capacity near by that a site can add."
    )
    most_gas_access_mw: float = _option(
        500.0, ge=0, description="Most gas-fired capacity of a site."
    )
    barge_reach_km: float = _option(
        40.0,
        ge=0,
        description="Farthest port, from the county's centroid, that tells of a waterfront.",
    )
    preparation_usd: float = _option(8e6, ge=0, description="Studies, roads and site works.")
    lateral_usd_per_km: float = _option(2.11e6, ge=0, description="A gas lateral.")
    lateral_fraction: float = _option(
        0.3,
        ge=0,
        le=1,
        description="Length of the lateral over the distance to the gas-fired plant.",
    )
    land_usd_per_hectare: float = _option(25_000.0, ge=0, description="Land where nobody lives.")
    land_doubling_population_per_km2: float = _option(
        10.0, gt=0, description="Density by which the price of land rises by its first amount."
    )
    shell_usd_per_it_mw: float = _option(
        11.3e6, ge=0, description="Building, cooling and internal power at the nation's mean cost."
    )
    fixed_om_usd_per_it_mw_year: float = _option(250_000.0, ge=0, description="Staff, upkeep, tax.")
    shell_life_years: float = _option(20.0, gt=0, description="Life of the building.")
    construction_months: int = _option(18, ge=0, le=600, description="Ground broken to energised.")
    dense_construction_months: int = _option(24, ge=0, le=600, description="In a dense county.")
    pue_ratio: float = _option(
        1.2, ge=1, le=3, description="Mean meter over IT load at the latitude."
    )
    pue_latitude_deg: float = _option(38.0, description="Latitude at which that PUE holds.")
    pue_per_degree: float = _option(
        0.004, ge=0, description="By so much the mean PUE falls with every degree to the north."
    )
    lowest_pue_ratio: float = _option(1.12, ge=1, le=3, description="Lowest mean PUE.")
    peak_pue_above_mean: float = _option(
        0.10, ge=0, le=1, description="PUE of the design day above the mean."
    )
    hall_density_kw_per_rack: float = _option(
        700.0, gt=0, description="Densest rack of a hall, liquid-cooled; as of 2034."
    )
    usd_year: int = _option(2026, ge=1990, le=2100, description="Year of these dollars.")


class RouteRules(Section):
    """How the ways to grid power follow from the distance and voltage of the nearest line."""

    firm_months: int = _option(
        36, ge=0, le=600, description="Firm connection, filing to energised."
    )
    flexible_months: int = _option(18, ge=0, le=600, description="Flexible connection.")
    long_line_km: float = _option(20.0, ge=0, description="From here the new line is long.")
    long_line_months: int = _option(12, ge=0, le=600, description="A long line takes so much more.")
    high_voltage_reach_km: float = _option(
        25.0, ge=0, description="Farthest line of 345 kV or more to which a site is connected."
    )
    most_230kv_mw: float = _option(250.0, gt=0, description="Most by a connection at 230 kV.")
    most_345kv_mw: float = _option(1000.0, gt=0, description="Most by a connection at 345 kV.")
    study_usd: float = _option(2e6, ge=0, description="Studies and the station at the line.")
    line_230kv_usd_per_km: float = _option(1.2e6, ge=0, description="New line of 230 kV.")
    line_345kv_usd_per_km: float = _option(2.0e6, ge=0, description="New line of 345 kV.")
    works_usd_per_kw: float = _option(200.0, ge=0, description="Works in the grid for a firm kW.")
    flexible_works_usd_per_kw: float = _option(100.0, ge=0, description="For a flexible kW.")
    flexible_curtailed_fraction: float = _option(
        0.01, ge=0, le=1, description="Share of a flexible contract's yearly energy that is cut."
    )


class ScreeningOptions(Section):
    """Everything that decides which places become candidate sites, and what their rows hold."""

    exclusions: Exclusions = Exclusions()
    score: Weights = Weights()
    selection: Selection = Selection()
    sites: SiteRules = SiteRules()
    routes: RouteRules = RouteRules()
