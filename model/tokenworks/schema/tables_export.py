"""Tables of export control: rules as data, the chips that they mean and the country groups."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import (
    amount,
    choice,
    date,
    fraction,
    integer,
    key,
    label,
    months,
    pending,
    provenance,
    reference,
    usd_year,
)

EFFECTS = ("allowed", "quota", "licence", "denied")
QUOTA_UNITS = ("systems", "accelerators", "tpp")
QUOTA_PERIODS = ("year", "cumulative")
# Words that compare a column of `hardware` with a value, by the kind of the column.
COMPARISONS = {
    Kind.NUMBER: (">=", ">", "<", "<=", "=", "!="),
    Kind.INTEGER: (">=", ">", "<", "<=", "=", "!="),
    Kind.DATE: ("before", "after"),
    Kind.TEXT: ("=", "!="),
    Kind.BOOLEAN: ("=", "!="),
}


def _text(name: str, description: str) -> Column:
    return pending(Column(name, Kind.TEXT, Role.INPUT, description))


JURISDICTION_GROUPS = Table(
    "jurisdiction_groups",
    "a country's membership of a group that export rules name",
    (
        key("group", "Id of the group, such as country-group-d4."),
        key("jurisdiction", "Member.", refers_to="jurisdictions.jurisdiction"),
        pending(date("from_date", "First day of the membership; blank for ever since.")),
        pending(date("until_date", "First day after the membership; blank for no end.")),
        label("note", "How far the membership was checked."),
        *provenance(),
    ),
    required=False,
)


EXPORT_RULES = Table(
    "export_rules",
    "an export rule: of the rules that fit a shipment, the one of highest precedence decides",
    (
        key("rule", "Id of the rule."),
        label("name", "The rule in words."),
        pending(date("as_of", "Day up to which the law was read for this row.")),
        pending(date("from_date", "First day in force; blank for ever since.")),
        pending(date("until_date", "First day no longer in force; blank for no end.")),
        pending(
            integer(
                "precedence_index",
                "The highest decides; of rules that tie, the most restrictive one.",
            )
        ),
        pending(
            reference(
                "destination_group",
                "jurisdiction_groups.group",
                "Where the shipment goes; blank for anywhere.",
            )
        ),
        pending(
            reference(
                "headquarters_group",
                "jurisdiction_groups.group",
                "Where the operator or its parent has its headquarters; blank for anywhere.",
            )
        ),
        _text(
            "operator",
            "Operator that the rule is for, or its standing, such as validated-end-user; blank for "
            "anyone.",
        ),
        pending(
            choice("effect", "What the rule says; a quota is allowed up to an amount.", EFFECTS)
        ),
        pending(months("licence_months", "From filing to the grant of a licence.")),
        pending(amount("licence_cost_usd", "Preparing, filing and conditions of a licence.")),
        pending(
            fraction("grant_probability_fraction", "Chance that a licence asked for is granted.")
        ),
        pending(amount("quota_count", "Amount of the quota, in the units of `quota_unit`.")),
        pending(choice("quota_unit", "What the quota counts.", QUOTA_UNITS)),
        pending(choice("quota_period", "Whether it is for every year or in all.", QUOTA_PERIODS)),
        pending(fraction("our_share_fraction", "Share of the quota that the plan may use.")),
        label("review", "How an application is reviewed, in the law's words."),
        label("legal_source", "Where the law says so."),
        pending(usd_year()),
        *provenance(),
    ),
    required=False,
)


EXPORT_CONDITIONS = Table(
    "export_conditions",
    "a condition on a hardware system under which an export rule fits",
    (
        key("rule", "Rule.", refers_to="export_rules.rule"),
        key(
            "alternative_index",
            "All conditions of one alternative must hold; one alternative of a rule is enough.",
            kind=Kind.INTEGER,
        ),
        key("condition_index", "Number of the condition.", kind=Kind.INTEGER),
        _text("hardware_column", "Column of `hardware` that is compared."),
        pending(
            choice(
                "comparison",
                "How it is compared with the value.",
                tuple(dict.fromkeys(word for words in COMPARISONS.values() for word in words)),
            )
        ),
        pending(Column("value_number", Kind.NUMBER, Role.INPUT, "Value, for a column of numbers.")),
        _text("value_text", "Value, for a column of text, or true or false."),
        pending(date("value_date", "Value, for a column of dates.")),
        label("legal_source", "Where the law says so."),
        *provenance(),
    ),
    required=False,
)

EXPORT_TABLES = (JURISDICTION_GROUPS, EXPORT_RULES, EXPORT_CONDITIONS)
