"""Power assets that make no sense are refused where they stand, and told what would be right."""

from __future__ import annotations

import pytest

from tokenworks.errors import InputError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario

TERM = {"technology": "k", "leased": True, "lease_term_months": 30, "life_years": 2.0}
RENT = {"technology": "k", "lease_usd_per_kw_month": 9.0}

WRONG = [
    (
        {"power_technologies": [{"technology": "k", "leased": True}]},
        ("power_costs", "lease_usd_per_kw_month", "has no rent", "give its rent"),
    ),
    (
        {
            "power_technologies": [{"technology": "k", "leased": True}],
            "power_costs": [RENT | {"overnight_capex_usd_per_kw": 9.0}],
        },
        ("power_costs", "overnight_capex_usd_per_kw", "is leased, and has a capital", "give 0"),
    ),
    (
        {"power_technologies": [{"technology": "k"}], "power_costs": [RENT]},
        ("power_costs", "lease_usd_per_kw_month", "is not leased", "set `leased`"),
    ),
    (
        {"power_technologies": [TERM], "power_costs": [RENT]},
        ("power_technologies", "lease_term_months", "longer than the life", "within the life"),
    ),
    (
        {"power_technologies": [{"technology": "k", "lease_term_months": 3}]},
        ("power_technologies", "lease_term_months", "is not leased", "set `leased`"),
    ),
    (
        {
            "power_technologies": [{"technology": "k", "leased": True, "resale_fraction": 0.5}],
            "power_costs": [RENT],
        },
        ("power_technologies", "resale_fraction", "not the plan's to sell", "blank"),
    ),
]


@pytest.mark.parametrize(("tables", "answer"), WRONG)
def test_nonsense_is_refused(write_scenario, tables, answer):
    table, column, problem, remedy = answer
    with pytest.raises(InputError) as error:
        assemble(load_scenario(write_scenario(**tables)))
    (found,) = error.value.problems
    assert (found.file.rpartition("/")[2], found.column) == (f"{table}.csv", column)
    assert problem in found.problem
    assert remedy in found.remedy
