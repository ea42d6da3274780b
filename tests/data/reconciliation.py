"""Our levelised cost of owned tokens beside published figures, part by part.

    python tests/data/reconciliation.py

What is published is one cost of owning an accelerator for an hour, which contains power and
colocation, and from it USD per million tokens at the best result of a benchmark and at full use.
Ours has parts. The walk between the two is exact: published cost, times the ratio of the costs of
an hour, times best over median result, over mean utilisation, is ours.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

import tokenworks as tw
from tokenworks.frames import lookup, rows
from tokenworks.inputs import Inputs, assemble
from tokenworks.levelised import SECONDS_PER_YEAR, annuity, levelised_costs

ANCHORS = Path(__file__).parents[2] / "data" / "anchors"
YEAR = 2027  # first of the scenario
SITE = "tx-ector"
# What the published energy figure is reckoned with: all-in kW at full load, this price and PUE.
USD_PER_KWH, PUE_RATIO = 0.07, 1.2
HOURS = 8760.0
WORKLOAD_OF = {
    ("llama2-70b", "interactive"): "chat-70b",
    ("llama2-70b", "server"): "public-70b",
    ("gpt-oss-120b", "server"): "api-120b",
    ("deepseek-r1", "server"): "reason-r1",
}
WHY = {
    "hardware": "server, network and storage at 8 % real over 5 years, nothing left after them",
    "upkeep": "2 % of the price a year; published: within the one figure",
    "shell": "shell and upkeep of our own; published: colocation, within the one figure",
    "power": "capacity charge and connection on peak PUE; published: power, within the one figure",
    "all but energy": "parts above; published: own cost less its energy",
    "energy": "wall kW at mean use and Texan grid; published: all-in kW at full use, 0.07 USD/kWh",
    "all": "the walk below starts from this ratio",
}


def read(name: str) -> pd.DataFrame:
    """A table of published figures."""
    return pd.read_csv(ANCHORS / f"{name}.csv")


def inputs() -> Inputs:
    """The scenario `us` in dollars of the published figures, with one site."""
    x = assemble(tw.load("us").with_({"finance.usd_year": 2026}))
    sites = x.tables["sites"]
    return replace(x, tables={**x.tables, "sites": sites[sites["site"] == SITE]})


def ours(x: Inputs, system: str, model: str, tier: str) -> dict[str, float]:
    """Our parts in USD for an hour of an accelerator, and how many tokens that hour gives."""
    costs = levelised_costs(x, YEAR)
    point = f"{system}-{model}-{tier}"
    workload = WORKLOAD_OF[model, tier]
    (row,) = rows(costs[(costs["point"] == point) & (costs["workload"] == workload)])
    (asset,) = (r for r in rows(x.tables["hardware"]) if r.system == system)
    per_system_year = asset.fixed_om_usd_per_year + asset.capex_usd * annuity(
        x.discounting.rate, asset.life_years
    )
    mtokens = per_system_year / row.hardware_usd_per_mtoken
    hours = HOURS * asset.accelerators_count
    upkeep = asset.fixed_om_usd_per_year / hours
    found = {
        "hardware": row.hardware_usd_per_mtoken * mtokens / hours - upkeep,
        "upkeep": upkeep,
        "shell": row.shell_usd_per_mtoken * mtokens / hours,
        "power": row.power_usd_per_mtoken * mtokens / hours,
    }
    found["all but energy"] = sum(found.values())
    found["energy"] = row.energy_usd_per_mtoken * mtokens / hours
    found["all"] = found["all but energy"] + found["energy"]
    full_kw = lookup(x.tables["operating_points"], "point", "full_load_kw")[point]
    measured = lookup(x.tables["operating_points"], "point", "output_tokens_per_s")[point]
    mean_use = mtokens * 1e6 / SECONDS_PER_YEAR / measured
    mean_kw = asset.idle_kw + mean_use * (full_kw - asset.idle_kw)
    return found | {
        "mean_kw": mean_kw / asset.accelerators_count,
        "usd_per_mtoken": row.cost_usd_per_mtoken,
        "median_tokens_per_s": measured / asset.accelerators_count,
        "mean_tokens_per_s": measured * mean_use / asset.accelerators_count,
    }


def an_hour(x: Inputs) -> pd.DataFrame:
    """USD for an hour of an accelerator: component, ours, published, ratio, why they differ."""
    lines = []
    for anchor in rows(read("owned_cost")):
        energy = anchor.all_in_kw_per_accelerator * PUE_RATIO * USD_PER_KWH
        own = anchor.own_usd_per_accelerator_hour
        published = {"all but energy": own - energy, "energy": energy, "all": own}
        mine = ours(x, anchor.system, "llama2-70b", "server")
        for component, why in WHY.items():
            usd, other = mine[component], published.get(component, float("nan"))
            lines.append((anchor.system, component, usd, other, usd / other, why))
    return pd.DataFrame(lines, columns=["system", "component", "ours", "published", "ratio", "why"])


def energy(x: Inputs) -> pd.DataFrame:
    """Why an hour's energy differs: power drawn, PUE and price, ours over published."""
    (site,) = rows(x.tables["sites"])
    lines = []
    for anchor in rows(read("owned_cost")):
        mine = ours(x, anchor.system, "llama2-70b", "server")
        published = anchor.all_in_kw_per_accelerator * PUE_RATIO * USD_PER_KWH
        kw = mine["mean_kw"] / anchor.all_in_kw_per_accelerator
        pue = site.average_pue_ratio / PUE_RATIO
        ratio = mine["energy"] / published
        lines.append((anchor.system, kw, pue, ratio / kw / pue, ratio))
    columns = ["system", "mean over all-in kW", "PUE", "USD per kWh", "energy of an hour"]
    return pd.DataFrame(lines, columns=columns)


def a_million_tokens(x: Inputs) -> pd.DataFrame:
    """The walk from published to ours, in USD per million tokens; `product` closes it."""
    own = lookup(read("owned_cost"), "system", "own_usd_per_accelerator_hour")
    lines = []
    for best in rows(read("best_results")):
        mine = ours(x, best.system, best.model, best.tier)
        tokens = best.best_tokens_per_s_per_accelerator
        published = own[best.system] / (tokens * 3600.0 / 1e6)
        cost = mine["all"] / own[best.system]
        result = tokens / mine["median_tokens_per_s"]
        use = mine["median_tokens_per_s"] / mine["mean_tokens_per_s"]
        name = (best.system, best.model, best.tier, best.usd_per_mtoken)
        ratios = (cost, result, use)
        product = published * cost * result * use
        lines.append((*name, *ratios, product, mine["usd_per_mtoken"]))
    named = ["system", "model", "tier", "published"]
    walk = ["cost of an hour", "best over median", "over mean use"]
    return pd.DataFrame(lines, columns=[*named, *walk, "product", "ours"])


def capital(x: Inputs) -> pd.DataFrame:
    """Capital by megawatt, ours beside published; of what megawatt the latter does not say."""
    (site,) = rows(x.tables["sites"])
    lines = []
    for row in rows(x.tables["hardware"]):
        if row.system in set(read("owned_cost")["system"]):
            facility_mw = row.design_kw / 1e3 * site.peak_pue_ratio
            lines.append((f"{row.system}, per facility MW", row.capex_usd / facility_mw))
    per_it = site.shell_cost_usd_per_mw * (1.0 + x.discounting.contingency)
    lines.append(("shell with contingency, per IT MW", per_it))
    lines.append(("the same, per facility MW", per_it / site.peak_pue_ratio))
    mine = pd.DataFrame(lines, columns=["what", "usd_per_mw"]).assign(whose="ours")
    return pd.concat([mine, read("capital")[["what", "usd_per_mw"]].assign(whose="published")])


def main() -> None:
    """Print all tables."""
    x = inputs()
    for table in (an_hour(x), energy(x), a_million_tokens(x), capital(x)):
        print(table.to_string(index=False, float_format=lambda v: f"{v:,.4g}", na_rep=""), "\n")


if __name__ == "__main__":
    main()
