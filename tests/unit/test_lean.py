"""Components that are built at less cost are those that Pyomo builds; the rest is left to it."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from pyomo.environ import (
    Any as AnyValue,
)
from pyomo.environ import (
    Binary,
    ConcreteModel,
    Constraint,
    NonNegativeReals,
    Objective,
    Param,
    Reals,
    Set,
    Var,
)

from tokenworks.errors import InfeasibleError
from tokenworks.lean import lean, made
from tokenworks.solver.expansion import UnreadableError
from tokenworks.solver.labels import Places
from tokenworks.solver.matrix import Matrix, compile_matrix, compiled_by_row, expanded

PAIRS = [("a", 1), ("a", 2), ("b", 2), ("b", 3)]


def small(m: ConcreteModel) -> None:
    """A model with all that rules of blocks use."""
    m.S = Set(initialize=["a", "b"])
    m.P = Set(dimen=2, initialize=PAIRS)
    m.OF = Set(m.S, initialize={"a": [1, 2], "b": [2, 3]})
    m.LATER = Set(dimen=2, initialize=[("a", 2), ("b", 3)])
    m.NONE = Set(dimen=2, initialize=[])
    m.EMPTY = Set(m.S, initialize={"a": [], "b": []})
    m.weight = Param(m.P, initialize={i: 1.5 * n for n, i in enumerate(PAIRS)})
    m.before = Param(m.P, within=AnyValue, initialize={("a", 1): 2, **{i: i[1] for i in PAIRS[1:]}})
    m.other = Param(m.S, within=AnyValue, initialize={"a": "b", "b": "a"})
    m.whole = Param(m.S, initialize={"a": 3, "b": 4})
    m.x = Var(m.P, domain=NonNegativeReals)
    m.y = Var(m.S, domain=Binary)
    m.unused = Var(m.NONE, domain=NonNegativeReals)
    m.free = Var(m.S)

    @m.Constraint(m.S)
    def total(m: ConcreteModel, s: str) -> Constraint:
        return sum(m.weight[s, n] * m.x[s, n] for n in m.OF[s]) + m.whole[s] <= 7 * m.y[s]

    @m.Constraint(m.P)
    def twice(m: ConcreteModel, s: str, n: int) -> Constraint:
        return m.x[s, m.before[s, n]] - m.x[s, n] / 2 == -(m.y[m.other[s]] - m.free[s])

    @m.Constraint(m.LATER)
    def later(m: ConcreteModel, s: str, n: int) -> Constraint:
        return m.x[s, n] >= m.x[s, n - 1] + 2.0 * (1.0 - m.y[s])

    @m.Constraint(m.S)
    def nothing(m: ConcreteModel, s: str) -> Constraint:
        return sum(m.x[s, n] for n in m.EMPTY[s]) <= m.whole[s]

    @m.Constraint(m.NONE)
    def nowhere(m: ConcreteModel, s: str, n: int) -> Constraint:
        return m.x[s, n] <= 1

    def cost(m: ConcreteModel) -> object:
        return 4.0 + sum(m.weight[i] * m.x[i] for i in m.P) + sum(m.free[s] for s in m.S)

    m.cost = Objective(rule=cost)


@pytest.fixture
def built() -> ConcreteModel:
    m = ConcreteModel()
    with lean():
        small(m)
    return m


def same(one: Matrix, other: Matrix) -> bool:
    figures = ("cost", "lower", "upper", "whole", "row_lower", "row_upper", "offset")
    return (
        [column.name for column in one.columns] == [column.name for column in other.columns]
        and [row.name for row in one.rows] == [row.name for row in other.rows]
        and np.array_equal(one.a.todense(), other.a.todense())
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in figures)
    )


def test_rows_are_those_of_pyomo(built: ConcreteModel) -> None:
    assert same(expanded(built), compiled_by_row(built))


def test_fixed_columns_go_to_the_sides(built: ConcreteModel) -> None:
    built.x["a", 2].fix(1.25)
    built.free["b"].fix(-2.0)
    built.x["b", 2].setub(9.0)
    assert same(expanded(built), compiled_by_row(built))


def test_an_objective_may_be_a_figure(built: ConcreteModel) -> None:
    built.del_component(built.cost)
    built.cost = Objective(expr=3.0)
    assert same(expanded(built), compiled_by_row(built))


def test_a_row_without_variables_that_cannot_hold_is_named(built: ConcreteModel) -> None:
    with lean():
        built.never = Constraint(built.S, rule=lambda m, s: sum(m.x[s, n] for n in m.EMPTY[s]) >= 1)
    with pytest.raises(InfeasibleError, match=r"never\[a\]"):
        compile_matrix(built)


def test_what_cannot_be_read_is_left_to_pyomo(built: ConcreteModel) -> None:
    with lean():
        built.ranged = Constraint(built.S, rule=lambda m, s: (1.0, m.free[s], m.whole[s]))
    with pytest.raises(UnreadableError):
        expanded(built)
    matrix = compile_matrix(built)
    assert sum(row.parent_component() is built.ranged for row in matrix.rows) == 4


def test_an_index_that_a_component_has_not_is_an_error(built: ConcreteModel) -> None:
    with lean():
        built.wrong = Constraint(built.P, rule=lambda m, s, n: m.x[s, n + 1] <= 1)
    with pytest.raises(KeyError, match="x has no such index"):
        compile_matrix(built)


def test_objects_are_made_when_asked_for(built: ConcreteModel) -> None:
    assert made(built.x) == []
    assert len(built.x) == len(built.twice) == 4
    assert ("a", 1) in built.x
    assert ("a", 3) not in built.x
    with pytest.raises(KeyError):
        built.x["a", 3]
    built.x["a", 1].fix(2.0)
    assert [index for index, _ in made(built.x)] == [("a", 1)]
    assert [built.x[i].fixed for i in built.P] == [True, False, False, False]
    assert [one.name for one in built.x.values()] == [f"x[{s},{n}]" for s, n in PAIRS]
    assert built.x["b", 3] is built.x["b", 3]


WRONG: dict[str, Callable[[Any], Any]] = {
    "members of two lengths": lambda _: Set(dimen=2, initialize=[("a", "b"), ("a", "b", "c")]),
    "members of another length": lambda _: Set(dimen=2, initialize=["a", "b", "c"]),
    "a set beyond the index": lambda m: Set(m.S, initialize={"a": ["x"], "c": ["y"]}),
    "a value beyond the index": lambda m: Param(m.S, initialize={"c": 1.0}),
    "text": lambda m: Param(m.S, initialize={"a": "text"}, within=Reals),
    "no number": lambda m: Param(m.S, initialize={"a": float("nan")}, within=Reals),
    "below zero": lambda m: Param(m.S, initialize={"a": -1.0}, within=NonNegativeReals),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_pyomo_refuses_is_refused(wrong: str) -> None:
    errors = []
    for context in (nullcontext, lean):
        m = ConcreteModel()
        m.S = Set(initialize=["a", "b"])
        with context(), pytest.raises((ValueError, KeyError)) as error:
            m.one = WRONG[wrong](m)
        errors.append(str(error.value))
    assert errors[0] == errors[1]


def test_an_index_without_members_given_is_an_error_as_it_was() -> None:
    m = ConcreteModel()
    with lean():
        m.S = Set(initialize=["a", "b"])
        m.OF = Set(m.S, initialize={"a": [1]})
    with pytest.raises(KeyError):
        m.OF["b"]


@pytest.mark.parametrize("spread", [1, 10_000])
def test_places_are_found_by_table_and_by_search(spread: int) -> None:
    """With labels far apart there are too many combinations for a table."""
    count = 5_000
    numbers = np.arange(count, dtype=np.int64)
    columns = (numbers * spread, numbers[::-1].copy())
    places = Places(columns)
    asked = np.array([7, 4_000, 0, count - 1])
    assert places.at([columns[0][asked], columns[1][asked]]).tolist() == asked.tolist()
    assert places.at([columns[0][asked], columns[1][asked] + 1]).tolist()[:3] == [-1, -1, -1]
    assert places.at([columns[0][:1] + count * spread, columns[1][:1]]).tolist() == [-1]


def test_places_of_all_pairs() -> None:
    pairs = np.array(list(itertools.product(range(3), range(4))), dtype=np.int64)
    places = Places((pairs[:, 0].copy(), pairs[:, 1].copy()))
    assert places.at([pairs[:, 0], pairs[:, 1]]).tolist() == list(range(12))


def test_what_pyomo_imports_along_is_left_until_somebody_asks() -> None:
    code = (
        "import sys, tokenworks.plan\n"
        "print('scipy' in sys.modules, 'scipy.stats' in sys.modules)\n"
        "import matplotlib\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
        "from pyomo.common.dependencies import scipy\n"
        "print(scipy.stats.norm.cdf(0.0))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["True", "False", "False", "0.5"]
