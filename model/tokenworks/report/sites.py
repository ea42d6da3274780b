"""The command `sites`: screens counties or parcels, writes the tables, the funnel and the map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from rich.text import Text

from tokenworks.errors import InputError, Problem
from tokenworks.geo.places import (
    COORDINATES,
    Layers,
    county_places,
    measured,
    parcel_places,
    zones_of,
)
from tokenworks.geo.provenance import figure_sources
from tokenworks.geo.screening import NOT_CHOSEN, Screened, screen
from tokenworks.geo.sites import route_rows, site_rows
from tokenworks.io.file_set import check_free, write_all
from tokenworks.io.map_layers import (
    layer_folder,
    read_layers,
    shipped_figure_sources,
    shipped_headroom,
)
from tokenworks.io.parcels import read_parcels
from tokenworks.io.places import shown_path
from tokenworks.io.screening_options import read_options
from tokenworks.io.table_text import csv_bytes, table_bytes
from tokenworks.report.screening_map import draw
from tokenworks.report.terminal import new_table, results, say
from tokenworks.schema.screening import ScreeningOptions, Selection
from tokenworks.schema.tables import INPUT_TABLES
from tokenworks.schema.validation import validated
from tokenworks.schema.wording import closest, listed, shown

_LARGE_HECTARES = 10_000.0  # beyond it one point tells little of a parcel
_ENDINGS = (".csv", ".parquet")
_OUTCOME_COLUMNS = ("place", "name", "county_fips", "zone", *COORDINATES, "outcome", "score_index")
_FIGURE_COLUMNS = (
    *("line_230kv_km", "line_345kv_km", "gas_plant_km", "gas_nearby_mw", "headroom_mw"),
    *("port_km", "nuclear_plant_km", "water", "hazard_index", "population_per_km2"),
    *("attainment", "nuclear_restricted"),
)


def screen_sites(
    out: Path,
    *,
    zones: str = "",
    parcels: Path | None = None,
    top: int | None = None,
    options_file: Path | None = None,
    force: bool = False,
) -> None:
    """Screen, write all files beside `out`, print the funnel and the best candidates.

    Parameters
    ----------
    out
        The `sites` table to be, .csv or .parquet.
    zones
        Ids of zones with commas between; blank for all.
    parcels
        A file of parcels to screen in place of the counties.
    top
        Most candidates, in place of the option's.
    options_file
        YAML file of `ScreeningOptions`.
    force
        True to replace files.

    Raises
    ------
    InputError
        Where anything of the input is wrong, or nothing is left to choose; no file is written.
    """
    files = _files(out)
    check_free(list(files.values()), force=force)
    options = _options(options_file, top)
    layers = read_layers(layer_folder(), shipped_headroom(), options.exclusions.headroom_year)
    places, what = _places(layers, parcels), "counties" if parcels is None else "parcels"
    places = _in_zones(places, layers, zones)
    everywhere = parcels is None and not zones.strip()
    judged = measured(places, layers, options.sites.gas_nearby_km)
    screened = screen(judged, options, what, spread=everywhere)
    if not len(screened.candidates):
        raise InputError([_nothing_left(screened, options_file or parcels or out)])
    say(f"{len(places):,} {what} screened")
    contents = _contents(screened, options, out.suffix.lower(), parcels is not None)
    contents["map"] = draw(screened, layers, what)
    write_all({files[name]: content for name, content in contents.items()})
    _print(screened, options, files)


def _files(out: Path) -> dict[str, Path]:
    """What is written, all beside the table of sites."""
    suffix = out.suffix.lower()
    if suffix not in _ENDINGS:
        words = f"{shown(out.suffix or out.name)} is not a kind of table"
        raise InputError([Problem(shown_path(out), 0, "", words, "end it in .csv or .parquet")])
    stem = out.with_suffix("")
    names = {
        "interconnection_routes": f"interconnection_routes{suffix}",
        "figure_sources": f"figure_sources{suffix}",
        "funnel": "funnel.csv",
        "outcomes": "outcomes.csv",
        "options": "options.yaml",
        "map": "map.png",
    }
    return {"sites": out} | {name: Path(f"{stem}.{ending}") for name, ending in names.items()}


def _options(file: Path | None, top: int | None) -> ScreeningOptions:
    options = read_options(file)
    if top is None:
        return options
    selection, faults = validated(Selection, options.selection.model_dump() | {"top": top})
    if selection is None or faults:
        raise InputError(Problem("--top", 0, "", f.problem, f.remedy) for f in faults)
    return options.model_copy(update={"selection": selection})


def _places(layers: Layers, parcels: Path | None) -> pd.DataFrame:
    if parcels is None:
        return county_places(layers)
    found = read_parcels(parcels)
    found["zone"] = zones_of(layers, found[COORDINATES].to_numpy())
    file = shown_path(parcels)
    remedy = "give longitude and latitude in that order, and places of the conterminous states only"
    outside = found[found["zone"] == ""]
    if len(outside):
        raise InputError(
            Problem(
                file,
                int(row["row"]),
                "",
                f"{shown(row['place'])} at {row['latitude_deg']:.4f}, {row['longitude_deg']:.4f} "
                "lies outside the conterminous United States",
                remedy,
            )
            for row in outside.to_dict("records")
        )
    twice = found["given_id"].duplicated() & (found["given_id"] != "")
    if twice.any():
        say(f"{file}: {int(twice.sum())} ids stand more than once; the later ones got a number")
    large = int((found["area_hectares"] > _LARGE_HECTARES).sum())
    if large:
        say(f"{file}: parcels above 100 km2, each judged at one point within it: {large:,}")
    return parcel_places(layers, found)


def _in_zones(places: pd.DataFrame, layers: Layers, zones: str) -> pd.DataFrame:
    asked = [zone.strip() for zone in zones.split(",") if zone.strip()]
    if not asked and not zones.strip():
        return places
    if not asked:
        raise InputError([Problem("--zones", 0, "", "names no zone", "give ids such as p60,p67")])
    known = set(layers.zones["zone"])
    unknown = [zone for zone in asked if zone not in known]
    if unknown:
        remedy = "give ids such as p60,p67; the table `zones` of the scenario `us` lists them"
        near = closest(unknown[0].lower(), known)
        remedy = f"did you mean {shown(near)}? {remedy}" if near else remedy
        raise InputError([Problem("--zones", 0, "", f"there is no zone {listed(unknown)}", remedy)])
    kept = places[places["zone"].isin(asked)].reset_index(drop=True)
    if kept.empty:
        words = f"nothing to screen lies in {listed(asked)}", "name other zones"
        raise InputError([Problem("--zones", 0, "", *words)])
    return kept


def _nothing_left(screened: Screened, file: Path) -> Problem:
    removed = screened.funnel[screened.funnel["removed_count"] > 0]
    reasons = ", ".join(
        f"{step} {count:,}"
        for step, count in zip(removed["step"], removed["removed_count"], strict=True)
    )
    words = f"no place is left: {reasons}", "loosen the exclusions by --options FILE"
    return Problem(shown_path(file), 0, "", *words)


def _contents(
    screened: Screened, options: ScreeningOptions, suffix: str, parcels: bool
) -> dict[str, bytes]:
    """Every file but the map."""
    sites = site_rows(screened.candidates, options)
    rows: dict[str, list[dict[str, Any]]] = {
        "sites": sites,
        "interconnection_routes": route_rows(sites, options),
        "figure_sources": _all_figure_sources(parcels=parcels),
    }
    tables = {name: table_bytes(INPUT_TABLES[name], of, suffix) for name, of in rows.items()}
    text = yaml.safe_dump(options.model_dump(), sort_keys=False)
    columns = [*_OUTCOME_COLUMNS, *_FIGURE_COLUMNS]
    return {
        **tables,
        "funnel": _csv(screened.funnel),
        "outcomes": _csv(screened.places[columns]),
        "options": f"# Options of the screening; all are assumed.\n{text}".encode(),
    }


def _all_figure_sources(*, parcels: bool) -> list[dict[str, Any]]:
    """Lines of the scenario `us` with those of these sites, so that they can take their place.

    Without the lines of the other tables their figures would go by the confidence of their rows.
    """
    others: list[dict[str, Any]] = shipped_figure_sources().to_dict("records")  # type: ignore[assignment]
    return [*others, *figure_sources(parcels=parcels)]


def _csv(frame: pd.DataFrame) -> bytes:
    rows: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    return csv_bytes([str(name) for name in frame.columns], rows)


def _print(screened: Screened, options: ScreeningOptions, files: dict[str, Path]) -> None:
    console = results()
    columns = ("step", ""), ("rule", ""), ("out", "r"), ("left", "r")
    funnel = new_table("What is left of them", *columns)
    for row in screened.funnel.to_dict("records"):
        funnel.add_row(
            row["step"], row["rule"], f"{row['removed_count']:,}", f"{row['left_count']:,}"
        )
    console.print(funnel)
    console.print(_weights(options))
    console.print(_best(screened))
    chosen = screened.candidates
    console.print(
        Text(
            f"{len(chosen):,} candidates in {chosen['zone'].nunique()} zones; "
            f"{int((screened.places['outcome'] == NOT_CHOSEN).sum()):,} more are suitable. "
            "Thresholds, weights and costs are assumed; where each figure comes from stands in "
            f"{files['figure_sources'].name}."
        )
    )
    for path in files.values():
        say(f"written: {shown_path(path)}")


def _weights(options: ScreeningOptions) -> Any:
    parts = options.score.model_dump()
    total = sum(part["weight"] for part in parts.values()) or 1.0
    columns = ("criterion", ""), ("weight", "r"), ("best", "r"), ("worst", "r")
    table = new_table("What the score is made of", *columns)
    for name, part in sorted(parts.items(), key=lambda item: -item[1]["weight"]):
        share = f"{part['weight'] / total:.0%}"
        table.add_row(name, share, f"{part['best']:g}", f"{part['worst']:g}")
    return table


def _best(screened: Screened, count: int = 10) -> Any:
    table = new_table(
        "The best candidates",
        *(("site", ""), ("zone", ""), ("score", "r"), ("345 kV km", "r"), ("gas plant km", "r")),
        *(("port km", "r"), ("headroom MW", "r")),
    )
    for place in screened.candidates.head(count).to_dict("records"):
        figures = ("line_345kv_km", "gas_plant_km", "port_km", "headroom_mw")
        table.add_row(
            place["place"],
            place["zone"],
            f"{place['score_index']:.1f}",
            *(f"{place[name]:,.0f}" for name in figures),
        )
    return table
