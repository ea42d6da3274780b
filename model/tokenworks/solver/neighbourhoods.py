"""Which whole columns a search frees at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tokenworks.solver.names import labels_of

Flags = npt.NDArray[np.bool_]


def neighbourhoods(
    names: Sequence[tuple[str, Any]], whole: Flags, rises: Mapping[str, float], away: Flags
) -> Iterator[Flags]:
    """Columns to free: of a dear family, of a site, where incumbent and relaxation differ.

    Parameters
    ----------
    names
        (variable, index) of every column.
    whole
        True for whole columns.
    rises
        Families to what deciding them cost; the dearest is freed first.
    away
        True where incumbent and relaxation differ.
    """
    families = np.array([name for name, _ in names])
    for name in sorted(rises, key=lambda name: -rises[name]):
        yield whole & (families == name)
    sites = np.array([_first(index) for _, index in names])
    for site in np.unique(sites[whole]):
        yield whole & (sites == site)
    yield whole & away


def _first(index: Any) -> str:
    return str(labels_of(index)[0])
