"""The workbook, recalculated by LibreOffice, is the plan; another rate moves it as it should."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from tests.memo.conftest import GOLDEN, converted

import tokenworks as tw
from tokenworks.build import build
from tokenworks.inputs import assemble
from tokenworks.plan import plan_from
from tokenworks.report.memo.deliver import content
from tokenworks.report.memo.facts import Usual, make_facts
from tokenworks.results.costs import costs
from tokenworks.results.frames import Context
from tokenworks.results.tokens import weights
from tokenworks.solver.method import solve_model

pytestmark = pytest.mark.slow
OTHER_RATE = 0.11


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A workbook, and the plan's cost per million tokens when its decisions are worth the other."""
    scenario = tw.load(GOLDEN).with_({"solve.gap": 0.02})
    model = build(assemble(scenario))
    solved = solve_model(model, scenario.solve)
    plan = plan_from(model, solved, 0.0)
    facts = make_facts(plan, plan.manifest(), Usual(None, "none", "None was asked for."))
    path = tmp_path_factory.mktemp("workbook") / "plan.xlsx"
    path.write_bytes(content(facts, ".xlsx"))
    # The same decisions under a program whose costs are discounted at the other rate.
    there = Context(build(assemble(scenario.with_({"finance.discount_rate": OTHER_RATE}))), solved)
    owned = costs(there).query("line == 'owned'")["present_value_usd"].sum()
    return path, float(owned) / sum(weights(there).mtokens.values())


def recalculated(path: Path, folder: Path, rate: float | None = None) -> openpyxl.Workbook:
    """All formulas anew: openpyxl drops the values that were written with them."""
    book = openpyxl.load_workbook(path)
    if rate is not None:
        assert book["Terms"]["A5"].value == "discount_rate"
        book["Terms"]["B5"].value = rate
    blank = folder / "blank.xlsx"
    book.save(blank)
    (folder / "out").mkdir()
    made = converted(blank, "xlsx", folder / "out")
    return openpyxl.load_workbook(made, data_only=True)


def test_every_formula_has_the_value_that_libreoffice_computes(
    written: tuple[Path, float], tmp_path: Path
) -> None:
    formulas = openpyxl.load_workbook(written[0])
    cached = openpyxl.load_workbook(written[0], data_only=True)
    again = recalculated(written[0], tmp_path)
    count = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                stated = cached[sheet.title][cell.coordinate].value
                found = again[sheet.title][cell.coordinate].value
                where = f"{sheet.title} {cell.coordinate} {cell.value}"
                if isinstance(stated, (int, float)):
                    assert found == pytest.approx(stated, rel=1e-6, abs=1e-6), where
                else:
                    assert found in (stated, None, ""), where
                count += 1
    assert count > 300


def test_another_discount_rate_moves_the_cost_as_a_re_evaluation_does(
    written: tuple[Path, float], tmp_path: Path
) -> None:
    path, expected = written
    summary = recalculated(path, tmp_path, OTHER_RATE)["Summary"]
    labels = {row[0].value: row for row in summary.iter_rows()}
    cost = labels["Cost of a million owned output tokens"]
    assert cost[1].value == pytest.approx(expected, rel=1e-6)
    assert cost[1].value != pytest.approx(cost[2].value, rel=1e-3)
