"""Theme of demand: periods, users, workloads, what they ask for and what can be rented."""

from __future__ import annotations

from gathered import Gathered
from rows import Row, hand_entered

from demand.deck import demand_rows, make_users, target_tokens_per_s
from demand.periods import make_periods, period_rows
from demand.profiles import profile_rows, profile_shapes
from demand.reference import read_reference
from demand.regions import region_rows
from demand.rent import rent_rows
from demand.workloads import workload_rows


def tables(gathered: Gathered) -> dict[str, list[Row]]:
    """Rows of the tables of demand, and of the decks of faster and slower growth."""
    place, requests, deck = (hand_entered("demand", n) for n in ("place", "workloads", "deck"))
    workloads = requests["workloads"]
    periods = make_periods(place["periods"])
    regions = region_rows(gathered, place)
    shapes = profile_shapes(place)
    users = make_users(regions, place)
    reference = read_reference(gathered, workloads, deck["reference"])
    target = target_tokens_per_s(workloads, deck, reference, users, shapes)
    found = {
        "periods": period_rows(periods),
        "regions": regions,
        "profiles": profile_rows(shapes),
        "workloads": workload_rows(requests),
        "demand": demand_rows(workloads, deck, target, users, periods),
        "cloud_prices": rent_rows(
            workloads, deck, reference, target, users, shapes, periods[0].start_years
        ),
    }
    for case, factor in deck["cases"].items():
        rows = demand_rows(workloads, deck, target, users, periods, factor)
        found[f"cases/{case}/demand"] = rows
    return found
