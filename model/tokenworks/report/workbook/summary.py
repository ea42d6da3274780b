"""The first sheet: figures that a reader looks for, live, beside those of the plan as solved."""

from __future__ import annotations

from tokenworks.report.memo.facts import Facts
from tokenworks.report.workbook.cost import CostCells
from tokenworks.report.workbook.returns import ReturnCells
from tokenworks.report.workbook.sheets import Sheet, cell

_TOP = 6


def summary_sheet(sheet: Sheet, facts: Facts, cost: CostCells, returns: ReturnCells) -> None:
    """Write the sheet."""
    scenario, summary = facts.plan.scenario, facts.plan.summary
    sheet.widths(52, 24, 24, 16, 24, 40)
    sheet.text(0, 0, scenario.title or scenario.name, "title")
    sheet.text(1, 0, f"Scenario {scenario.name}; inputs {facts.plan.inputs.sha256}", "note")
    sheet.text(2, 0, f"Solved {facts.manifest['created']}; status {facts.plan.status}", "note")
    note = "Live figures follow the sheet Terms and the dated cash; the plan's own stand beside."
    sheet.text(3, 0, note, "note")
    sheet.heads(
        _TOP - 1, ["Figure", "Live", "Of the plan as solved", "Difference", "As usual", "Unit"]
    )
    year = scenario.finance.usd_year
    mtokens = float(facts.book.frames["owned_tokens"]["present_value_mtokens"].sum())
    live = (
        (
            "Owned cash, less residuals",
            cost.owned_usd,
            summary.owned_usd,
            "usd",
            f"USD of {year}, present value",
            "owned_usd",
        ),
        ("Owned output tokens, discounted", cost.mtokens, mtokens, "usd", "millions", ""),
        (
            "Cost of a million owned output tokens",
            cost.per_mtoken,
            summary.cost_usd_per_mtoken,
            "small",
            f"USD of {year}",
            "cost_usd_per_mtoken",
        ),
    )
    usual = facts.usual.plan.summary.as_dict() if facts.usual.plan else {}
    row = _TOP
    for label, place, stated, form, unit, key in live:
        _live(sheet, row, (label, place, unit), stated, form)
        sheet.number(row, 4, usual.get(key), form)
        row += 1
    for name, (place, shown) in returns.cells.items():
        label = name.removesuffix("_usd").replace("_", " ").capitalize()
        form = {"usd": "usd"}.get(name.rpartition("_")[2], "factor")
        if isinstance(shown, str):
            sheet.text(row, 0, label)
            sheet.text(row, 1, shown)
        else:
            _live(sheet, row, (label, place, "pro-forma"), shown, form)
        row += 1
    _stated(sheet, row + 1, facts)


def _live(
    sheet: Sheet, row: int, named: tuple[str, str, str], stated: float | None, form: str
) -> None:
    label, place, unit = named
    sheet.text(row, 0, label)
    sheet.formula(row, 1, place, "" if stated is None else stated, form)
    if stated is not None:
        sheet.number(row, 2, stated, form)
        here, there = cell(row, 1), cell(row, 2)
        sheet.formula(row, 3, f'IF(ISNUMBER({here}),{here}-{there},"")', 0.0, form)
    sheet.text(row, 5, unit)


def _stated(sheet: Sheet, row: int, facts: Facts) -> None:
    """Figures of the manifest, beside those of business as usual."""
    plan, usual = facts.plan, facts.usual.plan
    sheet.heads(row, ["From the manifest", "Plan", "", "", "As usual", "Unit"])
    entries: tuple[tuple[str, str, str], ...] = (
        ("Objective", "objective_usd", "USD"),
        ("Bound", "bound_usd", "USD"),
        ("Gap", "gap", "share"),
    )
    place = row + 1
    for label, name, unit in entries:
        sheet.text(place, 0, label)
        sheet.number(place, 1, getattr(plan, name))
        sheet.number(place, 4, getattr(usual, name) if usual else None)
        sheet.text(place, 5, unit)
        place += 1
    there = usual.summary.as_dict() if usual else {}
    for name, value in plan.summary.as_dict().items():
        if value is None or isinstance(value, (int, float)):
            sheet.text(place, 0, name)
            sheet.number(place, 1, value)
            sheet.number(place, 4, there.get(name))
            place += 1
    sheet.text(place + 1, 0, facts.usual.words, "note")
