"""Checks of prefill and decode apart: their operating points and the links between sites."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tokenworks.checks.base import Tables, enabled, problem_at, reads, rows
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables_hardware import DECODE, FIGURES_OF_STAGE, PREFILL
from tokenworks.schema.wording import shown

_FIGURES = tuple(dict.fromkeys(name for names in FIGURES_OF_STAGE.values() for name in names))


@reads("operating_points.stage", *(f"operating_points.{name}" for name in _FIGURES))
def check_points_have_the_figures_of_their_stage(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A point has every figure of its stage, and none that only another stage has."""
    table = tables["operating_points"]
    for row in rows(table):
        needed = FIGURES_OF_STAGE[row.stage]
        for name in _FIGURES:
            given = not pd.isna(getattr(row, name))
            if given == (name in needed):
                continue
            problem = f"a point of the stage {shown(row.stage)} " + (
                "has no such figure" if given else "needs this figure"
            )
            remedy = "leave the cell blank" if given else "give it, or correct the stage"
            yield problem_at(table, row.Index, name, problem, remedy)


@reads("site_links.from_site", "site_links.to_site")
def check_links_join_two_sites(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A link leads to another site: within a site nothing is limited."""
    table = tables["site_links"]
    for row in rows(table):
        if row.from_site == row.to_site:
            problem = f"the link leads from {shown(row.from_site)} to itself"
            remedy = "name another site, or delete the row: within a site nothing is limited"
            yield problem_at(table, row.Index, "to_site", problem, remedy)


@reads(
    "site_links.from_site",
    "workloads.model",
    "workloads.kv_bytes_per_token",
    "models.model",
    "models.kv_bytes_per_token",
    "operating_points.system",
    "operating_points.model",
    "operating_points.stage",
    "hardware.system",
    "hardware.enabled",
)
def check_what_is_sent_is_known(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Where sites are linked, a workload that may be split says how much its cache holds."""
    if tables["site_links"].frame.empty:
        return
    systems = {row.system for row in enabled(tables["hardware"])}
    points = [row for row in rows(tables["operating_points"]) if row.system in systems]
    split = {p.model for p in points if p.stage == PREFILL}
    split &= {p.model for p in points if p.stage == DECODE}
    of_model = {row.model: row.kv_bytes_per_token for row in rows(tables["models"])}
    table = tables["workloads"]
    for row in rows(table):
        own = row.kv_bytes_per_token
        if row.model in split and pd.isna(own) and pd.isna(of_model.get(row.model)):
            yield problem_at(
                table,
                row.Index,
                "kv_bytes_per_token",
                f"is blank, here and in `models` for {shown(row.model)}, whose prefill may be sent "
                "from site to site",
                "give the bytes of its key-value cache in one of the two tables",
            )
