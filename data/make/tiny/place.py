"""Tables of place: periods, jurisdictions, zones, sites, grid access, tariffs, price level."""

from __future__ import annotations

from typing import Any

import pandas as pd
from gathered import Gathered
from rows import Row, assumed, hand_entered, sourced

PRICE_INDEX_BASE = 100.0


def counties(gathered: Gathered, hand: dict[str, Any]) -> pd.DataFrame:
    """Counties of the sites: zone, state and centroid, by county code."""
    table = gathered.frame(
        "county_zone.csv", ("fips", "state", "zone", "lat", "lon"), text=("fips",)
    ).set_index("fips")
    return table.loc[[site["county_fips"] for site in hand["sites"]]]


def place_tables(gathered: Gathered) -> dict[str, list[Row]]:
    """Rows of the tables of place, by table."""
    hand = hand_entered("tiny", "place")
    county = counties(gathered, hand)
    return {
        "periods": [assumed({**row, "seconds": ""}) for row in hand["periods"]],
        "jurisdictions": [assumed(row) for row in hand["jurisdictions"]],
        "zones": _zones(gathered, hand, county),
        "sites": _sites(hand, county),
        "interconnection_routes": _routes(hand),
        "tariffs": _tariffs(hand),
    }


def _zones(gathered: Gathered, hand: dict[str, Any], county: pd.DataFrame) -> list[Row]:
    known = set(gathered.frame("zones.csv", ("zone",))["zone"])
    names = hand["zone_names"]
    used = sorted(set(county["zone"]))
    missing = [zone for zone in used if zone not in known or zone not in names]
    if missing:
        raise KeyError(f"zones without a row or a name: {missing}")
    return [sourced({"zone": zone, **names[zone]}, "REEDS-2026", "published") for zone in used]


def _sites(hand: dict[str, Any], county: pd.DataFrame) -> list[Row]:
    rows = []
    for site in hand["sites"]:
        where = county.loc[site["county_fips"]]
        rows.append(
            assumed(
                {
                    **site,
                    **hand["site_defaults"],
                    "latitude_deg": float(where["lat"]),
                    "longitude_deg": float(where["lon"]),
                    "zone": where["zone"],
                    "jurisdiction": f"us-{where['state'].lower()}",
                }
            )
        )
    return rows


def _routes(hand: dict[str, Any]) -> list[Row]:
    return [
        assumed({**route, "firmness": "firm", "usd_year": hand["route_usd_year"]})
        for route in hand["interconnection_routes"]
    ]


def _tariffs(hand: dict[str, Any]) -> list[Row]:
    options = hand["tariff_options"]
    scales = {options["first_year"]: 1.0, options["last_year"]: options["growth"]}
    return [
        assumed(
            {
                "zone": zone,
                "year": year,
                "energy_usd_per_mwh": round(tariff["energy"] * scale, 4),
                "delivery_usd_per_mwh": round(tariff["delivery"] * scale, 4),
                "capacity_usd_per_kw_month": round(tariff["capacity"] * scale, 4),
                "minimum_take_fraction": tariff["minimum_take"],
                "term_months": tariff["term_months"],
                "exit_fee_usd_per_kw": tariff["exit_fee"],
                "usd_year": options["usd_year"],
            }
        )
        for zone, tariff in hand["tariffs"].items()
        for year, scale in scales.items()
    ]


def price_index() -> list[Row]:
    """Rows of the price level, 2024 = 100: ReEDS's deflators and two years of our own."""
    hand = hand_entered("tiny", "power")["price_index"]
    of_2024 = PRICE_INDEX_BASE
    of_2022 = of_2024 / hand["factor_2022_to_2024"]
    of_2025 = of_2024 / hand["factor_2025_to_2024"]
    of_2026 = of_2025 * hand["growth_2025_to_2026"]
    levels = [
        (2022, of_2022, "REEDS-DEFLATOR", "published"),
        (2023, (of_2022 * of_2024) ** 0.5, "", "assumed"),
        (2024, of_2024, "REEDS-DEFLATOR", "published"),
        (2025, of_2025, "REEDS-DEFLATOR", "published"),
        (2026, of_2026, "", "assumed"),
    ]
    return [
        sourced({"year": year, "price_index": round(level, 8)}, source, confidence)
        for year, level, source, confidence in levels
    ]
