"""Stacks: a site that serves on systems of a software stack runs that stack, at a cost.

Sets
    STACK_STEPS     (s, k, e)           a system of stack k can serve at site s in step e
    STACK_GROUPS    (s, w, g, k, e)     groups of SERVES that it can serve
    STACKED         (s, w, g, e)        groups of STACK_GROUPS
    STACK_POINTS[s, w, g, k, e]         points of SERVES whose system has the stack
Parameters
    group_mtokens_per_s[s, w, g, e]     demand of the group's regions [million output tokens/s]
Variables
    run_stack[s, k, e in STACK_STEPS] binary    the stack is run
Equations
    serving_needs_stack[s, w, g, k, e in STACK_GROUPS]
        sum(serve_mtokens_per_s[s, w, o, g, e] for o in STACK_POINTS[s, w, g, k, e])
        <= group_mtokens_per_s[s, w, g, e] * run_stack[s, k, e]
Remarks
    Only stacks that cost something. With an interoperability layer it is the one stack of all.
    Systems that are held and do not serve need no stack.
Costs
    software_stacks     while the stack is run
"""

from __future__ import annotations

from pyomo.environ import Binary, ConcreteModel, Constraint, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.software import stack_of, stack_usd_per_year
from tokenworks.inputs import Inputs


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the stacks that a site runs."""
    _add_sets(m, x, c)
    m.run_stack = Var(m.STACK_STEPS, domain=Binary)

    @m.Constraint(m.STACK_GROUPS)
    def serving_needs_stack(m: ConcreteModel, s: str, w: str, g: str, k: str, e: int) -> Constraint:
        return (
            sum(m.serve_mtokens_per_s[s, w, o, g, e] for o in m.STACK_POINTS[s, w, g, k, e])
            <= m.group_mtokens_per_s[s, w, g, e] * m.run_stack[s, k, e]
        )


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    served, stack, usd = c.serving, stack_of(x), stack_usd_per_year(x)
    points = [
        ((s, w, g, stack[served.matches[w, o].system], e), o)
        for s, w, o, g, e in served.serves
        if stack.get(served.matches[w, o].system) in usd
    ]
    groups = list(dict.fromkeys(group for group, _ in points))
    m.STACK_GROUPS = Set(dimen=5, initialize=groups)
    m.STACK_POINTS = Set(m.STACK_GROUPS, initialize=gather(groups, points))
    m.STACK_STEPS = Set(
        dimen=3, initialize=list(dict.fromkeys((s, k, e) for s, _, _, k, e in groups))
    )
    asked = dict.fromkeys((s, w, g, e) for s, w, g, _, e in groups)
    m.STACKED = Set(dimen=4, initialize=list(asked))
    m.group_mtokens_per_s = Param(
        m.STACKED, initialize={i: served.asked_mtokens_per_s(c.demand, i) for i in asked}
    )


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps, usd = x.discounting, x.calendar.steps, stack_usd_per_year(x)
    run = {
        (s, k, e): usd[k] * money.years(steps[e].start_month, steps[e].end_month)
        for s, k, e in m.STACK_STEPS
    }
    return [Cost("software_stacks", "run_stack", run)]
