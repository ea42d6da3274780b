"""Plans that are not as one expects: their pages are made all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tokenworks as tw
from tokenworks.errors import InputError
from tokenworks.plan import Plan
from tokenworks.report.page.map import PlanMap

pytestmark = pytest.mark.slow

Make = Callable[..., Path]


def page_of(path: Path) -> tuple[Plan, str]:
    plan = tw.solve(tw.load(path))
    return plan, plan.explore().html


def test_nothing_is_built(write_scenario: Make) -> None:
    plan, html = page_of(write_scenario(sites=[{"opening_cost_usd": 1e9}]))
    assert plan.sites.empty
    assert "This plan opens no site." in html
    assert "no token is served by own sites" in html


def test_most_value_is_looked_for(write_scenario: Make) -> None:
    path = write_scenario({"objective": "npv"}, workloads=[{"sold_usd_per_mtoken": 2.0}])
    plan, html = page_of(path)
    assert plan.summary.net_present_value_usd is not None
    assert "Net present value" in html
    assert "no plan has more than" in html


@pytest.mark.parametrize("there", [(-33.9, 151.2), (68.4, 17.4), (29.2, -95.4)])
def test_one_site_anywhere(write_scenario: Make, there: tuple[float, float]) -> None:
    site = {"latitude_deg": there[0], "longitude_deg": there[1]}
    plan, html = page_of(write_scenario(sites=[site], regions=[site]))
    made = PlanMap(plan).chart()
    assert "1 of 1 sites open" in html
    (points,) = [t for t in made.data if t.get("mode") == "markers+text"]
    assert all(abs(x) < 3000.0 for x in points["x"])


def test_what_relief_is_worth_is_shown_where_it_is_kept(write_scenario: Make) -> None:
    plan, html = page_of(write_scenario())
    assert "explain RUN --keep" in html
    line = {"address": "tables.sites[<s>].max_it_mw", "what": "", "relief": "1 MW more"}
    line |= {"binds_from": pd.NaT, "binds_steps": 1, "low_usd": -1e6, "high_usd": 2e6}
    prices = pd.DataFrame([line | {"indistinguishable": True, "dual_usd": None}])
    html = replace(plan, tables={**plan.tables, "prices": prices}).explore().html
    assert "tables.sites[&lt;s&gt;].max_it_mw" in html
    assert "indistinguishable from nothing" in html


def test_a_plan_without_its_tables_is_refused(write_scenario: Make) -> None:
    plan = tw.solve(tw.load(write_scenario()))
    tables: dict[str, Any] = {n: t for n, t in plan.tables.items() if n != "flows"}
    with pytest.raises(InputError, match="lacks the table `flows`"):
        replace(plan, tables=tables).explore()
