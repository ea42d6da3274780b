"""Prices: U.S. Energy Information Administration (public domain).

Gas: "Henry Hub Natural Gas Spot Price", monthly (series RNGWHHDM), nominal USD/MMBtu, as CSV with
Month (1997-01) and Price, ``eia/henry_hub_monthly.csv``. EIA itself offers a binary workbook or its
interface; the CSV of the "Natural gas prices" data package has this form and these figures.
Electricity: "State Electricity Data", average price by state and provider, the workbook
``eia/avgprice_annual.xlsx``: sheet Price, a title, then the headings Year, State, Industry Sector
Category, Residential, Commercial, Industrial, ..., Total; nominal US cents/kWh.
"""

from __future__ import annotations

import pandas as pd

from official.reading import Official, require
from official.workbook import sheet_rows

HENRY_HUB = "eia/henry_hub_monthly.csv"
RETAIL = "eia/avgprice_annual.xlsx"
SHEET = "Price"
PROVIDER = "Total Electric Industry"
FIRST_YEAR, LAST_YEAR = 2010, 2018
SECTORS = ("Residential", "Commercial", "Industrial", "Total")


def henry_hub(official: Official) -> pd.DataFrame:
    """``henry_hub_monthly.csv``: nominal USD/MMBtu by month, dated its first day."""
    frame = official.frame(HENRY_HUB, ("Month", "Price"), ("Month",))
    return pd.DataFrame({"Date": frame["Month"] + "-01", "Price": frame["Price"]})


def retail_price(official: Official) -> pd.DataFrame:
    """``state_retail_price_2010_2018.csv``: nominal cents/kWh by year, state and sector."""
    _title, header, *body = sheet_rows(official.path(RETAIL), SHEET)
    names = [name.strip() for name in header]
    require(RETAIL, names, ["Year", "State", "Industry Sector Category", *SECTORS])
    frame = pd.DataFrame([row[: len(names)] for row in body], columns=names)
    frame["year"] = pd.to_numeric(frame["Year"], errors="coerce")
    chosen = frame["year"].between(FIRST_YEAR, LAST_YEAR)
    frame = frame[chosen & (frame["Industry Sector Category"] == PROVIDER)]
    result = pd.DataFrame({"year": frame["year"].astype(int), "state": frame["State"]})
    for sector in SECTORS:
        cents = pd.to_numeric(frame[sector], errors="coerce")
        result[f"{sector.lower()}_c_per_kwh"] = cents.round(2)
    return result.reset_index(drop=True)


EXTRACTS = {
    "henry_hub_monthly.csv": henry_hub,
    "state_retail_price_2010_2018.csv": retail_price,
}
