"""Limited supply: what each asset takes, and how much there is up to every date of service.

A limit is of a calendar year, and so is its use: what enters service in the year. Years in which
no step starts, as in periods of several years, have their deliveries counted with the next year in
which one does, since whatever they brought has by then been delivered.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tokenworks.frames import rows
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly

# Between the id of a technology and the variant of it that a constraint has made.
VARIANT = "+"


@dataclass(frozen=True)
class Supplies:
    """Limited supplies.

    Attributes
    ----------
    units
        (supply, asset) to the units that one module, system or MW takes.
    limits
        (supply, calendar year in which some step starts) to the units there are.
    year_of
        Calendar year of every step's first month.
    """

    units: dict[tuple[str, str], float]
    limits: dict[tuple[str, int], float]
    year_of: list[int]
    _needed: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)

    def taken(self, supply: str, asset: str) -> float:
        """Units that an asset takes; a variant takes those of its technology."""
        base = asset.partition(VARIANT)[0]
        return self.units.get((supply, asset), self.units.get((supply, base), 0.0))

    def has_some(self, asset: str, step: int) -> bool:
        """Whether there is anything left of all that an asset takes, at the start of a step."""
        year = self.year_of[step]
        if asset not in self._needed:
            limited = dict.fromkeys(p for p, _ in self.limits)
            self._needed[asset] = [p for p in limited if self.taken(p, asset) > 0.0]
        return all(self.limits[p, year] > 0.0 for p in self._needed[asset])


def supplies(x: Inputs) -> Supplies:
    """Limited supplies of a scenario."""
    uses = {
        (row.supply, row.asset): row.units_per_asset_count
        for row in rows(x.tables["supply_uses"])
        if row.units_per_asset_count > 0.0
    }
    yearly = Yearly(x.tables["supply"], ["supply"], "limit_count")
    year_of = [step.year for step in x.calendar.steps]
    limits, before = {}, year_of[0] - 1
    for year in sorted(set(year_of)):
        for p in dict.fromkeys(p for p, _ in uses):
            limits[p, year] = sum(yearly.at((p,), y) for y in range(before + 1, year + 1))
        before = year
    return Supplies(uses, limits, year_of)
