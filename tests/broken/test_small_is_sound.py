from __future__ import annotations


def test_the_unbroken_scenario_has_no_problems(case, problems_of):
    assert problems_of(case.write()) == ()
