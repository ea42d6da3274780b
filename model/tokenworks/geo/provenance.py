"""Where the figures of a screened site come from; all that is not named here is assumed."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

_LINE_NOTE = "Geodesic from the county's centroid to a simplified line; simplified by about 1 km."
_PLANT_NOTE = "Geodesic from the county's centroid; plants as of November 2023."
_GAS_NOTE = f"{_PLANT_NOTE} Stands for the distance to a pipeline, which no open layer gives."

# Column of `sites`: source, confidence, note.
FIGURES: dict[str, tuple[str, str, str]] = {
    "latitude_deg": ("CENSUS-COUNTIES", "published", "County centroid, not a piece of land."),
    "longitude_deg": ("CENSUS-COUNTIES", "published", "County centroid, not a piece of land."),
    "shell_cost_usd_per_mw": (
        "JLL-2026",
        "assumed",
        "The nation's figure times the county's ratio for gas plant (REEDS-2026), which is carried "
        "to buildings.",
    ),
    "average_pue_ratio": (
        "",
        "assumed",
        "The published 1.2 (NEWKIRK-2025) at 38 degrees north; that it falls with latitude so is "
        "assumed.",
    ),
    "gas_access_mw": (
        "",
        "assumed",
        "A share of the gas-fired capacity near by (EIA-POWER-PLANTS-2023); share, reach and cap "
        "are assumed.",
    ),
    "waterfront": (
        "USACE-PORTS",
        "assumed",
        "True where a principal port is near the county's centroid; no shore was looked at.",
    ),
    "port_km": ("USACE-PORTS", "published", "Geodesic from the county's centroid."),
    "line_230kv_km": ("HIFLD-LINES", "published", _LINE_NOTE),
    "line_345kv_km": ("HIFLD-LINES", "published", _LINE_NOTE),
    "gas_plant_km": ("EIA-POWER-PLANTS-2023", "published", _GAS_NOTE),
    "nuclear_plant_km": ("EIA-POWER-PLANTS-2023", "published", _PLANT_NOTE),
    "water": (
        "REEDS-2026",
        "assumed",
        "By water still to be had in the zone; that 1,000 million gallons a year are enough is "
        "assumed.",
    ),
    "attainment": (
        "EPA-GREEN-BOOK-2021",
        "assumed",
        "Ozone standard of 2015 by the list of February 2021, part of a county counted as all; "
        "taken to hold still.",
    ),
    "nuclear_restricted": ("REEDS-2026", "published", "States and counties that ReEDS bans."),
    "hazard_index": (
        "FEMA-NRI",
        "published",
        "Overall risk score; nine new counties have the mean of their state.",
    ),
    "population_per_km2": (
        "REEDS-2026",
        "published",
        "Population over area; ten counties have the density of their state.",
    ),
    "capital_cost_ratio": ("REEDS-2026", "published", "Combined cycle and fuel cell."),
    "nuclear_cost_ratio": ("REEDS-2026", "published", "Nuclear."),
}

_OWN_NOTE = "As the user's file gives it; a point within the parcel."
# What differs where the sites are parcels: their own place, and the county of the nearest centroid.
PARCEL_FIGURES: dict[str, tuple[str, str, str]] = {
    "latitude_deg": ("", "assumed", _OWN_NOTE),
    "longitude_deg": ("", "assumed", _OWN_NOTE),
}
_BY_COUNTY = (
    "attainment",
    "hazard_index",
    "population_per_km2",
    "nuclear_restricted",
    "capital_cost_ratio",
    "nuclear_cost_ratio",
)
_COUNTY_NOTE = " Of the county whose centroid is nearest within the zone, perhaps a neighbour's."


def figure_sources(*, parcels: bool = False) -> list[Row]:
    """Rows of `figure_sources` for the columns of `sites` that are not plainly assumed."""
    of = _of_parcel if parcels else FIGURES.__getitem__
    rows = []
    for column in FIGURES:
        source, confidence, note = of(column)
        row = {"table": "sites", "row": "*", "column": column}
        rows.append({**row, "source": source, "confidence": confidence, "note": note})
    return rows


def _of_parcel(column: str) -> tuple[str, str, str]:
    if column in PARCEL_FIGURES:
        return PARCEL_FIGURES[column]
    source, confidence, note = FIGURES[column]
    note = note.replace("the county's centroid", "a point within the parcel")
    if column in _BY_COUNTY:
        return source, "assumed", note + _COUNTY_NOTE
    if column.endswith("_km"):
        return source, "assumed", note + " The parcel's place is not checked."
    return source, confidence, note
