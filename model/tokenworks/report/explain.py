"""What `tokenworks explain` prints: why there is no plan, or what binds in one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tokenworks.checks import read_checked
from tokenworks.diagnosis.infeasible import (
    FEASIBLE,
    UNKNOWN,
    Infeasibility,
    explain_scenario,
)
from tokenworks.diagnosis.infeasible import TIME_LIMIT_S as SCENARIO_LIMIT_S
from tokenworks.diagnosis.knobs import MOST_PLACES
from tokenworks.diagnosis.quick import Finding
from tokenworks.diagnosis.repair import Repair
from tokenworks.diagnosis.wording import (
    change_lines,
    demand_words,
    knob_words,
    place_lines,
    step_words,
)
from tokenworks.diagnosis.worth import TIME_LIMIT_S as PLAN_LIMIT_S
from tokenworks.diagnosis.worth import Explanation, Worth, explain_plan, relief_words
from tokenworks.inputs import Inputs, prepare
from tokenworks.io.run_folder import MANIFEST
from tokenworks.plan import Plan, plan_of, run_folder
from tokenworks.report.terminal import money, new_table, print_json, results, say, tell
from tokenworks.stored import read_plan

MOST_SHORT = 12
MOST_LINES = 24  # of a conflict that is not known to be irreducible
# Ends of an interval that differ by less are the same to a reader.
SAME = 1e-6


@dataclass(frozen=True)
class Asked:
    """Options of the command `explain`; see `explain_plan`."""

    time_limit_s: float | None = None
    gap: float | None = None
    top: int = 8
    units: float = 1.0
    keep: bool = False
    as_json: bool = False


def explain_and_print(target: str, asked: Asked) -> None:
    """What the command `explain` does with a run folder or a scenario."""
    folder = Path(target)
    if (folder / MANIFEST).is_file():
        plan = read_plan(folder)
        say(f"{plan.scenario.name}: read from {folder}")
    else:
        inputs = prepare(*read_checked(target))
        limit = SCENARIO_LIMIT_S if asked.time_limit_s is None else asked.time_limit_s
        found = explain_scenario(inputs, limit, _tell)
        if found.status != FEASIBLE and asked.as_json:
            print_json(found.as_dict())
        elif found.status != FEASIBLE or not asked.as_json:
            print_infeasibility(found)
        if found.status != FEASIBLE:
            return
        folder = run_folder(inputs, None)
        plan = _plan_of(inputs, folder)
    limit = PLAN_LIMIT_S if asked.time_limit_s is None else asked.time_limit_s
    explained = explain_plan(
        plan,
        top=asked.top,
        units=asked.units,
        gap=asked.gap,
        time_limit_s=limit,
        progress=_tell,
    )
    if asked.as_json:
        print_json(explained.as_dict())
    else:
        print_explanation(explained)
    if asked.keep and (folder / MANIFEST).is_file():
        say(f"kept as {explained.save(folder)}")


def _plan_of(inputs: Inputs, folder: Path) -> Plan:
    """The plan of a scenario: from its run where there is one, else solved."""
    if (folder / MANIFEST).is_file():
        say(f"{inputs.scenario.name}: its plan is read from {folder}")
        return read_plan(folder)
    if len(inputs.tables["branches"]):
        say(f"{inputs.scenario.name}: its branches are left out, one plan is explained")
    say(f"{inputs.scenario.name}: no run of it is in {folder.parent}, solving it first")
    return plan_of(inputs, time.perf_counter(), tell)


def _tell(stage: str, *_: float | None) -> None:
    say(f"{stage} …")


def print_explanation(explained: Explanation) -> None:
    """Print what binds in a plan, and what relief is worth."""
    console, plan = results(), explained.plan
    console.print(Text.assemble((plan.scenario.name, "bold"), f"  {plan.scenario.title}"))
    noise = explained.gap * abs(plan.objective_usd)
    earned = plan.summary.net_present_value_usd
    value = f"{money(plan.objective_usd)} present value"
    if earned is not None:
        value = f"{money(earned)} net present value"
    console.print(
        Text(
            f"{value} in {plan.scenario.finance.usd_year} USD, "
            f"within {explained.gap:.3%} of the best, which is {money(noise)}: relief shows "
            "where it is worth more than about that"
        )
    )
    if not explained.worths:
        console.print(Text("nothing binds: no limit of the inputs is used up"))
        return
    _heading(console, "What binds, and the present value that relief of it saves")
    for number, worth in enumerate(explained.worths, start=1):
        since = f"binds from {worth.bound.first:%Y-%m}"
        _indented(console, f"{number}. {worth.knob.words} ({worth.knob.now}), {since}", 2)
        _indented(console, saved(worth), 7)
    console.print()
    for note in (*explained.notes, _READING):
        console.print(Text(note, style="dim"))


_READING = (
    "What one unit saves is re-solved, with sites, permits and orders chosen anew: from the bound "
    "of the plan less the relieved plan, to the plan less the bound of the relieved one. The dual "
    "beside it holds all whole decisions fixed: an estimate of another kind."
)


def saved(worth: Worth) -> str:
    """What relief saves, in one line."""
    relief = relief_words(worth)
    dual = "" if worth.dual_usd is None else f"; dual at fixed integers {money(worth.dual_usd)}"
    if worth.saves is None:
        return f"{relief}: not re-solved{dual}"
    low, high = money(worth.saves.low_usd), money(worth.saves.high_usd)
    if worth.saves.indistinguishable:
        return f"{relief}: indistinguishable from nothing ({low} to {high}){dual}"
    if worth.saves.high_usd - worth.saves.low_usd <= SAME * worth.saves.high_usd:
        return f"{relief} saves {high}{dual}"
    return f"{relief} saves {low} to {high}{dual}"


def print_infeasibility(found: Infeasibility) -> None:
    """Print why a scenario has no plan, and what would give it one."""
    console = results()
    scenario = found.inputs.scenario
    console.print(Text.assemble((scenario.name, "bold"), f"  {scenario.title}"))
    console.print(Text(_verdict(found)))
    if found.findings:
        _heading(console, f"What arithmetic alone shows (no solver, {found.seconds[0]:.1f} s)")
        for finding in found.findings:
            _print_finding(console, found.inputs, finding)
    if found.status == FEASIBLE:
        return
    if found.shortfall.tokens:
        console.print(_short(found))
    _print_repairs(console, found)
    _print_conflict(console, found)


def _verdict(found: Infeasibility) -> str:
    if found.status == FEASIBLE and found.hours_asked:
        return "feasible: all its limits can be met together"
    if found.status == FEASIBLE:
        return (
            "feasible as far as investment tells: what its sites run hour by hour was too much to "
            "ask here; `tokenworks solve` asks it"
        )
    if found.status == UNKNOWN:
        return "undecided: time was over before a plan was found or excluded"
    if not found.shortfall.possible:
        return "infeasible: its limits cannot be met together, whatever is left unserved"
    count = len(found.shortfall.tokens)
    return (
        "infeasible: `unserved: forbidden` asks that all demand is met, and "
        f"{count} demand{'s' if count != 1 else ''} cannot be"
    )


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold"))


def _indented(console: Console, words: str, by: int, style: str = "") -> None:
    console.print(Padding(Text(words, style=style), (0, 0, 0, by)), soft_wrap=False)


def _verbatim(console: Console, words: str, by: int) -> None:
    """A line that is copied as it stands, never broken."""
    console.print(Text(" " * by + words), soft_wrap=True)


def _print_finding(console: Console, x: Inputs, finding: Finding) -> None:
    _indented(console, f"{finding.words}.", 2)
    _indented(console, f"What would be right: {finding.remedy}.", 4)
    for address in finding.addresses:
        for line in place_lines(x, address, 2):
            _indented(console, line, 4, "dim")


def _short(found: Infeasibility) -> object:
    table = new_table(
        "Demand that cannot be met, in the plan that leaves the least unserved",
        ("workload", ""),
        ("region", ""),
        ("period", ""),
        ("million tokens short", "r"),
        ("of its tokens", "r"),
    )
    tokens, shares = found.shortfall.tokens, found.shortfall.shares
    worst = sorted(tokens, key=lambda demand: -tokens[demand])
    for demand in worst[:MOST_SHORT]:
        cells = (*demand, f"{tokens[demand]:,.0f}", f"{shares[demand]:.1%}")
        table.add_row(*(Text(one) for one in cells))
    if len(worst) > MOST_SHORT:
        rest = sum(tokens[demand] for demand in worst[MOST_SHORT:])
        table.add_row(f"{len(worst) - MOST_SHORT} more", "", "", f"{rest:,.0f}", "")
    return table


def _print_repairs(console: Console, found: Infeasibility) -> None:
    if found.repairs:
        _heading(console, "To make it feasible, do one of these; each was tried, and is the least")
        for number, repair in enumerate(found.repairs, start=1):
            _print_repair(console, found.inputs, number, repair)
    else:
        _heading(console, "No change of limits alone was found that makes it feasible")
    if found.shortfall.tokens:
        number = len(found.repairs) + 1
        _indented(console, f"{number}. or allow unserved tokens, and let the plan weigh them:", 2)
        _verbatim(console, "unserved: priced", 7)


def _print_repair(console: Console, x: Inputs, number: int, repair: Repair) -> None:
    for n, step in enumerate(repair.steps):
        start = f"{number}. " if n == 0 else "   and "
        _indented(console, f"{start}{step_words(x, step)}", 2)
        shown = 0
        for address in step.changes:
            for line in place_lines(x, address, MOST_PLACES - shown):
                _indented(console, line, 7, "dim")
                shown += 1
            if shown >= MOST_PLACES:
                break
    _indented(console, "in the scenario, or a copy of it that extends it:", 5)
    for line in change_lines(x, repair.steps):
        _verbatim(console, line, 7)


def _print_conflict(console: Console, found: Infeasibility) -> None:
    conflict = found.conflict
    if conflict is None:
        return
    sure = (
        "if any one of them gave way, the rest could hold"
        if conflict.irreducible
        else "time was over before each of them was shown to be needed"
    )
    _heading(console, f"These inputs cannot hold together; {sure}")
    lines = list(_conflict_lines(found))
    for words in lines if conflict.irreducible else lines[:MOST_LINES]:
        _indented(console, words, 2 if not words.startswith(" ") else 4)
    if not conflict.irreducible and len(lines) > MOST_LINES:
        more = "more lines; --time-limit gives it the time to leave out what takes no part"
        _indented(console, f"… and {len(lines) - MOST_LINES} {more}", 2)


def _conflict_lines(found: Infeasibility) -> Iterator[str]:
    conflict = found.conflict
    if conflict is None:
        return
    for demand in conflict.demands:
        yield demand_words(demand)
        address = f"tables.demand[{','.join(demand)}].output_tokens_per_s"
        yield from (f" {line}" for line in place_lines(found.inputs, address, MOST_PLACES))
    for knob in conflict.knobs:
        yield knob_words(knob)
        shown = 0
        for address in knob.addresses:
            lines = place_lines(found.inputs, address, MOST_PLACES)
            if shown < MOST_PLACES:
                yield from (f" {line}" for line in lines)
            shown += len(lines)
    yield "Everything else could stay as it is, were one of these another."
