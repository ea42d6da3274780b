"""No input is read and then ignored: every declared column and option changes the matrix.

For every column one cell of the two-site case is changed, by the step that the schema declares and
to one value after another that the checks accept, until the compiled matrix differs; for every
technology and system (nightly) each figure of its row. A new column or option without effect fails
here. What no single matrix can show moves a figure in `tests/plan/test_figures_matter.py`.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tokenworks import inputs
from tokenworks.build import build
from tokenworks.checks import ALL_CHECKS, Check, checked_tables
from tokenworks.errors import InfeasibleError, InputError
from tokenworks.inputs import prepare
from tokenworks.io.tables import LoadedTable
from tokenworks.schema.columns import Column, Kind, Role
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.tables_branches import BRANCH_TABLES
from tokenworks.solver.matrix import compile_matrix

# Hundreds of models are built: more than the default run has time for.
pytestmark = pytest.mark.slow

Tables = dict[str, LoadedTable]
Entries = frozenset[tuple[Any, ...]]

# What `tests/plan/test_figures_matter.py` shows in a plan's figures: what branches decide, what
# sums days up, and the hours of a year.
HOURS_OF_YEAR = {
    ("operations", "load_shape"),
    ("zone_loads", "mean_load_mw"),
    ("zone_loads", "load_region"),
    ("chronology", "load_shape"),
    ("chronology_days", "day"),
}
IN_FIGURES = {
    *HOURS_OF_YEAR,
    *((table.name, column.name) for table in BRANCH_TABLES for column in table.columns),
    ("power_technologies", "cancellation_fee_fraction"),
    ("hardware", "cancellation_fee_fraction"),
    ("time", "representative_days"),
}
# Sections whose every option is there, and `solve`, which says how a plan is found.
FIGURE_SECTIONS = ("proforma", "uncertainty")
SECTIONS = {
    name: field.annotation.model_fields  # type: ignore[union-attr]
    for name, field in Scenario.model_fields.items()
    if hasattr(field.annotation, "model_fields") and name not in (*FIGURE_SECTIONS, "solve")
}
# Columns that only a check reads: the model holds what the checks have let through.
ONLY_CHECKED = {
    ("hardware", "memory_gb"): 80.0,  # an operating point on a system too small for its model
    ("models", "memory_gb"): 1e6,
}
# What can change only with other cells of its row.
WITH_OTHERS: dict[tuple[str, str], dict[str, Any]] = {
    ("power_technologies", "leased"): {
        "tables.power_technologies[solar].leased": False,
        "tables.power_technologies[solar].lease_term_months": None,
        "tables.power_costs[solar,2027].lease_usd_per_kw_month": None,
        "tables.power_costs[solar,2029].lease_usd_per_kw_month": None,
    },
    ("operating_points", "stage"): {
        "tables.operating_points[node-write].stage": "serve",
        "tables.operating_points[node-write].ttft_ms": 250.0,
    },
}
COLUMNS = [
    (name, column.name)
    for name, table in INPUT_TABLES.items()
    for column in table.columns
    # A column with one allowed value can decide nothing yet.
    if column.role is Role.INPUT and len(column.allowed) != 1
    if (name, column.name) not in {*ONLY_CHECKED, *IN_FIGURES, *WITH_OTHERS}
]
OPTIONS = [
    ("", "objective"),
    ("", "unserved"),
    *((section, option) for section, options in SECTIONS.items() for option in options),
]

# It runs the vendors' own software.
LAYER = {"serving.interoperability_layer": True}
# What export rules may ask of a system, in place of what the rule of the two-site case asks.
ASKED = (
    "dense_fp4_tflops",
    "dense_fp8_tflops",
    "dense_bf16_tflops",
    "dense_int8_tops",
    "accelerator_memory_gb",
    "memory_bandwidth_gb_per_s",
    "logic_die_mm2",
    "performance_density_tpp_per_mm2",
)

# What the two-site case leaves out, to keep its matrix short.
VARIANTS: dict[tuple[str, str], dict[str, Any]] = {
    # It has no wind.
    ("operations", "wind_capacity_factor"): {"tables.power_technologies[solar].kind": "wind"},
    # No point of another model is near the workload's lengths.
    ("workloads", "model"): {"serving.length_tolerance_fraction": 10.0},
    # No permit of it depends on the air.
    ("sites", "attainment"): {"tables.permit_routes[air-minor].attainment": "attainment"},
    # Prices and damages count at the greatest net present value alone.
    ("workloads", "sold_usd_per_mtoken"): {"objective": "npv"},
    ("workloads", "damages_usd_per_mtoken"): {"objective": "npv"},
    # One of its two rules asks for offsets.
    ("permit_routes", "air_rule"): {"tables.air_permit_thresholds[general,any].offset_ratio": 1.2},
    # None depends on the water.
    ("sites", "water"): {"tables.permit_routes[air-minor].water": "fresh"},
    # A stack whose cost names it cannot lose its last system.
    ("hardware", "software_stack"): {"tables.software_stacks": None},
    ("serving", "interoperability_cost_usd_per_site_year"): LAYER,
    ("serving", "interoperability_throughput_loss_fraction"): LAYER,
    # An interconnection leads to one site; what a permit is filed for can be moved.
    ("holdings", "site"): {"tables.holdings[queue].asset": "air-minor"},
    # Two vendors, each of which has to leave room for the other, and stacks that name both systems.
    ("hardware", "enabled"): {"tables.software_stacks": None, "policy.most_vendor_fraction": 1.0},
    # A route of the nation that a state's replaces.
    **{
        ("hardware", column): {
            "tables.export_conditions[small-quota,1,1].hardware_column": column,
            "tables.hardware[node].tpp": None,
            "tables.hardware[cube].tpp": None,
        }
        for column in ASKED
    },
    ("permit_routes", "replaces"): {"tables.permit_routes[air-major].cost_usd": 399_000.0},
}

# Columns whose rows must agree, so that no single cell of them can change alone.
TOGETHER = {("demand", "profile"): ["workload", "region"]}

# Other words, dates and blanks that decide something, where those tried for every cell do not.
BEYOND: dict[tuple[str, str], list[Any]] = {
    ("periods", "start"): [pd.Timestamp("2026-11-01")],  # after all that is held was begun
    ("hardware", "vendor"): ["Third"],
    ("hardware", "software_stack"): ["quick"],
    ("sites", "nuclear_restricted"): [True],
    ("export_rules", "operator"): ["another"],
    ("operator_standings", "from_date"): [pd.Timestamp("2029-06-01")],
    ("finance", "base_date"): ["2026-01-01"],
    ("holdings", "kind"): ["order"],
    ("holdings", "asset"): ["engine"],
    ("export_conditions", "hardware_column"): ["logic_die_mm2"],
    ("export_conditions", "value_text"): ["false"],
    ("", "objective"): ["npv"],
    ("", "unserved"): ["forbidden"],
    ("policy", "most_capital_usd"): [1e8],
    ("policy", "power_due_months"): [12],
    ("power_technologies", "fuel_on_site"): [True],
}

# Figures of a technology or a system that is none of what they are of.
NEUTRAL: set[tuple[object, ...]] = set()

# Tables whose rows are technologies and systems, or figures of one: all of a row must matter.
BY_ROW = ("power_technologies", "power_costs", "hardware", "operating_points")


@pytest.fixture(scope="module", autouse=True)
def _in_less_time() -> Iterator[None]:
    """Hundreds of models: without the hash that names a run, and without looking at the modules
    for garbage, each is built in three quarters of the time."""
    gc.collect()
    gc.freeze()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "hash_inputs", lambda *_: "")
        yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def tables(scenario: Scenario) -> Tables:
    return checked_tables(scenario)


@pytest.fixture(scope="module")
def entries(scenario: Scenario, tables: Tables) -> Entries:
    return matrix_of(scenario, tables)


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_column_changes_the_matrix(
    name: str, column: str, scenario: Scenario, tables: Tables, entries: Entries
) -> None:
    scenario, tables, entries = at(scenario, tables, entries, name, column)
    assert decides(name, column, list(tables[name].frame.index), scenario, tables, entries)


@pytest.mark.parametrize(("name", "column"), WITH_OTHERS)
def test_column_changes_the_matrix_with_others(
    name: str, column: str, scenario: Scenario, entries: Entries
) -> None:
    changed = scenario.with_(WITH_OTHERS[name, column])
    assert matrix_of(changed, checked_tables(changed)) != entries


@pytest.mark.parametrize(("section", "option"), [o for o in OPTIONS if o not in IN_FIGURES])
def test_option_changes_the_matrix(
    section: str, option: str, scenario: Scenario, tables: Tables, entries: Entries
) -> None:
    scenario, tables, entries = at(scenario, tables, entries, section, option)
    value = getattr(getattr(scenario, section) if section else scenario, option)
    checks = [c for c in ALL_CHECKS if any(read.startswith(section) for read in c.options)]
    for new in [*BEYOND.get((section, option), []), *steps_of(section, option, value)]:
        try:
            changed = scenario.with_({f"{section}.{option}".lstrip("."): new})
        except InputError:
            continue
        if accepted(checks, tables, changed) and matrix_of(changed, tables) != entries:
            return
    pytest.fail(f"no value of {section}.{option} changes the matrix")


@pytest.mark.nightly
@pytest.mark.parametrize("name", BY_ROW)
def test_every_figure_of_a_technology_or_system_matters(
    name: str, scenario: Scenario, tables: Tables, entries: Entries
) -> None:
    """One that is blank is neutral, as its column says; so is one that can be nothing else."""
    frame = tables[name].frame
    idle = [
        (*frame.loc[line, list(INPUT_TABLES[name].key)], column)
        for column in (c for t, c in COLUMNS if t == name)
        if INPUT_TABLES[name].column(column).kind in (Kind.NUMBER, Kind.INTEGER)
        for line in frame.index
        if not pd.isna(frame.loc[line, column])
        and not decides(name, column, [line], *at(scenario, tables, entries, name, column))
    ]
    assert [row for row in idle if row not in NEUTRAL] == []


def test_every_section_is_looked_at() -> None:
    assert {*SECTIONS} == {*("time", "finance", "latency", "serving", "power", "exports", "policy")}


@pytest.mark.parametrize(("name", "column"), ONLY_CHECKED)
def test_column_is_checked(name: str, column: str, scenario: Scenario, tables: Tables) -> None:
    frame = tables[name].frame
    frame = frame.assign(**{column: ONLY_CHECKED[name, column]})
    changed = {**tables, name: replace(tables[name], frame=frame)}
    assert not accepted(checks_of(name), changed, scenario)


def decides(
    name: str, column: str, lines: list[int], scenario: Scenario, tables: Tables, entries: Entries
) -> bool:
    """Whether some accepted change of one of these cells changes the matrix."""
    checks = checks_of(name)
    return any(
        accepted(checks, changed, scenario) and matrix_of(scenario, changed) != entries
        for changed in changes(name, INPUT_TABLES[name].column(column), lines, tables)
    )


def checks_of(name: str) -> list[Check]:
    """Checks that read a table."""
    return [
        check
        for check in ALL_CHECKS
        if any(
            table == name and column != "source"
            for table, _, column in (read.partition(".") for read in check.columns)
        )
    ]


def accepted(checks: list[Check], tables: Tables, scenario: Scenario) -> bool:
    return not any(True for check in checks for _ in check(tables, scenario))


def changes(name: str, column: Column, lines: list[int], tables: Tables) -> Iterator[Tables]:
    """The tables with one cell of a column changed (or with it those that must agree)."""
    frame = tables[name].frame
    beyond = BEYOND.get((name, column.name), [])
    ways = [[*beyond, *tried(column, frame.loc[line, column.name], tables)] for line in lines]
    keys = TOGETHER.get((name, column.name), [])
    for attempt in zip_longest(*ways):  # one way of changing after another, each in every row
        for line, new in zip(lines, attempt, strict=True):
            if new is None:
                continue
            alike = (frame[keys] == frame.loc[line, keys]).all(axis=1) if keys else [line]
            changed = frame.copy()
            changed.loc[alike, column.name] = new
            yield {**tables, name: replace(tables[name], frame=changed)}


def tried(column: Column, cell: Any, tables: Tables) -> list[Any]:
    """Other values for a cell that its column admits, the declared step first."""
    if column.kind is Kind.DATE:
        day = pd.Timestamp("2028-07-01") if pd.isna(cell) else cell
        step = pd.DateOffset(days=int(column.step))
        return [*[day] * bool(pd.isna(cell)), day + step, day - step]
    if column.kind is Kind.TEXT:
        target, _, key = column.refers_to.partition(".")
        others = [*column.allowed, *(tables[target].frame[key] if target else [])]
        return [v for v in dict.fromkeys([*others, *[""] * column.optional]) if v != cell]
    if column.kind is Kind.BOOLEAN:
        return values(cell)
    if pd.isna(cell):
        return [v for v in (column.step or 30.0, 0.3, 3e7) if admits(column, v)]
    return [v for v in values(cell, column.step) if admits(column, v)]


def steps_of(section: str, option: str, value: Any) -> list[Any]:
    extra = (SECTIONS[section] if section else Scenario.model_fields)[option].json_schema_extra
    return values(value, extra.get("step", 0.0) if isinstance(extra, dict) else 0.0)


def admits(column: Column, value: float) -> bool:
    low = column.minimum if column.above is None else column.above
    return not (
        (low is not None and value < low)
        or (column.above is not None and value == low)
        or (column.maximum is not None and value > column.maximum)
    )


def values(value: Any, step: float = 0.0) -> list[Any]:
    """Other values of the same type: the step, then a little, then what may cross a threshold."""
    if isinstance(value, (bool, np.bool_)) or value is pd.NA:
        return [value is pd.NA or not value]
    if isinstance(value, dt.date):
        return [value - dt.timedelta(days=365)]
    far = [value + step, value - step] if step else []
    if isinstance(value, (int, np.integer)):
        return [*map(int, far), value + 1, value - 1, value + 12, value - 12, 0]
    if isinstance(value, (float, np.floating)):
        near = [value * 1.004, value * 0.996] if value else [0.004]
        return [*far, *near, value * 1.3, value * 0.7, value + 1.0, value + 1000.0, 0.0]
    return []


def at(
    scenario: Scenario, tables: Tables, entries: Entries, name: str, column: str
) -> tuple[Scenario, Tables, Entries]:
    """What a column is tried on: the two-site case, or its variant."""
    if (name, column) not in VARIANTS:
        return scenario, tables, entries
    scenario = scenario.with_(VARIANTS[name, column])
    tables = checked_tables(scenario)
    return scenario, tables, matrix_of(scenario, tables)


def matrix_of(scenario: Scenario, tables: Tables) -> Entries:
    """Every entry of the compiled matrix with its sides, bounds and costs, by name."""
    try:
        matrix = compile_matrix(build(prepare(scenario, tables)).pyomo)
    except InfeasibleError as error:
        return frozenset([(str(error),)])
    rows = [row.name for row in matrix.rows]
    columns = [column.name for column in matrix.columns]
    a = matrix.a.tocoo()
    bounds = (matrix.lower, matrix.upper, matrix.whole, matrix.cost)
    return frozenset(
        [
            *((rows[i], columns[j], v) for i, j, v in zip(a.row, a.col, a.data, strict=True)),
            *zip(rows, matrix.row_lower, matrix.row_upper, strict=True),
            *zip(columns, *bounds, strict=True),
        ]
    )
