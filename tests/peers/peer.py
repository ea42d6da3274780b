"""The power part of a scenario as a PyPSA network, from its tables and without the blocks.

What PyPSA is told is capital cost per MW, marginal cost per MWh and availability; the arithmetic of
dates, discounting, deposits, residuals and resale is done here once more, by its definitions.

A step is an investment period of PyPSA; where hours are tied to those before them (storage, ramps)
each of its representative days is, since a day ends as it began. An asset that enters at step v and
leaves at step u, by age or early, is a component of its own with that build year and lifetime.
PyPSA charges the capital cost once for every period in which the component is active; the figure it
is given is divided by their number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pypsa
from tests.peers import caps, rows

from tokenworks.inputs import Inputs

# What PyPSA 2 will do by itself.
pypsa.options.api.legacy_string_dtype = False

HOURS = 24
TIED = ["storage_hours", "minimum_load_fraction", "ramp_fraction_per_hour"]


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
        technologies = self.x.tables["power_technologies"]
        self.by_day = bool((technologies[TIED].fillna(0.0) > 0.0).any(axis=None))
        self.weights = [sample[sample["day"] == d]["weight_days"].iloc[0] for d in self.days]
        self.network = self._network()
        caps.add_carriers(self)
        for site in self.x.tables["sites"]["site"]:
            self._site(site)
            self._technologies(site)
            self._routes(site)
        caps.add_caps(self)

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
        found = self.x.tables[table].dropna(subset=column)
        for name, value in key.items():
            found = found[found[name] == value]
        found = found.sort_values("year")
        return float(np.interp(years, found["year"], found[column]).mean())

    def year_of(self, month: int) -> int:
        start = self.x.calendar.start
        return start.year + (start.month - 1 + month) // 12

    # --- network ---

    def _columns(self, table: str, *names: str) -> list[Any]:
        return [self.x.tables[table][name] for name in names]

    def period(self, step: int, day: int = 0) -> int:
        return 1000 * (step + 1) + (day if self.by_day else 0)

    def periods_of(self, steps: list[int]) -> list[int]:
        return sorted({self.period(e, d) for e in steps for d in range(len(self.days))})

    def _network(self) -> pypsa.Network:
        before = np.cumsum([0, *self.slices]) * (not self.by_day)
        index = [
            (self.period(e.index, d), int(before[d]) + t)
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

    def series(self, site: str, value: Any) -> pd.Series:
        """value(step, row of operations) at every snapshot."""
        hours = self.hours[self.zone_of[site]].to_dict("records")
        return pd.Series(
            [value(e, row) for e in self.steps for row in hours],
            index=self.network.snapshots,
            dtype=float,
        )

    def _site(self, site: str) -> None:
        self.network.add("Bus", site)
        load = self.series(site, lambda e, row: self.load_mw(site, e.index, row))
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
        by_step = [self._running(site, row, e) for e in self.steps]
        running = self.series(site, lambda e, _: by_step[e.index])
        name = f"{k} at {site} from {v.index} to {u}"
        kind = "StorageUnit" if row.kind == "storage" else "Generator"
        asset = Asset(name, site, k, v.index, u)
        self._add(kind, asset, usd_per_kw * 1e3, running, **self._operation(site, row))

    def _operation(self, site: str, row: Any) -> dict[str, Any]:
        """What a technology can do, hour by hour."""
        planned = self._planned(site, row)
        kinds = {"solar": "solar_capacity_factor", "wind": "wind_capacity_factor"}
        column = kinds.get(row.kind)
        up = self.series(
            site,
            lambda _, h: (
                (1.0 - row.forced_outage_fraction)
                * (1.0 - planned[h["day"]])
                * (h[column] if column else 1.0)
            ),
        )
        whole = row.module_mw >= self.x.scenario.power.whole_module_fraction * self._peak(site)
        common = {"p_nom_mod": row.module_mw if whole else 0.0, "p_max_pu": up}
        if row.kind == "storage":
            one_way = row.round_trip_efficiency_fraction**0.5
            return common | {
                "max_hours": row.storage_hours,
                "efficiency_store": one_way,
                "efficiency_dispatch": one_way,
                "cyclic_state_of_charge_per_period": True,
                "p_min_pu": -up,
            }
        if row.heat_rate_mmbtu_per_mwh:
            common["efficiency"] = 1.0 / row.heat_rate_mmbtu_per_mwh
        return common | {"carrier": f"{row.technology} at {site}"} | self._stiff(row, up, whole)

    def _stiff(self, row: Any, up: pd.Series, whole: bool) -> dict[str, Any]:
        """Least output and ramps of what is not out of service, where modules are large."""
        stiff: dict[str, Any] = {}
        if not whole or row.kind != "thermal":
            return stiff
        if row.minimum_load_fraction > 0.0:
            # Nothing was online before the first hour, which PyPSA takes for a start; without a
            # limit on shutting down its ramps would then ask for an output in that hour.
            stiff = {"committable": True, "up_time_before": 0, "ramp_limit_shut_down": 0.0}
            stiff["p_min_pu"] = row.minimum_load_fraction * up
        most = row.ramp_fraction_per_hour * self.network.snapshot_weightings["stores"]
        if (most < 1.0).any():
            stiff["ramp_limit_up"] = stiff["ramp_limit_down"] = (most * up).where(most < 1.0)
        return stiff

    def _planned(self, site: str, row: Any) -> dict[str, float]:
        """Share of a technology in planned outage by day: evenly, or one unit at a time.

        The units are as many as carry the site's peak, the days those of least net load.
        """
        out = 0.0 if pd.isna(row.planned_outage_fraction) else row.planned_outage_fraction
        mean = self.hours[self.zone_of[site]].groupby("day")["net_load_mw"].mean().sort_values()
        if mean.isna().any():
            return dict.fromkeys(self.days, out)
        one = max(out, min(1.0, row.module_mw / self._peak(site)))
        weight = dict(zip(self.days, self.weights, strict=True))
        left, planned = out * sum(self.weights), {}
        for day in mean.index:
            planned[day] = min(one, left / weight[day])
            left -= planned[day] * weight[day]
        return planned

    def _peak(self, site: str) -> float:
        row = self.x.tables["sites"].set_index("site").loc[site]
        return float(row["max_it_mw"] * row["peak_pue_ratio"])

    def _running(self, site: str, row: Any, e: Any) -> float:
        variable = self.yearly(
            "power_costs", "variable_om_usd_per_mwh", e.years, technology=row.technology
        )
        variable += caps.price(self, site, e) * caps.tonnes_per_mwh(row)
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
            uncut = self.series(
                site, lambda _, h, cut=cut: float((h["day"], h["hour_utc"]) not in cut)
            )
            energy, fee, co2 = (
                [of(e) for e in self.steps]
                for of in (
                    lambda e: tariff("energy_usd_per_mwh", e.years),
                    lambda e: tariff("delivery_usd_per_mwh", e.years),
                    lambda e: caps.price(self, site, e),
                )
            )
            price = self.series(
                site,
                lambda e, h, energy=energy, fee=fee, co2=co2: (
                    energy[e.index] * h["grid_price_shape"]
                    + fee[e.index]
                    + co2[e.index] * caps.grid_tonnes_per_mwh(self, h)
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
                    more = {"p_max_pu": uncut} | caps.grid_attributes(self, site)
                    self._add("Generator", asset, usd * 1e3, price, **more)

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
        active = len(self.periods_of(list(range(asset.first, asset.last))))
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

    def solve(self) -> float:
        """Objective of PyPSA."""
        status, _ = self.network.optimize(
            multi_investment_periods=True,
            solver_name="highs",
            extra_functionality=lambda n, _: rows.add(self, n),
            include_objective_constant=False,
            log_to_console=False,
            mip_rel_gap=0.0,
        )
        assert status == "ok"
        return float(self.network.objective)
