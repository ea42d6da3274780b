"""Links between zones, gas prices, reserve margins: the ReEDS model, below ``reeds/`` (BSD-3).

Links: ``inputs/zones/z134/`` interfaces_r (interconnect, interface as p1~~p2), zonehash (r, md5)
and b2b (r, rr, MW); ``inputs/transmission/`` itl_NARIS (limits in MW between zones named by hash),
transmission_cost_distance (start, end, polarity, voltage in kV, cost in million USD, miles),
dollaryear (filename, US_dollar_year), hvdc_existing and hvdc_planned-baseline (name, MW, year, ends
in degrees). Prices: ``inputs/fuelprices/`` ng_AEO_<year>_<case> (USD/MMBtu to power plants by
census division, from EIA's Annual Energy Outlook), cendivweights (how near a county lies to each
division), dollaryear. Dollars are brought to 2024 by ``inputs/financials/deflator.csv``. Margins:
``inputs/reserves/prm_annual.csv`` (from NERC's Long-Term Reliability Assessment).
"""

from __future__ import annotations

import pandas as pd
from gathered import Refused

from official.boundaries import located
from official.reading import Official, require
from official.reeds_zones import ZONES, counties, zone_shapes
from official.zone_load import county_load

TRANSMISSION = "reeds/inputs/transmission"
FUEL = "reeds/inputs/fuelprices"
YEAR = 2024  # of the dollars of the extracts
GAS_CASES = ("baseline", "HOG", "LOG")  # high and low oil and gas supply
LINK_COLUMNS = (
    "zone_from",
    "zone_to",
    "type",
    "interconnect",
    "mw_forward",
    "mw_reverse",
    "new_line_kv",
    "new_line_miles",
    "new_line_cost_musd2024",
    "name",
    "year_online",
)


def to_2024(official: Official, year: int) -> float:
    """What one dollar of a year is in dollars of 2024."""
    frame = official.frame("reeds/inputs/financials/deflator.csv", ("*Dollar.Year", "Deflator"))
    deflator = frame.set_index("*Dollar.Year")["Deflator"]
    return float(deflator[year] / deflator[YEAR])


def dollar_year(
    official: Official,
    name: str,
    scenario: str,
    columns: tuple[str, str] = ("Scenario", "Dollar.Year"),
) -> int:
    """Dollar year that a file of dollar years gives for a scenario, or file."""
    years = official.frame(name, columns).set_index(columns[0])[columns[1]]
    require(name, years.index, [scenario], "scenario")
    return int(years[scenario])


def _ac_links(official: Official) -> pd.DataFrame:
    """Links by alternating current, with the cost of a new line."""
    links = official.frame(f"{ZONES}/interfaces_r.csv", ("interconnect", "interface"))
    ends = links["interface"].str.split("~~", expand=True)
    links["zone_from"], links["zone_to"] = ends[0], ends[1]
    hashes = official.frame(f"{ZONES}/zonehash.csv", ("r", "md5")).set_index("r")["md5"]
    links["a"], links["b"] = links["zone_from"].map(hashes), links["zone_to"].map(hashes)
    limits = official.frame(
        f"{TRANSMISSION}/itl_NARIS.csv", ("md5_from", "md5_to", "MW_forward", "MW_reverse")
    ).set_axis(["a", "b", "mw_forward", "mw_reverse"], axis=1)
    turned = {"a": "b", "b": "a", "mw_forward": "mw_reverse", "mw_reverse": "mw_forward"}
    both = pd.concat([limits, limits.rename(columns=turned)]).drop_duplicates(["a", "b"])
    links = links.merge(both, on=["a", "b"], how="left")
    without = links[links["mw_forward"].isna()]
    if len(without):
        raise Refused(f"itl_NARIS.csv: no limit of {', '.join(without['interface'][:10])}")
    links = links.merge(_new_lines(official), on=["a", "b"], how="left").assign(type="AC")
    return links.sort_values(["zone_from", "zone_to"])


def _new_lines(official: Official) -> pd.DataFrame:
    """Voltage, length and cost of a new line, either way round; the highest voltage of a pair."""
    read = ("start", "end", "polarity", "voltage", "cost_MUSD", "length_miles")
    lines = official.frame(f"{TRANSMISSION}/transmission_cost_distance.csv", read)
    year = dollar_year(
        official,
        f"{TRANSMISSION}/dollaryear.csv",
        "transmission_cost_distance.csv",
        columns=("filename", "US_dollar_year"),
    )
    lines = lines[lines["polarity"] == "ac"]
    lines = pd.DataFrame(
        {
            "a": lines["start"],
            "b": lines["end"],
            "new_line_kv": lines["voltage"],
            "new_line_miles": lines["length_miles"],
            "new_line_cost_musd2024": (lines["cost_MUSD"] * to_2024(official, year)).round(2),
        }
    )
    turned = lines.rename(columns={"a": "b", "b": "a"})
    both = pd.concat([lines, turned]).sort_values("new_line_kv", ascending=False, kind="stable")
    return both.drop_duplicates(["a", "b"])


def _dc_links(official: Official) -> pd.DataFrame:
    """Back-to-back converters, and lines by direct current between two different zones."""
    b2b = official.frame(f"{ZONES}/b2b.csv", ("r", "rr", "MW"))
    b2b = b2b.set_axis(["zone_from", "zone_to", "mw_forward"], axis=1)
    b2b = b2b.assign(type="B2B", interconnect="inter")
    read = ("name", "MW", "year_online", "from_lon", "from_lat", "to_lon", "to_lat")
    files = (f"{TRANSMISSION}/hvdc_existing.csv", f"{TRANSMISSION}/hvdc_planned-baseline.csv")
    lines = pd.concat([official.frame(name, read) for name in files], ignore_index=True)
    shapes = zone_shapes(official)
    for end in ("from", "to"):
        points = lines[[f"{end}_lon", f"{end}_lat"]].set_axis(["lon", "lat"], axis=1)
        lines[f"zone_{end}"] = located(points, shapes, "zone")
        if lines[f"zone_{end}"].isna().any():
            off = ", ".join(lines.loc[lines[f"zone_{end}"].isna(), "name"])
            raise Refused(f"direct-current lines: {off} ends ({end}) in no zone")
    lines = lines[lines["zone_from"] != lines["zone_to"]].rename(columns={"MW": "mw_forward"})
    joined = pd.concat([b2b, lines.assign(type="HVDC")], ignore_index=True)
    return joined.assign(mw_reverse=joined["mw_forward"])


def zone_links(official: Official) -> pd.DataFrame:
    """``zone_links.csv``: limits between neighbouring zones, MW each way, and new-line costs."""
    joined = pd.concat([_ac_links(official), _dc_links(official)], ignore_index=True)
    return joined.reindex(columns=list(LINK_COLUMNS))


def zone_gas_price(official: Official) -> pd.DataFrame:
    """``zone_gas_price.csv``: gas price to power plants, 2024 USD/MMBtu, by zone, year and case.

    A county's price is the mean of the divisions' prices by the county's weights (brought to a sum
    of one); a zone's is the mean of its counties' by their load.
    """
    known = counties(official)
    load = known["fips"].map(county_load(official).set_index("fips")["mwh_2024"]).to_numpy()
    parts = []
    for case in GAS_CASES:
        file = official.one_of(f"{FUEL}/ng_AEO_*_{case}.csv")
        prices = pd.read_csv(official.path(file))
        require(file, prices.columns, ["year"])
        prices = prices.set_index("year")
        weights = official.frame(f"{FUEL}/cendivweights.csv", ("r", *prices.columns))
        weights = weights.set_index(weights.pop("r").str.removeprefix("p")).loc[known["fips"]]
        county = (prices @ weights.div(weights.sum(axis=1), axis=0).T).T * load[:, None]
        by_zone = county.groupby(known["zone"].to_numpy()).sum()
        by_zone = by_zone.div(pd.Series(load).groupby(known["zone"]).sum(), axis=0)
        scenario = file.rsplit("/", 1)[1].removeprefix("ng_").removesuffix(".csv")
        scale = to_2024(official, dollar_year(official, f"{FUEL}/dollaryear.csv", scenario))
        price = (by_zone.T.loc[YEAR:] * scale).round(3).reset_index(names="year")
        long = price.melt("year", var_name="zone", value_name="gas_usd2024_per_mmbtu")
        parts.append(long.sort_values("year", kind="stable").assign(case=case))
    return pd.concat(parts, ignore_index=True)


def prm_annual(official: Official) -> pd.DataFrame:
    """``prm_annual.csv``: planning reserve margin by NERC region and year, as a share of peak."""
    read = ("*nercr", "t", "static", "nerc")
    frame = official.frame("reeds/inputs/reserves/prm_annual.csv", read)
    return frame.rename(columns={"*nercr": "nerc_region"})


EXTRACTS = {
    "zone_links.csv": zone_links,
    "zone_gas_price.csv": zone_gas_price,
    "prm_annual.csv": prm_annual,
}
