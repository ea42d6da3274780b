"""Plans among some of many sites, and the bound that all of them prove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.properties import cases
from tests.properties.site_cases import COPIES, NAMING_SITES, OPTIONS, case_of_four, copied

import tokenworks as tw
from tokenworks.build import build
from tokenworks.candidates import candidates
from tokenworks.errors import SolverError
from tokenworks.inputs import Inputs, assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver import decomposed, dispatch, places, some_sites
from tokenworks.solver.carried import carried
from tokenworks.solver.decomposed import solve_decomposed
from tokenworks.solver.highs import Status
from tokenworks.solver.known import figures_of, of_plan
from tokenworks.solver.matrix import compile_matrix
from tokenworks.solver.parts import split
from tokenworks.solver.places import by_rank, first_sites, groups_of, names_of
from tokenworks.solver.site_values import Value, of_no_site, values_of
from tokenworks.solver.some_sites import solve_many_sites
from tokenworks.solver.whole import solve_whole

Write = Callable[..., Path]
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 9))]


def inputs_of(seed: int, write_scenario: Write, **changes: Any) -> Inputs:
    """Four sites, each in a zone of its own but for what `case_of_four` puts together."""
    path = write_scenario(OPTIONS | changes, **case_of_four(seed, links=False))
    return assemble(load_scenario(path))


def in_zones_of_their_own(x: Inputs) -> None:
    assert len(groups_of(x)) > 1, "nothing to leave out"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_row_of_a_group_holds_nothing_of_another(seed: int, write_scenario: Write) -> None:
    x = inputs_of(seed, write_scenario)
    groups = groups_of(x)
    in_zones_of_their_own(x)
    matrix = compile_matrix(build(x).pyomo)
    own = [names_of(x, group) for group in groups]

    def group_of(index: Any) -> set[int]:
        parts = {p for p in (index if isinstance(index, tuple) else (index,)) if isinstance(p, str)}
        return {n for n, names in enumerate(own) if names & parts}

    of_columns = [group_of(column.index()) for column in matrix.columns]
    rows = matrix.a.tocsr()
    held = 0
    for number, row in enumerate(matrix.rows):
        mine = group_of(row.index())
        if not mine:
            continue
        assert len(mine) == 1, row.name
        for place in rows.indices[rows.indptr[number] : rows.indptr[number + 1]]:
            assert of_columns[place] <= mine, (row.name, matrix.columns[place].name)
            held += 1
    assert held > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.nightly) for n in (1, 2, 3))]
)
@pytest.mark.parametrize("first", [1, 9])
@pytest.mark.parametrize("few", [False, True])
def test_bound_of_all_sites_is_below_the_best_plan(
    seed: int, first: int, few: bool, write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With few days, which are all that there are here, the first plan is carried over."""
    x = inputs_of(seed, write_scenario)
    in_zones_of_their_own(x)
    monkeypatch.setattr(some_sites, "first_sites", lambda _, order: order[:first])
    monkeypatch.setattr(some_sites, "_of_few_days", lambda x: replace(x) if few else None)
    options = x.scenario.solve.model_copy(update={"gap": 1e-3})
    whole = solve_whole(build(x), options)
    _, found = solve_many_sites(x, options)
    tolerance = 1e-6 * abs(whole.objective_usd)
    assert found.bound_usd <= whole.objective_usd + tolerance
    assert found.objective_usd >= whole.bound_usd - tolerance
    assert np.isfinite(found.bound_usd)
    # As large as the program of all sites, though that was never built; but for rows that only
    # sites share which were not searched.
    assert found.rows == pytest.approx(whole.rows, rel=2e-3)
    assert found.columns == pytest.approx(whole.columns, rel=2e-3)
    assert found.nonzeros == pytest.approx(whole.nonzeros, rel=2e-3)
    if found.gap <= options.gap:
        assert found.objective_usd == pytest.approx(whole.objective_usd, rel=2e-3)


def test_a_region_called_like_a_zone_makes_no_demand_a_site_s_own(write_scenario: Write) -> None:
    x = inputs_of(0, write_scenario)
    region = str(x.tables["regions"]["region"].iloc[0])
    zones = x.tables["sites"]["zone"].replace({x.tables["sites"]["zone"].iloc[0]: region})
    renamed = {**x.tables, "sites": x.tables["sites"].assign(zone=zones)}
    again = replace(x, tables=renamed)
    assert all(region not in names_of(again, group) for group in groups_of(again))


def test_held_sites_are_among_the_first(write_scenario: Write) -> None:
    x = inputs_of(0, write_scenario)
    held = {site for site in x.tables["holdings"]["site"] if site}
    assert held
    assert held <= set(first_sites(x, by_rank(x)))


def test_first_sites_reach_all_demand_that_any_site_reaches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = assemble(tw.load("us-quick"))
    monkeypatch.setattr(places, "FIRST", 1)
    monkeypatch.setattr(places, "MOST_FIRST", 1)
    chosen, order = first_sites(x, by_rank(x)), by_rank(x)
    assert 1 < len(chosen) < len(order)
    by_demand: dict[tuple[str, str], set[str]] = {}
    for workload, region, site, _ in candidates(x).serving.flows:
        by_demand.setdefault((workload, region), set()).add(site)
    assert len(by_demand) > 1
    zone = x.tables["sites"].set_index("site")["zone"]
    for demand, sites in by_demand.items():
        there = sites & set(chosen)
        assert len(there) >= min(3, len(sites)), demand
        assert zone[list(there)].nunique() >= min(3, zone[list(sites)].nunique()), demand


def test_many_sites_are_as_large_as_the_program_of_all(write_scenario: Write) -> None:
    x = inputs_of(0, write_scenario)
    model = build(x)
    matrix = compile_matrix(model.pyomo)
    parts, known = split(matrix, model.operating), of_plan({})
    names = frozenset[str]().union(*(names_of(x, group) for group in groups_of(x)))
    rest = of_no_site(matrix, parts, names, known)
    groups = values_of(x, groups_of(x), known, np.inf, 1, lambda: False, lambda _: None)
    assert not groups  # nothing is asked where there is no time
    asked = values_of(x, groups_of(x), known, 0.0, 1, lambda: True, lambda _: None)
    sizes = np.array([(one.rows, one.columns, one.nonzeros) for one in (rest, *asked)])
    assert sizes.sum(axis=0).tolist() == [*matrix.shape, int(matrix.a.nnz)]


def test_many_sites_are_counted_by_their_steps_too(
    write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = inputs_of(0, write_scenario)
    options, sites = x.scenario.solve, len(x.tables["sites"])
    whole = options.model_copy(update={"method": "whole"})
    monkeypatch.setattr(some_sites, "MOST_STEPS_AT_ONCE", sites * len(x.calendar.steps) - 1)
    assert not some_sites.is_of_many_sites(x, options)  # as few as are searched at first
    monkeypatch.setattr(some_sites, "FIRST", sites - 1)
    assert some_sites.is_of_many_sites(x, options)
    assert not some_sites.is_of_many_sites(x, whole)
    monkeypatch.setattr(some_sites, "MOST_STEPS_AT_ONCE", sites * len(x.calendar.steps))
    assert not some_sites.is_of_many_sites(x, options)
    monkeypatch.setattr(some_sites, "MOST_SITE_SLICES", 0)
    assert some_sites.is_of_many_sites(x, options)


def test_of_many_steps_fewer_sites_are_first(monkeypatch: pytest.MonkeyPatch) -> None:
    x = assemble(tw.load("us-quick"))
    monkeypatch.setattr(places, "FIRST", 2)
    monkeypatch.setattr(places, "REACHED_BY", 1)
    order, steps = by_rank(x), len(x.calendar.steps)
    monkeypatch.setattr(places, "MOST_SITE_STEPS", 4 * steps)
    enough = first_sites(x, order)
    monkeypatch.setattr(places, "MOST_SITE_STEPS", 3 * steps)
    fewer = first_sites(x, order)
    assert len(enough) == 4
    assert fewer == enough[:3]


def test_sites_with_the_same_operating_data_share_their_cuts(write_scenario: Write) -> None:
    tables = cases.random_case(0)
    for name in NAMING_SITES:
        tables[name] = [*tables[name], *(copied(row) for row in tables[name])]
    x = assemble(load_scenario(write_scenario(cases.OPTIONS, **(tables | {"site_links": []}))))
    model = build(x)
    matrix = compile_matrix(model.pyomo)
    of: dict[str, set[bytes]] = {}
    for part in split(matrix, model.operating).dispatches:
        site = matrix.columns[part.stocks[0]].index()[0]
        of.setdefault(site, set()).add(figures_of(matrix, part))
    one, other = (site for site in x.tables["sites"]["site"] if site in COPIES)
    assert of[one] == of[COPIES[one]]
    assert of[other] == of[COPIES[other]]
    assert not of[one] & of[other]


def test_sources_of_figures_name_no_set_of_the_model() -> None:
    x = assemble(tw.load("us-tiny"))
    assert len(x.tables["figure_sources"]) > 0
    assert all(set(group) <= names_of(x, group) for group in groups_of(x))


def test_there_is_a_bound_where_few_columns_gave_no_plan(
    write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then all columns are searched, and what the search among few has learned proves the bound."""
    x, dive = inputs_of(0, write_scenario), decomposed.dive
    monkeypatch.setattr(
        decomposed, "dive", lambda search, point: {} if search.wide else dive(search, point)
    )
    options = x.scenario.solve.model_copy(update={"gap": 0.05})
    _, found = solve_many_sites(x, options)
    tolerance = 1e-6 * abs(found.objective_usd)
    assert np.isfinite(found.bound_usd)
    assert found.bound_usd <= solve_whole(build(x), options).objective_usd + tolerance


def test_a_plan_is_kept_where_a_program_of_its_bound_has_no_optimum(
    write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise SolverError("a program of a site ended with status Unknown")

    x = inputs_of(0, write_scenario)
    monkeypatch.setattr(some_sites, "values_of", failing)
    _, found = solve_many_sites(x, x.scenario.solve.model_copy(update={"gap": 0.05}))
    assert np.isfinite(found.objective_usd)
    assert (found.bound_usd, found.status) == (-np.inf, Status.SOLVER_FAILED)


@pytest.mark.slow
def test_the_plan_of_many_sites_is_a_plan_of_the_scenario(
    write_scenario: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write_scenario(OPTIONS, **case_of_four(1, links=False))
    monkeypatch.setattr("tokenworks.plan.is_of_many_sites", lambda *_: True)
    monkeypatch.setattr(some_sites, "first_sites", lambda _, order: order[:2])
    plan = tw.solve(tw.load(path), gap=0.01)
    assert len(plan.inputs.tables["sites"]) == 4
    assert plan.bound_usd <= plan.objective_usd
    assert tw.read_plan(plan.save(tmp_path / "run")).objective_usd == plan.objective_usd


@pytest.mark.slow
def test_a_plan_whose_time_was_up_before_all_sites_were_asked_has_no_bound(
    write_scenario: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write_scenario(OPTIONS, **case_of_four(1, links=False))
    monkeypatch.setattr("tokenworks.plan.is_of_many_sites", lambda *_: True)
    monkeypatch.setattr(some_sites, "first_sites", lambda _, order: order[:2])
    monkeypatch.setattr(some_sites, "values_of", lambda *_: [])
    plan = tw.solve(tw.load(path), gap=0.01)
    assert (plan.bound_usd, plan.gap) == (-np.inf, np.inf)
    assert np.isfinite(plan.objective_usd)
    again = tw.read_plan(plan.save(tmp_path / "run"))
    assert (again.bound_usd, again.gap) == (-np.inf, np.inf)


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_a_plan_carried_over_to_the_same_days_costs_the_same(
    seed: int, write_scenario: Write
) -> None:
    x = inputs_of(seed, write_scenario)
    options = x.scenario.solve.model_copy(update={"gap": 0.02})
    found = solve_decomposed(build(x), options, always_wide=True)
    if found.known is None:
        pytest.skip("all columns were searched, so that nothing is known of prices")
    plan, known = carried(build(x), options, found.known, lambda: True) or (None, None)
    assert plan is not None
    assert known is not None
    assert plan.objective_usd == pytest.approx(found.objective_usd, rel=2e-3)
    # What is whole is the same, and its cuts are known by the figures of their dispatch.
    whole = {c.parent_component().local_name for c in _whole_columns(x)}
    for name in whole:
        for index, value in found.values[name].items():
            assert plan.values[name].get(index, 0.0) == pytest.approx(value, abs=1e-6)
    assert sum(map(len, known.cuts.values())) > sum(map(len, found.known.cuts.values()))


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_a_plan_that_lacks_power_is_carried_over_with_more(
    seed: int, write_scenario: Write
) -> None:
    """A plan without its power is none; with what is added it costs about as much as it did."""
    x = inputs_of(seed, write_scenario)
    options = x.scenario.solve.model_copy(update={"gap": 0.02})
    found = solve_decomposed(build(x), options, always_wide=True)
    if found.known is None:
        pytest.skip("all columns were searched, so that nothing is known of prices")
    values = found.known.values
    built = {index for index, value in values["build_modules"].items() if value > 0.5}
    assert built, "nothing to leave out"
    bare = {**values, "build_modules": dict.fromkeys(built, 0.0)}
    known = replace(found.known, values=bare)
    plan, _ = carried(build(x), options, known, lambda: True) or (None, None)
    assert plan is not None
    assert plan.objective_usd >= found.bound_usd * (1.0 - 1e-6)
    assert plan.objective_usd == pytest.approx(found.objective_usd, rel=0.03)
    for column in _whole_columns(x):
        name, index = column.parent_component().local_name, column.index()
        assert plan.values[name].get(index, 0.0) >= bare[name].get(index, 0.0) - 1e-6


def _whole_columns(x: Inputs) -> list[Any]:
    matrix = compile_matrix(build(x).pyomo)
    return [matrix.columns[place] for place in np.flatnonzero(matrix.whole).tolist()]


def test_a_shortfall_that_seems_cheap_is_not_taken_for_a_plan(
    write_scenario: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A price of a shortfall below what it saves once left a search with no plan at all."""
    x = inputs_of(0, write_scenario)
    options = x.scenario.solve.model_copy(update={"gap": 0.02})
    dear = solve_decomposed(build(x), options, always_wide=True)
    monkeypatch.setattr(dispatch, "SHORTFALL_OVER_COST", 0.2)
    cheap = solve_decomposed(build(x), options, always_wide=True)
    assert cheap.objective_usd == pytest.approx(dear.objective_usd, rel=0.05)


def test_groups_that_are_worth_most_are_looked_at_again(write_scenario: Write) -> None:
    x = inputs_of(0, write_scenario)
    options = x.scenario.solve.model_copy(update={"gap": 0.02})
    known = solve_decomposed(build(x), options, always_wide=True).known
    groups, said = groups_of(x), list[str]()
    once = values_of(x, groups, known, 1e15, 1, lambda: True, said.append)
    assert said == [f"{n} of {len(groups)} groups" for n in range(1, len(groups) + 1)]
    said.clear()
    again = values_of(x, groups, known, 0.0, 1, lambda: True, said.append)
    assert len(said) > len(groups), "no group was looked at again"
    tolerance = 1e-6 * sum(abs(value.usd) for value in once)
    for first, last in zip(once, again, strict=True):
        assert last.usd >= first.usd - tolerance


def test_groups_are_looked_at_until_the_gap_is_closed(write_scenario: Write) -> None:
    x = inputs_of(0, write_scenario)
    options = x.scenario.solve.model_copy(update={"gap": 0.02})
    found = solve_decomposed(build(x), options, always_wide=True)
    best = replace(found, objective_usd=100.0)
    search = some_sites._Search(x, options, lambda *_: None, 0.0, groups_of(x), [], [])
    search.gap_among = 0.015
    rest = Value(usd=99.5, cuts={}, rows=0, columns=0, nonzeros=0)
    # A plan of 100 is within 2 % of a bound of 98: all groups together may hold 1.5.
    assert some_sites._spare_usd(search, best, rest) == pytest.approx(99.5 - 98.0)
    # Where what is of no site leaves more than the gap by itself, groups are known as closely as
    # the search among some sites was: 0.8 of the 0.5 % that it left.
    hopeless = replace(rest, usd=97.0)
    assert some_sites._spare_usd(search, best, hopeless) == pytest.approx(0.8 * 0.005 * 100.0)
