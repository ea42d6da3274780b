"""Solve a scenario, then its neighbours: what a start from the first plan saves.

    python -m tests.benchmarks.neighbours us-quick --gap 0.01 --limit 300

Each neighbour is solved cold and after the base; the ratio of the two is that of the seconds in the
solver, since reading and building are the same. `--only redline,demand-up` picks some of them.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from tests.benchmarks.measure import machine, markdown

import tokenworks as tw
from tokenworks.build import build
from tokenworks.errors import TokenworksError
from tokenworks.inputs import assemble
from tokenworks.plan import with_options
from tokenworks.solver.method import solve_model
from tokenworks.solver.whole import Solved

# Of the same shape as the base: every row and column that it has stays, with other figures.
NEIGHBOURS: dict[str, dict[str, Any]] = {
    "headroom": {"tables.zone_headroom[*].firm_headroom_mw": {"scale": 0.6}},
    "redline": {
        "tables.redlines[*].max_contracted_mw": {"scale": 0.8},
        "tables.redlines[*].max_new_load_mw": {"scale": 0.8},
    },
    "permits-later": {"tables.permit_routes[*].route_months": {"add": 3}},
    "demand-up": {"tables.demand[*].output_tokens_per_s": {"scale": 1.1}},
    "demand-down": {"tables.demand[*].output_tokens_per_s": {"scale": 0.9}},
    "gas-dearer": {"tables.fuel_prices[*].price_usd_per_mmbtu": {"scale": 1.25}},
    "grid-dearer": {"tables.tariffs[*].energy_usd_per_mwh": {"scale": 1.1}},
    "systems-cheaper": {"tables.hardware[*].capex_usd": {"scale": 0.9}},
}


def solve_cold(scenario: Any, known: Any = None) -> dict[str, Any]:
    """Read, build and solve; the solution, its seconds and its size."""
    began = time.perf_counter()
    model = build(assemble(scenario))
    built = time.perf_counter()
    solved = solve_model(model, scenario.solve, known=known)
    return {
        "solved": solved,
        "before_s": built - began,
        "solver_s": time.perf_counter() - built,
        "shape": (solved.rows, solved.columns),
    }


def solve_after(previous: Solved, scenario: Any) -> tuple[dict[str, Any], str]:
    """Solve from what an earlier solve has learned, and say how."""
    how = "cold" if previous.known is None else "known"
    return solve_cold(scenario, previous.known), how


def line(name: str, scenario: Any, base: dict[str, Any]) -> list[Any]:
    """A neighbour both ways, as a row of the table."""
    try:
        cold = solve_cold(scenario)
        after, how = solve_after(base["solved"], scenario)
    except TokenworksError as error:
        return [name, type(error).__name__, *[None] * 8]
    ours, theirs = after["solved"], cold["solved"]
    # Each bound lies below the other's plan, or one of them is wrong.
    sound = max(ours.bound_usd, theirs.bound_usd) <= min(ours.objective_usd, theirs.objective_usd)
    return [
        name,
        how,
        cold["solver_s"],
        after["solver_s"],
        after["solver_s"] / cold["solver_s"],
        cold["before_s"],
        f"{theirs.gap:.2%}",
        f"{ours.gap:.2%}",
        "same" if cold["shape"] == base["shape"] else "{:,} x {:,}".format(*cold["shape"]),
        "yes" if sound else "NO",
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenario", help="shipped name, or a file such as `instances.py` writes")
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--limit", type=float, default=600.0)
    parser.add_argument("--method", default="auto")
    parser.add_argument("--only", default="", help="names with commas between")
    given = parser.parse_args()
    print(machine(), flush=True)
    scenario = with_options(
        tw.load(given.scenario), gap=given.gap, time_limit_s=given.limit, method=given.method
    )
    chosen = [name for name in given.only.split(",") if name] or list(NEIGHBOURS)
    if "redlines" not in scenario.tables and not given.only:
        chosen.remove("redline")  # nothing that it could tighten
    base = solve_cold(scenario)
    rows = [["base", "cold", base["solver_s"], None, None, base["before_s"]]]
    rows[0] += [f"{base['solved'].gap:.2%}", None, "{:,} x {:,}".format(*base["shape"]), None]
    for name in chosen:
        rows.append(line(name, scenario.with_(NEIGHBOURS[name]), base))
        print("   ", name, rows[-1][1:5], flush=True)
    header = ["neighbour", "start", "cold s", "after s", "after / cold", "read and build s"]
    header += ["gap cold", "gap after", "rows x columns", "bounds below plans"]
    print(markdown(header, rows))


if __name__ == "__main__":
    main()
