"""Several mutations are answered in one go, in words of ours."""

from __future__ import annotations

import re

import pytest

from tokenworks.checks import ALL_CHECKS, run_checks
from tokenworks.errors import InputError
from tokenworks.io.overrides import read_tables
from tokenworks.io.scenario_files import load_scenario

LEAKS = re.compile(
    r"pandas|pandera|pydantic|pyarrow|yaml\.|Traceback|dtype|NoneType|<class|Error\b|nan\b",
    re.IGNORECASE,
)

MUTATIONS = (
    ("scenario", "0.08", "high"),
    ("scenario", "title:", "titel:"),
    ("sites", "40,10,1e6", "-40,10,1e6"),
    ("sites", "1.2,1.3,130,true,0", "1.2,1.1,130,true,0"),
    ("sites", "95.4,south", "95.4,soth"),
    ("models", "memory_gb", "memory_kw"),
    ("zones", "south,South", "south,South,extra"),
    ("tariffs", "north,2027", "nort,2027"),
    ("price_index", "2024,100", "2023,100"),
    ("profiles", "flat,7,1", "flat,7,one"),
    ("hardware", "0.35,true", "0.35,maybe"),
    ("demand", "east,2028", "est,2028"),
    ("operating_points", "MLPerf v5.1,measured", ",measured"),
)


def test_many_mutations_are_answered_in_one_error(case, problems_of):
    for mutation in MUTATIONS:
        case.edit(*mutation)
    (case.folder / "tables").mkdir()
    (case.folder / "tables/regions.csv").symlink_to("nowhere.csv")
    found = problems_of(case.write())
    places = {(p.file.removeprefix("tables/"), p.row, p.column) for p in found}
    assert places >= {
        ("small.yaml", 5, "finance.discount_rate"),
        ("small.yaml", 2, "titel"),
        ("sites.csv", 2, "max_it_mw"),
        ("sites.csv", 3, "peak_pue_ratio"),
        ("models.csv", 1, "memory_kw"),
        ("zones.csv", 3, ""),
        ("price_index.csv", 3, "year"),
        ("profiles.csv", 9, "demand_shape"),
        ("hardware.csv", 2, "enabled"),
        ("operating_points.csv", 2, "source"),
        ("regions.csv", 0, ""),
    }
    assert list(found) == sorted(found)
    for problem in found:
        assert problem.problem
        assert problem.remedy
        assert not LEAKS.search(f"{problem.problem} {problem.remedy}"), str(problem)


def test_load_and_read_and_run_say_the_same(case):
    case.edit("sites", "95.4,south", "95.4,soth")
    scenario = load_scenario(case.write())
    with pytest.raises(InputError) as error:
        run_checks(read_tables(scenario), scenario)
    assert [p.column for p in error.value.problems] == ["zone"]
    case.tables["sites"] = case.tables["sites"].replace("soth", "south").replace("40,10", "x,10")
    (case.folder / "tables/sites.csv").unlink()
    case.write()
    with pytest.raises(InputError) as error:
        read_tables(scenario)
    assert [(p.row, p.column) for p in error.value.problems] == [(2, "max_it_mw")]


def test_every_check_has_its_own_name_and_reads_declared_columns():
    names = [check.name for check in ALL_CHECKS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("check_") for name in names)


def test_forbidden_to_leave_unserved_what_no_site_can_reach(case, problems_of):
    case.edit("scenario", "serving:", "unserved: forbidden\nserving:")
    case.edit("workloads", "0,1000,50", "0,455,50")
    found = problems_of(case.write())
    assert [(p.file, p.row, p.column) for p in found] == [
        ("tables/demand.csv", 2, "region"),
        ("tables/demand.csv", 4, "region"),
    ]
    assert "480 ms at best, more than 455 ms" in found[0].problem
    assert "nearer site" in found[0].remedy
