"""Study files: every problem at once, in place."""

from __future__ import annotations

import pytest
from tests.study.conftest import CAPEX, DEMAND

import tokenworks as tw
from tokenworks.study.progress import Silent
from tokenworks.study.study import Study


def problems(path) -> list[str]:
    with pytest.raises(tw.InputError) as caught:
        Study.load(path)
    return [str(problem) for problem in caught.value.problems]


def test_every_problem_of_the_addresses_is_told_at_once(write_study) -> None:
    path = write_study(
        {
            "cases": {"a": {"finance.discount_rat": 0.1}, "b": {CAPEX: -5}},
            "grid": {
                "tables.hardware[x].capex_usd": [1, 2],
                DEMAND: [{"scale": -1}],
            },
            "sobol": {
                "count": 4,
                "seed": 1,
                "addresses": {"finance.discount_rate": {"low": 0.5, "high": 1.5}},
            },
        }
    )
    found = problems(path)
    assert len(found) == 5
    text = "\n".join(found)
    for words in (
        "study.yaml, row 5, finance.discount_rat: there is no option",
        "did you mean `finance.discount_rate`",
        f"{CAPEX}: `-5` is below 0",
        "no row of `hardware` has the key `x`",
        "`scale` makes",
        "`1.5` is above 1",
    ):
        assert words in text


PRICES = {CAPEX: [1, 2]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            {
                "gird": {},
                "kind": "zigzag",
                "sobol": {"count": 2, "addresses": {CAPEX: {"low": 1, "high": 2}}},
                "solve": {"gap": 2},
                "base": "us-tinny",
            },
            [
                "there is no option `gird`",
                "one of `sweep`",
                "sobol.seed: is missing",
                "`2` is above 1",
                "did you mean `us-tiny`",
            ],
        ),
        (
            {
                "grid": {
                    "gas": [1, 2],
                    CAPEX: {"scale": 2},
                    DEMAND: [],
                    "unserved": 5,
                    "finance.discount_rate": [0.1, 0.1],
                    "power": {"low": 5},
                },
                "exclude": [{"gass": "low"}, {}, {CAPEX: {"over": 1}}],
                "sobol": {"count": 2, "seed": 1, "addresses": {CAPEX: {"low": 1}}},
                "latin_hypercube": {
                    "count": 2,
                    "seed": 1,
                    "addresses": {CAPEX: {"low": 2, "high": 1}},
                },
                "pareto": {},
            },
            [
                "`gas` is no address",
                "would be read as names of levels",
                "has no levels",
                "`5` is one value",
                "a level stands twice",
                "no run has an axis or address `gass`",
                "the condition is empty",
                "`over` is no condition",
                "needs `low` and `high`",
                "is not below `high`",
                "is a section of the kind `pareto`",
            ],
        ),
        ({"kind": "tornado", "grid": PRICES}, ["is of a sweep, but `kind` is", "is missing"]),
        ({}, ["makes no run beside its base"]),
        ({"changes": {"solve.gap": 7}, "grid": PRICES}, ["`7` is above 1"]),
        ({"base": "../case.yaml"}, ["lies outside"]),
        ({"base": "none.yaml"}, ["there is no file"]),
        ({"grid": {"tables.hardware": ["../../etc/passwd"]}}, ["lies outside"]),
        ({"list": [{"tables.hardware": "/etc/passwd"}]}, ["lies outside"]),
    ],
)
def test_problems(write_study, data, words) -> None:
    found = "\n".join(problems(write_study(data)))
    assert [one for one in words if one not in found] == []


def test_an_unknown_shipped_study_is_said_to_be_none(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is no shipped study" in problems("redline-gas-reaktor")[0]
    assert "did you mean `redline-gas-reactor`" in problems("redline-gas-reaktor")[0]


def test_a_table_may_be_replaced_by_a_file_beside_the_study(write_study, tmp_path) -> None:
    path = write_study({"list": [{"tables.hardware": "dear.csv"}]})
    text = (path.parent / "hardware.csv").read_text()
    (path.parent / "dear.csv").write_text(text.replace(",1000.0,", ",1500.0,"))
    study = Study.load(path, tmp_path / "out").run(workers=0, display=Silent())
    assert study.frame()["objective_usd"].nunique() == 2


def test_the_shipped_sweep_has_sixty_runs(tmp_path) -> None:
    study = Study.load("redline-gas-reactor", tmp_path)
    runs = study.planned()
    assert len({run.id for run in runs}) == 60
    assert runs[0].labels == {"reactor": "as dated", "gas": "as is", "redline": "as is"}


def test_the_study_of_the_readme_is_one(root, tmp_path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    path = tmp_path / "study.yaml"
    path.write_text(text.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    # The base, a case, three rates by two prices less one and less the base's own, 20 points.
    assert 20 + 1 + 6 - 1 <= len(Study.load(path).planned()) <= 28


VENDOR = "tables.hardware[h].vendor"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            {
                "cases": {"base": {CAPEX: 3}, "a" * 90: {CAPEX: 4}},
                "grid": {
                    CAPEX: [1, 2],
                    "price": {"low": {CAPEX: 3}},
                    "all": {"dear": {"tables.hardware[*].capex_usd": 5}},
                    "status": {"x": {"finance.discount_rate": 0.1}},
                    DEMAND: [None],
                },
            },
            ["cases.aaa"],
        ),
        (
            {
                "cases": {"base": {CAPEX: 3}},
                "grid": {
                    CAPEX: [1, 2],
                    "price": {"low": {CAPEX: 3}},
                    "all": {"dear": {"tables.hardware[*].capex_usd": 5}},
                    "more": {"yes": {DEMAND: {"scale": 2}}},
                    "less": {"yes": {"tables.demand[w,*,*].output_tokens_per_s": {"scale": 2}}},
                    "status": {"x": {"finance.discount_rate": 0.1}},
                },
                "sobol": {"count": 2, "seed": 1, "addresses": {VENDOR: {"low": 1, "high": 2}}},
                "list": [{"tables.hardware": "nowhere.csv"}],
            },
            [
                "`base` is what the base itself is called",
                f"grid.price: `{CAPEX}` replaces what the axis `{CAPEX}` changes",
                "`tables.hardware[*].capex_usd` replaces what the axis `tables.hardware[h]",
                "`tables.hardware[*].capex_usd` replaces what the axis `price` changes",
                "grid.status: the frame of a study has a column `status`",
                f"`{VENDOR}` holds no numbers",
                "there is no file `nowhere.csv`",
            ],
        ),
        (
            {"grid": {DEMAND: [None, {"scale": 2}]}},
            [f"{DEMAND}: no value is given"],
        ),
        (
            {"cases": {"a": {CAPEX: 3}}, "exclude": [{"case": "a"}]},
            ["row 6, exclude: the exclusions leave no run beside the base"],
        ),
        (
            {
                "kind": "tornado",
                "tornado": {
                    "measure": "joy",
                    "factors": {CAPEX: {"low": -1, "high": 2}, "unserved": {"low": "x", "high": 1}},
                },
            },
            ["row 5, tornado.measure: no", "`-1` is below 0", "`x` is not one", "`1` is not one"],
        ),
        (
            {
                "kind": "tornado",
                "tornado": {"factors": {"all": {"low": 3, "high": {CAPEX: 2}}, "b": {"low": {}}}},
            },
            ["tornado.factors.b.high: is missing"],
        ),
        (
            {"kind": "tornado", "tornado": {"factors": {"all": {"low": 3, "high": {CAPEX: 2}}}}},
            ["tornado.factors.all.low: `3` is no change"],
        ),
        (
            {"kind": "regret", "regret": {"futures": {"a": {"no.where": 1}, "b": {CAPEX: -1}}}},
            ["there is no option `no`", "`-1` is below 0"],
        ),
        (
            {
                "kind": "break_even",
                "break_even": {"address": VENDOR, "low": 2, "high": 1, "target": 1},
            },
            ["`1` is not text", "`2` is not text", "break_even.low: it is not below `high`"],
        ),
        (
            {"kind": "alternatives", "alternatives": {"differ_in": ["sites", "colours"]}},
            ["give one of `sites`, `power`, `hardware`"],
        ),
        ({"list": ["a"]}, ["give a mapping"]),
    ],
    ids=range(11),
)
def test_what_runs_would_hide_or_trip_over_is_told_before(write_study, data, words) -> None:
    found = problems(write_study(data))
    assert len(found) == len(words)
    for part in words:
        assert part in "\n".join(found)
