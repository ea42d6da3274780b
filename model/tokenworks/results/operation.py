"""How the plan runs: serving, flows, dispatch and the use of limits."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.candidates.links import BITS_PER_BYTE
from tokenworks.frames import lookup
from tokenworks.frames import rows as rows_of
from tokenworks.results.frames import NOISE, Context, frame
from tokenworks.results.shedding import lost_mtokens_per_s
from tokenworks.schema import results as declared


def serving(c: Context) -> pd.DataFrame:
    """Systems at their operating points, with mean and peak utilisation."""
    served = c.model.candidates.serving
    limit = lookup(c.model.inputs.tables["workloads"], "workload", "max_utilisation_fraction")
    profiles = c.model.candidates.profiles
    mean: dict[tuple[str, str, str, int], float] = defaultdict(float)
    curve: dict[tuple[str, str, str, int], float] = defaultdict(float)
    hourly: dict[tuple[str, str, str, int], Any] = {}
    for (s, w, o, g, e), flow in c.plan_values("serve_mtokens_per_s").items():
        mean[s, w, o, e] += flow
        shape = profiles[served.profile_of[s, w, g]] * served.end_ratio[s, w, g, e] * flow
        hourly[s, w, o, e] = hourly.get((s, w, o, e), 0.0) + shape
    for (w, _, s, o, e), tokens in lost_mtokens_per_s(c).items():
        mean[s, w, o, e] -= tokens
    for index, hours in hourly.items():
        curve[index] = float(hours.max())
    rows = []
    for (s, w, o, e), count in c.plan_values("assign_systems").items():
        match = served.matches[w, o]
        throughput = count * match.mtokens_per_s(e) / limit[w]
        index = (s, w, o, e)
        rows.append(
            (
                s,
                c.start(e),
                w,
                o,
                match.stage,
                match.system,
                count,
                mean[index],
                mean[index] / throughput,
                curve[index] / throughput,
            )
        )
    return frame(declared.SERVING, rows)


def flows(c: Context) -> pd.DataFrame:
    """How every demand is met."""
    rows = []
    shed: dict[tuple[str, str, str, int], float] = defaultdict(float)
    for (w, r, s, _, e), tokens in lost_mtokens_per_s(c).items():
        shed[w, r, s, e] += tokens
    for (w, r, s, e), flow in c.plan_values("flow_mtokens_per_s").items():
        rows.append((w, r, "owned", s, e, flow - shed[w, r, s, e]))
    rows += [(w, r, "unserved", s, e, tokens) for (w, r, s, e), tokens in shed.items() if tokens]
    for how, variable in (("rented", "rent"), ("unserved", "unserved")):
        for (w, r, e), flow in c.plan_values(f"{variable}_mtokens_per_s").items():
            rows.append((w, r, how, "", e, flow))
    return frame(
        declared.FLOWS,
        (
            (w, r, how, s, c.start(e), c.steps[e].period, flow, flow * c.steps[e].seconds)
            for w, r, how, s, e, flow in rows
        ),
    )


def transfers(c: Context) -> pd.DataFrame:
    """What was prefilled at one site for a decode at the same or another."""
    served, table = c.model.candidates.serving, c.model.inputs.tables["site_links"]
    capacity = {(row.from_site, row.to_site): row.capacity_gbps for row in rows_of(table)}
    mean: dict[tuple[str, str, str, int], float] = defaultdict(float)
    gbps: dict[tuple[str, str, str, int], Any] = defaultdict(float)
    sent: dict[tuple[str, str, str, int], float] = defaultdict(float)
    for (p, w, o, q, e), flow in c.plan_values("serve_mtokens_per_s").items():
        if (p, w, q) not in served.decoded_as:
            continue
        index = (w, p, served.decoded_as[p, w, q][0], e)
        mean[index] += flow
        if served.sent_to(p, w, q) is not None:
            rate = flow * served.matches[w, o].sent_gb_per_mtoken * BITS_PER_BYTE
            sent[index] += rate
            shape = c.model.candidates.profiles[served.profile_of[p, w, q]]
            gbps[index] = gbps[index] + rate * shape * served.end_ratio[p, w, q, e]
    return frame(
        declared.TRANSFERS,
        (
            (
                w,
                p,
                s,
                c.start(e),
                c.steps[e].period,
                flow,
                sent[w, p, s, e],
                float(np.max(gbps[w, p, s, e])),
                capacity.get((p, s), float("nan")),
            )
            for (w, p, s, e), flow in mean.items()
        ),
    )


def dispatch(c: Context) -> pd.DataFrame:
    """Load and sources of every open site in every representative hour."""
    slices = c.model.candidates.slices
    rows = []
    for flow, variable in (
        ("generate", "generate_mw"),
        ("import", "import_mw"),
        ("charge", "charge_mw"),
        ("discharge", "discharge_mw"),
    ):
        rows += [(s, e, t, k, flow, mw) for (s, k, e, t), mw in c.plan_values(variable).items()]
    rows += [
        (s, e, t, f"{w} at {o}", "shed", mw * slices[s].pue_ratio[t])
        for (s, w, o, e, t), mw in c.plan_values("shed_mw").items()
    ]
    for flow, variable in (("defer", "defer_mw"), ("catch-up", "catch_up_mw")):
        rows += [
            (s, e, t, w, flow, mw * slices[s].pue_ratio[t])
            for (s, w, e, t), mw in c.plan_values(variable).items()
        ]
    for (s, e), profile in load_mw(c).items():
        rows += [(s, e, t, "load", "load", mw) for t, mw in profile.items()]
    return frame(
        declared.DISPATCH,
        (
            (s, c.start(e), t, k, flow, mw, slices[s].share[t] * c.steps[e].hours)
            for s, e, t, k, flow, mw in rows
        ),
    )


def load_mw(c: Context) -> dict[tuple[str, int], dict[str, float]]:
    """Load due at the meter: (site, step) to slice to MW, from the flows, not from the dispatch."""
    slices = c.model.candidates.slices
    by_profile: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (s, _, p, e), megawatts in c.plan_values("load_mw").items():
        by_profile[s, e][p] += megawatts
    loads = {}
    idle = c.plan_values("idle_mw")
    for s, e in {**idle, **by_profile}:
        here = slices[s]
        loads[s, e] = {
            t: here.pue_ratio[t]
            * (
                idle.get((s, e), 0.0)
                + sum(mw * here.demand_shape[p, t] for p, mw in by_profile[s, e].items())
            )
            for t in here.names
        }
    return {index: load for index, load in loads.items() if max(load.values()) > NOISE}
