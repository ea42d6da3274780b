"""Checks of export rules, their conditions and the groups of countries that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from tokenworks.checks.base import Tables, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.io.tables import LoadedTable
from tokenworks.schema.columns import Column, Kind
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables_export import COMPARISONS, LICENCE
from tokenworks.schema.tables_hardware import HARDWARE
from tokenworks.schema.wording import listed, shown, suggestion

_TRUTH = ("true", "false")
# The column that holds a condition's value, by the kind of the hardware column.
_VALUE = {
    Kind.NUMBER: "value_number",
    Kind.INTEGER: "value_number",
    Kind.DATE: "value_date",
    Kind.TEXT: "value_text",
    Kind.BOOLEAN: "value_text",
}
# What a rule must say beside its effect. Left blank, the whole quota would be the plan's, and every
# licence granted.
_NEEDED = {
    "licence": ("licence_months", "grant_probability_fraction"),
    "quota": ("quota_count", "quota_unit", "quota_period", "our_share_fraction"),
}


@reads(
    "export_rules.precedence_index",
    "export_rules.effect",
    *(f"export_rules.{column}" for columns in _NEEDED.values() for column in columns),
)
def check_export_rules_say_what_holds(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A rule has a precedence and effect, a licence months and chance, a quota amount and share."""
    table = tables["export_rules"]
    for row in rows(table):
        needed = _NEEDED.get(row.effect, ())
        for column in ("precedence_index", "effect", *needed):
            if not _blank(getattr(row, column)):
                continue
            what = f"the rule {shown(row.rule)}"
            if column in needed:
                what += f" with the effect {shown(row.effect)}"
            yield problem_at(
                table,
                row.Index,
                column,
                f"{what} has no `{column}`",
                "give it: " + table.table.column(column).description,
            )


@reads("export_rules.from_date", "export_rules.until_date")
def check_export_rules_end_after_they_begin(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A rule is in force for a day at least."""
    yield from _empty_spans(tables["export_rules"], "the rule is never in force")


@reads("jurisdiction_groups.from_date", "jurisdiction_groups.until_date")
def check_memberships_end_after_they_begin(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A membership lasts for a day at least."""
    yield from _empty_spans(tables["jurisdiction_groups"], "the membership never holds")


@reads("operator_standings.from_date", "operator_standings.until_date")
def check_standings_end_after_they_begin(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A standing lasts for a day at least."""
    yield from _empty_spans(tables["operator_standings"], "the standing never holds")


@reads("export_rules.rule", "permit_routes.route", "interconnection_routes.route")
def check_rules_have_names_of_their_own(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A licence is filed under the id of its rule, which no other route may have."""
    table = tables["export_rules"]
    for name in ("permit_routes", "interconnection_routes"):
        taken = set(tables[name].frame["route"])
        for row in rows(table):
            if row.rule in taken:
                problem = f"a route of the table {shown(name)} is called {shown(row.rule)} too"
                yield problem_at(table, row.Index, "rule", problem, "give the rule its own id")


@reads("export_rules.effect", "hardware.design_kw", "hardware.enabled")
def check_licensed_systems_draw_power(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """What needs a licence is bounded by the halls that it fills."""
    if LICENCE not in set(tables["export_rules"].frame["effect"]):
        return
    table = tables["hardware"]
    for row in rows(table):
        if row.enabled and row.design_kw == 0.0:
            problem = f"{shown(row.system)} draws no power, so that no licence could bound it"
            yield problem_at(
                table,
                row.Index,
                "design_kw",
                problem,
                "give its design power, or leave out export rules that ask for a licence",
            )


@reads("export_conditions.hardware_column")
def check_export_conditions_name_hardware_columns(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A condition compares a column that `hardware` has."""
    table = tables["export_conditions"]
    for row in rows(table):
        name = row.hardware_column
        if name in HARDWARE.names:
            continue
        words = f"the table `hardware` has no column {shown(name)}"
        if not name:
            words = "no column of `hardware` is named"
        yield problem_at(
            table, row.Index, "hardware_column", words, suggestion(name, HARDWARE.names)
        )


@reads(
    "export_conditions.hardware_column",
    "export_conditions.comparison",
    "export_conditions.value_number",
    "export_conditions.value_text",
    "export_conditions.value_date",
)
def check_export_conditions_compare_like_with_like(
    tables: Tables, _: Scenario
) -> Iterator[Problem]:
    """The comparison and the value of a condition suit the column that it compares."""
    table = tables["export_conditions"]
    for row in rows(table):
        if row.hardware_column in HARDWARE.names:  # else another check says so
            column = HARDWARE.column(row.hardware_column)
            yield from _unlike(table, row, column)


def _unlike(table: LoadedTable, row: Any, column: Column) -> Iterator[Problem]:
    kind = {Kind.INTEGER: "numbers", Kind.BOOLEAN: "true or false"}.get(
        column.kind, f"{column.kind}s" if column.kind is not Kind.TEXT else "text"
    )
    what = f"{shown(column.name)} holds {kind}"
    if row.comparison not in COMPARISONS[column.kind]:
        yield problem_at(
            table,
            row.Index,
            "comparison",
            f"{what}, which {shown(row.comparison)} does not compare"
            if row.comparison
            else f"{what}, and no comparison is given",
            f"give one of {listed(COMPARISONS[column.kind])}",
        )
    right = _VALUE[column.kind]
    for name in dict.fromkeys(_VALUE.values()):
        if name != right and not _blank(getattr(row, name)):
            yield problem_at(
                table, row.Index, name, f"{what}, not what stands here", f"use `{right}` for it"
            )
    value = getattr(row, right)
    if _blank(value):
        yield problem_at(
            table, row.Index, right, f"{what}, and no value is given", "give the value to compare"
        )
    elif column.kind is Kind.BOOLEAN and value not in _TRUTH:
        yield problem_at(
            table,
            row.Index,
            right,
            f"{what}, not {shown(value)}",
            f"choose one of {listed(_TRUTH)}",
        )
    elif column.kind is Kind.TEXT and column.allowed and value not in column.allowed:
        yield problem_at(
            table,
            row.Index,
            right,
            f"{shown(column.name)} is never {shown(value)}",
            suggestion(value, column.allowed),
        )


def _empty_spans(table: LoadedTable, words: str) -> Iterator[Problem]:
    for row in rows(table):
        if row.until_date <= row.from_date:  # never so where one is blank
            first, last = row.from_date.date(), row.until_date.date()
            yield problem_at(
                table,
                row.Index,
                "until_date",
                f"{words}: it begins on {first} and ends before {last}",
                "give a date after `from_date`, or leave it blank",
            )


def _blank(value: Any) -> bool:
    return bool(value == "") if isinstance(value, str) else bool(pd.isna(value))
