"""Load shed, deferred and interrupted. 1,000 h a year, 1 MW serves a million tokens/s.

A shed megawatt-hour loses 3,600 million tokens, at 1 USD each million 3,600 USD.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise, product

import numpy as np
import pytest
from scipy.optimize import linprog

from tokenworks.errors import InfeasibleError, InputError
from tokenworks.results.flexible_kept import flexible_kept
from tokenworks.results.frames import Context
from tokenworks.results.tables import tables_of

pytestmark = pytest.mark.slow

near = partial(pytest.approx, rel=1e-9)

SHED_MWH = 3600.0


def engine(usd_per_mwh, capex_usd_per_kw=0.0):
    return {
        "power_technologies": [{"technology": "engine"}],
        "power_costs": [
            {
                "technology": "engine",
                "variable_om_usd_per_mwh": usd_per_mwh,
                "overnight_capex_usd_per_kw": capex_usd_per_kw,
            }
        ],
    }


# A grid whose energy costs 4,000 USD/MWh in the second half of the day and nothing in the first.
DEAR_NIGHT = {
    "power_technologies": [],
    "interconnection_routes": [{}],
    "operations": [{"grid_price_shape": [0.0, 2.0]}],
    "tariffs": [{"energy_usd_per_mwh": 2000.0}],
}


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_load_is_shed_where_power_costs_more_than_its_tokens(solve_case, share):
    # 500 MWh at 4,000 USD: of each, the share that may be shed costs its tokens, 3,600 USD.
    answer = solve_case(**DEAR_NIGHT, workloads=[{"sheddable_fraction": share}])
    assert answer.usd == near(500 * (share * SHED_MWH + (1 - share) * 4000.0))
    assert answer.component("shed") == near(500 * share * SHED_MWH)
    # At 1.2 USD tokens are worth more than the power.
    dear = [{"sheddable_fraction": share, "unserved_usd_per_mtoken": 1.2}]
    assert solve_case(**DEAR_NIGHT, workloads=dear).usd == near(500 * 4000.0)


def test_shed_tokens_are_unserved_once(solve_case):
    # A quarter of half the day's tokens: 0.125 of a million a second, at site s.
    answer = solve_case(**DEAR_NIGHT, workloads=[{"sheddable_fraction": 0.25}])
    tables, summary = tables_of(answer.model, answer.solved)
    flows = tables["flows"].set_index(["how", "site"])["mean_mtokens_per_s"]
    assert flows.to_dict() == near({("owned", "s"): 0.875, ("unserved", "s"): 0.125})
    assert summary.served_share == near(0.875)
    assert summary.penalty_usd == near(0.125 * 3.6e6)
    assert tables["serving"]["mean_mtokens_per_s"].item() == near(0.875)
    # Owned cash is over the tokens that were served.
    assert summary.cost_usd_per_mtoken == near(500 * 0.75 * 4000.0 / (0.875 * 3.6e6))


def test_shed_tokens_are_of_the_regions_that_ask_in_the_hour(solve_case):
    # Of 3 MW by night 2 are of q and 1 of r: a half of it shed is 1 and 0.5 MW in half the hours.
    answer = solve_case(
        **DEAR_NIGHT,
        regions=[{"region": "r"}, {"region": "q"}],
        demand=[
            {"region": "r", "output_tokens_per_s": 1e6},
            {"region": "q", "output_tokens_per_s": 2e6},
        ],
        workloads=[{"sheddable_fraction": 0.5}],
    )
    tables, _ = tables_of(answer.model, answer.solved)
    shed = tables["flows"].query("how == 'unserved'").set_index("region")["mean_mtokens_per_s"]
    assert shed.to_dict() == near({"r": 0.25, "q": 0.5})


def test_the_point_with_the_fewest_tokens_for_a_megawatt_is_shed_first(solve_case):
    # Half of the load on each system: `old` draws 2 MW for a million tokens/s, `new` 1. A
    # megawatt-hour of old is worth 1,800 USD, of new 3,600; power costs 3,000 by night.
    answer = solve_case(
        power_technologies=[],
        interconnection_routes=[{}],
        operations=[{"grid_price_shape": [0.0, 2.0]}],
        tariffs=[{"energy_usd_per_mwh": 1500.0}],
        hardware=[{"system": "old", "design_kw": 2000.0}, {"system": "new", "capex_usd": 9e9}],
        sites=[{"max_it_mw": 2.0}],
        workloads=[{"sheddable_fraction": 1.0}],
    )
    # No `new` is bought. 1 million tokens/s on old draw 2 MW, shed by night: 1,800 · 2 · 500.
    assert answer.usd == near(1800.0 * 2 * 500)


def test_what_is_shed_is_neither_sold_nor_free_of_damages(solve_case):
    # At maximum net present value a shed megawatt-hour loses 3,600 million tokens at 0.5 USD of
    # price and 0.3 of damages: 2,880 USD, below 4,000 of power.
    #     revenue   3.6e6 · 0.5 · 1/2 = 900,000;  damages 3.6e6 · 0.3 · 1/2 = 540,000
    answer = solve_case(
        {"objective": "npv"},
        **DEAR_NIGHT,
        workloads=[
            {
                "sheddable_fraction": 1.0,
                "sold_usd_per_mtoken": 0.5,
                "damages_usd_per_mtoken": 0.3,
            }
        ],
    )
    assert answer.usd == near(540e3 - 900e3)
    tables_of(answer.model, answer.solved)  # the revenue's invariant holds


def test_nothing_is_shed_where_nothing_may_be_unserved(solve_case):
    answer = solve_case(
        {"unserved": "forbidden"}, **DEAR_NIGHT, workloads=[{"sheddable_fraction": 1.0}]
    )
    assert answer.usd == near(500 * 4000.0)
    assert answer.value("shed_mw") == 0.0


# --- deferral ----------------------------------------------------------------------------------


def window(share, hours):
    return [{"deferrable_fraction": share, "deferral_window_hours": hours}]


# Four slices of 6 h, 250 h of the year each; energy costs 8,000 USD/MWh in the second alone.
DEAR_MORNING = {
    "power_technologies": [],
    "interconnection_routes": [{}],
    "operations": [{"grid_price_shape": [0.0, 4.0, 0.0, 0.0]}],
    "tariffs": [{"energy_usd_per_mwh": 2000.0}],
}
# Twice the systems that the load needs: its peak is in the third slice.
ROOM = {"profiles": [{"demand_shape": [1.0] * 12 + [1.5] * 6 + [0.5] * 6}]}


@pytest.mark.parametrize(
    ("share", "hours", "moved"),
    [
        (0.0, 12.0, 0.0),
        (0.25, 5.9, 0.0),  # shorter than a slice
        (0.25, 6.0, 0.25),  # into the third slice, which is full, but whose load waits in turn
        (0.25, 12.0, 0.25),  # or into the fourth at once
        (1.0, 12.0, 1.0),  # which has room for 1 MW
    ],
)
def test_load_waits_within_its_window_for_systems_that_have_room(solve_case, share, hours, moved):
    # 1 MW in the dear slice, of which a share may wait; systems are bought for 1.5 MW.
    answer = solve_case(
        **DEAR_MORNING, **ROOM, hardware=[{"capex_usd": 1e6}], workloads=window(share, hours)
    )
    assert answer.usd == near(1.5e6 + 250 * 8000.0 * (1.0 - moved))
    tables, _ = tables_of(answer.model, answer.solved)
    assert tables["flows"]["mean_mtokens_per_s"].item() == near(1.0)  # no token is lost


def test_systems_stay_sized_on_what_is_asked(solve_case):
    # All could wait and be run evenly, 1 MW: the peak asked for, 1.5 MW, is bought nevertheless.
    answer = solve_case(**ROOM, hardware=[{"capex_usd": 1e6}], workloads=window(1.0, 24.0))
    assert answer.usd == near(1.5e6)


def test_load_waits_past_midnight_into_the_day_s_beginning(solve_case):
    # Dear is the last slice; the first of the same day has room.
    case = DEAR_MORNING | {"operations": [{"grid_price_shape": [0.0, 0.0, 0.0, 4.0]}]}
    shape = {"profiles": [{"demand_shape": [0.5] * 6 + [1.0] * 6 + [1.5] * 6 + [1.0] * 6}]}
    usd = solve_case(**case, **shape, workloads=window(0.5, 6.0)).usd
    assert usd == near(250 * 8000.0 * 0.5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("hours", [4.0, 12.0, 20.0, 24.0])
def test_deferral_is_the_best_way_to_move_every_megawatt(solve_case, seed, hours):
    """Against a program with a variable for every (from, to) pair of hours within the window."""
    random = np.random.default_rng(seed)
    count, share = 6, 0.6  # slices of 4 h
    price = random.uniform(0.0, 2.0, count)
    price /= price.mean()
    shape = random.uniform(0.5, 1.5, count)
    shape /= shape.mean()
    answer = solve_case(
        power_technologies=[],
        interconnection_routes=[{}],
        operations=[{"grid_price_shape": price.tolist()}],
        tariffs=[{"energy_usd_per_mwh": 100.0}],
        profiles=[{"demand_shape": np.repeat(shape, 4).tolist()}],
        hardware=[{"capex_usd": 1e5}],  # more systems than the peak needs would cost more
        workloads=window(share, hours),
    )
    steps = range(1, int(hours // 4) + 1)
    pairs = list(product(range(count), steps))
    gain = [price[(t + n) % count] - price[t] for t, n in pairs]
    leaves = np.array([[float(t == u) for t, _ in pairs] for u in range(count)])
    arrives = np.array([[float((t + n) % count == u) for t, n in pairs] for u in range(count)])
    best = linprog(
        gain,
        A_ub=np.vstack([leaves, arrives - leaves]),
        b_ub=np.concatenate([share * shape, shape.max() - shape]),
    )
    hour_usd = 1000.0 / count * 100.0
    assert answer.component("grid_energy") == pytest.approx(
        hour_usd * (float(price @ shape) + best.fun), rel=1e-7
    )


def test_a_longer_window_is_no_dearer(solve_case):
    case = DEAR_MORNING | ROOM
    usd = [solve_case(**case, workloads=window(0.7, h)).usd for h in (0.1, 6.0, 12.0, 24.0)]
    assert all(b <= a + 1e-6 for a, b in pairwise(usd))


@pytest.mark.parametrize(
    ("share", "moved"),
    [
        (0.4, 1.2),  # 0.8 of `old`, which has no room, and 0.4 of `new`, whose load alone has some
        (1.0, 1.5),  # no more than the room of both, of 3 MW that may wait
    ],
)
def test_two_systems_share_the_waiting_load(solve_case, share, moved):
    # `old` serves r by 2 MW all day and is full; `new`, alone near enough for q, serves it by 1 MW
    # in the dear slice and has room for 1 MW in the fourth slice and for 0.5 in the first. In the
    # dear slice 3 MW are due, and a megawatt of either runs later on `new`. More of `old` would
    # give 2 MW in three slices for 20 million USD, and save no more than 12.
    answer = solve_case(
        {"unserved": "forbidden"},
        **DEAR_MORNING,
        profiles=[*ROOM["profiles"], {"profile": "even", "demand_shape": [1.0] * 24}],
        regions=[{"region": "r"}, {"region": "q"}],
        demand=[
            {"region": "r", "output_tokens_per_s": 1e6, "profile": "even"},
            {"region": "q", "output_tokens_per_s": 1e6},
        ],
        network=[
            {"site": "s", "region": "r", "rtt_ms": 1.0},
            {"site": "s", "region": "q", "rtt_ms": 300.0},
        ],
        hardware=[
            {"system": "old", "design_kw": 2000.0, "capex_usd": 2e7},
            {"system": "new", "capex_usd": 1e8},
        ],
        operating_points=[{"system": "old", "ttft_ms": 300.0}, {"system": "new"}],
        workloads=[{"ttft_limit_ms": 500.0, **window(share, 24.0)[0]}],
    )
    assert answer.usd == near(2e7 + 1.5e8 + 250 * 8000.0 * (3.0 - moved))
    tables, _ = tables_of(answer.model, answer.solved)
    put_off = tables["dispatch"].query("flow == 'defer' and slice == 'mean-06'")
    assert put_off.set_index("source")["power_mw"].to_dict() == near({"w": moved})


@pytest.mark.parametrize(("hours", "share"), [(23.9, 0.3), (24.0, 0.3), (24.0, 1.0)])
def test_a_window_of_all_but_a_slice_is_one_of_all_day(solve_case, hours, share):
    # Of four slices the load of each may run in any of the three others, so the windows of 23.9 h
    # (held slice by slice) and 24 h (held by the day) are one: all that may wait leaves the dear
    # slice, 1 MW due, for the room of 0.5 MW in the first and 1 MW in the fourth.
    answer = solve_case(
        **DEAR_MORNING, **ROOM, hardware=[{"capex_usd": 1e6}], workloads=window(share, hours)
    )
    assert answer.usd == near(1.5e6 + 250 * 8000.0 * (1.0 - share))
    whole = {index[3] for index in answer.model.pyomo.ALL_DAY}
    assert whole == ({"mean-00"} if hours == 24.0 else set())


def test_load_that_waits_is_not_shed_as_well(solve_case):
    # In the dear slice 1 MW of `a` waits, for nothing. Shedding it too, at 3,600 USD, would make
    # good the 1 MW of `b`, which can do neither and pays 8,000.
    answer = solve_case(
        **DEAR_MORNING,
        workloads=[
            {
                "workload": "a",
                "sheddable_fraction": 1.0,
                "deferrable_fraction": 1.0,
                "deferral_window_hours": 12.0,
            },
            {"workload": "b"},
        ],
        demand=[{"workload": w, "output_tokens_per_s": 1e6} for w in "ab"],
    )
    assert answer.usd == near(250 * 8000.0)


@pytest.mark.parametrize(
    ("put_off", "caught_up", "words"),
    [
        ((0, 0.25, 0.25, 0), (0, 0, 0.25, 0.25), None),  # the full slice's load waits in turn
        ((0, 0.5, 0, 0), (0, 0, 0.5, 0), "MW that may be"),
        ((0, 0.25, 0, 0), (0, 0, 0.2, 0), "MWh caught up"),
        ((0, 0.25, 0, 0), (0, 0, 0, 0.25), "MWh that still may"),  # two slices later, of one
        ((0.1, 0, 0, 0.1), (0.1, 0.1, 0, 0), None),  # past midnight
        ((0, 0.25, 0, 0), (0, 0, 0.25, 0), "MW that its systems can"),
    ],
)
def test_waiting_load_is_held_to_its_word(solve_case, put_off, caught_up, words):
    # 1, 1, 1.25 and 0.75 MW are due, of which a quarter may wait for 6 h; there is room for 1.25.
    shape = {"profiles": [{"demand_shape": [1.0] * 12 + [1.25] * 6 + [0.75] * 6}]}
    case = {**DEAR_MORNING, **shape, "hardware": [{"capex_usd": 1e6}]}
    answer = solve_case(**case, workloads=window(0.25, 6.0))
    tables, _ = tables_of(answer.model, answer.solved)
    values = dict(answer.solved.values)
    hours = [f"mean-{hour:02d}" for hour in (0, 6, 12, 18)]
    for variable, given in (("defer_mw", put_off), ("catch_up_mw", caught_up)):
        values[variable] = {("s", "w", 0, t): mw for t, mw in zip(hours, given, strict=True)}
    changed = Context(answer.model, replace(answer.solved, values=values))
    broken = list(flexible_kept(changed, tables))
    assert not broken if words is None else any(words in line for line in broken)


def test_what_may_wait_for_no_time_is_refused(solve_case):
    with pytest.raises(InputError, match="may wait, but for no time"):
        solve_case(workloads=[{"deferrable_fraction": 0.5}])


# --- interruption ------------------------------------------------------------------------------

# 4 % of the year's hours have the highest net load; 10 MW of flexible grid are cut in them.
CUT = {
    "operations": [{"net_load_mw": [2.0, 1.0]}],
    "interconnection_routes": [{"firmness": "flexible", "curtailed_fraction": 0.04}],
    "demand": [{"output_tokens_per_s": 10e6}],
}


@pytest.mark.parametrize(
    ("capex", "share", "usd"),
    [
        # An engine of 10 MW at 1,000 USD/kW carries the cut hours: 1e7 USD.
        (1000.0, 0.0, 10e6),
        # 40 % may be shed: 4 MW · 40 h · 3,600 USD = 576,000, and 6 MW of engine.
        (1000.0, 0.4, 6e6 + 4 * 40 * SHED_MWH),
        # At 100 USD/kW the engine, 100,000 USD a megawatt, is cheaper than 144,000 of tokens.
        (100.0, 0.4, 1e6),
    ],
)
def test_an_interrupted_contract_covers_the_peak_for_its_tokens(solve_case, capex, share, usd):
    answer = solve_case(
        {"power.adequacy": True},
        **CUT,
        **engine(0.0, capex),
        workloads=[{"sheddable_fraction": share}],
    )
    assert answer.usd == near(usd)
    tables_of(answer.model, answer.solved)


def test_interruption_is_paid_for_though_the_hour_needs_it_not(solve_case):
    # The peak, 1.5 MW, is in the half day that is never cut; in the cut one, 0.5 MW, an engine of
    # 1 MW would do. Adequacy holds for the design day, so 0.5 MW are interrupted and shed in the
    # 40 cut hours all the same: 72,000 USD against 500,000 for the engine's half megawatt.
    answer = solve_case(
        {"power.adequacy": True},
        operations=CUT["operations"],
        interconnection_routes=CUT["interconnection_routes"],
        profiles=[{"demand_shape": [0.5] * 12 + [1.5] * 12}],
        **engine(0.0, 1000.0),
        workloads=[{"sheddable_fraction": 1.0}],
    )
    assert answer.usd == near(1e6 + 0.5 * 40 * SHED_MWH)


def test_interruption_is_no_more_than_the_contract(solve_case):
    # The contract has 3 MW, so 3 of 10 MW can be interrupted, however much could be shed; 7 MW
    # of engine at 1,000 USD/kW.
    case = CUT | {"interconnection_routes": [CUT["interconnection_routes"][0] | {"max_mw": 3.0}]}
    answer = solve_case(
        {"power.adequacy": True},
        **case,
        **engine(0.0, 1000.0),
        workloads=[{"sheddable_fraction": 1.0}],
    )
    assert answer.usd == near(7e6 + 3 * 40 * SHED_MWH)


def test_interrupted_load_may_wait_instead(solve_case):
    # Cut is 4 % of the year, 0.96 h of the first of two slices: with 12 h to wait, the load of
    # the cut part, 5 MW, runs in the second slice, where the systems have room; no token is lost,
    # and nothing may be unserved. The other 5 MW are on the engine.
    answer = solve_case(
        {"power.adequacy": True, "unserved": "forbidden"},
        **CUT,
        **engine(0.0, 1000.0),
        hardware=[{"capex_usd": 0.0}],
        workloads=window(0.5, 24.0),
    )
    assert answer.usd == near(5e6)
    context = Context(answer.model, answer.solved)
    assert sum(context.plan_values("interrupted_mw").values()) == near(5.0)


def test_without_flexible_load_a_cut_contract_covers_nothing(solve_case):
    with pytest.raises(InfeasibleError):
        solve_case(
            {"power.adequacy": True, "unserved": "forbidden"},
            **CUT,
            power_technologies=[],
            hardware=[{"capex_usd": 1.0}],
        )
