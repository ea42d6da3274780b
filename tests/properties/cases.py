"""Small random scenarios in which every block has something to decide.

Two sites of two blocks in two zones, one of them leased, each with a grid route; engines bought or
rented, with a catalyst or without, under a quick and a slow air permit; solar and batteries; two
systems, one of them liquid-cooled and under a licence, with halls that can be rebuilt for it; two
workloads in two regions with different days, one of which can be read at one site and written at
the other; limited rent for one of them; a carbon price; two years. A case is a function of its
seed.
"""

from __future__ import annotations

from tests.properties.draw import MONTHS, Draw, Row, Rows
from tests.properties.power_cases import power_of

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


def random_case(seed: int) -> dict[str, Rows]:
    """Rows of the scenario's tables, for `write_scenario`."""
    draw = Draw(seed)
    return {
        "periods": [
            {"months": 12, "seconds": None},
            {"months": 12, "seconds": None},
        ],
        **_places(draw),
        **power_of(draw),
        **_tokens(draw),
        **_fees(draw),
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
            **(
                {"lease_usd_per_kw_month": draw.number(60, 140)}
                if leased
                else {
                    "land_cost_usd": draw.number(1e5, 5e6),
                    "shell_cost_usd_per_mw": draw.number(5e6, 1.2e7),
                }
            ),
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
        for site, zone, latitude, length, leased in (
            ("a", "north", 45.0, 2.0, False),
            ("b", "south", 30.0, 1.0, True),
        )
        for block in [draw.one_of(5.0, 10.0, 15.0)]
    ]
    zones = ("north", "south")
    own = {
        "energy_usd_per_mwh": draw.number(20, 90),
        "delivery_usd_per_mwh": draw.number(0, 20),
        "capacity_usd_per_kw_month": draw.number(0, 12),
    }
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
                **prices,
            }
            for site, prices in (("a", {}), ("b", own))
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


def _tokens(draw: Draw) -> dict[str, Rows]:
    hardware = [
        {
            "system": system,
            "design_kw": (design := draw.number(8, 14)),
            "idle_kw": draw.number(1, 3),
            "rack_kw_per_rack": rack,
            "cooling": cooling,
            "software_stack": stack,
            "capex_usd": draw.number(2e5, 5e5),
            "fixed_om_usd_per_year": draw.number(2e3, 2e4),
            "life_years": draw.one_of(1.25, 5.0),
            "lead_months": draw.one_of(0, 3),
            "resale_fraction": draw.number(0, 0.7),
            "resale_decay_fraction_per_year": draw.number(0.2, 0.5),
        }
        for system, rack, cooling, stack in (
            ("node", 40.0, "air", "common"),
            ("rack", 120.0, "liquid", "own"),
        )
    ]
    design = {row["system"]: row["design_kw"] for row in hardware}
    workloads = ("chat", "code")
    pairs = [(w, r) for w in workloads for r in ("east", "west")]
    return {
        "hardware": hardware,
        # What is read on a rack at `a` can be written on nodes at `b`.
        "models": [{"model": "chat"}, {"model": "code", "kv_bytes_per_token": 1e5}],
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
        ]
        + [
            {
                "point": f"{system}-{stage}",
                "system": system,
                "model": "code",
                "stage": stage,
                f"{counted}_tokens_per_s": draw.number(8e3, 30e3),
            }
            for system, stage, counted in (
                ("rack", "prefill", "input"),
                ("node", "decode", "output"),
            )
        ],
        "workloads": [
            {
                "workload": workload,
                "model": workload,
                "ttft_limit_ms": draw.one_of(220.0, 1000.0),
                "max_utilisation_fraction": draw.number(0.5, 1.0),
                "unserved_usd_per_mtoken": draw.number(0.5, 6),
                "sold_usd_per_mtoken": draw.number(3, 9),
                "damages_usd_per_mtoken": draw.number(0, 1),
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


def _fees(draw: Draw) -> dict[str, Rows]:
    """What can be paid besides: halls rebuilt, software kept, licences, carbon, links."""
    return {
        "hall_retrofits": [
            {
                "site": "*",
                "cost_usd_per_mw": draw.number(2e5, 2e6),
                "hall_density_kw_per_rack": 130.0,
                "liquid_cooling": True,
            }
        ],
        "software_stacks": [
            {"stack": stack, "site_cost_usd_per_year": draw.number(1e4, 5e5)}
            for stack in ("common", "own")
        ],
        "site_links": [
            {
                "from_site": "a",
                "to_site": "b",
                "capacity_gbps": draw.number(10, 200),
                "cost_usd_per_gb": draw.number(0, 0.01),
            }
        ],
        "export_rules": [
            {
                "rule": "licence",
                "effect": "licence",
                "grant_probability_fraction": 1.0,
                "licence_months": 0,
                "licence_cost_usd": draw.number(1e4, 5e5),
            }
        ],
        "export_conditions": [
            {
                "rule": "licence",
                "hardware_column": "cooling",
                "comparison": "=",
                "value_text": "liquid",
            }
        ],
        "operator_seats": [{"role": "operator", "from_date": "2015-01-01", "jurisdiction": "j"}],
        "carbon": [{"scope": "*", "year": 2030, "price_usd_per_tonne": draw.number(0, 60)}],
    }
