"""A study's page: levels and names are text, maps stand beside each other, nothing is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import tokenworks as tw
from tokenworks.report.page.study_charts import parallel_chart, scatter_chart, undominated
from tokenworks.report.page.study_page import study_content
from tokenworks.report.page.write import checked, written
from tokenworks.report.plots.studies import effects
from tokenworks.report.study_view import StudyView
from tokenworks.study.frame import study_frame
from tokenworks.study.runs import BASE, Finished, Run

pytestmark = pytest.mark.slow

LEVELS = ("<script>alert(1)</script>", "=1+1")


def numbered(values: list[float | None]) -> pd.Series[float]:
    return pd.Series(values, dtype="float64")


@pytest.fixture(scope="module")
def view(
    write_scenario: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> StudyView:
    folder = tmp_path_factory.mktemp("study")
    site = {"site": "s", "name": LEVELS[0], "latitude_deg": 29.2, "longitude_deg": -95.4}
    path = write_scenario({}, sites=[site | {"shell_cost_usd_per_mw": 1e3, "max_it_mw": 2.0}])
    known = {}
    for name, scale in ((BASE, 1.0), ("more", 1.2), ("less", 0.5)):
        change = {"tables.demand[*].output_tokens_per_s": {"scale": scale}}
        plan = tw.solve(tw.load(path).with_(change))
        labels = {} if name == BASE else {"</script><!--": LEVELS[scale < 1.0]}
        known[name] = Finished(Run(name, {}, labels), plan.save(folder / name), plan.manifest())
    known["not"] = Finished(Run("not", {}, {}), error="<b>no plan</b>", exit_status=3)
    folders = {name: one.folder for name, one in known.items() if one.folder}
    frame = study_frame(known.values())
    return StudyView("=2+2", "sweep", "<i>base</i>", frame, {}, folders, "study 1")


@pytest.fixture(scope="module")
def opened(view: StudyView, browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    path = checked(tmp_path_factory.mktemp("page") / "study.html", view.identity, force=False)
    written(study_content(view), path)
    found = browser.open(path)
    yield found
    found.close()


def test_asks_nothing_and_shows_text_as_text(opened) -> None:
    assert opened.requests() == []
    assert opened.faults() == []
    text = opened.run("document.body.textContent")
    for name in (*LEVELS, "</script><!--", "<b>no plan</b>", "=2+2", "<i>base</i>"):
        assert name in text


def test_runs_are_chosen_for_two_maps(opened) -> None:
    charts = opened.run("[...document.querySelectorAll('.chart')].map(c => c.id)")
    assert {"map-one", "map-other", "parallel", "scatter"} <= set(charts)
    told = opened.run("document.querySelector('#map-one-told').textContent")
    assert "1 sites open" in told or "1 site" in told
    opened.run(
        "(() => { const c = document.querySelector('#parallel-0'); c.value = '0';"
        " c.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    opened.wait("document.querySelector('#parallel').dataset.drawn === '0'")
    assert "of 3 runs have" in opened.run("document.querySelector('#parallel-told').textContent")


def test_a_front_holds_what_nothing_betters_in_both() -> None:
    # Less of x and more of y is better: (1, 1) and (2, 3) stay; (3, 2) is worse than (2, 3) in
    # both, (2, 2) worse in one and no better in the other; what has no figure is left out.
    x, y = numbered([1.0, 2.0, 3.0, 2.0, None]), numbered([1.0, 3.0, 2.0, 2.0, 9.0])
    assert sorted(undominated(x, y, (-1, 1))) == [0, 1]
    assert undominated(x, y, (0, 1)) == []


def test_the_swing_of_an_axis_is_an_interval(view: StudyView) -> None:
    costs = {"objective_usd": [0.0, 10.0, 14.0, 12.0], "bound_usd": [0.0, 9.0, 13.0, 10.0]}
    frame = pd.DataFrame(
        {"run": list("bcde"), "gas": [None, "x1", "x2", "x1"], "status": "optimal"}
    )
    given = StudyView("n", "sweep", "", frame.assign(**costs), {}, view.folders, "study 1")
    found = effects.frame(given.drawn)
    # Mean incumbent of x1 is 11, its bound 9.5; of x2 14 and 13: dearer by 13-11 to 14-9.5.
    (row,) = found.to_dict("records")
    assert (row["cheapest_level"], row["dearest_level"]) == ("x1", "x2")
    assert (row["swing_least_usd"], row["swing_most_usd"]) == (2.0, 4.5)
    assert row["verdict"] == "dearer"


def test_a_figure_that_is_the_same_in_all_runs_is_said_and_is_no_axis(view: StudyView) -> None:
    frame = view.frame.copy()
    frame["served_share"] = [0.9878 + 1e-7 * n for n in range(len(frame))]
    noisy = replace(view, frame=frame)
    lines, dots = parallel_chart(noisy), scatter_chart(noisy)
    assert lines is not None
    assert dots is not None
    assert "The same in all runs: " in lines.caption
    assert "tokens served [%] 98.78" in lines.caption
    shown = " ".join(note["text"] for note in lines.layout["annotations"])
    assert "tokens served [%]" not in shown.replace("<br>", " ")
    assert all("served_share" not in key for key in dots.variants)
