"""However a search ended, the page, the memo and the terminal say it in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tokenworks.report.memo.blocks import Paragraph
from tokenworks.report.memo.contents_trust import trust
from tokenworks.report.memo.facts import Facts
from tokenworks.report.page.head import status
from tokenworks.report.terminal import print_plan
from tokenworks.solver.highs import Status

SAYS = {
    Status.OPTIMAL: ("Solved", "proven within", "solved in"),
    Status.GAP_LEFT: ("wider gap", "wider gap", "wider gap"),
    Status.TIME_LIMIT: ("time limit", "time limit", "time limit"),
    Status.INTERRUPTED: ("Interrupted:", "was interrupted", "interrupted,"),
    Status.SOLVER_FAILED: ("failure of the solver", "solver failed", "failure of the solver"),
}


@pytest.mark.parametrize("ending", [one for one in Status if one is not Status.INFEASIBLE])
def test_every_ending_has_its_words(
    ending: Status, facts: Facts, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = replace(facts.plan, status=str(ending))
    proof = next(b for b in trust(replace(facts, plan=plan)) if isinstance(b, Paragraph))
    print_plan(plan)
    page, memo, terminal = SAYS[ending]
    assert page in status(plan)
    assert memo in str(proof.spans[0])
    assert terminal in " ".join(capsys.readouterr().out.split())
