"""What a plan promises: typed tables, parts that sum, bounds, run folders that solve again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import tokenworks as tw
from tokenworks.plan import Plan
from tokenworks.report.components import GROUPS
from tokenworks.schema.columns import Kind
from tokenworks.schema.results import RESULT_TABLES

TOLERANCE = 1e-6


def _other_discount_rate(run: Path) -> None:
    text = (run / "scenario.yaml").read_text()
    (run / "scenario.yaml").write_text(re.sub(r"(discount_rate:) .*", r"\1 0.31", text))


def test_every_table_is_as_declared(plan: Plan) -> None:
    assert set(plan.tables) == set(RESULT_TABLES)
    for name, table in RESULT_TABLES.items():
        frame = plan.tables[name]
        assert tuple(frame.columns) == table.names
        assert not frame.duplicated(list(table.key)).any(), name
        for column in table.columns:
            numeric = pd.api.types.is_numeric_dtype(frame[column.name])
            assert numeric == (column.kind in (Kind.NUMBER, Kind.INTEGER)), (name, column.name)


def test_tables_are_attributes(plan: Plan) -> None:
    assert plan.cost_per_token is plan.tables["cost_per_token"]
    assert "timeline" in dir(plan)
    with pytest.raises(AttributeError, match="no attribute or table 'nothing'"):
        _ = plan.nothing


def test_components_sum_to_the_objective(plan: Plan) -> None:
    total = plan.costs["present_value_usd"].sum()
    assert total == pytest.approx(plan.objective_usd, rel=TOLERANCE)
    s = plan.summary
    lines = s.owned_usd + s.rent_usd + s.penalty_usd - s.revenue_usd + s.tax_usd
    assert lines == pytest.approx(total, rel=TOLERANCE)


def test_allocation_is_exhaustive(plan: Plan) -> None:
    """Every dollar of owned cash is carried by some token, component by component."""
    owned = plan.costs[plan.costs["line"] == "owned"]
    by_component = owned.groupby("component")["present_value_usd"].sum()
    allocated = plan.cost_per_token.groupby("component")["present_value_usd"].sum()
    pd.testing.assert_series_equal(allocated, by_component, rtol=TOLERANCE, check_names=False)
    by_site = owned.groupby("site")["present_value_usd"].sum()
    allocated = plan.cost_per_token.groupby("site")["present_value_usd"].sum()
    pd.testing.assert_series_equal(allocated, by_site, rtol=TOLERANCE, check_names=False)


def test_cost_per_token_is_cash_over_tokens(plan: Plan) -> None:
    """The headline figure again, from the flows and the discount factors alone."""
    x = plan.inputs
    factor = {
        pd.Timestamp(x.calendar.date_of(step.start_month)): x.discounting.mean(
            step.start_month, step.end_month
        )
        for step in x.calendar.steps
    }
    owned = plan.flows[plan.flows["how"] == "owned"]
    tokens = (owned["served_mtokens"] * owned["step_start"].map(factor)).sum()
    assert plan.summary.cost_usd_per_mtoken == pytest.approx(
        plan.summary.owned_usd / tokens, rel=TOLERANCE
    )


def test_bound_lies_below_the_objective(plan: Plan) -> None:
    assert plan.bound_usd <= plan.objective_usd
    assert plan.gap == pytest.approx(0.0, abs=1e-6)
    assert plan.gap_controllable >= plan.gap


def test_every_component_belongs_to_one_group(plan: Plan) -> None:
    grouped = [component for components in GROUPS.values() for component in components]
    assert len(grouped) == len(set(grouped))
    assert set(plan.cost_per_token["component"]) <= set(grouped)


def test_order_precedes_service_and_filing_precedes_grant(plan: Plan) -> None:
    assert len(plan.power)
    assert len(plan.routes)
    assert (plan.power["ordered"] <= plan.power["in_service"]).all()
    assert (plan.routes["filed"] <= plan.routes["granted"]).all()


def test_run_folder_is_whole_and_solves_again(plan: Plan, tmp_path: Path) -> None:
    folder = plan.save(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["objective_usd"] == plan.objective_usd
    assert manifest["inputs_sha256"] == plan.inputs.sha256
    assert {p.stem for p in (folder / "tables").iterdir()} == set(RESULT_TABLES)
    again = pd.read_parquet(folder / "tables" / "costs.parquet")
    pd.testing.assert_frame_equal(again, plan.costs, check_dtype=False)
    assert gpd.read_parquet(folder / "tables" / "sites.parquet").crs == "EPSG:4326"
    resolved = tw.solve(tw.load(folder / "scenario.yaml"))
    assert resolved.objective_usd == pytest.approx(plan.objective_usd, rel=TOLERANCE)


def test_run_folder_is_read_again_as_the_plan(plan: Plan, tmp_path: Path) -> None:
    again = tw.read_plan(plan.save(tmp_path / "run"))
    for name, frame in plan.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)
    told = {name: value for name, value in again.manifest().items() if name != "created"}
    assert told == {name: value for name, value in plan.manifest().items() if name != "created"}
    assert again.stocks == plan.stocks
    assert again.save(tmp_path / "run") == tmp_path / "run"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda run: (run / "stocks.json").unlink(), "no whole run"),
        (lambda run: (run / "manifest.json").write_text("[]"), "no whole run"),
        (lambda run: (run / "tables" / "costs.parquet").write_text("x"), "no whole run"),
        (_other_discount_rate, "not those that were solved"),
    ],
)
def test_run_folder_that_was_changed_is_refused(
    plan: Plan, tmp_path: Path, damage: Callable[[Path], object], words: str
) -> None:
    folder = plan.save(tmp_path / "run")
    damage(folder)
    with pytest.raises(tw.InputError, match=words):
        tw.read_plan(folder)


def test_same_inputs_same_plan(plan: Plan, two_sites: Path) -> None:
    again = tw.solve(tw.load(two_sites), gap=0.0)
    for name, frame in plan.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)


def test_run_folder_of_other_inputs_is_left_alone(plan: Plan, tmp_path: Path) -> None:
    folder = plan.save(tmp_path / "run")
    other = tw.solve(plan.scenario.with_({"finance.discount_rate": 0.2}))
    with pytest.raises(tw.InputError, match="never overwritten"):
        other.save(folder)
    assert json.loads((folder / "manifest.json").read_text())["objective_usd"] == plan.objective_usd
