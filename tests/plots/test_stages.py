"""The critical path to a first token, by hand."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path

import tokenworks as tw
from tokenworks.report.plots.stages import (
    Stage,
    critical_chain,
    is_critical,
    stages_by_site,
    with_slack,
)

DAY = dt.date(2027, 1, 1)


def stage(
    what: str, months: float, *after: str, serves: bool = False, no_sooner: float = 0.0
) -> Stage:
    before = tuple((name, "s") for name in after)
    return Stage("x", what, "s", DAY, DAY, months, before, no_sooner, serves)


def test_slack_by_hand() -> None:
    # permit 4 -> build 6 = 10; procure 7 -> build: 13 is the longest; the grid takes 12, slack 1;
    # the permit could take 3 more. What comes later is no part of it.
    made, end = with_slack(
        [
            stage("permit", 4),
            stage("procure", 7),
            stage("build", 6, "permit", "procure", serves=True),
            stage("grid", 12, serves=True),
            stage("later", 30),
        ]
    )
    slack = {s.what: s.slack_months for s in made}
    assert end == 13
    assert (slack["procure"], slack["build"], slack["permit"], slack["grid"]) == (0, 0, 3, 1)
    assert math.isnan(slack["later"])
    assert [s.what for s in made if is_critical(s)] == ["procure", "build"]


def test_what_can_only_be_ordered_later_holds_up_what_follows() -> None:
    made, end = with_slack(
        [stage("permit", 4), stage("system", 6, "permit", serves=True, no_sooner=9)]
    )
    assert end == 15
    assert {s.what: s.slack_months for s in made} == {"permit": 5, "system": 0}


def test_a_permit_before_commitment_adds_up(write_scenario: Callable[..., Path]) -> None:
    # permit 5 + procurement 4 + building 3 = 12 against a hall of 6 and systems of 2 months.
    path = write_scenario(
        sites=[{"site": "s", "construction_months": 6}],
        interconnection_routes=[],
        power_technologies=[{"technology": "engine", "procurement_months": 4, "build_months": 3}],
        permit_routes=[
            {
                "route": "air",
                "asset": "engine",
                "requirement": "air",
                "required_before": "commitment",
                "route_months": 5,
            }
        ],
        hardware=[{"system": "h", "lead_months": 2}],
        periods=[{"months": 12}, {"months": 12}],
    )
    plan = tw.solve(tw.load(path))
    (found,) = stages_by_site(plan)
    assert found.earliest_month == 12
    assert [s.what for s in critical_chain(found)] == ["air", "engine", "engine"]
    assert found.months_late(plan.inputs.calendar.start) == 0
    slack = {(s.what, s.stage): s.slack_months for s in found.stages}
    assert slack["s", "site construction"] == 6
    assert slack["h", "hardware delivery"] == 10
