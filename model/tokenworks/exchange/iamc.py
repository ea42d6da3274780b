"""A plan as the long table that energy models exchange: model, scenario, region, variable, unit.

The layout is that of the Integrated Assessment Modeling Consortium; the variables for tokens and
halls are ours, since it has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from tokenworks.exchange.files import plain_text, written_beside
from tokenworks.plan import Plan

COLUMNS = ("Model", "Scenario", "Region", "Variable", "Unit", "Year", "Value")
MODEL = "tokenworks"
WORLD = "World"

Entry = tuple[str, str, str, int, float]


def iamc(plan: Plan) -> pd.DataFrame:
    """The plan's capacities, energy, tokens, emissions and cash by place and calendar year.

    Stocks are those in service at the end of the year's last step; energy and tokens of a step of
    several years are shared out evenly over their months.
    """
    entries = [*_halls(plan), *_energy(plan), *_tokens(plan), *_carbon(plan), *_cash(plan)]
    frame = pd.DataFrame(entries, columns=["Region", "Variable", "Unit", "Year", "Value"])
    frame = frame.groupby(["Region", "Variable", "Unit", "Year"])["Value"].sum().reset_index()
    frame.insert(0, "Scenario", plan.scenario.name)
    frame.insert(0, "Model", MODEL)
    return frame


def write_iamc(plan: Plan, path: Path | str, force: bool = False) -> Path:
    """Write it as CSV, text guarded against spreadsheets that take it for formulas."""
    frame = iamc(plan)
    for column in ("Scenario", "Region", "Variable", "Unit"):
        frame[column] = frame[column].map(plain_text)
    with written_beside(Path(path), force) as draft:
        frame.to_csv(draft, index=False, lineterminator="\n")
    return Path(path)


def _part(name: str) -> str:
    """A name as a part of a variable, whose parts a bar divides."""
    return name.replace("|", "/")


def _years(plan: Plan) -> dict[pd.Timestamp, tuple[int, ...]]:
    """First day of every step to the calendar year of each of its months."""
    calendar = plan.inputs.calendar
    return {pd.Timestamp(calendar.date_of(e.start_month)): e.years for e in calendar.steps}


def _shared(
    years: tuple[int, ...], region: str, variable: str, unit: str, amount: float
) -> Iterator[Entry]:
    """An amount of a step, by year."""
    for year in dict.fromkeys(years):
        yield region, variable, unit, year, amount * years.count(year) / len(years)


def _halls(plan: Plan) -> Iterator[Entry]:
    years, table = _years(plan), plan.tables["sites"].sort_values("step_start")
    last: dict[tuple[str, str, int], float] = {}
    names = {
        "it_capacity_mw": "Capacity|Data Centre|IT",
        "design_load_mw": "Capacity|Data Centre|Design Load",
        "contracted_mw": "Capacity|Electricity|Grid Contract",
        "own_capacity_mw": "Capacity|Electricity|On Site",
    }
    for row in table.itertuples():
        for column, variable in names.items():
            for year in dict.fromkeys(years[pd.Timestamp(str(row.step_start))]):
                last[str(row.site), variable, year] = float(getattr(row, column))
    for (site, variable, year), megawatts in last.items():
        yield site, variable, "MW", year, megawatts


def _energy(plan: Plan) -> Iterator[Entry]:
    years, table = _years(plan), plan.tables["dispatch"]
    table = table[table["flow"].isin(["generate", "import"])]
    mwh = (table["power_mw"] * table["weight_hours"]).groupby(
        [table["site"], table["step_start"], table["source"]]
    )
    for key, amount in mwh.sum().items():
        site, start, source = key if isinstance(key, tuple) else ("", "", "")
        variable = f"Secondary Energy|Electricity|{_part(str(source))}"
        yield from _shared(years[pd.Timestamp(str(start))], str(site), variable, "MWh/yr", amount)


def _tokens(plan: Plan) -> Iterator[Entry]:
    years, table = _years(plan), plan.tables["flows"]
    for row in table.itertuples():
        variable = f"Tokens|{str(row.how).capitalize()}|{_part(str(row.workload))}"
        months = years[pd.Timestamp(str(row.step_start))]
        amount = float(str(row.served_mtokens))
        yield from _shared(months, str(row.region), variable, "million tokens/yr", amount)


def _carbon(plan: Plan) -> Iterator[Entry]:
    years, table = _years(plan), plan.tables["carbon_use"]
    for column, variable in (
        ("stack_tonnes", "Emissions|CO2|Stack"),
        ("grid_tonnes", "Emissions|CO2|Grid"),
    ):
        known = table.dropna(subset=column)
        for row in known.itertuples():
            months, tonnes = years[pd.Timestamp(str(row.step_start))], float(getattr(row, column))
            yield from _shared(months, str(row.site), variable, "t CO2/yr", tonnes)


def _cash(plan: Plan) -> Iterator[Entry]:
    unit = f"USD_{plan.scenario.finance.usd_year}/yr"
    for row in plan.tables["cashflow"].itertuples():
        component = _part(str(row.component).replace("_", " ").title())
        variable = f"Cash|{str(row.line).capitalize()}|{component}"
        yield str(row.site) or WORLD, variable, unit, int(str(row.year)), float(str(row.cash_usd))
