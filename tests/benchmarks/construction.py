"""Seconds and memory from checked inputs to HiGHS: our dispatch and adequacy, and linopy's.

    python tests/benchmarks/construction.py us-quick
    python tests/benchmarks/construction.py FOLDER/us-10-10-2.yaml --repeat 5

Both sides make the same program: the blocks that run hour by hour, adequacy, and the stocks that
these share with investment. Ours goes from candidates to HiGHS. linopy is handed sets and
parameters as frames and arrays, which are taken from our model and not counted; it writes by
itself what belongs to what. Rows, sorted by what they hold, are compared entry by entry.

Seconds are of the processor, the least of some runs in turn. Memory is what a process of its own
takes at most on top of what it was given.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import pickle
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp
from by_linopy import Written
from given import Taken
from pyomo.environ import ConcreteModel, NonNegativeReals, Objective, Param, Set, Var, minimize

from tokenworks.blocks import adequacy, interface
from tokenworks.blocks.terms import CostTerm, attach
from tokenworks.build import OPERATION, build, total_cost
from tokenworks.candidates import Candidates, candidates
from tokenworks.candidates.firm import firm_levels
from tokenworks.candidates.grouping import gather
from tokenworks.inputs import Inputs, assemble
from tokenworks.io.scenario_files import load_scenario
from tokenworks.lean import lean
from tokenworks.solver.highs import load
from tokenworks.solver.matrix import Matrix, compile_matrix

SAME = 1e-12
MIB = 2**20

Seconds = dict[str, float]


class Clock:
    """Seconds of processor time by stage: other programs run on the same machine."""

    def __init__(self) -> None:
        self.seconds: Seconds = defaultdict(float)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.seconds[name] += time.process_time() - begun


def passed(matrix: Matrix, clock: Clock) -> highspy.Highs:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    with clock.stage("pass"):
        load(solver, matrix, 1.0)
    return solver


def ours(
    x: Inputs, c: Candidates, clock: Clock
) -> tuple[ConcreteModel, list[CostTerm], Matrix, highspy.Highs]:
    """Our model, its costs, its matrix and the solver that holds it."""
    m, costs = ConcreteModel(), []
    with lean():
        with clock.stage("sets, parameters, rules"):
            stocks(m, x, c)
            for block in (*OPERATION, adequacy):
                block.add(m, x, c)
        with clock.stage("costs"):
            for block in (*OPERATION, adequacy):
                for cost in block.costs(m, x, c):
                    costs += attach(m, cost)
            m.total_usd = Objective(rule=total_cost(costs), sense=minimize)
    with clock.stage("compile"):
        matrix = compile_matrix(m)
    return m, costs, matrix, passed(matrix, clock)


def stocks(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """What dispatch and adequacy see of investment."""
    pairs = list(dict.fromkeys((s, k) for s, k, _ in c.assets.builds))
    m.OPENABLE = Set(initialize=list(c.siting.first_step))
    m.TECHNOLOGIES = Set(initialize=list(dict.fromkeys(k for _, k in pairs)))
    m.SITE_POWER = Set(dimen=2, initialize=pairs)
    interface.add(m, x, c)
    found = c.serving.matches
    points = list(dict.fromkeys((w, o, e) for _, w, o, _, e in c.serving.serves))
    m.MATCH_STEPS = Set(dimen=3, initialize=points)
    loads = {(w, o, e): found[w, o].load_mw_per_mtoken_per_s(e) for w, o, e in points}
    m.load_mw_per_mtoken_per_s = Param(m.MATCH_STEPS, initialize=loads)
    m.SERVES = Set(dimen=5, initialize=c.serving.serves)
    m.serve_mtokens_per_s = Var(m.SERVES, domain=NonNegativeReals)
    units = firm_levels(x, c.assets)
    steps = [(s, k, e) for s, k, e in m.POWER_STEPS if (s, k) in units]
    m.UNIT_STEPS = Set(dimen=3, initialize=steps)
    at = gather(m.SITE_STEPS, (((s, e), k) for s, k, e in steps))
    m.UNITS_AT = Set(m.SITE_STEPS, initialize=at)
    m.firm_mw = Var(m.UNIT_STEPS, domain=NonNegativeReals)


def theirs(given: Any, clock: Clock) -> tuple[Written, highspy.Highs]:
    """Their model and the solver that holds it."""
    with clock.stage("linopy: model"):
        written = Written(given)
        written.write()
    with clock.stage("linopy: to HiGHS"):
        solver = written.m.to_highspy(set_names=False)
    return written, solver


def taken_from(m: ConcreteModel, costs: list[CostTerm]) -> Taken:
    """Sets and parameters of our model for linopy."""
    by_variable: dict[str, dict[Any, float]] = defaultdict(dict)
    for term in costs:
        of = by_variable[term.variable]
        for index, usd in m.component(term.coefficient).items():
            of[index] = of.get(index, 0.0) + usd
    return Taken(m, by_variable)


def difference(matrix: Matrix, solver: Any, taken: Taken, written: Written, other: Any) -> str:
    """The first difference of the programs as HiGHS holds them; empty where there is none."""
    names = [(name.parent_component().local_name, name.index()) for name in matrix.columns]
    place = {name: n for n, name in enumerate(names)}
    of_label = {
        label: key
        for name, variable in written.v.items()
        for label, key in taken.keys(name, np.asarray(variable.labels))
    }
    order = np.array([place.get(of_label[int(n)], -1) for n in written.m.matrices.vlabels])
    one, his = solver.getLp(), other.getLp()
    rows, his_rows = in_order(one, np.arange(len(names))), in_order(his, order)
    if len(rows) != len(his_rows):
        return f"{len(rows)} rows and {len(his_rows)}"
    for (of, values), (of_his, his_values) in zip(rows, his_rows, strict=True):
        if of != of_his or not np.allclose(values, his_values, rtol=SAME, atol=0.0):
            return f"{[names[n] for n in of]} {values} and {of_his} {his_values}"
    held = order >= 0
    costs = np.array(one.col_cost_)[order[held]], np.array(his.col_cost_)[held]
    return "" if np.allclose(*costs, rtol=SAME, atol=0.0) else "costs"


def in_order(lp: Any, order: Any) -> list[tuple[list[int], list[float]]]:
    """Columns and values of every row, its sides the last two, sorted by what it holds."""
    held = lp.a_matrix_
    kind = sp.csc_array if held.format_ == highspy.MatrixFormat.kColwise else sp.csr_array
    parts = (np.array(part) for part in (held.value_, held.index_, held.start_))
    a = kind(tuple(parts), (lp.num_row_, lp.num_col_)).tocsr()
    a.eliminate_zeros()
    lower, upper = np.array(lp.row_lower_), np.array(lp.row_upper_)
    found = []
    for i in range(lp.num_row_):
        span = slice(a.indptr[i], a.indptr[i + 1])
        columns = order[a.indices[span]]
        by_column = np.argsort(columns)
        values = [*a.data[span][by_column].tolist(), float(lower[i]), float(upper[i])]
        found.append((columns[by_column].tolist(), values))
    return sorted(found, key=lambda row: (row[0], [round(value, 9) for value in row[1]]))


def most_mib(scenario: str, side: str) -> float:
    """What a side takes at most, in a process of its own."""
    command = [sys.executable, __file__, scenario, "--side", side]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(found.stdout.split()[-1])


def resident_mib(line: str) -> float:
    text = Path("/proc/self/status").read_text(encoding="utf-8")
    return float(text.partition(f"{line}:")[2].split()[0]) / 1024.0


def one_side(scenario: str, side: str) -> None:
    """Run a side once, and print the most that it took of memory."""
    clock = Clock()
    if side == "linopy":
        given: Any = pickle.loads(Path(scenario).read_bytes())  # noqa: S301 - our own
    else:
        x = assemble(load_scenario(scenario))
        c = candidates(x)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # the most so far is forgotten
    before = resident_mib("VmRSS")
    if side == "linopy":
        _kept: Any = theirs(given, clock)
    elif side == "ours":
        _kept = ours(x, c, clock)
    else:
        _kept = passed(compile_matrix(build(x, c).pyomo), clock)
    print(resident_mib("VmHWM") - before)


def whole(x: Inputs, c: Candidates, clock: Clock) -> tuple[int, int]:
    """Rows and columns of the whole model."""
    with clock.stage("whole model: build"):
        model = build(x, c)
    with clock.stage("whole model: compile"):
        matrix = compile_matrix(model.pyomo)
    with clock.stage("whole model: pass"):
        passed(matrix, Clock())
    return matrix.shape


def measured(scenario: str, repeat: int) -> None:
    """Run both sides in turn, compare them, and print."""
    clock = Clock()
    with clock.stage("reading and checking"):
        x = assemble(load_scenario(scenario))
    runs: list[Seconds] = []
    for _ in range(repeat):
        once = Clock()
        with once.stage("candidates"):
            c = candidates(x)
        gc.collect()
        m, costs, matrix, solver = ours(x, c, once)
        taken = taken_from(m, costs)
        gc.collect()
        written, other = theirs(taken.given, once)
        gc.collect()
        size = whole(x, c, once)
        runs.append(dict(once.seconds))
    print(f"{matrix.shape[0]:,} rows, {matrix.shape[1]:,} columns, {matrix.a.nnz:,} entries")
    print(f"whole model: {size[0]:,} rows, {size[1]:,} columns")
    said = difference(matrix, solver, taken, written, other)
    print(f"DIFFERENT: {said[:2000]}" if said else "matrices are equal entry by entry")
    best = clock.seconds | {name: min(run[name] for run in runs) for name in runs[0]}
    for name, seconds in best.items():
        print(f"{name:28}{seconds:8.2f} s")
    mine = sum(best[name] for name in ("sets, parameters, rules", "costs", "compile", "pass"))
    their = best["linopy: model"] + best["linopy: to HiGHS"]
    both = (mine + best["candidates"]) / (their + best["candidates"])
    print(f"ours {mine:.2f} s, linopy {their:.2f} s: {mine / their:.2f} times")
    print(f"with candidates on both sides {both:.2f} times")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.pickle"
        path.write_bytes(pickle.dumps(taken.given))
        took = [most_mib(scenario, "ours"), most_mib(str(path), "linopy")]
        took.append(most_mib(scenario, "whole"))
    print("memory: ours {:.0f} MiB, linopy {:.0f} MiB; whole model {:.0f} MiB".format(*took))
    each = took[0] * MIB / sum(matrix.shape), took[1] * MIB / sum(matrix.shape)
    print(f"a row or column: ours {each[0]:.0f} bytes, linopy {each[1]:.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--side", choices=["ours", "linopy", "whole"])
    asked = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if asked.side:
            one_side(asked.scenario, asked.side)
        else:
            measured(asked.scenario, asked.repeat)
