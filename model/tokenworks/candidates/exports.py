"""Purchases that export rules control: the ways to ship each, and what the rules keep out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tokenworks.calendar import Step
from tokenworks.candidates.sites import Filings
from tokenworks.frames import NamedRow
from tokenworks.inputs import Inputs
from tokenworks.shipments import Shipments, Way

# A purchase: (site, system, step at which it enters service).
Purchase = tuple[str, str, int]


@dataclass
class Controls:
    """What export rules say of purchases.

    Attributes
    ----------
    shipments
        What is open to every shipment.
    filings
        Routes that can be filed; licences are added.
    ways
        Purchases under control to the rules by which they can be shipped; others are free.
    refused
        (rule, why) to how many purchases it keeps out, by site, system and step.
    """

    shipments: Shipments
    filings: Filings
    ways: dict[Purchase, tuple[Way, ...]] = field(default_factory=dict)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def arrivals(self, x: Inputs, site: NamedRow, system: str, earliest: int) -> list[Step]:
        """Steps at whose start a system can enter service at a site.

        Parameters
        ----------
        x
            Inputs.
        site
            The site.
        system
            The system; licences for it are offered.
        earliest
            First month in which it could, were there no export rules.
        """
        place = site.jurisdiction
        steps: dict[int, Step] = {}
        for month in {0, *self.shipments.first_months(place, system)}:
            steps |= {step.index: step for step in x.calendar.arrivals(max(earliest, month))}
        return [
            step for _, step in sorted(steps.items()) if self._offer(site.site, place, system, step)
        ]

    def _offer(self, site: str, place: str, system: str, step: Step) -> bool:
        """Whether a purchase can be shipped; its ways are kept and their licences offered."""
        found = self.shipments.at(place, system, step.start_month)
        if found.free:
            return True
        if not found.ways:
            self.refused.update(found.refused)
            return False
        self.ways[site, system, step.index] = found.ways
        for way in found.ways:
            if way.quota is None:
                months, usd = way.licence_months, way.licence_cost_usd
                self.filings.offer(site, way.rule, months, usd, step.start_month)
        return True

    def licences(self, site: str, rule: str, month: int) -> list[int]:
        """Months of filing of a site's licence under a rule that are granted by a month."""
        return [filed for _, filed in self.filings.granted_by(site, rule, month)]
