"""Checks of what power assets share, cost in series and are credited with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pandas as pd

from tokenworks.checks.base import Tables, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.frames import given
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables_supply import GRID_ASSET, SITE_ASSET
from tokenworks.schema.wording import shown, suggestion

WORDS = (GRID_ASSET, SITE_ASSET)


@reads("supply_uses.asset", "power_technologies.technology", "hardware.system")
def check_what_takes_supply_exists(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What takes from a supply is one technology, one system, or the word for grid or site."""
    uses = tables["supply_uses"]
    technologies = set(tables["power_technologies"].frame["technology"])
    systems = set(tables["hardware"].frame["system"])
    for row in rows(uses):
        found = [row.asset in known for known in (technologies, systems, WORDS)]
        if not any(found):
            problem = f"there is no technology and no system {shown(row.asset)}"
            remedy = suggestion(row.asset, sorted({*technologies, *systems, *WORDS}))
            yield problem_at(uses, row.Index, "asset", problem, remedy)
        elif sum(found) > 1:
            problem = f"{shown(row.asset)} is more than one of a technology, a system and a word"
            yield problem_at(uses, row.Index, "asset", problem, "give each an id of its own")


@reads(
    *("power_series.technology", "power_series.from_unit_count", "power_series.cost_ratio"),
    *("power_technologies.technology", "power_technologies.leased"),
)
def check_series_begin_and_get_cheaper(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A series begins with its first unit, and no later unit is dearer than an earlier one."""
    table, technologies = tables["power_series"], tables["power_technologies"]
    leased = {row.technology for row in rows(technologies) if given(row.leased, blank=False)}
    of: dict[str, list[Any]] = {}
    for row in sorted(rows(table), key=lambda row: row.from_unit_count):
        of.setdefault(row.technology, []).append(row)
    for technology, known in of.items():
        first = known[0]
        if first.from_unit_count != 1:
            problem = f"the series of {shown(technology)} begins with unit {first.from_unit_count}"
            yield problem_at(table, first.Index, "from_unit_count", problem, "begin with unit 1")
        if technology in leased:
            problem = f"{shown(technology)} is leased, and has no capital to multiply"
            yield problem_at(table, first.Index, "technology", problem, "leave its series out")
        for before, row in pairwise(known):
            if row.cost_ratio > before.cost_ratio:
                yield problem_at(
                    table,
                    row.Index,
                    "cost_ratio",
                    f"unit {row.from_unit_count} of {shown(technology)} is dearer than unit "
                    f"{before.from_unit_count}",
                    "give falling ratios; what is scarce is limited in `supply`",
                )


_CREDITS = (
    *("tax_credits.technology", "tax_credits.from_date", "tax_credits.until_date"),
    *("tax_credits.construction_until_date", "tax_credits.investment_credit_fraction"),
    *("tax_credits.production_credit_usd_per_mwh", "tax_credits.production_credit_years"),
    *("power_technologies.technology", "power_technologies.kind", "power_technologies.leased"),
)


@reads(*_CREDITS)
def check_tax_credits_are_of_use(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A credit pays for something that its technology has, within a window that has days."""
    table = tables["tax_credits"]
    technologies = {row.technology: row for row in rows(tables["power_technologies"])}
    for row in rows(table):
        if row.technology in technologies:
            for fault in _faults_of_a_credit(row, technologies[row.technology]):
                yield problem_at(table, row.Index, *fault)


def _faults_of_a_credit(row: Any, technology: Any) -> Iterator[tuple[str, str, str]]:
    invested = given(row.investment_credit_fraction, 0.0) > 0.0
    rate, years = row.production_credit_usd_per_mwh, row.production_credit_years
    produced, lasting = given(rate, 0.0) > 0.0, given(years, 0.0) > 0.0
    name = shown(row.technology)
    if produced != lasting:
        column = "production_credit_years" if produced else "production_credit_usd_per_mwh"
        yield column, "a production credit has both a rate and years", "give both, or neither"
    elif not invested and not produced:
        problem = f"the credit {shown(row.credit)} pays nothing"
        yield "investment_credit_fraction", problem, "give a share or a rate, or leave the row out"
    if produced and technology.kind == "storage":
        problem = f"{name} stores, and generates nothing"
        yield "production_credit_usd_per_mwh", problem, "leave it blank"
    if invested and given(technology.leased, blank=False):
        problem = f"{name} is leased, and has no capital"
        yield "investment_credit_fraction", problem, "leave it blank"
    if pd.notna(row.from_date) and pd.notna(row.until_date) and row.until_date <= row.from_date:
        problem = f"the credit ends on {shown(row.until_date.date())}, before it begins"
        yield "until_date", problem, f"give a date after {shown(row.from_date.date())}"


@reads(*_CREDITS)
def check_one_tax_credit_decides(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Of two credits that fit one module, the date of construction says which it gets."""
    table = tables["tax_credits"]
    known: dict[tuple[str, Any], list[Any]] = {}
    for row in rows(table):
        last = given(row.construction_until_date, None)
        for other in known.setdefault((row.technology, last), []):
            if _overlap(row, other):
                yield problem_at(
                    table,
                    row.Index,
                    "from_date",
                    f"both {shown(row.credit)} and {shown(other.credit)} fit one module of "
                    f"{shown(row.technology)}",
                    "keep their dates of service apart, or give each its own "
                    "`construction_until_date`",
                )
        known[row.technology, last].append(row)


def _overlap(row: Any, other: Any) -> bool:
    first, last = pd.Timestamp.min, pd.Timestamp.max
    begins = max(given(r.from_date, first) for r in (row, other))
    return bool(begins < min(given(r.until_date, last) for r in (row, other)))
