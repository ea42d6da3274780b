"""Money: capital, spend, sources and uses, cash by year, returns, cost of power and of tokens."""

from __future__ import annotations

from collections.abc import Iterator

from tokenworks.report.components import GROUPS
from tokenworks.report.memo import blocks as b
from tokenworks.report.memo.contents_ask import capital
from tokenworks.report.memo.drawings import cash_chart, plan_chart, spend_chart
from tokenworks.report.memo.facts import Facts
from tokenworks.report.memo.figures import Figure, Reference, Worked, found, ratio
from tokenworks.report.memo.forms import Form

POWER_GROUPS = (
    *("power plant", "gas lateral", "tax credits", "power plant resale"),
    *("power plant residual", "grid connection and capacity", "energy and fuel"),
)
_POWER_CONTINGENCY = (
    *("power_contingency", "series_contingency", "gas_lateral_contingency"),
    *("interconnection_contingency", "connection_contingency"),
)
_STATEMENT: tuple[tuple[str, str], ...] = (
    ("Revenue", "revenue_usd"),
    ("Operation", "operating_usd"),
    ("Rent", "rent_usd"),
    ("Capital", "capital_usd"),
    ("Proceeds", "proceeds_usd"),
    ("Tax", "tax_usd"),
    ("Project", "project_cash_usd"),
    ("Debt service", ""),
    ("Debt owed", "debt_usd"),
    ("Equity", "equity_cash_usd"),
)


def money(facts: Facts) -> Iterator[b.Block]:
    """What is spent, earned, owed and returned."""
    yield b.Heading("Money")
    if facts.builds and facts.capital_components:
        yield _capital(facts)
        yield spend_chart(facts)
        yield from _sources_and_uses(facts)
    yield from _proforma(facts)
    yield _returns(facts)
    if facts.builds:
        yield _cost_per_token(facts)
        yield plan_chart(facts, "cost_waterfall")
        yield from _cost_of_power(facts)


def _capital(facts: Facts) -> b.Table:
    """Capital by component and calendar year."""
    years = sorted(facts.plan.cashflow["year"].unique())
    paid = facts.plan.cashflow
    paid = paid[paid["component"].isin(facts.capital_components) & (paid["cash_usd"] != 0.0)]
    years = [year for year in years if year in set(paid["year"])]
    rows: list[tuple[b.Cell, ...]] = []
    for group, parts in facts.capital_groups.items():
        rows.append(
            (
                group,
                *(facts.figure(_paid(parts, year=year), "m") for year in years),
                facts.figure(_paid(parts), "m"),
                facts.figure(
                    found("costs", "present_value_usd", line="owned", component=parts), "m"
                ),
            )
        )
    everything = facts.capital_components
    contingency = facts.plan.scenario.finance.contingency_fraction
    rows.append(
        (
            "all capital",
            *(facts.figure(_paid(everything, year=year), "m") for year in years),
            facts.figure(capital(facts), "m"),
            facts.figure(
                found("costs", "present_value_usd", line="owned", component=everything), "m"
            ),
        )
    )
    return b.Table(
        f"Capital by component and year, m USD of {facts.usd_year}, undiscounted",
        (
            b.Column("Component"),
            *(b.Column(str(year), number=True) for year in years),
            b.Column("All", number=True),
            b.Column("Present value", number=True),
        ),
        tuple(rows),
        f"Tables cashflow and costs. Contingency is {contingency:.1%} of the capital of shells, "
        "power and connections. Spend before service is the interest during construction: none "
        "is added.".replace("%", " %"),
        frozenset({len(rows) - 1}),
    )


def _paid(components: list[str], **rows: object) -> Reference:
    return found("cashflow", "cash_usd", line="owned", component=components or "", **rows)


def _sources_and_uses(facts: Facts) -> Iterator[b.Block]:
    """Nominal money up to the year in which the loan is drawn."""
    statement = facts.proforma.statement
    drawn = statement["debt_drawn_usd"] > 0.0
    served = statement["revenue_usd"] > 0.0
    marked = drawn if drawn.any() else served
    if not marked.any():
        return
    until = int(statement["year"].iloc[int(marked.argmax())])
    years = [int(year) for year in statement["year"] if year <= until]
    spent = found("proforma", "capital_usd", year=years)
    debt = found("proforma", "debt_drawn_usd", year=years)
    equity = Worked("difference", (spent, debt))
    rows: tuple[tuple[b.Cell, ...], ...] = tuple(
        (
            label,
            facts.figure(reference, "m"),
            facts.figure(ratio(reference, spent), "percent", words="–"),
        )
        for label, reference in (
            ("Uses: capital, contingency included", spent),
            ("Sources: term loan", debt),
            ("Sources: equity", equity),
        )
    )
    yield b.Table(
        f"Sources and uses up to the end of {until}, m USD of each year",
        (b.Column("Item"), b.Column("Amount", number=True), b.Column("Share", number=True)),
        rows,
        "Table proforma. The loan is sized in the first year in which own systems earn: the least "
        "of what its cover allows and the most gearing. Later capital is paid from the project's "
        "own cash and equity. Fees, reserve accounts and working capital are left out.",
        frozenset({0}),
    )


def _proforma(facts: Facts) -> Iterator[b.Block]:
    years = [int(year) for year in facts.proforma.statement["year"]]
    rows = []
    for year in years:
        cells: list[b.Cell] = [facts.figure(found("proforma", "year", "only", year=year), "year")]
        for _, column in _STATEMENT:
            reference: Reference = (
                found("proforma", column, "only", year=year)
                if column
                else Worked(
                    "sum",
                    (
                        found("proforma", "interest_usd", "only", year=year),
                        found("proforma", "principal_usd", "only", year=year),
                    ),
                )
            )
            cells.append(facts.figure(reference, "m"))
        cells.append(facts.figure(found("proforma", "dscr_ratio", "only", year=year), "ratio"))
        rows.append(tuple(cells))
    terms = facts.plan.scenario.proforma
    yield b.Table(
        "Pro-forma by calendar year, m USD of each year (nominal)",
        (
            b.Column("Year"),
            *(b.Column(label, number=True) for label, _ in _STATEMENT),
            b.Column("DSCR", number=True),
        ),
        tuple(rows),
        f"Table proforma of Plan.proforma(). Prices rise by {terms.inflation_rate:.1%} a year; tax "
        f"{terms.tax_rate:.0%}; loan at {terms.debt_rate:.1%} over {terms.debt_tenor_years} years, "
        f"cover {terms.target_dscr_ratio:.2f}, gearing at most {terms.most_gearing_fraction:.0%}. "
        "Revenue counts tokens owned and rented at their price; the penalty of unserved tokens is "
        "no cash.".replace("%", " %"),
    )
    yield cash_chart(facts)


def _returns(facts: Facts) -> b.Table:
    finance = facts.plan.scenario.finance

    def of(name: str, form: Form) -> Figure:
        words = facts.proforma.figures.set_index("figure").loc[name, "words"]
        return facts.figure(
            found("returns", "value", "only", figure=name), form, words=str(words) or "none"
        )

    base = finance.base_date or facts.plan.inputs.calendar.start
    rate = f"at {finance.discount_rate:.1%} real, as of {base}".replace("%", " %")
    rows: tuple[tuple[b.Cell, ...], ...] = (
        ("Internal rate of return, project", "nominal, after tax", of("unlevered_irr", "percent")),
        ("Internal rate of return, equity", "nominal, after tax", of("levered_irr", "percent")),
        (
            "Net present value, project",
            f"dollars of {facts.usd_year}, {rate}",
            of("npv_usd", "usd"),
        ),
        (
            "Net present value, equity",
            f"dollars of {facts.usd_year}, {rate}",
            of("equity_npv_usd", "usd"),
        ),
        ("Payback", "years from the first that spends", of("payback_years", "years")),
        ("Loan", "nominal", of("debt_usd", "usd")),
        ("Gearing", "of capital by the year it is drawn", of("gearing_fraction", "percent")),
        ("Debt service cover, least", "of years with service", of("least_dscr", "ratio")),
        (
            "Debt service cover, mean",
            "of years with service",
            facts.figure(found("proforma", "dscr_ratio", "mean"), "ratio", words="none"),
        ),
    )
    return b.Table(
        "Returns",
        (b.Column("Figure"), b.Column("Meaning"), b.Column("Value", number=True)),
        rows,
        "Plan.proforma(): figures. A rate of return that does not exist, or of which there are "
        "several, is not printed as one.",
    )


def _cost_per_token(facts: Facts) -> b.Table:
    """Cost of a million tokens by component and workload."""
    workloads = [w for w in sorted(facts.plan.cost_per_token["workload"].unique()) if w]
    known = set(facts.plan.cost_per_token["component"])
    groups = {g: [c for c in parts if c in known] for g, parts in GROUPS.items()}
    rest = sorted(known - {c for parts in GROUPS.values() for c in parts})
    rows: list[tuple[b.Cell, ...]] = []
    owned = found("costs", "present_value_usd", line="owned")
    for group, parts in (*groups.items(), ("other", rest)):
        if parts:
            of_all = found("costs", "present_value_usd", line="owned", component=parts)
            rows.append(
                (
                    group,
                    *(_of_workload(facts, workload, component=parts) for workload in workloads),
                    facts.figure(ratio(of_all, facts.owned_tokens()), "per_mtoken"),
                    facts.figure(ratio(of_all, owned), "percent"),
                )
            )
    rows.append(
        (
            "owned tokens",
            *(_of_workload(facts, workload) for workload in workloads),
            facts.cost_per_mtoken(),
            facts.figure(ratio(owned, owned), "percent"),
        )
    )
    return b.Table(
        f"What a million owned output tokens cost, USD of {facts.usd_year}",
        (
            b.Column("Component"),
            *(b.Column(workload, number=True) for workload in workloads),
            b.Column("All", "a mix", number=True),
            b.Column("Share", number=True),
        ),
        tuple(rows),
        "Tables cost_per_token and costs: present value of cash, less residuals, over discounted "
        "owned tokens. Negative lines are what is left or sold.",
        frozenset({len(rows) - 1}),
    )


def _of_workload(facts: Facts, workload: str, **parts: list[str]) -> Figure:
    """Cost of a million owned tokens of a workload, or some components of it."""
    usd = found("cost_per_token", "present_value_usd", workload=workload, **parts)
    return facts.figure(ratio(usd, facts.owned_tokens(workload=workload)), "per_mtoken")


def _cost_of_power(facts: Facts) -> Iterator[b.Block]:
    """Levelised cost of energy delivered at the meter."""
    if not facts.book.has("energy"):
        return
    components = [c for g in POWER_GROUPS for c in GROUPS[g]] + list(_POWER_CONTINGENCY)
    rows: list[tuple[b.Cell, ...]] = []
    for site in (*facts.sites, None):
        where = {} if site is None else {"site": site}
        usd = found("costs", "present_value_usd", line="owned", component=components, **where)
        mwh = found("energy", "present_value_mwh", flow="load", **where)
        energy = found("energy", "energy_mwh", flow="load", **where)
        rows.append(
            (
                site or "all",
                facts.figure(usd, "m"),
                facts.figure(ratio(energy, 1e3), "count"),
                facts.figure(ratio(usd, mwh), "usd_small", words="–"),
            )
        )
    yield b.Table(
        f"Levelised cost of energy delivered at the meter, USD of {facts.usd_year}",
        (
            b.Column("Site"),
            b.Column("Cost of power", "present value, m USD", number=True),
            b.Column("Load served", "GWh over the horizon", number=True),
            b.Column("LCOE", "USD per MWh", number=True),
        ),
        tuple(rows),
        "Tables costs and dispatch. Plant, connections, capacity and energy charges, fuel, carbon, "
        "contingency, less credits, resale and residuals, over discounted load at the meter: a "
        "delivered cost, not a busbar one.",
        frozenset({len(rows) - 1}),
    )
