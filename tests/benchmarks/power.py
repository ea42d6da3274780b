"""The power part alone beside PyPSA: the same tables, the same HiGHS, the same objective.

    python -m tests.benchmarks.power --sites 5 --periods 3 --slices 96

Each of the two runs in a process of its own, on one thread. Both programs are linear, and both
sides read the same checked inputs, which is reported apart. Ours is built by all blocks, in a case
where only power costs anything. PyPSA's network has a component for every year of building, as is
its way, and none that leaves early, since load grows; where days store power, every representative
day of a year is an investment period.
"""

from __future__ import annotations

import argparse
import logging
import math
import tempfile
import time
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from tests.benchmarks.measure import Notes, machine, markdown, peak_gib, watched
from tests.conftest import write_files
from tests.peers import tables
from tests.peers.peer import HOURS, Peer

from tokenworks.build import build
from tokenworks.candidates import candidates
from tokenworks.inputs import Inputs, assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.solver import highs
from tokenworks.solver.matrix import compile_matrix

ZONES = 5
GROWTH = 1.3
# What each side does between checked inputs in memory and arrays in HiGHS.
CONSTRUCTION = {
    "tokenworks": ("candidates", "blocks", "compile", "pass"),
    "PyPSA": ("model", "pass"),
}


class NoneLeaves(Peer):
    """PyPSA's network without the components that leave before the end of their life."""

    def _stays(self, first: int, end_month: float, least_months: int = 0) -> Any:
        *_, end = super()._stays(first, end_month, least_months)
        yield end


def case(
    sites: int, periods: int, slices: int, storage: bool
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """Loads by site, and the tables: sun, wind and grid of five zones, days drawn by a seed."""
    rng = np.random.default_rng(0)
    days = slices // HOURS
    weights = [365 // days + (n < 365 % days) for n in range(days)]
    zones = [f"z{n}" for n in range(min(ZONES, sites))]
    noon = np.clip(np.sin(np.pi * (np.arange(HOURS) - 6) / 12), 0.0, None)
    operations = [
        {
            "zone": zone,
            "day": f"d{n:02}",
            "weight_days": weights[n],
            "solar_capacity_factor": (noon * rng.uniform(0.4, 0.95)).round(4).tolist(),
            "wind_capacity_factor": rng.uniform(0.05, 0.8, HOURS).round(4).tolist(),
            "grid_price_shape": rng.uniform(0.6, 1.6, HOURS).round(4).tolist(),
        }
        for zone in zones
        for n in range(days)
    ]
    for zone in zones:  # the shape has mean 1 over the year
        own = [row for row in operations if row["zone"] == zone]
        mean = sum(r["weight_days"] * np.mean(r["grid_price_shape"]) for r in own) / 365.0
        for row in own:
            row["grid_price_shape"] = [float(price / mean) for price in row["grid_price_shape"]]
    names = [f"s{n:02}" for n in range(sites)]
    loads = {
        s: [10.0 * (1 + n % 3) * GROWTH**y for y in range(periods)] for n, s in enumerate(names)
    }
    technologies = [tables.TURBINE, tables.SUN, tables.WIND]
    costs = [
        tables.cost("turbine", 700.0, 12.0, 4.0),
        tables.cost("sun", 800.0, 10.0),
        tables.cost("wind", 1200.0, 25.0),
    ]
    if storage:
        technologies.append(tables.BATTERY)
        costs.append(tables.cost("battery", 500.0, 5.0, 0.5))
    life = {"life_years": 20.0}
    return loads, {
        "zones": [{"zone": zone} for zone in zones],
        "sites": [
            {"site": s, "zone": zones[n % len(zones)], "max_it_mw": 400.0}
            for n, s in enumerate(names)
        ],
        "periods": [tables.YEAR] * periods,
        "operations": operations,
        "profiles": [tables.SHAPE],
        "tariffs": [
            {"zone": z, "energy_usd_per_mwh": 50.0 + 4.0 * n, "capacity_usd_per_kw_month": 6.0}
            for n, z in enumerate(zones)
        ],
        "interconnection_routes": [{"site": s, "cost_usd_per_kw": 120.0} for s in names],
        "power_technologies": [life | technology for technology in technologies],
        "power_costs": costs,
        "fuel_prices": [{"fuel": "gas", "price_usd_per_mmbtu": 7.0}],
    }


class Stages:
    """Seconds of the processor by stage, noted as they end: other programs may run beside."""

    def __init__(self, notes: Notes) -> None:
        self.notes, self.seconds, self.last = notes, {}, time.process_time()
        notes.note(imported_gib=peak_gib()["self"])

    def end(self, name: str, **found: Any) -> None:
        """A stage has ended."""
        self.seconds[name] = time.process_time() - self.last
        self.notes.note(seconds=self.seconds, rusage_gib=peak_gib(), **found)
        self.last = time.process_time()


def tokenworks(inputs: Inputs, stages: Stages) -> tuple[highspy.Highs, float]:
    """Ours in HiGHS, and by how much its costs are scaled."""
    columns = candidates(inputs)
    stages.end("candidates")
    model = build(inputs, columns)
    stages.end("blocks")
    matrix = compile_matrix(model.pyomo)
    stages.end("compile", whole=int(matrix.whole.sum()))
    solver, scale = highspy.Highs(), highs.cost_scale(matrix.cost)
    solver.setOptionValue("output_flag", False)
    highs.load(solver, matrix, scale)
    stages.end("pass", built_gib=peak_gib()["self"])
    return solver, scale


def pypsa(inputs: Inputs, load_mw: Any, stages: Stages) -> tuple[highspy.Highs, float]:
    """PyPSA's in HiGHS; filling the network from our tables is reported, and no part of it."""
    peer = NoneLeaves(inputs, load_mw)
    stages.end("network")
    model = peer.network.optimize.create_model(
        multi_investment_periods=True, include_objective_constant=False
    )
    stages.end("model")
    solver = model.to_highspy()
    stages.end("pass", built_gib=peak_gib()["self"])
    return solver, 1.0


def one(side: str, given: argparse.Namespace) -> None:
    """One side, in the process started for it."""
    logging.disable(logging.WARNING)
    loads, given_tables = case(given.sites, given.periods, given.slices, not given.no_storage)
    with tempfile.TemporaryDirectory() as folder:
        path = write_files(Path(folder), tables.FORBIDDEN, tables.with_loads(loads, given_tables))
        stages = Stages(Notes(given.notes))
        inputs = assemble(load_scenario(path))
    stages.end("read")
    if side == "tokenworks":
        solver, scale = tokenworks(inputs, stages)
    else:
        solver, scale = pypsa(inputs, tables.load_of(loads, inputs, shaped=True), stages)
    for name, value in {"output_flag": False, "threads": 1, "solver": given.solver}.items():
        solver.setOptionValue(name, value)
    program = solver.getLp()
    solver.run()
    stages.end(
        "solve",
        status=solver.modelStatusToString(solver.getModelStatus()),
        objective_usd=solver.getInfo().objective_function_value / scale,
        rows=program.num_row_,
        columns=program.num_col_,
        nonzeros=solver.getNumNz(),
    )


def compared(found: dict[str, dict[str, Any]]) -> str:
    """Both sides and their ratio."""
    built = {
        side: sum(one["seconds"][name] for name in CONSTRUCTION[side])
        for side, one in found.items()
    }
    figures: dict[str, dict[str, float]] = {
        name: {side: one[name] for side, one in found.items()}
        for name in ("rows", "columns", "nonzeros")
    }
    figures |= {
        "reading and checking, s": {side: one["seconds"]["read"] for side, one in found.items()},
        "inputs to arrays in HiGHS, s": built,
        "solve, s": {side: one["seconds"]["solve"] for side, one in found.items()},
        "peak with arrays, GiB": {side: one["built_gib"] for side, one in found.items()},
        "of it not by imports, GiB": {
            side: one["built_gib"] - one["imported_gib"] for side, one in found.items()
        },
        "peak, GiB": {side: one["peak_gib"] for side, one in found.items()},
        "objective, USD": {side: one["objective_usd"] for side, one in found.items()},
    }
    lines = [
        [name, by["tokenworks"], by["PyPSA"], by["tokenworks"] / by["PyPSA"]]
        for name, by in figures.items()
    ]
    return markdown(["", "tokenworks", "PyPSA", "ratio"], lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sites", type=int, default=5)
    parser.add_argument("--periods", type=int, default=3)
    parser.add_argument("--slices", type=int, default=96, help="hours of days, 24 each")
    parser.add_argument("--no-storage", action="store_true")
    parser.add_argument("--solver", default="choose", help="of HiGHS: choose, simplex, ipm, ...")
    parser.add_argument("--one", choices=CONSTRUCTION, help=argparse.SUPPRESS)
    parser.add_argument("--notes", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one, given)
        return
    print(machine(), flush=True)
    same = ["sites", "periods", "slices", "solver"]
    arguments = [text for name in same for text in (f"--{name}", str(vars(given)[name]))]
    arguments += ["--no-storage"] * given.no_storage
    found = {
        side: watched("tests.benchmarks.power", ["--one", side, *arguments])
        for side in CONSTRUCTION
    }
    for side, noted in found.items():
        if "objective_usd" not in noted:
            raise SystemExit(f"{side}: {noted.get('status')}")
        print(side, noted["status"], {k: round(s, 2) for k, s in noted["seconds"].items()})
    print(compared(found))
    ours, theirs = (found[side]["objective_usd"] for side in CONSTRUCTION)
    assert math.isclose(ours, theirs, rel_tol=1e-6), (ours, theirs)


if __name__ == "__main__":
    main()
