"""Where users are: metropolitan regions, and the people whose county is nearest to each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from gathered import Gathered
from rows import Row, sourced

from tokenworks.geo.distance import distances_km

CITIES = "world_cities_300k_geonames.csv"
CITY_COLUMNS = (
    "name",
    "countrycode",
    "admin1code",
    "latitude",
    "longitude",
    "population",
    "timezone",
)


def region_rows(gathered: Gathered, hand: dict[str, Any]) -> list[Row]:
    """Rows of the table `regions`: those of the United States, then those abroad."""
    cities = gathered.frame(CITIES, CITY_COLUMNS, text=("admin1code",)).fillna({"admin1code": ""})
    home = [_row(region, _city(cities, region)) for region in hand["united_states"]]
    counties = gathered.frame("county_zone.csv", ("fips", "lat", "lon", "population"), ("fips",))
    people = nearest_population(counties, home)
    home = [row | {"population": people[row["region"]]} for row in home]
    return home + [_row(region, _city(cities, region)) for region in hand["abroad"]]


def _city(cities: pd.DataFrame, region: dict[str, Any]) -> pd.Series:
    found = cities[
        (cities["name"] == region["city"])
        & (cities["countrycode"] == region["country"])
        & (cities["admin1code"] == region["division"])
    ]
    if len(found) != 1:
        raise ValueError(f"{CITIES}: {len(found)} rows for the city of region {region['region']}")
    return found.iloc[0]


def _row(region: dict[str, Any], city: pd.Series) -> Row:
    row = {
        "region": region["region"],
        "name": region["name"],
        "latitude_deg": float(city["latitude"]),
        "longitude_deg": float(city["longitude"]),
        "time_zone": city["timezone"],
        "jurisdiction": region["country"].lower(),
        "population": int(city["population"]),
    }
    return sourced(row, "GEONAMES", "published")


def nearest_population(counties: pd.DataFrame, regions: list[Row]) -> dict[str, int]:
    """People of the counties nearest to each region; of two as near, the first has the county."""
    kilometres = distances_km(
        counties["lat"].tolist(),
        counties["lon"].tolist(),
        [row["latitude_deg"] for row in regions],
        [row["longitude_deg"] for row in regions],
    )
    nearest = np.asarray(kilometres).argmin(axis=1)
    people = counties["population"].groupby(nearest).sum()
    return {row["region"]: int(people.get(i, 0)) for i, row in enumerate(regions)}
