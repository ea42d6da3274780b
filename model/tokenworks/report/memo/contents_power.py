"""Power: firm and flexible megawatts, queue and lead times, adequacy, limits that bind."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tokenworks.candidates.contracts import FLEXIBLE
from tokenworks.frames import rows_by
from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.figures import Found, Reference, Worked, found, ratio

# A limit used to this share binds; the solver keeps its rows to a millionth.
BINDS = 0.999
_LEAST_MW = 1e-3
_MOST_LIMITS = 15
_ADEQUACY = (
    *("Step", "Peak", "Cut or put off", "Firm grid", "Credited", "Left to units"),
    *("Units", "N−1", "Available", "Asked"),
)


def power(facts: Facts) -> Iterator[b.Block]:
    """What powers the sites, and when it can."""
    if not facts.builds:
        return
    yield b.Heading("Power")
    if facts.book.has("power"):
        yield _by_source(facts)
        yield from _lead_times(facts)
        yield from _queue(facts)
    yield from _adequacy(facts)
    yield from _binding(facts)


def _by_source(facts: Facts) -> b.Table:
    rows: list[tuple[b.Cell, ...]] = []
    power, routes = facts.plan.power, rows_by(_input(facts, "interconnection_routes"), "route")
    for site in facts.sites:
        total = _energy(site=site)
        for source in power[power["site"] == site]["source"].unique():
            where = {"site": site, "source": source}
            row = routes.get(source)
            rows.append(
                (
                    site,
                    source,
                    _kind(facts, source, row),
                    facts.figure(found("power", "ordered", "least", **where), "month"),
                    facts.figure(found("power", "in_service", "least", **where), "month"),
                    facts.figure(found("power", "entering_mw", **where), "mw"),
                    facts.figure(ratio(_energy(**where), total), "percent", words=""),
                )
            )
    grid = power[power["kind"] == "grid"]
    sources = {source: routes.get(source) for source in grid["source"].unique()}
    for label, names in (
        ("firm grid, all sites", _of_firmness(sources, flexible=False)),
        ("flexible grid, all sites", _of_firmness(sources, flexible=True)),
    ):
        if names:
            mw = facts.figure(found("power", "entering_mw", source=names), "mw")
            rows.append((label, "", "", "", "", mw, ""))
    own = power[power["kind"] != "grid"]["kind"].unique().tolist()
    if own:
        mw = facts.figure(found("power", "entering_mw", kind=own), "mw")
        rows.append(("own plant, all sites", "", "", "", "", mw, ""))
    count = len([row for row in rows if not row[1]])
    return b.Table(
        "Power by site and source over the horizon",
        (
            b.Column("Site"),
            b.Column("Source"),
            b.Column("Kind and fuel"),
            b.Column("First filed or ordered", number=True),
            b.Column("First service", number=True),
            b.Column("Entered", "MW", number=True),
            b.Column("Share of energy", number=True),
        ),
        tuple(rows),
        "Tables power and dispatch. Megawatts entered over the horizon, before any that leave; "
        "energy delivered at the meter, a battery's with what charged it.",
        frozenset(range(len(rows) - count, len(rows))),
    )


def _of_firmness(sources: dict[str, object], flexible: bool) -> list[str]:
    return [
        name
        for name, row in sources.items()
        if row is not None and (getattr(row, "firmness", "") == FLEXIBLE) == flexible
    ]


def _kind(facts: Facts, source: str, route: object) -> str:
    if route is not None:
        return f"grid, {getattr(route, 'firmness', '')}"
    technologies = facts.plan.inputs.tables["power_technologies"]
    known = technologies[technologies["technology"] == source]
    if known.empty:
        return ""
    row = known.iloc[0]
    return f"{row['kind']}, {row['fuel']}" if row["fuel"] else str(row["kind"])


def _input(facts: Facts, name: str) -> pd.DataFrame:
    return facts.plan.inputs.tables[name]


def _energy(**where: str) -> Reference:
    """Energy that sources give at the meter."""
    return found("energy", "energy_mwh", flow=["generate", "import", "discharge"], **where)


def _queue(facts: Facts) -> Iterator[b.Block]:
    """Routes to the grid: what a place in the queue takes."""
    held = facts.plan.power
    routes = rows_by(_input(facts, "interconnection_routes"), "route")
    rows: list[tuple[b.Cell, ...]] = []
    for source in held[held["kind"] == "grid"]["source"].unique():
        if source not in routes:
            continue
        row = routes[source]
        mark = facts.mark("interconnection_routes", source, "route_months")
        rows.append(
            (
                source,
                row.site,
                row.firmness,
                facts.figure(
                    found("inputs/interconnection_routes", "route_months", "only", row=source),
                    "months",
                    mark=mark,
                ),
                facts.figure(found("power", "ordered", "least", source=source), "month"),
                facts.figure(found("power", "in_service", "least", source=source), "month"),
                facts.figure(found("power", "entering_mw", source=source), "mw"),
                facts.figure(
                    found("inputs/interconnection_routes", "max_mw", "only", row=source),
                    "mw",
                    mark=facts.mark("interconnection_routes", source, "max_mw"),
                ),
                facts.figure(
                    found(
                        "inputs/interconnection_routes", "curtailed_fraction", "only", row=source
                    ),
                    "percent",
                    words="none",
                ),
            )
        )
    if rows:
        yield b.Table(
            "The way to the grid: months in the queue, dates, megawatts",
            (
                b.Column("Route"),
                b.Column("Site"),
                b.Column("Contract"),
                b.Column("Route", "months", number=True),
                b.Column("First filed", number=True),
                b.Column("First MW", number=True),
                b.Column("Contracted", "MW", number=True),
                b.Column("of at most", "MW", number=True),
                b.Column("Cut", "of hours", number=True),
            ),
            tuple(rows),
            "Table power; inputs interconnection_routes. A place in a queue is taken as filed in "
            "the month shown; where that lies before the horizon it is assumed to be held already.",
        )


def _lead_times(facts: Facts) -> Iterator[b.Block]:
    """Months from order to service of what is built, and limited supply that it draws on."""
    power = facts.plan.power
    technologies = rows_by(_input(facts, "power_technologies"), "technology")
    rows: list[tuple[b.Cell, ...]] = []
    for source in power[power["kind"] != "grid"]["source"].unique():
        name = source if source in technologies else source.partition("+")[0]
        if name not in set(facts.book.frames["inputs/power_technologies"]["technology"]):
            continue
        mark = facts.mark("power_technologies", name, "procurement_months")
        price = facts.worst(
            level
            for (table, row), levels in facts.confidence.items()
            if table == "power_costs" and row.startswith(f"{name},")
            for level in levels.values()
        )
        rows.append(
            (
                source,
                *(
                    facts.figure(
                        found("inputs/power_technologies", column, "only", row=name),
                        "months",
                        mark=mark,
                    )
                    for column in ("procurement_months", "build_months")
                ),
                facts.figure(found("power", "ordered", "least", source=source), "month"),
                facts.figure(found("power", "entering_modules", source=source), "count"),
                facts.figure(found("power", "entering_mw", source=source), "mw"),
                price or "none",
            )
        )
    if rows:
        yield b.Table(
            "Lead times of own plant",
            (
                b.Column("Technology"),
                b.Column("Procurement", "months", number=True),
                b.Column("Building", "months", number=True),
                b.Column("First order", number=True),
                b.Column("Modules", number=True),
                b.Column("Entered", "MW", number=True),
                b.Column("Its prices rest on"),
            ),
            tuple(rows),
            "Table power; inputs power_technologies and power_costs.",
        )
    yield from _supply(facts)


def _supply(facts: Facts) -> Iterator[b.Block]:
    """Turbines, transformers, packages: the year in which the plan takes the largest share."""
    used = facts.plan.supply_use
    used = used[(used["used_count"] > _LEAST_MW) & (used["limit_count"] > 0.0)]
    if used.empty:
        return
    share = (used["used_count"] / used["limit_count"]).rename("share")
    tightest = used.assign(share=share).sort_values("share").drop_duplicates("supply", keep="last")
    rows: list[tuple[b.Cell, ...]] = []
    for name, year, unit in zip(
        tightest["supply"], tightest["year"], tightest["counted_in"], strict=True
    ):
        where = {"supply": name, "year": year}
        taken = found("supply_use", "used_count", "only", **where)
        limit = found("supply_use", "limit_count", "only", **where)
        rows.append(
            (
                name,
                unit,
                facts.figure(found("supply_use", "year", "only", **where), "year"),
                facts.figure(taken, "count"),
                facts.figure(limit, "count", mark=_supply_mark(facts, name)),
                facts.figure(ratio(taken, limit), "percent"),
            )
        )
    yield b.Table(
        "Limited supply in the year in which the plan takes most of it",
        (
            b.Column("Supply"),
            b.Column("Counted in"),
            b.Column("Year", number=True),
            b.Column("Taken", number=True),
            b.Column("There is", number=True),
            b.Column("Share", number=True),
        ),
        tuple(rows[::-1]),
        "Table supply_use. The limits are those that the inputs state for this owner.",
    )


def _supply_mark(facts: Facts, name: str) -> str:
    return facts.worst(
        level
        for (table, row), levels in facts.confidence.items()
        if table == "supply" and row.startswith(f"{name},")
        for level in levels.values()
    )


def _adequacy(facts: Facts) -> Iterator[b.Block]:
    """The peak of the last step of every site, what covers it, and with the largest unit out."""
    if not facts.book.has("adequacy"):
        yield b.Paragraph(
            ("The scenario switches adequacy off: no cover of the peak is asked for.",)
        )
        return
    rows: list[tuple[b.Cell, ...]] = []
    for site in facts.sites:
        of_site = facts.plan.adequacy[facts.plan.adequacy["site"] == site]
        if of_site.empty:
            continue
        tightest = of_site.sort_values(
            ["availability_fraction", "peak_mw"], ascending=[False, True]
        )
        where = {"site": site, "step_start": tightest.iloc[-1]["step_start"]}
        units = found("adequacy", "units_mw", "only", **where)
        count = found("adequacy", "units_count", "only", **where)
        has_units = (facts.book.value(count) or 0.0) > 1.0
        rows.append(
            (
                site,
                facts.figure(found("adequacy", "step_start", "only", **where), "month"),
                *(
                    facts.figure(found("adequacy", column, "only", **where), "mw")
                    for column in (
                        *("peak_mw", "interrupted_mw", "firm_grid_mw", "credited_mw"),
                        "needed_mw",
                    )
                ),
                facts.figure(units, "mw"),
                facts.figure(_one_out(units, count), "mw") if has_units else "–",
                facts.figure(
                    found("adequacy", "availability_fraction", "only", **where), "percent_fine"
                ),
                facts.figure(
                    found("adequacy", "target_fraction", "only", **where),
                    "percent_fine",
                    words="none",
                ),
            )
        )
    yield b.Table(
        "Adequacy in each site's tightest step, on the design day, in MW",
        (
            b.Column("Site"),
            *(b.Column(title, number=True) for title in _ADEQUACY),
        ),
        tuple(rows),
        "Table adequacy. Left to units holds the margin; N−1 is what the units give with one of "
        "their mean size out; available is the exact chance that those not out give what is left. "
        "A site on firm grid leaves nothing to units: its N−1 is the grid's.",
    )


def _one_out(units: Found, count: Found) -> Worked:
    """Capacity less a unit of mean size."""
    return Worked("difference", (units, ratio(units, count)))


def _binding(facts: Facts) -> Iterator[b.Block]:
    """Limits used to the full."""
    used = binding(facts)
    if used.empty:
        yield b.Paragraph(("No limit on megawatts is used to the full.",))
        return
    rows: list[tuple[b.Cell, ...]] = []
    for (scope, name), steps in list(used.groupby(["scope", "id"], sort=True))[:_MOST_LIMITS]:
        where = {"scope": scope, "id": name, "step_start": steps["step_start"].min()}
        rows.append(
            (
                str(scope),
                str(name),
                facts.figure(found("redline_use", "step_start", "only", **where), "month"),
                facts.figure(found("redline_use", "limit_mw", "only", **where), "mw"),
                facts.figure(found("redline_use", "used_mw", "only", **where), "mw"),
            )
        )
    yield b.Table(
        "Limits that are used to the full, from the first step in which they are",
        (
            b.Column("Limit"),
            b.Column("Of"),
            b.Column("From", number=True),
            b.Column("Limit", "MW", number=True),
            b.Column("Used", "MW", number=True),
        ),
        tuple(rows),
        "Table redline_use, where at least 99.9 % is used. What relief would be worth: "
        "tokenworks explain.",
    )


def binding(facts: Facts) -> pd.DataFrame:
    """Rows of `redline_use` whose limit is used to the full."""
    used = facts.plan.redline_use
    return used[(used["used_mw"] >= BINDS * used["limit_mw"]) & (used["used_mw"] > _LEAST_MW)]
