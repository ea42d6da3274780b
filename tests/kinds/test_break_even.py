"""Break-even, by hand."""

from __future__ import annotations

from functools import partial

import pytest

from tokenworks.errors import InputError
from tokenworks.schema.study_kinds import BreakEven
from tokenworks.study.kinds.break_even import Tried, brackets, next_values
from tokenworks.study.kinds.measures import Level

near = partial(pytest.approx, rel=1e-9)
CAPEX = "tables.hardware[h].capex_usd"
# Two systems for the same tokens: h at 100,000 USD, g at 70,000 and 40,000 of upkeep in the year.
TWO = {
    "hardware": [
        {"system": "h", "capex_usd": 100e3},
        {"system": "g", "capex_usd": 70e3, "fixed_om_usd_per_year": 40e3},
    ],
}
WITHOUT_H = {"tables.hardware[h].enabled": False}


def only(frame):
    (row,) = frame.to_dict("records")
    return row


@pytest.mark.slow
def test_target_of_cost_per_token(write_scenario, run_kind):
    # 3.6e6 Mtokens for 0.025 USD each are 90,000 USD: 0.9 times the price of h.
    found = run_kind(
        write_scenario(hardware=[{"capex_usd": 100e3}]),
        "break_even",
        address=CAPEX,
        action="scale",
        low=0.5,
        high=1.5,
        measure="cost_usd_per_mtoken",
        target=0.025,
        tolerance_fraction=0.1,
    )
    row = only(found["break_even"])
    assert row["break_even_least"] <= 0.9 <= row["break_even_most"]
    assert row["break_even_most"] - row["break_even_least"] <= 0.1
    assert "rises above the target" in row["verdict"]


@pytest.mark.slow
def test_price_at_which_a_system_enters(write_scenario, run_kind):
    # g costs 110,000 in all: with h beside it nothing is dearer, and from 110,000 on h is not used.
    # The difference is negative below, zero above: the sign turns nowhere, and that is said.
    section = {"address": CAPEX, "low": 50e3, "high": 150e3, "against": WITHOUT_H}
    row = only(run_kind(write_scenario(**TWO), "break_even", **section)["break_even"])
    assert "within the gap" in row["verdict"]
    # Of the megawatts of h, that fall below a hundredth there.
    section = {"address": CAPEX, "low": 50e3, "high": 150e3, "target": 0.01}
    section |= {"tolerance_fraction": 0.1}
    found = run_kind(write_scenario(**TWO), "break_even", measure="hardware[h]", **section)
    row = only(found["break_even"])
    assert row["break_even_least"] <= 110e3 <= row["break_even_most"]
    assert row["break_even_most"] - row["break_even_least"] <= 1e4
    assert row["verdict"].endswith("of the plans found")


@pytest.mark.slow
def test_two_scenarios_cost_the_same(write_scenario, run_kind):
    # With h alone 100,000 x f; with g alone 110,000.
    case = write_scenario(hardware=[TWO["hardware"][0], {**TWO["hardware"][1], "enabled": False}])
    swap = {"tables.hardware[g].enabled": True, **WITHOUT_H}
    found = run_kind(
        case, "break_even", address=CAPEX, low=5e4, high=15e4, against=swap, most_runs=8
    )
    row = only(found["break_even"])
    assert row["break_even_least"] <= 110e3 <= row["break_even_most"]
    tried = found["break_even_tried"]
    assert tried["difference"].tolist() == near([v - 110e3 for v in tried["value"]])


def test_none_in_the_range(write_scenario, run_kind):
    case = write_scenario(hardware=[{"capex_usd": 100e3}])
    section = {"address": CAPEX, "low": 1e5, "high": 2e5, "target": 9e4}
    found = run_kind(case, "break_even", **section)
    assert only(found["break_even"])["verdict"].startswith("none in the range: it is higher")
    assert len(found["break_even_tried"]) == 2


@pytest.mark.parametrize("target", [{}, {"target": 1.0, "against": {CAPEX: 1.0}}])
def test_target_or_against(write_scenario, run_kind, target):
    with pytest.raises(InputError, match="give a `target`, or changes `against`"):
        run_kind(write_scenario(), "break_even", address=CAPEX, low=2.0, high=1.0, **target)


def of(value, low, high):
    return Tried(value, Level((low + high) / 2.0, low, high, proven=True))


def test_what_is_within_the_gap_stays_in_the_interval():
    # Certain below 2 and above 6, not to be told between: halves of 2 to 3 and of 5 to 6 are next.
    asked = BreakEven(address="finance.discount_rate", low=0.0, high=8.0, target=0.0)
    tried = [of(0, -4, -2), of(2, -2, -1), of(3, -1, 1), of(5, -1, 2), of(6, 1, 3), of(8, 2, 4)]
    (bracket,) = brackets(tried)
    assert (bracket.left.value, bracket.right.value) == (2, 6)
    assert next_values(asked, tried) == [2.5, 5.5]


def test_every_turn_is_found():
    tried = [of(0, 1, 2), of(1, -2, -1), of(2, 1, 2)]
    assert [(b.left.value, b.right.value) for b in brackets(tried)] == [(0, 1), (1, 2)]
