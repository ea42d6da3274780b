"""Power assets that make no sense are refused where they stand, and told what would be right."""

from __future__ import annotations

import pytest

from tokenworks.errors import InputError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario

TERM = {"technology": "k", "leased": True, "lease_term_months": 30, "life_years": 2.0}
RENT = {"technology": "k", "lease_usd_per_kw_month": 9.0}
USE = {"supply": "p", "units_per_asset_count": 1.0}
UNIT = {"technology": "free", "from_unit_count": 1, "cost_ratio": 1.0}
CREDIT = {"technology": "free", "credit": "c"}
PAYS = CREDIT | {"investment_credit_fraction": 0.3}

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
    (
        {"supply": [{"supply": "p", "year": 2030}], "supply_uses": [USE | {"asset": "fre"}]},
        ("supply_uses", "asset", "no technology and no system `fre`", "`free`"),
    ),
    (
        {
            "supply": [{"supply": "p", "year": 2030}],
            "supply_uses": [USE | {"asset": "grid"}],
            "power_technologies": [{"technology": "grid"}],
        },
        ("supply_uses", "asset", "more than one of", "id of its own"),
    ),
    (
        {"power_series": [UNIT | {"from_unit_count": 2}]},
        ("power_series", "from_unit_count", "begins with unit 2", "begin with unit 1"),
    ),
    (
        {"power_series": [UNIT, UNIT | {"from_unit_count": 3, "cost_ratio": 1.1}]},
        ("power_series", "cost_ratio", "unit 3 of `free` is dearer than unit 1", "`supply`"),
    ),
    (
        {
            "power_technologies": [{"technology": "free", "leased": True}],
            "power_costs": [RENT | {"technology": "free"}],
            "power_series": [UNIT],
        },
        ("power_series", "technology", "no capital to multiply", "leave its series out"),
    ),
    (
        {"tax_credits": [CREDIT]},
        ("tax_credits", "investment_credit_fraction", "pays nothing", "a share or a rate"),
    ),
    (
        {"tax_credits": [CREDIT | {"production_credit_usd_per_mwh": 9.0}]},
        ("tax_credits", "production_credit_years", "both a rate and years", "or neither"),
    ),
    (
        {"tax_credits": [CREDIT | {"production_credit_years": 9.0}]},
        ("tax_credits", "production_credit_usd_per_mwh", "both a rate and years", "or neither"),
    ),
    (
        {
            "power_technologies": [{"technology": "free", "kind": "storage", "storage_hours": 4.0}],
            "tax_credits": [
                CREDIT | {"production_credit_years": 9.0, "production_credit_usd_per_mwh": 9.0}
            ],
        },
        ("tax_credits", "production_credit_usd_per_mwh", "generates nothing", "blank"),
    ),
    (
        {
            "power_technologies": [{"technology": "free", "leased": True}],
            "power_costs": [RENT | {"technology": "free"}],
            "tax_credits": [CREDIT | {"investment_credit_fraction": 0.3}],
        },
        ("tax_credits", "investment_credit_fraction", "is leased", "blank"),
    ),
    (
        {"tax_credits": [PAYS | {"from_date": "2031-01-01", "until_date": "2030-01-01"}]},
        ("tax_credits", "until_date", "before it begins", "a date after `2031-01-01`"),
    ),
    (
        {"tax_credits": [PAYS, PAYS | {"credit": "d", "from_date": "2031-01-01"}]},
        ("tax_credits", "from_date", "both `d` and `c` fit", "`construction_until_date`"),
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
