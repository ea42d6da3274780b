"""The decks of demand: megawatts to tokens, regions by people, growth without jumps.

How many tokens a target in megawatts stands for::

    servers   = target MW x workload's share / design MW of the reference server
    peak      = servers x measured tokens/s x most utilisation
    mean      = peak / (largest hour of the profiles of the United States, weighted by people)

Servers get faster. The deck's tokens grow by a stated gain in tokens per megawatt beside the
megawatts, so that what a plan builds for them, with the systems that are for sale by then, comes to
the target; in today's servers they would take several times as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import Any

from rows import Row, assumed

from demand.periods import Period
from demand.profiles import HOURS, profile_name
from demand.reference import Reference

DIGITS = 6


@dataclass(frozen=True)
class Users:
    """Where demand comes from.

    Attributes
    ----------
    home_share
        Region of the United States to its share of the people.
    share
        Every region to its demand over that of the United States.
    zone
        Every region to its time zone.
    """

    home_share: dict[str, float]
    share: dict[str, float]
    zone: dict[str, dict[str, Any]]


def make_users(regions: list[Row], hand: dict[str, Any]) -> Users:
    """Shares of demand: by people in the United States, as assumed abroad."""
    names = {region["region"] for region in hand["united_states"]}
    people = {row["region"]: row["population"] for row in regions if row["region"] in names}
    total = sum(people.values())
    home = {region: count / total for region, count in people.items()}
    abroad = {region["region"]: region["share"] for region in hand["abroad"]}
    zone = {row["region"]: hand["time_zones"][row["time_zone"]] for row in regions}
    return Users(home, {**home, **abroad}, zone)


def peak_over_mean(kind: str, users: Users, shapes: dict[str, list[float]]) -> float:
    """Largest hour of the United States' demand over its mean, people weighting the regions."""
    return max(
        sum(
            share * shapes[profile_name(kind, users.zone[region])][hour]
            for region, share in users.home_share.items()
        )
        for hour in range(HOURS)
    )


def target_tokens_per_s(
    workloads: list[dict[str, Any]],
    deck: dict[str, Any],
    reference: Reference,
    users: Users,
    shapes: dict[str, list[float]],
) -> dict[str, float]:
    """Mean output tokens a second of the United States at the target's date, by workload."""
    found = {}
    for workload in workloads:
        name = workload["workload"]
        servers = deck["target"]["it_mw"] * deck["it_mw_share"][name] / reference.design_mw
        peak = servers * reference.tokens_per_s[name] * workload["max_utilisation_fraction"]
        found[name] = peak / peak_over_mean(workload["profile"], users, shapes)
    return found


def level(time: float, workload: str, deck: dict[str, Any], start: float, factor: float) -> float:
    """Demand over what reference servers of the target's megawatts serve.

    Logistic in megawatts, times the gain in tokens per megawatt since the start, times what sets
    the deck apart from the base: 1 at the start, `factor` at the target's date.
    """
    growth, date = deck["growth"], deck["target"]["date"]
    pace, middle = growth["pace"], growth["middle"][workload]
    logistic = (1.0 + exp(-pace * (date - middle))) / (1.0 + exp(-pace * (time - middle)))
    gain = (1.0 + growth["tokens_per_mw_gain_per_year"]) ** (time - start)
    return logistic * gain * float(factor ** ((time - start) / (date - start)))


def demand_rows(
    workloads: list[dict[str, Any]],
    deck: dict[str, Any],
    target: dict[str, float],
    users: Users,
    periods: list[Period],
    factor: float = 1.0,
) -> list[Row]:
    """Rows of the table `demand`.

    From one boundary to the next demand grows at a constant rate, as the model has it: from ``a``
    to ``b`` its mean is ``(b - a) / ln(b / a)`` and its yearly growth ``(b / a) ** (1 / years) -
    1``. Neighbouring periods meet, since they share the boundary.
    """
    start = periods[0].start_years
    rows = []
    for workload in workloads:
        name = workload["workload"]
        for region, share in users.share.items():
            for period in periods:
                first, last = (
                    level(time, name, deck, start, factor)
                    for time in (period.start_years, period.end_years)
                )
                mean = (last - first) / log(last / first)
                years = period.end_years - period.start_years
                row = {
                    "workload": name,
                    "region": region,
                    "period": period.name,
                    "output_tokens_per_s": _rounded(target[name] * share * mean),
                    "growth_rate": round((last / first) ** (1.0 / years) - 1.0, 6),
                    "profile": profile_name(workload["profile"], users.zone[region]),
                }
                rows.append(assumed(row))
    return rows


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
