"""Trust: the proof, where the inputs are from, limits of the model, hashes and versions."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tokenworks.frames import rows as table_rows
from tokenworks.report.figures import counts, option_confidence
from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.facts import DOUBT, Facts
from tokenworks.report.memo.figures import found

LIMITS = (
    "Representative days stand for a year; load and weather of the shipped profiles are not of one "
    "year. `solve --chronological` runs a plan through 8,760 hours and reports what falls short.",
    "A permit that may be refused is reckoned as filed again; what a refusal does to a plan is a "
    "question for branches.",
    "Spare units are counted by technology, about one too many where several stand beside each "
    "other.",
    "CO2 is location-based and upstream; market-based CO2 is not reckoned.",
    "Units are not moved between sites.",
    "The pro-forma leaves out fees, reserve accounts, working capital and limits on the deduction "
    "of interest; residual values at the end of the horizon are taken as sold.",
    "Sensitivities here recount the plan's own cash; they do not re-solve.",
)
_MOST_NAMED = 8


def trust(facts: Facts) -> Iterator[b.Block]:
    """How far the figures can be trusted."""
    yield b.Heading("Trust")
    yield _proof(facts)
    yield from _confidence(facts)
    yield b.Heading("What the model leaves out", 2)
    yield b.Bullets(tuple((limit,) for limit in LIMITS))
    yield b.Heading("Inputs used, with source and confidence", 2)
    yield from _inputs_used(facts)
    yield _options(facts)
    yield _versions(facts)


def _proof(facts: Facts) -> b.Paragraph:
    status = {
        "optimal": "The plan is proven within the gap asked for",
        "gap_left": "The search came to its end with a wider gap than asked for",
        "time_limit": "The time limit stopped the solver; this is the best plan found by then",
        "interrupted": "The solver was interrupted; this is the best plan found by then",
        "solver_failed": "The solver failed; this is the best plan found by then",
    }[facts.plan.status]
    return b.Paragraph(
        (
            f"{status}. Its objective is ",
            facts.figure(found("manifest", "objective_usd"), "usd"),
            ", and no plan, found or not, has less than ",
            facts.figure(found("manifest", "bound_usd"), "usd", words="an unproven bound"),
            ": a gap of ",
            facts.figure(found("manifest", "gap"), "percent_fine", words="unknown size"),
            ", or ",
            facts.figure(found("manifest", "gap_controllable"), "percent_fine", words="unknown"),
            " of what a plan can change. The program has ",
            facts.figure(found("manifest", "rows"), "count"),
            " rows and ",
            facts.figure(found("manifest", "columns"), "count"),
            f" columns and was solved {_method(facts)}.",
        )
    )


def _method(facts: Facts) -> str:
    return "in one call" if facts.plan.method == "whole" else "in parts"


def _confidence(facts: Facts) -> Iterator[b.Block]:
    """Figures by confidence: of all tables, and of the rows that the plan uses."""
    rows = []
    for label, part in (
        ("rows that the plan uses", facts.used_inputs),
        ("all inputs without hourly series", facts.few_inputs),
        ("all inputs", facts.all_inputs),
    ):
        of_part = counts(part)
        rows.append((label, f"{len(part):,}", *(f"{of_part[c]:,}" for c in DOUBT)))
    yield b.Table(
        "Input figures by confidence",
        (
            b.Column("Inputs"),
            b.Column("Figures", number=True),
            *(b.Column(level, number=True) for level in DOUBT),
        ),
        tuple(rows),
        "measured: by somebody who says how; published: by an authority or the literature; "
        "claimed: by a seller; assumed: by us, replace them where you know better.",
    )


def _inputs_used(facts: Facts) -> Iterator[b.Block]:
    """Input rows that the plan uses, gathered by table, source and confidence."""
    used = facts.used_inputs
    keyed = used.assign(key=used["row"].str.partition(",")[0])
    rows = []
    for (table, confidence, source), part in keyed.groupby(
        ["table", "confidence", "source"], sort=False
    ):
        names, columns = part["key"].drop_duplicates(), part["column"].drop_duplicates()
        count = f"{len(part):,}"
        rows.append((str(table), _few(names), _few(columns), count, str(confidence), str(source)))
    if rows:
        yield b.Table(
            "Inputs that the plan uses; the workbook lists every figure with its value",
            (
                b.Column("Table"),
                b.Column("Rows"),
                b.Column("Columns"),
                b.Column("Figures", number=True),
                b.Column("Confidence"),
                b.Column("Source"),
            ),
            tuple(rows),
            "Rows by the first part of their key. A blank source: nobody; we chose it.",
        )
    yield from _sources(facts, set(used["source"]))


def _few(names: pd.Series[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return ", ".join(listed[:_MOST_NAMED]) + more


def _sources(facts: Facts, named: set[str]) -> Iterator[b.Block]:
    known = facts.plan.inputs.loaded["sources"].frame
    cited = known[known["source_id"].isin(named)]
    if len(cited):
        yield b.Table(
            "Sources cited",
            (b.Column("Source"), b.Column("Citation"), b.Column("Where")),
            tuple(
                (row.source_id, str(row.citation or ""), str(row.locator or ""))
                for row in table_rows(cited)
            ),
        )


def _options(facts: Facts) -> b.Table:
    rows = tuple(
        (key, str(value), confidence)
        for key, (value, confidence) in option_confidence(facts.plan.inputs).items()
    )
    return b.Table(
        "Options of the scenario",
        (b.Column("Option"), b.Column("Value", number=True), b.Column("Confidence")),
        rows,
        "scenario.yaml of the run folder.",
    )


def _versions(facts: Facts) -> b.Table:
    manifest = facts.manifest
    rows = [
        ("scenario", str(manifest["scenario"])),
        ("inputs, SHA-256", str(manifest["inputs_sha256"])),
        ("solved", str(manifest["created"])),
        *((f"version of {name}", str(text)) for name, text in manifest["versions"].items()),
    ]
    if facts.usual.plan:
        rows.append(("inputs of business as usual, SHA-256", facts.usual.plan.inputs.sha256))
    return b.Table("Identity", (b.Column("What"), b.Column("Value")), tuple(rows), "manifest.json.")
