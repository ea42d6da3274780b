"""Tokens that shed load did not serve, and their regions."""

from __future__ import annotations

from collections import defaultdict

from tokenworks.results.frames import Context

# (workload, region, site, point, step).
Lost = tuple[str, str, str, str, int]


def lost_mtokens_per_s(c: Context) -> dict[Lost, float]:
    """Mean million output tokens a second that were to be served and were shed.

    Shed load is shared by the regions by what they ask for in its hour.
    """
    served = c.model.candidates.serving
    flows = c.plan_values("flow_mtokens_per_s")
    serve = c.plan_values("serve_mtokens_per_s")
    total: dict[tuple[str, str, str, int], float] = defaultdict(float)
    carried: dict[tuple[str, str, str, int], list[tuple[str, float]]] = defaultdict(list)
    for (s, w, o, g, e), flow in serve.items():
        total[s, w, g, e] += flow
        carried[s, w, o, e].append((g, flow))
    lost: dict[Lost, float] = defaultdict(float)
    for (s, w, o, e, t), megawatts in c.plan_values("shed_mw").items():
        here = c.model.candidates.slices[s]
        tokens = megawatts / served.matches[w, o].load_mw_per_mtoken_per_s(e) * here.share[t]
        asked = [
            (g, flow * here.demand_shape[served.profile_of[s, w, g], t])
            for g, flow in carried[s, w, o, e]
        ]
        whole = sum(flow for _, flow in asked)
        for g, flow in asked if whole > 0.0 else ():
            for r in served.groups[s, w, g]:
                share = flows.get((w, r, s, e), 0.0) / total[s, w, g, e]
                lost[w, r, s, o, e] += tokens * flow / whole * share
    return dict(lost)
