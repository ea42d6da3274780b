"""Cities and countries: GeoNames (CC BY 4.0; name it where figures made from it are shown).

Files ``geonames/cities15000.txt`` (tab-separated, 19 fields, no header; UTF-8) and
``geonames/countryInfo.txt`` (tab-separated; comment lines begin with #, the last of them names the
fields).
"""

from __future__ import annotations

import csv

import pandas as pd
from gathered import Refused

from official.reading import Official, require

CITIES = "geonames/cities15000.txt"
COUNTRIES = "geonames/countryInfo.txt"
FIELDS = 19
# Name in the extract to the number of the field, from 0.
TAKEN = {
    "geonameid": 0,
    "name": 1,
    "countrycode": 8,
    "admin1code": 10,
    "latitude": 4,
    "longitude": 5,
    "population": 14,
    "timezone": 17,
}
CLASS_FIELD, CLASS = 6, "P"  # feature class of populated places
LEAST_POPULATION = 300_000
COUNTRY = {
    "ISO": "iso",
    "ISO3": "iso3",
    "Country": "name",
    "Population": "population",
    "Area(in sq km)": "areakm2",
    "Continent": "continentcode",
}


def cities(official: Official) -> pd.DataFrame:
    """``world_cities_300k_geonames.csv``: cities of at least 300,000 people."""
    rows = list(csv.reader(official.lines(CITIES), delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows, start=1):
        if len(row) != FIELDS or row[CLASS_FIELD] != CLASS:
            raise Refused(
                f"{CITIES}: line {number} has {len(row)} fields, of which number "
                f"{CLASS_FIELD + 1} should be {CLASS}; expected are the {FIELDS} of GeoNames"
            )
    frame = pd.DataFrame({name: [row[place] for row in rows] for name, place in TAKEN.items()})
    for name in ("geonameid", "population"):
        frame[name] = frame[name].astype(int)
    for name in ("latitude", "longitude"):
        frame[name] = frame[name].astype(float)
    frame = frame[frame["population"] >= LEAST_POPULATION]
    return frame.sort_values(["countrycode", "geonameid"], ignore_index=True)


def countries(official: Official) -> pd.DataFrame:
    """``countries_geonames.csv``: codes, people, area and continent of every country."""
    lines = official.lines(COUNTRIES)
    comments = [line for line in lines if line.startswith("#")]
    header = comments[-1].removeprefix("#").split("\t") if comments else []
    require(COUNTRIES, header, list(COUNTRY), "field")
    body = [line.split("\t") for line in lines if line and not line.startswith("#")]
    frame = pd.DataFrame(body, columns=header)[list(COUNTRY)].rename(columns=COUNTRY)
    frame["population"] = frame["population"].astype(int)
    frame["areakm2"] = pd.to_numeric(frame["areakm2"]).round().astype("Int64")
    return frame


EXTRACTS = {
    "world_cities_300k_geonames.csv": cities,
    "countries_geonames.csv": countries,
}
