"""An audit sample: figures drawn at random, each traced to its source."""

from __future__ import annotations

import pandas as pd
from rich.table import Table as RichTable
from rich.text import Text

from tokenworks.frames import rows
from tokenworks.inputs import Inputs
from tokenworks.io.overrides import key_text
from tokenworks.report.figures import EVERY_ROW, confidence_by_figure
from tokenworks.report.terminal import new_table, results


def audit_sample(inputs: Inputs, count: int, seed: int) -> pd.DataFrame:
    """Figures drawn at random, one of every table in turn, so that long tables hide no short one.

    Parameters
    ----------
    inputs
        Inputs of a scenario.
    count
        Figures to draw; all where there are fewer.
    seed
        Seed of the draw: the same inputs and seed draw the same figures.

    Returns
    -------
    DataFrame
        table, row, column, value, unit, confidence, source, citation, locator, note.
    """
    figures = confidence_by_figure(inputs)
    drawn = _drawn(figures, seed).head(count).reset_index(drop=True)
    drawn["value"] = pd.Series([_value(inputs, *where) for where in _places(drawn)], dtype=object)
    drawn["unit"] = [
        inputs.loaded[table].table.column(column).unit for table, _, column in _places(drawn)
    ]
    sources = inputs.loaded["sources"].frame.set_index("source_id")
    for column in ("citation", "locator"):
        known = sources[column].to_dict()
        drawn[column] = [known.get(source, "") for source in drawn["source"]]
    drawn["note"] = [_note(inputs, *where) for where in _places(drawn)]
    columns = ["table", "row", "column", "value", "unit", "confidence"]
    return drawn[[*columns, "source", "citation", "locator", "note"]]


def _drawn(figures: pd.DataFrame, seed: int) -> pd.DataFrame:
    """All figures in the order in which they are drawn: rounds over the tables, shuffled."""
    shuffled = figures.sample(frac=1.0, random_state=seed)
    tables = shuffled["table"].drop_duplicates().sample(frac=1.0, random_state=seed)
    turn = dict(zip(tables, range(len(tables)), strict=True))
    places = pd.DataFrame(
        {
            "round": shuffled.groupby("table").cumcount(),
            "turn": shuffled["table"].map(turn),
        }
    )
    return shuffled.loc[places.sort_values(["round", "turn"]).index]


def print_audit_sample(inputs: Inputs, count: int, seed: int) -> None:
    """Print an audit sample, one block of lines for each figure."""
    table: RichTable = new_table(
        f"{count} figures drawn at random (seed {seed})", ("figure", ""), ("where it is from", "")
    )
    for line in rows(audit_sample(inputs, count, seed)):
        unit = "" if line.unit == "1" else f" {line.unit}"
        origin = [f"{line.confidence}: {line.source or 'nobody; we chose it'}"]
        origin += [text for text in (line.citation, line.locator, line.note) if text]
        figure = f"{line.table}[{line.row}].{line.column} = {line.value}{unit}"
        table.add_row(Text(figure), Text("\n".join(origin)))  # brackets are no markup
        table.add_section()
    results().print(table)


def _places(drawn: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(zip(drawn["table"], drawn["row"], drawn["column"], strict=True))


def _value(inputs: Inputs, table: str, row: str, column: str) -> object:
    loaded = inputs.loaded[table]
    found: object = loaded.frame.loc[key_text(loaded) == row, column].iloc[0]
    return found


def _note(inputs: Inputs, table: str, row: str, column: str) -> str:
    """Note of the line of `figure_sources` that decides the figure's source; blank for none."""
    own = inputs.loaded["figure_sources"].frame
    mine = own[(own["table"] == table) & (own["column"] == column)]
    for key in (row, EVERY_ROW):
        if (mine["row"] == key).any():
            return str(mine.loc[mine["row"] == key, "note"].iloc[-1])
    return ""
