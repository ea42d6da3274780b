"""Tables of power: technologies, their costs by year, fuels, permit routes."""

from __future__ import annotations

from typing import Any

from gathered import Gathered
from rows import Row, assumed, hand_entered, sourced

ATB_USD_YEAR = 2022
FUEL_USD_YEAR = 2024
ATB_COLUMNS = (
    "tech",
    "case",
    "year",
    "capex_usd2024_per_kw",
    "capex_usd2024_per_kwh",
    "fom_usd2024_per_kw_yr",
    "fom_usd2024_per_kwh_yr",
    "vom_usd2024_per_mwh",
)


def power_tables(gathered: Gathered, zones: dict[str, str]) -> dict[str, list[Row]]:
    """Rows of the tables of power, by table."""
    hand = hand_entered("tiny", "power")
    return {
        "power_technologies": [assumed(row) for row in hand["technologies"]],
        "power_costs": _costs(gathered, hand),
        "fuel_prices": [*_gas_prices(gathered, hand, zones), *_uranium_prices(hand)],
        "permit_routes": [
            {**row, "usd_year": hand["permit_usd_year"]} for row in hand["permit_routes"]
        ],
    }


def _costs(gathered: Gathered, hand: dict[str, Any]) -> list[Row]:
    """Costs by year: the baseline's, back in its own dollars, and those of technologies outside."""
    atb = hand["atb"]
    table = gathered.frame("tech_costs_atb2024.csv", ATB_COLUMNS)
    table = table[table["case"] == atb["case"]].set_index(["tech", "year"])
    hours = {row["technology"]: row["storage_hours"] for row in hand["technologies"]}
    deflator = atb["deflator"]
    rows = []
    for technology, name in atb["technologies"].items():
        for year in atb["years"]:
            cost = table.loc[(name, year)].fillna(0.0)
            capex = cost["capex_usd2024_per_kw"] + hours[technology] * cost["capex_usd2024_per_kwh"]
            fixed = (
                cost["fom_usd2024_per_kw_yr"] + hours[technology] * cost["fom_usd2024_per_kwh_yr"]
            )
            row = {
                "technology": technology,
                "year": year,
                "overnight_capex_usd_per_kw": round(float(capex) / deflator, 1),
                "fixed_om_usd_per_kw_year": round(float(fixed) / deflator, 2),
                "variable_om_usd_per_mwh": round(float(cost["vom_usd2024_per_mwh"]) / deflator, 3),
                "usd_year": ATB_USD_YEAR,
            }
            rows.append(sourced(row, "NREL-ATB-2024", "published"))
    for row in hand["power_costs"]:
        rows += [assumed({**row, "year": year}) for year in atb["years"]]
    return rows


def _gas_prices(gathered: Gathered, hand: dict[str, Any], zones: dict[str, str]) -> list[Row]:
    """Gas delivered to the site: the outlook's price to power plants and our adder."""
    gas = hand["gas"]
    table = gathered.frame("zone_gas_price.csv", ("year", "zone", "gas_usd2024_per_mmbtu", "case"))
    table = table[table["case"] == gas["case"]].set_index(["zone", "year"])
    price = table["gas_usd2024_per_mmbtu"]
    return [
        sourced(
            {
                "fuel": "gas",
                "zone": zone,
                "year": year,
                "price_usd_per_mmbtu": round(
                    float(price[zone, year]) + gas["delivery_adder_usd_per_mmbtu"][state], 3
                ),
                "usd_year": FUEL_USD_YEAR,
            },
            "EIA-AEO-2026",
            "assumed",
        )
        for zone, state in zones.items()
        for year in gas["years"]
    ]


def _uranium_prices(hand: dict[str, Any]) -> list[Row]:
    return [
        sourced(
            {
                "fuel": "uranium",
                "zone": "*",
                "year": year,
                "price_usd_per_mmbtu": price,
                "usd_year": hand["uranium_usd_year"],
            },
            "EIA-AEO-2025",
            "published",
        )
        for year, price in hand["uranium"].items()
    ]
