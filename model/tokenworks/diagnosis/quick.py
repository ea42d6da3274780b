"""What can be told without a solver: demand that nobody could serve, limits that cannot be enough.

Every finding is proven by arithmetic alone: it compares the least that any plan needs with the most
that any plan could have. What is not found here may still be infeasible.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tokenworks import leads
from tokenworks.candidates import Candidates
from tokenworks.candidates.points import Match, fits_site, round_trips_ms
from tokenworks.candidates.redlines import load_limits_mw, sites_under
from tokenworks.candidates.supply import supplies
from tokenworks.diagnosis.knobs import cell
from tokenworks.eligible import at_home, sovereign_workloads
from tokenworks.frames import lookup, rows, rows_by
from tokenworks.inputs import Inputs
from tokenworks.schema.tables_hardware import DECODE, SERVE
from tokenworks.schema.tables_power import SITE_ASSET
from tokenworks.yearly import Yearly

# What is above a limit by less is the arithmetic's.
SLACK = 1e-6
KW_PER_MW = 1e3


@dataclass(frozen=True)
class Finding:
    """Something that no plan can do.

    Attributes
    ----------
    words
        What, and by how much.
    remedy
        What would be right.
    addresses
        Inputs that it comes from.
    """

    words: str
    remedy: str
    addresses: tuple[str, ...] = field(default=())


def quick_findings(x: Inputs, c: Candidates) -> list[Finding]:
    """Everything that can be told without a solver, in the order in which to look at it."""
    known = _Known(x, c)
    return [
        *_held_above_redlines(x, c),
        *_out_of_reach(known),
        *_before_anything(known),
        *_too_little_land(known),
        *_too_little_supply(known),
        *_too_little_money(known),
    ]


@dataclass
class _Known:
    """What several checks ask for."""

    x: Inputs
    c: Candidates
    matches: dict[str, list[Match]] = field(init=False)
    asked: dict[tuple[str, int], float] = field(init=False)
    rented: dict[tuple[str, int], float] = field(init=False)
    serves: dict[tuple[str, str], int] = field(init=False)

    def __post_init__(self) -> None:
        self.matches = defaultdict(list)
        for match in self.c.serving.matches.values():
            self.matches[match.workload].append(match)
        self.asked = defaultdict(float)
        for (w, _, e), level in self.c.demand.items():
            self.asked[w, e] += level.mean_mtokens_per_s
        self.rented = _rentable(self.x, self.asked)
        self.serves = {}
        for w, r, _, e in self.c.serving.flows:
            self.serves[w, r] = min(e, self.serves.get((w, r), e))

    def owned(self, workload: str, step: int) -> float:
        """Least million tokens a second that sites have to serve."""
        asked = self.asked.get((workload, step), 0.0)
        return max(0.0, asked - self.rented.get((workload, step), 0.0))

    def date(self, step: int) -> str:
        """First day of a step."""
        calendar = self.x.calendar
        return str(calendar.date_of(calendar.steps[step].start_month))


def _rentable(x: Inputs, asked: dict[tuple[str, int], float]) -> dict[tuple[str, int], float]:
    """(workload, step) to what can be rented; without a limit as much as anybody asks for."""
    prices = x.tables["cloud_prices"]
    offered = set(prices["workload"])
    limited = Yearly(prices.dropna(subset="max_output_tokens_per_s"), ["workload"],
                     "max_output_tokens_per_s")  # fmt: skip
    return {
        (w, e): limited.mean((w,), x.calendar.steps[e].years) / 1e6 if (w,) in limited else tokens
        for (w, e), tokens in asked.items()
        if w in offered
    }


def _held_above_redlines(x: Inputs, c: Candidates) -> Iterator[Finding]:
    """A redline on new load that what is held breaks from the start."""
    sites = rows_by(x.tables["sites"], "site")
    held: dict[str, float] = defaultdict(float)
    for (s, _), blocks in c.held.blocks.items():
        held[s] += blocks * sites[s].block_mw * sites[s].peak_pue_ratio
    limits = load_limits_mw(x)
    for (scope, name), under in sites_under(x).items():
        load = sum(held[s] for s in under)
        least = min(
            (mw for (a, n, _), mw in limits.items() if (a, n) == (scope, name)), default=load
        )
        if load > least * (1.0 + SLACK):
            yield Finding(
                f"the redline of {scope} `{name}` allows {least:,.6g} MW of load, and what is held "
                f"there already draws {load:,.6g} MW",
                f"raise the redline by {load - least:,.6g} MW, or hold less there",
                (cell("redlines", f"{scope},{name},*", "max_new_load_mw"),),
            )


def _out_of_reach(known: _Known) -> Iterator[Finding]:
    """Demand that no site can ever serve and nobody rents out."""
    x, c = known.x, known.c
    for w, r in dict.fromkeys((w, r) for w, r, _ in c.demand):
        if (w, r) in known.serves or any(
            (w, e) in known.rented for e in range(len(x.calendar.steps))
        ):
            continue
        why, remedy, addresses = _reason(known, w, r)
        yield Finding(
            f"no site can ever serve workload `{w}` in region `{r}`, and nobody rents it out: "
            f"{why}",
            remedy,
            (cell("demand", f"{w},{r},*", "output_tokens_per_s"), *addresses),
        )


# Why, what would help, and the inputs that it comes from.
Reason = tuple[str, str, tuple[str, ...]]


def _reason(known: _Known, w: str, r: str) -> Reason:
    """Why no site can serve a demand."""
    return (
        _no_point(known, w)
        or _too_far(known, w, r)
        or _no_hall(known, w)
        or _refused(known)
        or ("nothing that could serve it arrives before the horizon ends", "shorten lead times", ())
    )


def _no_point(known: _Known, w: str) -> Reason | None:
    if not known.matches[w]:
        return (
            "no operating point is within its lengths, latencies and tolerances",
            "give an operating point for it, or loosen the limits of the workload",
            (cell("workloads", w, "ttft_limit_ms"), cell("workloads", w, "tpot_limit_ms")),
        )
    if not known.c.siting.first_step:
        return "no site can be energised before the horizon ends", "shorten its months", ()
    return None


def _too_far(known: _Known, w: str, r: str) -> Reason | None:
    """The first token comes too late from every site that may serve the region."""
    x = known.x
    sites = set(known.c.siting.first_step)
    if w in sovereign_workloads(x.tables):
        sites = {s for s, q in at_home(x.tables) if q == r and s in sites}
        if not sites:
            return (
                "it is sovereign, and no site lies in the users' country",
                "add a site there, or lift the rule",
                (cell("workloads", w, "sovereign"),),
            )
    trips = {s: ms for (s, q), ms in round_trips_ms(x).items() if q == r and s in sites}
    nearest = min(trips, key=trips.__getitem__)
    fastest = min(match.ttft_ms for match in known.matches[w] if match.stage != DECODE)
    needs = fastest + trips[nearest] + x.scenario.latency.queue_ms
    limit_ms = lookup(x.tables["workloads"], "workload", "ttft_limit_ms")[w]
    if needs <= limit_ms:
        return None
    return (
        f"in `{r}` the first token has to come within {limit_ms:,.6g} ms, and takes "
        f"{needs:,.1f} ms at the least: {fastest:,.6g} ms in the fastest system, "
        f"{trips[nearest]:,.1f} ms of round trip to the nearest site `{nearest}` and "
        f"{x.scenario.latency.queue_ms:,.6g} ms of queue",
        f"allow {math.ceil(needs):,} ms for the first token, add a nearer site",
        (cell("workloads", w, "ttft_limit_ms"),),
    )


def _no_hall(known: _Known, w: str) -> Reason | None:
    hardware = rows_by(known.x.tables["hardware"], "system")
    sites, there = rows_by(known.x.tables["sites"], "site"), sorted(known.c.siting.first_step)
    if any(fits_site(hardware[m.system], sites[s]) for m in known.matches[w] for s in there):
        return None
    return (
        "no hall admits the racks or the cooling of any system that could",
        "allow denser racks or liquid cooling at a site",
        tuple(cell("sites", s, "hall_density_kw_per_rack") for s in there),
    )


def _refused(known: _Known) -> Reason | None:
    rules = sorted({rule for rule, _ in known.c.exports.refused})
    if not rules:
        return None
    return (
        f"export rules keep systems out: {', '.join(f'`{rule}`' for rule in rules)}",
        "ask for a licence that is likely to be granted, or place systems elsewhere",
        tuple(cell("export_rules", rule, "effect") for rule in rules),
    )


def _before_anything(known: _Known) -> Iterator[Finding]:
    """Demand that no site can serve yet, or ever, beyond what can be rented."""
    x, last = known.x, len(known.x.calendar.steps)
    for w in dict.fromkeys(w for w, _, _ in known.c.demand):
        early: dict[int, dict[str, float]] = defaultdict(dict)
        for (v, r, e), level in known.c.demand.items():
            if v == w and e < known.serves.get((w, r), last):
                early[e][r] = level.mean_mtokens_per_s
        short = {e: sum(of.values()) - known.rented.get((w, e), 0.0) for e, of in early.items()}
        if not short:
            continue
        step = max(short, key=short.__getitem__)
        rent = known.rented.get((w, step), 0.0)
        served = any((w, r) in known.serves for r in early.get(step, ()))
        # What nobody can ever serve or rent out is said by itself.
        if (not rent and not served) or short[step] <= SLACK * sum(early[step].values()):
            continue
        period = x.calendar.steps[step].period
        asked, regions = sum(early[step].values()), ", ".join(f"`{r}`" for r in early[step])
        never = [r for r in early[step] if (w, r) not in known.serves]
        why, remedy, addresses = _reason(known, w, never[0]) if never else _too_early(known, w)
        yield Finding(
            f"from {known.date(step)} no site can serve workload `{w}` in {regions}, which ask for "
            f"{asked:,.6g} million tokens/s, and {rent:,.6g} can be rented: {short[step]:,.6g} are "
            f"short; {why}",
            f"{remedy}, rent {short[step]:,.6g} million tokens/s more, ask for less until then, or "
            "allow unserved tokens (`unserved: priced`)",
            (
                *(cell("demand", f"{w},{r},{period}", "output_tokens_per_s") for r in early[step]),
                *addresses,
            ),
        )


def _too_early(known: _Known, w: str) -> tuple[str, str, tuple[str, ...]]:
    """Why a demand comes before any site that could serve it."""
    start = min(e for (v, _), e in known.serves.items() if v == w)
    site, words = _critical_path(known.x)
    return (
        f"the first site can from {known.date(start)}: {words}",
        "shorten the months of a site",
        (cell("sites", site, "construction_months"),),
    )


def _critical_path(x: Inputs) -> tuple[str, str]:
    """The site that can be energised first, and its months in words."""
    permits = leads.permits_by_site(x.tables)
    found = []
    for site in rows(x.tables["sites"]):
        routes = permits.get((site.site, SITE_ASSET), [])
        months = leads.earliest_service(leads.site_stages(site), routes)
        named = ", ".join(f"permit `{p.route}` {p.months} months" for p in routes)
        words = f"`{site.site}` takes {named + ', ' if named else ''}"
        words += f"construction {int(site.construction_months)} months"
        found.append((months, site.site, words))
    return min(found)[1:]


def _least_mw(known: _Known, w: str, step: int) -> float:
    """Least design power of the systems that serve a million tokens a second."""
    design = lookup(known.x.tables["hardware"], "system", "design_kw")
    whole = [m for m in known.matches[w] if m.stage == SERVE] or known.matches[w]
    # Of two stages, each is needed: the smaller is a bound on both.
    each = [design[m.system] / KW_PER_MW / m.mtokens_per_s(step) for m in whole]
    return min(each, default=0.0)


def _too_little_land(known: _Known) -> Iterator[Finding]:
    """Load above all that the sites open by then could hold."""
    x, workloads = known.x, dict.fromkeys(w for w, _, _ in known.c.demand)
    most = lookup(x.tables["sites"], "site", "max_it_mw")
    first = known.c.siting.first_step
    if any(w in known.matches and not known.matches[w] for w in workloads):
        return
    worst: tuple[float, int, float, float] | None = None
    for step in x.calendar.steps:
        needs = sum(known.owned(w, step.index) * _least_mw(known, w, step.index) for w in workloads)
        room = sum(float(most[s]) for s, e in first.items() if e <= step.index)
        if room and needs > room * (1.0 + SLACK) and (worst is None or needs - room > worst[0]):
            worst = needs - room, step.index, needs, room
    if worst is not None:
        missing, step_index, needs, room = worst
        yield Finding(
            f"from {known.date(step_index)} what cannot be rented takes {needs:,.1f} MW of the "
            f"most efficient systems, and all sites together can hold {room:,.6g} MW by then: "
            f"{missing:,.1f} MW are short",
            "raise what sites can hold, add sites, rent more, or allow unserved tokens",
            tuple(cell("sites", s, "max_it_mw") for s in first),
        )


def _too_little_supply(known: _Known) -> Iterator[Finding]:
    """More systems needed by a year than all years up to it supply, where all take from it."""
    x = known.x
    held, steps = supplies(x), x.calendar.steps
    for name in dict.fromkeys(supply for supply, _ in held.limits):
        there, worst = 0.0, (0.0, 0, 0.0, 0.0)
        for year in sorted(y for p, y in held.limits if p == name):
            there += held.limits[name, year]
            last = max(e.index for e in steps if e.year == year)
            needs = sum(
                known.owned(w, last)
                * min((held.taken(name, m.system) / m.mtokens_per_s(last) for m in of), default=0.0)
                for w, of in known.matches.items()
            )
            if needs > there * (1.0 + SLACK) and needs - there > worst[0]:
                worst = needs - there, year, needs, there
        if worst[0] > 0.0 and not known.c.held.systems:
            yield Finding(
                f"by {worst[1]} at least {worst[2]:,.6g} of the supply `{name}` are needed, and "
                f"{worst[3]:,.6g} come: {worst[0]:,.6g} are short",
                "raise the supply, allow systems that do not take from it, or rent more",
                (cell("supply", f"{name},*", "limit_count"),),
            )


def _too_little_money(known: _Known) -> Iterator[Finding]:
    """A budget below the price of the systems that are needed at the least."""
    most = known.x.scenario.policy.most_capital_usd
    if most is None or known.c.held.systems:
        return
    price = lookup(known.x.tables["hardware"], "system", "capex_usd")
    needed = 0.0
    for step in known.x.calendar.steps:
        usd = sum(
            known.owned(w, step.index)
            * min((float(price[m.system]) / m.mtokens_per_s(step.index) for m in of), default=0.0)
            for w, of in known.matches.items()
        )
        needed = max(needed, usd)
    if needed > most * (1.0 + SLACK):
        yield Finding(
            f"the systems alone cost at least {needed:,.0f} USD, and the budget is {most:,.0f} USD",
            f"raise the budget by more than {needed - most:,.0f} USD, rent more, or allow unserved "
            "tokens",
            ("policy.most_capital_usd",),
        )
