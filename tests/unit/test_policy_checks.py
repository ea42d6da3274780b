"""What the owner asks for is refused in words where it makes no sense."""

from __future__ import annotations

import pytest

from tokenworks.errors import InputError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario

TWO_VENDORS = {"hardware": [{"system": "a", "vendor": "A"}, {"system": "b", "vendor": "B"}]}
SOVEREIGN = {"workloads": [{"sovereign": True}]}
COUNTRIES = {"jurisdictions": [{"jurisdiction": "j"}, {"jurisdiction": "k"}]}


@pytest.mark.parametrize(
    ("options", "tables", "place", "words"),
    [
        (
            {},
            {"accepted_models": [{"workload": "w", "model": "m"}]},
            ("accepted_models.csv", "model"),
            "is the model of `w` already",
        ),
        (
            {},
            {"accepted_models": [{"workload": "w", "model": "n"}]},
            ("accepted_models.csv", "model"),
            "no model `n`",
        ),
        ({}, SOVEREIGN, ("regions.csv", "jurisdiction"), "served in their country"),
        (
            {"policy.least_sovereign_fraction": 0.5},
            {},
            ("regions.csv", "jurisdiction"),
            "served in their country",
        ),
        (
            {"unserved": "forbidden"},
            SOVEREIGN | COUNTRIES | {"regions": [{"jurisdiction": "k"}]},
            ("demand.csv", "region"),
            "where no enabled site lies",
        ),
        (
            {"policy.most_vendor_fraction": 0.4},
            TWO_VENDORS,
            ("hardware.csv", "vendor"),
            "with 2 vendors",
        ),
        ({"policy.most_vendor_fraction": 0.5}, {}, ("hardware.csv", "vendor"), "it is blank"),
        (
            {},
            {"software_stacks": [{"stack": "cuda"}]},
            ("software_stacks.csv", "stack"),
            "no system in `hardware`",
        ),
        (
            {},
            {"sites": [{"lease_usd_per_kw_month": 10.0, "shell_cost_usd_per_mw": 1.0}]},
            ("sites.csv", "shell_cost_usd_per_mw"),
            "the rent contains this already",
        ),
        (
            {},
            {"sites": [{"lease_usd_per_kw_month": 10.0, "land_cost_usd": 1.0}]},
            ("sites.csv", "land_cost_usd"),
            "the rent contains this already",
        ),
        (
            {},
            {"sites": [{"commissioning_mw_per_month": 0.0}]},
            ("sites.csv", "commissioning_mw_per_month"),
            "not above 0",
        ),
        (
            {},
            {
                "hall_retrofits": [
                    {"site": "s", "hall_density_kw_per_rack": 900.0, "liquid_cooling": False}
                ]
            },
            ("hall_retrofits.csv", "hall_density_kw_per_rack"),
            "1000 kW a rack as built",
        ),
        (
            {},
            {
                "hall_retrofits": [
                    {"site": "t", "hall_density_kw_per_rack": 900.0, "liquid_cooling": False}
                ]
            },
            ("hall_retrofits.csv", "site"),
            "no site `t`",
        ),
    ],
)
def test_nonsense_is_refused(write_scenario, options, tables, place, words):
    with pytest.raises(InputError) as raised:
        assemble(load_scenario(write_scenario(options, **tables)))
    found = [p for p in raised.value.problems if words in p.problem]
    assert [(p.file.rpartition("/")[2], p.column) for p in found] == [place]
    assert found[0].remedy
