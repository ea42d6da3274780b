"""What the map shows at the end of a year, read from a plan's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from tokenworks.frames import rows
from tokenworks.io.map_layers import headroom_of
from tokenworks.plan import Plan

NUCLEAR = ("nuclear", "nuclear-operation")
CANDIDATE, BUILDING, OPEN = "candidate", "under construction", "open"


@dataclass(frozen=True)
class SiteState:
    """A site at the end of a year.

    Attributes
    ----------
    status
        `CANDIDATE`, `BUILDING` or `OPEN`.
    it_mw, design_mw
        Energised, and installed.
    reactor_mw, delivered_mw
        Of reactors in service, and of those that entered service in the year.
    """

    status: str
    it_mw: float = 0.0
    design_mw: float = 0.0
    reactor_mw: float = 0.0
    delivered_mw: float = 0.0


@dataclass(frozen=True)
class YearState:
    """All of the map at the end of a year.

    Attributes
    ----------
    sites
        Site to its state.
    headroom_mw, contracted_mw
        Zone to firm headroom, and to what of it the plan has contracted.
    served_mtokens_per_s, owned_share
        Region to mean demand, and to the share that own sites serve.
    links_gbps
        Pair of sites to the peak of what is sent, in either direction.
    """

    sites: Mapping[str, SiteState]
    headroom_mw: Mapping[str, float]
    contracted_mw: Mapping[str, float]
    served_mtokens_per_s: Mapping[str, float]
    owned_share: Mapping[str, float]
    links_gbps: Mapping[tuple[str, str], float]


def years_of(plan: Plan) -> list[int]:
    """Calendar years of the horizon."""
    calendar = plan.inputs.calendar
    last = calendar.date_of(calendar.horizon_months - 1).year
    return list(range(calendar.start.year, last + 1))


def reactors(plan: Plan) -> set[str]:
    """Technologies that need a nuclear licence, or cost what nuclear plant costs in a place."""
    technologies, permits = (
        plan.inputs.tables["power_technologies"],
        plan.inputs.tables["permit_routes"],
    )
    licensed = permits[permits["requirement"].isin(NUCLEAR)] if len(permits) else permits
    by_cost = technologies[technologies["cost_region"] == "nuclear"]["technology"]
    found = {*by_cost, *(licensed["asset"] if "asset" in licensed.columns else ())}
    return found & set(technologies["technology"])


def state_at_end(plan: Plan, year: int) -> YearState:
    """The map at the end of a year: of the last step that starts within or before it."""
    end = pd.Timestamp(year + 1, 1, 1)
    calendar = plan.inputs.calendar
    starts = [pd.Timestamp(calendar.date_of(step.start_month)) for step in calendar.steps]
    step = max((start for start in starts if start < end), default=starts[0])
    flows = plan.flows[plan.flows["step_start"] == step]
    asked = flows.groupby("region")["mean_mtokens_per_s"].sum()
    owned = flows[flows["how"] == "owned"].groupby("region")["mean_mtokens_per_s"].sum()
    use = plan.redline_use
    firm = use[(use["scope"] == "zone firm headroom") & (use["step_start"] == step)]
    return YearState(
        sites=_sites(plan, step, year),
        headroom_mw=_headroom(plan, year),
        contracted_mw={str(r.id): float(r.used_mw) for r in rows(firm)},
        served_mtokens_per_s={str(k): float(v) for k, v in asked.items()},
        owned_share={
            str(k): float(owned.get(k, 0.0)) / float(v) if v else 0.0 for k, v in asked.items()
        },
        links_gbps=_links(plan, step),
    )


def _headroom(plan: Plan, year: int) -> dict[str, float]:
    table = plan.inputs.tables["zone_headroom"]
    if table.empty:
        return {}
    return {str(zone): float(mw) for zone, mw in headroom_of(table, year).dropna().items()}


def _sites(plan: Plan, step: pd.Timestamp, year: int) -> dict[str, SiteState]:
    end = pd.Timestamp(year + 1, 1, 1)
    timeline, power = plan.timeline, plan.power
    broken = timeline[(timeline["milestone"] == "ground broken") & (timeline["date"] < end)]
    mine = power[power["source"].isin(reactors(plan)) & (power["in_service"] < end)]
    fresh = mine[mine["in_service"] >= pd.Timestamp(year, 1, 1)]
    reactor_mw = mine.groupby("site")["entering_mw"].sum()
    delivered_mw = fresh.groupby("site")["entering_mw"].sum()
    open_now = {row.site: row for row in rows(plan.sites[plan.sites["step_start"] == step])}
    found = {}
    for site in plan.inputs.tables["sites"]["site"]:
        row = open_now.get(site)
        status = OPEN if row else BUILDING if site in set(broken["site"]) else CANDIDATE
        found[str(site)] = SiteState(
            status,
            float(row.it_capacity_mw) if row else 0.0,
            float(row.design_load_mw) if row else 0.0,
            float(reactor_mw.get(site, 0.0)),
            float(delivered_mw.get(site, 0.0)),
        )
    return found


def _links(plan: Plan, step: pd.Timestamp) -> dict[tuple[str, str], float]:
    sent = plan.transfers[plan.transfers["step_start"] == step]
    found: dict[tuple[str, str], float] = {}
    for row in rows(sent[sent["from_site"] != sent["to_site"]]):
        pair = pair_of(row.from_site, row.to_site)
        found[pair] = found.get(pair, 0.0) + float(row.peak_gbps)
    return found


def pair_of(one: object, other: object) -> tuple[str, str]:
    """Two sites in order, whichever sends."""
    first, second = sorted((str(one), str(other)))
    return first, second
