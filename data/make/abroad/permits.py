"""Permit routes in the countries of the sites abroad."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gathered import Gathered
from power.costs import baseline
from power.technologies import power_technologies
from rows import Row, assumed, hand_entered

SPAN = ("route_low_months", "route_months", "route_high_months")
NUCLEAR_FUEL = "uranium"


def permit_routes(gathered: Gathered, countries: list[str]) -> list[Row]:
    """Rows of `permit_routes`: building, air and nuclear, the same in every country.

    Parameters
    ----------
    gathered
        The gathered files.
    countries
        Jurisdictions of the sites.
    """
    hand = hand_entered("abroad", "permits")
    technologies = power_technologies(gathered, baseline(gathered))
    return [row for country in countries for row in _of_country(country, technologies, hand)]


def _of_country(country: str, technologies: list[Row], hand: dict[str, Any]) -> Iterator[Row]:
    for entry in hand["site"]:
        yield _route(country, "site", entry["requirement"], entry, hand)
    for technology in technologies:
        if technology["air_source_category"] != "none":
            yield _route(country, technology["technology"], "air", hand["air"], hand)
        if technology["fuel"] == NUCLEAR_FUEL:
            yield _route(country, technology["technology"], "nuclear", hand["nuclear"], hand)


def _route(
    country: str, asset: str, requirement: str, entry: dict[str, Any], hand: dict[str, Any]
) -> Row:
    return assumed(
        {
            "route": f"{requirement}-{country}-{asset}",
            "name": entry["name"],
            "jurisdiction": country,
            "asset": asset,
            "requirement": requirement,
            "required_before": "construction",
            **dict(zip(SPAN, entry["months"], strict=True)),
            "cost_usd": entry["cost_usd"],
            "usd_year": hand["usd_year"],
            "note": hand["note"],
        }
    )
