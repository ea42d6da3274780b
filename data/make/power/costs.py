"""Costs of power technologies by year, in the default case and in named ones; the price level."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from gathered import Gathered
from rows import Row, hand_entered, sourced

BASE_YEAR = 2024  # dollars of the baseline's file
INDEX_OF_BASE_YEAR = 100.0
COLUMNS = (
    "tech",
    "case",
    "year",
    "capex_usd2024_per_kw",
    "capex_usd2024_per_kwh",
    "fom_usd2024_per_kw_yr",
    "fom_usd2024_per_kwh_yr",
    "vom_usd2024_per_mwh",
    "heatrate_mmbtu_per_mwh",
)
CASES = {"mid": "moderate", "low": "advanced", "high": "conservative"}


def baseline(gathered: Gathered) -> pd.DataFrame:
    """The Annual Technology Baseline by technology, case and year, in 2024 USD."""
    table = gathered.frame("tech_costs_atb2024.csv", COLUMNS)
    return table.set_index(["tech", "case", "year"]).sort_index()


def price_index() -> list[Row]:
    """Rows of the price level, 2024 = 100: ReEDS's deflators and two years of our own."""
    hand = hand_entered("power", "costs")["price_index"]
    of_2022 = INDEX_OF_BASE_YEAR / hand["factor_2022_to_2024"]
    of_2025 = INDEX_OF_BASE_YEAR / hand["factor_2025_to_2024"]
    levels = (
        (2022, of_2022, "REEDS-DEFLATOR", "published"),
        (2023, (of_2022 * INDEX_OF_BASE_YEAR) ** 0.5, "", "assumed"),
        (2024, INDEX_OF_BASE_YEAR, "REEDS-DEFLATOR", "published"),
        (2025, of_2025, "REEDS-DEFLATOR", "published"),
        (2026, of_2025 * hand["growth_2025_to_2026"], "", "assumed"),
    )
    return [
        sourced({"year": year, "price_index": round(level, 8)}, source, confidence)
        for year, level, source, confidence in levels
    ]


def power_costs(table: pd.DataFrame, hours: Mapping[str, float]) -> dict[str, list[Row]]:
    """Rows of `power_costs` by case; the default case has the empty name.

    Parameters
    ----------
    table
        The baseline.
    hours
        Hours of storage by technology.
    """
    hand = hand_entered("power", "costs")
    default = [
        row
        for technology, entry in hand["baseline"]["technologies"].items()
        for row in _of_baseline(table, hand, technology, entry, hours[technology])
    ]
    default += [
        row
        for technology, entry in hand["priced"].items()
        for row in _priced(table, hand, technology, entry)
    ]
    return {"": default} | {
        case: [_in_case(row, entry, prices) for row in default]
        for case, entry in hand["cases"].items()
        for prices in [_first_of_a_kind(entry) if "first_unit_cad_per_kw" in entry else _mid(entry)]
    }


def _of_baseline(
    table: pd.DataFrame,
    hand: dict[str, Any],
    technology: str,
    entry: Mapping[str, str],
    hours: float,
) -> list[Row]:
    """Costs as in the baseline, back in its own dollars; storage is power and hours of energy."""
    deflator = hand["baseline"]["deflator"]
    result = []
    for year in hand["years"]:
        by_case = {
            name: _capital(table, entry["name"], case, year, hours) for name, case in CASES.items()
        }
        cost = table.loc[(entry["name"], "moderate", year)].fillna(0.0)
        fixed = cost["fom_usd2024_per_kw_yr"] + hours * cost["fom_usd2024_per_kwh_yr"]
        row = _row(technology, year, by_case["mid"] / deflator) | {
            "fixed_om_usd_per_kw_year": round(float(fixed) / deflator, 2),
            "variable_om_usd_per_mwh": round(float(cost["vom_usd2024_per_mwh"]) / deflator, 3),
            "overnight_capex_low_usd_per_kw": round(by_case["low"] / deflator, 1),
            "overnight_capex_high_usd_per_kw": round(by_case["high"] / deflator, 1),
            "basis": hand["baseline"]["basis"],
            "usd_year": 2022,
        }
        result.append(sourced(row, "NREL-ATB-2024", entry["confidence"]))
    return result


def _capital(table: pd.DataFrame, name: str, case: str, year: int, hours: float) -> float:
    cost = table.loc[(name, case, year)].fillna(0.0)
    return float(cost["capex_usd2024_per_kw"] + hours * cost["capex_usd2024_per_kwh"])


def _priced(
    table: pd.DataFrame, hand: dict[str, Any], technology: str, entry: dict[str, Any]
) -> list[Row]:
    """Costs at today's prices, with the baseline's operation and maintenance where it has one."""
    result = []
    for year in hand["years"]:
        fixed, variable = _operation(table, entry, year)
        row = _row(technology, year, _at(entry["capital"], year)) | {
            "fixed_om_usd_per_kw_year": fixed,
            "variable_om_usd_per_mwh": variable,
            "overnight_capex_low_usd_per_kw": round(_at(entry["low"], year), 1),
            "overnight_capex_high_usd_per_kw": round(_at(entry["high"], year), 1),
            "scr_capex_usd_per_kw": entry["scr"],
            "basis": entry["basis"],
            "usd_year": entry["usd_year"],
        }
        result.append(sourced(row, entry["source"], entry["confidence"]))
    return result


def _operation(table: pd.DataFrame, entry: dict[str, Any], year: int) -> tuple[float, float]:
    """Fixed and variable cost of operation, in the entry's dollars."""
    if "om" not in entry:
        return entry["fixed_om_usd_per_kw_year"], entry["variable_om_usd_per_mwh"]
    cost = table.loc[(entry["om"], "moderate", year)]
    level = _level(entry["usd_year"])
    return (
        round(float(cost["fom_usd2024_per_kw_yr"]) * level, 2),
        round(float(cost["vom_usd2024_per_mwh"]) * level, 3),
    )


def _in_case(row: Row, entry: dict[str, Any], prices: dict[str, float]) -> Row:
    """The row with the case's capital, its operation and maintenance in the case's dollars."""
    if row["technology"] not in entry["technologies"]:
        return row
    ratio = _level(entry["usd_year"]) / _level(row["usd_year"])
    changed = (
        row
        | prices
        | {
            "fixed_om_usd_per_kw_year": round(row["fixed_om_usd_per_kw_year"] * ratio, 2),
            "variable_om_usd_per_mwh": round(row["variable_om_usd_per_mwh"] * ratio, 3),
            "basis": entry["basis"],
            "usd_year": entry["usd_year"],
        }
    )
    return sourced(changed, entry["source"], entry["confidence"])


def _first_of_a_kind(entry: dict[str, Any]) -> dict[str, float]:
    """Capital of a first unit: the published project's cost, and what of it is overnight."""
    share, rate = entry["overnight_fraction"], entry["usd_per_cad"]
    all_in = entry["first_unit_cad_per_kw"] * rate
    return {
        "overnight_capex_usd_per_kw": round(all_in * share, 1),
        "overnight_capex_low_usd_per_kw": round(entry["mean_of_four_usd_per_kw"] * share, 1),
        "overnight_capex_high_usd_per_kw": round(
            entry["with_shared_works_cad_per_kw"] * rate * share, 1
        ),
        "all_in_capex_usd_per_kw": round(all_in, 1),
    }


def _mid(entry: dict[str, Any]) -> dict[str, float]:
    """Capital in the middle of a claimed range."""
    low, high = entry["low_usd_per_kw"], entry["high_usd_per_kw"]
    return {
        "overnight_capex_usd_per_kw": (low + high) / 2,
        "overnight_capex_low_usd_per_kw": low,
        "overnight_capex_high_usd_per_kw": high,
    }


def _row(technology: str, year: int, capital: float) -> Row:
    return {
        "technology": technology,
        "year": year,
        "overnight_capex_usd_per_kw": round(capital, 1),
        "all_in_capex_usd_per_kw": "",
        "scr_capex_usd_per_kw": "",
    }


def _at(points: Mapping[int, float], year: int) -> float:
    """Value in a year: linear between the points, the nearest outside them."""
    years = sorted(points)
    return float(np.interp(year, years, [points[y] for y in years]))


def _level(year: int) -> float:
    """Price level of a year over that of the baseline's file."""
    return _levels()[year] / _levels()[BASE_YEAR]


@cache
def _levels() -> dict[int, float]:
    return {row["year"]: row["price_index"] for row in price_index()}


def operation_sources(costs: Mapping[str, list[Row]]) -> list[Row]:
    """Where operation and maintenance come from, for rows whose capital has another source.

    Parameters
    ----------
    costs
        Rows of `power_costs` by case.
    """
    priced = hand_entered("power", "costs")["priced"]
    of_baseline = {technology for technology, entry in priced.items() if "om" in entry}
    of_cases = {
        technology
        for entry in hand_entered("power", "costs")["cases"].values()
        for technology in entry["technologies"]
    }
    confidence = dict.fromkeys(of_baseline | of_cases, "published")
    confidence |= {
        row["technology"]: row["confidence"] for row in costs[""] if row["technology"] in of_cases
    }
    return [
        {
            "table": "power_costs",
            "row": f"{row['technology']},{row['year']}",
            "column": column,
            "source": "NREL-ATB-2024" if row["technology"] in confidence else "",
            "confidence": confidence.get(row["technology"], "assumed"),
            "note": "As in the baseline" if row["technology"] in confidence else "Ours",
        }
        for row in costs[""]
        if row["technology"] in {**confidence, **priced}
        for column in ("fixed_om_usd_per_kw_year", "variable_om_usd_per_mwh")
    ]
