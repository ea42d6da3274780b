"""What changed between runs, and why."""

from __future__ import annotations

import pytest
from tests.study.conftest import CAPEX, DEMAND

import tokenworks as tw


@pytest.fixture(scope="module")
def plans(base_folder):
    base = tw.load(base_folder / "case.yaml")
    return base, tw.solve(base), tw.solve(base.with_({CAPEX: 3000, DEMAND: {"scale": 0.5}}))


def test_inputs_plan_and_cost(plans) -> None:
    _, a, b = plans
    (found,) = tw.compare(a, b)
    # One system at 1,000 USD, and half a system at 3,000.
    assert (found.difference.low_usd, found.difference.high_usd) == pytest.approx((500, 500))
    changed = found.inputs.set_index("address")
    assert changed.loc["tables.hardware[h].capex_usd"].tolist() == [1000.0, 3000.0]
    assert changed.loc["tables.demand[w,r,y1].output_tokens_per_s"].tolist() == [1e6, 5e5]
    assert len(changed) == 2
    systems = found.plan.set_index(["what", "item"]).loc[("hardware", "h")]
    assert (systems["a"], systems["b"]) == pytest.approx((1.0, 0.5))
    assert found.costs.iloc[0]["difference_usd"] == pytest.approx(500)
    assert found.costs["difference_usd"].sum() == pytest.approx(500)
    assert "is dearer than" in found.why


def test_the_same_plan_is_indistinguishable(plans) -> None:
    _, a, _ = plans
    (found,) = tw.compare(a, a)
    assert found.difference.indistinguishable
    assert found.inputs.empty
    assert found.plan.empty
    assert "indistinguishable" in found.why


def test_runs_whose_figures_mean_something_else_are_refused(plans) -> None:
    base, a, _ = plans
    earns = tw.solve(base.with_({"objective": "npv", "tables.workloads[*].sold_usd_per_mtoken": 1}))
    with pytest.raises(tw.InputError, match="its objective is `npv`"):
        tw.compare(a, earns)
    with pytest.raises(tw.InputError, match="needs two runs"):
        tw.compare(a)


def test_folders_are_read(plans, tmp_path) -> None:
    _, a, b = plans
    a.save(tmp_path / "one" / "run")
    b.save(tmp_path / "two" / "run")
    (found,) = tw.compare(tmp_path / "one" / "run", tmp_path / "two" / "run")
    assert (found.a, found.b) == ("one/run", "two/run")
