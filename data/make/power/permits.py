"""Permit routes, thresholds of major sources, nuclear restrictions, gas connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gathered import Gathered
from rows import Row, hand_entered, sourced

COUNTRY = "us"
SPAN = ("route_low_months", "route_months", "route_high_months")
LATERAL_SPAN = ("lateral_low_months", "lateral_months", "lateral_high_months")
STACKS = "stacks"
# Of a way to an air permit, not of a route.
OF_A_WAY = ("way", "months", "cap", "operating", "replaces", "jurisdiction")


def permit_routes(technologies: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Rows of `permit_routes`: of a site's stacks, of every reactor, and of the site."""
    hand = hand_entered("power", "permits")
    found = [
        *_air_routes(hand),
        *_nuclear_routes(hand, technologies),
        *({**_without(r, "months"), **_span(SPAN, r["months"])} for r in hand["routes"]),
    ]
    return [{**hand["common"], **row, "usd_year": hand["usd_year"]} for row in found]


def _air_routes(hand: dict[str, Any]) -> Iterator[Row]:
    """Every way to the one air permit of a site's stacks; what it covers follows from its rule."""
    for way in hand["air"]:
        place = way.get("jurisdiction", COUNTRY)
        state = "" if place == COUNTRY else place.removeprefix(COUNTRY)
        row = _without(way, *OF_A_WAY) | _span(SPAN, way["months"])
        if "replaces" in way:
            row["replaces"] = f"air-{way['replaces']}"
        if "cap" in way:
            row["nox_cap_short_tons_per_year"] = way["cap"]
            row["carbon_monoxide_cap_short_tons_per_year"] = way["cap"]
        if way.get("operating"):
            row["needs_operating_permit"] = True
            row["operating_permit_months"] = hand["operating_permit_months"]
        yield row | {
            "route": f"air{state}-{way['way']}",
            "jurisdiction": place,
            "asset": STACKS,
            "requirement": "air",
            "required_before": "construction",
        }


def _nuclear_routes(
    hand: dict[str, Any], technologies: Sequence[Mapping[str, Any]]
) -> Iterator[Row]:
    """The NRC's routes; for a reactor afloat they take longer, nobody has published how long."""
    for technology in technologies:
        if technology["fuel"] != "uranium":
            continue
        afloat = technology["floating"]
        added = hand["nuclear_floating_added_months"] if afloat else 0
        for way in hand["nuclear"]:
            if technology["technology"] not in way.get("only", (technology["technology"],)):
                continue
            row = {"requirement": "nuclear", "required_before": "construction"}
            row |= _without(way, "way", "months", "only") | {
                "route": f"nuclear-{technology['technology']}-{way['way']}",
                "jurisdiction": COUNTRY,
                "asset": technology["technology"],
                "transferable": False,
                "probability_fraction": 0.9,
            }
            row |= _span(SPAN, [months + added for months in way["months"]])
            yield row | ({"source": "", "confidence": "assumed"} if afloat else {})


def thresholds() -> list[Row]:
    """Rows of `air_permit_thresholds`."""
    names = (
        "rule",
        "source_category",
        "major_source_short_tons_per_year",
        "offset_ratio",
        "note",
        "source",
        "confidence",
    )
    lines = hand_entered("power", "permits")["thresholds"]
    return [dict(zip(names, line, strict=True)) for line in lines]


def nuclear_restrictions(gathered: Gathered) -> list[Row]:
    """Rows of `nuclear_restrictions`: whom ReEDS bars, and what each law asks for."""
    hand = hand_entered("power", "permits")
    barred = gathered.frame("state_nuclear_restrictions.csv", ("scope", "code"), text=("code",))
    states = {f"{COUNTRY}-{c.lower()}" for c in barred.loc[barred["scope"] == "state", "code"]}
    counties = set(barred.loc[barred["scope"] == "county", "code"])
    conditions, named = hand["nuclear_conditions"], hand["nuclear_counties"]
    if states - set(conditions) or counties != set(map(str, named)):
        raise KeyError(f"restrictions without a note: {sorted(states | counties)}")
    rows = [
        _restriction(state, state, "", note)
        | {
            "bars_large_reactors": state in states or state in hand["bars_large_reactors"],
            "bars_small_reactors": state in states or state in hand["bars_small_reactors"],
        }
        for state, note in conditions.items()
    ]
    rows += [
        _restriction(str(fips), state, str(fips), note)
        | {"bars_large_reactors": True, "bars_small_reactors": True}
        for fips, (state, note) in named.items()
    ]
    return rows


def _restriction(area: str, jurisdiction: str, fips: str, note: str) -> Row:
    row = {"area": area, "jurisdiction": jurisdiction, "county_fips": fips, "note": note}
    return sourced(row, "NCSL-NUCLEAR", "published")


def gas_connections() -> list[Row]:
    """Rows of `gas_connections`; the cost of a kilometre is that of one published lateral."""
    hand = hand_entered("power", "permits")
    one = hand["lateral"]
    per_km = round(one["usd"] / (one["miles"] * one["km_per_mile"]), -4)
    return [
        sourced(
            {
                "jurisdiction": entry["jurisdiction"],
                "lateral_cost_usd_per_km": per_km,
                "lateral_included": True,
                **_span(LATERAL_SPAN, entry["months"]),
                "firm_transport_usd_per_mmbtu": entry["firm_transport_usd_per_mmbtu"],
                "transport_included": True,
                "held_in": hand["gas_connections_held_in"],
                "usd_year": hand["usd_year"],
            },
            "GREEN-CHILE-2026",
            "assumed",
        )
        for entry in hand["gas_connections"]
    ]


def _span(names: Sequence[str], months: Sequence[int]) -> Row:
    return dict(zip(names, months, strict=True))


def _without(row: Mapping[str, Any], *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}
