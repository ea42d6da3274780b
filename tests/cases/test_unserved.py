"""Some demand is owned, some rented, some unserved; the objective's lines. One year: 3.6e6 s."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InfeasibleError

near = partial(pytest.approx, rel=1e-9)

# A site of 6 MW; systems at 900,000 USD and power at 100 USD/MWh for 1,000 h make 1e6 USD for a
# million tokens/s, 0.278 USD per million tokens; rent costs 0.8 and reaches 3; unserved is 1.
THREE_WAYS = {
    "sites": [{"max_it_mw": 6.0}],
    "hardware": [{"capex_usd": 900e3}],
    "power_costs": [{"technology": "free", "variable_om_usd_per_mwh": 100.0}],
    "cloud_prices": [{"rent_usd_per_mtoken": 0.8, "max_output_tokens_per_s": 3e6}],
}


def test_some_owned_some_rented_some_unserved(solve_case):
    # Of 10: 6 owned for 6e6, 3 rented for 3·3.6e6·0.8 = 8.64e6, 1 unserved for 3.6e6.
    answer = solve_case(**THREE_WAYS, demand=[{"output_tokens_per_s": 10e6}])
    assert {name: answer.line(name) for name in ("owned", "rent", "penalty")} == near(
        {"owned": 6e6, "rent": 8.64e6, "penalty": 3.6e6}
    )
    assert answer.usd == near(18.24e6)
    # No plan can leave less unserved, so all but the 3.6e6 can be controlled.
    assert answer.solved.unavoidable_usd == near(3.6e6)
    owned_mtokens = 3.6e6 * answer.value("flow_mtokens_per_s")
    assert answer.line("owned") / owned_mtokens == near(1e6 / 3.6e6)


def test_rent_comes_before_what_is_owned_where_it_is_cheaper(solve_case):
    # At 0.25 USD rent is cheaper than the 0.278 of owning: 3 rented for 2.7e6, 6 owned, 1 unserved.
    tables = THREE_WAYS | {
        "cloud_prices": [{"rent_usd_per_mtoken": 0.25, "max_output_tokens_per_s": 3e6}]
    }
    answer = solve_case(**tables, demand=[{"output_tokens_per_s": 8e6}])
    # Of 8: 3 rented and 5 owned.
    assert answer.usd == near(2.7e6 + 5e6)


def test_owned_cost_per_token_is_discounted_cost_over_discounted_tokens(solve_case):
    # Two years at 10 %, demand 2 and 4: 2 systems in month 0, 2 more in month 12.
    #     cost    2·900,000·at(0) + 2·900,000·at(12) + 200,000·year1 + 400,000·year2
    #     tokens  3.6e6 · (2·year1 + 4·year2) million
    # with at(m) = 1.1^-((m+1/2)/12) and the mean of a year's twelve factors.
    def at(month):
        return 1.1 ** (-(month + 0.5) / 12)

    year1 = sum(map(at, range(12))) / 12
    year2 = year1 / 1.1
    answer = solve_case(
        {"finance.discount_rate": 0.1},
        periods=[{}, {}],
        **THREE_WAYS,
        demand=[{"output_tokens_per_s": [2e6, 4e6]}],
    )
    cost = 1.8e6 * at(0) + 1.8e6 * at(12) + 200e3 * year1 + 400e3 * year2
    tokens = 3.6e6 * (2 * year1 + 4 * year2)
    assert answer.usd == near(cost)
    assert answer.line("owned") == near(cost)
    flow = [3.6e6 * answer.value("flow_mtokens_per_s", "w", "r", "s", e) for e in (0, 1)]
    assert flow[0] * year1 + flow[1] * year2 == near(tokens)


def test_the_least_valued_demand_is_left_first(solve_case):
    # 6 MW for 4 at a value of 1 and 5 at a value of 2 USD: 3 of the first are left, 10.8e6 USD.
    answer = solve_case(
        sites=[{"max_it_mw": 6.0}],
        workloads=[
            {"workload": "low", "unserved_usd_per_mtoken": 1.0},
            {"workload": "high", "unserved_usd_per_mtoken": 2.0},
        ],
        demand=[
            {"workload": "low", "output_tokens_per_s": 4e6},
            {"workload": "high", "output_tokens_per_s": 5e6},
        ],
    )
    assert answer.usd == near(10.8e6)
    assert answer.value("unserved_mtokens_per_s", "high", "r", 0) == 0.0


def test_a_rental_limit_is_shared_by_regions(solve_case):
    # Two regions of 3 each and 4 to rent: 2 unserved at 1 USD, 4 rented at 0.5.
    answer = solve_case(
        sites=[{"construction_months": 11, "opening_cost_usd": 1e9}],
        regions=[{"region": "r"}, {"region": "q"}],
        demand=[{"region": name, "output_tokens_per_s": 3e6} for name in ("r", "q")],
        cloud_prices=[{"rent_usd_per_mtoken": 0.5, "max_output_tokens_per_s": 4e6}],
    )
    assert answer.usd == near(3.6e6 * (2 * 1 + 4 * 0.5))


def test_forbidding_unserved_demand_forces_the_dear_plan_or_none(solve_case):
    # Opening costs 1e7 USD, more than the 3.6e6 of leaving the demand; forbidden, it is built.
    dear = [{"opening_cost_usd": 1e7, "max_it_mw": 1.0}]
    assert solve_case(sites=dear).usd == near(3.6e6)
    assert solve_case({"unserved": "forbidden"}, sites=dear).usd == near(1e7)
    with pytest.raises(InfeasibleError):
        solve_case({"unserved": "forbidden"}, sites=dear, demand=[{"output_tokens_per_s": 1.5e6}])
