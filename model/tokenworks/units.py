"""The unit vocabulary: a column's or a variable's unit is the suffix of its name.

`unit_of` reads the longest known suffix; a numeric column whose name ends in none of them is an
error of the schema (held by a test).
"""

from __future__ import annotations

SUFFIX_UNITS: dict[str, str] = {
    "_usd": "USD",
    "_musd": "million USD",
    "_usd_per_mw": "USD/MW",
    "_usd_per_mw_year": "USD/MW/year",
    "_usd_per_kw": "USD/kW",
    "_usd_per_kw_year": "USD/kW/year",
    "_usd_per_kw_month": "USD/kW/month",
    "_usd_per_mwh": "USD/MWh",
    "_usd_per_mmbtu": "USD/MMBtu (HHV)",
    "_usd_per_km": "USD/km",
    "_usd_per_short_ton": "USD/short ton",
    "_usd_per_tonne": "USD/tonne",
    "_tonnes": "tonnes",
    "_tonnes_per_year": "tonnes/year",
    "_tonnes_per_mwh": "tonnes/MWh",
    "_g_per_request": "g/request",
    "_g_per_mtoken": "g/million output tokens",
    "_usd_per_mtoken": "USD/million output tokens",
    "_usd_per_year": "USD/year",
    "_usd_year": "calendar year of the dollars",
    "usd_year": "calendar year of the dollars",
    "_usd_per_site_year": "USD/site/year",
    "_kv": "kV",
    "_mw": "MW",
    "_mw_per_month": "MW/month",
    "_mwh": "MWh",
    "_gwh": "GWh",
    "_kw": "kW",
    "_kw_per_rack": "kW/rack",
    "_mmbtu_per_mwh": "MMBtu/MWh (HHV)",
    "_lb_per_mmbtu": "lb/MMBtu (HHV)",
    "_kg_per_mwh": "kg/MWh",
    "_tonnes_per_mmbtu": "tonnes/MMBtu (HHV)",
    "_short_tons_per_year": "short tons/year",
    "_short_tons_per_mw": "short tons/year/MW",
    "_mw_per_system": "MW/system",
    "_mw_per_mtoken_per_s": "MW/(million tokens/s)",
    "_mtokens_per_s": "million tokens/s",
    "_mtokens_per_s_per_system": "million tokens/s/system",
    "_mtokens": "million tokens",
    "_tokens": "tokens",
    "_tokens_per_s": "tokens/s",
    "_tokens_per_s_per_mw": "tokens/s/MW",
    "_tokens_per_s_per_w_per_usd": "tokens/s/W/USD",
    "_wh_per_request": "Wh/request",
    "_gb": "GB",
    "_bytes_per_token": "bytes/token",
    "_gbps": "Gbit/s",
    "_gbps_per_mtoken_per_s": "Gbit/s/(million tokens/s)",
    "_usd_per_gb": "USD/GB",
    "_ms": "ms",
    "_ms_per_km": "ms/km",
    "_km": "km",
    "_km2": "km2",
    "_per_km2": "1/km2",
    "_deg": "degrees (WGS 84)",
    "_months": "months",
    "_month": "months since the start of the horizon",
    "_years": "years",
    "year": "calendar year",
    "day_of_year": "day of the year, 1 to 365",
    "_hours": "hours",
    "_hours_per_year": "hours/year",
    "hour_utc": "hour of the day, UTC",
    "_days": "days",
    "seconds": "s",
    "_s": "s",
    "_fraction": "1",
    "_fraction_per_year": "1/year",
    "_fraction_per_hour": "1/hour",
    "_rate": "1/year",
    "_shape": "1 (mean 1)",
    "_factor": "1",
    "_ratio": "1",
    "_index": "1",
    "_systems": "systems",
    "_modules": "modules",
    "_blocks": "blocks",
    "_count": "1",
    "_billions": "billion",
    "_gb_per_s": "GB/s",
    "_mm2": "mm2",
    "_tflops": "TFLOPS (dense)",
    "_tops": "TOPS (dense)",
    "tpp": "TOPS x bits",
    "_tpp_per_mm2": "TOPS x bits/mm2",
    "population": "people",
    "value_number": "unit of the column compared",
}


def unit_of(name: str) -> str | None:
    """Unit that a name's suffix states.

    Parameters
    ----------
    name
        A column, parameter or variable name such as ``max_it_mw``.

    Returns
    -------
    str or None
        The unit of the longest matching suffix, or None where no suffix is known.
    """
    matches = [suffix for suffix in SUFFIX_UNITS if name.endswith(suffix)]
    return SUFFIX_UNITS[max(matches, key=len)] if matches else None
