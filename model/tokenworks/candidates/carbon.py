"""CO2 of what a site runs and draws, and the prices, caps and shares that hold for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from tokenworks.calendar import MONTHS_PER_YEAR, Step
from tokenworks.frames import NamedRow, given, lookup, rows, rows_by
from tokenworks.inputs import Inputs
from tokenworks.leads import with_parents
from tokenworks.yearly import Yearly

EVERYWHERE = "*"


def stack_tonnes_per_mwh(technology: NamedRow) -> float:
    """CO2 at the stack for every net MWh."""
    per_mmbtu = given(technology.co2_tonnes_per_mmbtu, 0.0)
    return float(per_mmbtu * technology.heat_rate_mmbtu_per_mwh)


def upstream_tonnes_per_mwh(technology: NamedRow) -> float:
    """CO2 of the supply of the fuel for every net MWh."""
    per_mmbtu = given(technology.upstream_co2_tonnes_per_mmbtu, 0.0)
    return float(per_mmbtu * technology.heat_rate_mmbtu_per_mwh)


class CarbonRules:
    """What the tables `carbon` and `clean_matching` say of every site.

    Parameters
    ----------
    x
        Inputs.
    """

    def __init__(self, x: Inputs) -> None:
        self._x = x
        self._price = self._yearly("carbon", "scope", "price_usd_per_tonne")
        self._cap = self._yearly("carbon", "scope", "cap_tonnes_per_year")

    def _yearly(self, table: str, name: str, column: str) -> Yearly:
        return Yearly(self._x.tables[table].dropna(subset=column), [name], column)

    @cached_property
    def scopes(self) -> dict[str, list[str]]:
        """Site to its jurisdiction, what that is part of, and the word for all."""
        parents = lookup(self._x.tables["jurisdictions"], "jurisdiction", "parent")
        return {
            site.site: [*with_parents(site.jurisdiction, parents), EVERYWHERE]
            for site in rows(self._x.tables["sites"])
        }

    @cached_property
    def emitters(self) -> dict[str, float]:
        """Technology to its tonnes of CO2 per MWh, where it has any."""
        technologies = rows_by(self._x.tables["power_technologies"], "technology")
        found = {k: stack_tonnes_per_mwh(row) for k, row in technologies.items()}
        return {k: tonnes for k, tonnes in found.items() if tonnes > 0.0}

    def price_usd_per_tonne(self, site: str, step: Step) -> float:
        """Price of a tonne at a site, by the nearest scope that has one."""
        for scope in self.scopes[site]:
            if (scope,) in self._price:
                return self._price.mean((scope,), step.years)
        return 0.0

    def caps_of(self, site: str) -> list[str]:
        """Scopes with a cap that a site belongs to; each of them holds."""
        return [scope for scope in self.scopes[site] if (scope,) in self._cap]

    def cap_tonnes(self, scope: str, steps: list[Step]) -> float:
        """Most CO2 of a scope over some steps: its yearly cap, month by month."""
        return sum(
            self._cap.mean((scope,), step.years) * step.months / MONTHS_PER_YEAR for step in steps
        )

    def dirty_shares(self, column: str) -> Iterator[tuple[str, int, float]]:
        """Site, step and share of the load that need not be clean, where some of it must."""
        clean = self._yearly("clean_matching", "site", column)
        for site in self._x.tables["sites"]["site"]:
            key = (site,) if (site,) in clean else (EVERYWHERE,)
            for step in self._x.calendar.steps if key in clean else ():
                share = clean.mean(key, step.years)
                if share > 0.0:
                    yield site, step.index, 1.0 - share


def capped_steps(
    x: Inputs, power: list[tuple[str, str, int]], grid: list[tuple[str, str, int]]
) -> list[tuple[str, int]]:
    """(site, step) under some cap in which something can emit.

    Parameters
    ----------
    x
        Inputs.
    power, grid
        (site, technology, step) and (site, route, step) that can be in service.
    """
    rules = CarbonRules(x)
    emitting = [(s, e) for s, k, e in power if k in rules.emitters]
    if x.scenario.power.count_grid_co2:
        emitting += [(s, e) for s, _, e in grid]
    of_all = x.scenario.policy.most_co2_tonnes is not None
    return sorted({(s, e) for s, e in emitting if of_all or rules.caps_of(s)})
