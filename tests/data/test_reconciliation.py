"""Owned cost of tokens on B200, GB300 and H200 against what is published, part by part."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.data import reconciliation

from tokenworks.inputs import Inputs

pytestmark = pytest.mark.slow

SYSTEMS = {"h200-8", "b200-8", "gb300-nvl72"}


@pytest.fixture(scope="module")
def us() -> Inputs:
    return reconciliation.inputs()


def test_an_hour_of_an_accelerator_costs_what_is_published(us: Inputs) -> None:
    table = reconciliation.an_hour(us)
    assert set(table["system"]) == SYSTEMS
    ratio = table.pivot_table("ratio", "system", "component")
    assert ratio["all"].between(0.95, 1.2).all()
    assert ratio["all but energy"].between(1.0, 1.3).all()
    # Wall power at mean use in place of all-in power at full use, and Texan industrial power.
    assert ratio["energy"].between(0.35, 0.55).all()
    ours = table.pivot_table("ours", "system", "component")
    parts = ours[["hardware", "upkeep", "shell", "power", "energy"]].sum(axis=1)
    pd.testing.assert_series_equal(parts, ours["all"], check_names=False)


def test_the_walk_from_published_to_ours_closes(us: Inputs) -> None:
    table = reconciliation.a_million_tokens(us)
    assert table["product"].tolist() == pytest.approx(table["ours"].tolist(), rel=1e-9)
    # Medians are no better than the best, and a day's mean lies below its peak.
    assert (table["best over median"] > 1.0 - 1e-4).all()
    assert table["over mean use"].between(1.5, 2.0).all()
    assert (table["ours"] / table["published"]).between(1.5, 3.0).all()


def test_the_published_cost_is_that_of_an_hour_over_its_tokens() -> None:
    own = reconciliation.read("owned_cost").set_index("system")["own_usd_per_accelerator_hour"]
    best = reconciliation.read("best_results")
    usd = best["system"].map(own) / (best["best_tokens_per_s_per_accelerator"] * 3600 / 1e6)
    assert usd.tolist() == pytest.approx(best["usd_per_mtoken"].tolist(), abs=5e-5)
    kw = reconciliation.read("owned_cost").set_index("system")["all_in_kw_per_accelerator"]
    hourly = best["system"].map(kw) * reconciliation.PUE_RATIO * reconciliation.USD_PER_KWH
    energy = hourly / (best["best_tokens_per_s_per_accelerator"] * 3600 / 1e6)
    assert energy.tolist() == pytest.approx(best["energy_usd_per_mtoken"].tolist(), abs=5e-5)


def test_energy_differs_by_use_and_price(us: Inputs) -> None:
    table = reconciliation.energy(us).set_index("system")
    product = table["mean over all-in kW"] * table["PUE"] * table["USD per kWh"]
    assert product.tolist() == pytest.approx(table["energy of an hour"].tolist())
    assert table["mean over all-in kW"].between(0.4, 0.7).all()


def test_a_megawatt_costs_what_is_published(us: Inputs) -> None:
    usd = reconciliation.capital(us).set_index("what")["usd_per_mw"]
    for system in SYSTEMS:
        ratio = usd[f"{system}, per facility MW"] / usd["compute, per MW"]
        assert 0.85 < ratio < 1.1
    shell = usd["the same, per facility MW"] / usd["shell and power, per MW"]
    assert 0.8 < shell < 1.1


def test_sources_of_what_is_published_are_known(us: Inputs) -> None:
    known = set(us.loaded["sources"].frame["source_id"])
    for name in ("owned_cost", "best_results"):
        assert set(reconciliation.read(name)["source"]) <= known
