"""In which order a study's runs are done."""

from __future__ import annotations

import pytest

import tokenworks as tw
from tokenworks.study.engine import waves
from tokenworks.study.progress import Silent
from tokenworks.study.runs import BASE, Run, run_id
from tokenworks.study.study import Study


def test_a_run_waits_for_those_that_it_starts_from() -> None:
    runs = [
        Run(BASE, {}),
        Run("end", {}, needs=(BASE,)),
        Run("far", {}),
        Run("z", {}, needs=("end",)),
    ]
    found = [[run.id for run in wave] for wave in waves(runs)]
    # Two workers would else begin `end` beside the base, whose plan is not there yet.
    assert found == [[BASE, "far"], ["end"], ["z"]]
    there = [Run("late", {}, needs=(BASE,)), Run("later", {}, needs=(BASE,))]
    assert [[run.id for run in wave] for wave in waves(there)] == [["late", "later"]]
    with pytest.raises(ValueError, match="in a circle"):
        list(waves([Run("a", {}, needs=("b",)), Run("b", {}, needs=("a",))]))


def test_a_run_without_the_plan_that_it_starts_from_says_so(write_study, tmp_path) -> None:
    # The base has no plan: the end of the front that starts from it cannot be searched.
    changes = {
        "unserved": "forbidden",
        "tables.sites[s].max_it_mw": 0.5,
        "tables.sites[s].block_mw": 0.5,
    }
    path = write_study({"kind": "pareto", "changes": changes, "pareto": {"points": 2, "least": 1}})
    study = Study.load(path, tmp_path / "out").run(workers=0, display=Silent())
    frame = study.frame().set_index("run")
    assert set(frame["status"]) == {"failed"}
    (end,) = set(frame.index) - {BASE}
    assert "starts from the plan of `base`, which has none" in frame.loc[end, "error"]
    assert study.results()["pareto"]["verdict"].str.startswith("no plan").all()
    assert isinstance(tw.Study.load(study.folder), Study)


@pytest.mark.parametrize(
    ("level", "name"), [(2556408.588, "2556410"), (1e12, "1000000000000"), (0.05, "0.05"), (5, "5")]
)
def test_a_number_in_the_name_of_a_run_can_be_read(level: float, name: str) -> None:
    assert run_id({"a": level}, {"cap": level}).rsplit("-", 1)[0] == name
