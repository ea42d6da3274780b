"""Rented capacity: price of a token and how many can be rented."""

from __future__ import annotations

from typing import Any

from rows import Row, sourced

from demand.deck import Users, level, peak_over_mean
from demand.reference import Reference

SECONDS_PER_HOUR = 3600
TOKENS_PER_MTOKEN = 1e6


def rent_rows(
    workloads: list[dict[str, Any]],
    deck: dict[str, Any],
    reference: Reference,
    target: dict[str, float],
    users: Users,
    shapes: dict[str, list[float]],
    start: float,
) -> list[Row]:
    """Rows of the table `cloud_prices`.

    The rent of an hour is paid for the whole day, so the price rests on the mean utilisation: the
    most in the peak hour over the profile's peak-to-mean ratio.
    """
    rent = deck["rent"]
    rows = []
    for workload in workloads:
        name = workload["workload"]
        most = workload["max_utilisation_fraction"]
        mean = most / peak_over_mean(workload["profile"], users, shapes)
        per_hour = reference.tokens_per_s[name] * mean * SECONDS_PER_HOUR / TOKENS_PER_MTOKEN
        total = target[name] * sum(users.share.values())
        for year in rent["years"]:
            growth = rent["growth_per_year"] ** (year - rent["years"][0])
            asked = total * level(year + 1, name, deck, start, factor=1.0)
            row = {
                "workload": name,
                "year": year,
                "rent_usd_per_mtoken": round(reference.rent_usd_per_hour / per_hour * growth, 4),
                "max_output_tokens_per_s": float(f"{rent['most_share'][year] * asked:.3g}"),
                "usd_year": rent["usd_year"],
            }
            rows.append(sourced(row, "INFERENCEX-TCO-2026", "assumed"))
    return rows
