"""Cost per token: shared costs allocated, exhaustively, to what the tokens used.

Hardware's own costs go to what its systems served, by design MW; the site's, its power's and its
contracts' capital by design MW; energy by MWh; network by its own flow; what is sent between sites
by the gigabyte. All weights are discounted
as the costs are. What no token used stays in a row without workload, so that components sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from tokenworks.results.costs import paid
from tokenworks.results.frames import Context, frame
from tokenworks.results.shedding import lost_mtokens_per_s
from tokenworks.schema import results_money as declared

# Workload, region, site, system.
Use = tuple[str, str, str, str]
PARTS = ("workload", "region", "site", "system")


@dataclass(frozen=True)
class Weights:
    """What tokens used, discounted: the keys by which shared costs are allocated.

    Attributes
    ----------
    design_mw_years
        Design power of the systems that served a use.
    energy_mwh
        Energy at the meter, with its share of the systems' idle power.
    mtokens
        Output tokens, less what was shed; none of a prefill, whose tokens are those of its decode.
    sent_gb
        Key-value cache sent to another site.
    """

    design_mw_years: dict[Use, float] = field(default_factory=lambda: defaultdict(float))
    energy_mwh: dict[Use, float] = field(default_factory=lambda: defaultdict(float))
    mtokens: dict[Use, float] = field(default_factory=lambda: defaultdict(float))
    sent_gb: dict[Use, float] = field(default_factory=lambda: defaultdict(float))


def weights(c: Context) -> Weights:
    """Discounted design MW, MWh and tokens of every use."""
    x, served = c.model.inputs, c.model.candidates.serving
    table = x.tables["hardware"].set_index("system")
    group_total: dict[tuple[str, str, str, int], float] = defaultdict(float)
    point_total: dict[tuple[str, str, str, int], float] = defaultdict(float)
    serve = c.plan_values("serve_mtokens_per_s")
    for (s, w, o, g, e), flow in serve.items():
        group_total[s, w, g, e] += flow
        point_total[s, w, o, e] += flow
    assigned = c.plan_values("assign_systems")
    flows = c.plan_values("flow_mtokens_per_s")
    lost = lost_mtokens_per_s(c)
    held = 1.0 + x.scenario.serving.warm_spare_fraction
    result = Weights()
    for (s, w, o, g, e), served_flow in serve.items():
        match, step = served.matches[w, o], c.steps[e]
        factor = x.discounting.mean(step.start_month, step.end_month)
        # Each with the spares that idle beside it.
        systems = held * assigned.get((s, w, o, e), 0.0) / point_total[s, w, o, e]
        # The regions of a prefill are those for which its tokens are decoded.
        prefilled = (s, w, g) in served.decoded_as
        site, _, group = served.decoded_as.get((s, w, g), (s, w, g))
        total = group_total[site, w, group, e]
        for region in served.groups[s, w, g] if total else ():
            share = flows.get((w, region, site, e), 0.0) / total
            planned = served_flow * share
            flow = planned - lost.get((w, region, s, o, e), 0.0)
            use = (w, region, s, match.system)
            kilowatts = planned * systems * table.design_kw[match.system]
            megawatts = flow * (
                systems * table.idle_kw[match.system] / 1e3 + match.load_mw_per_mtoken_per_s(e)
            )
            result.design_mw_years[use] += kilowatts / 1e3 * factor * step.months / 12
            result.energy_mwh[use] += megawatts * factor * step.hours
            result.mtokens[use] += 0.0 if prefilled else flow * factor * step.seconds
            if site != s:
                gigabytes = flow * match.sent_gb_per_mtoken
                result.sent_gb[use] += gigabytes * factor * step.seconds
    return result


def cost_per_token(c: Context, used: Weights) -> pd.DataFrame:
    """Owned cash cost by use and component; the rows sum to the owned line of the objective."""
    shared: dict[tuple[str, Use, str], float] = defaultdict(float)
    for term, _, index, amount in paid(c):
        if term.line != "owned":
            continue
        workload, region, site, system = (
            str(index[term.of[part]]) if part in term.of else "" for part in PARTS
        )
        shared[term.component, (workload, region, site, system), term.shared_by] += amount
    usd: dict[tuple[Use, str], float] = defaultdict(float)
    for (component, allowed, key), amount in shared.items():
        for use, part in _shares(getattr(used, key), used.mtokens, allowed).items():
            usd[use, component] += amount * part
    rows = []
    for (use, component), amount in usd.items():
        tokens = used.mtokens.get(use, 0.0)
        rows.append((*use, component, amount, tokens, amount / tokens if tokens else float("nan")))
    return frame(declared.COST_PER_TOKEN, rows)


def _shares(
    key: Mapping[Use, float], tokens: Mapping[Use, float], allowed: Use
) -> Mapping[Use, float]:
    """Shares of the uses that match, by the key; by tokens where the key is zero throughout."""
    parts = [n for n, part in enumerate(allowed) if part]
    matching = [use for use in tokens if all(use[n] == allowed[n] for n in parts)]
    for weight in (key, tokens):
        total = sum(weight.get(use, 0.0) for use in matching)
        if total > 0.0:
            return {use: weight.get(use, 0.0) / total for use in matching}
    return {("", "", allowed[2], allowed[3]): 1.0}
