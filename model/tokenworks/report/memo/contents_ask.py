"""Recommendation and ask, six figures, and business as usual beside the plan."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.figures import (
    MARKS_EXPLAINED,
    Figure,
    Found,
    Reference,
    Worked,
    found,
    ratio,
)
from tokenworks.report.memo.forms import Form
from tokenworks.results.difference import Difference, difference

_MOST_NAMED = 6
_FIRST_MONTHS = 12
_KINDS = {
    "rent": "renting all that the cloud offers",
    "grid": "firm grid power and today's systems",
}


def ask(facts: Facts) -> Iterator[b.Block]:
    """The first page."""
    yield b.Heading("Recommendation and ask")
    yield b.Paragraph(_recommendation(facts), "lead")
    yield b.Bullets(tuple(_asks(facts)))
    yield b.Strip(tuple(_strip(facts)))
    yield b.Paragraph((MARKS_EXPLAINED,), "note")
    yield b.Heading("Beside business as usual", 2)
    yield b.Paragraph(_verdict(facts))
    if facts.usual.plan:
        yield _beside(facts)


def _recommendation(facts: Facts) -> b.Spans:
    plan, sites = facts.plan, facts.sites
    if not facts.builds:
        return (
            "Build nothing yet. No site is worth opening under these inputs: ",
            facts.figure(found("manifest", "summary/served_share"), "percent"),
            " of the demand is served, all of it rented, and the rest is left unserved at its "
            "price.",
        )
    named = ", ".join(sites[:_MOST_NAMED]) + (" and others" if len(sites) > _MOST_NAMED else "")
    compared = _compared(facts)
    if compared and compared.verdict == "cheaper":
        opening: b.Spans = (
            f"Do not build as planned: business as usual ({_KINDS[facts.usual.kind]}) costs less, "
            "provably. The best plan found would open ",
        )
    elif compared and compared.indistinguishable:
        opening = (
            f"Building cannot be told from business as usual ({_KINDS[facts.usual.kind]}) in "
            "cost; choose by other reasons. The plan opens ",
        )
    else:
        opening = ("Build. The plan opens ",)
    last = plan.timeline.query("milestone == 'first token'")["date"].max()
    return (
        *opening,
        facts.figure(found("sites", "site", "distinct"), "count"),
        f" site{'s' if len(sites) > 1 else ''} ({named}) with up to ",
        facts.figure(found("manifest", "summary/peak_it_mw"), "mw"),
        " MW of IT load, the first serving from ",
        _first_token(facts),
        ", " if len(sites) > 1 else ".",
        *((f"the last from {last.year}.",) if len(sites) > 1 else ()),
        " A million output tokens cost ",
        facts.cost_per_mtoken(),
        f" USD of {facts.usd_year} over the horizon.",
    )


def _first_token(facts: Facts) -> Figure:
    return facts.figure(found("timeline", "date", "least", milestone="first token"), "month")


def capital(facts: Facts, **rows: object) -> Found:
    """Undiscounted capital, contingency included."""
    return found(
        "cashflow", "cash_usd", line="owned", component=facts.capital_components or "", **rows
    )


def _asks(facts: Facts) -> Iterator[b.Spans]:
    if not facts.builds:
        yield ("Approve no capital; look again when prices, headroom or permits change.",)
        return
    yield (
        "Approve capital of ",
        facts.figure(capital(facts), "usd"),
        f" (undiscounted, {facts.usd_year} dollars, contingency included), of which ",
        facts.figure(_before_first_token(facts), "usd"),
        " is paid before the month of the first token.",
    )
    statement = facts.proforma.statement
    if facts.earns and facts.proforma.debt_usd > 0.0:
        drawn = int(statement["year"].iloc[int(statement["debt_drawn_usd"].argmax())])
        yield (
            "Raise debt of ",
            facts.figure(found("proforma", "debt_drawn_usd"), "usd"),
            f" in {drawn} (nominal), ",
            facts.figure(found("returns", "value", "only", figure="gearing_fraction"), "percent"),
            " of the capital by then; all else is equity.",
        )
    first = _first_decisions(facts)
    if first:
        yield (f"Decide within the first {_FIRST_MONTHS} months: {first}.",)
    if facts.earns:
        yield from _price_ask(facts)


def _price_ask(facts: Facts) -> Iterator[b.Spans]:
    factor = found("break_even", "factor", "only", what="token prices")
    marks = facts.worst(
        facts.mark("workloads", w, "sold_usd_per_mtoken")
        for w in facts.plan.flows["workload"].unique()
    )
    if facts.book.value(factor) is not None:
        yield (
            "Test the token prices first: the returns rest on them",
            f" ({marks})" if marks else "",
            ", and the project is worth nothing after tax at ",
            facts.figure(factor, "percent"),
            " of them.",
        )


def _before_first_token(facts: Facts) -> Worked | Found:
    """Capital by month before the first token: rows by their months."""
    first = facts.plan.timeline.query("milestone == 'first token'")["date"].min()
    months = facts.plan.cash_by_month["month"]
    early = sorted({str(month.date()) for month in months[months < first]})
    return found(
        "cash_by_month",
        "cash_usd",
        line="owned",
        component=facts.capital_components or "",
        month=early or "none",
    )


def _first_decisions(facts: Facts) -> str:
    """Filings, orders and ground broken in the first months of the horizon."""
    start = facts.plan.inputs.calendar.date_of(_FIRST_MONTHS)
    early = facts.plan.timeline[facts.plan.timeline["date"].dt.date < start]
    early = early[early["milestone"].isin(("route filed", "ground broken", "systems ordered"))]
    power = facts.plan.timeline
    power = power[(power["date"].dt.date < start) & (power["milestone"] == "power ordered")]
    words = {
        "route filed": "file",
        "ground broken": "break ground",
        "systems ordered": "order",
        "power ordered": "order",
    }
    said = []
    for part in (early, power):
        for milestone, rows in part.groupby("milestone", sort=False):
            what = sorted({f"{w} at {s}" for w, s in zip(rows["what"], rows["site"], strict=True)})
            if milestone == "ground broken":
                what = [f"at {site}" for site in sorted(set(rows["site"]))]
            more = f" and {len(what) - _MOST_NAMED} more" if len(what) > _MOST_NAMED else ""
            said.append(f"{words[str(milestone)]} {', '.join(what[:_MOST_NAMED])}{more}")
    return "; ".join(said)


def _compared(facts: Facts) -> Difference | None:
    """How much dearer business as usual is than the plan."""
    return difference(facts.plan, facts.usual.plan) if facts.usual.plan else None


def _verdict(facts: Facts) -> b.Spans:
    compared = _compared(facts)
    if compared is None:
        return (facts.usual.words,)
    low = Worked(
        "difference",
        (found("usual/manifest", "usual/bound_usd"), found("manifest", "objective_usd")),
    )
    high = Worked(
        "difference",
        (found("usual/manifest", "usual/objective_usd"), found("manifest", "bound_usd")),
    )
    of = "present value of cost less revenue" if _earning(facts) else "present value of cost"
    least, most = facts.figure(low, "usd"), facts.figure(high, "usd")
    apart: b.Spans = (" between ", least, " and ", most)
    return (
        f"Business as usual is {_KINDS[facts.usual.kind]}. Its {of} lies",
        *(apart if least.text != most.text else (" ", least)),
        " above that of the best plan: it is ",
        {"dearer": "dearer", "cheaper": "cheaper"}.get(compared.verdict, "not to be told from it"),
        ". The interval holds what the gaps of both leave open; the gap of business as usual is ",
        facts.figure(found("usual/manifest", "usual/gap"), "percent"),
        f". {facts.usual.words}",
    )


def _earning(facts: Facts) -> bool:
    return facts.plan.scenario.objective == "npv"


def _strip(facts: Facts) -> Iterator[b.Item]:
    mark = _mark_of_all(facts)

    def item(label: str, figure: Figure, unit: str, beside: b.Spans) -> b.Item:
        return b.Item(label, (figure, unit), beside)

    cost = facts.cost_per_mtoken()
    cost = Figure(cost.value, cost.form, cost.reference, cost.words, mark)
    yield item(
        f"Owned cost of a million output tokens [USD of {facts.usd_year}]",
        cost,
        "",
        _usual(facts, "summary/all_served_usd_per_mtoken", "per_mtoken", "as usual, rent included"),
    )
    yield _worth(facts, mark)
    usual_capital = _usual_capital(facts)
    yield item(
        "Capital over the horizon, undiscounted",
        facts.figure(capital(facts), "usd", mark=mark),
        "",
        (usual_capital, " as usual") if usual_capital else ("no business as usual",),
    )
    yield item(
        "Largest IT load",
        facts.figure(found("manifest", "summary/peak_it_mw"), "mw"),
        " MW",
        _usual(facts, "summary/peak_it_mw", "mw", "MW as usual"),
    )
    months = found("manifest", "summary/first_token_months")
    yield item(
        "First owned token, from the start of the horizon",
        facts.figure(months, "months", words="none"),
        " months" if facts.book.value(months) is not None else "",
        _usual(facts, "summary/first_token_months", "months", "months as usual"),
    )
    yield _returns(facts, mark)


def _worth(facts: Facts, mark: str) -> b.Item:
    """The objective: the cost, or of a plan of greatest value what it is worth before tax."""
    here, there = found("manifest", "objective_usd"), found("usual/manifest", "usual/objective_usd")
    if not _earning(facts):
        return b.Item(
            f"Present value of cost, {facts.usd_year} dollars",
            (facts.figure(here, "usd", mark=mark),),
            _usual(facts, "objective_usd", "usd", "as usual"),
        )
    beside: b.Spans = ("no business as usual",)
    if facts.usual.plan:
        beside = (facts.figure(Worked("negative", (there,)), "usd"), " as usual")
    return b.Item(
        f"Net present value before tax, {facts.usd_year} dollars",
        (facts.figure(Worked("negative", (here,)), "usd", mark=mark),),
        beside,
    )


def _returns(facts: Facts, mark: str) -> b.Item:
    """The internal rate of return where there is one; the share served where there is none."""
    irr = found("returns", "value", "only", figure="unlevered_irr")
    if facts.book.value(irr) is not None:
        return b.Item(
            "Internal rate of return of the project, nominal, after tax",
            (facts.figure(irr, "percent", mark=mark),),
            _usual(facts, "summary/served_share", "percent", "of demand served as usual"),
        )
    if facts.earns:
        return b.Item(
            f"Net present value after tax, {facts.usd_year} dollars",
            (facts.figure(found("returns", "value", "only", figure="npv_usd"), "usd", mark=mark),),
            ("no single rate of return exists: see the returns",),
        )
    return b.Item(
        "Demand served, owned or rented",
        (facts.figure(found("manifest", "summary/served_share"), "percent"),),
        _usual(facts, "summary/served_share", "percent", "as usual"),
    )


def _usual(facts: Facts, key: str, form: Form, words: str) -> b.Spans:
    if facts.usual.plan is None:
        return ("no business as usual",)
    figure = facts.figure(found("usual/manifest", f"usual/{key}"), form, words="none")
    return (figure, f" {words}" if figure.value is not None else " as usual")


def _usual_capital(facts: Facts) -> Figure | None:
    if facts.usual.plan is None:
        return None
    return facts.figure(
        found("usual/cashflow", "cash_usd", line="owned", component=facts.capital_components or ""),
        "usd",
    )


def _mark_of_all(facts: Facts) -> str:
    """The most doubtful input of what the plan buys."""
    return facts.worst(
        (
            *(facts.mark("sites", site) for site in facts.sites),
            *(facts.mark("hardware", h) for h in facts.plan.hardware["system"].unique()),
            *(facts.mark("workloads", w) for w in facts.plan.flows["workload"].unique()),
        )
    )


def _beside(facts: Facts) -> b.Table:
    rows: list[tuple[b.Cell, ...]] = []

    def add(label: str, unit: str, form: Form, here: Reference, there: Reference) -> None:
        rows.append(
            (
                label,
                unit,
                facts.figure(here, form, words="none"),
                facts.figure(there, form, words="none"),
            )
        )

    def both(label: str, unit: str, form: Form, key: str) -> None:
        add(label, unit, form, found("manifest", key), found("usual/manifest", f"usual/{key}"))

    for label, key in (
        ("Objective", "objective_usd"),
        ("of it owned cash, less residuals", "summary/owned_usd"),
        ("rent", "summary/rent_usd"),
        ("penalty of what is unserved", "summary/penalty_usd"),
        ("revenue (counted at maximum net present value alone)", "summary/revenue_usd"),
    ):
        both(label, "bn USD", "bn", key)
    both("Bound: no plan costs less", "bn USD", "bn", "bound_usd")
    both("Gap", "", "percent", "gap")
    both("Owned cost", "USD per million tokens", "per_mtoken", "summary/cost_usd_per_mtoken")
    both(
        "Cost of all that is served, with rent",
        "USD per million tokens",
        "per_mtoken",
        "summary/all_served_usd_per_mtoken",
    )
    both("Demand served", "", "percent", "summary/served_share")
    both("Demand served by what is owned", "", "percent", "summary/owned_share")
    components = facts.capital_components or ""
    add(
        "Capital, undiscounted",
        "bn USD",
        "bn",
        capital(facts),
        found("usual/cashflow", "cash_usd", line="owned", component=components),
    )
    both("Largest IT load", "MW", "mw", "summary/peak_it_mw")
    both("First owned token", "months", "months", "summary/first_token_months")
    return b.Table(
        f"The plan and business as usual ({_KINDS[facts.usual.kind]}); money in dollars of "
        f"{facts.usd_year}, present values unless it says undiscounted",
        (
            b.Column("Figure"),
            b.Column("Unit"),
            b.Column("Plan", number=True),
            b.Column("As usual", number=True),
        ),
        tuple(rows),
        "Found in manifest.json and in the table cashflow of both plans.",
        frozenset({0}),
    )


def share_of(over: Reference, under: Reference) -> Worked:
    """A share of one reference in another."""
    return ratio(over, under)
