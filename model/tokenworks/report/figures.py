"""How far a scenario's figures can be trusted: counted by table and confidence."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from tokenworks.frames import rows
from tokenworks.inputs import Inputs
from tokenworks.io.overrides import key_text
from tokenworks.schema.shorthand import CONFIDENCES

EVERY_ROW = "*"


def confidence_by_figure(inputs: Inputs) -> pd.DataFrame:
    """Every figure of every table with its source and confidence.

    Returns
    -------
    DataFrame
        table, row (key parts joined by commas), column, source, confidence: one line for every
        numeric or boolean input that is not blank. A line of `figure_sources` goes before the
        row's own; of two lines the later one, and a named row before every row.
    """
    named = inputs.loaded["figure_sources"].frame
    own = {(f.table, f.row, f.column): (f.source, f.confidence) for f in rows(named)}
    lines = []
    for name, loaded in inputs.loaded.items():
        table, frame = loaded.table, loaded.frame
        if not table.figures or "confidence" not in frame.columns:
            continue
        keys = key_text(loaded).tolist()
        for column in table.figures:
            for key, value, source, confidence in zip(
                keys, frame[column], frame["source"], frame["confidence"], strict=True
            ):
                if pd.isna(value):
                    continue
                general = own.get((name, EVERY_ROW, column), (source, confidence))
                lines.append((name, key, column, *own.get((name, key, column), general)))
    return pd.DataFrame(lines, columns=["table", "row", "column", "source", "confidence"])


def option_confidence(inputs: Inputs) -> dict[str, tuple[object, str]]:
    """Numeric options of the scenario: dotted key to value and confidence.

    An option that a file sets without a source of its own is `assumed`; one left at its default
    carries the default's confidence.
    """
    found: dict[str, tuple[object, str]] = {}
    for section in ("time", "finance", "latency", "serving", "power"):
        options = getattr(inputs.scenario, section)
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
