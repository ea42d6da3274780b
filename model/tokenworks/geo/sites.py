"""Rows of `sites` and `interconnection_routes` from chosen places."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.geo.screening import it_mw
from tokenworks.schema.screening import ScreeningOptions

Row = dict[str, Any]

_COPIED = (
    "county_fips",
    "latitude_deg",
    "longitude_deg",
    "zone",
    "port_km",
    "line_230kv_km",
    "line_345kv_km",
    "gas_plant_km",
    "nuclear_plant_km",
    "water",
    "attainment",
    "nuclear_restricted",
    "hazard_index",
    "population_per_km2",
    "capital_cost_ratio",
    "nuclear_cost_ratio",
    "score_index",
)
_ASSUMED = {"source": "", "confidence": "assumed"}


def site_rows(candidates: pd.DataFrame, options: ScreeningOptions) -> list[Row]:
    """Rows of the table `sites`, in the order of the candidates."""
    sizes = it_mw(candidates, options)
    places: list[Row] = candidates.to_dict("records")  # type: ignore[assignment]
    return [_site(place, float(mw), options) for place, mw in zip(places, sizes, strict=True)]


def _site(place: dict[str, Any], max_it_mw: float, options: ScreeningOptions) -> Row:
    rules = options.sites
    dense = place["population_per_km2"] >= rules.dense_population_per_km2
    mean_pue = _mean_pue(place["latitude_deg"], options)
    waterfront = place["port_km"] <= rules.barge_reach_km
    months = rules.dense_construction_months if dense else rules.construction_months
    return {
        "site": place["place"],
        "name": place["name"],
        **{name: place[name] for name in _COPIED},
        "nuclear_restricted": bool(place["nuclear_restricted"]),
        "jurisdiction": f"us-{place['state']}",
        "max_it_mw": max_it_mw,
        "block_mw": rules.block_it_mw,
        "opening_cost_usd": _opening_usd(place, options),
        "land_cost_usd": _land_usd(place, max_it_mw, options),
        "shell_cost_usd_per_mw": _round_to(
            rules.shell_usd_per_it_mw * place["capital_cost_ratio"], 10_000
        ),
        "fixed_om_usd_per_mw_year": rules.fixed_om_usd_per_it_mw_year,
        "shell_life_years": rules.shell_life_years,
        "construction_months": months,
        "average_pue_ratio": mean_pue,
        "peak_pue_ratio": round(min(mean_pue + rules.peak_pue_above_mean, 3.0), 3),
        "hall_density_kw_per_rack": rules.hall_density_kw_per_rack,
        "liquid_cooling": True,
        "gas_access_mw": gas_access_mw(place, options),
        "waterfront": bool(waterfront),
        "port": place["port"] if waterfront else "",
        "enabled": True,
        "usd_year": rules.usd_year,
        **_ASSUMED,
    }


def _mean_pue(latitude_deg: float, options: ScreeningOptions) -> float:
    """Mean PUE: the default at its latitude, less to the north, never below the lowest."""
    rules = options.sites
    fall = rules.pue_per_degree * (latitude_deg - rules.pue_latitude_deg)
    return round(min(max(rules.pue_ratio - fall, rules.lowest_pue_ratio), 3.0), 3)


def gas_access_mw(place: dict[str, Any], options: ScreeningOptions) -> float:
    """Gas-fired capacity that a site can add: a share of what stands near by, in tens of MW."""
    rules = options.sites
    if place["gas_plant_km"] > options.exclusions.gas_reach_km:
        return 0.0
    share = rules.gas_share_fraction * place["gas_nearby_mw"]
    tens: int = math.floor(min(share, rules.most_gas_access_mw) / 10 + 1e-9)
    return tens * 10.0


def _opening_usd(place: dict[str, Any], options: ScreeningOptions) -> float:
    """Site works, and a gas lateral where gas is within reach."""
    rules = options.sites
    lateral_km = rules.lateral_fraction * place["gas_plant_km"]
    has_gas = gas_access_mw(place, options) > 0
    return _round_to(
        rules.preparation_usd + (rules.lateral_usd_per_km * lateral_km if has_gas else 0.0), 100_000
    )


def _land_usd(place: dict[str, Any], max_it_mw: float, options: ScreeningOptions) -> float:
    """Land at a price that rises with the county's density; a parcel is bought whole."""
    rules = options.sites
    area = place["area_hectares"]
    hectares = max_it_mw * rules.hectares_per_it_mw if np.isnan(area) else area
    crowding = 1 + place["population_per_km2"] / rules.land_doubling_population_per_km2
    return _round_to(hectares * rules.land_usd_per_hectare * crowding, 10_000)


def _round_to(value: float, step: float) -> float:
    return math.floor(value / step + 0.5) * step


def route_rows(sites: list[Row], options: ScreeningOptions) -> list[Row]:
    """Rows of `interconnection_routes`: a firm and a flexible way for every site near a line."""
    reach = options.exclusions.grid_reach_km
    near = [site for site in sites if site["line_230kv_km"] <= reach]
    return [_route(site, firmness, options) for site in near for firmness in ("firm", "flexible")]


def _route(site: Row, firmness: str, options: ScreeningOptions) -> Row:
    rules = options.routes
    firm = firmness == "firm"
    high = site["line_345kv_km"] <= rules.high_voltage_reach_km
    km = site["line_345kv_km"] if high else site["line_230kv_km"]
    per_km = rules.line_345kv_usd_per_km if high else rules.line_230kv_usd_per_km
    most = rules.most_345kv_mw if high else rules.most_230kv_mw
    months = rules.firm_months if firm else rules.flexible_months
    return {
        "route": f"{firmness}-{site['site']}",
        "site": site["site"],
        "firmness": firmness,
        "max_mw": min(math.ceil(site["max_it_mw"] * site["peak_pue_ratio"]), most),
        "route_months": months + (rules.long_line_months if km > rules.long_line_km else 0),
        "cost_usd": _round_to(rules.study_usd + per_km * km, 100_000),
        "cost_usd_per_kw": rules.works_usd_per_kw if firm else rules.flexible_works_usd_per_kw,
        "curtailed_fraction": 0.0 if firm else rules.flexible_curtailed_fraction,
        "usd_year": options.sites.usd_year,
        **_ASSUMED,
    }
