"""One frozen, checked `Inputs`: everything that blocks see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from tokenworks import held, leads
from tokenworks.calendar import Calendar, make_calendar
from tokenworks.checks import checked_tables
from tokenworks.days import fewer_days, with_outage_day
from tokenworks.frames import given, keep_rows, rows
from tokenworks.io.run_folder import hash_inputs
from tokenworks.io.tables import LoadedTable
from tokenworks.money import Discounting
from tokenworks.schema.scenario import Scenario
from tokenworks.scr import with_variants
from tokenworks.shipments import first_services

# Table to the tables whose rows go with its rows: (table, column that names the row).
DEPENDENTS = {
    "sites": (
        ("interconnection_routes", "site"),
        ("network", "site"),
        ("holdings", "site"),
        ("site_links", "from_site"),
        ("site_links", "to_site"),
    ),
    "power_technologies": (
        ("power_costs", "technology"),
        ("permit_routes", "asset"),
        ("holdings", "asset"),
    ),
    "hardware": (("operating_points", "system"), ("holdings", "asset")),
}


@dataclass(frozen=True)
class Inputs:
    """Checked inputs in one dollar year, with the calendar and the discount factors made of them.

    Attributes
    ----------
    scenario
        Options.
    tables
        Table name to frame: rows that are enabled, money in the scenario's dollar year.
    loaded
        Table name to the table as it was read, with overrides, in its own dollar years.
    disabled
        Table name to the keys of rows that are switched off.
    calendar
        Periods cut into steps.
    discounting
        Discount factors by month.
    sha256
        Hash of scenario and tables.
    part_of
        The inputs of all sites where these are of some, see `of_sites`; None where they are of all.
    """

    scenario: Scenario
    tables: Mapping[str, pd.DataFrame]
    loaded: Mapping[str, LoadedTable]
    disabled: Mapping[str, tuple[str, ...]]
    calendar: Calendar
    discounting: Discounting
    sha256: str
    part_of: Inputs | None = field(default=None, repr=False, compare=False)

    @property
    def whole(self) -> Inputs:
        """The inputs of all sites: what is not of any one of them is gathered there, once."""
        return self.part_of or self


def of_sites(x: Inputs, sites: Collection[str]) -> Inputs:
    """Inputs of some of the sites: their program is what the whole one says of them.

    Nothing is read, checked or converted again, and the calendar stays that of all sites. What is
    built from them has, by name, the columns of these sites and of no site, and every row in which
    these sites have an entry, with the coefficients, costs and bounds of the whole. Two things can
    make a difference:

    - A link between two sites lets one read what the other writes. Where only one of them is kept
      it serves as if there were no link; see `linked`, which tells what to keep together.
    - Where no demand may be left unserved, one that none of these sites can serve and nobody rents
      out cannot be met at all; and a load that is asked for by a date (`policy.power_due_months`)
      is asked of these sites only from when one of them can be energised.

    Parameters
    ----------
    x
        Inputs; of parts, their whole is kept. What is to be changed besides has to be changed there
        before.
    sites
        Sites to keep.

    Raises
    ------
    KeyError
        Where there is no such site.
    """
    kept = set(sites)
    unknown = kept.difference(x.tables["sites"]["site"])
    if unknown:
        raise KeyError(*sorted(unknown))
    tables = dict(x.tables)
    for table, column in (("sites", "site"), *DEPENDENTS["sites"]):
        frame = tables[table]
        if len(frame):
            tables[table] = frame[frame[column].isin(kept)].reset_index(drop=True)
            keep_rows(tables[table])
    return replace(x, tables=tables, part_of=x.whole)


def linked(x: Inputs) -> list[tuple[str, ...]]:
    """Sites in groups that no link leaves, in order of the table; a site without links is one."""
    group = {site: [site] for site in x.tables["sites"]["site"]}
    for row in rows(x.tables["site_links"]):
        one, other = group[row.from_site], group[row.to_site]
        if one is not other:
            one += other
            group |= dict.fromkeys(other, one)
    order = {site: n for n, site in enumerate(group)}
    found = {id(members): members for members in group.values()}
    return [tuple(sorted(members, key=order.__getitem__)) for members in found.values()]


def assemble(scenario: Scenario) -> Inputs:
    """Read and check a scenario's tables and prepare them for the blocks.

    Raises
    ------
    InputError
        With every problem of every table at once.
    """
    return prepare(scenario, checked_tables(scenario))


def prepare(
    scenario: Scenario, loaded: Mapping[str, LoadedTable], milestones: Iterable[int] = ()
) -> Inputs:
    """Prepare tables that have passed every check; see `assemble`.

    Parameters
    ----------
    scenario, loaded
        A scenario and its checked tables.
    milestones
        Months at which periods are cut besides those in which something can enter service, so
        that scenarios can be given the same steps.
    """
    frames = {name: table.frame.reset_index(drop=True) for name, table in loaded.items()}
    frames, disabled = _enabled_only(frames)
    frames = with_variants(frames)
    if scenario.time.representative_days is not None:
        days = fewer_days(frames["operations"], scenario.time.representative_days)
        frames["operations"] = days
    if scenario.time.outage_day:
        out = frames["power_technologies"]["planned_outage_fraction"].max()
        frames["operations"] = with_outage_day(frames["operations"], given(out, 0.0))
    frames = _in_one_dollar_year(frames, scenario.finance.usd_year)
    frames["periods"] = frames["periods"].sort_values("start", ignore_index=True)
    for frame in frames.values():
        keep_rows(frame)
    start = frames["periods"]["start"].iloc[0].date()
    least = scenario.exports.least_grant_probability_fraction
    calendar = make_calendar(
        frames["periods"],
        leads.first_services(frames)
        | first_services(frames, start, least)
        | held.first_services(frames, start)
        | set(milestones),
        scenario.time.step_months,
        scenario.time.arrival_months,
    )
    months = sorted({holding.month for holding in held.holdings(frames, start)}, reverse=True)
    calendar = replace(calendar, held_months={-n: m for n, m in enumerate(months, start=1)})
    return Inputs(
        scenario=scenario,
        tables=frames,
        loaded=loaded,
        disabled=disabled,
        calendar=calendar,
        discounting=Discounting(scenario.finance, calendar),
        sha256=hash_inputs(scenario, loaded),
    )


def _enabled_only(
    frames: dict[str, pd.DataFrame],
) -> tuple[dict[str, pd.DataFrame], dict[str, tuple[str, ...]]]:
    kept = dict(frames)
    disabled: dict[str, tuple[str, ...]] = {}
    for name, dependents in DEPENDENTS.items():
        frame = frames[name]
        key = frame.columns[0]
        off = tuple(frame.loc[~frame["enabled"], key])
        disabled[name] = off
        kept[name] = frame[frame["enabled"]].reset_index(drop=True)
        for other, column in dependents:
            kept[other] = kept[other][~kept[other][column].isin(off)].reset_index(drop=True)
    return kept, disabled


def _in_one_dollar_year(frames: dict[str, pd.DataFrame], usd_year: int) -> dict[str, pd.DataFrame]:
    levels = frames["price_index"].set_index("year")["price_index"]
    converted = {}
    for name, frame in frames.items():
        money = [c for c in frame.columns if "usd" in c.split("_") and c != "usd_year"]
        converted[name] = frame
        if money and "usd_year" in frame.columns and len(frame):
            factor = levels[usd_year] / frame["usd_year"].map(levels)
            converted[name] = frame.assign(**{c: frame[c] * factor for c in money})
    return converted
