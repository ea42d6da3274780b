"""What a power module costs: the figures by site and vintage that several blocks share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tokenworks import leads
from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.frames import given, rows_by
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly

KW_PER_MW = 1e3
RENT = "lease_usd_per_kw_month"


@dataclass(frozen=True)
class ModuleCost:
    """Costs of one module of a vintage at a site, undiscounted, and the months that date them.

    Attributes
    ----------
    order, build, service, end
        Months of the order, of the start of building, of service, and after the end of life.
    capital_usd
        Capital; nothing for what is leased.
    worth_usd
        What residual and resale rest on.
    yearly_usd
        Fixed operation and maintenance in a year.
    rent_usd_per_year
        Rent of what is leased.
    """

    order: int
    build: int
    service: int
    end: int
    capital_usd: float
    worth_usd: float
    yearly_usd: float
    rent_usd_per_year: float


def module_costs(
    x: Inputs, builds: Iterable[tuple[str, str, int]]
) -> dict[tuple[str, str, int], ModuleCost]:
    """Costs of a module of every (site, technology, step of service).

    Capital, fixed cost and rent are those of the year of order.
    """
    rows = rows_by(x.tables["power_technologies"], "technology")
    costs = x.tables["power_costs"]
    overnight = Yearly(costs, ["technology"], "overnight_capex_usd_per_kw")
    fixed = Yearly(costs, ["technology"], "fixed_om_usd_per_kw_year")
    rents = Yearly(costs.fillna({RENT: 0.0}), ["technology"], RENT)
    found = {}
    for s, k, v in builds:
        row, service = rows[k], x.calendar.steps[v].start_month
        stages = leads.technology_stages(row, x.calendar.start)
        order = service - stages.months
        year, kilowatts = x.calendar.year_of(order), row.module_mw * KW_PER_MW
        leased = given(row.leased, blank=False)
        capital = 0.0 if leased else overnight.at((k,), year) * kilowatts
        rent = rents.at((k,), year) * kilowatts * MONTHS_PER_YEAR if leased else 0.0
        found[s, k, v] = ModuleCost(
            order,
            service - stages.build,
            service,
            service + round(row.life_years * MONTHS_PER_YEAR),
            capital,
            capital,
            fixed.at((k,), year) * kilowatts,
            rent,
        )
    return found
