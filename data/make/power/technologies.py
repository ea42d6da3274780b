"""Ways to make or store power: hand-entered figures, and those that published files hold."""

from __future__ import annotations

from typing import Any

import pandas as pd
from gathered import Gathered
from rows import Row, assumed, hand_entered, sourced

OUTAGES = {"forced_outage_fraction": "forced_outage", "planned_outage_fraction": "scheduled_outage"}
CASE = "moderate"


def power_technologies(gathered: Gathered, baseline: pd.DataFrame) -> list[Row]:
    """Rows of `power_technologies`.

    Parameters
    ----------
    gathered
        The source files: outages and lives, emission rates.
    baseline
        The Annual Technology Baseline by technology, case and year, for heat rates.
    """
    hand = hand_entered("power", "technologies")
    operational = gathered.frame(
        "tech_operational.csv", ("i", *OUTAGES.values(), "max_age_yr")
    ).set_index("i")
    emissions = gathered.frame("emission_rates_reeds.csv", ("i", "etype", "CO2"))
    co2 = emissions.set_index(["i", "etype"])["CO2"]
    result = []
    for entry in hand["technologies"]:
        row: Row = {**hand["common"], **hand.get(entry.get("group", ""), {}), **entry}
        row.pop("group", None)
        row |= _published(hand, row["technology"], operational, co2)
        row |= _heat_rate(hand["heat_rates"], row["technology"], baseline)
        result.append(assumed(row))
    return result


def tax_credits() -> list[Row]:
    """Rows of `tax_credits`."""
    hand = hand_entered("power", "credits")
    return [
        assumed(
            {
                "technology": technology,
                **{name: of for name, of in entry.items() if name != "technologies"},
                "usd_year": hand["usd_year"],
            }
        )
        for entry in hand["credits"]
        for technology in entry["technologies"]
    ]


def _published(
    hand: dict[str, Any], technology: str, operational: pd.DataFrame, co2: pd.Series[float]
) -> Row:
    """Outages, life and CO2 of the technology in ReEDS that it is taken to be like."""
    like = hand["reeds"]
    found: Row = {}
    if technology in like["outages"]:
        line = operational.loc[like["outages"][technology]]
        found |= {ours: float(line[theirs]) for ours, theirs in OUTAGES.items()}
    if technology in like["life"]:
        found["life_years"] = float(operational.loc[like["life"][technology], "max_age_yr"])
    if technology in like["emissions"]:
        name = like["emissions"][technology]
        found["co2_tonnes_per_mmbtu"] = float(co2.get((name, "process"), 0.0))
        found["upstream_co2_tonnes_per_mmbtu"] = float(co2[name, "upstream"])
    return found


def _heat_rate(hand: dict[str, Any], technology: str, baseline: pd.DataFrame) -> Row:
    if technology not in hand["technologies"]:
        return {}
    line = baseline.loc[(hand["technologies"][technology], CASE, hand["year"])]
    return {"heat_rate_mmbtu_per_mwh": float(line["heatrate_mmbtu_per_mwh"])}


def diesel_prices() -> list[Row]:
    """Rows of `fuel_prices` for diesel: one price, everywhere and always."""
    diesel = hand_entered("power", "costs")["diesel"]
    row = {
        "fuel": "diesel",
        "zone": "*",
        "year": diesel["usd_year"],
        "price_usd_per_mmbtu": round(diesel["usd_per_gallon"] / diesel["mmbtu_per_gallon"], 2),
        "usd_year": diesel["usd_year"],
    }
    return [sourced(row, "EIA-STEO-2025-09", "assumed")]
