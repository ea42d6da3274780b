"""Sheets of figures as they are: the inputs used with their sources, and all result tables."""

from __future__ import annotations

import pandas as pd

from tokenworks.io.overrides import key_text
from tokenworks.report.figures import option_confidence
from tokenworks.report.memo.drawings import spend_by_quarter
from tokenworks.report.memo.facts import Facts
from tokenworks.report.workbook.sheets import Book


def input_sheets(book: Book, facts: Facts) -> None:
    """Write every input figure of the rows that the plan uses, the options, and the sources."""
    inputs = book.sheet("Inputs used")
    inputs.frame(inputs_used(facts))
    options = pd.DataFrame(
        [
            (key, value, confidence)
            for key, (value, confidence) in option_confidence(facts.plan.inputs).items()
        ],
        columns=["option", "value", "confidence"],
    )
    book.sheet("Options").frame(options)
    known = facts.plan.inputs.loaded["sources"].frame
    cited = known[known["source_id"].isin(set(facts.used_inputs["source"]))]
    book.sheet("Sources").frame(cited.reset_index(drop=True))


def inputs_used(facts: Facts) -> pd.DataFrame:
    """Table, row, column, value, unit, confidence and source of every input figure used."""
    parts = []
    for table, lines in facts.used_inputs.groupby("table", sort=False):
        loaded = facts.plan.inputs.loaded[str(table)]
        frame = loaded.frame.set_index(key_text(loaded).to_numpy())
        frame = frame[~frame.index.duplicated()]
        for column, of_column in lines.groupby("column", sort=False):
            values = frame[str(column)].reindex(of_column["row"])
            unit = loaded.table.column(str(column)).unit
            parts.append(
                of_column[["table", "row", "column"]].assign(
                    value=[float(value) for value in values],
                    unit="" if unit == "1" else unit,
                    confidence=of_column["confidence"],
                    source=of_column["source"],
                )
            )
    columns = ["table", "row", "column", "value", "unit", "confidence", "source"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts).sort_index().reset_index(drop=True)[columns]


def table_sheets(book: Book, facts: Facts) -> None:
    """Write the spend by quarter, and every result table with rows."""
    if facts.builds and facts.capital_components:
        frame = spend_by_quarter(facts)
        frame = frame.assign(quarter=frame["quarter"].astype(str)).rename(
            columns={"usd": "capital_usd"}
        )
        book.sheet("Spend by quarter").frame(frame)
    for name in ("lender_cases", "sensitivities", "two_way", "break_even"):
        book.sheet(name).frame(facts.book.frames[name])
    for name, table in facts.plan.tables.items():
        book.sheet(f"t {name}").frame(table)
