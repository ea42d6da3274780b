"""Stages of a plan up to its first tokens, and the path among them that sets the date.

A plan files and orders as late as still serves, so by its own dates everything is on time and
nothing seems to wait. What sets the date of the first token is found by the critical path method
(Kelley and Walker, 1959) from the months and the precedence of the stages: every stage starts as
soon as what it needs is there, and what could take longer without moving the end has slack.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from tokenworks import leads
from tokenworks.calendar import months_between
from tokenworks.frames import rows, rows_by
from tokenworks.inputs import Inputs
from tokenworks.plan import Plan
from tokenworks.schema.tables_power import SITE_ASSET

PERMIT, CONNECTION, LICENCE = "permit", "grid connection", "export licence"
PROCUREMENT, CONSTRUCTION, DELIVERY = "procurement", "power construction", "hardware delivery"
SITE_CONSTRUCTION, LATERAL = "site construction", "gas lateral"
_HALF_A_MONTH, _EPSILON = 0.5, 1e-6


@dataclass(frozen=True)
class Stage:
    """A stage of something at a site.

    Attributes
    ----------
    site, what, stage
        Where, what of (route, technology, system or site), and which: a key of `STAGE_COLOURS`.
    starts, ends
        Dates of the plan.
    months
        Its length.
    after
        Stages, as (what, stage), that must have ended before it starts.
    no_sooner
        Month of the horizon before which it cannot start.
    serves
        Whether the site's first token needs it.
    slack_months
        By how much it could be longer without moving the earliest first token of the site; NaN of
        what the first token does not need.
    """

    site: str
    what: str
    stage: str
    starts: dt.date
    ends: dt.date
    months: float
    after: tuple[tuple[str, str], ...] = ()
    no_sooner: float = 0.0
    serves: bool = False
    slack_months: float = field(default=float("nan"))

    @property
    def key(self) -> tuple[str, str]:
        """What it is among those of its site."""
        return self.what, self.stage


@dataclass(frozen=True)
class SiteStages:
    """Stages of a site, in order of date.

    Attributes
    ----------
    site
        The site.
    stages
        Of what enters service first of each kind; later deliveries of the same are left out.
    first_token
        Day of its first token in the plan; None where it serves none.
    earliest_month
        Months from the start of the horizon to the first token, did every stage start as soon as
        it could; None where it serves none.
    """

    site: str
    stages: tuple[Stage, ...]
    first_token: dt.date | None
    earliest_month: float | None

    def months_late(self, start: dt.date) -> int:
        """Whole months by which the plan's first token is later than its stages ask for."""
        if self.first_token is None or self.earliest_month is None:
            return 0
        earliest = math.ceil(self.earliest_month - _EPSILON)
        return max(0, round(months_between(start, self.first_token)) - earliest)


def stages_by_site(plan: Plan) -> list[SiteStages]:
    """Sites with their stages, in order of their first tokens."""
    tokens = plan.timeline[plan.timeline["milestone"] == "first token"]
    first = {row.site: row.date.date() for row in rows(tokens)}
    permits = leads.permits_by_site(plan.inputs.tables)
    found = []
    for site in sorted(set(plan.timeline["site"]) - {""}):
        made = list(_of_site(plan, site, permits, first.get(site)))
        held = site in first and first[site] <= plan.inputs.calendar.start
        # Nothing sets the date of what serves when the horizon starts.
        stages, earliest = (made, None) if held else with_slack(made)
        ordered = sorted(stages, key=lambda s: (s.starts, s.ends, s.what))
        found.append(SiteStages(site, tuple(ordered), first.get(site), earliest))
    return sorted(found, key=lambda s: (s.first_token or dt.date.max, s.site))


def _of_site(
    plan: Plan,
    site: str,
    permits: Mapping[tuple[str, str], list[leads.Permit]],
    token: dt.date | None,
) -> Iterator[Stage]:
    """Stages of a site, those that its first token needs marked as such."""
    made = [*_routes(plan, site), *_building(plan, site), *_power(plan, site)]
    made += [*_systems(plan, site)]
    filed = {stage.what for stage in made if stage.stage == PERMIT}
    started = _in_service(plan, site)
    needed = {
        stage.key
        for stage in made
        if token is not None
        and stage.stage not in (PERMIT, PROCUREMENT)  # needed by what they hold up
        and max(stage.ends, started.get(stage.what, stage.ends)) <= token
    }
    # Any one system serves a token: the first does that can be there first.
    systems = [stage for stage in made if stage.key in needed and stage.stage == DELIVERY]
    soonest = min(systems, key=lambda s: (max(0.0, s.no_sooner) + s.months, s.what), default=None)
    needed -= {stage.key for stage in systems if stage is not soonest}
    waiting: dict[tuple[str, str], set[tuple[str, str]]] = {}
    own = {stage.key: stage for stage in made}
    for (place, asset), options in permits.items():
        if place != site:
            continue
        for option in (one for one in options if one.route in filed):
            before = {o.route for o in leads.followed(option, options) if o.route in filed}
            permit = option.route, PERMIT
            waiting.setdefault(permit, set()).update((route, PERMIT) for route in before)
            stages = _stages_of(site, asset)
            held_up = next((k for k in stages[option.required_before] if k in own), None)
            if held_up:
                waiting.setdefault(held_up, set()).add(permit)
            elif needed.intersection(stages["construction"]):
                needed.add(permit)
    for stage in made:
        after = tuple(sorted({*stage.after, *waiting.get(stage.key, set())}))
        yield replace(stage, after=after, serves=stage.key in needed)


def _in_service(plan: Plan, site: str) -> dict[str, dt.date]:
    """Interconnection route to the day on which its first contract at a site starts."""
    mine = plan.power[(plan.power["site"] == site) & (plan.power["kind"] == "grid")]
    return {str(r): when.date() for r, when in mine.groupby("source")["in_service"].min().items()}


def _stages_of(site: str, asset: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """What a permit is required before, to the stages of its asset that it then holds up."""
    if asset == SITE_ASSET:
        built: tuple[tuple[str, str], ...] = ((site, SITE_CONSTRUCTION),)
        return {"commitment": built, "construction": built, "operation": ()}
    built = ((asset, CONSTRUCTION),)
    return {"commitment": ((asset, PROCUREMENT), *built), "construction": built, "operation": ()}


def _routes(plan: Plan, site: str) -> Iterator[Stage]:
    kinds = {"grid": CONNECTION, "export": LICENCE}
    for row in rows(plan.routes[plan.routes["site"] == site]):
        filed, granted = row.filed.date(), row.granted.date()
        stage = kinds.get(row.requirement, PERMIT)
        yield _stage(plan.inputs, site, row.route, stage, filed, granted)


def _building(plan: Plan, site: str) -> Iterator[Stage]:
    mine = plan.timeline[plan.timeline["site"] == site]
    when = mine.groupby("milestone")["date"].min()
    if "ground broken" in when.index and "blocks energised" in when.index:
        starts, ends = when["ground broken"].date(), when["blocks energised"].date()
        yield _stage(plan.inputs, site, site, SITE_CONSTRUCTION, starts, ends)


def _power(plan: Plan, site: str) -> Iterator[Stage]:
    x = plan.inputs
    technologies = rows_by(x.tables["power_technologies"], "technology")
    laterals = leads.lateral_months(x.tables)
    mine = plan.power[(plan.power["site"] == site) & (plan.power["kind"] != "grid")]
    for row in rows(mine.sort_values("in_service").drop_duplicates("source")):
        technology = technologies[row.source]
        stages = leads.technology_stages(technology, x.calendar.start)
        ordered, ends = row.ordered.date(), row.in_service.date()
        built = _months_before(ends, stages.build)
        after: tuple[tuple[str, str], ...] = ()
        if stages.procurement:
            made = _stage(x, site, row.source, PROCUREMENT, ordered, built)
            yield replace(made, no_sooner=max(made.no_sooner, stages.first_order_month))
            after = ((row.source, PROCUREMENT),)
        if technology.needs_gas and laterals.get(site):
            began = _months_before(ends, laterals[site])
            yield _stage(x, site, row.source, LATERAL, began, ends)
        if stages.build or not stages.procurement:
            yield _stage(x, site, row.source, CONSTRUCTION, built, ends, after)


def _systems(plan: Plan, site: str) -> Iterator[Stage]:
    x = plan.inputs
    known = rows_by(x.tables["hardware"], "system")
    mine = plan.hardware[plan.hardware["site"] == site]
    for row in rows(mine.sort_values("in_service").drop_duplicates("system")):
        ordered, ends = row.ordered.date(), row.in_service.date()
        made = _stage(x, site, row.system, DELIVERY, ordered, ends)
        released = leads.first_month(known[row.system].first_order, x.calendar.start)
        yield replace(made, no_sooner=max(made.no_sooner, released))


def _months_before(date: dt.date, months: int) -> dt.date:
    moved = pd.Timestamp(date) - pd.DateOffset(months=months)
    return moved.date()


def _stage(
    x: Inputs,
    site: str,
    what: str,
    stage: str,
    starts: dt.date,
    ends: dt.date,
    after: tuple[tuple[str, str], ...] = (),
) -> Stage:
    """A stage; one that began before the horizon is done when it is done."""
    began = months_between(x.calendar.start, starts)
    return Stage(
        site, what, stage, starts, ends, months_between(starts, ends), after, min(0.0, began)
    )


def with_slack(stages: list[Stage]) -> tuple[list[Stage], float | None]:
    """Stages of a site with their slack, and the month of its earliest first token."""
    by_key = {stage.key: stage for stage in stages}
    starts: dict[tuple[str, str], float] = {}

    def start(key: tuple[str, str], seen: frozenset[tuple[str, str]] = frozenset()) -> float:
        if key not in starts:
            stage = by_key[key]
            known = (k for k in stage.after if k in by_key and k not in seen)
            ready = (start(k, seen | {key}) + by_key[k].months for k in known)
            starts[key] = max((stage.no_sooner, *ready))
        return starts[key]

    last = [stage for stage in stages if stage.serves]
    if not last:
        return stages, None
    end = max(start(stage.key) + stage.months for stage in last)
    latest = {stage.key: end for stage in last}
    # Backwards: what others wait for must have ended when they have to start at the latest.
    for key in sorted(by_key, key=lambda k: (start(k) + by_key[k].months, start(k)), reverse=True):
        if key in latest:
            for before in by_key[key].after:
                if before in by_key:
                    must = latest[key] - by_key[key].months
                    latest[before] = min(latest.get(before, must), must)
    slack = {k: latest[k] - by_key[k].months - start(k) for k in latest}
    return [replace(s, slack_months=slack.get(s.key, float("nan"))) for s in stages], end


def is_critical(stage: Stage) -> bool:
    """Whether a month more of it moves the site's earliest first token."""
    return stage.slack_months < _HALF_A_MONTH


def critical_chain(found: SiteStages) -> list[Stage]:
    """Critical stages one after the other, up to the first token of a site.

    Where two paths are equally long, the one whose last stage is longer, then by name.
    """
    critical = {stage.key: stage for stage in found.stages if is_critical(stage)}
    ends = [stage for stage in critical.values() if stage.serves]
    chain: list[Stage] = []
    while ends:
        last = max(ends, key=lambda stage: (stage.months, stage.what))
        chain.insert(0, last)
        ends = [critical[k] for k in last.after if k in critical and critical[k] not in chain]
    return chain
