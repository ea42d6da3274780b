"""Air: a site holds one air permit at a time for all its stacks, which caps what they emit.

Sets
    AIR_STEPS     (s, e)      steps in which sources under an air permit can be in service
    AIR_CLASSES     (s, c)      classes of permit at site s; routes that allow the same are one
    AIR_HOLDS       (s, c, e)   class c can be granted by the start of step e
    HELD_AT[s, e in AIR_STEPS]        classes of AIR_HOLDS
    AIR_FILINGS[s, c, e in AIR_HOLDS]   (route, month of filing) granted by then
    STACKS          (s, k, e)   sources in service in AIR_STEPS
    COVERED_BY[s, k, e in STACKS]       classes of HELD_AT under which technology k may run
    CAPPED          (s, o, c)   pollutants o of EMISSION_STEPS under classes of AIR_CLASSES
    BARRED_STEPS    (s, o, k, e)    emitters k of EMISSION_STEPS and STACKS that some class of
                                    HELD_AT does not cover; of those that the same ones cover, one
    BESIDE[s, o, k, e in BARRED_STEPS]  emitters of STACKS that some class covers that k is not
                                    covered by
    RATES           (k, o)      emitters of BESIDE
    OFFSET_HOLDS    (s, o, c, e)    AIR_HOLDS of classes that ask for offsets of pollutant o, NOx
    OTHERS[s, o, c, e in OFFSET_HOLDS]      other classes of HELD_AT
    OFFSET_STEPS[s, o, c, e in OFFSET_HOLDS]    steps of OFFSET_HOLDS up to e
    OFFSET_CLASSES  (s, c)      classes of OFFSET_HOLDS
    PAIR_STEPS      (s, k, j, e)    technology k and its variant j behind a catalyst, both there
Parameters
    cap_short_tons_per_year[s, o, c]    most that the class lets the site emit; without a cap the
                                        most that it could [short tons/year]
    most_stack_mw[s, k, e]              most capacity of a source [MW]
    most_short_tons_per_mw[k, o]        of a MW that runs all year [short tons/MW]
    offset_ratio[s, c]                  tons to retire for each that is permitted [1]
Variables
    hold_air_class[s, c, e in AIR_HOLDS] binary     the site runs under class c
    offset_short_tons_per_year[s, o, c, e in OFFSET_HOLDS] >= 0     yearly tons retired from step e
                                                    on
Equations
    one_air_class[s, e in AIR_STEPS]
        sum(hold_air_class[s, c, e] for c in HELD_AT[s, e]) <= 1
    air_class_is_granted[s, c, e in AIR_HOLDS]
        hold_air_class[s, c, e] <= sum(file_route[s, r, f] for r, f in AIR_FILINGS[s, c, e])
    stack_is_covered[s, k, e in STACKS]
        capacity_mw[s, k, e]
        <= most_stack_mw[s, k, e] * sum(hold_air_class[s, c, e] for c in COVERED_BY[s, k, e])
    permitted_emissions[s, o, e in EMISSION_STEPS]
        permitted_short_tons_per_year[s, o, e]
        <= sum(cap_short_tons_per_year[s, o, c] * hold_air_class[s, c, e] for c in HELD_AT[s, e])
    emissions_are_covered[s, o, k, e in BARRED_STEPS]
        permitted_short_tons_per_year[s, o, e]
        <= sum(cap_short_tons_per_year[s, o, c] * hold_air_class[s, c, e]
            for c in COVERED_BY[s, k, e])
        + sum(most_short_tons_per_mw[j, o] * capacity_mw[s, j, e] for j in BESIDE[s, o, k, e])
    offsets_cover[s, o, c, e in OFFSET_HOLDS]
        offset_ratio[s, c] * permitted_short_tons_per_year[s, o, e]
        <= sum(offset_ratio[s, c] * cap_short_tons_per_year[s, o, d] * hold_air_class[s, d, e]
            for d in OTHERS[s, o, c, e])
        + sum(offset_short_tons_per_year[s, o, c, v] for v in OFFSET_STEPS[s, o, c, e])
    pair_limit[s, k, j, e in PAIR_STEPS]
        capacity_mw[s, k, e] + capacity_mw[s, j, e] <= most_stack_mw[s, k, e]
Remarks
    A class that lifts a cap does so for the whole source from its grant on; all that is in service
    must then be what the class covers. Filing it does not force the site to run under it. Of whole
    classes emissions_are_covered says nothing new: under a class that does not cover k all that
    emits is beside it. Without it a relaxation would run k under a little of a class that covers
    it, and let it emit what a little of another allows.
Costs
    air_offsets         paid once, at the start of the step from which the tons are retired
"""

from __future__ import annotations

from pyomo.environ import Binary, ConcreteModel, Constraint, NonNegativeReals, Param, Set, Var

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.air import emits
from tokenworks.candidates.grouping import gather
from tokenworks.frames import rows, rows_by
from tokenworks.inputs import Inputs
from tokenworks.scr import NOX


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the air permits that sites hold; nothing where no site needs one."""
    _add_sets(m, x, c)
    _add_parameters(m, x, c)
    m.hold_air_class = Var(m.AIR_HOLDS, domain=Binary)
    m.offset_short_tons_per_year = Var(m.OFFSET_HOLDS, domain=NonNegativeReals)

    @m.Constraint(m.AIR_STEPS)
    def one_air_class(m: ConcreteModel, s: str, e: int) -> Constraint:
        return sum(m.hold_air_class[s, c, e] for c in m.HELD_AT[s, e]) <= 1

    @m.Constraint(m.AIR_HOLDS)
    def air_class_is_granted(m: ConcreteModel, s: str, c: str, e: int) -> Constraint:
        return m.hold_air_class[s, c, e] <= sum(
            m.file_route[s, r, f] for r, f in m.AIR_FILINGS[s, c, e]
        )

    @m.Constraint(m.STACKS)
    def stack_is_covered(m: ConcreteModel, s: str, k: str, e: int) -> Constraint:
        held = sum(m.hold_air_class[s, c, e] for c in m.COVERED_BY[s, k, e])
        return m.capacity_mw[s, k, e] <= m.most_stack_mw[s, k, e] * held

    @m.Constraint(m.EMISSION_STEPS)
    def permitted_emissions(m: ConcreteModel, s: str, o: str, e: int) -> Constraint:
        return m.permitted_short_tons_per_year[s, o, e] <= sum(
            m.cap_short_tons_per_year[s, o, c] * m.hold_air_class[s, c, e] for c in m.HELD_AT[s, e]
        )

    @m.Constraint(m.BARRED_STEPS)
    def emissions_are_covered(m: ConcreteModel, s: str, o: str, k: str, e: int) -> Constraint:
        covered = sum(
            m.cap_short_tons_per_year[s, o, c] * m.hold_air_class[s, c, e]
            for c in m.COVERED_BY[s, k, e]
        )
        beside = sum(
            m.most_short_tons_per_mw[j, o] * m.capacity_mw[s, j, e] for j in m.BESIDE[s, o, k, e]
        )
        return m.permitted_short_tons_per_year[s, o, e] <= covered + beside

    @m.Constraint(m.OFFSET_HOLDS)
    def offsets_cover(m: ConcreteModel, s: str, o: str, c: str, e: int) -> Constraint:
        capped = sum(
            m.offset_ratio[s, c] * m.cap_short_tons_per_year[s, o, d] * m.hold_air_class[s, d, e]
            for d in m.OTHERS[s, o, c, e]
        )
        retired = sum(m.offset_short_tons_per_year[s, o, c, v] for v in m.OFFSET_STEPS[s, o, c, e])
        permitted = m.permitted_short_tons_per_year[s, o, e]
        return m.offset_ratio[s, c] * permitted <= capped + retired

    @m.Constraint(m.PAIR_STEPS)
    def pair_limit(m: ConcreteModel, s: str, k: str, j: str, e: int) -> Constraint:
        return m.capacity_mw[s, k, e] + m.capacity_mw[s, j, e] <= m.most_stack_mw[s, k, e]


def _add_sets(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    steps, classes = x.calendar.steps, c.air.classes
    m.AIR_CLASSES = Set(dimen=2, initialize=[i for i in classes if i[0] in m.OPENABLE])
    covered = {
        (s, k): [name for name, allowed in c.air.at(s).items() if k in allowed.covers]
        for s, k in m.SITE_POWER
    }
    stacks = [(s, k, e) for s, k, e in m.POWER_STEPS if covered[s, k]]
    stack_steps = list(dict.fromkeys((s, e) for s, _, e in stacks))
    filings = {
        (s, name, e): [
            filing
            for permit in c.air.routes[s, name]
            for filing in c.siting.filings.granted_by(s, permit.route, steps[e].start_month)
        ]
        for s, e in stack_steps
        for name in c.air.at(s)
    }
    filings = {index: granted for index, granted in filings.items() if granted}
    m.AIR_STEPS = Set(dimen=2, initialize=stack_steps)
    m.AIR_HOLDS = Set(dimen=3, initialize=list(filings))
    held = gather(stack_steps, (((s, e), name) for s, name, e in filings))
    m.HELD_AT = Set(m.AIR_STEPS, initialize=held)
    m.AIR_FILINGS = Set(m.AIR_HOLDS, dimen=2, initialize=filings)
    m.STACKS = Set(dimen=3, initialize=stacks)
    m.COVERED_BY = Set(
        m.STACKS,
        initialize={
            (s, k, e): [name for name in held[s, e] if name in covered[s, k]] for s, k, e in stacks
        },
    )
    _add_barred_sets(m, x, c, held)
    _add_offset_sets(m, c, held)
    base = {row.technology: row.base for row in rows(x.tables["power_technologies"])}
    pairs = [(s, base[j], j, e) for s, j, e in stacks if base[j] != j]
    there = set(stacks)
    m.PAIR_STEPS = Set(
        dimen=4, initialize=[(s, k, j, e) for s, k, j, e in pairs if (s, k, e) in there]
    )


def _add_barred_sets(
    m: ConcreteModel, x: Inputs, c: Candidates, held: dict[tuple[str, int], list[str]]
) -> None:
    rates = {
        (row.technology, o): sum(of)
        for row in rows(x.tables["power_technologies"])
        for o, of in emits(row).items()
    }
    at = gather(m.AIR_STEPS, (((s, e), k) for s, k, e in m.STACKS))
    beside: dict[tuple[str, str, str, int], list[str]] = {}
    for s, o, e in m.EMISSION_STEPS:
        known: set[tuple[str, ...]] = set()
        for k in at.get((s, e), ()):
            covering = tuple(m.COVERED_BY[s, k, e])
            others = [name for name in held[s, e] if name not in covering]
            if (k, o) in rates and others and covering not in known:
                known.add(covering)
                beside[s, o, k, e] = [
                    j
                    for j in at[s, e]
                    if (j, o) in rates and any(n in m.COVERED_BY[s, j, e] for n in others)
                ]
    m.BARRED_STEPS = Set(dimen=4, initialize=list(beside))
    m.BESIDE = Set(m.BARRED_STEPS, initialize=beside)
    used = list(dict.fromkeys((j, i[1]) for i, others in beside.items() for j in others))
    m.RATES = Set(dimen=2, initialize=used)
    m.most_short_tons_per_mw = Param(m.RATES, initialize={i: rates[i] for i in used})


def _add_offset_sets(
    m: ConcreteModel, c: Candidates, held: dict[tuple[str, int], list[str]]
) -> None:
    offsets = [
        (s, NOX, name, e)
        for s, name, e in m.AIR_HOLDS
        if c.air.classes[s, name].offset_ratio > 0.0 and (s, NOX, e) in m.EMISSION_STEPS
    ]
    pairs = list(dict.fromkeys((s, name) for s, _, name, _ in offsets))
    bought = gather(pairs, (((s, name), e) for s, _, name, e in offsets))
    others = {i: [d for d in held[i[0], i[3]] if d != i[2]] for i in offsets}
    until = {i: [v for v in bought[i[0], i[2]] if v <= i[3]] for i in offsets}
    m.OFFSET_HOLDS = Set(dimen=4, initialize=offsets)
    m.OTHERS = Set(m.OFFSET_HOLDS, initialize=others)
    m.OFFSET_STEPS = Set(m.OFFSET_HOLDS, initialize=until)
    m.OFFSET_CLASSES = Set(dimen=2, initialize=pairs)


def _add_parameters(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    technologies = rows_by(x.tables["power_technologies"], "technology")
    most_mw = {
        (s, k): count * technologies[k].module_mw for (s, k), count in c.assets.most_modules.items()
    }
    m.most_stack_mw = Param(m.STACKS, initialize={(s, k, e): most_mw[s, k] for s, k, e in m.STACKS})
    caps: dict[tuple[str, str, str], float] = {}
    stacks = gather(m.OPENABLE, ((s, k) for s, k, _ in m.STACKS))
    for s, o in dict.fromkeys((s, o) for s, o, _ in m.EMISSION_STEPS):
        for name, allowed in c.air.at(s).items():
            # A technology and its variant share their limit: the dirtier of the two counts.
            tons: dict[str, float] = {}
            for k in stacks[s]:
                if k in allowed.covers:
                    base, rates = technologies[k].base, emits(technologies[k]).get(o, ())
                    tons[base] = max(tons.get(base, 0.0), most_mw[s, k] * sum(rates))
            caps[s, o, name] = min(allowed.cap(o), sum(tons.values()))
    m.CAPPED = Set(dimen=3, initialize=list(caps))
    m.cap_short_tons_per_year = Param(m.CAPPED, initialize=caps)
    ratios = {(s, name): c.air.classes[s, name].offset_ratio for s, name in m.OFFSET_CLASSES}
    m.offset_ratio = Param(m.OFFSET_CLASSES, initialize=ratios)


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps = x.discounting, x.calendar.steps
    retired = {
        (s, o, name, e): c.air.classes[s, name].offset_cost_usd
        * money.in_month(steps[e].start_month)
        for s, o, name, e in m.OFFSET_HOLDS
    }
    return [Cost("air_offsets", "offset_short_tons_per_year", retired)]
