"""Which input rows a plan uses: of what it opens, files, builds, buys, serves and draws."""

from __future__ import annotations

import pandas as pd

from tokenworks.plan import Plan


def used_rows(plan: Plan, figures: pd.DataFrame) -> pd.DataFrame:
    """Lines of `confidence_by_figure` that are of rows which the plan uses.

    Parameters
    ----------
    plan
        A plan.
    figures
        Columns table, row, column, source, confidence.
    """
    names = _names(plan)
    keep = pd.Series(data=False, index=figures.index)
    first = figures["row"].str.partition(",")[0]
    for table, wanted in names.items():
        keep |= (figures["table"] == table) & (figures["row"].isin(wanted) | first.isin(wanted))
    return figures[keep]


def _names(plan: Plan) -> dict[str, set[str]]:
    """Table to keys, or first parts of keys, of the rows that are used."""
    tables = plan.inputs.tables
    sites = set(plan.sites["site"].unique())
    places = tables["sites"][tables["sites"]["site"].isin(sites)]
    zones = set(places["zone"])
    sources = set(plan.power["source"].unique())
    technologies = sources | {source.partition("+")[0] for source in sources}
    built = tables["power_technologies"]
    fuels = set(built[built["technology"].isin(technologies)]["fuel"]) - {""}
    workloads = set(plan.flows["workload"].unique())
    rented = set(plan.flows[plan.flows["how"] == "rented"]["workload"].unique())
    return {
        "sites": sites,
        "zone_headroom": zones,
        "flexible_headroom": zones,
        "tariffs": zones if (plan.power["kind"] == "grid").any() else set(),
        "interconnection_routes": set(plan.routes["route"].unique()) | sources,
        "permit_routes": set(plan.routes["route"].unique()),
        "power_technologies": technologies,
        "power_costs": technologies,
        "power_series": technologies,
        "gas_connections": sites,
        "fuel_prices": fuels,
        "hardware": set(plan.hardware["system"].unique()),
        "operating_points": set(plan.serving["point"].unique()),
        "workloads": workloads,
        "demand": workloads,
        "cloud_prices": rented,
        "models": set(tables["workloads"]["model"]) if workloads else set(),
    }
