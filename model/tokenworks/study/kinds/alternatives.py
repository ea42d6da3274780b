"""Near-optimal alternatives: plans that cost little more than the best, and differ most from it.

Every search asks for the plan within the slack that lies farthest from the nearest of all known
ones, in sites, in power, in hardware, or in all of them together; each round goes on from what the
rounds before have found. The distance of two plans in a part is half the sum of the differences of
their megawatts, over the megawatts of the base plan: what share would have to move.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.schema.study_kinds import Alternatives
from tokenworks.study.kinds.measures import said
from tokenworks.study.kinds.parts import Group, distance, megawatts, totals
from tokenworks.study.kinds.sections import section_of
from tokenworks.study.runs import BASE, Finished, Prepared, Run, run_id

TASK = "alternative"
# Plans nearer to each other than this, in every part, count as one.
LEAST_DISTANCE = 0.01

COLUMNS = (
    "run",
    "looked_for",
    "objective_usd",
    "most_usd",
    "above_best_usd_least",
    "above_best_usd_most",
    "above_best_fraction_most",
    "differs_in_sites_fraction",
    "differs_in_power_fraction",
    "differs_in_hardware_fraction",
    "nearest_run",
    "nearest_fraction",
    "searched_distance_fraction",
    "most_distance_fraction",
    "cost_usd_per_mtoken",
    "verdict",
)


class Different:
    """Rounds of one search for every part, and one for all, until there are enough."""

    def first(self, study: Prepared) -> Sequence[Run]:
        """From the base plan alone."""
        return _round(section_of(study, Alternatives), 1, [BASE], {})

    def further(self, study: Prepared, finished: Mapping[str, Finished]) -> Sequence[Run]:
        """From all that are known, as long as the last round found something new."""
        asked = section_of(study, Alternatives)
        if BASE not in finished or not finished[BASE].solved:
            return ()
        rounds = [run.run.labels["round"] for run in finished.values() if run.run.task == TASK]
        known = distinct(finished, asked)
        last = max(rounds, default=0)
        new = [key for key in known if finished[key].run.labels.get("round") == last]
        if len(known) - 1 >= asked.count or not new or last >= asked.count:
            return ()
        wanted = asked.count - (len(known) - 1)
        ranges = _ranges(finished)
        return _round(asked, last + 1, known, ranges)[-wanted:]

    def frames(
        self, study: Prepared, finished: Mapping[str, Finished]
    ) -> Mapping[str, pd.DataFrame]:
        """Tables of the alternatives, of their megawatts, and of what is possible within the slack.

        ``alternatives``
            a plan, what it costs above the best (an interval), and how it differs from the base;
        ``alternative_groups``
            megawatts of every site, source and system in every plan, the base among them;
        ``alternative_ranges``
            no plan within the slack has less, or more, of a site, source or system.
        """
        asked = section_of(study, Alternatives)
        if BASE not in finished or not finished[BASE].solved:
            empty = pd.DataFrame(columns=[*COLUMNS])
            return {"alternatives": empty, "alternative_groups": _groups({})}
        plans = _amounts(finished)
        known = distinct(finished, asked)
        entries = [
            _entry(asked, finished, key, plans, known)
            for key, run in finished.items()
            if run.run.task == TASK
        ]
        frame = pd.DataFrame(entries, columns=[*COLUMNS])
        return {
            "alternatives": frame,
            "alternative_groups": _groups({key: plans[key] for key in known}),
            "alternative_ranges": _range_frame(finished),
        }


def distinct(finished: Mapping[str, Finished], asked: Alternatives) -> list[str]:
    """The base and the alternatives that differ from it and each other, in order of finding."""
    plans = _amounts(finished)
    order = sorted(
        (key for key in plans if key != BASE),
        key=lambda key: (finished[key].run.labels["round"], key),
    )
    found = [BASE]
    for key in order:
        if all(_apart(plans, key, other, asked) >= LEAST_DISTANCE for other in found):
            found.append(key)
    return found


def _amounts(finished: Mapping[str, Finished]) -> dict[str, dict[Group, float]]:
    """Run to megawatts by group, of the base and of the alternatives that were found."""
    found = {}
    for key, run in finished.items():
        if key == BASE and run.solved:
            found[key] = megawatts(run.plan())
        elif run.solved and run.run.task == TASK:
            groups = said(run).get("groups_mw")
            found[key] = (
                megawatts(run.plan())
                if groups is None
                else {(part, name): mw for part, name, mw in groups}
            )
    return found


def _apart(
    plans: Mapping[str, Mapping[Group, float]], one: str, other: str, asked: Alternatives
) -> float:
    """Distance of two plans in the part in which they differ most."""
    return max(_share(plans, one, other, part) for part in asked.differ_in)


def _share(plans: Mapping[str, Mapping[Group, float]], one: str, other: str, part: str) -> float:
    whole = totals(plans[BASE])[part]
    moved = distance(plans[one], plans[other], part)
    if not moved:
        return 0.0
    return moved / (whole or max(totals(plans[one])[part], totals(plans[other])[part]))


def _round(
    asked: Alternatives, number: int, known: Sequence[str], ranges: Mapping[str, Any]
) -> list[Run]:
    """A search in every part alone, and one in all of them together.

    The first round has none in all together: it would find again what one of its parts finds.
    """
    parts = list(dict.fromkeys(asked.differ_in))
    searches = [[part] for part in parts] + ([parts] if len(parts) > 1 and number > 1 else [])
    found = []
    for searched in searches:
        labels = {"round": number, "differ_in": " and ".join(searched)}
        options: dict[str, Any] = {
            "slack_fraction": asked.slack_fraction,
            "differ_in": searched,
            "known": list(known),
            "gap": asked.gap,
        }
        name = run_id({}, labels, TASK, options)
        # What is told of ranges shortens the search and changes no answer: it names no run.
        more = {"ranges": ranges} if ranges else {}
        found.append(Run(name, {}, labels, TASK, options | more, tuple(known)))
    return found


def _ranges(finished: Mapping[str, Finished]) -> dict[str, Any]:
    """Least and most megawatts by group, as the searches so far have proven them."""
    found: dict[str, Any] = {}
    for run in finished.values():
        for part, name, low, high in said(run).get("ranges_mw", ()):
            found[f"{part}/{name}"] = [part, name, low, high]
    return found


def _range_frame(finished: Mapping[str, Finished]) -> pd.DataFrame:
    base = _amounts(finished)[BASE]
    entries = [
        {
            "part": part,
            "name": name,
            "least_mw": low,
            "most_mw": high,
            "base_mw": base.get((part, name), 0.0),
        }
        for part, name, low, high in _ranges(finished).values()
    ]
    columns = ["part", "name", "least_mw", "base_mw", "most_mw"]
    return pd.DataFrame(entries, columns=columns).sort_values(["part", "name"], ignore_index=True)


def _groups(plans: Mapping[str, Mapping[Group, float]]) -> pd.DataFrame:
    groups = sorted({group for amounts in plans.values() for group in amounts})
    entries = [
        {"run": run, "part": part, "name": name, "amount_mw": amounts.get((part, name), 0.0)}
        for run, amounts in plans.items()
        for part, name in groups
    ]
    return pd.DataFrame(entries, columns=["run", "part", "name", "amount_mw"])


def _entry(
    asked: Alternatives,
    finished: Mapping[str, Finished],
    key: str,
    plans: Mapping[str, Mapping[Group, float]],
    known: Sequence[str],
) -> dict[str, Any]:
    run, base = finished[key], finished[BASE].manifest
    entry: dict[str, Any] = dict.fromkeys(COLUMNS, math.nan)
    best, bound = float(base["objective_usd"]), float(base["bound_usd"])
    most = budget(best, asked.slack_fraction)
    entry |= {"run": key, "looked_for": run.run.labels["differ_in"], "most_usd": most}
    if not run.solved:
        return entry | {"nearest_run": "", "verdict": f"no plan: {run.error}"}
    cost, told = float(run.manifest["objective_usd"]), said(run)
    others = [other for other in known if other != key]
    nearest = min(others, key=lambda other: _apart(plans, key, other, asked))
    return entry | {
        "objective_usd": cost,
        "above_best_usd_least": max(0.0, cost - best),
        "above_best_usd_most": cost - bound,
        "above_best_fraction_most": np.divide(cost - bound, abs(best)) if best else math.nan,
        **{
            f"differs_in_{part}_fraction": _share(plans, key, BASE, part)
            for part in ("sites", "power", "hardware")
        },
        "nearest_run": nearest,
        "nearest_fraction": _apart(plans, key, nearest, asked),
        "searched_distance_fraction": told.get("distance_fraction", math.nan),
        "most_distance_fraction": told.get("most_distance_fraction", math.nan),
        "cost_usd_per_mtoken": (run.manifest.get("summary") or {}).get("cost_usd_per_mtoken"),
        "verdict": _verdict(run, f"no other than {nearest}" if key not in known else ""),
    }


def _verdict(run: Finished, no_other: str) -> str:
    """What a search has found; of one that ended at a limit, that there may be more."""
    words, most = no_other or "an alternative", said(run).get("most_distance_fraction")
    if run.manifest.get("status") == "optimal" or most is None:
        return words
    return f"{words}; the search ended at its limit: none lies further than {most:.0%} away"


def budget(best_usd: float, slack_fraction: float) -> float:
    """What an alternative may cost; of a best plan that earns, what it may earn less."""
    return best_usd + slack_fraction * abs(best_usd)
