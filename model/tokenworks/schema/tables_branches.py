"""Tables of uncertainty: branches of the future and what each of them changes."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import choice, date, fraction, key, label, provenance, reference

OPERATIONS = ("set", "scale", "add")

BRANCHES = Table(
    "branches",
    "an uncertain branch of the future",
    (
        key("branch", "Id of the branch."),
        label("name", "What happens, in words."),
        fraction("probability_fraction", "Chance of the branch; all of them sum to 1."),
        date(
            "reveals_on",
            "First day on which it is known that this branch has come, a first of a month; blank "
            "for the branch that is left when no other has come.",
            optional=True,
        ),
        *provenance(),
    ),
    required=False,
)

BRANCH_CHANGES = Table(
    "branch_changes",
    "a figure or an option that a branch changes",
    (
        key("change", "Id of the change."),
        reference("branch", "branches.branch", "Branch that makes it."),
        Column(
            "address",
            Kind.TEXT,
            Role.INPUT,
            "What changes, such as tables.fuel_prices[gas,*,2030].price_usd_per_mmbtu. Of a table "
            "by year, years before the reveal stay as they are.",
        ),
        choice("operation", "Set to the value, scaled by it, or added to it.", OPERATIONS),
        Column("value", Kind.TEXT, Role.INPUT, "The value; a number to scale by or to add."),
        *provenance(),
    ),
    required=False,
)

BRANCH_TABLES = (BRANCHES, BRANCH_CHANGES)
