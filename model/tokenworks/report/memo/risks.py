"""A risk register by rules: each looks into the plan's tables, and says what it saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tokenworks.frames import rows, rows_by
from tokenworks.report.memo.blocks import Cell
from tokenworks.report.memo.contents_power import BINDS, binding
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.figures import found, ratio

_MOST = 4
_HALF = 0.5
_LARGE_SHARE = 0.5


@dataclass(frozen=True)
class Risk:
    """A line of the register.

    Attributes
    ----------
    what
        What may go wrong.
    seen_in
        Where in the plan it follows from.
    mitigant
        What is done about it.
    trigger
        What is watched, and from when.
    """

    what: Cell
    seen_in: Cell
    mitigant: str
    trigger: str


Rule = Callable[[Facts], Iterator[Risk]]


def risks(facts: Facts) -> Iterator[Risk]:
    """What every rule finds, in the order of the rules."""
    for rule in (_late_route, _redline, _supply, _uncertain, _export, _flexible, _price, _claim):
        yield from rule(facts)
    yield from _residual(facts)
    yield from _one_site(facts)


def _late_route(facts: Facts) -> Iterator[Risk]:
    """The longest stage of the critical path to each site's first token."""
    critical = facts.schedule[facts.schedule["critical"] & (facts.schedule["months"] > 0)]
    longest = critical.sort_values("months", kind="stable").drop_duplicates("site", keep="last")
    for row in list(rows(longest.sort_values("ends", kind="stable")))[:_MOST]:
        yield Risk(
            f"{row.what} ({row.stage}) at {row.site} comes late, and the first token with it",
            "routes, power, hardware: on the critical path, no slack",
            "file or order before the month planned; hold what stands behind it until then",
            f"not done by {row.ends:%Y-%m}",
        )


def _redline(facts: Facts) -> Iterator[Risk]:
    used = binding(facts)
    for (scope, name), steps in list(used.groupby(["scope", "id"]))[:_MOST]:
        yield Risk(
            f"{scope} of {name} is used to the full: any cut of it cuts the plan",
            "redline_use",
            "secure the megawatts by contract, or keep a second site that is not under it",
            f"the limit is revised, from {steps['step_start'].min():%Y-%m}",
        )


def _supply(facts: Facts) -> Iterator[Risk]:
    used = facts.plan.supply_use
    near = used[(used["limit_count"] > 0.0) & (used["used_count"] > _HALF * used["limit_count"])]
    for name, years in list(near.groupby("supply"))[:_MOST]:
        bound = (years["used_count"] >= BINDS * years["limit_count"]).any()
        yield Risk(
            f"{name}: the plan takes {'all' if bound else 'over half'} of a year's supply",
            "supply_use",
            "reserve slots with a deposit; name a second maker",
            f"no slot confirmed a year before {int(years['year'].min())}",
        )


def _uncertain(facts: Facts) -> Iterator[Risk]:
    """Permits that may be refused."""
    offered = rows_by(facts.plan.inputs.tables["permit_routes"], "route")
    filed = facts.plan.routes.sort_values("filed")
    doubtful = [
        row
        for row in rows(filed)
        if row.route in offered
        and offered[row.route].probability_fraction == offered[row.route].probability_fraction
        and offered[row.route].probability_fraction < 1.0
    ]
    for row in doubtful[:_MOST]:
        yield Risk(
            (
                f"{row.route} at {row.site} is refused; it is granted with a chance of ",
                facts.figure(
                    found("inputs/permit_routes", "probability_fraction", "only", row=row.route),
                    "percent",
                ),
            ),
            "routes; permit_routes.probability_fraction",
            "speak with the authority before filing; keep the next route ready",
            f"no grant by {row.granted:%Y-%m}",
        )


def _export(facts: Facts) -> Iterator[Risk]:
    """Systems that are shipped under a licence or a quota."""
    licences = facts.plan.routes[facts.plan.routes["requirement"] == "export"]
    for row in list(rows(licences))[:_MOST]:
        yield Risk(
            f"systems at {row.site} need the export licence {row.route}",
            "routes, export_rules",
            "order systems of a class that needs none, or serve the region from elsewhere",
            f"a change of the rules before {row.granted:%Y-%m}; quota use in export_use",
        )


def _flexible(facts: Facts) -> Iterator[Risk]:
    interrupted = facts.plan.adequacy
    cut = interrupted[interrupted["interrupted_mw"] > 0.0]
    for site, steps in list(cut.groupby("site"))[:_MOST]:
        yield Risk(
            f"flexible grid at {site} is cut in more hours than its contract says",
            "adequacy.interrupted_mw",
            "load that can wait or be shed first; storage or own plant beside it",
            f"hours cut in the first year, from {steps['step_start'].min():%Y-%m}",
        )


def _price(facts: Facts) -> Iterator[Risk]:
    if facts.earns:
        factor = found("break_even", "factor", "only", what="token prices")
        if facts.book.value(factor) is not None:
            yield Risk(
                "token prices fall",
                (
                    "break-even: the project is worth nothing at ",
                    facts.figure(factor, "percent"),
                    " of the prices planned with",
                ),
                "contracts with a floor or a take-or-pay for what is built first",
                "prices of the market below the plan's, each year before the next block",
            )


def _claim(facts: Facts) -> Iterator[Risk]:
    """What is built and rests on a seller's claim."""
    built = [
        *(("hardware", h) for h in facts.plan.hardware["system"].unique()),
        *(("power_technologies", t) for t in facts.plan.power["source"].unique()),
        *(("operating_points", p) for p in facts.plan.serving["point"].unique()),
    ]
    claimed = [key for key in built if "claimed" in facts.confidence.get(key, {}).values()]
    if claimed:
        names = ", ".join(f"{table}[{row}]" for table, row in claimed[:_MOST])
        yield Risk(
            "what a seller claims does not hold",
            names,
            "a guarantee with damages; pay against measured output",
            "acceptance test of the first unit",
        )


def _residual(facts: Facts) -> Iterator[Risk]:
    summary = facts.plan.summary
    with_, without = summary.cost_usd_per_mtoken, summary.zero_residual_usd_per_mtoken
    if with_ and without and without > (1.0 + _LARGE_SHARE / 2.0) * with_:
        yield Risk(
            "nobody buys what is left at the end of the horizon",
            (
                "residual values: without them a million tokens cost ",
                facts.figure(
                    found("manifest", "summary/zero_residual_usd_per_mtoken"), "per_mtoken"
                ),
                " USD, not ",
                facts.cost_per_mtoken(),
            ),
            "shorter commitments in the last years; contracts beyond the horizon",
            "resale prices of the first systems that are sold",
        )


def _one_site(facts: Facts) -> Iterator[Risk]:
    owned = facts.plan.flows[facts.plan.flows["how"] == "owned"]
    share = owned.groupby("site")["served_mtokens"].sum().sort_values()
    if len(share) and share.iloc[-1] > _LARGE_SHARE * share.sum():
        yield Risk(
            (
                f"one site, {share.index[-1]}, gives ",
                facts.figure(
                    ratio(
                        found("flows", "served_mtokens", how="owned", site=share.index[-1]),
                        found("flows", "served_mtokens", how="owned"),
                    ),
                    "percent",
                ),
                " of all owned tokens",
            ),
            "flows",
            "rented capacity on call for an outage; a second site earlier",
            "first outage of more than a day",
        )
