"""A block's docstring states its sets, parameters, variables, equations and costs: it is the code.

Equations are compared as Python expressions: the docstring's, and the template that Pyomo prints of
the rule, both with their indices renamed in order of appearance.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pyomo.core.expr.template_expr import templatize_constraint

from tokenworks.build import BLOCKS

NAMES = [block.__name__.rpartition(".")[2] for block in BLOCKS]
SECTIONS = ("Sets", "Parameters", "Variables", "Equations", "Remarks", "Costs")
DOMAINS = {
    "Binary": "binary",
    "NonNegativeIntegers": "integer",
    "NonNegativeReals": ">= 0",
}


@pytest.mark.parametrize("name", NAMES)
def test_docstring_is_the_code(
    name: str, attached: dict[str, Any], attached_whole: dict[str, Any]
) -> None:
    assert list(differences(attached[name], attached_whole[name])) == []


@pytest.mark.parametrize(
    ("block", "old", "new"),
    [
        ("demand", "UNSERVED        (w, r, e) ", "UNSERVED        (w, r) "),
        ("demand", "    RENTALS         (w, r, e)       capacity can be rented for it\n", ""),
        ("demand", "SITES_OF[w, r, e in DEMANDS]", "SITES_OF[w, r, e in RENTALS]"),
        ("grid", "(v, u) of DROPS with", "(s, v, u) of DROPS with"),
        ("power", "module_mw[k]  ", "module_mw[s, k]  "),
        ("power", "    GAS_SITES ", "    GAS_PLACES "),
        ("power", "in BUILDS] integer or >= 0", "in BUILDS] >= 0"),
        ("routes", "in FILINGS] binary", "in FILINGS] integer"),
        ("routes", "file_route[s, r, f in FILINGS]", "file_route[s, r, f in ROUTES]"),
        ("routes", "    permits   ", "    fees      "),
        ("routes", "    interconnection_contingency\n", ""),
        ("routes", "<= 1", "<= 2"),
        ("routes", "<= 1", ">= 1"),
        ("siting", "opened[s, e in SITE_STEPS]", "opened[e, s in SITE_STEPS]"),
        ("siting", "it_capacity[s, e in SITE_STEPS]", "it_capacity[s, e in OPENINGS]"),
        ("siting", "block_mw[s] * blocks[s, e]", "block_mw[s] + blocks[s, e]"),
        ("siting", "for r, f in OPENING_FILINGS", "for f, r in OPENING_FILINGS"),
        ("dispatch", "discharge_mw[s, k, e, t] - charge", "discharge_mw[s, k, e, t] + charge"),
        ("storage", "slice_hours[s, t] / one_way", "slice_hours[s, t] * one_way"),
    ],
)
def test_drift_is_found(
    block: str, old: str, new: str, attached: dict[str, Any], attached_whole: dict[str, Any]
) -> None:
    doc = attached[block].doc
    assert doc.count(old) == 1, "the mutation no longer fits the docstring"
    changed = replace(attached[block], doc=doc.replace(old, new))
    assert list(differences(changed, attached_whole[block])) != []


# --- what a docstring says ---------------------------------------------------------------------


@dataclass
class Entry:
    """A line of a section: ``name[s, e in SITE_STEPS]`` or ``NAME (s, e)``, and what follows."""

    indices: tuple[str, ...]
    within: str
    text: str
    body: list[str] = field(default_factory=list)


def sections(doc: str) -> dict[str, dict[str, Entry]]:
    found: dict[str, dict[str, Entry]] = {name: {} for name in SECTIONS}
    section, entry = "", None
    for line in doc.splitlines():
        depth = len(line) - len(line.lstrip())
        if line and depth == 0:
            section = line if line in SECTIONS else ""
        elif line and section and section != "Remarks":
            if depth == 4:
                name, entry = entry_of(line.strip(), section)
                assert name not in found[section], f"{name} is listed twice"
                found[section][name] = entry
            elif entry:
                entry.body.append(line.strip())
    return found


def entry_of(line: str, section: str) -> tuple[str, Entry]:
    indexed = re.fullmatch(r"(\w+)\[([\w, ]+?)(?: in (\w+))?\]\s*(.*)", line)
    if indexed:
        name, indices, within, text = indexed.groups()
        return name, Entry(tuple(indices.split(", ")), within or "", text)
    if section == "Sets":
        plain = re.fullmatch(r"(\w+) +(\([a-z](?:, [a-z])*\)|[a-z])(?: +(.*))?", line)
        assert plain, f"neither NAME[s, e] nor NAME (s, e): {line}"
        name, members, text = plain.groups()
        return name, Entry(tuple(members.strip("()").split(", ")), "", text or "")
    name, _, text = line.partition(" ")
    return name, Entry((), "", text)


# --- against what the block attached -----------------------------------------------------------


def differences(block: Any, whole: Any) -> Iterator[str]:
    """Every way in which a block's docstring and what it attached differ.

    `whole` is the same block of the case with other options: a domain or cost that depends on an
    option is stated as the union.
    """
    said = sections(block.doc)
    costs = {f"{term.component}_usd" for term in block.costs}
    indices_of_costs = {f"{name}_index" for name in costs}
    yield from _names("sets", said["Sets"], set(block.sets) - indices_of_costs)
    yield from _names("parameters", said["Parameters"], set(block.params) - costs)
    yield from _names("variables", said["Variables"], set(block.variables))
    yield from _names("equations", said["Equations"], set(block.constraints))
    stated = {term.component for term in (*block.costs, *whole.costs)}
    yield from _names("costs", said["Costs"], stated)
    if indices_of_costs - set(block.sets) or costs - set(block.params):
        yield "a cost has no parameter over an index set of its own"
    yield from _details(said, block, whole)


def _details(said: dict[str, dict[str, Entry]], block: Any, whole: Any) -> Iterator[str]:
    """Differences of what both know."""
    for name in said["Sets"].keys() & block.sets:
        yield from _set(name, said["Sets"][name], block.sets[name])
    for name in said["Parameters"].keys() & block.params:
        yield from _index(name, said["Parameters"][name], block.params[name].index_set())
    for name in said["Variables"].keys() & block.variables:
        entry, variable = said["Variables"][name], block.variables[name]
        yield from _index(name, entry, variable.index_set(), must_name=True)
        yield from _domain(name, entry, variable, whole.variables[name])
    for name in said["Equations"].keys() & block.constraints:
        entry, constraint = said["Equations"][name], block.constraints[name]
        yield from _index(name, entry, constraint.index_set(), must_name=True)
        yield from _equation(name, entry, constraint)


def _names(what: str, said: dict[str, Entry], attached: set[str]) -> Iterator[str]:
    if set(said) - attached:
        yield f"{what} that are not attached: {sorted(set(said) - attached)}"
    if attached - set(said):
        yield f"{what} that the docstring leaves out: {sorted(attached - set(said))}"


def _set(name: str, entry: Entry, attached: Any) -> Iterator[str]:
    if not attached.is_indexed():
        yield from _index(name, entry, attached)
        return
    yield from _index(name, entry, attached.index_set())
    members = re.match(r"\(([\w ]+(?:, [\w ]+)*)\)", entry.text)
    stated = len(members[1].split(", ")) if members else 1
    actual = {member.dimen for member in attached.values() if len(member)}
    if actual and actual != {stated}:
        yield f"members of {name} have {actual} indices, not {stated}"


def _index(name: str, entry: Entry, index: Any, must_name: bool = False) -> Iterator[str]:
    if index.dimen != len(entry.indices):
        yield f"{name} has {index.dimen} indices, not {entry.indices}"
    if entry.within not in (index.name, "") or (must_name and not entry.within):
        yield f"{name} is over {index.name}, not {entry.within or 'an unnamed set'}"


def _domain(name: str, entry: Entry, *attached: Any) -> Iterator[str]:
    actual = {DOMAINS[v.domain.name] for one in attached for v in one.values()}
    stated = re.match(r"binary|integer or >= 0|integer|>= 0", entry.text)
    if not stated or set(stated[0].split(" or ")) != actual:
        yield f"{name} is {' or '.join(sorted(actual))}, not {entry.text}"


def _equation(name: str, entry: Entry, constraint: Any) -> Iterator[str]:
    template, indices = templatize_constraint(constraint)
    code = canonical(str(template).replace("SUM(", "sum("), [str(index) for index in indices])
    text = canonical(" ".join(entry.body), list(entry.indices))
    if code != text:
        yield f"{name}:\n    code      {code}\n    docstring {text}"


def canonical(expression: str, indices: list[str]) -> str:
    """The expression with its indices renamed in order of appearance, in one spelling."""
    return ast.unparse(Renamed(indices).visit(ast.parse(expression.strip(), mode="eval")))


class Renamed(ast.NodeTransformer):
    """Indices become i1, i2 ... in order of appearance; sums bind new ones."""

    def __init__(self, indices: list[str]) -> None:
        self.count = 0
        self.scope: dict[str, str] = {}
        for index in indices:
            self._bind(index)

    def _bind(self, name: str) -> str:
        self.count += 1
        self.scope[name] = f"i{self.count}"
        return self.scope[name]

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.GeneratorExp:
        outside = dict(self.scope)
        for part in node.generators:
            part.iter = self.visit(part.iter)
            for target in ast.walk(part.target):
                if isinstance(target, ast.Name):
                    target.id = self._bind(target.id)
        node.elt = self.visit(node.elt)
        self.scope = outside
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.scope.get(node.id, node.id)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        left = node.left
        if isinstance(node.op, ast.Mult) and isinstance(left, ast.Constant) and left.value == 1:
            return node.right
        return node
