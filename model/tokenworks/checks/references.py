"""Checks of ids that name rows of other tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tokenworks.checks.base import Check, Tables, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.schema.addresses import ANY
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.tables_power import SITE_ASSET, STACKS_ASSET
from tokenworks.schema.wording import shown, suggestion

_SOURCE_ID = re.compile(r"[A-Z][A-Z0-9-]+")
_SOURCED = tuple(name for name, table in INPUT_TABLES.items() if "source" in table.names)


@dataclass(frozen=True)
class Reference:
    """A column whose values name rows of another table.

    Attributes
    ----------
    table, column
        The column.
    target, key
        The table and column that it names.
    words
        Words that may stand instead.
    """

    table: str
    column: str
    target: str
    key: str
    words: tuple[str, ...] = ()


_WORDS = {("permit_routes", "asset"): (SITE_ASSET, STACKS_ASSET)}


def _references() -> Iterator[Reference]:
    for table in INPUT_TABLES.values():
        for column in table.columns:
            if column.refers_to:
                target, key = column.refers_to.split(".")
                words = _WORDS.get((table.name, column.name), ())
                yield Reference(table.name, column.name, target, key, words)
    # Not declared as references, for they may also be a star.
    yield Reference("hall_retrofits", "site", "sites", "site", (ANY,))
    yield Reference("fuel_prices", "zone", "zones", "zone", (ANY,))
    yield Reference("carbon", "scope", "jurisdictions", "jurisdiction", (ANY,))
    yield Reference("clean_matching", "site", "sites", "site", (ANY,))


REFERENCES = tuple(_references())


def dangling(tables: Tables, reference: Reference) -> Iterator[Problem]:
    """Values of a column that name no row of the other table."""
    table = tables[reference.table]
    known = set(tables[reference.target].frame[reference.key])
    values = table.frame[reference.column]
    fits = {*known, *reference.words, ""}
    unknown = [value for value in values.unique() if value not in fits]
    for line, value in values[values.isin(unknown)].items() if unknown else ():
        words = f" (or write {' or '.join(map(shown, reference.words))})" if reference.words else ""
        yield problem_at(
            table,
            int(str(line)),
            reference.column,
            f"there is no {reference.key} {shown(value)} in the table {shown(reference.target)}",
            suggestion(value, sorted(known)) + words,
        )


def _reference_check(reference: Reference) -> Check:
    def check_reference(tables: Tables, _: Scenario) -> Iterator[Problem]:
        return dangling(tables, reference)

    check_reference.__name__ = f"check_{reference.table}_{reference.column}_exists"
    columns = f"{reference.table}.{reference.column}", f"{reference.target}.{reference.key}"
    return Check(check_reference, columns)


REFERENCE_CHECKS = tuple(_reference_check(reference) for reference in REFERENCES)


@reads("sources.source_id", *(f"{name}.source" for name in _SOURCED))
def check_sources_exist(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A source that looks like an id is a row of `sources`; anything else is a citation."""
    known = set(tables["sources"].frame["source_id"])
    for name in _SOURCED:
        table = tables[name]
        cited = table.frame["source"]
        ids = {source for source in cited.unique() if _SOURCE_ID.fullmatch(source)}
        for line, source in cited[cited.isin(list(ids - known))].items():
            yield problem_at(
                table,
                int(str(line)),
                "source",
                f"there is no source {shown(source)} in the table `sources`",
                suggestion(source, sorted(known)) + " (or add it there)",
            )


@reads("figure_sources.table", "figure_sources.column")
def check_figure_sources_name_columns(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Every row names a table and one of its columns; rows may be of other scenarios' tables."""
    table = tables["figure_sources"]
    for row in rows(table):
        declared = INPUT_TABLES.get(row.table)
        if declared is None:
            words = f"there is no table {shown(row.table)}", suggestion(row.table, INPUT_TABLES)
            yield problem_at(table, row.Index, "table", *words)
        elif row.column not in declared.names:
            problem = f"the table {shown(row.table)} has no column {shown(row.column)}"
            near = suggestion(row.column, declared.names)
            yield problem_at(table, row.Index, "column", problem, near)


@reads("jurisdictions.jurisdiction", "jurisdictions.parent")
def check_parents_make_no_circle(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """No jurisdiction is part of itself."""
    table = tables["jurisdictions"]
    parent = dict(zip(table.frame["jurisdiction"], table.frame["parent"], strict=True))
    seen: set[str] = set()
    for row in rows(table):
        chain = [row.jurisdiction]
        while parent.get(chain[-1]) and parent[chain[-1]] not in chain:
            chain.append(parent[chain[-1]])
        # One problem for each circle, at the first of its rows.
        if parent.get(chain[-1]) == row.jurisdiction and row.jurisdiction not in seen:
            seen.update(chain)
            circle = " → ".join((*chain, row.jurisdiction))
            yield problem_at(
                table,
                row.Index,
                "parent",
                f"{shown(row.jurisdiction)} is part of itself: {circle}",
                "leave the parent of a country blank",
            )
