"""Export rules and their conditions, in sets, from the hand-entered file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rows import Row, assumed, hand_entered, sourced

# Set of rules to the folder of its two tables.
FOLDERS = {"in-force": "", "diffusion": "cases/export-diffusion/", "strict": "cases/export-strict/"}


def rule_tables() -> dict[str, list[Row]]:
    """Rules and conditions of every set, by path."""
    hand = hand_entered("abroad", "rules")
    unknown = {name for rule in hand["rules"] for name in rule["sets"]} - set(FOLDERS)
    if unknown:
        raise KeyError(f"no set of rules is called {sorted(unknown)}")
    found: dict[str, list[Row]] = {}
    for name, folder in FOLDERS.items():
        rules = [{**rule, **(rule["sets"][name])} for rule in hand["rules"] if name in rule["sets"]]
        found[f"{folder}export_rules"] = [_rule(rule, hand) for rule in rules]
        found[f"{folder}export_conditions"] = [
            row for rule in rules if "class" in rule for row in _conditions(rule, hand["classes"])
        ]
    return found


def _rule(rule: dict[str, Any], hand: dict[str, Any]) -> Row:
    terms = hand["terms"][rule.get("terms", "none")]
    quota = rule.get("quota", {})
    return {
        "rule": rule["rule"],
        "name": rule["name"],
        "as_of": hand["as_of"],
        "from_date": rule.get("from_date", ""),
        "until_date": rule.get("until_date", ""),
        "precedence_index": rule["precedence"],
        "destination_group": rule.get("destination_group", ""),
        "headquarters_group": rule.get("headquarters_group", ""),
        "operator": rule.get("operator", ""),
        "effect": rule["effect"],
        "licence_months": terms["months"],
        "licence_cost_usd": terms["cost"],
        "grant_probability_fraction": terms["probability"],
        "quota_count": quota.get("count", ""),
        "quota_unit": quota.get("unit", ""),
        "quota_period": quota.get("period", ""),
        "our_share_fraction": quota.get("share", ""),
        "review": rule.get("review", ""),
        "legal_source": rule["legal"],
        "usd_year": hand["usd_year"],
        "source": rule["source"],
        "confidence": "assumed",
    }


def _conditions(rule: dict[str, Any], classes: dict[str, Any]) -> list[Row]:
    meant = classes[rule["class"]]
    rows = []
    for alternative, conditions in enumerate(meant["alternatives"], start=1):
        for number, text in enumerate(conditions, start=1):
            row = {
                "rule": rule["rule"],
                "alternative_index": alternative,
                "condition_index": number,
                **_compared(text),
                "legal_source": meant["legal"],
            }
            known = meant["source"], meant["confidence"]
            rows.append(sourced(row, *known) if meant["source"] else assumed(row))
    return rows


def _compared(text: str) -> Row:
    """Column, comparison and value of a condition such as ``tpp >= 4800``."""
    column, comparison, value = text.split(maxsplit=2)
    row = {"hardware_column": column, "comparison": comparison}
    cells: Row = {"value_number": "", "value_text": "", "value_date": ""}
    if comparison in ("before", "after"):
        cells["value_date"] = dt.date.fromisoformat(value)
    elif value.replace(".", "", 1).isdigit():
        cells["value_number"] = float(value)
    else:
        cells["value_text"] = value
    return {**row, **cells}
