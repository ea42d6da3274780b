"""Progress as a bar: in a notebook, a terminal, or told to a function of the caller's."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tokenworks.solver.whole import Progress, nothing, relative

_FORMAT = "{desc} [{elapsed}{postfix}]"


@contextmanager
def told(progress: Progress | bool) -> Iterator[Progress]:
    """What is to be called at the end of every stage.

    Parameters
    ----------
    progress
        A function of stage, bound and incumbent in USD, True for a bar, False for silence.
    """
    if callable(progress):
        yield progress
        return
    if not progress:
        yield nothing
        return
    bar = bar_of(desc="reading and building", bar_format=_FORMAT)

    def tell(stage: str, bound_usd: float, incumbent_usd: float | None) -> None:
        bar.set_description_str(stage, refresh=False)
        bar.set_postfix_str(_found(bound_usd, incumbent_usd), refresh=False)
        bar.update()

    try:
        yield tell
    finally:
        bar.close()


def bar_of(**options: Any) -> Any:
    """A bar of tqdm: of text in a terminal, a widget in a notebook that has them."""
    with warnings.catch_warnings():
        # Without widgets the bar in a notebook is of text, which is no fault.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm  # noqa: PLC0415 -- only who asks for a bar pays for it

        return tqdm(**options)


def _found(bound_usd: float, incumbent_usd: float | None) -> str:
    if not math.isfinite(bound_usd):
        return "" if incumbent_usd is None else f"best {incumbent_usd / 1e9:,.3f} bn USD, no bound"
    said = f"bound {bound_usd / 1e9:,.3f} bn USD"
    if incumbent_usd is None:
        return said
    gap = relative(incumbent_usd - bound_usd, incumbent_usd)
    return f"{said}, best {incumbent_usd / 1e9:,.3f} bn USD, gap {gap:.2%}"
