"""All result tables of a solved model, checked."""

from __future__ import annotations

import pandas as pd

from tokenworks.build import Model
from tokenworks.results import (
    adequacy,
    build_out,
    carbon_use,
    cashflow,
    costs,
    emissions,
    exports,
    limits,
    operation,
    supply_use,
    tokens,
)
from tokenworks.results.frames import Context
from tokenworks.results.invariants import check
from tokenworks.results.summary import Summary, summary
from tokenworks.solver.whole import Solved


def tables_of(model: Model, solved: Solved) -> tuple[dict[str, pd.DataFrame], Summary]:
    """Result tables by name, and the headline figures.

    Raises
    ------
    SolverError
        Where the plan breaks an invariant.
    """
    c = Context(model, solved)
    used = tokens.weights(c)
    cash = cashflow.monthly_cash(c)
    tables = {
        "cost_per_token": tokens.cost_per_token(c, used),
        "costs": costs.costs(c),
        "cashflow": cashflow.cashflow(c, cash),
        "cash_by_month": cashflow.cash_by_month(c, cash),
        "lives_left": cashflow.lives_left(c),
        "sites": build_out.sites(c),
        "routes": build_out.routes(c),
        "power": build_out.power(c),
        "hardware": build_out.hardware(c),
        "departures": build_out.departures(c),
        "serving": operation.serving(c),
        "flows": operation.flows(c),
        "transfers": operation.transfers(c),
        "dispatch": operation.dispatch(c),
        "export_use": exports.export_use(c),
        "adequacy": adequacy.adequacy(c),
        "redline_use": limits.redline_use(c),
        "supply_use": supply_use.supply_use(c),
        "emissions": emissions.emissions(c),
        "carbon_use": carbon_use.carbon_use(c),
        "timeline": build_out.timeline(c),
    }
    check(c, tables)
    cashflow.check_cash(c, cash, tables["costs"])
    return tables, summary(c, tables, used)
