"""Why a scenario has no plan, and the least that has to change for it to have one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tokenworks.candidates import candidates
from tokenworks.diagnosis.amounts import amounts
from tokenworks.diagnosis.conflict import Conflict, Probing, find_conflict
from tokenworks.diagnosis.knobs import Knob, Place, places, with_changes
from tokenworks.diagnosis.others import others
from tokenworks.diagnosis.quick import Finding, quick_findings
from tokenworks.diagnosis.repair import RENTED, Repair, joint_repair, single_repairs
from tokenworks.diagnosis.wording import demand_words, knob_words, step_words
from tokenworks.inputs import Inputs
from tokenworks.solver.feasibility import Shortfall
from tokenworks.solver.some_sites import MOST_SITE_SLICES, site_slices
from tokenworks.solver.whole import Progress, nothing

# Seconds for all questions together, where nothing else is asked for.
TIME_LIMIT_S = 180.0
# Of it, what finding the conflict may take.
CONFLICT_SHARE = 0.7
INFEASIBLE, FEASIBLE, UNKNOWN = "infeasible", "feasible", "unknown"


@dataclass(frozen=True)
class Infeasibility:
    """What `explain` says of a scenario, before any plan of it.

    Attributes
    ----------
    inputs
        The scenario's inputs.
    status
        ``infeasible``; ``feasible``, of which `hours_asked` says how far it was looked; or
        ``unknown`` where time was over first.
    findings
        What arithmetic alone proves.
    shortfall
        Demand that cannot be met in the plan that leaves the least unserved.
    repairs
        Changes under which all of it can be met; each was tried.
    conflict
        Inputs that cannot hold together, each of them needed for that; None where none was found.
    seconds
        Wall time of the findings and of the rest.
    hours_asked
        Whether what sites run hour by hour took part; False where investment alone has no plan, and
        where the scenario is too large to ask, or time was over first.
    """

    inputs: Inputs
    status: str
    findings: tuple[Finding, ...]
    shortfall: Shortfall
    repairs: tuple[Repair, ...] = ()
    conflict: Conflict | None = None
    seconds: tuple[float, float] = (0.0, 0.0)
    hours_asked: bool = True

    def places(self, knob: Knob) -> list[Place]:
        """Where an input of the conflict stands."""
        return [place for address in knob.addresses for place in places(self.inputs, address)]

    def as_dict(self) -> dict[str, Any]:
        """The explanation as plain values, for JSON."""
        conflict = self.conflict
        return {
            "scenario": self.inputs.scenario.name,
            "status": self.status,
            "hours_asked": self.hours_asked,
            "findings": [
                {"problem": f.words, "remedy": f.remedy, "addresses": list(f.addresses)}
                for f in self.findings
            ],
            "short": [
                {"workload": w, "region": r, "period": y, "share": self.shortfall.shares[w, r, y],
                 "mtokens": tokens}
                for (w, r, y), tokens in self.shortfall.tokens.items()
            ],
            "repairs": [
                {"words": [step_words(self.inputs, step) for step in repair.steps],
                 "changes": repair.changes}
                for repair in self.repairs
            ],
            "conflict": None if conflict is None else {
                "irreducible": conflict.irreducible,
                "demands": [demand_words(demand) for demand in conflict.demands],
                "inputs": [
                    {"words": knob_words(knob), "now": knob.now, "addresses": list(knob.addresses),
                     "places": [str(place) for place in self.places(knob)]}
                    for knob in conflict.knobs
                ],
            },
            "seconds": {"findings": self.seconds[0], "search": self.seconds[1]},
        }  # fmt: skip


def look(x: Inputs) -> tuple[tuple[Finding, ...], float]:
    """What can be told without a solver, and the seconds it took."""
    started = time.perf_counter()
    # What may stay unserved at a price needs neither sites nor systems.
    if x.scenario.unserved == "priced":
        found = [f for f in quick_findings(x, candidates(x)) if "redline" in f.words]
    else:
        found = quick_findings(x, candidates(x))
    return tuple(found), time.perf_counter() - started


def explain_scenario(
    x: Inputs, time_limit_s: float = TIME_LIMIT_S, progress: Progress = nothing
) -> Infeasibility:
    """Whether a scenario has a plan; where it has none, why, and what would give it one.

    Parameters
    ----------
    x
        Checked inputs.
    time_limit_s
        Seconds for all of it; what is not finished by then is left out, and that is said.
    progress
        Told of every stage.
    """
    findings, quick_s = look(x)
    started = time.perf_counter()
    probing = Probing(x, started + time_limit_s)
    status, short, hours = _asked(probing)
    if status != INFEASIBLE:
        seconds = quick_s, _since(started)
        return Infeasibility(x, status, findings, short, hours_asked=hours, seconds=seconds)
    knobs = [*amounts(x), *others(x)]
    progress("smallest change", -float("inf"), None)
    probing.until = started + (1.0 - CONFLICT_SHARE) * time_limit_s
    owned = [knob for knob in knobs if knob.family != RENTED]
    joint = [joint_repair(probing, owned), joint_repair(probing, knobs)]
    progress("conflict", -float("inf"), None)
    probing.until = started + CONFLICT_SHARE * time_limit_s
    conflict = find_conflict(probing, knobs, short)
    probing.until = started + time_limit_s
    repairs = [*joint, *single_repairs(probing, conflict)]
    return Infeasibility(
        x,
        INFEASIBLE,
        findings,
        short,
        _different(repairs),
        conflict,
        (quick_s, _since(started)),
        hours,
    )


# Whether blocks and modules are whole, and whether what sites run hour by hour takes part: what is
# found soonest is asked first.
_KINDS = ((False, False), (True, False), (False, True))


def _asked(probing: Probing) -> tuple[str, Shortfall, bool]:
    """Status, what cannot be met, and whether the hours were asked; the probing is of that kind."""
    short = Shortfall({}, {})
    for whole, operation in _KINDS:
        if operation and site_slices(probing.inputs) > MOST_SITE_SLICES:
            return FEASIBLE, short, False
        probing.of_kind(whole=whole, operation=operation)
        found = probing.shortfall({})
        if not probing.met({}):
            if found.certain or not found.possible:
                return INFEASIBLE, found, operation
            return (FEASIBLE, short, False) if operation else (UNKNOWN, found, False)
        short = found
    return FEASIBLE, short, True


def _since(started: float) -> float:
    return time.perf_counter() - started


def _different(repairs: list[Repair | None]) -> tuple[Repair, ...]:
    """Each repair once, those of fewer steps first."""
    found: dict[tuple[str, ...], Repair] = {}
    for repair in repairs:
        if repair is not None:
            found.setdefault(tuple(sorted(repair.changes)), repair)
    return tuple(sorted(found.values(), key=lambda repair: len(repair.steps)))


def repaired(x: Inputs, repair: Repair) -> Inputs:
    """The inputs with a repair in force."""
    return with_changes(x, repair.changes)
