"""A small matplotlib figure as the memo wants it: hairlines, small sans text, same bytes each time.

Names from the inputs are text: nothing in them is read as mathematics.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Literal, Self

from tokenworks.report.memo.blocks import printable
from tokenworks.report.memo.style import GREY, HAIRLINE, INK
from tokenworks.report.plots.style import families

_DOTS_PER_INCH = 200
SETTINGS: Any = {
    "text.parse_math": False,
    "font.size": 7.0,
    "axes.edgecolor": HAIRLINE,
    "axes.labelcolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": GREY,
    "ytick.color": INK,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "text.color": INK,
    "legend.frameon": False,
    "svg.fonttype": "path",  # a reader need not have the font
    "svg.hashsalt": "tokenworks",  # the same drawing has the same bytes
}
_MOST_LETTERS = 30
_SCALES = ((1e9, "bn "), (1e6, "m "), (1.0, ""))


class Canvas:
    """A figure with one pair of axes, within the memo's settings.

    Parameters
    ----------
    width, height
        Inches.
    """

    def __init__(self, width: float, height: float) -> None:
        import matplotlib
        from matplotlib.figure import Figure

        self._settings = matplotlib.rc_context(SETTINGS | {"font.family": families()})
        self._size, self._figure = (width, height), Figure

    def __enter__(self) -> Self:
        """Open the figure."""
        self._settings.__enter__()
        self.figure = self._figure(figsize=self._size, layout="constrained")
        self.axes = self.figure.subplots()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give back the settings that were."""
        self._settings.__exit__(kind, error, trace)

    def legend(self) -> None:
        """Say what colours mean, to the right, in the order of the stack."""
        handles, labels = self.axes.get_legend_handles_labels()
        self.axes.legend(
            handles[::-1],
            [self.short(label) for label in labels[::-1]],
            loc="center left",
            bbox_to_anchor=(1.0, 0.5),
        )

    def money_axis(self, unit: str) -> None:
        """Write the vertical axis of dollars in billions or millions, thousands apart."""
        low, high = self.axes.get_ylim()
        scale, word = next((s for s in _SCALES if max(abs(low), abs(high)) >= s[0]), _SCALES[-1])
        self.axes.set_ylabel(f"{word}{unit}")
        self.axes.yaxis.set_major_formatter(lambda usd, _: f"{usd / scale:,.4g}".replace("-", "−"))

    def whole_years(self, years: Iterable[int]) -> None:
        """Mark whole years below."""
        listed = [int(year) for year in years]
        step = max(1, len(listed) // 12)
        self.axes.set_xticks(listed[::step], [str(year) for year in listed[::step]])

    @staticmethod
    def short(text: str, most: int = _MOST_LETTERS) -> str:
        """A name cut to what fits beside a chart."""
        clean = printable(text)
        return clean if len(clean) <= most else clean[: most - 1] + "…"

    def picture(self) -> Picture:
        """The figure, to be drawn in the format that a writer wants."""
        return Picture(self.figure)


class Picture:
    """A figure that is drawn when a writer asks for it.

    Parameters
    ----------
    figure
        A matplotlib figure.
    """

    def __init__(self, figure: Any) -> None:
        self._figure = figure

    def drawn(self, form: Literal["png", "svg"]) -> bytes:
        """The figure as PNG or SVG, the same bytes each time."""
        import matplotlib

        stream = io.BytesIO()
        metadata = {"Software": None} if form == "png" else {"Date": None}
        own = SETTINGS | {"font.family": families()}
        with matplotlib.rc_context(own), warnings.catch_warnings():
            # A letter that the font lacks is drawn as a box; the text beside the chart has it.
            warnings.filterwarnings("ignore", message=".*missing from font.*")
            self._figure.savefig(stream, format=form, dpi=_DOTS_PER_INCH, metadata=metadata)
        return stream.getvalue()
