"""Gas delivered to a site, uranium, and tariffs of large loads."""

from __future__ import annotations

from typing import Any

from gathered import Gathered
from rows import Row, hand_entered, sourced

from grid.zones import zone_frame

FUEL_USD_YEAR = 2024
HOURS_PER_MONTH = 730.0
CENTS_TO_USD_PER_MWH = 10.0
KW_PER_MW = 1000.0


def fuel_prices(gathered: Gathered, case: str) -> list[Row]:
    """Rows of `fuel_prices` in a case: gas by zone and year, uranium for all zones.

    Parameters
    ----------
    gathered
        The gathered files.
    case
        A key of `gas_cases` in the hand-entered prices.
    """
    hand: dict[str, Any] = hand_entered("grid", "prices")
    first, last = hand["gas_years"]
    zone = zone_frame(gathered)
    table = gathered.frame("zone_gas_price.csv", ("year", "zone", "gas_usd2024_per_mmbtu", "case"))
    table = table[table["case"] == hand["gas_cases"][case]].set_index(["zone", "year"])
    price = table["gas_usd2024_per_mmbtu"]
    adder = zone["cendiv"].map(hand["delivery_adder_usd_per_mmbtu"])
    rows = [
        sourced(
            {
                "fuel": "gas",
                "zone": name,
                "year": year,
                "price_usd_per_mmbtu": round(float(price[name, year]) + float(adder[name]), 3),
                "usd_year": FUEL_USD_YEAR,
            },
            "EIA-AEO-2026",
            "assumed",
        )
        for name in zone.index
        for year in range(first, last + 1)
    ]
    return rows + [
        sourced(
            {
                "fuel": "uranium",
                "zone": "*",
                "year": year,
                "price_usd_per_mmbtu": value,
                "usd_year": FUEL_USD_YEAR,
            },
            "EIA-AEO-2025",
            "published",
        )
        for year, value in hand["uranium_usd_per_mmbtu"].items()
    ]


def tariffs(gathered: Gathered) -> list[Row]:
    """Rows of `tariffs`: the state's industrial price of 2018, escalated and split into parts."""
    hand: dict[str, Any] = hand_entered("grid", "prices")["tariffs"]
    zone = zone_frame(gathered)
    retail = gathered.frame(
        "state_retail_price_2010_2018.csv", ("year", "state", "industrial_c_per_kwh")
    )
    retail = retail[retail["year"] == hand["price_year"]].set_index("state")
    cents = retail["industrial_c_per_kwh"]
    rows = []
    for place in zone.itertuples():
        split = hand["split"].get(place.nercr, hand["split"]["default"])
        terms = hand["terms"].get(place.Index, hand["terms"]["default"])
        mean = float(cents[place.state]) * CENTS_TO_USD_PER_MWH * hand["escalation"]
        # USD/MWh at the load factor, as USD per kW contracted and month.
        monthly = split["capacity"] * hand["load_factor"] * HOURS_PER_MONTH / KW_PER_MW
        for year, growth in hand["real_growth"].items():
            row = {
                "zone": place.Index,
                "year": year,
                "energy_usd_per_mwh": round(mean * growth * split["energy"], 2),
                "delivery_usd_per_mwh": round(mean * growth * split["delivery"], 2),
                "capacity_usd_per_kw_month": round(mean * growth * monthly, 2),
                "minimum_take_fraction": terms["minimum_take"],
                "term_months": terms["term_months"],
                "exit_fee_usd_per_kw": terms["exit_fee"],
                "usd_year": hand["usd_year"],
            }
            rows.append(sourced(row, "EIA-RETAIL-2018", "assumed"))
    return rows
