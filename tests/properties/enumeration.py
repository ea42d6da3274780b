"""The least cost of a small case by enumeration, without any of our code.

For every choice of the period in which each site opens, or of none, what is left is linear: systems
bought and sold, contracts, flows, rent and what stays unserved. Each is solved by scipy; the least
is the optimum. Sites of these cases are one block, and the grid, over one route, is their only
source of power, so that imports are the load at the meter.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

Row = dict[str, Any]
MONTHS = 12  # of every period
KW_PER_MW = 1e3


@dataclass
class Program:
    """A linear program of variables >= 0, written term by term."""

    columns: dict[Hashable, int] = field(default_factory=dict)
    cost: list[float] = field(default_factory=list)
    rows: dict[str, list[tuple[dict[int, float], float]]] = field(
        default_factory=lambda: {"ub": [], "eq": []}
    )

    def variable(self, *name: Hashable, cost: float = 0.0) -> int:
        self.columns[name] = len(self.cost)
        self.cost.append(cost)
        return self.columns[name]

    def row(self, kind: str, terms: list[tuple[int, float]], right: float) -> None:
        """sum of terms <= right (`ub`) or == right (`eq`)."""
        summed: dict[int, float] = defaultdict(float)
        for column, factor in terms:
            summed[column] += factor
        self.rows[kind].append((summed, right))

    def least(self) -> float:
        """The optimum; infinite where there is none."""
        arguments: dict[str, Any] = {}
        for kind, rows in self.rows.items():
            if rows:
                entries = [(i, j, v) for i, (terms, _) in enumerate(rows) for j, v in terms.items()]
                i, j, v = zip(*entries, strict=True)
                matrix = csr_matrix((v, (i, j)), shape=(len(rows), len(self.cost)))
                arguments[f"A_{kind}"] = matrix
                arguments[f"b_{kind}"] = [right for _, right in rows]
        scale = max(self.cost)
        found = linprog(
            np.array(self.cost) / scale,
            **arguments,
            method="highs",
            options={"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9},
        )
        return float(found.fun) * scale if found.status == 0 else float("inf")


@dataclass(frozen=True)
class Enumeration:
    """A case's tables, as rows by table, and its options by dotted key."""

    tables: dict[str, list[Row]]
    options: Row

    @property
    def periods(self) -> range:
        return range(len(self.tables["periods"]))

    def least_usd(self) -> float:
        """The least cost over every choice of opening periods."""
        sites = self.tables["sites"]
        ways = [[None, *self._openings(site)] for site in sites]
        return min(self._usd(dict(zip(range(len(sites)), w, strict=True))) for w in product(ways))

    def _openings(self, site: Row) -> list[int]:
        return [p for p in self.periods if p * MONTHS >= site["construction_months"]]

    # --- money --------------------------------------------------------------------------------

    def _in_month(self, month: int) -> float:
        rate = self.options["finance.discount_rate"]
        return float((1.0 + rate) ** (-(month + 0.5) / 12.0))

    def _years(self, start: int, end: int) -> float:
        """Present value of a dollar a year from one period's start to another's."""
        return sum(self._in_month(m) for m in range(start * MONTHS, end * MONTHS)) / 12.0

    def _mean(self, period: int) -> float:
        return self._years(period, period + 1)

    @property
    def _at_end(self) -> float:
        rate = self.options["finance.discount_rate"]
        return float(
            self.options["finance.residuals"] * (1.0 + rate) ** -(len(self.periods) * MONTHS / 12.0)
        )

    def _site_usd(self, site: Row, opened: int) -> float:
        """Opening, land, shell and upkeep of a site's one block; its route's fixed cost."""
        months = site["construction_months"]
        start = opened * MONTHS
        broken = start - months
        size = site["max_it_mw"]
        usd = (site["opening_cost_usd"] + site["land_cost_usd"]) * self._in_month(broken)
        usd -= site["land_cost_usd"] * self._at_end
        spread = [self._in_month(m) for m in range(broken, start)] or [self._in_month(start)]
        shell = site["shell_cost_usd_per_mw"] * size
        usd += shell * float(np.mean(spread))
        rate, life = self.options["finance.discount_rate"], site["shell_life_years"]
        left = life - (len(self.periods) - opened) * MONTHS / 12.0
        share = (1 - (1 + rate) ** -left) / (1 - (1 + rate) ** -life) if rate else left / life
        usd -= shell * share * self._at_end
        usd += site["fixed_om_usd_per_mw_year"] * size * self._years(opened, len(self.periods))
        route = self._route(site)
        granted = max(start, route["route_months"])
        return usd + route["cost_usd"] * self._in_month(granted - route["route_months"])

    def _route(self, site: Row) -> Row:
        return next(r for r in self.tables["interconnection_routes"] if r["site"] == site["site"])

    # --- what is linear -----------------------------------------------------------------------

    def _usd(self, opened: dict[int, int | None]) -> float:
        sites = [(self.tables["sites"][i], p) for i, p in opened.items() if p is not None]
        program = Program()
        for period in self.periods:
            here = [(site, first) for site, first in sites if first <= period]
            self._demand(program, [site for site, _ in here], period)
            for site, first in here:
                self._systems(program, site, first, period)
                self._contract(program, site, first, period)
                self._load(program, site, period)
            self._headroom(program, [site for site, _ in here], period)
        return program.least() + sum(self._site_usd(site, first) for site, first in sites)

    def _seconds(self, period: int) -> float:
        """Seconds of a period, times the discount factor of an even flow."""
        return float(self.tables["periods"][period]["seconds"]) * self._mean(period)

    def _demand(self, program: Program, sites: list[Row], period: int) -> None:
        seconds = self._seconds(period)
        works = {w["workload"]: w for w in self.tables["workloads"]}
        network = {(n["site"], n["region"]): n for n in self.tables["network"]}
        for row in self.tables["demand"]:
            work, region = works[row["workload"]], row["region"]
            name = (work["workload"], region)
            value = work["unserved_usd_per_mtoken"] * seconds
            terms = [(program.variable("unserved", *name, period, cost=value), 1.0)]
            for site, system in itertools.product(sites, self.tables["hardware"]):
                pair = network[site["site"], region]
                if self._serves(site, system, work, pair["rtt_ms"]):
                    usd = pair["cost_usd_per_mtoken"] * seconds
                    key = ("flow", *name, site["site"], system["system"], period)
                    terms.append((program.variable(*key, cost=usd), 1.0))
            rents = [r for r in self.tables["cloud_prices"] if r["workload"] == work["workload"]]
            for rent in rents:
                usd = rent["rent_usd_per_mtoken"] * seconds
                column = program.variable("rent", *name, period, cost=usd)
                terms.append((column, 1.0))
            program.row("eq", terms, row["output_tokens_per_s"][period] / 1e6)
        for rent in self.tables["cloud_prices"]:
            rented = [
                (column, 1.0)
                for key, column in program.columns.items()
                if key[0] == "rent" and key[1] == rent["workload"] and key[-1] == period
            ]
            program.row("ub", rented, rent["max_output_tokens_per_s"] / 1e6)

    def _serves(self, site: Row, system: Row, work: Row, trip_ms: float) -> bool:
        point = self._point(system["system"], work["model"])
        return (
            point["ttft_ms"] + trip_ms <= work["ttft_limit_ms"]
            and system["rack_kw_per_rack"] <= site["hall_density_kw_per_rack"]
            and (system["cooling"] == "air" or site["liquid_cooling"])
        )

    def _point(self, system: str, model: str) -> Row:
        points = self.tables["operating_points"]
        return next(p for p in points if p["system"] == system and p["model"] == model)

    def _flows(self, program: Program, site: Row, period: int) -> Iterator[tuple[Row, Row, str]]:
        """Demand row, system and work of every flow of a site."""
        for row, system in itertools.product(self.tables["demand"], self.tables["hardware"]):
            key = ("flow", row["workload"], row["region"], site["site"], system["system"], period)
            if key in program.columns:
                yield row, system, key

    def _systems(self, program: Program, site: Row, first: int, period: int) -> None:
        """Systems bought, sold, held and assigned; the hall that holds them."""
        hall = []
        for system in self.tables["hardware"]:
            name = system["system"]
            held = program.variable("held", site["site"], name, period)
            stock = [(held, 1.0)]
            for bought in range(first, period + 1):
                key = ("buy", site["site"], name, bought)
                if bought == period:
                    program.variable(*key, cost=self._bought_usd(system, period))
                stock.append((program.columns[key], -1.0))
                if bought < period:
                    usd = self._sold_usd(system, bought, period)
                    sold = program.variable("sell", site["site"], name, bought, period, cost=usd)
                    stock.append((sold, 1.0))
                    program.row("ub", [(sold, 1.0), (program.columns[key], -1.0)], 0.0)
            program.row("eq", stock, 0.0)
            hall.append((held, system["design_kw"] / KW_PER_MW))
            self._assignments(program, site, system, period)
        program.row("ub", hall, site["max_it_mw"])

    def _assignments(self, program: Program, site: Row, system: Row, period: int) -> None:
        shared = [(program.columns["held", site["site"], system["system"], period], -1.0)]
        for work in self.tables["workloads"]:
            flows = [
                (row, program.columns[key])
                for row, of, key in self._flows(program, site, period)
                if of is system and row["workload"] == work["workload"]
            ]
            if not flows:
                continue
            point = self._point(system["system"], work["model"])
            speed = point["output_tokens_per_s"] / 1e6 * work["max_utilisation_fraction"]
            name = ("assigned", site["site"], system["system"], work["workload"], period)
            assigned = program.variable(*name)
            shared.append((assigned, 1.0))
            for hour in range(24):
                terms = [(column, self._shape(row)[hour]) for row, column in flows]
                program.row("ub", [*terms, (assigned, -speed)], 0.0)
        program.row("ub", shared, 0.0)

    def _shape(self, row: Row) -> list[float]:
        profiles = self.tables["profiles"]
        shape = next(p["demand_shape"] for p in profiles if p["profile"] == row["profile"])
        return list(shape)

    def _bought_usd(self, system: Row, period: int) -> float:
        """Price, upkeep to the end of the horizon, less what it is worth then."""
        usd = system["capex_usd"] * self._in_month(period * MONTHS)
        usd += system["fixed_om_usd_per_year"] * self._years(period, len(self.periods))
        return usd - self._worth_usd(system, len(self.periods) - period) * self._at_end

    def _sold_usd(self, system: Row, bought: int, sold: int) -> float:
        """What selling changes: upkeep saved, worth then in place of worth at the end."""
        usd = -system["fixed_om_usd_per_year"] * self._years(sold, len(self.periods))
        usd += self._worth_usd(system, len(self.periods) - bought) * self._at_end
        return usd - self._worth_usd(system, sold - bought) * self._in_month(sold * MONTHS)

    def _worth_usd(self, system: Row, periods: int) -> float:
        decay = (1.0 - system["resale_decay_fraction_per_year"]) ** (periods * MONTHS / 12.0)
        return float(system["capex_usd"] * system["resale_fraction"] * decay)

    def _contract(self, program: Program, site: Row, first: int, period: int) -> None:
        route, name = self._route(site), site["site"]
        tariff = next(t for t in self.tables["tariffs"] if t["zone"] == site["zone"])
        charge = tariff["capacity_usd_per_kw_month"] * KW_PER_MW * 12.0
        held = program.variable("contract", name, period, cost=charge * self._mean(period))
        works = route["cost_usd_per_kw"] * KW_PER_MW * self._in_month(period * MONTHS)
        signed = program.variable("sign", name, period, cost=works)
        given_up = program.variable("give up", name, period)
        stock = [(held, 1.0), (signed, -1.0), (given_up, 1.0)]
        if period > first:
            stock.append((program.columns["contract", name, period - 1], -1.0))
        program.row("eq", stock, 0.0)
        granted = period * MONTHS >= route["route_months"]
        program.row("ub", [(held, 1.0)], route["max_mw"] if granted else 0.0)

    def _load(self, program: Program, site: Row, period: int) -> None:
        """Imports at the meter and their price; a contract that covers them and the peak."""
        contract = program.columns["contract", site["site"], period]
        tariff = next(t for t in self.tables["tariffs"] if t["zone"] == site["zone"])
        day = next(o for o in self.tables["operations"] if o["zone"] == site["zone"])
        slices = len(day["grid_price_shape"])
        length = 24 // slices
        hours = self._seconds(period) / 3600.0 / slices
        # What the minimum take leaves undrawn is paid for at the mean price of energy.
        price = tariff["energy_usd_per_mwh"]
        unused = program.variable("unused", site["site"], period, cost=price * hours * slices)
        take = [(contract, tariff["minimum_take_fraction"]), (unused, -1.0)]
        for number in range(slices):
            overhead = (site["average_pue_ratio"] - 1.0) * day["pue_overhead_shape"][number]
            within = range(number * length, (number + 1) * length)
            load = self._it_load(program, site, period, within, 1.0 + overhead)
            usd = price * day["grid_price_shape"][number]
            take += [(column, -megawatts / slices) for column, megawatts in load]
            for column, megawatts in load:
                program.cost[column] += (usd + tariff["delivery_usd_per_mwh"]) * hours * megawatts
            program.row("ub", [*load, (contract, -1.0)], 0.0)
        program.row("ub", take, 0.0)
        if self.options["power.adequacy"]:
            for hour in range(24):
                within = range(hour, hour + 1)
                load = self._it_load(program, site, period, within, site["peak_pue_ratio"])
                program.row("ub", [*load, (contract, -1.0)], 0.0)

    def _it_load(
        self, program: Program, site: Row, period: int, hours: range, pue: float
    ) -> list[tuple[int, float]]:
        load = [
            (program.columns["held", site["site"], s["system"], period], pue * s["idle_kw"] / 1e3)
            for s in self.tables["hardware"]
        ]
        models = {w["workload"]: w["model"] for w in self.tables["workloads"]}
        for row, system, key in self._flows(program, site, period):
            point = self._point(system["system"], models[row["workload"]])
            megawatts = (point["full_load_kw"] - system["idle_kw"]) / KW_PER_MW
            per_mtoken = megawatts / (point["output_tokens_per_s"] / 1e6)
            shape = float(np.mean([self._shape(row)[h] for h in hours]))
            load.append((program.columns[key], pue * per_mtoken * shape))
        return load

    def _headroom(self, program: Program, sites: list[Row], period: int) -> None:
        for zone in {site["zone"] for site in sites}:
            rows = [h for h in self.tables["zone_headroom"] if h["zone"] == zone]
            taken = [
                (program.columns["contract", site["site"], period], 1.0)
                for site in sites
                if site["zone"] == zone
            ]
            program.row("ub", taken, rows[period]["firm_headroom_mw"])


def product(ways: list[list[int | None]]) -> Iterator[tuple[int | None, ...]]:
    return itertools.product(*ways)
