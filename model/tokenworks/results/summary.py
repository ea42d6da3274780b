"""The few figures that a reader looks for first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from tokenworks.frames import lookup, rows, rows_by
from tokenworks.results.carbon_use import of_tokens
from tokenworks.results.frames import Context
from tokenworks.results.tokens import Weights


@dataclass(frozen=True)
class Summary:
    """Headline figures of a plan; None where nothing is served.

    Attributes
    ----------
    owned_usd, rent_usd, penalty_usd, revenue_usd, tax_usd
        Lines of the objective: less revenue and plus all others; owned cash is less residuals.
        Revenue is counted at maximum net present value alone, tax where asked for.
    net_present_value_usd
        Revenue less the rest, at maximum net present value; None at minimum cost.
    cost_usd_per_mtoken
        Owned cash over owned tokens, both discounted: a mix over models and lengths.
    zero_residual_usd_per_mtoken
        The same without any residual value.
    longer_horizon_usd_per_mtoken
        The same of the plan whose horizon is ten years longer; None unless asked for.
    all_served_usd_per_mtoken
        Owned cash and rent over owned and rented tokens: what serving everything served costs.
    cost_usd_per_mtoken_by_workload, cost_usd_per_million_input_tokens_by_workload,
    cost_usd_per_request_by_workload
        The same by workload; per million input tokens and per request at its lengths.
    served_share, owned_share
        Tokens owned or rented, and owned, over tokens demanded, over the horizon.
    first_token_months
        From the start of the horizon to the first owned token.
    peak_it_mw
        Largest design load.
    tokens_per_s_per_mw
        Owned output tokens over energy at the meter.
    wh_per_request_by_workload
        Energy at the meter for a request of the workload's output length, PUE and idle included.
    co2_g_per_mtoken_by_workload, co2_g_per_request_by_workload
        CO2 at the stack and, location-based, of the grid; without a figure where the grid has none.
    upstream_co2_g_per_request_by_workload
        CO2 of the supply of the fuel burnt on site, beside it.
    mean_utilisation_fraction
        Mean output over the throughput of what is assigned.
    """

    owned_usd: float
    rent_usd: float
    penalty_usd: float
    revenue_usd: float
    tax_usd: float
    net_present_value_usd: float | None
    cost_usd_per_mtoken: float | None
    zero_residual_usd_per_mtoken: float | None
    longer_horizon_usd_per_mtoken: float | None
    all_served_usd_per_mtoken: float | None
    cost_usd_per_mtoken_by_workload: Mapping[str, float]
    cost_usd_per_million_input_tokens_by_workload: Mapping[str, float]
    cost_usd_per_request_by_workload: Mapping[str, float]
    served_share: float
    owned_share: float
    first_token_months: int | None
    peak_it_mw: float
    tokens_per_s_per_mw: float | None
    wh_per_request_by_workload: Mapping[str, float]
    co2_g_per_mtoken_by_workload: Mapping[str, float]
    co2_g_per_request_by_workload: Mapping[str, float]
    upstream_co2_g_per_request_by_workload: Mapping[str, float]
    mean_utilisation_fraction: float | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the manifest."""
        return asdict(self)


def summary(c: Context, tables: Mapping[str, pd.DataFrame], used: Weights) -> Summary:
    """Headline figures from the tables."""
    costs, flows = tables["costs"], tables["flows"]
    line = costs.groupby("line")["present_value_usd"].sum()
    owned, rent = float(line.get("owned", 0.0)), float(line.get("rent", 0.0))
    left = tables["cashflow"].query("line == 'owned'")["residual_usd"].sum()
    residual = float(left) * c.model.inputs.discounting.at_end
    tokens = sum(used.mtokens.values())
    rented = _discounted_rented(c)
    by_how = flows.groupby("how")["served_mtokens"].sum()
    asked = float(by_how.sum())
    first = tables["timeline"].query("milestone == 'first token'")["date"].min()
    start = c.model.inputs.calendar.start
    earns = c.model.inputs.scenario.objective == "npv"
    return Summary(
        owned_usd=owned,
        rent_usd=rent,
        penalty_usd=float(line.get("penalty", 0.0)),
        revenue_usd=-float(line.get("revenue", 0.0)),
        tax_usd=float(line.get("tax", 0.0)),
        net_present_value_usd=-float(line.sum()) if earns else None,
        cost_usd_per_mtoken=_over(owned, tokens),
        zero_residual_usd_per_mtoken=_over(owned - residual, tokens),
        longer_horizon_usd_per_mtoken=None,
        all_served_usd_per_mtoken=_over(owned + rent, tokens + rented),
        **_by_workload(c, tables, used),
        served_share=1.0 - float(by_how.get("unserved", 0.0)) / asked if asked else 0.0,
        owned_share=float(by_how.get("owned", 0.0)) / asked if asked else 0.0,
        first_token_months=(
            None if pd.isna(first) else (first.year - start.year) * 12 + first.month - start.month
        ),
        peak_it_mw=_peak_mw(tables["sites"]),
        **_efficiency(c, tables),
        **of_tokens(c, tables),
    )


def _over(usd: float, tokens: float) -> float | None:
    return usd / tokens if tokens > 0.0 else None


def _discounted_rented(c: Context) -> float:
    money, steps = c.model.inputs.discounting, c.steps
    discounted = (
        flow * steps[e].seconds * money.mean(steps[e].start_month, steps[e].end_month)
        for (_, _, e), flow in c.plan_values("rent_mtokens_per_s").items()
    )
    return float(sum(discounted))


def _by_workload(c: Context, tables: Mapping[str, pd.DataFrame], used: Weights) -> dict[str, Any]:
    lengths = rows_by(c.model.inputs.tables["workloads"], "workload")
    usd = tables["cost_per_token"].groupby("workload")["present_value_usd"].sum()
    tokens: dict[str, float] = {}
    for use, amount in used.mtokens.items():
        tokens[use[0]] = tokens.get(use[0], 0.0) + amount
    # Tokens that cost nothing have no row.
    known = {w: amount for w, amount in tokens.items() if amount > 0.0}
    per_output = {w: float(usd.get(w, 0.0)) / amount for w, amount in known.items()}
    return {
        "cost_usd_per_mtoken_by_workload": per_output,
        "cost_usd_per_million_input_tokens_by_workload": {
            w: cost * lengths[w].output_tokens / lengths[w].input_tokens
            for w, cost in per_output.items()
        },
        "cost_usd_per_request_by_workload": {
            w: cost * lengths[w].output_tokens / 1e6 for w, cost in per_output.items()
        },
    }


def _peak_mw(sites: pd.DataFrame) -> float:
    by_step = sites.groupby("step_start")["design_load_mw"].sum()
    return float(by_step.max()) if len(by_step) else 0.0


def _efficiency(c: Context, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Tokens and requests over energy, undiscounted, and mean utilisation."""
    serving, flows = tables["serving"], tables["flows"]
    table = c.model.inputs.tables
    idle_kw = lookup(table["hardware"], "system", "idle_kw")
    lengths = lookup(table["workloads"], "workload", "output_tokens")
    pue = lookup(table["sites"], "site", "average_pue_ratio")
    steps = {pd.Timestamp(c.start(step.index)): step for step in c.steps}
    matches = c.model.candidates.serving.matches
    held = 1.0 + c.model.inputs.scenario.serving.warm_spare_fraction
    energy_mwh: dict[str, float] = {}
    for row in rows(serving):
        step = steps[row.step_start]
        load = matches[row.workload, row.point].load_mw_per_mtoken_per_s(step.index)
        megawatts = (
            held * row.assigned_systems * idle_kw[row.system] / 1e3 + row.mean_mtokens_per_s * load
        ) * pue[row.site]
        energy = megawatts * step.hours
        energy_mwh[row.workload] = energy_mwh.get(row.workload, 0.0) + energy
    owned = flows[flows["how"] == "owned"].groupby("workload")["served_mtokens"].sum()
    total = sum(energy_mwh.values())
    throughput = serving["mean_mtokens_per_s"] / serving["mean_utilisation_fraction"]
    return {
        "tokens_per_s_per_mw": float(owned.sum()) * 1e6 / 3600.0 / total if total else None,
        "wh_per_request_by_workload": {
            w: energy * lengths[w] / float(owned[w])
            for w, energy in energy_mwh.items()
            if owned.get(w, 0.0) > 0.0
        },
        "mean_utilisation_fraction": (
            float(serving["mean_mtokens_per_s"].sum() / throughput.sum()) if len(serving) else None
        ),
    }
