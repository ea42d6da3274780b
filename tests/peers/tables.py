"""Rows that the cases share."""

from __future__ import annotations

from typing import Any

HEAT = {"fuel": "gas", "needs_gas": True}
TURBINE = {"technology": "turbine", "heat_rate_mmbtu_per_mwh": 9.0, **HEAT}
ENGINE = {"technology": "engine", "heat_rate_mmbtu_per_mwh": 7.0, **HEAT}
GAS = [{"fuel": "gas", "price_usd_per_mmbtu": 4.0}]
DAY_SHAPE = [0.5, 0.6, 1.2, 1.7]
SHAPE = {"profile": "day", "demand_shape": [DAY_SHAPE[h // 6] for h in range(24)]}
# Real years, as long as their days.
YEAR = {"seconds": None}


def cost(technology: str, capital: float, fixed: float = 0.0, variable: float = 0.0, **more: Any):
    return {
        "technology": technology,
        "overnight_capex_usd_per_kw": capital,
        "fixed_om_usd_per_kw_year": fixed,
        "variable_om_usd_per_mwh": variable,
        **more,
    }


SUN = {"technology": "sun", "kind": "solar", "life_years": 30.0}
WIND = {"technology": "wind", "kind": "wind", "life_years": 25.0, "forced_outage_fraction": 0.1}
BATTERY = {
    "technology": "battery",
    "kind": "storage",
    "storage_hours": 5.0,
    "round_trip_efficiency_fraction": 0.81,
    "forced_outage_fraction": 0.05,
    "life_years": 15.0,
}
TWO_DAYS = [
    {"day": "bright", "weight_days": 265, "solar_capacity_factor": [0.0, 0.4, 0.9, 0.1]},
    {"day": "dull", "weight_days": 100, "solar_capacity_factor": [0.0, 0.2, 0.3, 0.0]},
]
