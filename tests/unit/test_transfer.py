"""What the cuts of one scenario's dispatches prove of another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.properties.cases import OPTIONS, random_case

from tokenworks.build import build
from tokenworks.inputs import assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.schema.scenario import Scenario
from tokenworks.solver.dispatch import Dispatch
from tokenworks.solver.highs import cost_scale
from tokenworks.solver.known import by_figures, figures_of
from tokenworks.solver.matrix import Floats, compile_matrix
from tokenworks.solver.parts import split
from tokenworks.solver.transfer import Places, There, places_of, transferred

Write = Callable[..., Path]
Cuts = dict[bytes, tuple[tuple[Floats, float], ...]]
SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))]
# Other figures of the same dispatches, and fewer stocks of some.
CHANGES: list[dict[str, Any]] = [
    {},
    {"tables.fuel_prices[*].price_usd_per_mmbtu": {"scale": 1.25}},
    {"tables.tariffs[*].energy_usd_per_mwh": {"scale": 0.9}},
    {"tables.permit_routes[*].route_months": {"add": 3}},
]


class _Program:
    """The dispatches of a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        model = build(assemble(scenario))
        matrix = compile_matrix(model.pyomo)
        parts, scale = split(matrix, model.operating), cost_scale(matrix.cost)
        self.dispatches = [Dispatch(part, matrix, scale) for part in parts.dispatches]
        sites = model.candidates.siting.first_step
        self.there = There(matrix, parts, sites, scale, self.dispatches.__getitem__)

    def stocks(self, draw: np.random.Generator) -> list[Floats]:
        """Much capacity and little load, so that most can be dispatched."""
        found = []
        for part in self.there.parts.dispatches:
            columns = (self.there.matrix.columns[place] for place in part.stocks)
            names = [column.parent_component().local_name for column in columns]
            most = [5.0 if "load" in name or "idle" in name else 100.0 for name in names]
            found.append(draw.uniform(0.5, 1.0, len(names)) * most)
        return found

    def taught(self, draw: np.random.Generator, times: int) -> tuple[Cuts, Places]:
        """Cuts where it was asked, and where its dispatches are."""
        there, cuts = self.there, []
        for _ in range(times):
            for number, at in enumerate(self.stocks(draw)):
                cuts.append(self.dispatches[number].at(at).cut(number, at))
        figures = [figures_of(there.matrix, part) for part in there.parts.dispatches]
        places = places_of(there.matrix, there.parts, there.sites, figures)
        return by_figures(there.matrix, there.parts, cuts, there.scale), places


@pytest.mark.parametrize("seed", SEEDS)
def test_cuts_taken_over_prove_no_more_than_a_dispatch_costs(
    seed: int, write_scenario: Write
) -> None:
    scenario = load_scenario(write_scenario(OPTIONS, **random_case(seed)))
    first = _Program(scenario)
    cuts, places = first.taught(np.random.default_rng(seed), 3)
    for change in CHANGES:
        other = _Program(scenario.with_(change))
        numbers = range(len(other.dispatches))
        stocks = other.stocks(np.random.default_rng(seed))
        best: dict[int, float] = defaultdict(lambda: -np.inf)
        for cut in transferred(cuts, places, numbers, other.there):
            value = cut.constant + float(cut.slopes @ stocks[cut.dispatch])
            best[cut.dispatch] = max(best[cut.dispatch], value)
        assert best.keys() == set(numbers), change
        powered, costs, proven = 0, 0.0, 0.0
        for number in numbers:
            answer = other.dispatches[number].at(stocks[number])
            if answer.shortfall <= 1e-9:
                powered += 1
                assert best[number] <= answer.cost + 1e-6 * max(1.0, abs(answer.cost)), change
                costs, proven = costs + answer.cost, proven + best[number]
        assert powered, "nothing could be dispatched"
        if [len(at) for at in stocks] == [len(at) for at in first.stocks(np.random.default_rng())]:
            # At stocks at which the first was asked.
            assert proven >= costs - 0.25 * abs(costs), change


def test_cuts_taken_over_to_the_same_scenario_are_the_same(write_scenario: Write) -> None:
    scenario = load_scenario(write_scenario(OPTIONS, **random_case(0)))
    first, again = _Program(scenario), _Program(scenario)
    cuts, places = first.taught(np.random.default_rng(0), 1)
    stocks = first.stocks(np.random.default_rng(0))  # where they were asked
    for cut in transferred(cuts, places, range(len(stocks)), again.there):
        cost = first.dispatches[cut.dispatch].at(stocks[cut.dispatch]).cost
        value = cut.constant + float(cut.slopes @ stocks[cut.dispatch])
        assert value == pytest.approx(cost, rel=1e-5, abs=1e-5)
    assert not transferred(cuts, places, [], again.there)
    assert not transferred(cuts, {}, range(len(stocks)), again.there)
