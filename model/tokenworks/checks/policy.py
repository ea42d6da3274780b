"""Checks of what the owner asks for: model variants, sovereignty, shares of vendors, stacks."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.checks.base import Tables, enabled, problem_at, reads, rows
from tokenworks.eligible import at_home, sovereign_workloads
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.wording import shown

_DEMAND = ("demand.workload", "demand.region", "demand.output_tokens_per_s")
_PLACES = (
    "jurisdictions.jurisdiction",
    "jurisdictions.parent",
    "regions.region",
    "regions.jurisdiction",
    "sites.site",
    "sites.jurisdiction",
    "sites.enabled",
    "workloads.workload",
    "workloads.sovereign",
)


@reads("accepted_models", "workloads.workload", "workloads.model")
def check_accepted_models_are_others(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A workload's own model needs no row among the variants that it accepts."""
    table = tables["accepted_models"]
    own = dict(zip(*(tables["workloads"].frame[c] for c in ("workload", "model")), strict=True))
    for row in rows(table):
        if own.get(row.workload) == row.model:
            yield problem_at(
                table,
                row.Index,
                "model",
                f"{shown(row.model)} is the model of {shown(row.workload)} already",
                "delete the row, or name another model",
            )


@reads(*_DEMAND, *_PLACES, options=("policy",))
def check_users_have_a_country(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Where users must be served in their country, the table says which it is."""
    table, demand = tables["regions"], tables["demand"].frame
    demand = demand[demand["output_tokens_per_s"] > 0]
    if scenario.policy.least_sovereign_fraction == 0.0:
        demand = demand[demand["workload"].isin(_sovereign(tables))]
    wanted = set(demand["region"])
    for row in rows(table):
        if row.region in wanted and not row.jurisdiction:
            yield problem_at(
                table,
                row.Index,
                "jurisdiction",
                f"it is blank, but users in {shown(row.region)} are to be served in their country",
                "give their state or country, or change `sovereign` of the workload or "
                "`policy.least_sovereign_fraction`",
            )


@reads(*_DEMAND, *_PLACES, "cloud_prices", options=("unserved",))
def check_sovereign_demand_has_a_site(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Where nothing may be left unserved or rented, sovereign demand has a site in its country."""
    if scenario.unserved != "forbidden":
        return
    table = tables["demand"]
    frames = {name: tables[name].frame for name in ("jurisdictions", "regions", "sites")}
    here = {row.site for row in enabled(tables["sites"])}
    reached = {region for site, region in at_home(frames) if site in here}
    bound = _sovereign(tables) - set(tables["cloud_prices"].frame["workload"])
    seen: set[tuple[str, str]] = set()
    for row in rows(table):
        pair = (row.workload, row.region)
        if row.workload in bound and row.output_tokens_per_s > 0 and row.region not in reached:
            if pair not in seen:
                yield problem_at(
                    table,
                    row.Index,
                    "region",
                    f"{shown(row.workload)} must be served in the country of {shown(row.region)}, "
                    "where no enabled site lies",
                    "add a site there, give a cloud price, or let `unserved` be `priced`",
                )
            seen.add(pair)


def _sovereign(tables: Tables) -> set[str]:
    return sovereign_workloads({"workloads": tables["workloads"].frame})


@reads("hardware.system", "hardware.vendor", "hardware.enabled", options=("policy",))
def check_vendors_can_keep_their_share(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Where a vendor's share is limited, systems name theirs and there are enough of them."""
    table, most = tables["hardware"], scenario.policy.most_vendor_fraction
    if most == 1.0:
        return
    for row in enabled(table):
        if not row.vendor:
            yield problem_at(
                table,
                row.Index,
                "vendor",
                f"it is blank, but no vendor may have more than {most:g} of the systems in service",
                "name the vendor, or leave `policy.most_vendor_fraction` out",
            )
    vendors = {row.vendor for row in enabled(table) if row.vendor}
    if vendors and most * len(vendors) < 1.0:
        yield problem_at(
            table,
            0,
            "vendor",
            f"with {len(vendors)} vendors of enabled systems some have more than {most:g} of those "
            "in service, whatever is bought",
            f"let `policy.most_vendor_fraction` be {1.0 / len(vendors):.4g} or more, or enable "
            "systems of others",
        )


@reads("software_stacks", "hardware.software_stack")
def check_stacks_serve_some_system(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Every software stack with a cost is that of some system, enabled or not."""
    table = tables["software_stacks"]
    known = set(tables["hardware"].frame["software_stack"])
    for row in rows(table):
        if row.stack not in known:
            yield problem_at(
                table,
                row.Index,
                "stack",
                f"no system in `hardware` has the software stack {shown(row.stack)}",
                "give the name as in `software_stack` of `hardware`, or delete the row",
            )
