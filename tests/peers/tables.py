"""Rows that the cases share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tokenworks.inputs import Inputs

HEAT = {"fuel": "gas", "needs_gas": True}
TURBINE = {"technology": "turbine", "heat_rate_mmbtu_per_mwh": 9.0, **HEAT}
ENGINE = {"technology": "engine", "heat_rate_mmbtu_per_mwh": 7.0, **HEAT}
GAS = [{"fuel": "gas", "price_usd_per_mmbtu": 4.0}]
DAY_SHAPE = [0.5, 0.6, 1.2, 1.7]
SHAPE = {"profile": "day", "demand_shape": [DAY_SHAPE[h // 6] for h in range(24)]}
# Real years, as long as their days.
YEAR = {"seconds": None}

# Only power has a price, and all load is carried.
FORBIDDEN = {"unserved": "forbidden", "finance.discount_rate": 0.07, "finance.residuals": True}


def with_loads(megawatts: dict[str, list[float]], tables: dict[str, Any]) -> dict[str, Any]:
    """Tables of a case in which each site carries a mean load by period."""
    tables = {"sites": [{"site": s} for s in megawatts], "periods": [YEAR]} | tables
    # Every site has users of its own: the others are too far.
    tables["regions"] = [{"region": f"r-{s}"} for s in megawatts]
    tables["network"] = [
        {"site": s, "region": f"r-{other}", "rtt_ms": 0.0 if s == other else 1e9}
        for s in megawatts
        for other in megawatts
    ]
    profile = "day" if has_shape(tables) else "flat"
    tables["demand"] = [
        {"region": f"r-{s}", "output_tokens_per_s": [mw * 1e6 for mw in by], "profile": profile}
        for s, by in megawatts.items()
    ]
    return tables


def load_of(
    megawatts: dict[str, list[float]], inputs: Inputs, shaped: bool
) -> Callable[[str, int, dict[str, Any]], float]:
    """Load at the meter by site, step and row of `operations`, as `Peer` asks for it."""
    pue = inputs.tables["sites"].set_index("site")["average_pue_ratio"].to_dict()
    periods = list(inputs.calendar.period_months)

    def load_mw(site: str, step: int, hour: dict[str, Any]) -> float:
        period = periods.index(inputs.calendar.steps[step].period)
        overhead = (pue[site] - 1.0) * hour["pue_overhead_shape"]
        shape = DAY_SHAPE[hour["hour_utc"] // 6] if shaped else 1.0
        return megawatts[site][period] * shape * (1.0 + overhead)

    return load_mw


def has_shape(tables: dict[str, Any]) -> bool:
    return any(row["profile"] == "day" for row in tables.get("profiles", ()))


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
