"""Permit routes in the countries of the sites abroad."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rows import Row, assumed, hand_entered

SPAN = ("route_low_months", "route_months", "route_high_months")
NUCLEAR_FUEL = "uranium"


def permit_routes(countries: list[str]) -> list[Row]:
    """Rows of `permit_routes`: building, air and nuclear, the same in every country.

    Parameters
    ----------
    countries
        Jurisdictions of the sites.
    """
    hand, power = hand_entered("abroad", "permits"), hand_entered("power", "technologies")
    technologies = [
        {**power["common"], **power.get(entry.get("group", ""), {}), **entry}
        for entry in power["technologies"]
    ]
    return [row for country in countries for row in _of_country(country, technologies, hand)]


def _of_country(country: str, technologies: list[Row], hand: dict[str, Any]) -> Iterator[Row]:
    for entry in hand["site"]:
        yield _route(country, "site", entry["requirement"], entry, hand)
    yield _route(country, "stacks", "air", hand["air"], hand)
    for technology in technologies:
        if technology["fuel"] == NUCLEAR_FUEL:
            row = _route(country, technology["technology"], "nuclear", hand["nuclear"], hand)
            yield {**row, "also_satisfies": "nuclear-operation"}


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
