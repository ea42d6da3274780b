"""No input is read and then ignored: every declared column and option changes the matrix.

For every column one cell of the two-site case is changed, to one value after another that the
checks accept, until the compiled matrix differs. A new column or option without effect fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tokenworks.build import build
from tokenworks.checks import checked_tables, run_checks
from tokenworks.errors import InputError
from tokenworks.inputs import prepare
from tokenworks.io.tables import LoadedTable
from tokenworks.schema.columns import Column, Kind, Role
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.tables_branches import BRANCH_TABLES
from tokenworks.solver.matrix import compile_matrix

Tables = dict[str, LoadedTable]
Entries = frozenset[tuple[Any, ...]]

COLUMNS = [
    (name, column.name)
    for name, table in INPUT_TABLES.items()
    for column in table.columns
    # A column with one allowed value can decide nothing yet.
    if column.role is Role.INPUT and len(column.allowed) != 1
]

# Sections that decide the plan; `solve` says how it is found.
SECTIONS = ("time", "finance", "latency", "serving", "power", "exports", "policy")
OPTIONS = [
    ("", "objective"),
    ("", "unserved"),
    *(
        (section, option)
        for section in SECTIONS
        for option in Scenario.model_fields[section].annotation.model_fields  # type: ignore[union-attr]
    ),
]

# Columns that only a check reads: the model holds what the checks have let through.
ONLY_CHECKED = {
    ("hardware", "memory_gb"): 80.0,  # an operating point on a system too small for its model
    ("models", "memory_gb"): 1e6,
}

# What needs days to choose from, which the two-site case has not; `tests/cases/test_fewer_days.py`
# holds what they decide. What is leased has a rent and no capital, so that the flag changes only
# with them: `tests/cases/test_retirement.py`.
ELSEWHERE = {
    ("operations", "net_load_mw"),
    ("time", "representative_days"),
    ("power_technologies", "leased"),
}
# A point of another stage has other figures, so that no stage changes alone; they and what its cell
# decides: `tests/cases/test_split.py`.
ELSEWHERE |= {("operating_points", "stage")}
# What a plan with branches asks for, which is no single program: `tests/cases/test_branches.py`.
ELSEWHERE |= {
    *((table.name, column.name) for table in BRANCH_TABLES for column in table.columns),
    ("power_technologies", "cancellation_fee_fraction"),
    ("hardware", "cancellation_fee_fraction"),
}

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
    ("sites", "water"): {"tables.permit_routes[building-s].water": "fresh"},
    # A stack whose cost names it cannot lose its last system.
    ("hardware", "software_stack"): {"tables.software_stacks": None},
    ("serving", "interoperability_cost_usd_per_site_year"): LAYER,
    ("serving", "interoperability_throughput_loss_fraction"): LAYER,
    # An interconnection leads to one site; what a permit is filed for can be moved.
    ("holdings", "site"): {"tables.holdings[queue].asset": "air-minor"},
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

# Values beyond a threshold, where those tried for every number lie on the same side (or where
# finding the one that does not takes long).
BEYOND: dict[tuple[str, str], list[Any]] = {
    ("sites", "latitude_deg"): [70.0],
    ("sites", "longitude_deg"): [170.0],
    ("sites", "hall_density_kw_per_rack"): [100.0],
    ("sites", "nuclear_restricted"): [True],
    ("network", "rtt_ms"): [10.0],
    ("regions", "latitude_deg"): [-80.0],
    ("regions", "longitude_deg"): [100.0],
    ("tariffs", "term_months"): [6],
    ("hardware", "vendor"): ["Third"],
    ("hardware", "software_stack"): ["quick"],
    ("hall_retrofits", "hall_density_kw_per_rack"): [100.0],
    ("hall_retrofits", "retrofit_months"): [1],
    ("air_permit_thresholds", "major_source_short_tons_per_year"): [30.0],
    ("hardware", "life_years"): [1.0],
    ("hardware", "lead_months"): [24],
    ("hardware", "rack_kw_per_rack"): [150.0],
    ("operating_points", "input_tokens"): [1500.0],
    ("operating_points", "output_tokens"): [800.0],
    ("operating_points", "cached_fraction"): [0.9],
    ("operating_points", "ttft_ms"): [490.0],
    ("operating_points", "tpot_ms"): [60.0],
    ("workloads", "input_tokens"): [940.0],
    ("workloads", "output_tokens"): [470.0],
    ("workloads", "cached_fraction"): [0.02],
    ("workloads", "ttft_limit_ms"): [450.0],
    ("workloads", "tpot_limit_ms"): [35.0],
    ("", "objective"): ["npv"],
    ("hardware", "first_sold"): [pd.Timestamp("2026-06-01")],
    ("hardware", "tpp"): [5000.0],
    ("jurisdiction_groups", "from_date"): [pd.Timestamp("2029-06-01")],
    ("export_rules", "from_date"): [pd.Timestamp("2029-06-01")],
    ("export_rules", "operator"): ["another"],
    ("export_conditions", "hardware_column"): ["logic_die_mm2"],
    ("export_conditions", "value_number"): [1000.0],
    ("export_conditions", "value_text"): ["false"],
    ("export_conditions", "value_date"): [pd.Timestamp("2024-01-01")],
    ("operator_standings", "from_date"): [pd.Timestamp("2029-06-01")],
    ("holdings", "kind"): ["order"],
    ("holdings", "asset"): ["engine"],
    ("exports", "least_grant_probability_fraction"): [0.9],
    ("", "unserved"): ["forbidden"],
    ("policy", "most_capital_usd"): [1e8],
    ("finance", "base_date"): ["2026-01-01"],
    ("power", "critical_duration_hours"): [7.0],
    ("power_technologies", "fuel_on_site"): [True],
    ("finance", "usd_year"): [2023],
    ("latency", "base_ms"): [50.0],
    ("latency", "round_trip_ms_per_km"): [0.05],
    ("latency", "queue_ms"): [40.0],
    ("power", "whole_module_fraction"): [0.0],
    ("serving", "length_tolerance_fraction"): [0.1],
    ("serving", "cached_tolerance_fraction"): [0.15],
}


@pytest.fixture(scope="module")
def tables(scenario: Scenario) -> Tables:
    return checked_tables(scenario)


@pytest.fixture(scope="module")
def entries(scenario: Scenario, tables: Tables) -> Entries:
    return matrix_of(scenario, tables)


@pytest.mark.parametrize(
    ("name", "column"), [c for c in COLUMNS if c not in ONLY_CHECKED and c not in ELSEWHERE]
)
def test_column_changes_the_matrix(
    name: str, column: str, scenario: Scenario, tables: Tables, entries: Entries
) -> None:
    if (name, column) in VARIANTS:
        scenario = scenario.with_(VARIANTS[name, column])
        tables = checked_tables(scenario)
        entries = matrix_of(scenario, tables)
    for changed in changes(name, INPUT_TABLES[name].column(column), tables):
        try:
            run_checks(changed, scenario)
        except InputError:
            continue
        if matrix_of(scenario, changed) != entries:
            return
    pytest.fail(f"no cell of {name}.{column} changes the matrix")


@pytest.mark.parametrize(("section", "option"), [o for o in OPTIONS if o not in ELSEWHERE])
def test_option_changes_the_matrix(
    section: str, option: str, scenario: Scenario, tables: Tables, entries: Entries
) -> None:
    if (section, option) in VARIANTS:
        scenario = scenario.with_(VARIANTS[section, option])
        entries = matrix_of(scenario, tables)
    value = getattr(getattr(scenario, section) if section else scenario, option)
    for new in [*BEYOND.get((section, option), []), *values(value)]:
        try:
            changed = scenario.with_({f"{section}.{option}".lstrip("."): new})
            run_checks(tables, changed)
        except InputError:
            continue
        if matrix_of(changed, tables) != entries:
            return
    pytest.fail(f"no value of {section}.{option} changes the matrix")


def test_every_section_is_looked_at() -> None:
    sections = {
        n for n, f in Scenario.model_fields.items() if hasattr(f.annotation, "model_fields")
    }
    # `tests/plan/test_proforma.py` holds what the pro-forma's terms decide.
    assert sections == {*SECTIONS, "proforma", "solve", "uncertainty"}


@pytest.mark.parametrize(("name", "column"), ONLY_CHECKED)
def test_column_is_checked(name: str, column: str, scenario: Scenario, tables: Tables) -> None:
    frame = tables[name].frame
    frame = frame.assign(**{column: ONLY_CHECKED[name, column]})
    with pytest.raises(InputError):
        run_checks({**tables, name: replace(tables[name], frame=frame)}, scenario)


def changes(name: str, column: Column, tables: Tables) -> Iterator[Tables]:
    """The tables with one cell of a column changed (or with it those that must agree)."""
    frame = tables[name].frame
    beyond = BEYOND.get((name, column.name), [])
    ways = [[*beyond, *tried(column, cell, tables)] for cell in frame[column.name]]
    keys = TOGETHER.get((name, column.name), [])
    for attempt in zip_longest(*ways):  # one way of changing after another, each in every row
        for line, new in zip(frame.index, attempt, strict=True):
            if new is None:
                continue
            alike = (frame[keys] == frame.loc[line, keys]).all(axis=1) if keys else [line]
            changed = frame.copy()
            changed.loc[alike, column.name] = new
            yield {**tables, name: replace(tables[name], frame=changed)}


def tried(column: Column, cell: Any, tables: Tables) -> list[Any]:
    """Other values for a cell that its column admits."""
    if column.kind is Kind.DATE:
        year = pd.DateOffset(years=1)
        return [pd.Timestamp("2028-07-01")] if pd.isna(cell) else [cell + year, cell - year]
    if column.kind is Kind.TEXT:
        target, _, key = column.refers_to.partition(".")
        others = [*column.allowed, *(tables[target].frame[key] if target else [])]
        return [v for v in dict.fromkeys([*others, *[""] * column.optional]) if v != cell]
    if column.kind is not Kind.BOOLEAN and pd.isna(cell):
        return [30.0, 3e7]
    return [v for v in values(cell) if column.kind is Kind.BOOLEAN or admits(column, v)]


def admits(column: Column, value: float) -> bool:
    low = column.minimum if column.above is None else column.above
    return not (
        (low is not None and value < low)
        or (column.above is not None and value == low)
        or (column.maximum is not None and value > column.maximum)
    )


def values(value: Any) -> list[Any]:
    """Other values of the same type: a little more first, then what may cross a threshold."""
    if isinstance(value, (bool, np.bool_)):
        return [not value]
    if isinstance(value, (int, np.integer)):
        return [value + 1, value - 1, value + 12, value - 12, 0]
    if isinstance(value, (float, np.floating)):
        near = [value * 1.004, value * 0.996] if value else [0.004]
        return [*near, value * 1.3, value * 0.7, value + 1.0, value + 1000.0, 0.0]
    return []


def matrix_of(scenario: Scenario, tables: Tables) -> Entries:
    """Every entry of the compiled matrix with its sides, bounds and costs, by name."""
    matrix = compile_matrix(build(prepare(scenario, tables)).pyomo)
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
