"""Checks of periods and of the years of money."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tokenworks.checks.base import Tables, enabled, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.wording import listed, shown

_MONTHS_PER_YEAR = 12
_MONEY_TABLES = tuple(name for name, table in INPUT_TABLES.items() if "usd_year" in table.names)


@reads("periods.start", "periods.end")
def check_periods_are_whole_months(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Every period starts and ends on the first of a month, and ends after it starts."""
    periods = tables["periods"]
    for row in rows(periods):
        for column, date in (("start", row.start), ("end", row.end)):
            if date.day != 1:
                first = date.replace(day=1).date()
                yield problem_at(
                    periods,
                    row.Index,
                    column,
                    f"{shown(date.date())} is not the first of a month",
                    f"give the first of a month, such as {shown(first)}",
                )
        if row.end <= row.start:
            yield problem_at(
                periods,
                row.Index,
                "end",
                f"the period ends on {shown(row.end.date())}, not after its start",
                f"give a date after {shown(row.start.date())}",
            )


@reads("periods.start", "periods.end")
def check_periods_follow_each_other(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """In order of time, each period starts where the one before it ends."""
    periods = tables["periods"]
    ordered = sorted(rows(periods), key=lambda row: (row.start, row.end))
    for before, row in pairwise(ordered):
        if row.start == before.end:
            continue
        word = "a gap" if row.start > before.end else "an overlap"
        yield problem_at(
            periods,
            row.Index,
            "start",
            f"there is {word} between {shown(before.period)}, which ends on "
            f"{shown(before.end.date())}, and {shown(row.period)}, which starts on "
            f"{shown(row.start.date())}",
            f"let {shown(row.period)} start on {shown(before.end.date())}",
        )


@reads(
    "price_index.year",
    *(f"{name}.usd_year" for name in _MONEY_TABLES),
    options=("finance.usd_year",),
)
def check_usd_years_have_a_price_index(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Every dollar year, the scenario's own too, has a row in `price_index`."""
    index = tables["price_index"]
    known = set(index.frame["year"])
    years = f"`price_index` ({shown(index.file)}) has {listed(map(str, sorted(known)))}"
    if scenario.finance.usd_year not in known:
        yield Problem(
            *scenario.origin("finance.usd_year"),
            "finance.usd_year",
            f"{shown(scenario.finance.usd_year)} has no row in `price_index`",
            f"add the year there, or choose another: {years}",
        )
    for name in _MONEY_TABLES:
        table = tables[name]
        for line, year in table.frame["usd_year"].items():
            if year not in known:
                yield problem_at(
                    table,
                    int(str(line)),
                    "usd_year",
                    f"{shown(year)} has no row in `price_index`",
                    f"add the year there, or convert the money to another: {years}",
                )


@reads("periods.start", "periods.end", "sites.construction_months", "sites.enabled")
def check_some_site_is_reachable(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """At least one enabled site can be built within the horizon."""
    periods, sites = tables["periods"], tables["sites"]
    start, end = periods.frame["start"].min(), periods.frame["end"].max()
    months = (end.year - start.year) * _MONTHS_PER_YEAR + end.month - start.month
    open_sites = enabled(sites)
    if not open_sites or (periods.frame["end"] <= periods.frame["start"]).any():
        return  # each has a check of its own
    soonest = min(open_sites, key=lambda row: row.construction_months)
    if soonest.construction_months < months:
        return
    yield problem_at(
        sites,
        soonest.Index,
        "construction_months",
        f"every period is unreachable: {shown(soonest.site)}, the quickest enabled site, takes "
        f"{soonest.construction_months} months to build, and the horizon has {months}",
        "add later periods, or a site that is quicker to build",
    )
