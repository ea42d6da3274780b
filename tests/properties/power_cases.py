"""The power part of the small random scenarios."""

from __future__ import annotations

from tests.properties.draw import MONTHS, Draw, Rows


def power_of(draw: Draw) -> dict[str, Rows]:
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
        "co2_tonnes_per_mmbtu": 0.053,
        "air_source_category": "engine",
        "nox_lb_per_mmbtu": draw.number(0.1, 0.3),
        "nox_with_scr_lb_per_mmbtu": 0.02,
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
    rented = engine | {
        "technology": "rented",
        "module_mw": 2.0,
        "procurement_months": 0,
        "build_months": 0,
        "deposit_fraction": 0.0,
        "heat_rate_mmbtu_per_mwh": draw.number(10, 12),
        "leased": True,
        "lease_term_months": draw.one_of(0, 12),
    }
    return {
        "power_technologies": [engine, solar, battery, rented],
        "power_costs": [
            {
                "technology": technology,
                "overnight_capex_usd_per_kw": draw.number(low, high),
                "fixed_om_usd_per_kw_year": draw.number(5, 30),
                "variable_om_usd_per_mwh": draw.number(0, 8),
                "scr_capex_usd_per_kw": draw.number(40, 150) if technology == "engine" else None,
            }
            for technology, low, high in (
                ("engine", 800, 2500),
                ("solar", 300, 1200),
                ("battery", 200, 1200),
            )
        ]
        + [{"technology": "rented", "lease_usd_per_kw_month": draw.number(15, 60)}],
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
                    "asset": "stacks",
                    "requirement": "air",
                    "air_rule": "severe",
                    "offset_cost_usd_per_short_ton": offset,
                    "required_before": draw.one_of("commitment", "construction", "operation"),
                    "route_months": months,
                    "cost_usd": cost,
                    "nox_cap_short_tons_per_year": cap,
                }
                for name, months, cost, cap, offset in (
                    ("quick", draw.one_of(1, 3), draw.number(2e6, 6e6), 24.0, None),
                    ("slow", draw.one_of(6, 12), draw.number(1e5, 1e6), None, 15e3),
                )
            ),
        ],
        "air_permit_thresholds": [
            {
                "rule": "severe",
                "source_category": "any",
                "major_source_short_tons_per_year": 25.0,
                "offset_ratio": 1.3,
            }
        ],
    }
