"""The memo of a study: what it found, what was varied, and its runs with their intervals."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.contents import numbered
from tokenworks.report.memo.contents_kinds import finding, kind_blocks
from tokenworks.report.memo.figures import found
from tokenworks.report.memo.study_facts import RUNS, VARIED, StudyFacts, cut
from tokenworks.report.study_view import RUN, STATUS
from tokenworks.study.runs import BASE

_MOST_RUNS = 80
_TELLS_APART = ("dearer", "cheaper")


def study_document(facts: StudyFacts, base: b.Document | None) -> b.Document:
    """The memo of a study, the memo of its base plan behind it.

    Parameters
    ----------
    facts
        What is said of the study.
    base
        Memo of the base's plan; None where it has none.
    """
    view = facts.view
    digits = view.identity.rpartition(" ")[2][:8]
    return b.Document(
        title=facts.title,
        subtitle=view.question
        or f"Memo of the study {view.name} ({facts.kind}) of {view.title or 'its base'}",
        identity=f"tokenworks memo: study {view.name}, {digits}, solved {facts.created[:10]}",
        created=facts.created,
        blocks=tuple(numbered([*study_blocks(facts), *_base(facts, base)])),
    )


def study_blocks(facts: StudyFacts) -> Iterator[b.Block]:
    """Everything that is said of the study itself."""
    yield b.Heading("What the study found")
    said = finding(facts)
    if said:
        yield b.Paragraph((f"{said}.",), "lead")
    yield b.Paragraph(_in_short(facts))
    yield b.Strip(tuple(_strip(facts)))
    yield from kind_blocks(facts)
    yield b.Heading("What was varied", 2)
    yield _varied(facts)
    yield b.Heading("The runs", 2)
    yield _runs(facts)
    yield from _failed(facts)


def _base(facts: StudyFacts, base: b.Document | None) -> Iterator[b.Block]:
    yield b.Heading("The plan of the base")
    if base is None:
        why = cut(facts.base_failed)
        yield b.Paragraph((f"The base has no plan, so no memo of one follows: {why}",))
        return
    yield b.Paragraph(
        (f"What follows is the memo of the base, {base.title}: the plan that the runs change.",)
    )
    yield from base.blocks


def _in_short(facts: StudyFacts) -> b.Spans:
    view, book = facts.view, facts.book
    unsolved = int(view.frame[STATUS].isin(("failed", "open")).sum())
    solved = book.figure(
        found(RUNS, "objective_usd", "count", status=_solved_states(facts)), "count"
    )
    spans: b.Spans = (
        solved,
        f" of {len(view.frame):,} runs have a plan"
        + (f"; {unsolved:,} have none, and why stands below. " if unsolved else ". "),
        f"A difference between two runs is an interval of the {facts.value_words}: what the best "
        "plans of both can differ by, since each is proven to a gap. Where it spans zero the two "
        "are indistinguishable. Other figures are those of the plans found. Tables and charts rest "
        "on the inputs of the base, of which the part Trust says how many are assumed †. ",
    )
    known = view.frame[view.frame["difference"].isin((*_TELLS_APART, "indistinguishable"))]
    if len(known):
        apart = book.figure(found(RUNS, "run", "count", difference=list(_TELLS_APART)), "count")
        spans += (apart, f" of {len(known):,} runs can be told apart from the base.")
    return spans


def _solved_states(facts: StudyFacts) -> list[str]:
    return sorted({str(state) for state in facts.view.solved[STATUS]})


def _strip(facts: StudyFacts) -> Iterator[b.Item]:
    """Six figures: the base and the ends of what the runs give."""
    frame, word = facts.view.solved, facts.value_words.capitalize()
    year = facts.view.usd_year
    base = facts.of_run(BASE, "objective_usd", "usd", "no plan")
    yield b.Item(
        f"{word}, base, {year} dollars",
        (base,),
        ("no plan costs less than ", facts.of_run(BASE, "bound_usd", "usd"))
        if base.value is not None
        else ("the base has no plan",),
    )
    ordered = frame.sort_values("objective_usd", kind="stable")
    for label, place in (("Least", 0), ("Most", -1)):
        run = ordered.iloc[place][RUN]
        yield b.Item(
            f"{label} {facts.value_words}, {year} dollars",
            (facts.of_run(run, "objective_usd", "usd"),),
            (facts.view.named(run),),
        )
    for label, column, unit in (
        ("Owned cost of a million tokens", "cost_usd_per_mtoken", f"USD of {year}"),
        ("Demand served", "served_share", ""),
        ("First owned token", "first_token_months", "months"),
    ):
        yield _range(facts, label, column, unit)


def _range(facts: StudyFacts, label: str, column: str, unit: str) -> b.Item:
    form = {"cost_usd_per_mtoken": "per_mtoken", "served_share": "percent"}.get(column, "months")
    low, high = (facts.of_runs(column, how, form) for how in ("least", "most"))  # type: ignore[arg-type]
    base = facts.of_run(BASE, column, form, "none")  # type: ignore[arg-type]
    name = f"{label}, least to most" + (f" [{unit}]" if unit else "")
    spans: b.Spans = ("none",) if low.value is None else (low, " – ", high)
    return b.Item(name, spans, ("base ", base))


def _varied(facts: StudyFacts) -> b.Table:
    frame = facts.book.frames[VARIED]
    rows = tuple(
        (str(line["varied"]), str(line["level"]), str(line["changes"]), f"{line['runs']:,}")
        for line in frame.to_dict("records")
    )
    return b.Table(
        "What the runs change of the base",
        (
            b.Column("Varied"),
            b.Column("Level"),
            b.Column("Changes"),
            b.Column("Runs", number=True),
        ),
        rows or (("nothing", "", "all runs have the inputs of the base", "0"),),
        "× multiplies the figures of the base, + adds to them; any other value replaces them. The "
        "study file lies in the study's folder as study.yaml.",
    )


def _runs(facts: StudyFacts) -> b.Table:
    view, (form, unit) = facts.view, facts.money
    shown = _chosen(view.solved)
    rows = []
    for run in shown[RUN]:
        low = facts.of_run(run, "difference_low_usd", form)
        high = facts.of_run(run, "difference_high_usd", form)
        verdict = shown.loc[shown[RUN] == run, "difference"].iloc[0]
        rows.append(
            (
                view.named(run),
                facts.of_run(run, "objective_usd", form),
                facts.of_run(run, "bound_usd", form),
                facts.of_run(run, "cost_usd_per_mtoken", "per_mtoken", "none"),
                facts.of_run(run, "served_share", "percent"),
                facts.of_run(run, "peak_it_mw", "mw"),
                facts.of_run(run, "first_token_months", "months", "none"),
                "the base" if run == BASE else facts.between(low, high),
                str(verdict) if isinstance(verdict, str) and run != BASE else "",
            )
        )
    left = len(view.solved) - len(shown)
    note = "Table runs.csv of the study's folder."
    if left:
        note = f"The base, the cheapest and the dearest; {left:,} runs between stand in it. " + note
    strong = frozenset(n for n, run in enumerate(shown[RUN]) if run == BASE)
    return b.Table(
        f"Runs with a plan; {facts.value_words} in {unit}",
        (
            b.Column("Run", ", ".join(name for name in view.labels if name != "case")),
            b.Column("Plan found", number=True),
            b.Column("No plan below", number=True),
            b.Column("Owned cost", "USD per million", number=True),
            b.Column("Served", number=True),
            b.Column("IT load", "MW at most", number=True),
            b.Column("First token", "months", number=True),
            b.Column("Dearer than the base by", number=True),
            b.Column("Verdict"),
        ),
        tuple(rows),
        note,
        strong,
    )


def _chosen(solved: pd.DataFrame) -> pd.DataFrame:
    """The runs that a document lists: all, or of many the base, the cheapest and the dearest."""
    if len(solved) <= _MOST_RUNS:
        return solved
    ordered = solved.sort_values("objective_usd", kind="stable")
    half = _MOST_RUNS // 2
    chosen = pd.concat([ordered.head(half), ordered.tail(half), solved[solved[RUN] == BASE]])
    return ordered[ordered[RUN].isin(chosen[RUN])].reset_index(drop=True)


def _failed(facts: StudyFacts) -> Iterator[b.Block]:
    frame = facts.view.frame
    without = frame[frame[STATUS].isin(("failed", "open"))]
    if without.empty:
        return
    rows = tuple(
        (facts.view.named(line[RUN]), str(line[STATUS]), cut(line["error"]))
        for line in without.head(_MOST_RUNS).to_dict("records")
    )
    left = len(without) - len(rows)
    yield b.Table(
        "Runs without a plan",
        (b.Column("Run"), b.Column("State"), b.Column("Why")),
        rows,
        f"{left:,} more stand in runs.csv." if left else "",
    )
