"""Jurisdictions and groups; sites abroad with their zones, grid access, tariffs and gas."""

from __future__ import annotations

from math import inf
from typing import Any

import pandas as pd
from gathered import Gathered
from pyproj import Geod
from rows import Row, assumed, hand_entered, sourced

METRES_PER_KM = 1000.0


def jurisdictions(gathered: Gathered) -> list[Row]:
    """The United States and its states, and every country that a group or a site names."""
    hand = hand_entered("abroad", "groups")
    names = _country_names(gathered)
    places = {code for members in _groups(hand).values() for code in members}
    places |= set(hand["others"])
    places |= {_country(site["site"]) for site in hand_entered("abroad", "sites")["sites"]}
    missing = sorted(place for place in places if place not in names)
    if missing:
        raise KeyError(f"no country has the code {missing}")
    states = [
        assumed({"jurisdiction": f"us-{code.lower()}", "name": name, "parent": "us"})
        for code, name in sorted(hand["states"].items())
    ]
    countries = [
        sourced({"jurisdiction": c, "name": names[c], "parent": ""}, "GEONAMES", "published")
        for c in ("us", *sorted(places))
    ]
    return [countries[0], *states, *countries[1:]]


def jurisdiction_groups() -> list[Row]:
    """Members of every group."""
    hand = hand_entered("abroad", "groups")
    return [
        assumed(
            {
                "group": group,
                "jurisdiction": member,
                "from_date": "",
                "until_date": "",
                "note": hand["diffusion_note" if group in hand["diffusion"] else "note"],
            }
        )
        for group, members in sorted(_groups(hand).items())
        for member in sorted(members)
    ]


def site_tables(gathered: Gathered) -> dict[str, list[Row]]:
    """Rows of sites abroad and of the zones that they stand in, which bear their names."""
    hand = hand_entered("abroad", "sites")
    ports = gathered.frame("ports_world_searoute.csv", ("port", "lat", "lon"))
    cities = gathered.frame(
        "world_cities_300k_geonames.csv", ("name", "countrycode", "latitude", "longitude")
    )
    found: dict[str, list[Row]] = {}
    for site in hand["sites"]:
        where = coordinates(site["place"], cities, ports)
        of_site = {
            "sites": [_site(site, where, ports, hand)],
            "zones": [_zone(site, where)],
            "interconnection_routes": [_route(site, hand)],
            "zone_headroom": _headroom(site),
            "tariffs": _tariffs(site, hand),
            "fuel_prices": _gas(site, hand),
        }
        for table, rows in of_site.items():
            found.setdefault(table, []).extend(rows)
    return found


def coordinates(
    place: dict[str, str], cities: pd.DataFrame, ports: pd.DataFrame
) -> tuple[float, float]:
    """Latitude and longitude of a named city or port."""
    if "port" in place:
        found = ports[ports["port"] == place["port"]][["lat", "lon"]]
    else:
        named = (cities["name"] == place["city"]) & (cities["countrycode"] == place["country"])
        found = cities[named][["latitude", "longitude"]]
    if len(found) != 1:
        raise KeyError(f"{len(found)} places are {place}")
    latitude, longitude = found.iloc[0]
    return float(latitude), float(longitude)


def _groups(hand: dict[str, Any]) -> dict[str, list[str]]:
    return {**hand["groups"], **hand["diffusion"]}


def _country_names(gathered: Gathered) -> dict[str, str]:
    table = gathered.frame("countries_geonames.csv", ("iso", "name"), text=("iso",))
    codes = (str(code).lower() for code in table["iso"])
    return dict(zip(codes, map(str, table["name"]), strict=True))


def _country(site: str) -> str:
    return site.partition("-")[0]


def _site(
    site: dict[str, Any], where: tuple[float, float], ports: pd.DataFrame, hand: dict[str, Any]
) -> Row:
    cost = site["cost"]
    return assumed(
        {
            "site": site["site"],
            "name": site["name"],
            "latitude_deg": where[0],
            "longitude_deg": where[1],
            "zone": site["site"],
            "jurisdiction": _country(site["site"]),
            **site["size"],
            "opening_cost_usd": cost["opening"],
            "land_cost_usd": cost["land"],
            "shell_cost_usd_per_mw": cost["shell"],
            "fixed_om_usd_per_mw_year": cost["fixed_om"],
            "construction_months": site["construction_months"],
            "average_pue_ratio": site["pue"]["average"],
            "peak_pue_ratio": site["pue"]["peak"],
            "nuclear_restricted": _country(site["site"])
            in hand_entered("abroad", "permits")["no_new_reactors"],
            "waterfront": bool(nearest_km(where, ports) <= hand["waterfront_km"]),
            **hand["site_defaults"],
            "usd_year": hand["usd_year"],
        }
    )


def nearest_km(where: tuple[float, float], ports: pd.DataFrame) -> float:
    """Geodesic distance to the nearest port."""
    geod = Geod(ellps="WGS84")
    latitude, longitude = where
    count = len(ports)
    _, _, metres = geod.inv([longitude] * count, [latitude] * count, ports["lon"], ports["lat"])
    return min(metres, default=inf) / METRES_PER_KM


def _zone(site: dict[str, Any], where: tuple[float, float]) -> Row:
    return assumed(
        {
            "zone": site["site"],
            "name": site["name"],
            "operator": site["operator"],
            "state": _country(site["site"]).upper(),
            "latitude_deg": where[0],
            "longitude_deg": where[1],
        }
    )


def _route(site: dict[str, Any], hand: dict[str, Any]) -> Row:
    grid, size = site["grid"], site["size"]
    return assumed(
        {
            "route": f"grid-{site['site']}",
            "site": site["site"],
            "firmness": "firm",
            "max_mw": round(size["max_it_mw"] * site["pue"]["peak"] * hand["route_spare"], 1),
            "route_months": grid["months"],
            "cost_usd": grid["cost"],
            "cost_usd_per_kw": grid["cost_per_kw"],
            "usd_year": hand["usd_year"],
        }
    )


def _headroom(site: dict[str, Any]) -> list[Row]:
    return [
        assumed({"zone": site["site"], "year": year, "firm_headroom_mw": megawatts})
        for year, megawatts in site["grid"]["headroom"].items()
    ]


def _years(options: dict[str, Any]) -> dict[int, float]:
    """First and last year, each with its factor on the price of the first."""
    return {options["first_year"]: 1.0, options["last_year"]: options["growth"]}


def _tariffs(site: dict[str, Any], hand: dict[str, Any]) -> list[Row]:
    options, tariff = hand["tariff_options"], site["tariff"]
    return [
        assumed(
            {
                "zone": site["site"],
                "year": year,
                "energy_usd_per_mwh": round(tariff["energy"] * scale, 4),
                "delivery_usd_per_mwh": round(tariff["delivery"] * scale, 4),
                "capacity_usd_per_kw_month": round(tariff["capacity"] * scale, 4),
                "minimum_take_fraction": options["minimum_take"],
                "term_months": options["term_months"],
                "exit_fee_usd_per_kw": options["exit_fee"],
                "usd_year": hand["usd_year"],
            }
        )
        for year, scale in _years(options).items()
    ]


def _gas(site: dict[str, Any], hand: dict[str, Any]) -> list[Row]:
    return [
        assumed(
            {
                "fuel": "gas",
                "zone": site["site"],
                "year": year,
                "price_usd_per_mmbtu": round(site["gas"] * scale, 4),
                "usd_year": hand["usd_year"],
            }
        )
        for year, scale in _years(hand["gas_options"]).items()
    ]
