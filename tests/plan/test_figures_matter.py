"""What no single matrix shows moves a figure after the solve: branches, days, hours, pro-forma.

Each column or option here is left out of `tests/blocks/test_inputs_matter.py`. One change of it
must move the figure named: a result, never the input itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tokenworks as tw
from tokenworks.io.scenario_files import load_scenario
from tokenworks.schema.proforma import Proforma
from tokenworks.schema.scenario import Uncertainty
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.tables_branches import BRANCH_TABLES
from tokenworks.study.branches import BranchedPlan, solve

pytestmark = pytest.mark.slow  # minutes on a busy machine

Rows = dict[str, list[dict[str, Any]]]

# A system for 4e6 USD and a module for 1e6 USD, bought in 2031, earn 1.8e6 USD a year less 1e6 of
# support: losses while the system is deducted, then profits; debt as its cover allows.
EARNS: Rows = {
    "periods": [{}] * 6,
    "demand": [{"output_tokens_per_s": [0.0] + [1e6] * 5}],
    "workloads": [{"sold_usd_per_mtoken": 0.5}],
    "hardware": [{"capex_usd": 4e6, "fixed_om_usd_per_year": 1e6}],
    "power_costs": [{"technology": "free", "overnight_capex_usd_per_kw": 1000.0}],
}
# Term of the pro-forma to another value; the figure is the present value of the equity's cash.
TERMS: dict[str, float] = {
    "inflation_rate": 0.05,
    "tax_rate": 0.3,
    "loss_offset_fraction": 0.5,
    "plant_recovery_years": 20,
    "debt_rate": 0.1,
    "debt_tenor_years": 2,
    "target_dscr_ratio": 2.0,
    "most_gearing_fraction": 0.1,
}

# What is ordered in the first year for the second is cancelled where there is no demand then, at a
# tenth of what is still to pay.
FUTURE: Rows = {
    "periods": [{"months": 12}, {"months": 12}],
    "branches": [
        {"branch": "stay", "probability_fraction": 0.6, "reveals_on": None},
        {"branch": "gone", "probability_fraction": 0.4, "reveals_on": "2031-01-01"},
    ],
    "branch_changes": [
        {
            "change": "c",
            "branch": "gone",
            "address": "tables.demand[w,r,y2].output_tokens_per_s",
            "operation": "set",
            "value": "0.0",
        }
    ],
}
PLANT: Rows = FUTURE | {
    "power_technologies": [
        {
            "technology": "plant",
            "procurement_months": 12,
            "deposit_fraction": 0.2,
            "cancellation_fee_fraction": 0.1,
        }
    ],
    "power_costs": [{"technology": "plant", "overnight_capex_usd_per_kw": 2500.0}],
}
SYSTEM: Rows = FUTURE | {
    "hardware": [{"lead_months": 12, "capex_usd": 2.5e6, "cancellation_fee_fraction": 0.1}]
}
# (table, column) to the case and the column's other values, row by row; the figure is the expected
# cost.
BRANCHED: dict[tuple[str, str], tuple[Rows, list[Any]]] = {
    ("branches", "probability_fraction"): (PLANT, [0.7, 0.3]),
    ("branch_changes", "branch"): (PLANT, ["stay"]),
    ("branch_changes", "address"): (PLANT, ["tables.demand[w,r,y2].growth_rate"]),
    ("branch_changes", "operation"): (PLANT, ["add"]),
    ("branch_changes", "value"): (PLANT, ["500000.0"]),
    ("power_technologies", "cancellation_fee_fraction"): (PLANT, [0.3]),
    ("hardware", "cancellation_fee_fraction"): (SYSTEM, [0.3]),
}

# Sun by day and by night a flexible contract, cut in the 84 hours of highest net load: by the
# representative day sunny ones, in the year the nights of its first seven days.
LENT = {
    "weight_days": 364,
    "net_load_mw": [2000.0, 1000.0],
    "load_shape": [4 / 3, 2 / 3],
    "solar_capacity_factor": [1.0, 0.0],
}
YEAR: Rows = {
    "operations": [
        LENT,
        {**LENT, "day": "dear", "weight_days": 1, "grid_price_shape": 2.0},
    ],
    "tariffs": [{"energy_usd_per_mwh": 10.0}],
    "interconnection_routes": [
        {"route": "f", "firmness": "flexible", "curtailed_fraction": 84 / 8760}
    ],
    "power_technologies": [{"technology": "sun", "kind": "solar"}],
    "zone_loads": [{"zone": "z", "mean_load_mw": 1500.0, "load_region": "high"}],
    "chronology": [
        {
            "load_region": region,
            "day_of_year": day,
            "hour_utc": hour,
            "load_shape": night if day <= 7 and hour >= 12 else 1.0,
        }
        for region, night in (("high", 1.5), ("low", 0.5))
        for day in range(1, 366)
        for hour in range(24)
    ],
    "chronology_days": [{"day_of_year": day, "day": "mean"} for day in range(1, 366)],
}


def stepped_down(table: str, column: str, cell: float) -> float:
    return cell - INPUT_TABLES[table].column(column).step


# (table, column) to the table's rows after a change by the step that the schema declares, or to
# another word; the figure is the energy shed, with what the year's energy costs.
OF_YEAR: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
    ("operations", "load_shape"): lambda row: [
        stepped_down("operations", "load_shape", row["load_shape"][0]),
        row["load_shape"][1] + INPUT_TABLES["operations"].column("load_shape").step,
    ],
    ("zone_loads", "mean_load_mw"): lambda row: stepped_down(
        "zone_loads", "mean_load_mw", row["mean_load_mw"]
    ),
    ("zone_loads", "load_region"): lambda _: "low",
    ("chronology", "load_shape"): lambda row: (
        stepped_down("chronology", "load_shape", row["load_shape"])
        if row["load_shape"] > 1.0
        else row["load_shape"]
    ),
    ("chronology_days", "day"): lambda _: "dear",
}


@pytest.fixture(scope="module")
def earning(write_scenario: Callable[..., Path]) -> tw.Plan:
    return tw.solve(tw.load(write_scenario({}, **EARNS)))


def equity_usd(plan: tw.Plan, terms: Mapping[str, float]) -> float:
    scenario = plan.scenario.with_({f"proforma.{name}": value for name, value in terms.items()})
    under = replace(plan, inputs=replace(plan.inputs, scenario=scenario))
    return under.proforma().equity_npv_usd


@pytest.mark.parametrize("term", Proforma.model_fields)
def test_term_moves_what_the_equity_is_worth(earning: tw.Plan, term: str) -> None:
    assert equity_usd(earning, {term: TERMS[term]}) != equity_usd(earning, {})


def test_every_column_of_branches_is_here() -> None:
    columns = {
        (table.name, column.name)
        for table in BRANCH_TABLES
        for column in table.columns
        if column.role == "input"
    }
    # When a branch is known decides by order and month: `tests/cases/test_branches.py`.
    assert columns - {("branches", "reveals_on")} < {*BRANCHED}


@pytest.mark.parametrize(("table", "column"), BRANCHED)
def test_column_moves_the_expected_cost(
    write_scenario: Callable[..., Path], table: str, column: str
) -> None:
    case, others = BRANCHED[table, column]
    rows = [{**row, column: new} for row, new in zip(case[table], others, strict=True)]
    found = solved(write_scenario({}, **case))
    moved = solved(write_scenario({}, **(case | {table: rows})))
    assert moved.objective_usd != pytest.approx(found.objective_usd)


def test_tail_moves_the_value_at_risk(write_scenario: Callable[..., Path]) -> None:
    assert {*Uncertainty.model_fields} == {"tail_fraction"}
    worth = [
        solved(write_scenario({"uncertainty.tail_fraction": tail}, **PLANT))
        .measures.set_index("measure")
        .amount_usd["conditional value at risk"]
        for tail in (0.2, 0.9)
    ]
    assert worth[0] != pytest.approx(worth[1])


def test_days_move_the_cost(solve_case: Callable[..., Any]) -> None:
    # Sun on the 65 days of the peak alone: one day that stands for the year has some in each hour.
    hot = {"day": "hot", "weight_days": 65, "net_load_mw": 9.0, "solar_capacity_factor": 1.0}
    mild = {"day": "mild", "weight_days": 300, "net_load_mw": 5.0, "solar_capacity_factor": 0.0}
    case: Rows = {
        "operations": [hot, mild],
        "tariffs": [{"energy_usd_per_mwh": 2.0}],
        "interconnection_routes": [{}],
        "power_technologies": [{"technology": "sun", "kind": "solar"}],
        "power_costs": [{"technology": "sun", "overnight_capex_usd_per_kw": 0.01}],
    }
    usd = [solve_case({"time.representative_days": days}, **case).usd for days in (1, 2)]
    assert usd[0] != pytest.approx(usd[1])


@pytest.fixture(scope="module")
def hourly(write_scenario: Callable[..., Path]) -> tuple[float, float]:
    return year_by_hour(write_scenario({"unserved": "forbidden"}, **YEAR))


@pytest.mark.parametrize(("table", "column"), OF_YEAR)
def test_column_moves_the_year_hour_by_hour(
    write_scenario: Callable[..., Path], hourly: tuple[float, float], table: str, column: str
) -> None:
    rows = [{**row, column: OF_YEAR[table, column](row)} for row in YEAR[table]]
    moved = year_by_hour(write_scenario({"unserved": "forbidden"}, **(YEAR | {table: rows})))
    assert moved != pytest.approx(hourly)


def year_by_hour(path: Path) -> tuple[float, float]:
    """MWh shed in a plan's years, and USD of their energy."""
    found = tw.solve(tw.load(path)).chronological()
    assert found.measured
    return found.shed_mwh, float(found.table["energy_usd"].sum())


def solved(path: Path) -> BranchedPlan:
    plan = solve(load_scenario(path))
    assert isinstance(plan, BranchedPlan)
    return plan
