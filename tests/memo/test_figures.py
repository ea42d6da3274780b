"""Every figure of the memo is found again in the run folder, by SQL that knows nothing of it."""

from __future__ import annotations

import json
import math
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tokenworks.errors import InputError
from tokenworks.plan import Plan
from tokenworks.report.memo.blocks import (
    Bullets,
    Chart,
    Document,
    Heading,
    Paragraph,
    Strip,
    Table,
)
from tokenworks.report.memo.deliver import memo_of_run
from tokenworks.report.memo.drawings import spend_by_quarter
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.figures import Found, Worked
from tokenworks.report.memo.forms import shown
from tokenworks.report.memo.html import html_of

near = pytest.approx
pytestmark = pytest.mark.slow  # solves business as usual too
# Tables that the memo works out; all others stand in the run folder.
OWN = (
    *("owned_tokens", "energy", "lender_cases", "sensitivities", "two_way", "break_even"),
    *("schedule", "proforma", "returns", "agreed_loan"),
)


class Folder:
    """A run folder, read without the memo's code."""

    def __init__(self, run: Path, facts: Facts) -> None:
        self.run, self.facts = run, facts
        self.manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))

    def frame(self, name: str) -> pd.DataFrame:
        if name in OWN:
            return self.facts.book.frames[name]
        if name.startswith("usual/"):
            return self.facts.usual.plan.tables[name.removeprefix("usual/")]
        if name.startswith("inputs/"):
            return pd.read_parquet(self.run / f"{name}.parquet")
        return pd.read_parquet(self.run / "tables" / f"{name}.parquet")

    def value(self, reference: Found | Worked | float) -> float | None:
        if isinstance(reference, Worked):
            return self.worked(reference)
        if not isinstance(reference, Found):
            return reference
        if reference.table.endswith("manifest"):
            return self.told(reference)
        cells = self.rows(reference)[reference.column].dropna()
        if reference.how == "distinct":
            return float(len(set(cells)))
        if not len(cells):
            return 0.0 if reference.how == "sum" else None
        if str(cells.dtype).startswith("datetime"):
            cells = cells.map(lambda day: day.tz_localize("UTC").timestamp())
        gather = {"sum": np.sum, "least": np.min, "most": np.max, "mean": np.mean, "count": len}
        gather["only"] = lambda values: values[0]
        return float(gather[reference.how](cells.to_numpy(dtype="float64")))

    def rows(self, reference: Found) -> pd.DataFrame:
        frame = self.frame(reference.table)
        for named, wanted in reference.rows:
            # The first part of the key of an input is all of it here.
            cells = frame[frame.columns[0] if named == "row" else named]
            if str(cells.dtype).startswith("datetime"):
                cells = cells.dt.strftime("%Y-%m-%d")
            elif cells.dtype == float:
                cells = cells.map(lambda x: str(int(x)) if float(x).is_integer() else str(x))
            frame = frame[cells.astype(str).isin(wanted)]
        return frame

    def told(self, reference: Found) -> float | None:
        place: object = self.manifest
        if reference.table.startswith("usual/"):
            place = {"usual": self.facts.usual.plan.manifest()}
        for key in reference.column.split("/"):
            place = place[key]
        return place

    def worked(self, reference: Worked) -> float | None:
        parts = [self.value(part) for part in reference.parts]
        if None in parts:
            return None
        if reference.operation == "ratio":
            return parts[0] / parts[1] if parts[1] else None
        return {
            "sum": sum(parts),
            "difference": parts[0] - parts[-1],
            "negative": -parts[0],
            "product": math.prod(parts),
        }[reference.operation]


def test_every_figure_is_found_again_in_the_run_folder(
    document: Document, run: Path, facts: Facts
) -> None:
    folder = Folder(run, facts)
    figures = list(document.figures())
    assert len(figures) > 300
    for figure in figures:
        again = folder.value(figure.reference)
        if figure.value is None:
            assert again is None or not math.isfinite(again), str(figure.reference)
        else:
            assert figure.value == near(again, rel=1e-9, abs=1e-12), str(figure.reference)
            assert figure.text.startswith(shown(again, figure.form)), str(figure.reference)


def test_discounted_tokens_and_energy_follow_from_the_tables(plan: Plan, facts: Facts) -> None:
    rate, calendar = plan.inputs.discounting.rate, plan.inputs.calendar
    ends = [*(step.start_month for step in calendar.steps[1:]), calendar.horizon_months]
    factors = {
        pd.Timestamp(calendar.date_of(step.start_month)): np.mean(
            [(1 + rate) ** (-(m + 0.5) / 12) for m in range(step.start_month, end)]
        )
        for step, end in zip(calendar.steps, ends, strict=True)
    }
    owned = plan.flows[plan.flows["how"] == "owned"]
    tokens = (owned["served_mtokens"] * owned["step_start"].map(factors)).sum()
    assert facts.book.frames["owned_tokens"]["present_value_mtokens"].sum() == near(tokens)
    assert facts.cost_per_mtoken().value == near(plan.summary.cost_usd_per_mtoken, rel=1e-9)
    load = plan.dispatch[plan.dispatch["flow"] == "load"]
    mwh = (load["power_mw"] * load["weight_hours"] * load["step_start"].map(factors)).sum()
    energy = facts.book.frames["energy"].query("flow == 'load'")
    assert energy["present_value_mwh"].sum() == near(mwh)


def test_the_spend_by_quarter_is_all_capital(plan: Plan, facts: Facts) -> None:
    paid = plan.cashflow[plan.cashflow["component"].isin(facts.capital_components)]
    assert spend_by_quarter(facts)["usd"].sum() == near(paid["cash_usd"].sum())


class Loose(HTMLParser):
    """Text that stands in no figure."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.text = 0, []

    def handle_starttag(self, tag: str, _: object) -> None:
        self.inside += tag == "data"

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag == "data"

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.text.append(data)


def test_no_amount_of_money_stands_outside_a_figure(document: Document) -> None:
    reader = Loose()
    reader.feed(html_of(document).decode())
    assert not re.findall(r"\d (?:bn|m|thousand) USD", " ".join(reader.text))


def test_a_table_that_is_missing_is_told(run: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(run, old)
    (old / "tables" / "cash_by_month.parquet").unlink()
    with pytest.raises(InputError, match="no table `cash_by_month` — solve it again"):
        memo_of_run(old, tmp_path / "memo.html", kind="none")
    assert not list(tmp_path.glob("*memo*"))


def test_the_memo_holds_every_part_that_investors_expect(document: Document) -> None:
    heads = [block.text for block in document.blocks if isinstance(block, Heading)]
    parts = ["Recommendation and ask", "Power", "Money", "Uncertainty", "Execution", "Trust"]
    assert [head for head in heads if head in parts] == parts
    assert isinstance(document.blocks[1], Paragraph)
    assert isinstance(document.blocks[2], Bullets)
    (strip,) = [block for block in document.blocks if isinstance(block, Strip)]
    assert len(strip.items) == 6
    captions = " ".join(b.caption for b in document.blocks if isinstance(b, (Table, Chart)))
    for word in (
        *("business as usual", "Adequacy", "Lead times", "way to the grid", "Capital paid by q"),
        *("Sources and uses", "Pro-forma", "Returns", "Levelised cost of energy", "Tornado"),
        *("discount rate and capital overrun", "Break-even", "lender", "critical path", "Risks"),
        *("obsolescence", "confidence", "Identity"),
    ):
        assert word in captions, word
    assert all(chart.alt for chart in document.blocks if isinstance(chart, Chart))
