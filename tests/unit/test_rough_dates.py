"""What is of use with fewer service dates: which columns that is in the steps of all dates."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.properties.site_cases import OPTIONS, case_of_four

import tokenworks as tw
from tokenworks.build import INVESTMENT, OF_NO_STEP, build
from tokenworks.calendar import Calendar, make_calendar
from tokenworks.inputs import Inputs, assemble, of_sites
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver import columns, rough_dates, some_sites
from tokenworks.solver.known import Name, named_columns
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.parts import split
from tokenworks.solver.rough_dates import OfUse, in_steps, of_use, restricted, with_rough_dates
from tokenworks.solver.search import Search
from tokenworks.solver.some_sites import solve_many_sites
from tokenworks.solver.whole import nothing, solve_whole
from tokenworks.solver.wide import Wide

Write = Callable[..., Path]


def cut_at(*months: int) -> Calendar:
    """One period of a year, cut at months."""
    periods = pd.DataFrame(
        {
            "period": ["2030"],
            "start": pd.to_datetime(["2030-01-01"]),
            "end": pd.to_datetime(["2031-01-01"]),
            "seconds": [np.nan],
        }
    )
    return make_calendar(periods, months, 1, 12)


def used(rough: list[Name], fine: list[Name], alike: tuple[str, ...] = ()) -> list[bool]:
    found = OfUse(frozenset(rough), cut_at(6))
    return in_steps(found, cut_at(2, 6, 9), fine, alike).tolist()


def test_a_column_is_of_use_around_a_step_and_before_the_next() -> None:
    """Months 0, 2, 6, 9 in steps that begin with months 0 and 6."""
    fine: list[Name] = [("systems", ("s", "h", step)) for step in range(4)]
    assert used([("systems", ("s", "h", 1))], fine) == [False, True, True, True]
    assert used([("systems", ("s", "h", 0))], fine) == [True, True, False, False]
    assert used([("systems", ("s", "other", 1))], fine) == [False] * 4


def test_both_steps_of_a_column_are_found() -> None:
    fine: list[Name] = [("sell", ("s", v, u)) for v in range(3) for u in range(v + 1, 4)]
    found = used([("sell", ("s", 0, 1))], fine)
    assert found == [v < 2 and u > 0 for _, (_, v, u) in fine]


def test_what_is_held_and_what_is_no_step_stay_what_they_are() -> None:
    assert used([("build", ("s", -1))], [("build", ("s", -1)), ("build", ("s", -2))]) == [
        True,
        False,
    ]
    filed: list[Name] = [("file_route", ("s", "air", month)) for month in (0, 5, 11)]
    assert used([("file_route", ("s", "air", 2))], filed) == [True] * 3
    assert used([("file_route", ("s", "land", 2))], filed) == [False] * 3


def test_labels_that_are_alike_stand_for_each_other() -> None:
    flows: list[Name] = [("flow", (w, r, 0)) for w in ("chat", "code") for r in ("east", "west")]
    assert used([("flow", ("chat", "east", 0))], flows) == [True, False, False, False]
    both = used([("flow", ("chat", "east", 0))], flows, ("east", "west"))
    assert both == [True, True, False, False]


def test_whole_numbers_that_are_no_steps_are_those_of_the_blocks() -> None:
    """Steps are e, v and u; months of filing f; levels and tranches j."""
    found: dict[str, int] = {}
    for block in INVESTMENT:
        _, _, doc = str(block.__doc__).partition("\nVariables")
        variables = re.split(r"\n(?=\w)", doc)[0]
        for name, index in re.findall(r"\n    (\w+)\[([^\]]*?)(?: in \w+)?\]", variables):
            letters = [letter.strip() for letter in index.split(",")]
            for letter in {"f", "j"} & {*letters}:
                found[name] = letters.index(letter)
    assert found == OF_NO_STEP


def test_dates_are_rounded_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = assemble(tw.load("us-quick").with_({"time.step_months": 1}))
    assert len(exact.calendar.steps) <= rough_dates.MANY_STEPS
    assert with_rough_dates(exact) is None
    monkeypatch.setattr(rough_dates, "MANY_STEPS", 10)
    assert with_rough_dates(exact) is None  # a fifth fewer are not worth it
    monkeypatch.setattr(rough_dates, "WORTH", 0.2)
    rough = with_rough_dates(exact)
    assert rough is not None
    assert len(rough.calendar.steps) < len(exact.calendar.steps)
    assert with_rough_dates(rough) is None


@pytest.fixture
def many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rough_dates, "MANY_STEPS", 0)
    monkeypatch.setattr(rough_dates, "WORTH", 0.0)


def inputs_of(seed: int, write_scenario: Write) -> Inputs:
    return assemble(load_scenario(write_scenario(OPTIONS, **case_of_four(seed, links=False))))


@pytest.mark.usefixtures("many_steps")
@pytest.mark.parametrize("seed", range(2))
def test_what_is_restricted_is_asked_with_all_that_it_needs(
    seed: int, write_scenario: Write
) -> None:
    x = inputs_of(seed, write_scenario)
    rough, sites = with_rough_dates(x), list(x.tables["sites"]["site"])
    assert rough is not None
    assert len(rough.calendar.steps) < len(x.calendar.steps)
    found = of_use(rough, sites, x.scenario.solve, nothing)
    assert found is not None
    model = build(of_sites(x, sites))
    matrix = compile_matrix(model.pyomo)
    few = restricted(model, found)
    assert few.shape[1] < matrix.shape[1]
    every, parts = split(matrix, model.operating), split(few, model.operating)
    left = set(named_columns(few, parts))
    assert left < set(named_columns(matrix, every))
    # A site's dispatch of a step is there whole or not at all.
    sizes = {len(part.columns) for part in every.dispatches}
    assert {len(part.columns) for part in parts.dispatches} <= sizes
    assert {name for name, _ in left} >= {"unserved_mtokens_per_s", "is_open", "systems"}


@pytest.mark.parametrize("seed", range(2))
def test_what_is_of_use_alone_takes_no_more_rounds(
    seed: int, write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = inputs_of(seed, write_scenario)
    model = build(x)
    options = x.scenario.solve.model_copy(update={"gap": 0.05})
    rounds: list[Wide] = []
    relax = Wide.relax

    def counted(wide: Wide, seconds: float, *, closely: bool = False) -> bool:
        rounds.append(wide)
        return relax(wide, seconds, closely=closely)

    monkeypatch.setattr(Wide, "relax", counted)

    def searched(*, alone: bool) -> tuple[int, Wide]:
        rounds.clear()
        began = time.perf_counter()
        matrix = compile_matrix(model.pyomo)
        search = Search(
            *(model, matrix, options, nothing, began), always_wide=True, columns_alone=alone
        )
        assert search.wide is not None
        return len(rounds), search.wide

    count, wide = searched(alone=True)
    assert count <= searched(alone=False)[0]
    assert wide.value - wide.bound <= columns.SHARE * options.gap * abs(wide.value)


@pytest.mark.slow
@pytest.mark.usefixtures("many_steps")
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.nightly) for n in (1, 2))])
@pytest.mark.parametrize("of_none", [False, True])
def test_plans_from_fewer_steps_lie_between_the_bounds(
    seed: int, of_none: bool, write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where what is of use with few steps, here nothing, has no plan in all of them."""
    x, asked = inputs_of(seed, write_scenario), list[OfUse]()

    def told(*args: object) -> OfUse | None:
        found = of_use(*args)  # type: ignore[arg-type]
        asked.extend([found] if found else [])
        return replace(found, names=frozenset()) if found and of_none else found

    monkeypatch.setattr(some_sites, "of_use", told)
    options = x.scenario.solve.model_copy(update={"gap": 1e-3})
    whole = solve_whole(build(x), options)
    _, found = solve_many_sites(x, options)
    assert asked
    assert "few steps" in found.seconds
    tolerance = 1e-6 * abs(whole.objective_usd)
    assert np.isfinite(found.bound_usd)
    assert found.bound_usd <= whole.objective_usd + tolerance
    assert found.objective_usd >= whole.bound_usd - tolerance
