"""Tables of export control: rules, country groups, and who the operator is."""

from __future__ import annotations

from dataclasses import replace

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
    provenance,
    reference,
    stepped,
    usd_year,
)

LICENCE = "licence"
EFFECTS = ("allowed", "quota", LICENCE, "denied")
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


ROLES = ("operator", "parent")


def _text(name: str, description: str) -> Column:
    return Column(name, Kind.TEXT, Role.INPUT, description, optional=True)


def _where_asked(column: Column) -> Column:
    """The column, which only some rules need; a check asks them for it."""
    return replace(column, optional=True)


JURISDICTION_GROUPS = Table(
    "jurisdiction_groups",
    "a country's membership of a group that export rules name",
    (
        key("group", "Id of the group, such as country-group-d4."),
        key("jurisdiction", "Member.", refers_to="jurisdictions.jurisdiction"),
        date("from_date", "First day of the membership; blank for ever since.", optional=True),
        date("until_date", "First day after the membership; blank for no end.", optional=True),
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
        label("as_of", "Day up to which the law was read for this row.", kind=Kind.DATE),
        date("from_date", "First day in force; blank for ever since.", optional=True),
        date("until_date", "First day no longer in force; blank for no end.", optional=True),
        _where_asked(
            integer(
                "precedence_index",
                "The highest decides; of rules that tie, the most restrictive one.",
            )
        ),
        reference(
            "destination_group",
            "jurisdiction_groups.group",
            "Where the shipment goes; blank for anywhere.",
            optional=True,
        ),
        reference(
            "headquarters_group",
            "jurisdiction_groups.group",
            "Where the operator or its parent has its headquarters; blank for anywhere.",
            optional=True,
        ),
        _text(
            "operator",
            "Operator that the rule is for, or its standing, such as validated-end-user; blank for "
            "anyone.",
        ),
        _where_asked(
            choice("effect", "What the rule says; a quota is allowed up to an amount.", EFFECTS)
        ),
        _where_asked(months("licence_months", "From filing to the grant of a licence.")),
        _where_asked(
            amount(
                "licence_cost_usd",
                "Preparing, filing and conditions of a licence; blank for nothing.",
            )
        ),
        _where_asked(
            fraction(
                "grant_probability_fraction",
                "Chance that a licence asked for is granted; one that is less likely than the "
                "scenario asks counts as not to be had.",
            )
        ),
        _where_asked(amount("quota_count", "Amount of the quota, in the units of `quota_unit`.")),
        _where_asked(choice("quota_unit", "What the quota counts.", QUOTA_UNITS)),
        _where_asked(choice("quota_period", "For every calendar year, or in all.", QUOTA_PERIODS)),
        _where_asked(fraction("our_share_fraction", "Share of the quota that the plan may use.")),
        label("review", "How an application is reviewed, in the law's words."),
        label("legal_source", "Where the law says so."),
        _where_asked(usd_year()),
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
        _where_asked(
            choice(
                "comparison",
                "How it is compared with the value.",
                tuple(dict.fromkeys(word for words in COMPARISONS.values() for word in words)),
            )
        ),
        stepped(
            Column(
                "value_number",
                Kind.NUMBER,
                Role.INPUT,
                "Value, for a column of numbers.",
                optional=True,
            ),
            4000,
        ),
        _text("value_text", "Value, for a column of text, or true or false."),
        date("value_date", "Value, for a column of dates.", optional=True),
        label("legal_source", "Where the law says so."),
        *provenance(),
    ),
    required=False,
)


OPERATOR_SEATS = Table(
    "operator_seats",
    "a headquarters of the operator or of its parent; without rows the operator's is in the "
    "United States, and it has no parent",
    (
        replace(
            key("role", "`operator`, or `parent`: the company that owns it in the end."),
            allowed=ROLES,
        ),
        key(
            "from_date",
            "First day on which it stands there; the earliest holds before as well.",
            kind=Kind.DATE,
        ),
        reference("jurisdiction", "jurisdictions.jurisdiction", "Where it stands."),
        *provenance(),
    ),
    required=False,
)


OPERATOR_STANDINGS = Table(
    "operator_standings",
    "a name or standing of the operator that export rules ask for",
    (
        key("standing", "The word that the rules use, such as validated-end-user."),
        date("from_date", "First day of the standing; blank for ever since.", optional=True),
        date("until_date", "First day after the standing; blank for no end.", optional=True),
        *provenance(),
    ),
    required=False,
)

EXPORT_TABLES = (
    JURISDICTION_GROUPS,
    EXPORT_RULES,
    EXPORT_CONDITIONS,
    OPERATOR_SEATS,
    OPERATOR_STANDINGS,
)
