"""What binds in a plan: limits that it uses up, and lead times begun on the first day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from tokenworks.budget import CAPITAL
from tokenworks.diagnosis.amounts import amounts
from tokenworks.diagnosis.knobs import Knob, cell
from tokenworks.diagnosis.others import others
from tokenworks.frames import lookup, rows
from tokenworks.inputs import Inputs
from tokenworks.plan import Plan
from tokenworks.results.carbon_use import capped_tonnes
from tokenworks.yearly import Yearly

# What is used up to this share of a limit is used up.
FULL = 1.0 - 1e-6
# The same of money, which whole modules do not spend to the last dollar.
SPENT = 0.99


@dataclass(frozen=True)
class Binding:
    """A limit that binds.

    Attributes
    ----------
    knob
        The input.
    first
        First day on which it binds.
    steps
        In how many steps it does.
    """

    knob: Knob
    first: pd.Timestamp
    steps: int


def binding(plan: Plan) -> list[Binding]:
    """Every limit that binds in a plan, amounts before months."""
    known = {address: knob for knob in knobs_of_plan(plan.inputs) for address in knob.addresses}
    found: dict[tuple[str, ...], list[pd.Timestamp]] = {}
    knobs: dict[tuple[str, ...], Knob] = {}
    for address, when in _bound(plan):
        knob = known.get(address)
        if knob is not None:
            knobs[knob.addresses] = knob
            found.setdefault(knob.addresses, []).append(when)
    return [Binding(knobs[key], min(when), len(set(when))) for key, when in found.items()]


def knobs_of_plan(x: Inputs) -> list[Knob]:
    """Inputs whose relief is priced: amounts, months, permit caps, the margin of adequacy."""
    months = [knob for knob in others(x) if knob.kind == "months"]
    return [*amounts(x), *_caps(x), *months, *_margin(x)]


def _caps(x: Inputs) -> Iterator[Knob]:
    """Caps of air permits; in all steps of all sites that hold one."""
    for row in rows(x.tables["permit_routes"]):
        for column, pollutant in _POLLUTANTS.items():
            cap = getattr(row, column)
            if not pd.isna(cap):
                yield Knob(
                    "amount",
                    (cell("permit_routes", row.route, column),),
                    "short tons a year",
                    f"the {pollutant} cap of air permit `{row.route}`",
                    f"{cap:,.6g} short tons a year",
                    float(cap),
                    "permit caps",
                )


_POLLUTANTS = {
    "nox_cap_short_tons_per_year": "NOx",
    "carbon_monoxide_cap_short_tons_per_year": "CO",
}
_COLUMN_OF = {"nox": "nox_cap_short_tons_per_year",
              "carbon_monoxide": "carbon_monoxide_cap_short_tons_per_year"}  # fmt: skip
POINT = 0.01


def _margin(x: Inputs) -> Iterator[Knob]:
    margin = x.scenario.power.self_supply_margin_fraction
    if x.scenario.power.adequacy and margin >= POINT:
        yield Knob(
            "level",
            ("power.self_supply_margin_fraction",),
            "",
            "the margin of what sites supply themselves",
            f"{margin:.0%}",
            0.0,
            "adequacy",
            now_value=margin,
        )


# Address of a cell, as its knob has it, and a step in which it binds.
Bound = tuple[str, pd.Timestamp]


def _bound(plan: Plan) -> Iterator[Bound]:
    yield from _stocks(plan)
    yield from _by_year(plan)
    yield from _routes(plan)
    yield from _rented(plan)
    yield from _emitted(plan)
    yield from _carbon(plan)
    yield from _spent(plan)
    yield from _covered(plan)
    yield from _late(plan)


_OF_STOCK = {
    "zone firm headroom": ("zone_headroom", "{},*", "firm_headroom_mw"),
    "site gas access": ("sites", "{}", "gas_access_mw"),
    "site IT load": ("sites", "{}", "max_it_mw"),
}


def _stocks(plan: Plan) -> Iterator[Bound]:
    use = plan.tables["redline_use"]
    full = use[(use["used_mw"] >= use["limit_mw"] * FULL) & (use["used_mw"] > 0.0)]
    stated = plan.inputs.tables["redlines"]
    for row in rows(full):
        if row.scope in _OF_STOCK:
            table, key, column = _OF_STOCK[row.scope]
            yield cell(table, key.format(row.id), column), row.step_start
        elif row.scope == "zone flexible headroom":
            zone = row.id.partition(" at ")[0]
            yield cell("flexible_headroom", f"{zone},*,*", "flexible_headroom_mw"), row.step_start
            yield cell("zone_headroom", f"{zone},*", "firm_headroom_mw"), row.step_start
        elif row.scope.endswith(" redline"):
            scope, what, _ = row.scope.rsplit(" ", 2)
            column = "max_contracted_mw" if what == "contract" else "max_new_load_mw"
            own = stated[(stated["scope"] == scope) & (stated["id"] == row.id)].dropna(
                subset=column
            )
            for year in own["year"].head(1):
                yield cell("redlines", f"{scope},{row.id},{year}", column), row.step_start


def _by_year(plan: Plan) -> Iterator[Bound]:
    for table, key, column in (
        ("supply_use", "supply", ("supply", "{},*", "limit_count")),
        ("export_use", "rule", ("export_rules", "{}", "quota_count")),
    ):
        limit = "limit_count" if table == "supply_use" else "quota_count"
        for row in rows(plan.tables[table]):
            if row.used_count > 0.0 and row.used_count >= getattr(row, limit) * FULL:
                year = str(row.year)
                when = plan.inputs.calendar.start if not year.isdigit() else f"{year}-01-01"
                address = cell(column[0], column[1].format(getattr(row, key)), column[2])
                yield address, pd.Timestamp(when)


def _routes(plan: Plan) -> Iterator[Bound]:
    """Grid routes that carry all they can."""
    most = lookup(plan.inputs.tables["interconnection_routes"], "route", "max_mw")
    grid = plan.tables["power"][plan.tables["power"]["kind"] == "grid"]
    for (_, route), of in grid.groupby(["site", "source"]):
        if route in most and of["entering_mw"].sum() >= most[route] * FULL:
            yield cell("interconnection_routes", str(route), "max_mw"), of["in_service"].max()


def _rented(plan: Plan) -> Iterator[Bound]:
    prices = plan.inputs.tables["cloud_prices"].dropna(subset="max_output_tokens_per_s")
    limit = Yearly(prices, ["workload"], "max_output_tokens_per_s")
    calendar = plan.inputs.calendar
    years = {pd.Timestamp(calendar.date_of(e.start_month)): e.years for e in calendar.steps}
    rented = plan.tables["flows"][plan.tables["flows"]["how"] == "rented"]
    for (workload, day), of in rented.groupby(["workload", "step_start"]):
        key, start = (str(workload),), pd.Timestamp(str(day))
        mean = of["mean_mtokens_per_s"].sum() * 1e6
        if key in limit and mean >= limit.mean(key, years[start]) * FULL:
            first = prices.loc[prices["workload"] == workload, "year"].iloc[0]
            address = cell("cloud_prices", f"{workload},{first}", "max_output_tokens_per_s")
            yield address, start


def _emitted(plan: Plan) -> Iterator[Bound]:
    for row in rows(plan.tables["emissions"]):
        cap = row.permitted_short_tons_per_year
        if not pd.isna(cap) and row.emitted_short_tons_per_year >= cap * FULL > 0.0:
            address = cell("permit_routes", row.air_class, _COLUMN_OF[row.pollutant])
            yield address, row.step_start


def _carbon(plan: Plan) -> Iterator[Bound]:
    """Caps on CO2, of scopes and of the owner."""
    table = plan.tables["carbon_use"]
    counted = capped_tonnes(plan.inputs, table)
    first = table.groupby("period")["step_start"].min()
    for (scope, period), tonnes in counted.tonnes.items():
        if tonnes >= counted.caps[scope, period] * FULL:
            yield cell("carbon", f"{scope},*", "cap_tonnes_per_year"), first[period]
    most = plan.scenario.policy.most_co2_tonnes
    if most is not None and counted.everything >= most * FULL:
        yield "policy.most_co2_tonnes", pd.Timestamp(plan.inputs.calendar.start)


def _spent(plan: Plan) -> Iterator[Bound]:
    most = plan.scenario.policy.most_capital_usd
    cash = plan.tables["cashflow"]
    spent = cash.loc[cash["component"].isin(CAPITAL) & (cash["line"] == "owned"), "cash_usd"].sum()
    if most is not None and spent >= most * SPENT:
        yield "policy.most_capital_usd", pd.Timestamp(plan.inputs.calendar.start)


def _covered(plan: Plan) -> Iterator[Bound]:
    """Steps in which own units cover no more than they must."""
    for row in rows(plan.tables["adequacy"]):
        if row.needed_mw > 0.0 or row.credited_mw > 0.0:
            yield "power.self_supply_margin_fraction", row.step_start


def _late(plan: Plan) -> Iterator[Bound]:
    """Lead times of what was started on the first day, and would have come sooner if it could."""
    x, start = plan.inputs, pd.Timestamp(plan.inputs.calendar.start)
    grid = set(x.tables["interconnection_routes"]["route"])
    permits = set(x.tables["permit_routes"]["route"])
    for row in rows(plan.tables["routes"]):
        if row.filed == start:
            table = "interconnection_routes" if row.route in grid else "permit_routes"
            if row.route in grid or row.route in permits:
                yield from _cells(table, row.route, ("route_months", "slip_months"), row.granted)
            else:
                yield cell("export_rules", row.route, "licence_months"), row.granted
    first = plan.tables["sites"].groupby("site")["step_start"].min()
    soonest = plan_first_steps(x)
    for site, opened in first.items():
        # What is held is there from the start, and nothing waits for it.
        if soonest.get(str(site)) == opened > start:
            yield cell("sites", str(site), "construction_months"), opened
    power = plan.tables["power"]
    for row in rows(power[(power["ordered"] == start) & (power["kind"] != "grid")]):
        columns = "procurement_months", "build_months", "slip_months"
        base = row.source.partition("+")[0]
        yield from _cells("power_technologies", base, columns, row.in_service)
    first_order = lookup(x.tables["hardware"], "system", "first_order")
    for row in rows(plan.tables["hardware"]):
        sold = first_order.get(row.system)
        if row.ordered == start or (sold is not None and row.ordered == sold):
            yield cell("hardware", row.system, "lead_months"), row.in_service


def _cells(table: str, row: str, columns: Iterable[str], when: pd.Timestamp) -> Iterator[Bound]:
    for column in columns:
        yield cell(table, row, column), when


def plan_first_steps(x: Inputs) -> Mapping[str, pd.Timestamp]:
    """Site to the first day on which it can be energised at all."""
    # Gathering candidates takes a moment, and only the openings are asked for.
    from tokenworks.candidates import candidates  # noqa: PLC0415

    first = candidates(x).siting.first_step
    calendar = x.calendar
    return {
        site: pd.Timestamp(calendar.date_of(calendar.steps[step].start_month))
        for site, step in first.items()
    }
