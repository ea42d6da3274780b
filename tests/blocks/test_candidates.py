"""Columns that can never be used are never made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tokenworks.candidates import Candidates, candidates
from tokenworks.candidates.assets import most_modules
from tokenworks.inputs import Inputs, prepare
from tokenworks.io.overrides import read_tables
from tokenworks.schema.scenario import Scenario

TwoSitesWith = Callable[[Mapping[str, Any]], Inputs]
With = Callable[..., Candidates]


# What is held already would let the second site in from the first day.
NOTHING_HELD = {"tables.holdings": None}


@pytest.fixture(scope="session")
def usual(two_sites_with: TwoSitesWith) -> Candidates:
    return candidates(two_sites_with(NOTHING_HELD))


@pytest.fixture
def with_(two_sites_with: TwoSitesWith) -> With:
    """Candidates with cells changed: `with_("sites[a].max_it_mw", 5)`."""
    return lambda cell, value: candidates(two_sites_with(NOTHING_HELD | {f"tables.{cell}": value}))


def builds(c: Candidates, site: str, technology: str) -> list[int]:
    return [e for s, k, e in c.assets.builds if (s, k) == (site, technology)]


def bought(c: Candidates, site: str) -> set[str]:
    return {h for s, h, _ in c.assets.purchases if s == site}


def filed(c: Candidates, site: str, route: str) -> list[int]:
    return [f for s, r, f in c.siting.filings.all if (s, r) == (site, route)]


def test_barge_needs_a_waterfront(usual: Candidates, with_: With) -> None:
    assert builds(usual, "a", "nuclear") == [2]
    assert builds(usual, "b", "nuclear") == []
    assert filed(usual, "b", "licence") == []
    assert builds(with_("sites[b].waterfront", True), "b", "nuclear") == [2]


def test_engine_needs_gas_for_one_module(usual: Candidates, with_: With) -> None:
    assert usual.assets.most_modules["a", "engine"] == 2  # 12 MW for modules of 5 MW
    assert usual.assets.most_modules["b", "engine"] == 1
    starved = with_("sites[b].gas_access_mw", 4.9)
    assert builds(starved, "b", "engine") == []
    assert filed(starved, "b", "air-minor") == []


def test_limit_of_modules(two_sites: Inputs, usual: Candidates) -> None:
    most = usual.assets.most_modules
    assert most["a", "battery"] == 15  # the row's own limit
    assert most["a", "solar"] == 520  # 20 times the peak of 20 MW at a PUE of 1.3
    assert most["a", "nuclear"] == 26
    site = next(two_sites.tables["sites"].itertuples(index=False))
    reactor = two_sites.tables["power_technologies"].query("technology == 'nuclear'")
    giant = next(reactor.assign(module_mw=1000.0).itertuples(index=False))
    assert most_modules(site, giant) == 1  # however large against the site


@pytest.mark.slow
def test_rack_needs_a_dense_and_a_cooled_hall(two_sites_with: TwoSitesWith) -> None:
    def as_built(cell: str, value: object) -> Candidates:
        changes = {**NOTHING_HELD, "tables.hall_retrofits": None, f"tables.{cell}": value}
        return candidates(two_sites_with(changes))

    usual = as_built("sites[a].liquid_cooling", True)
    assert bought(usual, "a") == {"node", "cube"}  # 120 kW racks in a hall for 130
    assert bought(usual, "b") == {"node"}  # 40 kW in a hall for 40
    assert bought(as_built("sites[a].hall_density_kw_per_rack", 119.0), "a") == {"node"}
    assert bought(as_built("sites[a].liquid_cooling", False), "a") == {"node"}
    assert bought(as_built("sites[b].hall_density_kw_per_rack", 120.0), "b") == {"node"}


def test_retrofitted_hall_admits_more(usual: Candidates, with_: With) -> None:
    assert bought(usual, "b") == {"node", "cube"}
    assert bought(with_("hall_retrofits[*].hall_density_kw_per_rack", 119.0), "b") == {"node"}
    assert bought(with_("hall_retrofits[*].liquid_cooling", False), "b") == {"node"}
    # The site's first hall is there at the last step.
    assert bought(with_("hall_retrofits[*].retrofit_months", 1), "b") == {"node"}


def test_system_without_a_fitting_point_is_not_bought(two_sites_with: TwoSitesWith) -> None:
    slow = {
        "tables.operating_points[cube-llama].tpot_ms": 51.0,
        "tables.operating_points[cube-read].ttft_ms": 501.0,
    }
    assert bought(candidates(two_sites_with(slow)), "a") == {"node"}


def test_stage_without_the_other_is_never_made(two_sites_with: TwoSitesWith) -> None:
    def split(cell: str, value: object) -> set[tuple[str, str]]:
        # As built, only `a` holds a cube.
        changes = {**NOTHING_HELD, "tables.hall_retrofits": None, f"tables.{cell}": value}
        c = candidates(two_sites_with(changes))
        whole = {wo for wo, match in c.serving.matches.items() if match.stage == "serve"}
        return {(s, o) for s, w, o, _, _ in c.serving.serves if (w, o) not in whole}

    # `b` decodes what `a` sends.
    usual = {("a", "cube-read"), ("a", "node-write"), ("b", "node-write")}
    assert split("site_links[a,b].rtt_ms", 20.0) == usual
    assert split("operating_points[cube-read].ttft_ms", 501.0) == set()
    assert split("operating_points[node-write].tpot_ms", 51.0) == set()
    # 250 and 5 ms, and a round trip of 250 between the sites.
    assert split("site_links[a,b].rtt_ms", 250.0) == usual - {("b", "node-write")}


def test_point_needs_time_for_the_round_trip(usual: Candidates, with_: With) -> None:
    def served(c: Candidates, region_profile: str) -> set[str]:
        return {
            o
            for s, w, o, g, _ in c.serving.serves
            if (s, w, c.serving.profile_of[s, w, g]) == ("a", "chat", region_profile)
            and c.serving.matches[w, o].stage == "serve"
        }

    # West: 500 ms less 5 of queue and 60 of round trip leave 435, for a point of 200 ms alone.
    assert served(usual, "dusk") == {"node-llama-quick"}
    assert served(usual, "dawn") == {"node-llama", "node-llama-quick", "cube-llama"}
    # Where the slower point is quick enough everywhere, the quick one has no use.
    near = with_("network[a,west].rtt_ms", 45.0)
    assert served(near, "dusk") == served(near, "dawn") == {"node-llama", "cube-llama"}


def test_region_beyond_every_point_has_no_flow(two_sites_with: TwoSitesWith) -> None:
    # Else `b` reads for `a`.
    whole = {**NOTHING_HELD, "tables.hall_retrofits": None}
    usual = candidates(two_sites_with(whole))
    # 200 + 5 + 296 is more than 500.
    far = candidates(two_sites_with(whole | {"tables.network[a,west].rtt_ms": 296.0}))
    flows = {(w, r, s) for w, r, s, _ in usual.serving.flows}
    assert {(w, r, s) for w, r, s, _ in far.serving.flows} == flows - {("chat", "west", "a")}
    assert all(
        far.serving.profile_of[s, w, g] == "dawn"
        for s, w, _, g, _ in far.serving.serves
        if s == "a"
    )


def test_nothing_is_there_before_its_site(usual: Candidates, with_: With) -> None:
    # 3 months of permit and 9 of construction; 3 and 21.
    assert usual.siting.first_step == {"a": 1, "b": 2}
    late = with_("sites[a].construction_months", 30)  # with its permit 33 months, of 36
    assert late.siting.first_step == {"b": 2}
    for kind in (
        late.siting.openings,
        late.siting.contracts,
        late.siting.filings.all,
        late.assets.builds,
        late.assets.purchases,
        late.serving.serves,
    ):
        assert {index[0] for index in kind} == {"b"}
    assert {s for _, _, s, _ in late.serving.flows} == {"b"}


def test_nothing_is_there_before_its_lead_time(usual: Candidates, with_: With) -> None:
    assert builds(usual, "a", "battery") == [1, 2]
    assert builds(with_("power_technologies[battery].build_months", 10), "a", "battery") == [2]
    assert builds(with_("power_technologies[battery].build_months", 34), "a", "battery") == []
    later = with_("power_technologies[battery].first_order", "2028-07-01")  # month 18, and 6 more
    assert builds(later, "a", "battery") == [2]
    assert [e for s, h, e in usual.assets.purchases if (s, h) == ("a", "cube")] == [2]
    assert bought(with_("hardware[cube].lead_months", 13), "a") == {"node"}  # 12 months and 13


def test_permit_chain_may_be_too_long(usual: Candidates, with_: With) -> None:
    # Before commitment: 6 months, then 6 of procurement and 12 of building.
    assert builds(usual, "a", "nuclear") == [2]
    assert filed(usual, "a", "licence") == [0]
    long = with_("permit_routes[licence].route_months", 7)
    assert builds(long, "a", "nuclear") == []
    assert filed(long, "a", "licence") == []
    # Before construction it runs beside procurement; before operation beside building as well, or
    # it is granted by month 15, in which the operating licence that follows it is filed.
    changed = "permit_routes[licence].required_before"
    assert filed(with_(changed, "construction"), "a", "licence") == [6]
    assert filed(with_(changed, "operation"), "a", "licence") == [9, 18]


def test_route_is_filed_no_later_than_of_use(usual: Candidates) -> None:
    assert filed(usual, "a", "air-minor") == [2, 14]  # 4 months, then 6 of building
    # 14 months and one of slip: too slow for month 12; in 9 to outgrow the minor one from 24 on.
    assert filed(usual, "a", "air-major") == [3, 9]
    assert filed(usual, "a", "a-grid") == [2, 14]
    assert filed(usual, "b", "b-grid") == [6]


def test_no_filing_for_what_another_permit_prevents(two_sites_with: TwoSitesWith) -> None:
    """An asset with a second requirement that cannot be met in time files the first in vain."""
    x = second_requirement(two_sites_with({}).scenario, "nuclear", "water", 30)
    c = candidates(x)
    assert builds(c, "a", "nuclear") == []
    assert filed(c, "a", "licence") == []
    x = second_requirement(two_sites_with({}).scenario, "site", "water", 30)
    # It holds in the United States: `b` lies abroad.
    assert {site for site, _, _ in candidates(x).siting.filings.all} == {"b"}


def second_requirement(scenario: Scenario, asset: str, requirement: str, months: int) -> Inputs:
    """The two-site case with another permit for an asset in the United States."""
    tables = read_tables(scenario)
    loaded = tables["permit_routes"]
    row = loaded.frame.query("route == 'licence'").assign(
        route="second", asset=asset, requirement=requirement, route_months=months
    )
    frame = pd.concat([loaded.frame, row])
    return prepare(scenario, {**tables, "permit_routes": replace(loaded, frame=frame)})


def test_route_without_megawatts_makes_no_contract(with_: With) -> None:
    c = with_("interconnection_routes[b-grid].max_mw", 0.0)
    assert {i for _, i, _ in c.siting.contracts} == {
        "a-grid",
        "a-flexible",
        "b-flexible",
        "b-plant",
    }
    assert filed(c, "b", "b-grid") == []


def test_demand_of_zero_makes_no_column(with_: With) -> None:
    c = with_("demand[chat,west,*].output_tokens_per_s", 0.0)
    assert {(w, r) for w, r, _ in c.demand} == {("chat", "east"), ("batch", "east")}
    assert {(w, r) for w, r, _, _ in c.serving.flows} == {("chat", "east"), ("batch", "east")}


def test_point_that_another_beats_is_left_out(with_: With) -> None:
    quick = "operating_points[node-llama-quick].output_tokens_per_s"
    c = with_(quick, 25000.0)  # quicker, and now also faster, on less power
    assert ("chat", "node-llama") not in c.serving.matches
    assert ("chat", "node-llama-quick") in c.serving.matches
