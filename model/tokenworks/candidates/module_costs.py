"""What a power module costs: the figures by site and vintage that several blocks share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tokenworks import leads
from tokenworks.calendar import MONTHS_PER_YEAR
from tokenworks.candidates.assets import service_share
from tokenworks.candidates.credits import Credit, Credits
from tokenworks.candidates.series import last_ratios, tranches
from tokenworks.frames import given, lookup, rows_by
from tokenworks.inputs import Inputs
from tokenworks.leads import cost_ratio
from tokenworks.yearly import Yearly

KW_PER_MW = 1e3
RENT = "lease_usd_per_kw_month"


@dataclass(frozen=True)
class ModuleCost:
    """Costs of one module of a vintage, undiscounted, and the months that date them.

    Attributes
    ----------
    order, build, service, end
        Months of the order, of the start of building, of service, and after the end of life.
    capital_usd
        Capital; nothing for what is leased.
    credit_usd
        Tax credit on the capital.
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
    credit_usd: float
    yearly_usd: float
    rent_usd_per_year: float

    @property
    def worth_usd(self) -> float:
        """What residual and resale rest on: the capital less what the state paid of it.

        Otherwise a module built for its credit alone would be worth more than it has cost.
        """
        return self.capital_usd - self.credit_usd


class Vintages:
    """Costs of modules by technology and step of service.

    Capital, fixed cost and rent are those of the year of order.
    """

    def __init__(self, x: Inputs) -> None:
        costs = x.tables["power_costs"]
        self._calendar = x.calendar
        self._rows = rows_by(x.tables["power_technologies"], "technology")
        self._overnight = Yearly(costs, ["technology"], "overnight_capex_usd_per_kw")
        self._fixed = Yearly(costs, ["technology"], "fixed_om_usd_per_kw_year")
        self._rents = Yearly(costs.fillna({RENT: 0.0}), ["technology"], RENT)
        self._credits = Credits(x)

    def cost(self, technology: str, step: int, ratio: float) -> ModuleCost:
        """Costs of a module whose capital is so many times that of `power_costs`."""
        row, service = self._rows[technology], self._calendar.vintages[step].start_month
        stages = leads.technology_stages(row, self._calendar.start)
        order, key = service - stages.months, (technology,)
        year, kilowatts = self._calendar.year_of(order), row.module_mw * KW_PER_MW
        leased = given(row.leased, blank=False)
        capital = 0.0 if leased else self._overnight.at(key, year) * kilowatts * ratio
        rent = self._rents.at(key, year) * kilowatts * MONTHS_PER_YEAR if leased else 0.0
        return ModuleCost(
            order,
            service - stages.build,
            service,
            service + round(row.life_years * MONTHS_PER_YEAR),
            capital,
            capital * self.credit(technology, step).investment_fraction,
            self._fixed.at(key, year) * kilowatts,
            rent,
        )

    def credit(self, technology: str, step: int) -> Credit:
        """Tax credit of the modules that enter service at a step."""
        service = self._calendar.vintages[step].start_month
        build = (
            service - leads.technology_stages(self._rows[technology], self._calendar.start).build
        )
        dates = self._calendar.date_of(build), self._calendar.date_of(service)
        return self._credits.of(technology, *dates)


def module_costs(
    x: Inputs, builds: Iterable[tuple[str, str, int]]
) -> dict[tuple[str, str, int], ModuleCost]:
    """Costs of a module of every (site, technology, step of service), without a series' premium."""
    vintages, last = Vintages(x), last_ratios(x)
    sites = rows_by(x.tables["sites"], "site")
    technologies = rows_by(x.tables["power_technologies"], "technology")
    return {
        (s, k, v): vintages.cost(k, v, cost_ratio(sites[s], technologies[k]) * last.get(k, 1.0))
        for s, k, v in builds
    }


def production_credits(
    x: Inputs, builds: Iterable[tuple[str, str, int]]
) -> dict[tuple[str, int], Credit]:
    """(technology, step of service) to its credit, of those that are paid for production."""
    vintages = Vintages(x)
    found = {(k, v): vintages.credit(k, v) for k, v in dict.fromkeys((k, v) for _, k, v in builds)}
    return {index: credit for index, credit in found.items() if credit.production_usd_per_mwh}


def credit_steps(
    x: Inputs, builds: list[tuple[str, str, int]]
) -> dict[tuple[str, str, str, int], dict[int, float]]:
    """(site, technology, credit, step) to the vintages that get it, with their share of the step.

    The share is that of the years of the credit or of the module's life, whichever is shorter.
    """
    credits = production_credits(x, builds)
    life = lookup(x.tables["power_technologies"], "technology", "life_years")
    steps = x.calendar.steps
    found: dict[tuple[str, str, str, int], dict[int, float]] = {}
    for s, k, v in builds:
        if (k, v) not in credits:
            continue
        credit = credits[k, v]
        years = min(credit.production_years, life[k])
        for step in steps:
            share = service_share(step, x.calendar.vintages[v], years)
            if share > 0.0:
                found.setdefault((s, k, credit.name, step.index), {})[v] = share
    return found


def series_premiums(
    x: Inputs, units: dict[str, int], steps: Iterable[tuple[str, int]]
) -> dict[tuple[str, int, int], ModuleCost]:
    """What a module of every (technology, tranche, step of service) costs beyond the last one."""
    vintages, last, found = Vintages(x), last_ratios(x), tranches(x, units)
    return {
        (k, j, v): vintages.cost(k, v, tranche.cost_ratio - last[k])
        for k, v in steps
        for j, tranche in enumerate(found[k], start=1)
    }
