"""The result table of what relief is worth, made by `explain` and kept with a run on request."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table


def _key(name: str, description: str) -> Column:
    return Column(name, Kind.TEXT, Role.KEY, description)


def _value(name: str, description: str, kind: Kind = Kind.NUMBER) -> Column:
    return Column(name, kind, Role.DESCRIPTIVE, description, optional=True)


PRICES = Table(
    "prices",
    "a limit that binds, and what one unit more of it is worth",
    (
        _key("address", "Input to change, in the syntax of overrides."),
        _value("family", "What limits of one sort have in common.", Kind.TEXT),
        _value("what", "The limit in words.", Kind.TEXT),
        _value("relief", "What was changed, in words.", Kind.TEXT),
        _value("amount_count", "How much of it, in `amount_unit`."),
        _value("amount_unit", "MW, months, units of a supply or quota …", Kind.TEXT),
        _value("binds_from", "First day of the first step in which it binds.", Kind.DATE),
        _value("binds_steps", "Steps in which it binds.", Kind.INTEGER),
        _value("low_usd", "Present value that the relief saves at the least, as far as is proven."),
        _value("high_usd", "Present value that it saves at the most."),
        _value("indistinguishable", "Whether that interval spans zero.", Kind.BOOLEAN),
        _value("solved_gap_fraction", "Gap of the plan with the relief; blank where not solved."),
        _value(
            "dual_usd",
            "Present value of the relief with all whole decisions of the plan fixed: an estimate "
            "of another kind; blank where there is none.",
        ),
    ),
)
