"""Knobs that are amounts: megawatts, supply, quotas, rent, money. One more makes room for one more.

Each says in which rows of the program it counts, so that the least that has to be added to many of
them together is one program.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pandas as pd

from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.candidates.air import HOURS_PER_YEAR
from tokenworks.candidates.carbon import EVERYWHERE, CarbonRules
from tokenworks.candidates.points import matches
from tokenworks.candidates.supply import supplies
from tokenworks.diagnosis.knobs import Knob, cell
from tokenworks.frames import lookup, rows
from tokenworks.inputs import Inputs

# Times the power that all demand could ever draw: room for that is room for everything.
ENOUGH = 3.0
KW_PER_MW = KG_PER_TONNE = 1e3
# What the options allow.
MOST_USD = 1e15


def amounts(x: Inputs) -> list[Knob]:
    """Every amount that limits the plan."""
    enough = ENOUGH * most_load_mw(x)
    found = chain(
        _headroom(x, enough),
        _redlines(x, enough),
        _sites(x, enough),
        _routes(x, enough),
        _supply(x),
        _rent(x),
        _quotas(x),
        _budget(x),
        _carbon(x, enough),
    )
    return list(found)


def most_load_mw(x: Inputs) -> float:
    """Power at the meter that all demand draws at its highest, on the least efficient systems."""
    design = lookup(x.tables["hardware"], "system", "design_kw")
    worst: dict[str, float] = {}
    for match in matches(x):
        each = design[match.system] / KW_PER_MW / match.measured_mtokens_per_s
        worst[match.workload] = max(worst.get(match.workload, 0.0), each)
    demand = x.tables["demand"]
    growth = 1.0 + demand["growth_rate"].fillna(0.0).clip(lower=0.0)
    level = (demand["output_tokens_per_s"] * growth / 1e6).groupby(
        [demand["workload"], demand["period"]]
    )
    peaks = level.sum().groupby(level=0).max()
    pue = float(x.tables["sites"]["peak_pue_ratio"].max())
    shapes = x.tables["profiles"]["demand_shape"].max() if len(x.tables["profiles"]) else 1.0
    total = sum(float(peak) * worst.get(str(w), 0.0) for w, peak in peaks.items())
    return max(1.0, total * pue * float(shapes))


def _span(values: pd.Series) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:,.6g}" if low == high else f"{low:,.6g} to {high:,.6g}"


def _headroom(x: Inputs, enough: float) -> Iterator[Knob]:
    used = set(x.tables["sites"]["zone"])
    for zone, of in x.tables["zone_headroom"].groupby("zone", sort=False):
        if zone in used:
            yield Knob(
                "amount",
                (cell("zone_headroom", f"{zone},*", "firm_headroom_mw"),),
                "MW",
                f"the firm headroom of zone `{zone}`",
                f"{_span(of['firm_headroom_mw'])} MW",
                enough,
                "grid headroom",
                rows=(("headroom", (zone,), 1.0), *_also_flexible(x, str(zone))),
            )
    for zone, of in x.tables["flexible_headroom"].groupby("zone", sort=False):
        if zone in used:
            yield Knob(
                "amount",
                (cell("flexible_headroom", f"{zone},*,*", "flexible_headroom_mw"),),
                "MW",
                f"the flexible headroom of zone `{zone}`",
                f"{_span(of['flexible_headroom_mw'])} MW",
                enough,
                "grid headroom",
                rows=(("flexible_headroom", (zone,), 1.0),),
            )


def _also_flexible(x: Inputs, zone: str) -> tuple[tuple[str, tuple[str], float], ...]:
    """A zone without rows of its own for flexible contracts has its firm headroom for both."""
    own = zone in set(x.tables["flexible_headroom"]["zone"])
    return () if own else (("flexible_headroom", (zone,), 1.0),)


_REDLINES = {
    "max_contracted_mw": ("contract_redline", "grid contracts"),
    "max_new_load_mw": ("load_redline", "new load"),
}


def _redlines(x: Inputs, enough: float) -> Iterator[Knob]:
    for (scope, name), of in x.tables["redlines"].groupby(["scope", "id"], sort=False):
        for column, (row, what) in _REDLINES.items():
            stated = of.dropna(subset=column)
            if stated.empty:
                continue
            yield Knob(
                "amount",
                tuple(cell("redlines", f"{scope},{name},{y}", column) for y in stated["year"]),
                "MW",
                f"the redline of {scope} `{name}` on {what}",
                f"{_span(stated[column])} MW",
                enough,
                "redlines",
                rows=((row, (scope, name), 1.0),),
            )


def _sites(x: Inputs, enough: float) -> Iterator[Knob]:
    for site in rows(x.tables["sites"]):
        yield Knob(
            "amount",
            (cell("sites", site.site, "max_it_mw"),),
            "MW",
            f"the IT power that site `{site.site}` can hold",
            f"{site.max_it_mw:,.6g} MW",
            enough,
            "land",
            whole=float(site.block_mw),
            columns=(("it_capacity_mw", (site.site,), 1.0, float(site.max_it_mw)),),
        )
        yield Knob(
            "amount",
            (cell("sites", site.site, "gas_access_mw"),),
            "MW",
            f"the gas access of site `{site.site}`",
            f"{site.gas_access_mw:,.6g} MW",
            enough,
            "gas",
            rows=(("gas_access", (site.site,), 1.0),),
        )


def _routes(x: Inputs, enough: float) -> Iterator[Knob]:
    for route in rows(x.tables["interconnection_routes"]):
        yield Knob(
            "amount",
            (cell("interconnection_routes", route.route, "max_mw"),),
            "MW",
            f"what route `{route.route}` of site `{route.site}` can carry",
            f"{route.max_mw:,.6g} MW",
            enough,
            "grid routes",
            columns=(("contracted_mw", (route.site, route.route), 1.0, float(route.max_mw)),),
        )


def _supply(x: Inputs) -> Iterator[Knob]:
    counted = lookup(x.tables["supply"], "supply", "counted_in")
    limits = supplies(x).limits
    for name in dict.fromkeys(supply for supply, _ in limits):
        of = x.tables["supply"].loc[x.tables["supply"]["supply"] == name, "limit_count"]
        most = max(limit for (supply, _), limit in limits.items() if supply == name)
        yield Knob(
            "amount",
            (cell("supply", f"{name},*", "limit_count"),),
            f"{counted[name]} a year",
            f"the supply `{name}`",
            f"{_span(of)} {counted[name]} a year",
            100.0 * max(1.0, most),
            "supply",
            rows=(("supply_limit", (name,), 1.0),),
        )


def _rent(x: Inputs) -> Iterator[Knob]:
    limited = x.tables["cloud_prices"].dropna(subset="max_output_tokens_per_s")
    asked = x.tables["demand"].groupby("workload")["output_tokens_per_s"].sum()
    for workload, of in limited.groupby("workload", sort=False):
        if workload not in asked:
            continue
        yield Knob(
            "amount",
            tuple(
                cell("cloud_prices", f"{workload},{year}", "max_output_tokens_per_s")
                for year in of["year"]
            ),
            "tokens/s",
            f"what can be rented for workload `{workload}`",
            f"{_span(of['max_output_tokens_per_s'])} tokens/s",
            100.0 * float(asked[workload]),
            "rented capacity",
            rows=(("rental_limit", (workload,), 1e-6),),
        )


def _quotas(x: Inputs) -> Iterator[Knob]:
    for rule in rows(x.tables["export_rules"]):
        if pd.isna(rule.quota_count):
            continue
        share = 1.0 if pd.isna(rule.our_share_fraction) else float(rule.our_share_fraction)
        yield Knob(
            "amount",
            (cell("export_rules", rule.rule, "quota_count"),),
            str(rule.quota_unit),
            f"the quota of export rule `{rule.rule}`",
            f"{rule.quota_count:,.6g} {rule.quota_unit}, of which {share:.4g} is ours",
            1e4 * max(1.0, float(rule.quota_count)),
            "export quotas",
            rows=(("quota", (rule.rule,), share),),
        )


def _budget(x: Inputs) -> Iterator[Knob]:
    most = x.scenario.policy.most_capital_usd
    if most is not None:
        yield Knob(
            "amount",
            ("policy.most_capital_usd",),
            "USD",
            "the most capital that may be paid",
            f"{most:,.0f} USD",
            MOST_USD - most,
            "budget",
            rows=(("budget", (), 1e-6),),
            now_value=float(most),
        )


def _dirtiest_tonnes_per_mwh(x: Inputs) -> float:
    """CO2 of a MWh of what emits most: a technology, or the grid where it is drawn."""
    of_grid = x.tables["operations"]["marginal_co2_kg_per_mwh"].dropna() / KG_PER_TONNE
    return float(max([1.0, *CarbonRules(x).emitters.values(), *of_grid]))


def _carbon(x: Inputs, enough: float) -> Iterator[Knob]:
    """Caps of CO2 of a scope, period by period, and the owner's own over the horizon."""
    table = x.tables["carbon"].dropna(subset="cap_tonnes_per_year")
    dirtiest = _dirtiest_tonnes_per_mwh(x) * HOURS_PER_YEAR * enough
    months: dict[str, int] = {}
    for step in x.calendar.steps:
        months[step.period] = months.get(step.period, 0) + step.months
    for scope, of in table.groupby("scope", sort=False)["cap_tonnes_per_year"]:
        whose = "all sites" if scope == EVERYWHERE else f"`{scope}`"
        yield Knob(
            "amount",
            (cell("carbon", f"{scope},*", "cap_tonnes_per_year"),),
            "tonnes",
            f"the yearly cap on CO2 of {whose}",
            f"{_span(of)} tonnes a year",
            dirtiest,
            "carbon",
            rows=tuple(
                ("co2_cap", (scope, period), count / MONTHS_PER_YEAR)
                for period, count in months.items()
            ),
        )
    tonnes = x.scenario.policy.most_co2_tonnes
    if tonnes is not None:
        yield Knob(
            "amount",
            ("policy.most_co2_tonnes",),
            "tonnes",
            "the most CO2 of all sites",
            f"{tonnes:,.6g} tonnes",
            dirtiest * x.calendar.horizon_months / MONTHS_PER_YEAR,
            "carbon",
            rows=(("co2_limit", (), 1.0),),
            now_value=float(tonnes),
        )
