"""Capacitated facility location as an ordinary scenario, every other part switched off in the open.

Reads the OR-Library's format of capacitated warehouse location problems: the numbers of warehouses
and customers; of every warehouse its capacity and fixed cost; of every customer its demand and, for
every warehouse, the cost of serving all of that demand from there.

    warehouse           a site of one block of capacity/1000 MW, opened at the fixed cost
    capacity            a system draws 1 MW at most and gives a million tokens a second; it is free
    demand              thousands of tokens a second over a period of exactly 1000 seconds: a unit
                        of demand is a million tokens in all
    cost of serving     over demand, in USD per million tokens of the (site, region)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
SECONDS = 1000.0


@dataclass(frozen=True)
class Instance:
    """A capacitated warehouse location problem.

    Attributes
    ----------
    capacity, fixed_usd
        By warehouse.
    demand
        By customer.
    serving_usd
        By customer and warehouse: cost of serving all of the customer's demand.
    """

    capacity: tuple[float, ...]
    fixed_usd: tuple[float, ...]
    demand: tuple[float, ...]
    serving_usd: tuple[tuple[float, ...], ...]


def read_instance(text: str) -> Instance:
    """An instance in the OR-Library's format; lines may be broken anywhere."""
    numbers: Iterator[float] = map(float, text.split())
    warehouses, customers = int(next(numbers)), int(next(numbers))
    pairs = [(next(numbers), next(numbers)) for _ in range(warehouses)]
    rows = [
        (next(numbers), tuple(next(numbers) for _ in range(warehouses))) for _ in range(customers)
    ]
    assert next(numbers, None) is None, "numbers are left over"
    return Instance(
        tuple(capacity for capacity, _ in pairs),
        tuple(fixed for _, fixed in pairs),
        tuple(demand for demand, _ in rows),
        tuple(costs for _, costs in rows),
    )


def options_of(name: str) -> Row:
    """Options of the scenario, by dotted key."""
    return {
        "name": name,
        "title": f"Capacitated facility location, OR-Library {name}",
        "unserved": "forbidden",
        "finance.discount_rate": 0.0,
        "finance.residuals": False,
        "power.adequacy": False,
        "solve.gap": 0.0,
    }


def tables_of(instance: Instance) -> dict[str, list[Row]]:
    """Rows of the scenario's tables, without the columns that are neutral."""
    sites = [
        {
            "site": f"w{number:02d}",
            "max_it_mw": capacity / SECONDS,
            "block_mw": capacity / SECONDS,
            "opening_cost_usd": fixed,
        }
        for number, (capacity, fixed) in enumerate(
            zip(instance.capacity, instance.fixed_usd, strict=True), 1
        )
    ]
    customers = [
        (f"c{number:02d}", demand, costs)
        for number, (demand, costs) in enumerate(
            zip(instance.demand, instance.serving_usd, strict=True), 1
        )
    ]
    return {
        "periods": [{"period": "once", "months": 1, "seconds": SECONDS}],
        "sites": sites,
        "regions": [{"region": region} for region, _, _ in customers],
        "network": [
            {
                "site": site["site"],
                "region": region,
                "rtt_ms": 0.0,
                "cost_usd_per_mtoken": cost / demand,
            }
            for region, demand, costs in customers
            for site, cost in zip(sites, costs, strict=True)
        ],
        "demand": [
            {"region": region, "output_tokens_per_s": demand * 1e6 / SECONDS}
            for region, demand, _ in customers
        ],
        "operations": [{"zone": "z", "grid_price_shape": [1.0]}],
        "hardware": [{"system": "h", "design_kw": 1000.0}],
        "operating_points": [{"system": "h", "output_tokens_per_s": 1e6, "full_load_kw": 0.0}],
        "power_technologies": [],
        "tariffs": [],
        "zone_headroom": [],
    }
