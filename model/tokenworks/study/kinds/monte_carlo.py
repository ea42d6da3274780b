"""Monte Carlo: figures drawn by how far each can be trusted, and what the answer then is.

The distribution says how much of the answer hangs on figures that nobody has measured; it is no
forecast, since the spreads are stated and not measured themselves. Shares by table are squared rank
correlations of what was drawn with the answer, less what chance alone gives, summed by table and
scaled to one: with few draws a rough guide, as every figure that moves with another has part of its
share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from tokenworks.errors import InputError
from tokenworks.inputs import assemble
from tokenworks.schema.study_kinds import MonteCarlo
from tokenworks.study.kinds.measures import Level, level, unit_of_measure
from tokenworks.study.kinds.sections import measure_problems, problem, section_of
from tokenworks.study.kinds.spreads import (
    Floats,
    Group,
    changes_of,
    factors,
    groups_of,
    is_drawable,
)
from tokenworks.study.runs import BASE, Finished, Prepared, Run, run_id

PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
# Fewer draws than this give no correlation worth a figure.
LEAST_DRAWS = 8
DISTRIBUTION = (
    "measure",
    "unit",
    "statistic",
    "amount",
    "amount_least",
    "amount_most",
)
SHARES = ("measure", "table", "share_fraction", "largest_column", "largest_rank_correlation")


class Draws:
    """All draws in the first round, after the base where its plan is held."""

    def first(self, study: Prepared) -> Sequence[Run]:
        """A run a draw."""
        asked = section_of(study, MonteCarlo)
        _check(study, asked)
        return [run for run, _ in _drawn(study, asked)]

    def further(self, study: Prepared, finished: Mapping[str, Finished]) -> Sequence[Run]:
        """None: all draws are known beforehand."""
        del study, finished
        return ()

    def frames(
        self, study: Prepared, finished: Mapping[str, Finished]
    ) -> Mapping[str, pd.DataFrame]:
        """Tables of the draws, of their distribution, and of what it hangs on.

        ``monte_carlo_draws``
            a measure in a draw; of the objective with its interval;
        ``monte_carlo``
            percentiles and mean of a measure, of its lower and upper ends too, and the base;
        ``monte_carlo_shares``
            what share of the spread stems from a table, and its column that counts most.
        """
        asked = section_of(study, MonteCarlo)
        drawn = _drawn(study, asked)
        groups = _groups(study, asked)
        table = factors(groups, asked.count, asked.seed, asked.source_correlation_fraction)
        draws, distribution, shares = [], [], []
        for measure in asked.measures:
            found = {
                n: level(finished[run.id], measure)
                for n, (run, _) in enumerate(drawn)
                if run.id in finished
            }
            known = {n: one for n, one in found.items() if one is not None}
            draws += [_draw(measure, n, drawn[n][0].id, one) for n, one in known.items()]
            base = level(finished[BASE], measure) if BASE in finished else None
            distribution += _distribution(measure, known, len(drawn), base)
            shares += _shares(measure, groups, table, known)
        return {
            "monte_carlo": pd.DataFrame(distribution, columns=[*DISTRIBUTION]),
            "monte_carlo_draws": pd.DataFrame(
                draws, columns=["measure", "draw", "run", "value", "value_least", "value_most"]
            ),
            "monte_carlo_shares": pd.DataFrame(shares, columns=[*SHARES]),
        }


def _check(study: Prepared, asked: MonteCarlo) -> None:
    problems = [
        problem(
            study,
            "monte_carlo.columns",
            f"`{name}` is no figure of a table",
            "name `table.column` of a number that decides something",
        )
        for name in asked.columns
        if not is_drawable(name)
    ]
    for measure in asked.measures:
        problems += measure_problems(study, "monte_carlo.measures", measure)
    if problems:
        raise InputError(problems)
    if not _groups(study, asked):
        what = "no figure of the base has a spread"
        remedy = "give a `spread_fraction`, or other columns"
        raise InputError([problem(study, "monte_carlo.spread_fraction", what, remedy)])


def _groups(study: Prepared, asked: MonteCarlo) -> list[Group]:
    spreads = {str(word): spread for word, spread in asked.spread_fraction.items()}
    return groups_of(assemble(study.base), asked.columns, spreads)


def _drawn(study: Prepared, asked: MonteCarlo) -> list[tuple[Run, Floats]]:
    groups = _groups(study, asked)
    table = factors(groups, asked.count, asked.seed, asked.source_correlation_fraction)
    task = "held" if asked.held else "solve"
    options: dict[str, Any] = {"plan": BASE, "until_months": None} if asked.held else {}
    needs = (BASE,) if asked.held else ()
    found = []
    for number, row in enumerate(table, start=1):
        changes, labels = changes_of(groups, row), {"draw": number}
        name = run_id(changes, labels, task, options)
        found.append((Run(name, changes, labels, task, options, needs), row))
    return found


def _draw(measure: str, n: int, run: str, one: Level) -> dict[str, Any]:
    return {
        "measure": measure,
        "draw": n + 1,
        "run": run,
        "value": one.value,
        "value_least": one.low,
        "value_most": one.high,
    }


def _distribution(
    measure: str, known: Mapping[int, Level], count: int, base: Level | None
) -> list[dict[str, Any]]:
    ends = np.array([[one.value, one.low, one.high] for one in known.values()])
    lines: list[tuple[str, Sequence[float]]] = []
    if base is not None:
        lines.append(("base", (base.value, base.low, base.high)))
    if len(ends):
        lines.append(("mean", ends.mean(axis=0).tolist()))
        spread = ends.std(axis=0, ddof=1) if len(ends) > 1 else np.full(3, math.nan)
        lines.append(("standard deviation", spread.tolist()))
        for percent in PERCENTILES:
            at = np.percentile(ends, percent, axis=0)
            lines.append((f"percentile {percent}", at.tolist()))
    lines.append(("draws with a plan", [float(len(known))] * 3))
    lines.append(("draws without one", [float(count - len(known))] * 3))
    return [
        {
            "measure": measure,
            "unit": "" if name.startswith("draws") else unit_of_measure(measure),
            "statistic": name,
            "amount": value,
            "amount_least": low,
            "amount_most": high,
        }
        for name, (value, low, high) in lines
    ]


def _shares(
    measure: str, groups: Sequence[Group], table: Floats, known: Mapping[int, Level]
) -> list[dict[str, Any]]:
    """Squared rank correlations above chance, by table."""
    places = sorted(known)
    if len(places) < LEAST_DRAWS:
        return []
    answer = rankdata([known[n].value for n in places])
    if np.ptp(answer) == 0.0:
        return []
    chance = 1.0 / (len(places) - 1)
    explained: dict[str, float] = {}
    largest: dict[str, tuple[str, float]] = {}
    for place, group in enumerate(groups):
        drawn = rankdata(table[places, place])
        moved = float(np.corrcoef(drawn, answer)[0, 1]) if np.ptp(drawn) else 0.0
        more = max(0.0, moved**2 - chance)
        explained[group.table] = explained.get(group.table, 0.0) + more
        if abs(moved) > abs(largest.get(group.table, ("", 0.0))[1]):
            largest[group.table] = (group.column, moved)
    total = sum(explained.values())
    lines = [
        {
            "measure": measure,
            "table": name,
            "share_fraction": part / total if total else 0.0,
            "largest_column": largest.get(name, ("", 0.0))[0],
            "largest_rank_correlation": largest.get(name, ("", 0.0))[1],
        }
        for name, part in explained.items()
    ]
    return sorted(lines, key=lambda line: (-float(str(line["share_fraction"])), str(line["table"])))
