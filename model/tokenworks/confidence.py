"""Every figure of the inputs with its source and confidence."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tokenworks.inputs import Inputs
from tokenworks.io.overrides import key_text

EVERY_ROW = "*"
PROVENANCE = ["source", "confidence"]
Objects = npt.NDArray[Any]


def confidence_by_figure(inputs: Inputs) -> pd.DataFrame:
    """Every figure of every table with its source and confidence.

    Returns
    -------
    DataFrame
        table, row (key parts joined by commas), column, source, confidence: one line for every
        numeric or boolean input that is not blank. A line of `figure_sources` goes before the
        row's own; of two lines the later one, and a named row before every row.
    """
    given = inputs.loaded["figure_sources"].frame
    given = given.drop_duplicates(["table", "row", "column"], keep="last")
    own = dict(iter(given.groupby(["table", "column"])))
    columns = ["table", "row", "column", *PROVENANCE]
    parts: list[tuple[Objects, ...]] = []
    for name, loaded in inputs.loaded.items():
        table, frame = loaded.table, loaded.frame
        if not table.figures or "confidence" not in frame.columns:
            continue
        # Arrays of objects: a frame for each of some hundred columns would take most of the time.
        keys = key_text(loaded).to_numpy(dtype=object)
        told = [frame[of].to_numpy(dtype=object) for of in PROVENANCE]
        for column in table.figures:
            known = np.flatnonzero(frame[column].notna().to_numpy())
            at = keys[known]
            lines = [of[known] for of in told]
            if (name, column) in own:
                _put_own(lines, at, own[name, column])
            parts.append((np.full(len(at), name), at, np.full(len(at), column), *lines))
    if not parts:
        return pd.DataFrame(columns=columns)
    gathered = (np.concatenate(of).astype(object) for of in zip(*parts, strict=True))
    return pd.DataFrame(dict(zip(columns, gathered, strict=True))).astype("str")


def _put_own(lines: list[Objects], at: Objects, own: pd.DataFrame) -> None:
    """Put in place the provenance that `figure_sources` gives to figures of a column."""
    general = own[own["row"] == EVERY_ROW]
    named = own[own["row"] != EVERY_ROW]
    for line, name in zip(lines, PROVENANCE, strict=True):
        if len(general):
            line[:] = general[name].iloc[0]
        known = dict(zip(named["row"], named[name], strict=True))
        for place in np.flatnonzero(np.isin(at.astype(str), list(known))) if known else ():
            line[place] = known[at[place]]
