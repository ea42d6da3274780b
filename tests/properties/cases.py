"""Small random scenarios in which every block has something to decide.

Two sites of two blocks in two zones, each with a grid route; engines with a quick and a slow air
permit, solar and batteries; two systems, one of them liquid-cooled; two workloads in two regions
with different days; limited rent for one of them; two years. A case is a function of its seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Row = dict[str, Any]
Rows = list[Row]

MONTHS = (0, 3, 6, 9)
OPTIONS: Row = {
    "unserved": "priced",
    "finance.discount_rate": 0.08,
    "finance.residuals": True,
    "finance.contingency_fraction": 0.1,
    "latency.base_ms": 4.0,
    "latency.round_trip_ms_per_km": 0.02,
    "power.adequacy": True,
    "power.self_supply_margin_fraction": 0.1,
    "power.whole_module_fraction": 0.2,
    "solve.gap": 0.0,
    "solve.time_limit_s": 120.0,
}


class Draw:
    """Random figures, rounded so that they read well in a failing case."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def number(self, low: float, high: float) -> float:
        """A number between two others, to three digits."""
        return float(f"{self.generator.uniform(low, high):.3g}")

    def one_of(self, *options: Any) -> Any:
        """One of the options."""
        return options[int(self.generator.integers(len(options)))]

    def day(self, count: int, swing: float) -> list[float]:
        """So many figures of mean 1, none further from it than the swing."""
        raw = self.generator.uniform(-swing, swing, count)
        return [float(v) for v in np.round(1.0 + raw - raw.mean(), 6)]


def random_case(seed: int) -> dict[str, Rows]:
    """Rows of the scenario's tables, for `write_scenario`."""
    draw = Draw(seed)
    return {
        "periods": [
            {"months": 12, "seconds": None},
            {"months": 12, "seconds": None},
        ],
        **_places(draw),
        **_power(draw),
        **_tokens(draw),
    }


def _places(draw: Draw) -> dict[str, Rows]:
    sites = [
        {
            "site": site,
            "zone": zone,
            "latitude_deg": latitude,
            "max_it_mw": 2 * block,
            "block_mw": block,
            "opening_cost_usd": draw.number(1e6, 2e7),
            "land_cost_usd": draw.number(1e5, 5e6),
            "shell_cost_usd_per_mw": draw.number(5e6, 1.2e7),
            "fixed_om_usd_per_mw_year": draw.number(5e4, 3e5),
            "shell_life_years": draw.number(15, 30),
            "construction_months": draw.one_of(*MONTHS),
            "average_pue_ratio": (average := draw.number(1.05, 1.3)),
            "peak_pue_ratio": average + draw.number(0, 0.2),
            "hall_density_kw_per_rack": draw.one_of(50.0, 150.0),
            "liquid_cooling": draw.one_of(True, True, False),
            "gas_access_mw": draw.number(10, 60),
            "gas_plant_km": length,
        }
        for site, zone, latitude, length in (
            ("a", "north", 45.0, 2.0),
            ("b", "south", 30.0, 1.0),
        )
        for block in [draw.one_of(5.0, 10.0, 15.0)]
    ]
    zones = ("north", "south")
    return {
        "zones": [{"zone": zone} for zone in zones],
        "sites": sites,
        "zone_headroom": [
            {"zone": zone, "year": year, "firm_headroom_mw": draw.number(5, 40)}
            for zone in zones
            for year in (2030, 2031)
        ],
        "tariffs": [
            {
                "zone": zone,
                "energy_usd_per_mwh": draw.number(20, 90),
                "delivery_usd_per_mwh": draw.number(0, 20),
                "capacity_usd_per_kw_month": draw.number(0, 12),
                "minimum_take_fraction": draw.one_of(0.0, 0.7),
                "term_months": draw.one_of(0, 60),
                "exit_fee_usd_per_kw": draw.number(0, 200),
            }
            for zone in zones
        ],
        "interconnection_routes": [
            {
                "route": f"grid-{site}",
                "site": site,
                "max_mw": draw.number(3, 25),
                "route_months": draw.one_of(0, 3, 6),
                "cost_usd": draw.number(1e5, 3e6),
                "cost_usd_per_kw": draw.number(50, 400),
            }
            for site in ("a", "b")
        ],
        "regions": [
            {"region": "east", "latitude_deg": 44.0, "longitude_deg": 10.0},
            {"region": "west", "latitude_deg": 31.0, "longitude_deg": -10.0},
        ],
        "network": [
            {
                "site": site,
                "region": region,
                "rtt_ms": None,
                "cost_usd_per_mtoken": draw.number(0, 0.05),
            }
            for site in ("a", "b")
            for region in ("east", "west")
        ],
        "operations": [
            {
                "zone": zone,
                "weight_days": 365,
                "grid_price_shape": draw.day(4, 0.4),
                "solar_capacity_factor": [0.0, draw.number(0.2, 0.6), draw.number(0.4, 0.9), 0.1],
                "wind_capacity_factor": draw.number(0.1, 0.5),
                "pue_overhead_shape": draw.day(4, 0.2),
            }
            for zone in zones
        ],
    }


def _power(draw: Draw) -> dict[str, Rows]:
    engine = {
        "technology": "engine",
        "kind": "thermal",
        "module_mw": draw.one_of(4.0, 6.0),
        "procurement_months": draw.one_of(0, 3, 6),
        "build_months": draw.one_of(0, 3),
        "life_years": draw.one_of(1.5, 15.0),
        "deposit_fraction": draw.number(0, 0.4),
        "forced_outage_fraction": draw.number(0, 0.08),
        "capacity_credit_fraction": 1.0,
        "fuel": "gas",
        "heat_rate_mmbtu_per_mwh": draw.number(7, 10),
        "needs_gas": True,
    }
    solar = {
        "technology": "solar",
        "kind": "solar",
        "module_mw": 1.0,
        "build_months": draw.one_of(0, 3),
        "life_years": 25.0,
        "capacity_credit_fraction": 0.1,
        "max_site_mw": draw.number(3, 30),
    }
    battery = {
        "technology": "battery",
        "kind": "storage",
        "module_mw": 1.0,
        "life_years": 12.0,
        "forced_outage_fraction": 0.02,
        "capacity_credit_fraction": draw.number(0.3, 0.9),
        "round_trip_efficiency_fraction": draw.number(0.7, 0.95),
        "storage_hours": draw.one_of(2.0, 6.0),
    }
    return {
        "power_technologies": [engine, solar, battery],
        "power_costs": [
            {
                "technology": technology,
                "overnight_capex_usd_per_kw": draw.number(low, high),
                "fixed_om_usd_per_kw_year": draw.number(5, 30),
                "variable_om_usd_per_mwh": draw.number(0, 8),
            }
            for technology, low, high in (
                ("engine", 800, 2500),
                ("solar", 300, 1200),
                ("battery", 200, 1200),
            )
        ],
        "fuel_prices": [
            {"fuel": "gas", "zone": "*", "price_usd_per_mmbtu": draw.number(2, 8)},
            {"fuel": "gas", "zone": "south", "price_usd_per_mmbtu": draw.number(2, 8)},
        ],
        "gas_connections": [
            {
                "jurisdiction": "j",
                "lateral_cost_usd_per_km": 1e6,
                "firm_transport_usd_per_mmbtu": 0.4,
            }
        ],
        "tax_credits": [
            {
                "technology": "solar",
                "credit": "solar",
                "production_credit_usd_per_mwh": 15.0,
                "production_credit_years": 1.25,
            },
            {
                "technology": "battery",
                "credit": "battery",
                "until_date": "2031-01-01",
                "investment_credit_fraction": 0.3,
            },
        ],
        "permit_routes": [
            {
                "route": "building",
                "route_months": draw.one_of(*MONTHS),
                "required_before": draw.one_of("construction", "operation"),
                "cost_usd": draw.number(1e4, 5e5),
            },
            *(
                {
                    "route": f"air-{name}",
                    "asset": "engine",
                    "requirement": "air",
                    "required_before": draw.one_of("commitment", "construction", "operation"),
                    "route_months": months,
                    "cost_usd": cost,
                }
                for name, months, cost in (
                    ("quick", draw.one_of(1, 3), draw.number(2e6, 6e6)),
                    ("slow", draw.one_of(6, 12), draw.number(1e5, 1e6)),
                )
            ),
        ],
    }


def _tokens(draw: Draw) -> dict[str, Rows]:
    hardware = [
        {
            "system": system,
            "design_kw": (design := draw.number(8, 14)),
            "idle_kw": draw.number(1, 3),
            "rack_kw_per_rack": rack,
            "cooling": cooling,
            "capex_usd": draw.number(2e5, 5e5),
            "fixed_om_usd_per_year": draw.number(2e3, 2e4),
            "life_years": draw.one_of(1.25, 5.0),
            "lead_months": draw.one_of(0, 3),
            "resale_fraction": draw.number(0, 0.7),
            "resale_decay_fraction_per_year": draw.number(0.2, 0.5),
        }
        for system, rack, cooling in (("node", 40.0, "air"), ("rack", 120.0, "liquid"))
    ]
    design = {row["system"]: row["design_kw"] for row in hardware}
    workloads = ("chat", "code")
    pairs = [(w, r) for w in workloads for r in ("east", "west")]
    return {
        "hardware": hardware,
        "models": [{"model": "chat"}, {"model": "code"}],
        "operating_points": [
            {
                "system": system,
                "model": workload,
                "ttft_ms": draw.number(150, 210),
                "output_tokens_per_s": draw.number(*speed),
                "full_load_kw": draw.number(0.6, 1.0) * design[system],
            }
            for system in design
            for workload, speed in (("chat", (10e3, 30e3)), ("code", (4e3, 12e3)))
        ],
        "workloads": [
            {
                "workload": workload,
                "model": workload,
                "ttft_limit_ms": draw.one_of(220.0, 1000.0),
                "max_utilisation_fraction": draw.number(0.5, 1.0),
                "unserved_usd_per_mtoken": draw.number(0.5, 6),
            }
            for workload in workloads
        ],
        "profiles": [
            {"profile": "day", "demand_shape": draw.day(24, 0.4)},
            {"profile": "night", "demand_shape": draw.day(24, 0.4)},
        ],
        "demand": [
            {
                "workload": workload,
                "region": region,
                "output_tokens_per_s": [draw.number(5e5, 6e6), draw.number(5e5, 9e6)],
                "growth_rate": draw.one_of(0.0, 0.5),
                "profile": draw.one_of("day", "night"),
            }
            for workload, region in pairs
        ],
        "cloud_prices": [
            {
                "workload": "chat",
                "rent_usd_per_mtoken": draw.number(0.5, 5),
                "max_output_tokens_per_s": draw.number(1e5, 5e6),
            }
        ],
    }
