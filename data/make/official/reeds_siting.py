"""Queues, sun and wind sites, water, nuclear bans: the ReEDS model, ``reeds/inputs/`` (BSD-3).

Queue: ``capacity_exogenous/interconnection_queues.csv`` (r: county as p01001, tg: kind, then MW by
year; from LBNL's Queued Up: 2026 with an agreement executed, 2030 all active, between them
interpolated). Sites: ``supply_curve/supplycurve_<upv|wind-ons>-reference.csv`` (sc_point_gid,
class, capacity in MW, capital_adder_per_mw in USD, cf), whose places are in
``supply_curve/sitemap.csv`` (sc_point_gid of the older grid, latitude, longitude; of releases
before 2025) through
``supply_curve/sc_point_gid_old2new.csv`` (sc_point_gid|old, sc_point_gid). Water:
``waterclimate/wat_access_cap_cost.csv`` (Mgal a year and 2004 USD/Mgal by zone, comment lines).
Bans: ``techs_banned.yaml``, in whatever folder: technology, then st and county, each a list.
"""

from __future__ import annotations

import pandas as pd
from gathered import Refused

from official.boundaries import county_shapes, located
from official.reading import Official, require
from official.reeds_zones import counties

INPUTS = "reeds/inputs"
YEARS = ("2026", "2027", "2028", "2029", "2030")
TECHNOLOGIES = ("upv", "wind-ons")
BINS = 3
KW_PER_MW = 1000


def _queue(official: Official) -> pd.DataFrame:
    """MW queued by county, kind and year, of the counties of the zones."""
    read = ("r", "tg", *YEARS)
    frame = official.frame(f"{INPUTS}/capacity_exogenous/interconnection_queues.csv", read)
    frame["fips"] = frame["r"].str.removeprefix("p")
    return frame


def zone_queue(official: Official) -> pd.DataFrame:
    """``zone_queue_2026_2030.csv``: MW queued by zone, kind and year; rows without any left out."""
    frame = _queue(official).merge(counties(official)[["fips", "zone"]], on="fips")
    sums = frame.groupby(["zone", "tg"], as_index=False)[list(YEARS)].sum().round(1)
    return sums[(sums[list(YEARS)] > 0).any(axis=1)].reset_index(drop=True)


def county_queue(official: Official) -> pd.DataFrame:
    """``county_queue_2030.csv``: MW queued until 2030 by county, one column a kind."""
    wide = _queue(official).pivot_table(index="fips", columns="tg", values="2030", aggfunc="sum")
    return wide.fillna(0.0).round(1).reset_index().rename_axis(columns=None)


def sites(official: Official) -> pd.DataFrame:
    """Sun and wind sites that can be placed: tech, fips, zone, class, capacity, cf, adder."""
    folder = f"{INPUTS}/supply_curve"
    places = official.frame(f"{folder}/sitemap.csv", ("sc_point_gid", "latitude", "longitude"))
    renumbered = official.frame(
        f"{folder}/sc_point_gid_old2new.csv", ("sc_point_gid|old", "sc_point_gid")
    ).set_axis(["old", "gid"], axis=1)
    places = renumbered.merge(places, left_on="old", right_on="sc_point_gid")
    places = places.drop_duplicates("gid").set_index("gid")
    places = places.rename(columns={"latitude": "lat", "longitude": "lon"})
    known = counties(official)
    places["fips"] = located(places, county_shapes(official, known["fips"]), "fips")
    read = ("sc_point_gid", "class", "capacity", "capital_adder_per_mw", "cf")
    parts = [
        official.frame(f"{folder}/supplycurve_{tech}-reference.csv", read).assign(tech=tech)
        for tech in TECHNOLOGIES
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["fips"] = frame["sc_point_gid"].map(places["fips"])
    placed = frame[frame["fips"].notna()].merge(known[["fips", "zone"]], on="fips")
    lost = 1 - placed["capacity"].sum() / frame["capacity"].sum()
    print(f"sites that cannot be placed: {lost:.1%} of the megawatts, left out")
    return placed


def _weighted(group: pd.DataFrame, column: str) -> float:
    """Mean by capacity."""
    return float((group[column] * group["capacity"]).sum() / group["capacity"].sum())


def zone_supply_curve(official: Official) -> pd.DataFrame:
    """``zone_re_supply_curve.csv``: MW by zone, kind, class of resource and third of the adder.

    Within a class the sites are put in the order of their adder and cut into three bins of as many
    sites (one bin where there are fewer than three); means are by capacity.
    """
    frame = sites(official)
    key = ["zone", "tech", "class"]
    frame = frame.sort_values([*key, "capital_adder_per_mw", "sc_point_gid"])
    rank, count = frame.groupby(key).cumcount(), frame.groupby(key)["cf"].transform("size")
    frame["bin"] = (rank * BINS // count + 1).where(count >= BINS, 1)
    rows = [
        {
            **dict(zip([*key, "bin"], names, strict=True)),
            "capacity_mw": round(group["capacity"].sum()),
            "cf": round(_weighted(group, "cf"), 4),
            "adder_usd_per_kw": round(_weighted(group, "capital_adder_per_mw") / KW_PER_MW, 1),
            "sites": len(group),
        }
        for names, group in frame.groupby([*key, "bin"])
    ]
    return pd.DataFrame(rows)


def county_potential(official: Official) -> pd.DataFrame:
    """``county_re_potential.csv``: MW, mean and best capacity factor by county and kind."""
    columns = {}
    for tech, group in sites(official).groupby("tech"):
        parts = group.groupby("fips")
        columns[f"{tech}_mw"] = parts["capacity"].sum().round(2)
        energy = (group["cf"] * group["capacity"]).groupby(group["fips"]).sum()
        columns[f"{tech}_cf_mean"] = (energy / parts["capacity"].sum()).round(4)
        columns[f"{tech}_cf_best"] = parts["cf"].max()
    return pd.DataFrame(columns).rename_axis("fips").reset_index()


def water_access(official: Official) -> pd.DataFrame:
    """``zone_water_access.csv``: water to be had (Mgal a year) and its cost by zone and source."""
    name = f"{INPUTS}/waterclimate/wat_access_cap_cost.csv"
    header, *body = [row for row in official.cells(name) if not row[0].startswith("*")]
    require(name, header[:2], ["wst", "cap_cost"])
    wide = pd.DataFrame([row[: len(header)] for row in body], columns=header)
    long = wide.melt(["wst", "cap_cost"], var_name="zone", value_name="value")
    long = long[long["value"].fillna("") != ""]
    long["zone"], long["value"] = long["zone"].str.lower(), long["value"].astype(float)
    order = {tuple(row[:2]): place for place, row in enumerate(body)}
    place = [order[key] for key in zip(long["wst"], long["cap_cost"], strict=True)]
    long = long.assign(place=place).sort_values("place", kind="stable", ignore_index=True)
    names = {"wst": "water_source", "cap_cost": "sc_cat"}
    return long.rename(columns=names)[["water_source", "sc_cat", "zone", "value"]]


def nuclear_restrictions(official: Official) -> pd.DataFrame:
    """``state_nuclear_restrictions.csv``: states and counties where no reactor may be built."""
    name = official.one_of(f"{INPUTS}/**/techs_banned.yaml")
    banned = official.document(name)
    require(name, list(banned), ["nuclear"], "technology")
    lists = banned["nuclear"]
    unknown = sorted(set(lists) - {"st", "county"})
    if unknown:
        raise Refused(f"{name}: nuclear is banned by {', '.join(unknown)}; known are st, county")
    rows = [{"scope": "state", "code": code} for code in lists.get("st") or []]
    rows += [{"scope": "county", "code": str(code).zfill(5)} for code in lists.get("county") or []]
    return pd.DataFrame(rows).assign(note=f"ReEDS {name.rsplit('/', 1)[1]}")


EXTRACTS = {
    "zone_queue_2026_2030.csv": zone_queue,
    "county_queue_2030.csv": county_queue,
    "zone_re_supply_curve.csv": zone_supply_curve,
    "county_re_potential.csv": county_potential,
    "zone_water_access.csv": water_access,
    "state_nuclear_restrictions.csv": nuclear_restrictions,
}
