"""How far a scenario's figures can be trusted: counted by table and confidence."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from tokenworks.inputs import Inputs
from tokenworks.io.overrides import key_text
from tokenworks.schema.scenario import Solve
from tokenworks.schema.section import Section
from tokenworks.schema.shorthand import CONFIDENCES

EVERY_ROW = "*"
PROVENANCE = ["source", "confidence"]


def confidence_by_figure(inputs: Inputs) -> pd.DataFrame:
    """Every figure of every table with its source and confidence.

    Returns
    -------
    DataFrame
        table, row (key parts joined by commas), column, source, confidence: one line for every
        numeric or boolean input that is not blank. A line of `figure_sources` goes before the
        row's own; of two lines the later one, and a named row before every row.
    """
    own = inputs.loaded["figure_sources"].frame
    parts = []
    for name, loaded in inputs.loaded.items():
        table, frame = loaded.table, loaded.frame
        if not table.figures or "confidence" not in frame.columns:
            continue
        keys = key_text(loaded)
        mine = own[own["table"] == name].drop_duplicates(["row", "column"], keep="last")
        for column in table.figures:
            given = frame[column].notna()
            part = pd.DataFrame({"table": name, "row": keys, "column": column})
            part[PROVENANCE] = frame[PROVENANCE]
            parts.append(_with_own(part, mine[mine["column"] == column])[given])
    columns = ["table", "row", "column", *PROVENANCE]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _with_own(part: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Figures of a column with the provenance that `figure_sources` gives them."""
    general = own[own["row"] == EVERY_ROW]
    if len(general):
        part[PROVENANCE] = general[PROVENANCE].iloc[0].tolist()
    named = own[own["row"] != EVERY_ROW].set_index("row")
    for column in PROVENANCE if len(named) else ():
        part[column] = part["row"].map(named[column]).fillna(part[column])
    return part


def option_confidence(inputs: Inputs) -> dict[str, tuple[object, str]]:
    """Numeric options of the scenario: dotted key to value and confidence.

    An option that a file sets without a source of its own is `assumed`; one left at its default
    carries the default's confidence. `solve` says how a plan is found, and states nothing.
    """
    found: dict[str, tuple[object, str]] = {}
    for section, options in inputs.scenario:
        if not isinstance(options, Section) or isinstance(options, Solve):
            continue
        for name, field in type(options).model_fields.items():
            value, extra = getattr(options, name), field.json_schema_extra
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                continue
            default = isinstance(extra, dict) and value == field.default
            confidence = str(extra["confidence"]) if default and isinstance(extra, dict) else ""
            found[f"{section}.{name}"] = (value, confidence or "assumed")
    return found


def counts(figures: pd.DataFrame) -> Counter[str]:
    """Figures by confidence, in the order of trust."""
    by = Counter(figures["confidence"])
    return Counter({confidence: by.get(confidence, 0) for confidence in CONFIDENCES})
