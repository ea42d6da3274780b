"""Pyomo's components at less cost, and rules kept as templates.

Pyomo looks at every member of a set, every value of a parameter and every index of both by itself,
and makes an object for every variable and row. Most of a large model's time and memory goes there.
Within `lean()` it is told less:

- a set is filled at once from a list of members of one length;
- a parameter takes the dictionary that it is given, once its keys and values have been looked at;
- a rule is kept as its template, see `tokenworks.solver.expansion`;
- the objects of variables and rows are made when somebody asks for one.

What is of another form is left to Pyomo. The switches are of the module or class; they are put back
so that other models in the same process are built as they were.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import ref

import pyomo.core.base.constraint as pyomo_constraint
import pyomo.core.base.objective as pyomo_objective
from pyomo.common.dependencies import DeferredImportCallbackFinder
from pyomo.core.base.set import Set, UnknownSetDimen
from pyomo.core.base.var import VarData
from pyomo.core.expr.template_expr import TemplateExpressionError, templatize_constraint
from pyomo.environ import Any as AnyValue
from pyomo.environ import Constraint, Param, Reals, Var

LABELS = {str, int}
FIGURES = {int, float}


def import_less() -> None:
    """Let scipy and matplotlib be imported without all that Pyomo then asks for on its own.

    Whoever imports scipy after Pyomo imports `scipy.stats` as well, a quarter to a third of what
    `python -X importtime -c "import tokenworks.plan"` tells; with matplotlib it is `pyplot`. Pyomo
    still finds them where it uses them itself.
    """
    asked_at_once = getattr(DeferredImportCallbackFinder, "_callbacks", {})
    for package in ("scipy", "matplotlib"):
        asked_at_once.pop(package, None)


class OnDemand(dict[Any, Any]):
    """Objects of a component by index, each made when it is first asked for."""

    def __init__(self, index: Any, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._index = index
        self._make = make

    def __missing__(self, key: Any) -> Any:
        if key not in self._index:
            raise KeyError(key)
        made = self[key] = self._make(key)
        return made

    def untouched(self) -> Any:
        """An object as all are that nobody has asked for."""
        return self._make(None)

    def made(self) -> list[tuple[Any, Any]]:
        """What has been asked for, by index."""
        return list(super().items())

    def get(self, key: Any, default: Any = None) -> Any:
        """As of any dictionary."""
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self._index

    def __len__(self) -> int:
        return len(self._index)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._index)

    def __bool__(self) -> bool:
        return bool(self._index)


def made(component: Any) -> list[tuple[Any, Any]]:
    """Objects of a variable or constraint that have been made, by index."""
    found = component._data
    return found.made() if isinstance(found, OnDemand) else list(found.items())


def untouched(component: Any) -> Any:
    """An object as all are that nobody has asked for; None where Pyomo has made them all."""
    found = component._data
    return found.untouched() if isinstance(found, OnDemand) else None


def members_of(family: Any) -> list[Collection[Any]]:
    """Members of every set of a family, in the order of its index."""
    sets = family._data
    return [sets[index]._values for index in family.index_set()]


def values_of(parameter: Any) -> dict[Any, Any]:
    """Values of a parameter by index, in the order in which they were given."""
    found: dict[Any, Any] = parameter._data
    return found


@contextmanager
def lean() -> Iterator[None]:
    """Build models at less cost."""
    switches: list[tuple[Any, str, Any]] = [
        (pyomo_objective, "TEMPLATIZE_OBJECTIVES", True),
        (Set, "construct", _with_short_cut(Set.construct, _set)),
        (Param, "construct", _with_short_cut(Param.construct, _parameter)),
        (Var, "construct", _with_short_cut(Var.construct, _variable)),
        (Constraint, "construct", _with_short_cut(Constraint.construct, _constraint)),
    ]
    before = [(place, name, getattr(place, name)) for place, name, _ in switches]
    try:
        for place, name, of in switches:
            setattr(place, name, of)
        with uncollected():
            yield
    finally:
        for place, name, of in before:
            setattr(place, name, of)


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: what is made stays, and there are millions of tuples."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _with_short_cut(whole: Any, short: Callable[[Any], bool]) -> Any:
    """A component's construction: the short way where it is possible, else Pyomo's own."""

    def construct(self: Any, data: Any = None) -> None:
        if data is None and not self._constructed and not self._anonymous_sets and short(self):
            self._constructed = True
        else:
            whole(self, data)

    return construct


def _set(component: Any) -> bool:
    """Fill a set, or every set of a family."""
    # A class of its own makes sets of sets, ranges and the like.
    values = _given(component._init_values)
    if values is None or component._filter or component._validate:
        return False
    if not component._init_dimen.constant() or component._init_domain._set is not None:
        return False
    asked = component._init_dimen(None, None)
    if not component.is_indexed():
        dimension = _dimension(values, asked)
        if dimension is None:
            return False
        component._data[None] = component
        _fill(component, None, values, dimension)
    else:
        if not isinstance(values, dict) or not _indexed_by(component, values, every=True):
            return False
        dimensions = [_dimension(members, asked) for members in values.values()]
        if None in dimensions:
            return False
        for (index, members), dimension in zip(values.items(), dimensions, strict=True):
            one = component._data[index] = component._ComponentDataClass(component=component)
            _fill(one, index, members, dimension)
    component._init_values = None
    return True


def _given(initial: Any) -> Any:
    """List of members or dictionary of lists that a set is to be filled from."""
    initial = getattr(initial, "_init", None)
    values = getattr(initial, "val", getattr(initial, "_dict", None))
    return values if type(values) in {list, tuple, dict} else None


def _dimension(members: Any, asked: Any) -> Any:
    """Dimension of members that are all of one; None where they are not, or not as asked for."""
    if type(members) not in {list, tuple}:
        return None
    kinds = set(map(type, members))
    if kinds <= LABELS:
        found = {1} if kinds else {asked}
    else:
        found = set(map(len, members)) if kinds == {tuple} else set()
    if len(found) != 1 or (asked is not UnknownSetDimen and found != {asked}):
        return None
    return found.pop()


def _fill(one: Any, index: Any, members: Collection[Any], dimension: Any) -> None:
    one._index = index
    one._dimen = dimension
    one._values = dict.fromkeys(members)


def _indexed_by(component: Any, values: dict[Any, Any], every: bool = False) -> bool:
    """Whether all keys are of a component's index, and, where that is asked, all of it is keys."""
    index = getattr(component.index_set(), "_values", None)
    if not isinstance(index, dict) or (every and len(values) != len(index)):
        return False
    return values.keys() <= index.keys()


def _parameter(component: Any) -> bool:
    """Take a parameter's dictionary."""
    values = getattr(component._rule, "_dict", None)
    plain = not (component._mutable or component._validate or component._dense_initialize)
    if type(values) is not dict or not plain or component._default_val is not Param.NoValue:
        return False
    kinds = set(map(type, values.values()))
    if component.domain is Reals:
        # Not a number is no real one, and neither is any sum with it.
        fits = kinds <= FIGURES and not math.isnan(sum(values.values()))
    else:
        # Where nothing is said of the domain, Pyomo warns of what is no figure.
        fits = kinds <= FIGURES and component.domain.name == "Any"
        fits = fits or (kinds <= LABELS and component.domain is AnyValue)
    if not fits or not _indexed_by(component, values):
        return False
    component._data = values
    return True


def _variable(component: Any) -> bool:
    """Leave a variable's objects for later."""
    rules = (component._rule_bounds, component._rule_init)
    index = component.index_set()
    if not component.is_indexed() or not component._dense or any(rules) or not len(index):
        return False
    if not component._rule_domain.constant():
        return False
    component._constructed = True
    first = next(iter(index))
    pattern = component._getitem_when_not_present(first)
    del component._data[first]

    def make(key: Any) -> VarData:
        one = VarData.copy(pattern)
        one._index = key
        return one

    component._data = OnDemand(index, make)
    return True


def _constraint(component: Any) -> bool:
    """Keep a rule's template, and leave its rows for later."""
    index = component.index_set()
    if not component.is_indexed():
        return False
    if not len(index):
        return True  # nothing to expand, and no index to make a template from
    try:
        template = templatize_constraint(component)
    except TemplateExpressionError:
        return False
    owner = ref(component)
    of = pyomo_constraint.TemplateConstraintData
    component._data = OnDemand(index, lambda key: of(template, owner, key))
    return True
