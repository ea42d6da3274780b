"""Charts of a study, from the frames that a study gives."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from tokenworks.errors import InputError
from tokenworks.report.plots.studies import StudyPlots, parallel, pareto, regret, sweep, tornado

SCRIPT = "<script>alert(1)</script>"
LEAST_SHADES = 20


class Given:
    """A study of frames that are given."""

    def __init__(self, frame: pd.DataFrame, **results: pd.DataFrame) -> None:
        self.name = "given"
        self._frame, self._results = frame, results

    def frame(self) -> pd.DataFrame:
        return self._frame

    def results(self) -> Mapping[str, pd.DataFrame]:
        return self._results


def runs() -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"run": "base", "case": "base", "status": "optimal", "cost_usd_per_mtoken": 0.14}
    ]
    rows += [
        {
            "run": f"r{number}",
            "price": scale,
            "demand": level,
            "status": "optimal" if (scale, level) != (2.0, SCRIPT) else "failed",
            "cost_usd_per_mtoken": 0.1 + 0.02 * number
            if (scale, level) != (2.0, SCRIPT)
            else math.nan,
        }
        for number, (scale, level) in enumerate(
            (s, d) for s in (0.5, 1.0, 2.0) for d in ("as is", SCRIPT, "$a$")
        )
    ]
    frame = pd.DataFrame(rows)
    frame["objective_usd"] = frame["cost_usd_per_mtoken"] * 1e11
    frame["served_share"] = 0.9
    return frame[
        [
            "run",
            "case",
            "price",
            "demand",
            "status",
            "objective_usd",
            "cost_usd_per_mtoken",
            "served_share",
        ]
    ]


@pytest.fixture(scope="module")
def study() -> Given:
    swing = pd.DataFrame(
        {
            "rank": [1, 2],
            "factor": [SCRIPT, "gas"],
            "low_level": ["× 0.8", "× 0.5"],
            "high_level": ["× 1.25", "× 2"],
            "measure": "objective_usd",
            "unit": "USD",
            "base_value": 1e10,
            "low_change": [-1e9, -2e7],
            "low_change_least": [-1.1e9, -4e7],
            "low_change_most": [-0.9e9, 1e7],
            "low_verdict": ["lower", "indistinguishable"],
            "high_change": [1.4e9, math.nan],
            "high_change_least": [1.3e9, math.nan],
            "high_change_most": [1.5e9, math.nan],
            "high_verdict": ["higher", "no plan: infeasible"],
            "swing": [2.4e9, math.nan],
            "verdict": ["higher", "indistinguishable"],
        }
    )
    front = pd.DataFrame(
        {
            "point": [1, 2, 3],
            "run": ["a", "b", SCRIPT],
            "aim": [3e6, 2e6, math.nan],
            "unit": "tonnes",
            "objective_usd": [1e10, 1.2e10, math.nan],
            "cost_usd_least": [0.99e10, 1.19e10, math.nan],
            "cost_usd_most": [1e10, 1.2e10, math.nan],
            "verdict": ["not dominated", "within its gap of a", "no plan"],
        }
    )
    futures = ("low", SCRIPT)
    cross = pd.DataFrame(
        [
            {
                "plan_for": plan,
                "future": future,
                "regret_usd": 0.0 if plan == future else (3e8 if plan == "low" else 1e6),
                "verdict": "its own future" if plan == future else "indistinguishable",
            }
            for plan in futures
            for future in futures
        ]
    )
    return Given(runs(), tornado=swing, pareto=front, regret=cross)


CHARTS = ("sweep", "heat_map", "tornado", "pareto", "parallel", "regret")


@pytest.mark.parametrize("chart", CHARTS)
def test_draws_and_escapes(study: Given, chart: str) -> None:
    plots = StudyPlots(study)
    png = io.BytesIO(getattr(plots, chart)()._repr_png_())
    colours = Image.open(png).convert("RGB").getcolors(2**24)
    assert colours is not None
    assert len(colours) > LEAST_SHADES
    shown = getattr(plots, chart)(interactive=True).to_dict()
    shown["layout"].pop("meta", None)
    assert "<script" not in repr(shown)
    assert "$a$" not in repr(shown)


def test_titles_say_the_finding(study: Given) -> None:
    assert tornado.words(study).title.startswith(f"{SCRIPT} moves it most, by 2.40 billion USD")
    assert pareto.words(study).title == "From 3,000,000 to 2,000,000 tonnes costs $2.00 bn more"
    assert regret.words(study).title.endswith("is regretted least: at most $1.00 m")
    assert "1 of 9 runs" in sweep.words(study).caption


def test_the_sweep_leaves_out_what_has_no_level(study: Given) -> None:
    found = sweep.frame(study)
    assert len(found) == 9
    assert found.attrs == {"x": "price", "by": "demand", "value": "cost_usd_per_mtoken"}
    assert set(parallel.frame(study)["run"]) == {"base", *(f"r{n}" for n in range(9) if n != 7)}


def test_another_kind_of_study_is_wrong_input() -> None:
    with pytest.raises(InputError, match="the study has no table `tornado`"):
        StudyPlots(Given(runs())).tornado()
    with pytest.raises(InputError, match="there is no column 'price_usd'"):
        StudyPlots(Given(runs())).sweep(x="price_usd")
