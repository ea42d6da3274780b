"""Random scenarios of several sites and of all that sites can share.

To the two sites of `cases` come copies of them with other figures, so that zones, jurisdictions and
a link have several sites each; and every limit that one row puts on all sites together: of zones,
places, suppliers, quotas, vendors, shares at home, capital, CO2 and the units of a series. One of
the sites is open already.
"""

from __future__ import annotations

from tests.properties import cases
from tests.properties.draw import Draw, Row, Rows

COPIES = {"a": "c", "b": "d"}
OPTIONS: Row = cases.OPTIONS | {
    "policy.most_vendor_fraction": 0.7,
    "policy.least_sovereign_fraction": 0.3,
    "policy.most_capital_usd": 5e8,
    "policy.most_co2_tonnes": 3e4,
    "policy.power_due_mw": 0.01,
    "policy.power_due_months": 18,
    "finance.after_tax": True,
    "power.availability_target_fraction": 0.99,
    "power.gas_contingency_fraction": 0.3,
    "power.count_grid_co2": True,
    "serving.warm_spare_fraction": 0.05,
}
NAMING_SITES = ("sites", "network", "interconnection_routes", "site_links")


def case_of_four(seed: int, links: bool = True) -> dict[str, Rows]:
    """Rows of the tables; without links every site stands by itself."""
    draw = Draw(1000 + seed)
    tables: dict[str, Rows] = cases.random_case(seed)
    copies = {table: [copied(row) for row in tables[table]] for table in NAMING_SITES}
    for row in copies["sites"]:
        row["max_it_mw"] = 3 * row["block_mw"]
        row["opening_cost_usd"] = draw.number(1e6, 2e7)
        row["average_pue_ratio"] = draw.number(1.05, 1.2)
        row["peak_pue_ratio"] = 1.3
        row["construction_months"] = draw.one_of(0, 2, 5, 8)
        row["commissioning_mw_per_month"] = draw.number(0.5, 3)
    for row in copies["interconnection_routes"]:
        row["max_mw"] = draw.number(3, 25)
        row["firmness"], row["curtailed_fraction"] = "flexible", 0.1
    for table, rows in copies.items():
        tables[table] = [*tables[table], *rows]
    _with_every_rule(draw, tables)
    for row in tables["hardware"]:
        row["vendor"] = row["system"]
    if not links:
        tables["site_links"] = []
    return tables | shared(draw, tables)


def _with_every_rule(draw: Draw, tables: dict[str, Rows]) -> None:
    """Give the rows what blocks ask for that stay empty in the two-site cases."""
    for row in tables["operations"]:
        row["net_load_mw"] = [draw.number(1e3, 2e3) for _ in range(4)]
        row["marginal_co2_kg_per_mwh"] = draw.number(100, 600)
    for row, place in zip(tables["regions"], ("j", "k"), strict=True):
        row["jurisdiction"] = place
    for row, shed, window_hours in zip(tables["workloads"], (0.7, 0.4), (24, 12), strict=True):
        row |= {"sheddable_fraction": shed, "deferrable_fraction": 0.5}
        row |= {"deferral_window_hours": window_hours}
    engine, *_ = tables["power_technologies"]
    engine |= {"minimum_load_fraction": 0.4, "ramp_fraction_per_hour": 0.1}
    building, _, outgrown = tables["permit_routes"]
    building |= {"follows": "land", "route_months": 2}
    outgrown |= {"needs_scr": True}
    tables["permit_routes"] += [
        {"route": "land-use", "requirement": "land", "route_months": draw.one_of(0, 1)}
    ]


def copied(row: Row) -> Row:
    """A row of one site, or of two, as that of their copies."""
    names = {column: COPIES[value] for column, value in row.items() if "site" in column.split("_")}
    return row | names | ({"route": f"grid-{names['site']}"} if "route" in row else {})


def shared(draw: Draw, tables: dict[str, Rows]) -> dict[str, Rows]:
    """What one row limits for all sites."""
    return {
        "jurisdictions": [
            {"jurisdiction": "j", "parent": "land"},
            {"jurisdiction": "k"},
            {"jurisdiction": "land"},
        ],
        "redlines": [
            {"scope": "zone", "id": "north", "year": 2030, "max_contracted_mw": 20.0},
            {"scope": "country", "id": "land", "year": 2030, "max_new_load_mw": 60.0},
        ],
        "supply": [
            {"supply": "turbines", "year": 2030, "limit_count": draw.one_of(2, 6)},
            {"supply": "crews", "year": 2030, "limit_count": 50},
        ],
        "supply_uses": [
            {"supply": "turbines", "asset": "engine", "units_per_asset_count": 1},
            {"supply": "crews", "asset": "site", "units_per_asset_count": 1},
            {"supply": "crews", "asset": "grid", "units_per_asset_count": 0.5},
            {"supply": "crews", "asset": "rack", "units_per_asset_count": 0.01},
        ],
        "power_series": [
            {"technology": "engine", "from_unit_count": first, "cost_ratio": ratio}
            for first, ratio in ((1, 1.4), (3, 1.2), (9, 1.0))
        ],
        "carbon": [
            {"scope": "*", "year": 2030, "price_usd_per_tonne": draw.number(0, 60)},
            {"scope": "land", "year": 2030, "cap_tonnes_per_year": draw.number(1e4, 1e5)},
        ],
        "clean_matching": [
            {"site": "*", "year": 2030, "yearly_fraction": 0.2},
            {"site": "d", "year": 2030, "hourly_fraction": 0.1},
        ],
        "holdings": [
            {"holding": kind, "kind": kind, "site": "c", "asset": asset, "date": "2029-07-01"}
            | {"amount_mw" if kind == "contract" else "amount_count": count}
            for kind, asset, count in (
                ("site", "", 1),
                ("hardware", "node", 50),
                ("power", "solar", 1),
                ("contract", "grid-c", 3),
            )
        ],
        "export_rules": [
            {
                "rule": "quota",
                "effect": "quota",
                "precedence_index": 5,
                "quota_count": draw.one_of(20, 200),
                "quota_unit": "systems",
                "quota_period": "year",
                "our_share_fraction": 1.0,
            },
            *tables["export_rules"],
        ],
    }
