"""The program of some sites is, by name and to the last digit, what the whole one says of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyomo.environ import Constraint, Var
from tests.properties.site_cases import OPTIONS, case_of_four

from tokenworks.build import build, by_site
from tokenworks.errors import InfeasibleError
from tokenworks.inputs import Inputs, assemble, linked, of_sites
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver.matrix import Matrix, compile_matrix

Write = Callable[..., Path]

SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 9))]
SITES = frozenset("abcd")


def inputs_of(seed: int, write_scenario: Write, links: bool = True, **options: Any) -> Inputs:
    path = write_scenario(OPTIONS | options, **case_of_four(seed, links))
    return assemble(load_scenario(path))


def program(x: Inputs) -> Matrix:
    return compile_matrix(build(x).pyomo)


def names(of: Any) -> list[tuple[str, Any]]:
    return [(one.parent_component().local_name, one.index()) for one in of]


def sites_in(name: tuple[str, Any], sites: Collection[str]) -> set[str]:
    """Sites that an index names."""
    index = name[1] if isinstance(name[1], tuple) else (name[1],)
    return {part for part in index if isinstance(part, str)} & set(sites)


def assert_is_part(
    part: Matrix, whole: Matrix, kept: Collection[str], sites: Collection[str]
) -> None:
    """Columns, rows, entries, costs and bounds of a part are those of the whole."""
    others = set(sites) - set(kept)
    place = {name: n for n, name in enumerate(names(whole.columns)) if not sites_in(name, others)}
    columns = names(part.columns)
    assert set(columns) == set(place)
    at = [place[name] for name in columns]
    for of in ("cost", "lower", "upper", "whole"):
        assert np.array_equal(getattr(part, of), getattr(whole, of)[at]), of
    entries = whole.a.tocsr()[:, at]
    has_some = np.diff(entries.indptr) > 0
    rows = {name: n for n, name in enumerate(names(whole.rows))}
    assert set(names(part.rows)) == {name for name, n in rows.items() if has_some[n]}
    its = [rows[name] for name in names(part.rows)]
    for of in ("row_lower", "row_upper"):
        assert np.array_equal(getattr(part, of), getattr(whole, of)[its]), of
    assert (part.a.tocsr() != entries[its]).nnz == 0
    assert part.offset == whole.offset == 0.0
    # What is left out of the part holds with nothing in it, unless it is another site's own, or a
    # load asked for that these sites cannot run yet.
    own = {name for name in rows if sites_in(name, others) or name[0] == "power_due"}
    left = [n for name, n in rows.items() if not has_some[n] and name not in own]
    assert (whole.row_lower[left] <= 0.0).all()
    assert (whole.row_upper[left] >= 0.0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_programs_of_linked_sites_are_parts_of_the_whole(seed: int, write_scenario: Write) -> None:
    x = inputs_of(seed, write_scenario)
    whole = program(x)
    assert linked(x) == [("a", "b"), ("c", "d")]
    for sites, model in zip(linked(x), by_site(x), strict=True):
        assert_is_part(compile_matrix(model.pyomo), whole, sites, SITES)


@pytest.mark.parametrize("seed", SEEDS)
def test_programs_of_single_sites_are_parts_of_the_whole(seed: int, write_scenario: Write) -> None:
    x = inputs_of(seed, write_scenario, links=False)
    whole = program(x)
    assert linked(x) == [("a",), ("b",), ("c",), ("d",)]
    for sites in (*linked(x), ("a", "d"), ("b", "c", "d"), ()):
        assert_is_part(program(of_sites(x, sites)), whole, sites, SITES)


def test_the_case_has_columns_and_rows_of_every_kind(write_scenario: Write) -> None:
    m = build(inputs_of(0, write_scenario)).pyomo
    kinds = m.component_objects((Var, Constraint))
    assert [one.local_name for one in kinds if not len(one)] == []


@pytest.mark.slow
def test_programs_of_shipped_sites_are_parts_of_the_whole() -> None:
    x = assemble(load_scenario("us-quick").with_({"time.representative_days": 1}))
    sites = x.tables["sites"]["site"].tolist()
    whole = program(x)
    for kept in (sites[:1], sites[3:5], sites[-1:]):
        assert_is_part(program(of_sites(x, kept)), whole, kept, sites)


def test_a_site_without_those_that_it_is_linked_to_is_one_without_links(
    write_scenario: Write,
) -> None:
    linked_one, free = (
        program(of_sites(inputs_of(0, write_scenario, links), "b")) for links in (True, False)
    )
    assert_is_part(linked_one, free, "b", "b")


def test_a_part_of_a_part_is_one_of_the_whole(write_scenario: Write) -> None:
    x = inputs_of(0, write_scenario, links=False)
    part = of_sites(of_sites(x, "ab"), "a")
    assert part.whole is x
    assert_is_part(program(part), program(of_sites(x, "a")), "a", "a")


def test_what_these_sites_cannot_serve_and_nobody_may_leave_cannot_be_met(
    write_scenario: Write,
) -> None:
    x = inputs_of(0, write_scenario, unserved="forbidden")
    program(x)
    with pytest.raises(InfeasibleError, match="demand_balance"):
        program(of_sites(x, ()))


def test_sites_to_keep_are_named_as_in_the_table(write_scenario: Write) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        of_sites(inputs_of(0, write_scenario), ["a", "nowhere"])
