"""Regret: the plan made for each future, and what it costs in every other.

What a plan has ordered is carried into another future as far as that has it, all of it or what is
ordered in the first months; what comes later, and how it is run, is decided there anew. Its regret
is what it then costs above the best plan for that future, an interval since both are proven to a
gap: a plan that is held is one of that future's plans, so its regret is never below zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tokenworks.errors import InputError
from tokenworks.schema.study_kinds import Regret
from tokenworks.study.kinds.measures import said
from tokenworks.study.kinds.sections import problem, section_of
from tokenworks.study.runs import BASE, Finished, Prepared, Run, run_id

TASK = "held"
# What the sum of probabilities may miss one by.
ROUNDING = 1e-6
CROSS = (
    "plan_for",
    "future",
    "cost_usd",
    "bound_usd",
    "best_usd",
    "best_bound_usd",
    "regret_usd",
    "regret_usd_least",
    "regret_usd_most",
    "not_kept",
    "verdict",
)
PLANS = (
    "plan_for",
    "largest_regret_usd_least",
    "largest_regret_usd_most",
    "worst_future",
    "expected_regret_usd_least",
    "expected_regret_usd_most",
    "verdict",
)


class CrossEvaluation:
    """The futures first, then every plan in every other future."""

    def first(self, study: Prepared) -> Sequence[Run]:
        """The best plan for every future."""
        asked = section_of(study, Regret)
        unknown = [name for name in asked.probabilities if name not in asked.futures]
        problems = [
            problem(study, f"regret.probabilities.{name}", "there is no such future", "name one")
            for name in unknown
        ]
        total = sum(asked.probabilities.values())
        lacking = set(asked.futures) - set(asked.probabilities)
        if asked.probabilities and not unknown and (lacking or abs(total - 1.0) > ROUNDING):
            what = f"they are of {len(asked.probabilities)} futures and sum to {total:g}"
            key = "regret.probabilities"
            problems.append(problem(study, key, what, "give every future one, 1 together"))
        if problems:
            raise InputError(problems)
        return [future_run(asked, name) for name in asked.futures]

    def further(self, study: Prepared, finished: Mapping[str, Finished]) -> Sequence[Run]:
        """Every plan under the inputs of every other future."""
        asked = section_of(study, Regret)
        pairs = [(a, b) for a in asked.futures for b in asked.futures if a != b]
        wanted = [
            cross_run(asked, a, b)
            for a, b in pairs
            if _has_plan(finished, asked, a) and future_run(asked, b).id in finished
        ]
        return [run for run in wanted if run.id not in finished]

    def frames(
        self, study: Prepared, finished: Mapping[str, Finished]
    ) -> Mapping[str, pd.DataFrame]:
        """Tables ``regret``, a plan in a future, and ``regret_plans``, one plan a row."""
        asked = section_of(study, Regret)
        entries = [_entry(asked, a, b, finished) for a in asked.futures for b in asked.futures]
        cross = pd.DataFrame(entries, columns=[*CROSS])
        plans = pd.DataFrame(_plans(asked, entries), columns=[*PLANS])
        return {"regret": cross, "regret_plans": plans}


def future_run(asked: Regret, name: str) -> Run:
    """The best plan for a future."""
    changes, labels = dict(asked.futures[name]), {"future": name}
    return Run(run_id(changes, labels) if changes else BASE, changes, labels)


def cross_run(asked: Regret, plan: str, future: str) -> Run:
    """The plan for one future, held in another."""
    made = future_run(asked, plan)
    changes, labels = dict(asked.futures[future]), {"plan_for": plan, "future": future}
    options = {"plan": made.id, "until_months": asked.held_until_months}
    name = run_id(changes, labels, TASK, options)
    return Run(name, changes, labels, TASK, options, (made.id,))


def _has_plan(finished: Mapping[str, Finished], asked: Regret, name: str) -> bool:
    run = finished.get(future_run(asked, name).id)
    return run is not None and run.solved


def _entry(
    asked: Regret, plan: str, future: str, finished: Mapping[str, Finished]
) -> dict[str, Any]:
    best = finished.get(future_run(asked, future).id)
    own = plan == future
    run = best if own else finished.get(cross_run(asked, plan, future).id)
    entry: dict[str, Any] = dict.fromkeys(CROSS, math.nan)
    entry |= {"plan_for": plan, "future": future, "not_kept": ""}
    if best is not None and best.solved:
        entry |= {
            "best_usd": float(best.manifest["objective_usd"]),
            "best_bound_usd": float(best.manifest["bound_usd"]),
        }
    if run is None or not run.solved:
        made = finished.get(future_run(asked, plan).id)
        why = "there is no plan to hold" if run is None else run.error
        if run is None and made is not None and made.error:
            why = f"the plan's own future has none: {made.error}"
        return entry | {"verdict": f"no plan: {why}"}
    cost, bound = float(run.manifest["objective_usd"]), float(run.manifest["bound_usd"])
    lost = said(run).get("not_kept", [])
    entry |= {"cost_usd": cost, "bound_usd": bound, "not_kept": "; ".join(lost)}
    if best is None or not best.solved:
        return entry | {"verdict": "the future has no plan of its own"}
    if own:
        nothing = {"regret_usd": 0.0, "regret_usd_least": 0.0, "regret_usd_most": 0.0}
        return entry | nothing | {"verdict": "its own future"}
    least = max(0.0, bound - entry["best_usd"])
    most = max(0.0, cost - entry["best_bound_usd"])
    words = "regret" if least > 0.0 else "indistinguishable"
    return entry | {
        "regret_usd": max(0.0, cost - entry["best_usd"]),
        "regret_usd_least": least,
        "regret_usd_most": most,
        "verdict": f"{words}, as far as it can be kept" if lost else words,
    }


def _plans(asked: Regret, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for plan in asked.futures:
        own = [entry for entry in entries if entry["plan_for"] == plan]
        known = [entry for entry in own if not math.isnan(entry["regret_usd_most"])]
        line: dict[str, Any] = dict.fromkeys(PLANS, math.nan) | {"plan_for": plan}
        if len(known) < len(own):
            line |= {"worst_future": "", "verdict": "no plan in some future"}
        else:
            worst = max(known, key=lambda entry: entry["regret_usd"])
            line |= {
                "largest_regret_usd_least": max(entry["regret_usd_least"] for entry in known),
                "largest_regret_usd_most": max(entry["regret_usd_most"] for entry in known),
                "worst_future": worst["future"],
            }
            if asked.probabilities:
                for end in ("least", "most"):
                    line[f"expected_regret_usd_{end}"] = sum(
                        asked.probabilities[entry["future"]] * entry[f"regret_usd_{end}"]
                        for entry in known
                    )
        found.append(line)
    _say_least(found)
    return found


def _say_least(plans: list[dict[str, Any]]) -> None:
    """Which plan has the least largest regret, and which cannot be told from it."""
    known = [line for line in plans if not math.isnan(line["largest_regret_usd_most"])]
    if not known:
        return
    first = min(known, key=lambda line: line["largest_regret_usd_most"])
    for line in known:
        if line is first:
            line["verdict"] = "least largest regret"
        elif line["largest_regret_usd_least"] <= first["largest_regret_usd_most"]:
            line["verdict"] = f"indistinguishable from that for {first['plan_for']}"
        else:
            line["verdict"] = "more regret"
