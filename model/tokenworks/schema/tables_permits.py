"""Tables of permits: routes to them, thresholds of major sources, restrictions on reactors."""

from __future__ import annotations

from tokenworks.schema.columns import Table
from tokenworks.schema.shorthand import (
    amount,
    chance,
    choice,
    evidence,
    flag,
    key,
    label,
    months,
    positive,
    provenance,
    reference,
    stepped,
    usd_year,
)
from tokenworks.schema.tables_power import SITE_ASSET, SOURCE_CATEGORIES, STACKS_ASSET
from tokenworks.schema.tables_sites import ATTAINMENT, WATER

# What a permit is for. `nuclear` allows construction, `nuclear-operation` the loading of fuel.
REQUIREMENTS = ("air", "nuclear", "nuclear-operation", "building", "water", "land")

PERMIT_ROUTES = Table(
    "permit_routes",
    "a way to satisfy a permit requirement",
    (
        key("route", "Id of the route."),
        label("name", "Name for people."),
        reference("jurisdiction", "jurisdictions.jurisdiction", "Where it applies."),
        reference(
            "asset",
            "power_technologies.technology",
            f"Technology that needs it, `{SITE_ASSET}` for the site itself, or `{STACKS_ASSET}` "
            "for all stacks of a site together, which have one air permit.",
        ),
        choice(
            "requirement",
            "What it satisfies; each asset needs one granted route for every requirement.",
            REQUIREMENTS,
        ),
        choice(
            "also_satisfies",
            "A second requirement that the same grant satisfies, before the same stage; blank for "
            "none.",
            REQUIREMENTS,
            optional=True,
        ),
        choice(
            "follows",
            "Requirement of the same asset that must be granted before this route can be filed; "
            "blank for none.",
            REQUIREMENTS,
            optional=True,
        ),
        choice(
            "required_before",
            "The stage that has to wait for it.",
            ("commitment", "construction", "operation"),
        ),
        months("route_months", "From filing to grant."),
        months("slip_months", "Months later than that; blank for none.", optional=True),
        amount("cost_usd", "Paid in the month of filing."),
        chance(
            "probability_fraction",
            "Chance that a filing is granted; blank for 1. A refused one is filed again, 1/chance "
            "times on average: months (rounded up) and cost count so many times.",
            optional=True,
        ),
        flag(
            "transferable",
            "True where the next owner of the asset may use it: the cost of one filing keeps its "
            "value to the horizon's end; blank for false.",
            optional=True,
        ),
        choice(
            "attainment",
            "Air quality of the county where it holds; blank for either.",
            ATTAINMENT,
            optional=True,
        ),
        choice(
            "water",
            "Water of the sites that need it or may use it; blank for any.",
            WATER,
            optional=True,
        ),
        reference(
            "replaces",
            "permit_routes.route",
            "Route of the jurisdiction above that is not to be had here; blank for none.",
            optional=True,
        ),
        evidence(months("route_low_months", "Least months to reckon with.")),
        evidence(months("route_high_months", "Most months to reckon with.")),
        choice(
            "source_category",
            "The only kind of stack that it covers; blank for any.",
            SOURCE_CATEGORIES[:-1],
            optional=True,
        ),
        reference(
            "air_rule",
            "air_permit_thresholds.rule",
            "Rule below whose thresholds its caps stay: it covers technologies whose category has "
            "a threshold above them; without a cap, the rule of its offsets. Blank for none.",
            optional=True,
        ),
        amount(
            "nox_cap_short_tons_per_year",
            "Most NOx of the whole site in any twelve months; blank for no cap.",
            optional=True,
        ),
        amount(
            "carbon_monoxide_cap_short_tons_per_year",
            "Most carbon monoxide of the whole site in any twelve months; blank for no cap.",
            optional=True,
        ),
        amount(
            "offset_cost_usd_per_short_ton",
            "Price of a yearly ton of NOx to retire, once, in the ratio of its rule; blank for no "
            "offsets.",
            optional=True,
        ),
        evidence(
            flag("preapproved_template", "True where a design that the agency knows is taken over.")
        ),
        evidence(amount("template_extra_cost_usd", "What of the cost the template adds.")),
        evidence(months("template_saved_months", "What the template takes off the months.")),
        flag(
            "needs_scr",
            "True where the agency grants it only with SCR and catalyst, to what can have them; "
            "blank for false.",
            optional=True,
        ),
        evidence(
            flag(
                "needs_operating_permit",
                "True where a Title V permit to operate follows, which holds nothing up.",
            )
        ),
        evidence(months("operating_permit_months", "From filing of that permit to its grant.")),
        label("note", "What the route is, and what the months rest on."),
        usd_year(),
        *provenance(),
    ),
    required=False,
)


AIR_PERMIT_THRESHOLDS = Table(
    "air_permit_thresholds",
    "yearly tons of a pollutant from which a new source is a major one",
    (
        key("rule", "Rule: `psd` in attainment areas, or nonattainment by severity of ozone."),
        key("source_category", "What the stack counts as, or `any`."),
        stepped(
            positive(
                "major_source_short_tons_per_year", "From this potential to emit it is major."
            ),
            220,
        ),
        positive(
            "offset_ratio", "Tons to retire for each permitted; blank for none.", optional=True
        ),
        label("note", "What it follows from."),
        *provenance(),
    ),
    required=False,
)


NUCLEAR_RESTRICTIONS = Table(
    "nuclear_restrictions",
    "a state or county whose law restricts new nuclear plants",
    (
        key("area", "Jurisdiction, or a county by its five digits."),
        evidence(
            reference("jurisdiction", "jurisdictions.jurisdiction", "State that it is, or lies in.")
        ),
        label("county_fips", "County, five digits; blank for the whole state."),
        evidence(flag("bars_large_reactors", "True where no large reactor is to be planned.")),
        evidence(flag("bars_small_reactors", "True where no small reactor is to be planned.")),
        label("note", "What the law asks for."),
        *provenance(),
    ),
    required=False,
)

PERMIT_TABLES = (PERMIT_ROUTES, AIR_PERMIT_THRESHOLDS, NUCLEAR_RESTRICTIONS)
