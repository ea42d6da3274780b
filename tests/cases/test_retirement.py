"""Power that retires, is sold, is leased, or stays on as backup."""

from __future__ import annotations

from functools import partial

import pytest

near = partial(pytest.approx, rel=1e-9)

# Three years; demand ends with the second. Engines for 1 MW: 1,000 USD/kW, 50 USD/kW a year.
ENDS = {
    "periods": [{}] * 3,
    "demand": [{"output_tokens_per_s": [1e6, 1e6, 0.0]}],
    "power_technologies": [{"technology": "engine", "life_years": 10.0}],
    "power_costs": [
        {
            "technology": "engine",
            "overnight_capex_usd_per_kw": 1000.0,
            "fixed_om_usd_per_kw_year": 50.0,
        }
    ],
}


def with_engine(**columns):
    return ENDS | {"power_technologies": [ENDS["power_technologies"][0] | columns]}


def test_what_is_no_longer_needed_retires_and_saves_its_upkeep(solve_case):
    # 1e6 USD, and two years of upkeep of 50,000 rather than three.
    answer = solve_case(**ENDS)
    assert answer.usd == near(1e6 + 2 * 50e3)
    assert answer.value("retire_modules", "s", "engine", 0, 2) == near(1.0)


@pytest.mark.parametrize(
    ("fraction", "decay", "share"),
    [
        (0.5, 0.2, 0.32),  # 0.5 · 0.8²
        (1.0, 0.0, 0.8),  # never more than the annuity of the 8 years of 10 that are left
        (1.0, 0.1, 0.8),  # 0.81 is more too
    ],
)
def test_what_is_sold_brings_its_resale_value(solve_case, fraction, decay, share):
    # Sold at two years of age for a share of 1e6 USD.
    tables = with_engine(resale_fraction=fraction, resale_decay_fraction_per_year=decay)
    answer = solve_case(**tables)
    assert answer.component("power_resale") == near(-share * 1e6)
    assert answer.usd == near(1e6 + 2 * 50e3 - share * 1e6)


@pytest.mark.parametrize(
    ("fraction", "retired", "usd"),
    [
        # At the end 7 of 10 years are left, 700,000 USD, for a third year's 50,000: kept.
        (0.0, 0.0, 1e6 + 3 * 50e3 - 0.7e6),
        (0.6, 0.0, 1e6 + 3 * 50e3 - 0.7e6),  # 600,000 now, or 650,000 net: kept
        (0.7, 1.0, 1e6 + 2 * 50e3 - 0.7e6),  # 700,000 now: sold
    ],
)
def test_a_sale_takes_its_residual_along(solve_case, fraction, retired, usd):
    tables = with_engine(resale_fraction=fraction)
    answer = solve_case({"finance.residuals": True}, **tables)
    assert answer.usd == near(usd)
    assert answer.value("retire_modules", "s", "engine", 0, ...) == near(retired, abs=1e-9)


def test_buying_to_sell_is_no_gain(solve_case):
    # Nobody needs the engine beside free power. Resale at its full price, upkeep of nothing, and a
    # rate at which money costs nothing: nothing is earned by holding it.
    tables = {
        "periods": [{}] * 3,
        "power_technologies": [
            {"technology": "free"},
            {"technology": "engine", "life_years": 10.0, "resale_fraction": 1.0},
        ],
        "power_costs": [{"technology": "engine", "overnight_capex_usd_per_kw": 1000.0}],
    }
    for residuals in (True, False):
        assert solve_case({"finance.residuals": residuals}, **tables).usd == near(0.0, abs=1e-6)


def test_a_sale_is_discounted(solve_case):
    # At 8 %: capital in the middle of month 0, two years of upkeep, the sale in that of month 24.
    answer = solve_case({"finance.discount_rate": 0.08}, **with_engine(resale_fraction=0.5))
    middles = [1.08 ** (-(month + 0.5) / 12) for month in range(25)]
    upkeep = 50e3 / 12 * sum(middles[:24])
    assert answer.usd == near(1e6 * middles[0] + upkeep - 0.5e6 * middles[24])


@pytest.mark.parametrize(("share", "usd"), [(0.05, 4.8e6), (10.0, 3.3e6)])
def test_what_retires_is_whole_where_the_builds_are(solve_case, share, usd):
    # Modules of 3 MW for 4 MW in the first year and 2.5 MW in the second, at 500 USD/kW and 200
    # USD/kW a year. Whole: two, one of which retires: 3e6 + 1.2e6 + 0.6e6; a single one leaves 1
    # MW unserved, 3.6e6. In parts: 2e6 + 0.8e6 + 0.5e6.
    answer = solve_case(
        {"power.whole_module_fraction": share},
        sites=[{"max_it_mw": 4.0}],
        periods=[{}, {}],
        demand=[{"output_tokens_per_s": [4e6, 2.5e6]}],
        power_technologies=[{"technology": "k", "module_mw": 3.0}],
        power_costs=[
            {
                "technology": "k",
                "overnight_capex_usd_per_kw": 500.0,
                "fixed_om_usd_per_kw_year": 200.0,
            }
        ],
    )
    assert answer.usd == near(usd)


# --- bridging gas until the reactor ------------------------------------------------------------

# Gas from the first year, a reactor from the third, for 1 MW in four years of 1,000 hours. The
# reactor costs 2,000 USD/kW and 10 USD/MWh, the engine 500 USD/kW, 60 USD/MWh and its upkeep.
BRIDGE = {
    "periods": [{}] * 4,
    "power_technologies": [
        {"technology": "engine", "life_years": 20.0},
        {"technology": "smr", "life_years": 60.0, "procurement_months": 24},
    ],
    "power_costs": [
        {
            "technology": "engine",
            "overnight_capex_usd_per_kw": 500.0,
            "fixed_om_usd_per_kw_year": 40.0,
            "variable_om_usd_per_mwh": 60.0,
        },
        {
            "technology": "smr",
            "overnight_capex_usd_per_kw": 20.0,
            "variable_om_usd_per_mwh": 10.0,
        },
    ],
    "demand": [{}],
}


def bridge(engine=None, **costs):
    first, reactor = BRIDGE["power_technologies"]
    cost, of_reactor = BRIDGE["power_costs"]
    return BRIDGE | {
        "power_technologies": [first | (engine or {}), reactor],
        "power_costs": [cost | costs, of_reactor],
    }


# Two years of gas at 500,000 + 2 · (40,000 + 60,000); the reactor 20,000 and two years at 10,000.
GAS, REACTOR = 500e3 + 2 * 100e3, 20e3 + 2 * 10e3


def test_bridging_gas_is_retired_when_the_reactor_comes(solve_case):
    assert solve_case(**bridge()).usd == near(GAS + REACTOR)


def test_bridging_gas_is_resold_when_the_reactor_comes(solve_case):
    # Half of its price at two years of age.
    answer = solve_case(**bridge({"resale_fraction": 0.5}))
    assert answer.usd == near(GAS + REACTOR - 250e3)


def test_bridging_gas_is_leased_and_given_back(solve_case):
    # 20 USD/kW a month for 24 months instead of 500: 480,000.
    leased = {"leased": True, "lease_term_months": 24}
    tables = bridge(leased, overnight_capex_usd_per_kw=0.0, lease_usd_per_kw_month=20.0)
    answer = solve_case(**tables)
    assert answer.usd == near(480e3 + 2 * 100e3 + REACTOR)
    assert answer.component("power_lease") + answer.component("power_lease_saved") == near(480e3)


def test_a_lease_is_paid_to_the_end_of_its_term(solve_case):
    # The same with a least term of 25 months: no step starts between it and month 36, so a third
    # year of rent and upkeep is paid, 240,000 + 40,000.
    leased = {"leased": True, "lease_term_months": 25}
    tables = bridge(leased, overnight_capex_usd_per_kw=0.0, lease_usd_per_kw_month=20.0)
    assert solve_case(**tables).usd == near(480e3 + 2 * 100e3 + 280e3 + REACTOR)


def test_bridging_gas_stays_as_backup(solve_case):
    # The reactor is out for half of the time, and the peak asks for 1 MW of firm capacity.
    tables = bridge()
    tables["power_technologies"][1]["forced_outage_fraction"] = 0.5
    tables["power_costs"][1]["overnight_capex_usd_per_kw"] = 200.0
    answer = solve_case({"power.adequacy": True}, **tables)
    # Of x MW of reactor half is there: each x saves 50 USD/MWh on 500 MWh in two years, 50,000,
    # and costs 200,000: none is built, unless the engine could go. Two MW of reactor: 400,000,
    # against 80,000 of upkeep and 100,000 of dearer energy. So gas runs throughout.
    assert answer.usd == near(500e3 + 4 * 100e3)
    # At 20 USD/kW, 2 MW of reactor cost 40,000 and replace it all: 80,000 + 100,000 saved.
    tables["power_costs"][1]["overnight_capex_usd_per_kw"] = 20.0
    answer = solve_case({"power.adequacy": True}, **tables)
    assert answer.usd == near(GAS + 40e3 + 2 * 10e3)
    # Where the site holds 1 MW of reactor, the engine has to stay, half of it: 40 USD/kW · 500 kW
    # a year, and it runs for the half that is missing.
    tables["power_technologies"][1]["max_site_mw"] = 1.0
    answer = solve_case({"power.adequacy": True}, **tables)
    assert answer.usd == near(GAS + 20e3 + 2 * (500 * 10.0 + 500 * 60.0 + 500 * 40.0))
    assert answer.value("retire_modules", "s", "engine", 0, 2) == near(0.5)
