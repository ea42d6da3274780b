"""Scenarios of `us` cut to a size: its best sites by score, so many yearly periods, so many days.

    python tests/benchmarks/instances.py FOLDER --sites 10 --years 10 --days 2

writes ``us-10-10-2.yaml`` with the tables that differ. All technologies, systems and workloads of
`us` are kept, with its prices of tokens; halls grow by blocks of 25 MW.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
import yaml

import tokenworks as tw
from tokenworks.inputs import assemble

BLOCK_MW = 25
FIRST_YEAR = 2027


def written(folder: Path, sites: int, years: int, days: int) -> Path:
    """Write an instance; return its scenario file.

    Parameters
    ----------
    folder
        Where; made where it is not there.
    sites, years, days
        Size: candidates by falling score, periods of a year from 2027 on, representative days. `us`
        ends with 2036: demand of later years stays as in that one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    us = assemble(tw.load("us"))
    table = us.tables["sites"]
    chosen = table.nlargest(sites, "score_index", keep="first")["site"]
    blocks = table.set_index("site")["max_it_mw"] // BLOCK_MW * BLOCK_MW
    name = f"us-{sites}-{years}-{days}"
    periods = pd.DataFrame(
        {
            "period": [str(FIRST_YEAR + n) for n in range(years)],
            "start": [f"{FIRST_YEAR + n}-01-01" for n in range(years)],
            "end": [f"{FIRST_YEAR + n + 1}-01-01" for n in range(years)],
            "seconds": "",
            "source": "",
            "confidence": "assumed",
        }
    )
    periods.to_csv(folder / f"{name}-periods.csv", index=False)
    _demand(us.tables, years).to_csv(folder / f"{name}-demand.csv", index=False)
    overrides: dict[str, object] = {
        "tables.sites[*].enabled": False,
        "tables.sites[*].block_mw": BLOCK_MW,
    }
    for site in chosen:
        overrides[f"tables.sites[{site}].enabled"] = True
        overrides[f"tables.sites[{site}].max_it_mw"] = float(blocks[site])
    scenario = {
        "name": name,
        "extends": "us",
        "title": f"The {sites} best sites of `us`, {years} years, {days} days",
        "time": {"representative_days": days, "step_months": 12},
        "tables": {"periods": f"{name}-periods.csv", "demand": f"{name}-demand.csv"},
        "overrides": overrides,
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    return path


def _demand(tables: dict[str, pd.DataFrame], years: int) -> pd.DataFrame:
    """Demand by year: the mean of its periods by their length, growth likewise."""
    periods = tables["periods"]
    lengths = (periods["end"] - periods["start"]).dt.days.set_axis(periods["period"])
    year = periods["start"].dt.year.set_axis(periods["period"])
    rows = tables["demand"].assign(
        days=lambda f: f["period"].map(lengths), year=lambda f: f["period"].map(year)
    )
    keys = ["workload", "region", "profile", "year"]
    weighted = rows.assign(
        output_tokens_per_s=rows["output_tokens_per_s"] * rows["days"],
        growth_rate=rows["growth_rate"] * rows["days"],
    )
    sums = weighted.groupby(keys)[["output_tokens_per_s", "growth_rate", "days"]].sum()
    means = sums.div(sums["days"], axis=0).drop(columns="days").reset_index()
    last = int(means["year"].max())
    found = []
    for n in range(years):
        one = means[means["year"] == min(FIRST_YEAR + n, last)].drop(columns="year")
        flat = {"growth_rate": 0.0} if last < FIRST_YEAR + n else {}
        found.append(one.assign(period=str(FIRST_YEAR + n), **flat))
    made = pd.concat(found)
    columns = ["workload", "region", "period", "output_tokens_per_s", "growth_rate", "profile"]
    return made[columns].assign(source="", confidence="assumed")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sites", type=int, default=10)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--days", type=int, default=2)
    given = parser.parse_args()
    print(written(given.folder, given.sites, given.years, given.days))
