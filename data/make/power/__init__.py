"""Tables of power, made from the files of their sources."""

from __future__ import annotations

from gathered import Gathered
from rows import Row

from power.costs import baseline, operation_sources, power_costs, price_index
from power.permits import gas_connections, nuclear_restrictions, permit_routes, thresholds
from power.technologies import diesel_prices, power_technologies, tax_credits


def tables(gathered: Gathered) -> dict[str, list[Row]]:
    """Rows by path below the scenario's folder."""
    atb = baseline(gathered)
    technologies = power_technologies(gathered, atb)
    hours = {row["technology"]: float(row["storage_hours"]) for row in technologies}
    by_case = power_costs(atb, hours)
    costs = {
        f"cases/{case}/power_costs" if case else "power_costs": rows
        for case, rows in by_case.items()
    }
    return {
        "power_technologies": technologies,
        **costs,
        "fuel_prices": diesel_prices(),
        "permit_routes": permit_routes(technologies),
        "air_permit_thresholds": thresholds(),
        "nuclear_restrictions": nuclear_restrictions(gathered),
        "gas_connections": gas_connections(),
        "tax_credits": tax_credits(),
        "price_index": price_index(),
        "figure_sources": operation_sources(by_case),
    }
