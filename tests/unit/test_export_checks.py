"""Checks of export rules, each on a table made for it, and all on the shipped sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tokenworks.checks import exports as checks
from tokenworks.checks.base import Check
from tokenworks.errors import Problem
from tokenworks.io.tables import LoadedTable, empty_table, read_table
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES

US = Path(__file__).parents[2] / "data" / "us"
NAMES = ("jurisdictions", "jurisdiction_groups", "export_rules", "export_conditions")
OTHERS = ("permit_routes", "interconnection_routes", "hardware", "operator_standings")

GROUPS = """\
group,jurisdiction,from_date,until_date,source,confidence
friends,xx,2028-01-01,2030-01-01,,assumed
"""
RULES_HEAD = (
    "rule,from_date,until_date,precedence_index,effect,licence_months,quota_count,quota_unit,"
    "quota_period,our_share_fraction,grant_probability_fraction,source,confidence\n"
)
CONDITIONS_HEAD = (
    "rule,alternative_index,condition_index,hardware_column,comparison,value_number,value_text,"
    "value_date,source,confidence\n"
)


def made(tmp_path: Path, **texts: str) -> dict[str, LoadedTable]:
    """Tables of these texts; the others empty."""
    found = {name: empty_table(INPUT_TABLES[name]) for name in NAMES}
    for name, text in texts.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        found[name] = read_table(INPUT_TABLES[name], path)
    return found


def problems(check: Check, tables: dict[str, LoadedTable]) -> list[Problem]:
    found: Callable[..., Iterator[Problem]] = check
    return list(found(tables, Scenario(name="any")))


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("r,,,,allowed,,,,,,", "precedence_index", "has no `precedence_index`"),
        ("r,,,1,,,,,,,", "effect", "has no `effect`"),
        ("r,,,1,licence,,,,,,0.5", "licence_months", "effect `licence` has no `licence_months`"),
        ("r,,,1,licence,6,,,,,", "grant_probability_fraction", "effect `licence` has no `grant"),
        ("r,,,1,quota,,,tpp,year,0.1,", "quota_count", "effect `quota` has no `quota_count`"),
        ("r,,,1,quota,,5,,year,0.1,", "quota_unit", "has no `quota_unit`"),
        ("r,,,1,quota,,5,tpp,,0.1,", "quota_period", "has no `quota_period`"),
        ("r,,,1,quota,,5,tpp,year,,", "our_share_fraction", "effect `quota` has no `our_share"),
    ],
)
def test_a_rule_must_say_what_holds(tmp_path: Path, row: str, column: str, words: str) -> None:
    tables = made(tmp_path, export_rules=f"{RULES_HEAD}{row},,assumed\n")
    [problem] = problems(checks.check_export_rules_say_what_holds, tables)
    assert (problem.row, problem.column) == (2, column)
    assert words in problem.problem
    assert problem.remedy.startswith("give it: ")


@pytest.mark.parametrize(
    "row",
    [
        "r,,,1,allowed,,,,,,",
        "r,,,1,denied,,,,,,",
        "r,,,1,quota,,5,tpp,year,0,",
        "r,,,1,licence,0,,,,,0",
    ],
)
def test_a_rule_that_says_it_is_whole(tmp_path: Path, row: str) -> None:
    tables = made(tmp_path, export_rules=f"{RULES_HEAD}{row},,assumed\n")
    assert problems(checks.check_export_rules_say_what_holds, tables) == []


def test_dates_must_follow_each_other(tmp_path: Path) -> None:
    tables = made(
        tmp_path,
        export_rules=RULES_HEAD
        + "a,2027-01-01,2027-01-01,1,allowed,,,,,,,,assumed\n"
        + "b,2027-01-01,,1,allowed,,,,,,,,assumed\n",
        jurisdiction_groups=GROUPS + "friends,us,2030-01-01,2029-01-01,,assumed\n",
    )
    [problem] = problems(checks.check_export_rules_end_after_they_begin, tables)
    assert (problem.row, problem.column) == (2, "until_date")
    [problem] = problems(checks.check_memberships_end_after_they_begin, tables)
    assert (problem.row, problem.column) == (3, "until_date")
    assert "begins on 2030-01-01 and ends before 2029-01-01" in problem.problem


def test_a_condition_names_a_column_that_hardware_has(tmp_path: Path) -> None:
    text = CONDITIONS_HEAD + "r,1,1,tp,>=,4800,,,,assumed\nr,1,2,,>=,4800,,,,assumed\n"
    tables = made(tmp_path, export_conditions=text)
    first, second = problems(checks.check_export_conditions_name_hardware_columns, tables)
    assert "no column `tp`" in first.problem
    assert "did you mean `tpp`?" in first.remedy
    assert (second.row, second.problem) == (3, "no column of `hardware` is named")


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("tpp,before,4800,,", "comparison", "holds numbers, which `before` does not compare"),
        ("tpp,,4800,,", "comparison", "no comparison is given"),
        ("tpp,>=,,,", "value_number", "no value is given"),
        ("tpp,>=,1,4800,", "value_text", "not what stands here"),
        ("first_sold,>=,,,2026-01-16", "comparison", "holds dates"),
        ("vendor,<,,NVIDIA,", "comparison", "holds text"),
        ("sold_to_others,=,,yes,", "value_text", "holds true or false, not `yes`"),
        ("cooling,=,,steam,", "value_text", "`cooling` is never `steam`"),
    ],
)
def test_a_condition_compares_like_with_like(
    tmp_path: Path, row: str, column: str, words: str
) -> None:
    tables = made(tmp_path, export_conditions=f"{CONDITIONS_HEAD}r,1,1,{row},,assumed\n")
    [problem] = problems(checks.check_export_conditions_compare_like_with_like, tables)
    assert (problem.row, problem.column) == (2, column)
    assert words in problem.problem


@pytest.mark.parametrize("name", ["", "export-diffusion", "export-strict"])
def test_shipped_sets_pass_the_checks(name: str) -> None:
    folder = US / "cases" / name if name else US
    tables = {table: empty_table(INPUT_TABLES[table]) for table in OTHERS}
    for table in NAMES:
        path = folder / f"{table}.csv"
        tables[table] = read_table(
            INPUT_TABLES[table], path if path.exists() else US / f"{table}.csv"
        )
    found = [
        problem
        for check in vars(checks).values()
        if isinstance(check, Check)
        for problem in problems(check, tables)
    ]
    assert found == []
