"""Dispatch of a plan's fixed capacities over a year hour by hour, to find what its days hide.

A year is run for every open site in the last step of each calendar year, all of the year under that
step's prices and load. An hour has the load of the site's workloads in UTC and what
`tokenworks.chronology` says of the site's zone, of all whose days, however few the plan was made
with: contracts are cut where the zone's load is highest. What is stored goes from day to day, and
ends the year as it began it.

Load that nothing can feed is shed, the workload of least worth first; that is the shortfall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.candidates import Candidates, candidates
from tokenworks.candidates.slices import Slices, slices
from tokenworks.chronological.shedding import Array, Run
from tokenworks.chronology import DAYS_PER_YEAR, HOURS_PER_DAY, hours_of_zone
from tokenworks.frames import rows
from tokenworks.inputs import Inputs
from tokenworks.operation import Stocks
from tokenworks.results.frames import frame
from tokenworks.schema import chronological as declared

# Below this a megawatt is the solver's noise.
NOISE_MW = 1e-6


@dataclass(frozen=True)
class Chronological:
    """A year of every open site.

    Attributes
    ----------
    table
        Row by site and year, as `schema.chronological.YEARS` declares it.
    shortfall
        Row by site, year and day that goes short, as `schema.chronological.SHORTFALL` declares it.
    """

    table: pd.DataFrame
    shortfall: pd.DataFrame

    @property
    def measured(self) -> bool:
        """Whether all hours are those of the table `chronology`, not representative days strung."""
        return bool(len(self.table) and self.table["measured"].all())

    @property
    def shed_mwh(self) -> float:
        """Energy at the meter that nothing could give, in all years run."""
        return float(self.table["shed_mwh"].sum())

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by their names in a run folder."""
        return {declared.YEARS.name: self.table, declared.SHORTFALL.name: self.shortfall}

    def as_dict(self) -> dict[str, Any]:
        """What a manifest says of it."""
        dates = {"step_start": self.table["step_start"].dt.strftime("%Y-%m-%d")}
        years = self.table.assign(**dates).astype(object)
        return {
            "measured": self.measured,
            "load_mwh": float(self.table["load_mwh"].sum()),
            "shed_mwh": self.shed_mwh,
            "shed_hours": float(self.table["shed_hours"].sum()),
            "energy_usd": float(self.table["energy_usd"].sum()),
            "representative_energy_usd": float(self.table["representative_energy_usd"].sum()),
            "years": years.where(years.notna(), None).to_dict("records"),
        }


def chronological(x: Inputs, stocks: Stocks) -> Chronological:
    """Run the years of a plan.

    Parameters
    ----------
    x
        Inputs of the plan.
    stocks
        Its stocks, by variable of the interface and index.

    Raises
    ------
    SolverError
        Where a year has no solution, which shedding should not allow.
    """
    c = candidates(x)
    loaded = {(s, e) for (s, _, _, e), mw in stocks["load_mw"].items() if mw > NOISE_MW}
    last = {x.calendar.steps[e].years[-1]: e for _, e in sorted(loaded, key=lambda key: key[1])}
    places = sorted((s, e) for s, e in loaded if e in last.values())
    hours = {s: hours_of_site(x, c, s) for s in dict.fromkeys(s for s, _ in places)}
    years: list[tuple[Any, ...]] = []
    days: list[tuple[Any, ...]] = []
    for place in places:
        year, short = _year(x, c, stocks, place, *hours[place[0]])
        years.append(year)
        days += short
    return Chronological(frame(declared.YEARS, years), frame(declared.SHORTFALL, days))


def hours_of_site(x: Inputs, c: Candidates, site: str) -> tuple[Slices, bool]:
    """Hours of a site's year, each after the one before it, and whether their load is measured."""
    sites = x.tables["sites"]
    sites = sites[sites["site"] == site]
    zone = str(sites["zone"].iloc[0])
    year, measured = hours_of_zone(x.tables, x.loaded["operations"].frame, zone)
    here = slices(replace(x, tables={**x.tables, "sites": sites, "operations": year}), c.profiles)
    names = here[site].names
    # The first hour comes after the last.
    before = dict(zip(names, (names[-1], *names[:-1]), strict=True))
    return replace(here[site], previous=before), measured


def _year(
    x: Inputs,
    c: Candidates,
    stocks: Stocks,
    place: tuple[str, int],
    hours: Slices,
    measured: bool,
) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    """A site's year in a step, and its days that go short."""
    site, step = place
    year = Run(x, c, stocks, place, hours)
    days = Run(x, c, stocks, place, c.slices[site])
    of = x.calendar.steps[step]
    # What is the same for both, per year of 8,760 hours, undiscounted.
    usd_per_year = DAYS_PER_YEAR * HOURS_PER_DAY / of.hours / year.factor
    share = np.array([hours.share[t] for t in hours.names]) * DAYS_PER_YEAR * HOURS_PER_DAY
    load_mwh = float(share @ year.load_mw)
    shed_mwh = float(share @ year.shed_mw)
    short = _days(hours, share, year.shed_mw)
    worst = max(rows(short), key=lambda day: day.worst_shed_mw, default=None)
    start = x.calendar.date_of(of.start_month)
    row = (
        *(site, start, of.years[-1], of.period, measured),
        *(load_mwh, shed_mwh, shed_mwh / load_mwh if load_mwh else 0.0, short["shed_hours"].sum()),
        *((worst.day_of_year, worst.worst_hour_utc, worst.worst_shed_mw) if worst else [None] * 3),
        *(year.energy_usd * usd_per_year, days.energy_usd * usd_per_year),
        *(year.peak_import_mw, float(share @ year.spilt_mw)),
    )
    return row, [(site, start, *day) for day in rows(short)]


def _days(hours: Slices, share: Array, shed_mw: Array) -> pd.DataFrame:
    """Days with load shed: how much, how long, and their worst hour; of equals the first."""
    first_hour = [int(name.split("-")[1].split("~")[0]) for name in hours.names]
    by_hour = pd.DataFrame(
        {
            "day_of_year": [int(hours.day[name]) for name in hours.names],
            "shed_mwh": share * shed_mw,
            "shed_hours": share,
            "worst_hour_utc": first_hour,
            "worst_shed_mw": shed_mw,
        }
    )
    by_hour = by_hour[by_hour["worst_shed_mw"] > NOISE_MW]
    days = by_hour.groupby("day_of_year")
    # Megawatts of the solver that differ in their last digits are equal.
    worst = by_hour.assign(worst_shed_mw=by_hour["worst_shed_mw"].round(6))
    worst = worst.loc[worst.groupby("day_of_year")["worst_shed_mw"].idxmax()]
    return (
        days[["shed_mwh", "shed_hours"]]
        .sum()
        .reset_index()
        .merge(worst[["day_of_year", "worst_hour_utc", "worst_shed_mw"]], on="day_of_year")
    )
