"""Knobs that are no amounts: months to shorten, figures to loosen, rules to lift."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pandas as pd

from tokenworks.candidates.carbon import EVERYWHERE
from tokenworks.candidates.points import matches
from tokenworks.diagnosis.knobs import Knob, cell, shown_value
from tokenworks.frames import NamedRow, rows
from tokenworks.inputs import Inputs

# Of a limit on the time to a first token, what surely lifts it, and of a pace.
LONG_MS = 1e5


def others(x: Inputs) -> list[Knob]:
    """Every knob that is no amount."""
    found = chain(
        _site_months(x), _route_months(x), _permit_months(x), _technology_months(x),
        _hardware_months(x), _licences(x), _workloads(x), _halls(x), _rules(x), _policy(x),
        _clean(x),
    )  # fmt: skip
    return list(found)


def _months(table: str, row: str, column: str, now: float, words: str, family: str) -> Knob:
    return Knob(
        "months",
        (cell(table, row, column),),
        "months",
        words,
        f"{now:,.0f} months",
        0,
        family,
        now_value=float(now),
    )


def _given_months(row: NamedRow, *columns: str) -> Iterator[tuple[str, float]]:
    for column in columns:
        value = getattr(row, column)
        if not pd.isna(value) and value > 0:
            yield column, float(value)


_MEANING = {
    "construction_months": "construction",
    "route_months": "months from filing to grant",
    "slip_months": "months of delay",
    "procurement_months": "procurement",
    "build_months": "building",
    "lead_months": "months from order to service",
    "licence_months": "months from filing to grant",
}


def _site_months(x: Inputs) -> Iterator[Knob]:
    for site in rows(x.tables["sites"]):
        for column, now in _given_months(site, "construction_months"):
            words = f"the {_MEANING[column]} of site `{site.site}`"
            yield _months("sites", site.site, column, now, words, "construction")


def _route_months(x: Inputs) -> Iterator[Knob]:
    for route in rows(x.tables["interconnection_routes"]):
        for column, now in _given_months(route, "route_months", "slip_months"):
            words = f"the {_MEANING[column]} of grid route `{route.route}` at site `{route.site}`"
            yield _months(
                "interconnection_routes", route.route, column, now, words, "grid lead times"
            )


def _permit_months(x: Inputs) -> Iterator[Knob]:
    for permit in rows(x.tables["permit_routes"]):
        for column, now in _given_months(permit, "route_months", "slip_months"):
            words = f"the {_MEANING[column]} of permit `{permit.route}`"
            yield _months("permit_routes", permit.route, column, now, words, "permits")


def _technology_months(x: Inputs) -> Iterator[Knob]:
    # A variant behind a catalyst is no row of the input.
    written = set(x.loaded["power_technologies"].frame["technology"])
    for row in rows(x.tables["power_technologies"]):
        columns = "procurement_months", "build_months", "slip_months"
        for column, now in _given_months(row, *columns) if row.technology in written else ():
            words = f"the {_MEANING[column]} of power technology `{row.technology}`"
            yield _months(
                "power_technologies", row.technology, column, now, words, "power lead times"
            )


def _hardware_months(x: Inputs) -> Iterator[Knob]:
    useful = {match.system for match in matches(x)}
    for row in rows(x.tables["hardware"]):
        for column, now in _given_months(row, "lead_months") if row.system in useful else ():
            words = f"the {_MEANING[column]} of system `{row.system}`"
            yield _months("hardware", row.system, column, now, words, "hardware lead times")


def _licences(x: Inputs) -> Iterator[Knob]:
    for row in rows(x.tables["export_rules"]):
        for column, now in _given_months(row, "licence_months"):
            words = f"the {_MEANING[column]} of the licence of export rule `{row.rule}`"
            yield _months("export_rules", row.rule, column, now, words, "export rules")


def _level(address: str, figures: tuple[float, float], unit: str, words: str, family: str) -> Knob:
    now, most = map(float, figures)
    return Knob("level", (address,), unit, words, f"{now:,.6g} {unit}", most, family, now_value=now)


def _workloads(x: Inputs) -> Iterator[Knob]:
    asked = set(x.tables["demand"]["workload"])
    for row in rows(x.tables["workloads"]):
        if row.workload not in asked:
            continue
        yield _level(
            cell("workloads", row.workload, "ttft_limit_ms"), (row.ttft_limit_ms, LONG_MS), "ms",
            f"the time that workload `{row.workload}` allows for the first token", "latency",
        )  # fmt: skip
        yield _level(
            cell("workloads", row.workload, "tpot_limit_ms"), (row.tpot_limit_ms, LONG_MS), "ms",
            f"the time that workload `{row.workload}` allows for every other token", "latency",
        )  # fmt: skip
        if not pd.isna(row.sovereign) and row.sovereign:
            yield _switch(
                cell("workloads", row.workload, "sovereign"), False, "true",
                f"the rule that workload `{row.workload}` is served in its users' country",
                "sovereignty",
            )  # fmt: skip


def _switch(address: str, value: float | str | bool, now: str, words: str, family: str) -> Knob:
    return Knob("switch", (address,), "", words, now, value, family)


def _halls(x: Inputs) -> Iterator[Knob]:
    densest = float(x.tables["hardware"]["rack_kw_per_rack"].max())
    for site in rows(x.tables["sites"]):
        if site.hall_density_kw_per_rack < densest:
            yield _level(
                cell("sites", site.site, "hall_density_kw_per_rack"),
                (site.hall_density_kw_per_rack, densest), "kW a rack",
                f"what a rack may draw in the halls of site `{site.site}`", "halls",
            )  # fmt: skip
        if not pd.isna(site.liquid_cooling) and not site.liquid_cooling:
            yield _switch(
                cell("sites", site.site, "liquid_cooling"), True, "false",
                f"the lack of liquid cooling at site `{site.site}`", "halls",
            )  # fmt: skip
        pace = site.commissioning_mw_per_month
        if not pd.isna(pace):
            yield _level(
                cell("sites", site.site, "commissioning_mw_per_month"),
                (pace, max(float(site.max_it_mw), float(pace))), "MW a month",
                f"the pace at which site `{site.site}` takes systems in", "commissioning",
            )  # fmt: skip


def _rules(x: Inputs) -> Iterator[Knob]:
    for row in rows(x.tables["export_rules"]):
        if row.effect != "allowed":
            yield _switch(
                cell("export_rules", row.rule, "effect"), "allowed", str(row.effect),
                f"export rule `{row.rule}`", "export rules",
            )  # fmt: skip


def _policy(x: Inputs) -> Iterator[Knob]:
    policy, power = x.scenario.policy, x.scenario.power
    if policy.least_sovereign_fraction > 0.0:
        yield _option(
            "policy.least_sovereign_fraction", policy.least_sovereign_fraction, 0.0,
            "the least share served in the users' country",
        )  # fmt: skip
    if policy.most_vendor_fraction < 1.0:
        yield _option(
            "policy.most_vendor_fraction", policy.most_vendor_fraction, 1.0,
            "the most that may be of one vendor",
        )  # fmt: skip
    if policy.power_due_months is not None:
        due = policy.power_due_months
        yield Knob(
            "level", ("policy.power_due_months",), "months",
            "the date by which power is asked for", f"month {due} of the horizon",
            float(x.calendar.horizon_months), "policy", now_value=float(due),
        )  # fmt: skip
        yield _option(
            "policy.power_due_mw", policy.power_due_mw, 1e-6,
            "the load in MW that is asked for by that date",
        )  # fmt: skip
    if power.adequacy:
        yield _switch(
            "power.adequacy", False, "true", "the rule that firm power covers the peak", "adequacy"
        )


_CLEAN = {"hourly_fraction": "in every hour", "yearly_fraction": "over the year"}


def _clean(x: Inputs) -> Iterator[Knob]:
    """Shares of the load that are to be met without carbon."""
    for row in rows(x.tables["clean_matching"]):
        whose = "all sites" if row.site == EVERYWHERE else f"site `{row.site}`"
        for column, when in _CLEAN.items():
            now = getattr(row, column)
            if not pd.isna(now) and now > 0.0:
                yield Knob(
                    "level", (cell("clean_matching", f"{row.site},{row.year}", column),), "",
                    f"the least share of the load of {whose} met without carbon {when}, {row.year}",
                    f"{now:,.6g}", 0.0, "clean supply", now_value=float(now),
                )  # fmt: skip


def _option(address: str, now: float, most: float, words: str) -> Knob:
    return Knob(
        "level", (address,), "", words, shown_value(now), most, "policy", now_value=float(now)
    )
