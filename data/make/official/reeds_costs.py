"""Technology figures: the ReEDS model, below ``reeds/inputs/`` (BSD-3).

Costs: ``plant_characteristics/<technology>_ATB_2024_<case>.csv``, from NREL's Annual Technology
Baseline 2024; columns i (technology; absent where the file holds one), t (year), capcost and fom
(USD/kW and USD/kW-year), vom (USD/MWh), heatrate (MMBtu/MWh), rte; capcost_energy and fom_energy
(USD/kWh) of batteries; wind has headings of its own. Dollar years:
``plant_characteristics/dollaryear.csv``. Overnight cost, no interest during construction.
Operation: ``plant_characteristics/`` outage_forced_static, outage_scheduled_static and maxage (two
columns, no header), ``financials/construction_times_default.csv`` (i, t_online, construction_time
in years). Emissions: ``emission_constraints/emitrate.csv`` (tonnes/MMBtu). Regional cost
differences: ``financials/reg_cap_cost_diff_default.csv`` (r: county as p01001, then a share by
group).
"""

from __future__ import annotations

import pandas as pd
from gathered import Refused

from official.reading import Official, require
from official.reeds_network import dollar_year, to_2024

PLANT = "reeds/inputs/plant_characteristics"
FIRST_YEAR = 2024
# File of the ATB to the technology of a file that does not name it.
TECHNOLOGIES = {
    "battery": "",
    "fuelcell": "",
    "gas": "",
    "gas-ccs": "",
    "nuclear": "",
    "nuclear-smr": "",
    "ofs-wind": "ofs-wind_",
    "ons-wind": "ons-wind_",
    "upv": "upv",
}
KEPT = ("-CCS_mod",)  # of the variants with capture only this one
CASES = ("advanced", "moderate", "conservative")
RENAMED = {
    "Turbine": "i",
    "Year": "t",
    "CF_mult": "cf_mult",
    "Overnight Cap Cost $/kW": "capcost",
    "Fixed O&M $/(kW-yr)": "fom",
    "Var O&M $/MWh": "vom",
}
MONEY = {
    "capcost": "capex_usd2024_per_kw",
    "capcost_energy": "capex_usd2024_per_kwh",
    "fom": "fom_usd2024_per_kw_yr",
    "fom_energy": "fom_usd2024_per_kwh_yr",
    "vom": "vom_usd2024_per_mwh",
}
PLAIN = {
    "heatrate": "heatrate_mmbtu_per_mwh",
    "rte": "rte",
    "cf_mult": "cf_mult",
    "cf_improvement": "cf_improvement",
}


def tech_costs(official: Official) -> pd.DataFrame:
    """``tech_costs_atb2024.csv``: cost by technology, case and year, 2024 USD.

    Takes every case that there is a file of; a technology without any file is refused.
    """
    parts = []
    for technology, named in TECHNOLOGIES.items():
        pattern = f"{PLANT}/{technology}_ATB_2024_*.csv"
        files = {
            name.rsplit("_", 1)[1].removesuffix(".csv"): name for name in official.all_of(pattern)
        }
        cases = [case for case in CASES if case in files]
        if not cases:
            raise Refused(f"{pattern}: none is of {', '.join(CASES)}")
        parts += [_one_file(official, files[case], case, named) for case in cases]
    joined = pd.concat(parts, ignore_index=True)
    kept = ~joined["tech"].str.contains("-CCS") | joined["tech"].str.endswith(KEPT)
    joined = joined[kept & (joined["year"] >= FIRST_YEAR)]
    order = ["tech", "case", "year", *MONEY.values(), *PLAIN.values(), "file"]
    return joined.reindex(columns=order).sort_values(["tech", "case", "year"], ignore_index=True)


def _one_file(official: Official, name: str, case: str, named: str) -> pd.DataFrame:
    """Rows of one file, in 2024 dollars."""
    file = name.rsplit("/", 1)[1].removesuffix(".csv")
    frame = pd.read_csv(official.path(name)).rename(columns=RENAMED)
    needed = ["t", "capcost", "fom", "vom"] + ([] if named and not named.endswith("_") else ["i"])
    require(name, frame.columns, needed)
    scale = to_2024(official, dollar_year(official, f"{PLANT}/dollaryear.csv", file))
    result = pd.DataFrame({"year": frame["t"]})
    result["tech"] = named + frame["i"].astype(str) if "i" in frame.columns else named
    for old, new in MONEY.items():
        if old in frame.columns:
            result[new] = (frame[old] * scale).round(3)
    for old, new in PLAIN.items():
        if old in frame.columns:
            result[new] = frame[old]
    return result.assign(case=case, file=file)


def _pairs(official: Official, name: str) -> pd.Series:
    """Figures of a file of two columns without header, by technology in lower case."""
    cells = official.cells(name)
    wrong = [number for number, row in enumerate(cells, start=1) if len(row) != 2]  # noqa: PLR2004
    if wrong:
        raise Refused(f"{name}: line {wrong[0]} has not two columns (technology, figure)")
    return pd.Series({technology.lower(): float(figure) for technology, figure in cells})


def tech_operational(official: Official) -> pd.DataFrame:
    """``tech_operational.csv``: years to build, outages as shares of the year, life in years."""
    name = "reeds/inputs/financials/construction_times_default.csv"
    build = official.frame(name, ("i", "construction_time"))
    years = build.groupby(build["i"].str.lower())["construction_time"]
    columns = {
        "construction_yr_min": years.min().astype(float),
        "construction_yr_max": years.max().astype(float),
        "forced_outage": _pairs(official, f"{PLANT}/outage_forced_static.csv"),
        "scheduled_outage": _pairs(official, f"{PLANT}/outage_scheduled_static.csv"),
        "max_age_yr": _pairs(official, f"{PLANT}/maxage.csv"),
    }
    return pd.DataFrame(columns).sort_index().rename_axis("i").reset_index()


def emission_rates(official: Official) -> pd.DataFrame:
    """``emission_rates_reeds.csv``: tonnes/MMBtu at the plant and upstream."""
    gases = ("SO2", "NOx", "CO2", "N2O", "CH4")
    name = "reeds/inputs/emission_constraints/emitrate.csv"
    return official.frame(name, ("i", "etype", *gases)).astype(dict.fromkeys(gases, float))


def capital_cost_differences(official: Official) -> pd.DataFrame:
    """``county_capcost_multiplier_diff.csv``: share by which building costs more in a county."""
    groups = (
        "BATTERY|PVB",
        "COAL|BIO",
        "COMBINED_CYCLE|FUEL_CELL",
        "COMBUSTION_TURBINE|CONSUME|LFILL|OGS",
        "NUCLEAR",
        "CSP",
    )
    frame = official.frame("reeds/inputs/financials/reg_cap_cost_diff_default.csv", ("r", *groups))
    frame["fips"] = frame["r"].str.removeprefix("p")
    return frame[[*groups, "fips"]]


EXTRACTS = {
    "tech_costs_atb2024.csv": tech_costs,
    "tech_operational.csv": tech_operational,
    "emission_rates_reeds.csv": emission_rates,
    "county_capcost_multiplier_diff.csv": capital_cost_differences,
}
