"""What a study's kind has found: its chart, as `study.plot` draws it, and its frames as tables."""

from __future__ import annotations

from collections.abc import Iterable

from tokenworks.report.page.drawn import chart_of, frame_table
from tokenworks.report.page.markup import Markup
from tokenworks.report.page.model import Chart
from tokenworks.report.study_view import StudyView, chart_module

_LABELS = {
    "effects": "What each axis moves: from its cheapest to its dearest level, the others averaged",
    "tornado": "What each factor moves, alone at its low and at its high level",
    "pareto": "The front of cost against the second aim",
    "alternatives": "Megawatts of the plans that cost little more",
    "regret": "What each plan costs too much in each future",
    "monte_carlo": "How far the answers of drawn inputs lie apart",
    "break_even": "The difference at the values that were tried",
}


def kind_parts(view: StudyView) -> Iterable[Markup | Chart]:
    """The chart of the study's kind, and every frame as a table."""
    module, name = chart_module(view), ""
    if module is not None:
        name = module.__name__.rpartition(".")[2]
        figure, figures = module.interactive(view.drawn), module.frame(view.drawn)
        yield chart_of(figure, name.replace("_", "-"), _LABELS[name], figures)
    for other, frame in view.results.items():
        if len(frame) and other != name:  # which stands below its chart
            yield frame_table(other.replace("_", " "), frame)
