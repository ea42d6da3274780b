"""Levelised cost of a token by system, workload and site, before any plan: the screening curve.

For one calendar year, in real dollars of the scenario's year, a system costs each year

    hardware   price x annuity(life) + support
    shell      design MW x (shell x annuity(shell life) + upkeep)
    power      peak PUE x design kW x capacity cost of the source
    energy     average PUE x mean kW x 8,760 h x energy cost of the source

over the tokens that it serves at the mean utilisation: the workload's utilisation limit over the
ratio of peak to mean of its demand profile. annuity(n) = r / (1 - (1 + r)^-n). Mean kW lies
between idle and full load by utilisation. The source is the cheapest of the site's grid tariff and
of the thermal technologies that can stand there, one source for all of the load: a connection with
its works, a plant with its outages, its capacity credit and the margin of self-supply. Land,
opening, permits, lead times, growth and resale are left out: this ranks and checks, a plan decides.
The form is that of the simple levelised cost of energy (NREL, "Simple Levelized Cost of Energy
Calculator").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from tokenworks import leads
from tokenworks.candidates.assets import is_barred
from tokenworks.candidates.demand import profiles
from tokenworks.candidates.points import Match, fits_site, matches
from tokenworks.frames import NamedRow, lookup, rows
from tokenworks.inputs import Inputs, prepare
from tokenworks.schema.tables_hardware import SERVE
from tokenworks.yearly import Yearly

HOURS_PER_YEAR = 8760
SECONDS_PER_YEAR = 3600 * HOURS_PER_YEAR
_KW_PER_MW = 1000.0
_W_PER_MW = 1e6
_MONTHS = 12
TARIFF = ("capacity_usd_per_kw_month", "energy_usd_per_mwh", "delivery_usd_per_mwh")
PLANT = ("overnight_capex_usd_per_kw", "fixed_om_usd_per_kw_year", "variable_om_usd_per_mwh")
NEEDED_TO_COST = ("design_kw", "idle_kw", "rack_kw_per_rack", "capex_usd", "fixed_om_usd_per_year")
COMPONENTS = ("hardware", "shell", "power", "energy")
COST_COLUMNS = (
    "site",
    "workload",
    "system",
    "point",
    "source",
    "cost_usd_per_mtoken",
    *(f"{component}_usd_per_mtoken" for component in COMPONENTS),
    "output_tokens_per_s_per_mw",
    "output_tokens_per_s_per_w_per_usd",
)
NEED_COLUMNS = (
    "site",
    "workload",
    "system",
    "cheapest_system",
    "cost_usd_per_mtoken",
    "needed_output_tokens_per_s",
)


@dataclass(frozen=True)
class Source:
    """A source of power at a site: what a kW of capacity costs each year, and a MWh."""

    name: str
    capacity_usd_per_kw_year: float
    energy_usd_per_mwh: float


def annuity(rate: float, years: float) -> float:
    """Yearly payment for one dollar of capital over so many years; 1/years at a rate of zero."""
    return 1.0 / years if rate == 0.0 else rate / (1.0 - (1.0 + rate) ** -years)


def levelised_costs(x: Inputs, year: int) -> pd.DataFrame:
    """Levelised cost of every system that can serve a workload at a site.

    Parameters
    ----------
    x
        Inputs of a scenario.
    year
        Calendar year of prices.

    Returns
    -------
    DataFrame
        Columns `COST_COLUMNS`, one row for each site, workload and operating point that matches
        and serves whole requests, of systems that can be ordered by then, with the cheapest source
        of power; components in USD per million output tokens, cheapest first within a site and
        workload.
        `output_tokens_per_s_per_mw` is at the utilisation limit, over design MW at the meter;
        `output_tokens_per_s_per_w_per_usd` is the same by watt, over the price of one accelerator
        with its share of the system, so that a rack and a server of the same chips are alike.
    """
    view = _Year(x, year)
    systems = {row.system: row for row in rows(x.tables["hardware"]) if view.for_sale(row)}
    full_kw = lookup(x.tables["operating_points"], "point", "full_load_kw")
    stages = matches(x, [(year,)])
    found = [m for m in stages if m.stage == SERVE and m.system in systems]
    lines = []
    for site in rows(x.tables["sites"]):
        sources = view.sources(site)
        for match in found if sources else []:
            system = systems[match.system]
            if fits_site(system, site):
                mean_kw = view.mean_kw(system, full_kw[match.point], match.workload)
                source, parts = view.cheapest(site, system, sources, mean_kw)
                lines.append(_line(site, match, system, source, parts, view))
    frame = pd.DataFrame(lines, columns=list(COST_COLUMNS))
    order = ["site", "workload", "cost_usd_per_mtoken", "point"]
    return frame.sort_values(order, ignore_index=True)


def throughput_needed(x: Inputs, year: int) -> pd.DataFrame:
    """Output tokens/s at which a disabled system would cost what the cheapest enabled one does.

    Wall power was not measured where throughput was not, so full load is taken as design power:
    the system looks a little dearer than it is, since energy is a small share.

    Parameters
    ----------
    x
        Inputs of a scenario.
    year
        Calendar year of prices.

    Returns
    -------
    DataFrame
        Columns `NEED_COLUMNS`: for each site, workload and disabled system whose price, power and
        rack are known and that the site's halls admit, the output tokens/s of one system at its
        full load that match the cheapest enabled system there.
    """
    view, costs = _Year(x, year), levelised_costs(x, year)
    best: dict[str, list[NamedRow]] = {}
    for row in rows(costs.drop_duplicates(["site", "workload"])):
        best.setdefault(row.site, []).append(row)
    disabled = [system for system in disabled_systems(x) if view.for_sale(system)]
    lines = []
    for site in rows(x.tables["sites"]):
        for system in disabled:
            for row in best.get(site.site, []) if fits_site(system, site) else []:
                mean_kw = view.mean_kw(system, system.design_kw, row.workload)
                _, parts = view.cheapest(site, system, view.sources(site), mean_kw)
                mtokens = sum(parts.values()) / row.cost_usd_per_mtoken
                needed = mtokens * 1e6 / (view.utilisation(row.workload) * SECONDS_PER_YEAR)
                name = (site.site, row.workload, system.system, row.system)
                lines.append((*name, row.cost_usd_per_mtoken, needed))
    return pd.DataFrame(lines, columns=list(NEED_COLUMNS))


def disabled_systems(x: Inputs) -> list[NamedRow]:
    """Disabled systems whose price, power and rack are known, in the scenario's dollars."""
    loaded = x.loaded["hardware"]
    known = loaded.frame[list(NEEDED_TO_COST)].notna().all(axis=1)
    frame = loaded.frame.assign(enabled=known & ~loaded.frame["enabled"])
    if not frame["enabled"].any():
        return []
    all_on = prepare(x.scenario, {**x.loaded, "hardware": replace(loaded, frame=frame)})
    return list(rows(all_on.tables["hardware"]))


class _Year:
    """Prices and utilisation of one calendar year."""

    def __init__(self, x: Inputs, year: int) -> None:
        self.x, self.year = x, year
        self._rate, self._contingency = x.discounting.rate, 1.0 + x.discounting.contingency
        self._limit = lookup(x.tables["workloads"], "workload", "max_utilisation_fraction")
        self._mean_over_peak = _mean_over_peak(x, year)
        self._tariffs = [Yearly(x.tables["tariffs"], ["zone"], name) for name in TARIFF]
        self._costs = [Yearly(x.tables["power_costs"], ["technology"], name) for name in PLANT]
        self._fuel = Yearly(x.tables["fuel_prices"], ["fuel", "zone"], "price_usd_per_mmbtu")
        routes = x.tables["interconnection_routes"]
        usable = routes[(routes["max_mw"] > 0.0) & (routes["firmness"] == "firm")]
        per_kw = usable["cost_usd_per_kw"] + usable["cost_usd"] / usable["max_mw"] / _KW_PER_MW
        self._works = per_kw.groupby(usable["site"]).min().to_dict()
        self._permits = leads.permits_by_site(x.tables)
        self._closed = leads.closed(x.tables)
        self._sources: dict[str, list[Source]] = {}

    def utilisation(self, workload: str) -> float:
        """The workload's limit, which it reaches in its peak hour, times mean over peak."""
        return float(self._limit[workload]) * self.mean_over_peak(workload)

    def mean_over_peak(self, workload: str) -> float:
        """Mean over peak of the workload's demand; 1 where it has none."""
        return self._mean_over_peak.get(workload, 1.0)

    def mean_kw(self, system: NamedRow, full_kw: float, workload: str) -> float:
        """Wall power of a system at its mean utilisation."""
        span = max(0.0, full_kw - system.idle_kw)
        return float(system.idle_kw + self.utilisation(workload) * span)

    def for_sale(self, asset: NamedRow) -> bool:
        """Whether a system or technology can be ordered in the year or before."""
        return bool(pd.isna(asset.first_order) or asset.first_order.year <= self.year)

    def sources(self, site: NamedRow) -> list[Source]:
        """Sources of power that a site can have: its grid tariff, and thermal plant of its own."""
        if site.site not in self._sources:
            self._sources[site.site] = [*self._grid(site), *self._plants(site)]
        return self._sources[site.site]

    def _grid(self, site: NamedRow) -> Iterator[Source]:
        if site.site in self._works and (site.zone,) in self._tariffs[0]:
            capacity, energy, delivery = (t.at((site.zone,), self.year) for t in self._tariffs)
            works = self._works[site.site] * annuity(self._rate, site.shell_life_years)
            yearly = capacity * _MONTHS + works * self._contingency
            yield Source("grid", yearly, energy + delivery)

    def _plants(self, site: NamedRow) -> Iterator[Source]:
        """Thermal plant: annuity and fixed cost of each kW that is there after outages."""
        power = self.x.scenario.power
        for technology in rows(self.x.tables["power_technologies"]):
            fuel = self._fuel_usd_per_mwh(technology, site.zone)
            if technology.kind != "thermal" or fuel is None or not self._fits(technology, site):
                continue
            key = (technology.technology,)
            capex, fixed, variable = (cost.at(key, self.year) for cost in self._costs)
            there = 1.0 - technology.forced_outage_fraction
            if power.adequacy:
                credit = technology.capacity_credit_fraction
                there *= credit / (1.0 + power.self_supply_margin_fraction)
            yearly = capex * annuity(self._rate, technology.life_years) * self._contingency + fixed
            yield Source(technology.technology, yearly / there, fuel + variable)

    def _fits(self, technology: NamedRow, site: NamedRow) -> bool:
        """Whether a technology can be ordered by then, and stand and count at the site."""
        permits = self._permits.get((site.site, technology.technology), [])
        counts = technology.capacity_credit_fraction > 0.0 and technology.forced_outage_fraction < 1
        wet = site.waterfront or not technology.needs_waterfront
        fed = site.gas_access_mw > 0.0 or not technology.needs_gas
        shut = (site.site, technology.technology) in self._closed
        stands = wet and fed and not shut and not is_barred(site, permits)
        return bool(stands and counts and self.for_sale(technology))

    def _fuel_usd_per_mwh(self, technology: NamedRow, zone: str) -> float | None:
        """Cost of fuel; None where the zone has no price of it."""
        if not technology.fuel:
            return 0.0
        for series in ((technology.fuel, zone), (technology.fuel, "*")):
            if series in self._fuel:
                return self._fuel.at(series, self.year) * float(technology.heat_rate_mmbtu_per_mwh)
        return None

    def cheapest(
        self, site: NamedRow, system: NamedRow, sources: list[Source], mean_kw: float
    ) -> tuple[Source, dict[str, float]]:
        """The source with which a system is cheapest, and its yearly cost by component, USD."""
        ways = [(source, self._yearly_usd(site, system, source, mean_kw)) for source in sources]
        return min(ways, key=lambda way: (sum(way[1].values()), way[0].name))

    def _yearly_usd(
        self, site: NamedRow, system: NamedRow, source: Source, mean_kw: float
    ) -> dict[str, float]:
        shell = site.shell_cost_usd_per_mw * annuity(self._rate, site.shell_life_years)
        shell = shell * self._contingency + site.fixed_om_usd_per_mw_year
        price = system.capex_usd * annuity(self._rate, system.life_years)
        mwh = site.average_pue_ratio * mean_kw / _KW_PER_MW * HOURS_PER_YEAR
        return {
            "hardware": price + system.fixed_om_usd_per_year,
            "shell": system.design_kw / _KW_PER_MW * shell,
            "power": site.peak_pue_ratio * system.design_kw * source.capacity_usd_per_kw_year,
            "energy": mwh * source.energy_usd_per_mwh,
        }


def _mean_over_peak(x: Inputs, year: int) -> dict[str, float]:
    """Workload to mean over peak of its demand in a year, all regions together."""
    shapes, periods, demand = profiles(x), x.tables["periods"], x.tables["demand"]
    begun = periods["start"] < pd.Timestamp(year + 1, 1, 1)
    of_year = periods[begun & (periods["end"] > pd.Timestamp(year, 1, 1))]["period"]
    now = demand[demand["period"].isin(of_year)]
    totals: dict[str, npt.NDArray[np.float64]] = {}
    for row in rows(now if len(now) else demand):
        curve = row.output_tokens_per_s * shapes[row.profile]
        totals[row.workload] = totals.get(row.workload, 0.0) + curve
    return {w: float(total.mean() / total.max()) for w, total in totals.items() if total.max() > 0}


def _line(
    site: NamedRow,
    match: Match,
    system: NamedRow,
    source: Source,
    parts: dict[str, float],
    view: _Year,
) -> tuple[object, ...]:
    output = match.mtokens_per_s(0)  # of the one year that the matches are of
    mtokens = output * view.mean_over_peak(match.workload) * SECONDS_PER_YEAR
    per_mtoken = [parts[name] / mtokens for name in COMPONENTS]
    meter_mw = system.design_kw * site.peak_pue_ratio / _KW_PER_MW
    per_mw = output * 1e6 / meter_mw if meter_mw else np.inf
    accelerators = 1 if pd.isna(system.accelerators_count) else max(1, system.accelerators_count)
    accelerator_usd = system.capex_usd / accelerators
    per_w_per_usd = per_mw / _W_PER_MW / accelerator_usd if accelerator_usd else np.inf
    name = (site.site, match.workload, match.system, match.point, source.name)
    return (*name, sum(per_mtoken), *per_mtoken, per_mw, per_w_per_usd)
