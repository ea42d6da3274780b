from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tokenworks.errors import InputError
from tokenworks.geo.places import Layers, county_places, measured
from tokenworks.geo.screening import EXCLUSIONS, KEPT, NOT_ASKED, NOT_CHOSEN, scores, screen
from tokenworks.geo.sites import route_rows, site_rows
from tokenworks.io.map_layers import headroom_of, layer_folder, read_layers
from tokenworks.schema.screening import ScreeningOptions, Weights

Make = Callable[..., Layers]

# What every criterion of a place holds where a test says nothing; nothing excludes it.
PLACE: dict[str, Any] = {
    "place": "p",
    "name": "P",
    "county_fips": "20001",
    "state": "ks",
    "zone": "z1",
    "latitude_deg": 38.0,
    "longitude_deg": -98.0,
    "area_hectares": float("nan"),
    "line_230kv_km": 10.0,
    "line_345kv_km": 40.0,
    "gas_plant_km": 30.0,
    "nuclear_plant_km": 200.0,
    "port_km": 75.0,
    "port": "Somewhere",
    "gas_nearby_mw": 1000.0,
    "headroom_mw": 100.0,
    "hazard_index": 15.0,
    "population_per_km2": 100.0,
    "water": "fresh",
    "attainment": "attainment",
    "nuclear_restricted": False,
    "capital_cost_ratio": 1.0,
    "nuclear_cost_ratio": 1.0,
}


def places(*rows: dict[str, Any]) -> pd.DataFrame:
    named = [
        PLACE | {"place": f"p{n}", "county_fips": f"{20000 + n}"} | row
        for n, row in enumerate(rows, start=1)
    ]
    return pd.DataFrame(named).assign(order=lambda frame: frame["county_fips"])


def options(**sections: dict[str, Any]) -> ScreeningOptions:
    base = ScreeningOptions().model_dump()
    return ScreeningOptions.model_validate({n: base[n] | sections.get(n, {}) for n in base})


# Each place breaks one rule, and is on the right side of all others.
BREAKING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "too far from a line": ({"line_230kv_km": 80.1, "gas_plant_km": 0.0}, {}),
    "neither grid nor gas": ({"line_230kv_km": 40.1, "gas_plant_km": 60.1}, {}),
    "too densely settled": ({"population_per_km2": 400.1}, {}),
    "natural hazards": ({"hazard_index": 30.1}, {}),
    "no water": ({"water": "none"}, {}),
    "no headroom and no gas": ({"headroom_mw": 19.9, "gas_plant_km": 60.1}, {}),
    "nonattainment": ({"attainment": "nonattainment"}, {"attainment_needed": True}),
    "no new reactors": ({"nuclear_restricted": True}, {"nuclear_allowed_needed": True}),
    "no waterfront": ({"port_km": 40.1}, {"waterfront_needed": True}),
    "too small": ({"area_hectares": 4.9}, {}),
}


def test_every_exclusion_has_a_case_here() -> None:
    assert list(BREAKING) == [exclusion.name for exclusion in EXCLUSIONS]


@pytest.mark.parametrize("reason", BREAKING)
def test_a_place_falls_to_the_rule_that_it_breaks(reason: str) -> None:
    place, exclusions = BREAKING[reason]
    near = {"port_km": 40.0}
    screened = screen(places(near | place, near), options(exclusions=exclusions))
    assert screened.places["outcome"].tolist() == [reason, KEPT]


def test_at_its_threshold_a_place_stays() -> None:
    at = {
        "line_230kv_km": 40.0,
        "gas_plant_km": 60.1,
        "population_per_km2": 400.0,
        "hazard_index": 30.0,
        "headroom_mw": 20.0,
        "area_hectares": 5.0,
    }
    assert screen(places(at), options()).places["outcome"].tolist() == [KEPT]


def test_rules_that_are_not_asked_for_leave_nobody_out() -> None:
    off = {"attainment": "nonattainment", "nuclear_restricted": True, "port_km": 900.0}
    screened = screen(places(off), options())
    assert screened.places["outcome"].tolist() == [KEPT]
    unasked = screened.funnel[screened.funnel["rule"] == NOT_ASKED]
    assert unasked["step"].tolist() == ["nonattainment", "no new reactors", "no waterfront"]


def test_the_first_rule_that_is_broken_counts() -> None:
    both = {"line_230kv_km": 90.0, "gas_plant_km": 90.0, "water": "none"}
    assert screen(places(both, {}), options()).places["outcome"].tolist() == [
        "too far from a line",
        KEPT,
    ]


def test_the_funnel_adds_up() -> None:
    rows = [broken for broken, _ in BREAKING.values()] * 3 + [{}] * 5
    screened = screen(places(*rows), options(selection={"top": 2, "most_per_zone": 9}))
    funnel = screened.funnel
    assert funnel["left_count"].iloc[0] == len(rows)
    assert (funnel["left_count"] + funnel["removed_count"])[1:].tolist() == (
        funnel["left_count"][:-1].tolist()
    )
    by_reason = screened.places["outcome"].value_counts()
    for row in funnel[1:].to_dict("records"):
        assert by_reason.get(row["step"], 0) == row["removed_count"]
    assert by_reason[KEPT] == funnel["left_count"].iloc[-1] == 2


def test_the_score_by_hand() -> None:
    # Shares: 345 kV (40-80)/(0-80) = 0.5; 230 kV (10-40)/(-40) = 0.75; gas 0.5; gas near by
    # 1000/2000 = 0.5; headroom 100/200 = 0.5; port (75-150)/(-150) = 0.5; water 2/2 = 1; hazard
    # 0.5; people (100-400)/(-400) = 0.75; air 1; reactors 1. Weights add to 100:
    # 20*.5 + 10*.75 + 15*.5 + 10*.5 + 15*.5 + 10*.5 + 5 + 5*.5 + 4*.75 + 3 + 3 = 59.
    assert scores(places({}), Weights()).tolist() == [59.0]


def test_weights_are_scaled_and_shares_cut_at_both_ends() -> None:
    none = {name: {**part, "weight": 0.0} for name, part in Weights().model_dump().items()}
    two = none | {
        "port_km": {"weight": 3.0, "best": 0.0, "worst": 100.0},
        "headroom_mw": {"weight": 1.0, "best": 200.0, "worst": 100.0},
    }
    rows = places({"port_km": 500.0, "headroom_mw": 900.0}, {"port_km": 25.0, "headroom_mw": 150.0})
    # First: port 0, headroom 1, so 1/4. Second: 0.75 and 0.5, so (3*0.75 + 0.5)/4 = 0.6875.
    assert scores(rows, Weights.model_validate(two)).tolist() == [25.0, 68.75]
    assert scores(rows, Weights.model_validate(none)).tolist() == [0.0, 0.0]


def test_equal_scores_go_by_county_code_whatever_the_order_of_rows() -> None:
    rows = places(*[{"zone": f"z{n}"} for n in range(6)])
    for shuffled in (rows, rows.iloc[::-1], rows.sample(frac=1, random_state=1)):
        again = shuffled.reset_index(drop=True)
        chosen = screen(again, options(selection={"top": 3, "most_per_zone": 1})).candidates
        assert chosen["county_fips"].tolist() == ["20001", "20002", "20003"]


def test_the_best_are_spread_over_zones() -> None:
    rows = places(
        {"port_km": 0.0}, {"port_km": 10.0}, {"port_km": 20.0}, {"port_km": 90.0, "zone": "z2"}
    )
    spread = options(selection={"top": 3, "most_per_zone": 2})
    assert screen(rows, spread).candidates["place"].tolist() == ["p1", "p2", "p4"]
    assert screen(rows, spread).places["outcome"].tolist() == [KEPT, KEPT, NOT_CHOSEN, KEPT]
    assert screen(rows, spread, spread=False).candidates["place"].tolist() == ["p1", "p2", "p3"]


def test_counties_are_measured_against_the_layers(make_layers: Make) -> None:
    layers = make_layers({}, {"zone": "z3", "longitude_deg": -96.5})
    got = measured(county_places(layers), layers, gas_nearby_km=20.0).iloc[0]
    # A tenth of a degree of latitude is 11.1 km there; the line of 500 kV is six tenths away, the
    # port two. Plant a is 11.1 km to the south, b also 8.5 km to the east of it: 14.0 km.
    assert got["line_230kv_km"] == pytest.approx(11.1, abs=0.2)
    assert got["line_345kv_km"] == pytest.approx(66.6, abs=0.3)
    assert got["gas_plant_km"] == pytest.approx(11.1, abs=0.05)
    assert got["port_km"] == pytest.approx(22.2, abs=0.05)
    assert got["gas_nearby_mw"] == 1000.0
    assert got["headroom_mw"] == 100.0
    assert measured(county_places(layers), layers, 12.0)["gas_nearby_mw"].tolist() == [400.0, 0.0]


def test_a_site_by_hand() -> None:
    candidates = places(
        {
            "latitude_deg": 33.0,
            "port_km": 40.0,
            "gas_nearby_mw": 1030.0,
            "capital_cost_ratio": 1.05,
            "population_per_km2": 20.0,
        }
    ).assign(score_index=50.0)
    (site,) = site_rows(candidates, ScreeningOptions())
    assert site["max_it_mw"] == 300
    # 1.2 + 0.004 x 5 degrees to the south of 38.
    assert (site["average_pue_ratio"], site["peak_pue_ratio"]) == (1.22, 1.32)
    assert site["gas_access_mw"] == 250  # a quarter of 1,030, in tens
    # 8 million, and 0.3 x 30 km of lateral at 2.11 million: 26.99, to the nearest 0.1 million.
    assert site["opening_cost_usd"] == 27_000_000
    # 150 ha at 25,000 USD, three times as dear where 20 people live on a km2.
    assert site["land_cost_usd"] == 11_250_000
    assert site["shell_cost_usd_per_mw"] == 11_870_000  # 11.3 million x 1.05, in 10,000
    assert (site["waterfront"], site["port"]) == (True, "Somewhere")
    firm, flexible = route_rows([site], ScreeningOptions())
    # 345 kV is 40 km off, too far; 230 kV at 10 km: 2 million and 10 x 1.2 million.
    assert (firm["max_mw"], firm["cost_usd"], firm["route_months"]) == (250, 14_000_000, 36)
    assert (flexible["route_months"], flexible["curtailed_fraction"]) == (18, 0.01)


def test_a_site_beyond_the_grid_has_no_route_and_one_beyond_gas_no_gas() -> None:
    islands = places({"line_230kv_km": 50.0}, {"gas_plant_km": 61.0, "port_km": 41.0}).assign(
        score_index=0.0
    )
    sites = site_rows(islands, ScreeningOptions())
    assert [route["site"] for route in route_rows(sites, ScreeningOptions())] == ["p2", "p2"]
    assert (sites[1]["gas_access_mw"], sites[1]["opening_cost_usd"]) == (0, 8_000_000)
    assert (sites[1]["waterfront"], sites[1]["port"]) == (False, "")


def test_dense_counties_hold_less_and_take_longer() -> None:
    (site,) = site_rows(
        places({"population_per_km2": 150.0}).assign(score_index=0.0), ScreeningOptions()
    )
    assert (site["max_it_mw"], site["construction_months"]) == (100, 24)


def test_a_parcel_holds_what_its_hectares_take() -> None:
    parcels = places({"area_hectares": 62.4}, {"area_hectares": 9e4}).assign(score_index=0.0)
    small, vast = site_rows(parcels, ScreeningOptions())
    assert small["max_it_mw"] == 120  # 124.8 MW at half a hectare each, in whole blocks of 10
    assert vast["max_it_mw"] == 1000


def test_headroom_between_and_beyond_its_years() -> None:
    table = pd.DataFrame(
        {
            "zone": ["a", "a", "b"],
            "year": [2030, 2034, 2032],
            "firm_headroom_mw": [100.0, 300.0, 7.0],
        }
    )
    # A quarter of the way from 2030 to 2034; the nearest year outside.
    assert headroom_of(table, 2031).to_dict() == {"a": 150.0, "b": 7.0}
    assert headroom_of(table, 2040).to_dict() == {"a": 300.0, "b": 7.0}


def test_a_zone_without_headroom_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "zone_headroom.csv"
    file.write_text("zone,year,firm_headroom_mw,source,confidence\np1,2030,5,,assumed\n")
    with pytest.raises(InputError, match="holds no headroom of the zones `p10`"):
        read_layers(layer_folder(), file, 2030)
