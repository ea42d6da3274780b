"""The power part of a scenario as a PyPSA network, from its tables and without the blocks.

What PyPSA is told is capital cost per MW, marginal cost per MWh and availability; the arithmetic of
dates, discounting, deposits, residuals and resale is done here once more, by its definitions.

A representative day of a step is an investment period of PyPSA, since storage ends a period as it
began it. An asset that enters at step v and leaves at step u, by age or early, is a component of
its own with that build year and lifetime. PyPSA charges the capital cost once for every period in
which the component is active; the figure it is given is divided by their number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pypsa
import xarray as xr

from tokenworks.inputs import Inputs

# What PyPSA 2 will do by itself.
pypsa.options.api.legacy_string_dtype = False

HOURS = 24


@dataclass(frozen=True)
class Asset:
    """A component with the steps in which it is there."""

    name: str
    site: str
    source: str
    first: int
    last: int  # first step without it


@dataclass
class Peer:
    """A PyPSA network of a scenario's power part.

    `load_mw` gives the load at the meter by site as a function of step, day and hour; a thermal,
    solar, wind or storage technology may enter at every step that its lead time allows, and a
    route at every step after its months.
    """

    x: Inputs
    load_mw: Any
    days: list[str] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.steps = self.x.calendar.steps
        self.rate = self.x.scenario.finance.discount_rate
        self.horizon = self.steps[-1].end_month
        operations = self.x.tables["operations"].sort_values(["day", "hour_utc"])
        self.days = list(dict.fromkeys(operations["day"]))
        self.zone_of = dict(zip(*self._columns("sites", "site", "zone"), strict=True))
        self.hours = {z: t.reset_index(drop=True) for z, t in operations.groupby("zone")}
        sample = next(iter(self.hours.values()))
        self.slices = [len(sample[sample["day"] == day]) for day in self.days]
        self.weights = [sample[sample["day"] == d]["weight_days"].iloc[0] for d in self.days]
        self.network = self._network()
        for site in self.x.tables["sites"]["site"]:
            self._site(site)
            self._technologies(site)
            self._routes(site)

    # --- definitions of money and time ---

    def factor(self, month: float) -> float:
        """Middle of a month."""
        return (1.0 + self.rate) ** (-(month + 0.5) / 12.0)

    def spread(self, first: int, end: int) -> float:
        return sum(self.factor(m) for m in range(first, end)) / (end - first)

    def annuity_years(self, first: int, end: int) -> float:
        """A dollar a year, a twelfth of it in every month, until the horizon's end."""
        return sum(self.factor(m) for m in range(first, min(end, self.horizon))) / 12.0

    def life_left(self, age_months: float, life_years: float) -> float:
        left = life_years - age_months / 12.0
        if left <= 0.0:
            return 0.0
        if self.rate == 0.0:
            return left / life_years
        return (1 - (1 + self.rate) ** -left) / (1 - (1 + self.rate) ** -life_years)

    def yearly(self, table: str, column: str, years: Any, **key: Any) -> float:
        rows = self.x.tables[table]
        for name, value in key.items():
            rows = rows[rows[name] == value]
        rows = rows.sort_values("year")
        return float(np.interp(years, rows["year"], rows[column]).mean())

    def year_of(self, month: int) -> int:
        start = self.x.calendar.start
        return start.year + (start.month - 1 + month) // 12

    # --- network ---

    def _columns(self, table: str, *names: str) -> list[Any]:
        return [self.x.tables[table][name] for name in names]

    def period(self, step: int, day: int = 0) -> int:
        return 1000 * (step + 1) + day

    def _network(self) -> pypsa.Network:
        index = [
            (self.period(e.index, d), t)
            for e in self.steps
            for d in range(len(self.days))
            for t in range(self.slices[d])
        ]
        n = pypsa.Network(snapshots=pd.MultiIndex.from_tuples(index, names=["period", "timestep"]))
        n.investment_periods = sorted({period for period, _ in index})
        n.investment_period_weightings["objective"] = 1.0
        n.investment_period_weightings["years"] = 1.0
        year = sum(weight * HOURS for weight in self.weights)
        weights = []
        for e in self.steps:
            # Mean factor of the step: its hours are spread evenly over its months.
            worth = self.spread(e.start_month, e.end_month)
            for weight, count in zip(self.weights, self.slices, strict=True):
                hours = e.hours * weight * (HOURS / count) / year
                weights += [(hours * worth, hours, HOURS / count)] * count
        columns = ["objective", "generators", "stores"]
        n.snapshot_weightings = pd.DataFrame(weights, index=n.snapshots, columns=columns)
        return n

    def _series(self, site: str, value: Any) -> pd.Series:
        """value(step, row of operations) at every snapshot."""
        rows = self.hours[self.zone_of[site]].to_dict("records")
        return pd.Series(
            [value(e, row) for e in self.steps for row in rows],
            index=self.network.snapshots,
            dtype=float,
        )

    def _site(self, site: str) -> None:
        self.network.add("Bus", site)
        load = self._series(site, lambda e, row: self.load_mw(site, e.index, row))
        self.network.add("Load", f"load {site}", bus=site, p_set=load)

    def _stays(self, first: int, end_month: float, least_months: int = 0) -> Iterator[int]:
        """Steps at which what enters at one may leave; the last is the end of life or horizon."""
        end = next((e.index for e in self.steps if e.start_month >= end_month), len(self.steps))
        for u in range(first + 1, end):
            if self.steps[u].start_month - self.steps[first].start_month >= least_months:
                yield u
        yield end

    def _technologies(self, site: str) -> None:
        for row in self.x.tables["power_technologies"].itertuples():
            lead = int(row.procurement_months + row.build_months)
            for v in self.steps:
                if v.start_month < lead:
                    continue
                life_end = v.start_month + row.life_years * 12
                *early, natural = self._stays(v.index, life_end)
                for u in (*early, natural):
                    self._vintage(site, row, v, u, early=u in early)

    def _vintage(self, site: str, row: Any, v: Any, u: int, *, early: bool) -> None:
        k, finance = row.technology, self.x.scenario.finance
        order = v.start_month - int(row.procurement_months + row.build_months)
        build = v.start_month - int(row.build_months)
        year = self.year_of(order)
        overnight = self.yearly("power_costs", "overnight_capex_usd_per_kw", year, technology=k)
        fixed = self.yearly("power_costs", "fixed_om_usd_per_kw_year", year, technology=k)
        built = build < v.start_month
        paid = self.spread(build, v.start_month) if built else self.factor(v.start_month)
        deposit = row.deposit_fraction
        paid = deposit * self.factor(order) + (1.0 - deposit) * paid
        end = self.steps[u].start_month if early else v.start_month + row.life_years * 12
        usd_per_kw = overnight * paid * (1.0 + finance.contingency_fraction)
        usd_per_kw += fixed * self.annuity_years(v.start_month, int(min(end, self.horizon)))
        if early:
            # Sold at its market value, but for no more than what its life left is worth.
            age = end - v.start_month
            market = row.resale_fraction * (1.0 - row.resale_decay_fraction_per_year) ** (age / 12)
            share = 0.0 if pd.isna(market) else market
            share = min(share, self.life_left(age, row.life_years))
            usd_per_kw -= overnight * share * self.factor(end)
        elif finance.residuals:
            left = self.life_left(self.horizon - v.start_month, row.life_years)
            usd_per_kw -= overnight * left * (1.0 + self.rate) ** (-self.horizon / 12.0)
        whole = row.module_mw >= self.x.scenario.power.whole_module_fraction * self._peak(site)
        common = {"p_nom_mod": row.module_mw if whole else 0.0}
        up = 1.0 - row.forced_outage_fraction
        if row.kind == "storage":
            one_way = row.round_trip_efficiency_fraction**0.5
            common |= {
                "max_hours": row.storage_hours,
                "efficiency_store": one_way,
                "efficiency_dispatch": one_way,
                "cyclic_state_of_charge_per_period": True,
                "p_min_pu": -up,
                "p_max_pu": up,
            }
        else:
            factor = {"solar": "solar_capacity_factor", "wind": "wind_capacity_factor"}
            column = factor.get(row.kind)
            common["p_max_pu"] = self._series(site, lambda _, h: up * h[column] if column else up)
        running = self._series(site, lambda e, _: self._running(site, row, e))
        name = f"{k} at {site} from {v.index} to {u}"
        kind = "StorageUnit" if row.kind == "storage" else "Generator"
        self._add(kind, Asset(name, site, k, v.index, u), usd_per_kw * 1e3, running, **common)

    def _peak(self, site: str) -> float:
        row = self.x.tables["sites"].set_index("site").loc[site]
        return float(row["max_it_mw"] * row["peak_pue_ratio"])

    def _running(self, site: str, row: Any, e: Any) -> float:
        variable = self.yearly(
            "power_costs", "variable_om_usd_per_mwh", e.years, technology=row.technology
        )
        if not row.fuel:
            return variable
        zone, prices = self.zone_of[site], self.x.tables["fuel_prices"]
        own = ((prices["fuel"] == row.fuel) & (prices["zone"] == zone)).any()
        key = {"fuel": row.fuel, "zone": zone if own else "*"}
        fuel = self.yearly("fuel_prices", "price_usd_per_mmbtu", e.years, **key)
        return variable + fuel * row.heat_rate_mmbtu_per_mwh

    def _routes(self, site: str) -> None:
        zone = self.zone_of[site]
        routes = self.x.tables["interconnection_routes"]

        def tariff(column: str, years: Any) -> float:
            return self.yearly("tariffs", column, years, zone=zone)

        for row in routes[routes["site"] == site].itertuples():
            cut = self._cut(zone, row.curtailed_fraction) if row.firmness == "flexible" else set()
            uncut = self._series(
                site, lambda _, h, cut=cut: float((h["day"], h["hour_utc"]) not in cut)
            )
            price = self._series(
                site,
                lambda e, h: (
                    tariff("energy_usd_per_mwh", e.years) * h["grid_price_shape"]
                    + tariff("delivery_usd_per_mwh", e.years)
                ),
            )
            for v in self.steps:
                if v.start_month < row.route_months:
                    continue
                for u in self._stays(v.index, math.inf):
                    start = v.start_month
                    end = self.steps[u].start_month if u < len(self.steps) else self.horizon
                    usd = row.cost_usd_per_kw * self.factor(start)
                    usd *= 1.0 + self.x.scenario.finance.contingency_fraction
                    usd += sum(
                        tariff("capacity_usd_per_kw_month", e.years)
                        * 12.0
                        * self.annuity_years(e.start_month, e.end_month)
                        for e in self.steps[v.index : u]
                    )
                    if u < len(self.steps) and end - start < tariff("term_months", v.year):
                        usd += tariff("exit_fee_usd_per_kw", v.year) * self.factor(end)
                    asset = Asset(f"{row.route} from {v.index} to {u}", site, row.route, v.index, u)
                    self._add("Generator", asset, usd * 1e3, price, p_max_pu=uncut)

    def _cut(self, zone: str, share: float) -> set[tuple[str, int]]:
        """Whole hours of highest net load that make up a share of the year."""
        table = self.hours[zone].sort_values("net_load_mw", ascending=False)
        left, cut = share * 365.0 * HOURS, set()
        for row in table.itertuples():
            if left < 1e-6:
                break
            left -= row.weight_days * HOURS / (table["day"] == row.day).sum()
            cut.add((row.day, row.hour_utc))
        assert abs(left) < 1e-6, "a share that divides an hour is no case for PyPSA"
        return cut

    def _add(self, kind: str, asset: Asset, usd: float, running: Any, **more: Any) -> None:
        """A component; `usd` is the present value of all that a MW costs, once."""
        self.assets.append(asset)
        active = (asset.last - asset.first) * len(self.days)
        self.network.add(
            kind,
            asset.name,
            bus=asset.site,
            p_nom_extendable=True,
            build_year=self.period(asset.first),
            lifetime=self.period(asset.last) - self.period(asset.first),
            capital_cost=usd / active,
            marginal_cost=running,
            **more,
        )

    def there(self, site: str, sources: Any, step: int) -> list[str]:
        """Components of some sources that are there in a step."""
        return [
            a.name
            for a in self.assets
            if a.site == site and a.source in sources and a.first <= step < a.last
        ]

    # --- limits that PyPSA has no attribute for, as rows of its linopy model ---

    def limit(self, n: pypsa.Network) -> None:
        """Most of a technology at a site, gas access, most of a route, and minimum take."""
        built = n.model["Generator-p_nom"]
        technologies = self.x.tables["power_technologies"]
        gas = set(technologies.loc[technologies["needs_gas"], "technology"])
        routes = self.x.tables["interconnection_routes"]
        for e in self.steps:
            for row in self.x.tables["sites"].itertuples():
                names = self.there(row.site, gas, e.index)
                if names:
                    n.model.add_constraints(built.loc[names].sum() <= row.gas_access_mw)
                for k in technologies.itertuples():
                    names = self.there(row.site, {k.technology}, e.index)
                    if names and k.kind != "storage" and not pd.isna(k.max_site_mw):
                        n.model.add_constraints(built.loc[names].sum() <= k.max_site_mw)
            for route in routes.itertuples():
                names = self.there(route.site, {route.route}, e.index)
                if names:
                    n.model.add_constraints(built.loc[names].sum() <= route.max_mw)
                    self._take(n, route, e, names)

    def _take(self, n: pypsa.Network, route: Any, e: Any, names: list[str]) -> None:
        zone = self.zone_of[route.site]
        share = self.yearly("tariffs", "minimum_take_fraction", e.years, zone=zone)
        if not share:
            return
        price = self.yearly("tariffs", "energy_usd_per_mwh", e.years, zone=zone)
        snapshots = n.snapshots[n.snapshots.get_level_values(0) // 1000 == e.index + 1]
        hours = n.snapshot_weightings.loc[snapshots, "generators"]
        drawn = n.model["Generator-p"].sel(snapshot=snapshots, name=names)
        unused = n.model.add_variables(lower=0.0, name=f"unused {route.route} {e.index}")
        due = n.model["Generator-p_nom"].loc[names].sum() * (share * e.hours)
        weights = xr.DataArray(hours.to_numpy(), coords={"snapshot": drawn.coords["snapshot"]})
        taken = (drawn * weights).sum()
        n.model.add_constraints(due - taken - unused <= 0.0)
        worth = self.spread(e.start_month, e.end_month) * max(0.0, price)
        n.model.objective = n.model.objective + unused * worth

    def solve(self) -> float:
        """Objective of PyPSA."""
        status, _ = self.network.optimize(
            multi_investment_periods=True,
            solver_name="highs",
            extra_functionality=lambda n, _: self.limit(n),
            include_objective_constant=False,
            log_to_console=False,
            mip_rel_gap=0.0,
        )
        assert status == "ok"
        return float(self.network.objective)
