"""The house's style of charts: one canvas for print, one for screens.

A chart for print is a matplotlib `Figure` of its own that leaves no state behind and in which `$`
is a dollar; one for screens is a plotly figure with plain axes, so that it asks for no network.
Both say their finding in the title and what colours and areas mean in the caption.
"""

from __future__ import annotations

import html
import io
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tokenworks.report.palette import FAINT, INK, PAPER, RULE, is_dark

if TYPE_CHECKING:
    import plotly.graph_objects as go

WIDTH_IN = 9.0
_WIDTH_OF_CHARACTER = {"normal": 0.53, "bold": 0.63}  # over the font's size, of DejaVu Sans
_TITLE_PT, _SMALL_PT = 11.5, 7.5
_WIDER = (
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR", "Noto Sans Arabic"),
    *("Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai", "WenQuanYi Zen Hei"),
    *("IPAGothic", "Droid Sans Fallback", "Arial Unicode MS", "Yu Gothic", "Hiragino Sans"),
)
_LINE_HEIGHT, _PT_PER_IN = 1.4, 72.0
_SETTINGS: dict[str, Any] = {
    "text.parse_math": False,
    "font.size": 8.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.7,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "hatch.linewidth": 0.5,
    "svg.hashsalt": "tokenworks",  # the same chart has the same bytes
    "figure.dpi": 110,
    "savefig.dpi": 160,
}
# What belongs to the session, not to a chart's looks.
_OF_SESSION = ("backend", "interactive", "date.epoch", "toolbar", "webagg", "figure.max_open")

Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Words:
    """What a chart says.

    Attributes
    ----------
    title
        Its finding.
    caption
        What is drawn, in which units, and what colour and area mean.
    """

    title: str
    caption: str


class Chart(Figure):
    """A figure in the house's style wherever and whenever it is drawn."""

    def without_words(self) -> Chart:
        """The same without title and caption, for who sets them as text; it becomes as much lower.

        Returns
        -------
        Chart
            Itself.
        """
        for text in (self._suptitle, self._supxlabel):  # type: ignore[attr-defined]
            if text is not None and text.get_visible():
                text.set_visible(False)
                text.set_in_layout(False)
                lines = text.get_text().count("\n") + 1
                lower = lines * text.get_fontsize() * _LINE_HEIGHT / _PT_PER_IN
                self.set_size_inches(self.get_figwidth(), self.get_figheight() - lower)
        return self

    def draw(self, renderer: Any) -> None:
        """Draw, with the settings that it was made with: ticks are made only now."""
        with settings(), warnings.catch_warnings():
            # A name in letters that the font lacks is drawn with boxes, and is no fault.
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            super().draw(renderer)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


@contextmanager
def settings() -> Iterator[None]:
    """Matplotlib's own settings with the house's, whatever the session has changed."""
    defaults = mpl.rcParamsDefault.items()
    own: Any = {name: value for name, value in defaults if not name.startswith(_OF_SESSION)}
    with mpl.rc_context(own | _SETTINGS | {"font.family": families()}):
        yield


@cache
def families() -> list[str]:
    """The house's font, and what of wider fonts is installed for letters that it lacks."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 -- reads a list of all fonts

    here = {font.name for font in fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _WIDER if name in here)]


def in_style(draw: Callable[Given, Made]) -> Callable[Given, Made]:
    """Make a drawing function work in the house's settings."""

    @wraps(draw)
    def drawn(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with settings():
            return draw(*args, **kwargs)

    return drawn


def canvas(
    words: Words,
    height_in: float,
    *,
    panels: tuple[int, int] = (1, 1),
    width_in: float = WIDTH_IN,
    **grid: Any,
) -> tuple[Chart, list[Axes]]:
    """A chart with its words and empty panels, row by row.

    Parameters
    ----------
    words
        Title and caption.
    height_in, width_in
        Size without the words, in inches.
    panels
        Rows and columns of panels.
    grid
        For `Figure.subplots`.
    """
    title = wrapped(words.title, width_in, _TITLE_PT, "bold")
    caption = wrapped(words.caption, width_in, _SMALL_PT)
    lines = title.count("\n") * _TITLE_PT + (caption.count("\n") + 1) * _SMALL_PT
    chart = Chart(
        figsize=(width_in, height_in + 0.45 + lines * _LINE_HEIGHT / _PT_PER_IN),
        layout="constrained",
        facecolor=PAPER,
    )
    chart.suptitle(title, x=0.008, ha="left", fontsize=_TITLE_PT, fontweight="bold", color=INK)
    chart.supxlabel(caption, x=0.008, ha="left", fontsize=_SMALL_PT, color=FAINT, linespacing=1.35)
    made = chart.subplots(*panels, squeeze=False, **grid)
    axes = [one for row in made for one in row]
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    return chart, axes


def wrapped(text: str, width_in: float, size_pt: float, weight: str = "normal") -> str:
    """A text broken into lines that fit a width."""
    characters = int(width_in * 72 / (size_pt * _WIDTH_OF_CHARACTER[weight]))
    lines = (textwrap.wrap(part, characters, break_long_words=True) for part in text.split("\n"))
    return "\n".join(line for part in lines for line in (part or [""]))


def nothing_to_draw(words: Words) -> Chart:
    """A chart of nothing, which says so."""
    chart, (axes,) = canvas(words, 1.0)
    axes.set_axis_off()
    axes.text(0.0, 0.5, "Nothing to draw.", color=FAINT, transform=axes.transAxes)
    return chart


def text_colour(on: str) -> str:
    """Colour of a text upon another colour."""
    return PAPER if is_dark(on) else INK


# --- plotly -----------------------------------------------------------------------------------


def screen(
    words: Words, *, height: int = 460, figure: go.Figure | None = None, **layout: Any
) -> go.Figure:
    """A plotly figure in the house's style.

    Parameters
    ----------
    words
        Title and caption; the caption also stands in `layout.meta` for who sets it himself.
    height
        In pixels.
    figure
        What is to be styled, such as panels; an empty one where None.
    layout
        More of plotly's layout.
    """
    import plotly.graph_objects as go  # noqa: PLC0415 -- slow to import

    figure = go.Figure() if figure is None else figure
    figure.update_layout(
        template="none",
        height=height,
        title={
            "text": f"<b>{plain(_broken(words.title, 105))}</b>",
            "x": 0.0,
            "xref": "container",
            "xanchor": "left",
            "pad": {"l": 12},
            "font": {"size": 15},
        },
        meta={"title": words.title, "caption": words.caption},
        font={"family": "Helvetica, Arial, sans-serif", "size": 12, "color": INK},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        margin={"l": 70, "r": 24, "t": 64, "b": 60},
        hoverlabel={"bgcolor": PAPER, "font": {"color": INK}},
        legend={"font": {"size": 11}},
        showlegend=True,
    )
    axis = {"linecolor": RULE, "gridcolor": "#eceef0", "zerolinecolor": RULE, "automargin": True}
    figure.update_xaxes(**axis, showgrid=False, ticks="outside", tickcolor=RULE)
    figure.update_yaxes(**axis)
    figure.update_layout(**layout)
    return figure


def empty_screen(words: Words) -> go.Figure:
    """A plotly figure of nothing, which says so."""
    figure = screen(words, height=200, showlegend=False)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text="Nothing to draw.", x=0, y=0.5, xref="paper", yref="paper", showarrow=False
    )
    return figure


def plain(text: object) -> str:
    """A text for plotly, which reads tags and, where MathJax is at hand, what stands between $."""
    escaped = html.escape(str(text)).replace("$", "&#36;")
    return escaped.replace("\n", "<br>")


def _broken(text: str, characters: int) -> str:
    return "\n".join(textwrap.wrap(text, characters)) or text
