"""Tables of sites abroad, jurisdictions and their groups, and export rules."""

from __future__ import annotations

import pandas as pd
from gathered import Gathered
from rows import Row

from abroad.operations import operations
from abroad.permits import permit_routes
from abroad.places import jurisdiction_groups, jurisdictions, site_tables
from abroad.rules import rule_tables


def tables(gathered: Gathered) -> dict[str, list[Row] | pd.DataFrame]:
    """Path below the scenario's folder to rows."""
    placed = site_tables(gathered)
    return {
        "jurisdictions": jurisdictions(gathered),
        "jurisdiction_groups": jurisdiction_groups(),
        **placed,
        "permit_routes": permit_routes(sorted({site["jurisdiction"] for site in placed["sites"]})),
        "operations": operations(gathered, placed["sites"]),
        **rule_tables(),
    }
