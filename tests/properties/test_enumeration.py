"""The program at gap 0 is as cheap as the cheapest of all ways to open sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.properties.draw import Draw, Row
from tests.properties.enumeration import Enumeration

# Seed, sites, periods: subsets of up to eight sites, or the period in which each of four opens.
QUICK = [(1, 3, 1), (2, 4, 1), (3, 5, 1), (4, 6, 1), (6, 2, 2), (7, 3, 2), (8, 3, 2)]
SLOW = [(5, 8, 1), (9, 5, 1), (10, 6, 1), (11, 7, 1), (12, 7, 1), (13, 8, 1), (14, 8, 1)]
SLOW += [(15, 3, 2), (16, 3, 2), (17, 4, 2), (18, 4, 2), (19, 4, 2), (20, 4, 2)]


def options_of(draw: Draw) -> Row:
    return {
        "finance.discount_rate": draw.one_of(0.0, 0.07),
        "finance.residuals": draw.one_of(True, False),
        "power.adequacy": draw.one_of(True, False),
        "solve.gap": 0.0,
    }


def sited(draw: Draw, count: int, periods: int) -> dict[str, list[Row]]:
    sites = []
    for number in range(count):
        size = draw.number(3, 20)
        average = draw.number(1.0, 1.4)
        sites.append(
            {
                "site": f"s{number}",
                "zone": draw.one_of("north", "south"),
                "max_it_mw": size,
                "block_mw": size,
                "opening_cost_usd": draw.number(1e6, 4e7),
                "land_cost_usd": draw.number(0, 5e6),
                "shell_cost_usd_per_mw": draw.number(0, 3e6),
                "fixed_om_usd_per_mw_year": draw.number(0, 3e5),
                "shell_life_years": draw.number(5, 30),
                "construction_months": draw.one_of(0, 0, 12) if periods > 1 else 0,
                "average_pue_ratio": average,
                "peak_pue_ratio": average + draw.number(0, 0.2),
                "hall_density_kw_per_rack": draw.one_of(50.0, 150.0, 150.0),
                "liquid_cooling": draw.one_of(True, True, False),
            }
        )
    routes = [
        {
            "route": f"grid-{site['site']}",
            "site": site["site"],
            "max_mw": draw.number(2, 30),
            "route_months": draw.one_of(0, 0, 12) if periods > 1 else 0,
            "cost_usd": draw.number(0, 3e6),
            "cost_usd_per_kw": draw.number(0, 300),
        }
        for site in sites
    ]
    return {"sites": sites, "interconnection_routes": routes}


def zoned(draw: Draw, periods: int) -> dict[str, list[Row]]:
    zones = ("north", "south")
    return {
        "periods": [{"months": 12, "seconds": draw.number(1e7, 3e7)} for _ in range(periods)],
        "zones": [{"zone": zone} for zone in zones],
        "zone_headroom": [
            {"zone": zone, "year": 2030 + period, "firm_headroom_mw": draw.number(4, 20)}
            for zone in zones
            for period in range(periods)
        ],
        "tariffs": [
            {
                "zone": zone,
                "energy_usd_per_mwh": draw.number(10, 150),
                "delivery_usd_per_mwh": draw.number(0, 20),
                "capacity_usd_per_kw_month": draw.number(0, 10),
                "minimum_take_fraction": draw.one_of(0.0, 0.8),
            }
            for zone in zones
        ],
        "operations": [
            {
                "zone": zone,
                "grid_price_shape": draw.day(4, 0.5),
                "pue_overhead_shape": draw.day(4, 0.3),
            }
            for zone in zones
        ],
        "power_technologies": [],
    }


def tokens(draw: Draw, sites: list[Row], periods: int) -> dict[str, list[Row]]:
    works = ("chat", "code")[: draw.one_of(1, 2, 2)]
    regions = ("r0", "r1", "r2", "r3")[: draw.one_of(2, 3, 4)]
    hardware = [
        {
            "system": system,
            "design_kw": (design := draw.number(8, 14)),
            "idle_kw": draw.number(0, 0.4) * design,
            "rack_kw_per_rack": rack,
            "cooling": cooling,
            "capex_usd": draw.number(5e4, 3e5),
            "fixed_om_usd_per_year": draw.number(0, 2e4),
            "life_years": 10.0,
            "resale_fraction": draw.number(0, 0.7),
            "resale_decay_fraction_per_year": draw.number(0.1, 0.5),
        }
        for system, rack, cooling in (("node", 40.0, "air"), ("rack", 120.0, "liquid"))
    ][: draw.one_of(1, 2, 2)]
    return {
        "hardware": hardware,
        "models": [{"model": work} for work in works],
        "operating_points": [
            {
                "system": row["system"],
                "model": work,
                "ttft_ms": draw.one_of(150.0, 200.0),
                "output_tokens_per_s": draw.number(5e3, 3e4),
                "full_load_kw": draw.number(0.5, 1.0) * row["design_kw"],
            }
            for row in hardware
            for work in works
        ],
        "workloads": [
            {
                "workload": work,
                "model": work,
                "ttft_limit_ms": 400.0,
                "max_utilisation_fraction": draw.number(0.5, 1.0),
                "unserved_usd_per_mtoken": draw.number(2, 9),
            }
            for work in works
        ],
        "regions": [{"region": region} for region in regions],
        "network": [
            {
                "site": site["site"],
                "region": region,
                "rtt_ms": draw.one_of(10.0, 50.0, 220.0, 300.0),
                "cost_usd_per_mtoken": draw.number(0, 0.3),
            }
            for site in sites
            for region in regions
        ],
        "profiles": [
            {"profile": "day", "demand_shape": draw.day(24, 0.5)},
            {"profile": "night", "demand_shape": draw.day(24, 0.5)},
        ],
        "demand": [
            {
                "workload": work,
                "region": region,
                "output_tokens_per_s": [draw.number(1e5, 1e7) for _ in range(periods)],
                "profile": draw.one_of("day", "night"),
            }
            for work in works
            for region in regions
        ],
        "cloud_prices": [
            {
                "workload": "chat",
                "rent_usd_per_mtoken": draw.number(0.5, 4),
                "max_output_tokens_per_s": draw.number(1e5, 4e6),
            }
        ],
    }


@pytest.mark.parametrize(
    ("seed", "sites", "periods"),
    [*QUICK, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW)],
)
def test_no_way_to_open_sites_is_cheaper(
    seed: int, sites: int, periods: int, solve_case: Callable[..., Any]
) -> None:
    draw = Draw(seed)
    options = options_of(draw)
    places = sited(draw, sites, periods)
    tables = {**places, **zoned(draw, periods), **tokens(draw, places["sites"], periods)}
    answer = solve_case(options, **tables)
    assert answer.usd == pytest.approx(Enumeration(tables, options).least_usd(), rel=1e-7)
    assert answer.solved.bound_usd == pytest.approx(answer.usd, rel=1e-7)
    opened = {site for (site, _), value in answer.solved.values["is_open"].items() if value}
    assert opened, "a case in which nothing opens shows little"
