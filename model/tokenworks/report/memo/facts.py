"""What a memo is written from: a plan, its pro-forma, business as usual, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from tokenworks.io.overrides import key_text
from tokenworks.plan import Plan
from tokenworks.report.components import GROUPS
from tokenworks.report.figures import confidence_by_figure
from tokenworks.report.memo.cases import break_even, lender_cases, loan_of
from tokenworks.report.memo.figures import Book, Figure, Reference, found, ratio
from tokenworks.report.memo.forms import Form
from tokenworks.report.memo.sensitivity import (
    energy_by_step,
    owned_tokens,
    sensitivities,
    two_way,
)
from tokenworks.report.memo.used import used_rows
from tokenworks.report.plots import gantt
from tokenworks.results.proforma import Proforma
from tokenworks.tax import recovery_years

# From the least to the most doubtful.
DOUBT = ("measured", "published", "claimed", "assumed")
HOURLY = ("operations", "chronology", "profiles")


@dataclass(frozen=True)
class Usual:
    """What stands beside the plan.

    Attributes
    ----------
    plan
        Business as usual; None where there is none.
    kind
        ``rent`` or ``grid``.
    words
        What it is, or why there is none.
    """

    plan: Plan | None
    kind: str
    words: str


@dataclass(frozen=True)
class Facts:
    """A plan with everything that its memo says.

    Attributes
    ----------
    plan
        The plan.
    manifest
        What its `manifest.json` holds, with `usual` of the plan beside it.
    usual
        Business as usual.
    proforma
        Its pro-forma.
    book
        All tables, by the names that references use.
    """

    plan: Plan
    manifest: Mapping[str, Any]
    usual: Usual
    proforma: Proforma
    book: Book

    @property
    def usd_year(self) -> int:
        """Dollar year of all figures but those of the pro-forma."""
        return self.plan.scenario.finance.usd_year

    @property
    def schedule(self) -> pd.DataFrame:
        """Stages with dates and slack, as `plan.plot.gantt()` draws them."""
        return self.book.frames["schedule"]

    @property
    def earns(self) -> bool:
        """Whether anything is sold at a price."""
        return bool((self.proforma.statement["revenue_usd"] > 0.0).any())

    @cached_property
    def builds(self) -> bool:
        """Whether any site is opened."""
        return self.book.has("sites")

    @cached_property
    def sites(self) -> list[str]:
        """Open sites, the first to give a token first."""
        first = self.plan.timeline.query("milestone == 'first token'").sort_values("date")
        rest = [s for s in self.plan.sites["site"].unique() if s not in set(first["site"])]
        return [*first["site"].drop_duplicates(), *rest]

    @cached_property
    def capital_components(self) -> list[str]:
        """Components of owned cost that are capital."""
        years = self.plan.scenario.proforma.plant_recovery_years
        owned = self.plan.cashflow.query("line == 'owned'")["component"].unique()
        return [c for c in owned if recovery_years(c, years) is not None]

    @cached_property
    def capital_groups(self) -> dict[str, list[str]]:
        """Group of components to those of its components that are capital."""
        known = set(self.capital_components)
        grouped = {g: [c for c in parts if c in known] for g, parts in GROUPS.items()}
        rest = sorted(known - {c for parts in grouped.values() for c in parts})
        return {g: parts for g, parts in (*grouped.items(), ("other", rest)) if parts}

    @cached_property
    def all_inputs(self) -> pd.DataFrame:
        """Every input figure with its source and confidence."""
        return confidence_by_figure(self.plan.inputs)

    @cached_property
    def few_inputs(self) -> pd.DataFrame:
        """The same without hourly series."""
        return self.all_inputs[~self.all_inputs["table"].isin(HOURLY)]

    @cached_property
    def used_inputs(self) -> pd.DataFrame:
        """Of them those of rows that the plan uses."""
        return used_rows(self.plan, self.few_inputs)

    @cached_property
    def confidence(self) -> dict[tuple[str, str], dict[str, str]]:
        """Table and row to the confidence of each of its figures, hours left out."""
        figures = self.few_inputs
        known: dict[tuple[str, str], dict[str, str]] = {}
        columns = (figures[c] for c in ("table", "row", "column", "confidence"))
        for table, row, column, confidence in zip(*columns, strict=True):
            known.setdefault((table, row), {})[column] = confidence
        return known

    def mark(self, table: str, row: str, *columns: str) -> str:
        """The most doubtful confidence of an input row, of some columns or of all."""
        of_row = self.confidence.get((table, row), {})
        levels = [level for c, level in of_row.items() if not columns or c in columns]
        return max(levels, key=DOUBT.index, default="")

    def worst(self, marks: Iterable[str]) -> str:
        """The most doubtful of several."""
        return max((m for m in marks if m), key=DOUBT.index, default="")

    def figure(self, reference: Reference, form: Form, **options: Any) -> Figure:
        """The figure of a reference."""
        return self.book.figure(reference, form, **options)

    def owned_tokens(self, **rows: Any) -> Reference:
        """Discounted owned tokens."""
        return found("owned_tokens", "present_value_mtokens", **rows)

    def cost_per_mtoken(self) -> Figure:
        """Owned cost of a million owned tokens."""
        over = found("costs", "present_value_usd", line="owned")
        return self.figure(ratio(over, self.owned_tokens()), "per_mtoken", words="no owned token")


def make_facts(plan: Plan, manifest: Mapping[str, Any], usual: Usual) -> Facts:
    """Gather what a memo says.

    Parameters
    ----------
    plan
        A plan.
    manifest
        What its `manifest.json` holds.
    usual
        Business as usual.
    """
    proforma = plan.proforma()
    frames: dict[str, pd.DataFrame] = dict(plan.tables)
    for name, loaded in plan.inputs.loaded.items():
        frame = loaded.frame.reset_index(drop=True)
        frames[f"inputs/{name}"] = frame.assign(row=key_text(loaded).to_numpy())
    frames["proforma"] = proforma.statement
    frames["returns"] = proforma.figures
    frames["owned_tokens"] = owned_tokens(plan)
    frames["energy"] = energy_by_step(plan)
    frames["schedule"] = gantt.frame(plan)
    frames["lender_cases"] = lender_cases(plan)
    frames["agreed_loan"] = loan_of(plan)
    frames["sensitivities"] = sensitivities(plan)
    frames["two_way"] = two_way(plan)
    frames["break_even"] = break_even(plan)
    told = {**manifest, "discounting": {"at_end": plan.inputs.discounting.at_end}}
    if usual.plan:
        frames |= {f"usual/{name}": frame for name, frame in usual.plan.tables.items()}
        told["usual"] = usual.plan.manifest()
    return Facts(plan, told, usual, proforma, Book(frames, told))
