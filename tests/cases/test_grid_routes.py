"""Firm, flexible and co-located grid routes. A year of 1,000 hours, 1 MW for a million tokens/s."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InputError

near = partial(pytest.approx, rel=1e-9)

# Two days: a hot one of 73 days, 20 % of the year, and a mild one of 292. Each has four slices of
# 6 h, hence of 5 % and of 20 % of the year. The net load falls in the order of the figures.
DAYS = [
    {"day": "hot", "weight_days": 73, "net_load_mw": [7.0, 6.0, 8.0, 5.0]},
    {"day": "mild", "weight_days": 292, "net_load_mw": [1.0, 2.0, 4.0, 3.0]},
]


# Of any size at no fixed cost, 100 USD for every MWh.
ENGINE = {
    "power_technologies": [{"technology": "engine"}],
    "power_costs": [{"technology": "engine", "variable_om_usd_per_mwh": 100.0}],
}


def flexible(curtailed, **others):
    return {"firmness": "flexible", "curtailed_fraction": curtailed, **others}


@pytest.mark.parametrize(
    ("curtailed", "cut"),
    [
        # 3 % of the year is 60 % of the highest slice; 7 % all of it and 40 % of the next.
        (0.03, {"hot-12~1": 3.6}),
        (0.07, {"hot-12": 6.0, "hot-00~1": 2.4}),
        # 25 % is the hot day and a quarter of the highest slice of the mild one.
        (0.25, {"hot-12": 6.0, "hot-00": 6.0, "hot-06": 6.0, "hot-18": 6.0, "mild-12~1": 1.5}),
    ],
)
def test_a_flexible_contract_is_cut_at_the_highest_net_load(solve_case, curtailed, cut):
    # 1 MW of grid at no cost, or of one's own engine at 100 USD/MWh for what is cut. The slice in
    # which the cut ends is divided into the hours before its end and those after it.
    answer = solve_case(
        operations=DAYS,
        interconnection_routes=[flexible(curtailed)],
        **ENGINE,
    )
    run = answer.solved.values["generate_mw"]
    assert {t: mw for (*_, t), mw in run.items() if mw > 1e-9} == near(dict.fromkeys(cut, 1.0))
    here = answer.model.candidates.slices["s"]
    assert {t: here.hours[t] for t in cut} == near(cut)
    assert (sum(here.share.values()), sum(here.hours.values())) == near((1.0, 48.0))
    assert answer.usd == near(1000 * curtailed * 100)


def test_slices_are_divided_for_every_flexible_contract_of_a_site(solve_case):
    # 2 % and 4 % of the year are 40 % and 80 % of the highest slice: 2.4 h, 2.4 h and 1.2 h.
    # 3 MW of load, of which each contract carries 1 where it is not cut; the engine the rest.
    answer = solve_case(
        operations=DAYS,
        demand=[{"output_tokens_per_s": 2e6}],
        interconnection_routes=[
            flexible(0.02, route="little", max_mw=1.0),
            flexible(0.04, route="much", max_mw=1.0),
        ],
        **ENGINE,
    )
    here = answer.model.candidates.slices["s"]
    assert [here.hours[f"hot-12~{n}"] for n in (1, 2, 3)] == near([2.4, 2.4, 1.2])
    assert answer.usd == near(1000 * (0.02 + 0.04) * 100)


def test_of_equal_hours_the_first_by_name_is_cut(solve_case):
    answer = solve_case(
        operations=[{"net_load_mw": [1.0, 1.0, 1.0, 1.0]}],
        interconnection_routes=[flexible(0.25)],
        **ENGINE,
    )
    assert answer.value("generate_mw", "s", "engine", 0, "mean-00") == near(1.0)


# 10 MW are asked for, and what no contract covers stays unserved at 3.6e6 USD a megawatt.
SHORT = {
    "power_technologies": [],
    "demand": [{"output_tokens_per_s": 10e6}],
    "operations": DAYS,
}
UNSERVED = 3.6e6
ROOM = [
    {"zone": "z", "year": 2030, "curtailed_fraction": 0.01, "flexible_headroom_mw": 6.0},
    {"zone": "z", "year": 2030, "curtailed_fraction": 0.05, "flexible_headroom_mw": 8.0},
]


@pytest.mark.parametrize(
    ("curtailed", "room"), [(0.005, 6.0), (0.01, 6.0), (0.02, 6.5), (0.05, 8.0), (0.1, 8.0)]
)
def test_flexible_headroom_is_interpolated_between_levels(solve_case, curtailed, room):
    # X is 6 at 1 % and 8 at 5 %, hence 6.5 at 2 %, and the nearest outside. Of 10 MW the engine
    # carries what is cut, and what no contract covers.
    answer = solve_case(
        operations=DAYS,
        demand=[{"output_tokens_per_s": 10e6}],
        **ENGINE,
        zone_headroom=[{"firm_headroom_mw": 4.0}],
        flexible_headroom=ROOM,
        interconnection_routes=[flexible(curtailed)],
    )
    assert answer.usd == near((room * curtailed + 10.0 - room) * 100e3)


@pytest.mark.parametrize("load_mw", [4.0, 5.0])
def test_what_nothing_feeds_while_it_is_cut_is_not_served(solve_case, load_mw):
    # 4 MW firm and 2 flexible, cut in 60 % of a slice, and no other source: 4 MW can be served,
    # however large the contract is against the load in the hours that are left.
    answer = solve_case(
        operations=DAYS,
        power_technologies=[],
        demand=[{"output_tokens_per_s": load_mw * 1e6}],
        zone_headroom=[{"firm_headroom_mw": 4.0}],
        flexible_headroom=ROOM,
        interconnection_routes=[{"route": "firm"}, flexible(0.03, route="flex")],
    )
    assert answer.usd == near((load_mw - 4.0) * UNSERVED)


@pytest.mark.parametrize(
    ("firm_works", "usd"),
    [
        # An engine of any size at no fixed cost runs in the cut hours at 100 USD/MWh. Firm works
        # at 1 USD/kW: flexible alone, 6.5 MW, and 2 % of 1,000 h at 100 USD/MWh: 2,000 USD a MW.
        (1000.0, 6.5 * 2000 + 3.5 * 1000 * 100),
        # Firm works for nothing: 4 MW firm, 2.5 flexible.
        (0.0, 2.5 * 2000 + 3.5 * 1000 * 100),
    ],
)
def test_what_is_firm_takes_from_the_flexible_headroom(solve_case, firm_works, usd):
    # 10 MW; what no contract covers, 3.5 MW, runs on the engine all year, 100,000 USD a MW.
    answer = solve_case(
        operations=DAYS,
        demand=[{"output_tokens_per_s": 10e6}],
        **ENGINE,
        zone_headroom=[{"firm_headroom_mw": 4.0}],
        flexible_headroom=ROOM,
        interconnection_routes=[
            {"route": "firm", "cost_usd_per_kw": firm_works},
            flexible(0.02, route="flex"),
        ],
    )
    assert answer.usd == near(usd)


def test_headroom_of_every_level_of_curtailment_holds(solve_case):
    # X(1 %) = 6 holds the route cut by 1 %, X(5 %) = 8 both: 6 and 2. Both alone would give 14.
    #     the first    6 MW · 1 % · 1,000 h · 100 USD = 6,000
    #     the second   2 MW · 5 % · 1,000 h · 100 USD = 10,000
    #     the engine   2 MW · 1,000 h · 100 USD       = 200,000
    answer = solve_case(
        operations=DAYS,
        demand=[{"output_tokens_per_s": 10e6}],
        **ENGINE,
        zone_headroom=[{"firm_headroom_mw": 4.0}],
        flexible_headroom=ROOM,
        interconnection_routes=[flexible(0.01, route="little"), flexible(0.05, route="much")],
    )
    assert answer.value("contracted_mw", "s", "little", 0) == near(6.0)
    assert answer.value("contracted_mw", "s", "much", 0) == near(2.0)
    assert answer.usd == near(216e3)


def test_a_zone_without_flexible_rows_has_its_firm_headroom(solve_case):
    # F = 4 for firm and flexible together: 4 MW flexible, 6 on the engine.
    answer = solve_case(
        operations=DAYS,
        demand=[{"output_tokens_per_s": 10e6}],
        **ENGINE,
        zone_headroom=[{"firm_headroom_mw": 4.0}],
        interconnection_routes=[flexible(0.01)],
    )
    assert answer.usd == near(4 * 1000 + 6 * 100e3)


def test_flexible_headroom_is_interpolated_between_years(solve_case):
    # 6 in 2030 and 10 in 2032, hence 8 in 2031; 12 MW are asked for, the rest is unserved.
    rows = [
        {"zone": "z", "year": year, "curtailed_fraction": 0.01, "flexible_headroom_mw": room}
        for year, room in ((2030, 6.0), (2032, 10.0))
    ]
    answer = solve_case(
        periods=[{}] * 4,
        operations=DAYS,
        demand=[{"output_tokens_per_s": 12e6}],
        **ENGINE,
        zone_headroom=[{"firm_headroom_mw": 4.0}],
        flexible_headroom=rows,
        interconnection_routes=[flexible(0.01)],
    )
    own = [12.0 - room + 0.01 * room for room in (6.0, 8.0, 10.0, 10.0)]
    assert answer.usd == near(sum(own) * 100e3)


@pytest.mark.parametrize(
    ("share", "contracted"),
    # Nothing of F = 4 by default; a half of it each MW: 8; in full: 4.
    [(None, 10.0), (0.5, 8.0), (1.0, 4.0)],
)
def test_a_co_located_plant_takes_no_headroom_unless_it_leaves_the_zone(
    solve_case, share, contracted
):
    # What is not contracted of 10 MW is unserved.
    answer = solve_case(
        **SHORT,
        zone_headroom=[{"firm_headroom_mw": 4.0}],
        interconnection_routes=[
            {"firmness": "co-located", "max_mw": 50.0, "headroom_share_fraction": share}
        ],
    )
    assert answer.usd == near((10.0 - contracted) * UNSERVED)


def test_a_co_located_plant_is_limited_by_its_size_and_shares_with_the_firm(solve_case):
    # F = 4. The plant has 3 MW, each counting a half: with 2.5 MW firm that makes 4; the other
    # 4.5 of 10 are unserved.
    answer = solve_case(
        **SHORT,
        zone_headroom=[{"firm_headroom_mw": 4.0}],
        interconnection_routes=[
            {
                "route": "plant",
                "firmness": "co-located",
                "max_mw": 3.0,
                "headroom_share_fraction": 0.5,
            },
            {"route": "firm"},
        ],
    )
    assert answer.usd == near(4.5 * UNSERVED)


def test_a_route_has_prices_of_its_own_or_those_of_the_zone(solve_case):
    # 1 MW for 1,000 h. The zone: 40 USD/MWh in two shapes, 5 delivery, 10 USD/kW-month. The plant:
    # 60 flat, delivery 0 and the zone's capacity charge: 60,000 + 120,000 against
    # 40,000 + 5,000 + 120,000; with a capacity charge of 1 it is 60,000 + 12,000.
    tariff = {
        "energy_usd_per_mwh": 40.0,
        "delivery_usd_per_mwh": 5.0,
        "capacity_usd_per_kw_month": 10.0,
    }
    plant = {"energy_usd_per_mwh": 60.0, "delivery_usd_per_mwh": 0.0}

    def cost(**own):
        return solve_case(
            power_technologies=[],
            operations=[{"grid_price_shape": [0.5, 1.5]}],
            tariffs=[tariff],
            interconnection_routes=[{"firmness": "co-located", **own}],
        ).usd

    assert cost() == near(165e3)
    assert cost(**plant) == near(180e3)
    assert cost(**plant, capacity_usd_per_kw_month=1.0) == near(72e3)


def test_own_prices_are_flat_over_the_day(solve_case):
    # 3 MW in the dear half of the day and 1 in the cheap: 500 h each. The zone's 40 USD/MWh cost
    # 500 · 40 · (3·1.5 + 1·0.5) = 100,000; a flat 48 costs 500 · 48 · 4 = 96,000.
    answer = solve_case(
        power_technologies=[],
        operations=[{"grid_price_shape": [0.5, 1.5]}],
        profiles=[{"demand_shape": [0.5] * 12 + [1.5] * 12}],
        demand=[{"output_tokens_per_s": 2e6}],
        tariffs=[{"energy_usd_per_mwh": 40.0}],
        interconnection_routes=[
            {"route": "zone"},
            {"route": "plant", "firmness": "co-located", "energy_usd_per_mwh": 48.0},
        ],
    )
    # Each hour takes the cheaper: the plant at 48 against 60, the zone at 20.
    assert answer.usd == near(500 * (3 * 48 + 1 * 20))


@pytest.mark.parametrize("firmness", ["firm", "co-located"])
def test_firm_and_co_located_cover_the_peak(solve_case, firmness):
    answer = solve_case(
        {"power.adequacy": True},
        power_technologies=[],
        interconnection_routes=[{"firmness": firmness}],
    )
    assert answer.usd == 0.0


def test_a_flexible_contract_covers_no_peak(solve_case):
    # 1 MW flexible for the energy, and 1 MW of engine at 100 USD/kW for the cut hours.
    answer = solve_case(
        {"power.adequacy": True},
        operations=DAYS,
        power_technologies=[{"technology": "engine"}],
        power_costs=[
            {
                "technology": "engine",
                "overnight_capex_usd_per_kw": 100.0,
                "variable_om_usd_per_mwh": 100.0,
            }
        ],
        interconnection_routes=[flexible(0.03)],
    )
    assert answer.usd == near(100e3 + 30 * 100)


def test_flexible_headroom_below_the_firm_is_refused(solve_case):
    with pytest.raises(InputError, match="below the firm headroom of 7 MW"):
        solve_case(zone_headroom=[{"firm_headroom_mw": 7.0}], flexible_headroom=ROOM)
