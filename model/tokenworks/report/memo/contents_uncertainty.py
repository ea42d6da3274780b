"""Uncertainty: what moves the answer, at which point it turns, and a lender's cases."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.drawings import tornado_chart
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.figures import Worked, found, ratio
from tokenworks.report.memo.forms import Form
from tokenworks.report.memo.sensitivity import OVERRUNS


def uncertainty(facts: Facts) -> Iterator[b.Block]:
    """The same plan under other figures."""
    yield b.Heading("Uncertainty")
    yield b.Paragraph(
        (
            "In this part the plan stays as it is and its cash is counted again under other "
            "figures, exactly and without solving: what a better plan would save under them is "
            "left out. A study re-solves; its tables follow where one is given.",
        )
    )
    owns = (facts.book.value(facts.owned_tokens()) or 0.0) > 0.0
    if owns:
        yield tornado_chart(facts)
        yield _tornado(facts)
        yield _two_way(facts)
    yield _break_even(facts, owns)
    if facts.earns:
        yield _lender(facts)


def _tornado(facts: Facts) -> b.Table:
    rows = []
    for driver in facts.book.frames["sensitivities"]["driver"]:
        cells: list[b.Cell] = []
        for column in ("low_usd_per_mtoken", "high_usd_per_mtoken"):
            at = found("sensitivities", column, "only", driver=driver)
            base = found("sensitivities", "base_usd_per_mtoken", "only", driver=driver)
            cells += [
                facts.figure(at, "per_mtoken"),
                facts.figure(ratio(Worked("difference", (at, base)), base), "percent"),
            ]
        frame = facts.book.frames["sensitivities"].set_index("driver")
        rows.append((driver, str(frame.loc[driver, "change"]), *cells))
    return b.Table(
        f"Owned cost of a million output tokens, one driver at a time, USD of {facts.usd_year}",
        (
            b.Column("Driver"),
            b.Column("Change"),
            b.Column("Better", number=True),
            b.Column("", "of the cost", number=True),
            b.Column("Worse", number=True),
            b.Column("", "of the cost", number=True),
        ),
        tuple(rows),
        "Worked out of cash_by_month, lives_left and flows. The discount rate moves the factors of "
        "every month and the value of the lives that are left.",
    )


def _two_way(facts: Facts) -> b.Table:
    frame = facts.book.frames["two_way"]
    rows = []
    for rate in frame["discount_rate"].unique():
        overruns = frame[frame["discount_rate"] == rate]["overrun_fraction"]
        rows.append(
            (
                facts.figure(
                    found("two_way", "discount_rate", "only", discount_rate=rate), "percent"
                ),
                *(
                    facts.figure(
                        found(
                            "two_way",
                            "cost_usd_per_mtoken",
                            "only",
                            discount_rate=rate,
                            overrun_fraction=over,
                        ),
                        "per_mtoken",
                    )
                    for over in overruns
                ),
            )
        )
    return b.Table(
        f"Owned cost of a million output tokens by discount rate and capital overrun, USD of "
        f"{facts.usd_year}",
        (
            b.Column("Discount rate", number=True),
            *(b.Column(f"{over:+.0%}".replace("%", " %"), number=True) for over in OVERRUNS),
        ),
        tuple(rows),
        "As the table before; the overrun is of all capital, residual values unchanged.",
    )


def _break_even(facts: Facts, owns: bool) -> b.Table:
    rows: list[tuple[b.Cell, ...]] = []
    if owns:
        rows.append(
            (
                "One real price of all owned tokens that earns the discount rate before tax",
                f"USD of {facts.usd_year} per million",
                facts.cost_per_mtoken(),
            )
        )
    if facts.usual.plan and facts.capital_components:
        over = Worked(
            "difference",
            (found("usual/manifest", "usual/objective_usd"), found("manifest", "objective_usd")),
        )
        present = found(
            "costs", "present_value_usd", line="owned", component=facts.capital_components
        )
        rows.append(
            (
                "Overrun of all capital at which the plan costs what business as usual does",
                "of capital",
                facts.figure(ratio(over, present), "percent"),
            )
        )
    if facts.earns:
        rows += [
            (
                f"{what.capitalize()} at which the project's value after tax is nothing",
                "of what is planned",
                facts.figure(
                    found("break_even", "factor", "only", what=what),
                    "percent",
                    words="none up to a thousandfold",
                ),
            )
            for what in facts.book.frames["break_even"]["what"]
        ]
    if not rows:
        rows.append(("Nothing is owned or earned, so that nothing breaks even", "", "–"))
    return b.Table(
        "Break-even",
        (b.Column("What"), b.Column("Unit"), b.Column("At", number=True)),
        tuple(rows),
        "Searched on the plan's own cash; a study of kind break-even re-solves.",
    )


def _lender(facts: Facts) -> b.Table:
    shown: tuple[tuple[str, Form], ...] = (
        ("npv_usd", "m"),
        ("unlevered_irr", "percent"),
        ("levered_irr", "percent"),
        ("payback_years", "years"),
        ("least_dscr", "ratio"),
        ("mean_dscr", "ratio"),
    )
    rows = []
    for case in facts.book.frames["lender_cases"]["case"]:
        where = {"case": case}
        rows.append(
            (
                case,
                *(
                    facts.figure(found("lender_cases", column, "only", **where), form)
                    for column, form in shown
                ),
            )
        )
    return b.Table(
        f"A lender's cases: net present value after tax in m USD of {facts.usd_year}, rates of "
        "return nominal",
        (
            b.Column("Case"),
            b.Column("NPV", number=True),
            b.Column("IRR, project", number=True),
            b.Column("IRR, equity", number=True),
            b.Column("Payback", "years", number=True),
            b.Column("DSCR, least", number=True),
            b.Column("DSCR, mean", number=True),
        ),
        tuple(rows),
        "The pro-forma with one thing worse and the loan as agreed for the plan. Delay: capital is "
        "paid when planned, all else comes later, and what then lies beyond the horizon is lost. "
        "Volume: a fifth fewer tokens sold, and of the energy. A dash: no single rate exists.",
        frozenset({0}),
    )
