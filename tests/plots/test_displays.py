"""What a notebook shows of scenarios and plans, and how progress is told."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

import tokenworks as tw
from tokenworks.plan import Plan
from tokenworks.report.terminal import print_plan
from tokenworks.solver.told import told
from tokenworks.study.branches import BranchedPlan

LONGEST_LINE, LONGEST_PAGE = 250, 20_000


def test_displays_are_short_and_escaped(any_plan: Plan) -> None:
    for shown in (any_plan, any_plan.scenario):
        assert len(repr(shown)) < LONGEST_LINE
        page = shown._repr_html_()
        assert len(page) < LONGEST_PAGE
        assert "<script" not in page
        assert "<b>engine" not in page


def test_a_plan_shows_its_proof_and_cost(plan: Plan) -> None:
    page = plan._repr_html_()
    assert f"{plan.summary.cost_usd_per_mtoken:.4f}" in page
    assert plan.status in page
    assert repr(plan).startswith("Plan('two-sites': optimal")


def test_a_plan_without_a_bound_says_so(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    unbounded = replace(plan, bound_usd=-math.inf, gap=math.inf, gap_controllable=math.inf)
    print_plan(unbounded)
    for shown in (repr(unbounded), unbounded._repr_html_(), capsys.readouterr().out):
        assert "no bound" in shown
        assert "inf" not in shown


@pytest.mark.slow
def test_a_plan_with_branches_shows_each() -> None:
    plan = tw.solve(tw.load("export-whiplash"))
    assert isinstance(plan, BranchedPlan)
    page = plan._repr_html_()
    assert all(name in page for name in plan.plans)
    assert len(repr(plan)) < LONGEST_LINE


def test_progress_is_a_bar_a_function_or_silent(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[str] = []
    with told(lambda stage, *_: heard.append(stage)) as tell:
        tell("relax", 1e9, None)
    assert heard == ["relax"]
    with told(progress=False) as tell:
        tell("relax", 1e9, None)
    assert capsys.readouterr().err == ""
    with told(progress=True) as tell:
        tell("relax", 1e9, None)
        tell("close", 1e9, 2e9)
    written = capsys.readouterr().err
    assert "close" in written
    assert "gap 50.00%" in written
    with told(progress=True) as tell:
        tell("search", -math.inf, 3e9)
    assert "best 3.000 bn USD, no bound" in capsys.readouterr().err
