"""Every chart draws every plan, for print and for screens, and says what it shows."""

from __future__ import annotations

import importlib
import io
from typing import Any

import matplotlib as mpl
import pytest
from PIL import Image

from tokenworks.errors import InputError
from tokenworks.plan import Plan
from tokenworks.report.components import GROUPS
from tokenworks.report.palette import COST_COLOURS
from tokenworks.report.plots import build_out, cost_waterfall
from tokenworks.report.plots.accessor import CHARTS

pytestmark = pytest.mark.slow

LEAST_SHADES = 20  # of letters alone; an empty page has fewer
# What would ask for a network or run: geo traces fetch their shapes, and so do map tiles.
FORBIDDEN = ('"type":"scattergeo"', '"type":"choropleth', "scattermap", "http://", "https://")


def shades(chart: Any) -> int:
    colours = Image.open(io.BytesIO(chart._repr_png_())).convert("RGB").getcolors(2**24)
    assert colours is not None
    return len(colours)


def module(chart: str) -> Any:
    return importlib.import_module(f"tokenworks.report.plots.{chart}")


@pytest.mark.parametrize("chart", CHARTS)
def test_draws_for_print(any_plan: Plan, chart: str) -> None:
    before = dict(mpl.rcParams)
    drawn = getattr(any_plan.plot, chart)()
    assert shades(drawn) > LEAST_SHADES
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("chart", CHARTS)
def test_draws_for_screens(any_plan: Plan, chart: str) -> None:
    drawn = getattr(any_plan.plot, chart)(interactive=True)
    text = drawn.to_json()
    assert not any(word in text for word in FORBIDDEN)
    said = module(chart).words(any_plan)
    assert drawn.layout.meta["title"] == said.title
    assert drawn.layout.meta["caption"] == said.caption


@pytest.mark.parametrize("chart", CHARTS)
def test_names_from_inputs_are_text(odd_names: Plan, chart: str) -> None:
    drawn = getattr(odd_names.plot, chart)(interactive=True)
    shown = drawn.to_dict()
    shown["layout"].pop("meta", None)  # for who escapes it himself
    text = repr(shown)
    assert "<script" not in text
    assert "<b>engine" not in text
    assert "$a$" not in text


@pytest.mark.parametrize("chart", CHARTS)
def test_the_frame_is_tidy(any_plan: Plan, chart: str) -> None:
    found = module(chart).frame(any_plan)
    assert list(found.index) == list(range(len(found)))
    assert found.columns.is_unique


def test_build_out_holds_what_the_plan_holds(plan: Plan) -> None:
    found = build_out.frame(plan)
    at = ["site", "step_start"]
    sites = plan.sites.set_index(at)
    systems = found[found["panel"] == "hardware"].groupby(at)["capacity_mw"].sum()
    # A life that ends within a step counts by days here, by months in the model.
    missed = systems.reindex(sites.index, fill_value=0.0) - sites["design_load_mw"]
    assert missed.abs().max() < 0.02 * sites["design_load_mw"].max()
    power = found[found["panel"] == "power"]
    own = power[~power["kind"].str.endswith(" grid")].groupby(at)["capacity_mw"].sum()
    missed = own.reindex(sites.index, fill_value=0.0) - sites["own_capacity_mw"]
    assert missed.abs().max() == pytest.approx(0.0, abs=1e-6)


def test_the_waterfall_ends_at_the_cost_per_token(plan: Plan) -> None:
    found = cost_waterfall.frame(plan)
    assert found["end_usd_per_mtoken"].iloc[-1] == pytest.approx(plan.summary.cost_usd_per_mtoken)
    for workload, usd in plan.summary.cost_usd_per_mtoken_by_workload.items():
        of_one = cost_waterfall.frame(plan, workload)
        assert of_one["cost_usd_per_mtoken"].iloc[-1] == pytest.approx(usd)


def test_every_group_of_costs_has_a_colour() -> None:
    assert set(GROUPS) <= set(COST_COLOURS)


def test_an_unknown_name_is_wrong_input(plan: Plan) -> None:
    with pytest.raises(InputError, match="there is no site 'c'"):
        plan.plot.gantt(site="c")
