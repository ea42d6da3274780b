"""The size of the dispatch is known before it is made, and what is too large is refused."""

from __future__ import annotations

import pytest

from tokenworks import build as building
from tokenworks.build import build
from tokenworks.candidates import candidates, dispatch_columns
from tokenworks.errors import InputError
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario

DISPATCH = ("generate_mw", "import_mw", "charge_mw", "discharge_mw", "stored_mwh")


@pytest.fixture(scope="module")
def inputs():
    return assemble(load_scenario("us-tiny"))


def test_size_is_what_is_built(inputs):
    m = build(inputs).pyomo
    made = sum(len(m.component(name)) for name in DISPATCH)
    assert dispatch_columns(inputs, candidates(inputs)) == made


def test_what_is_too_large_is_refused_before_it_is_built(inputs, monkeypatch):
    monkeypatch.setattr(building, "MOST_DISPATCH_COLUMNS", 100)
    with pytest.raises(InputError, match=r"us-tiny: its dispatch has [0-9,]+ columns.*fewer sites"):
        build(inputs)
