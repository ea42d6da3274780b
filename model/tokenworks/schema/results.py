"""Result tables, declared like inputs: every column has a unit in its name and a meaning."""

from __future__ import annotations

from tokenworks.schema.columns import Kind, Table
from tokenworks.schema.results_columns import SITE
from tokenworks.schema.results_columns import key as _key
from tokenworks.schema.results_columns import value as _value
from tokenworks.schema.results_money import (
    CASH_BY_MONTH,
    CASHFLOW,
    COST_PER_TOKEN,
    COSTS,
    LIVES_LEFT,
)

STEP = _key("step_start", "First day of the step.", Kind.DATE)
PERIOD = _value("period", "Period of the step.", Kind.TEXT)

SITES = Table(
    "sites",
    "an open site in a step",
    (
        SITE,
        STEP,
        PERIOD,
        _value("energised_blocks", "Blocks energised."),
        _value("it_capacity_mw", "IT load that they can hold."),
        _value("design_load_mw", "Design power of the systems in service."),
        _value("mean_it_load_mw", "Mean IT load."),
        _value("contracted_mw", "Grid contracts, firm or not."),
        _value("own_capacity_mw", "Nameplate capacity of power on site."),
    ),
)
ROUTES = Table(
    "routes",
    "a route filed",
    (
        SITE,
        _key("route", "Permit or interconnection route."),
        _value("requirement", "What it satisfies.", Kind.TEXT),
        _value("filed", "First day of the month of filing.", Kind.DATE),
        _value("granted", "First day of the month of grant.", Kind.DATE),
    ),
)
POWER = Table(
    "power",
    "power that enters service",
    (
        SITE,
        _key("source", "Technology, or interconnection route."),
        _key("in_service", "First day of service.", Kind.DATE),
        _value("kind", "thermal, solar, wind, storage or grid.", Kind.TEXT),
        _value("ordered", "First day of the month of order; of filing for grid.", Kind.DATE),
        _value("entering_modules", "Modules; nothing for grid."),
        _value("entering_mw", "Nameplate or contracted capacity."),
        _value(
            "retired_modules",
            "Of these, out of service before the end of life or horizon; nothing for grid.",
        ),
    ),
)
DEPARTURES = Table(
    "departures",
    "what leaves before the end of its life or horizon",
    (
        SITE,
        _key("asset", "Technology, system, or interconnection route."),
        _key("in_service", "First day of service of what leaves.", Kind.DATE),
        _key("leaves", "First day on which it is gone.", Kind.DATE),
        _value("amount_count", "Modules, systems or MW."),
        _value("amount_unit", "Which of them.", Kind.TEXT),
    ),
)
HARDWARE = Table(
    "hardware",
    "systems that enter service",
    (
        SITE,
        _key("system", "Hardware system."),
        _key("in_service", "First day of service.", Kind.DATE),
        _value("ordered", "First day of the month of order.", Kind.DATE),
        _value("bought_systems", "Systems bought."),
        _value("sold_systems", "Of these, sold before the end of life or horizon."),
        _value("design_mw", "Design power of the systems bought."),
        _value("capex_usd", "Price, undiscounted."),
    ),
)
SERVING = Table(
    "serving",
    "a system serving a workload in a step",
    (
        SITE,
        STEP,
        _key("workload", "Workload."),
        _key("point", "Operating point."),
        _value("stage", "serve, or the one stage that it does: prefill or decode.", Kind.TEXT),
        _value("system", "Hardware system.", Kind.TEXT),
        _value("assigned_systems", "Systems at the operating point."),
        _value(
            "mean_mtokens_per_s",
            "Mean output, less what was shed; of a prefill, of what is decoded after it.",
        ),
        _value("mean_utilisation_fraction", "Mean output over throughput."),
        _value("peak_utilisation_fraction", "The same in the peak hour at the end of the step."),
    ),
)
FLOWS = Table(
    "flows",
    "how a demand is met in a step",
    (
        _key("workload", "Workload."),
        _key("region", "Region."),
        _key("how", "owned, rented or unserved."),
        _key("site", "Site that serves, or that shed what is unserved; blank for neither."),
        STEP,
        PERIOD,
        _value("mean_mtokens_per_s", "Mean output tokens."),
        _value("served_mtokens", "Output tokens in the step."),
    ),
)
TRANSFERS = Table(
    "transfers",
    "what was prefilled at a site and decoded at the same or another, in a step",
    (
        _key("workload", "Workload."),
        _key("from_site", "Site of the prefill."),
        _key("to_site", "Site of the decode."),
        STEP,
        PERIOD,
        _value("mean_mtokens_per_s", "Mean output tokens of what is prefilled."),
        _value("mean_gbps", "Mean of the key-value cache that is sent; nothing within a site."),
        _value("peak_gbps", "The same in the workload's peak hour at the end of the step."),
        _value("link_capacity_gbps", "Most that the link carries; blank within a site."),
    ),
)
DISPATCH = Table(
    "dispatch",
    "a source's power in a representative hour",
    (
        SITE,
        STEP,
        _key("slice", "Representative hour, UTC."),
        _key("source", "Technology, route, workload, of what is shed with its point, or `load`."),
        _value(
            "flow",
            "load that is due, generate, import, charge, discharge, shed, defer or catch-up.",
            Kind.TEXT,
        ),
        _value("power_mw", "At the meter."),
        _value("weight_hours", "Hours of the step that the hour stands for."),
    ),
)
REDLINE_USE = Table(
    "redline_use",
    "a limit and its use in a step",
    (
        _key("scope", "What is limited: zone headroom, gas access, IT load, halls, a redline."),
        _key(
            "id",
            "Zone, site or jurisdiction; of flexible headroom with its curtailed share.",
        ),
        STEP,
        _value("limit_mw", "Limit."),
        _value("used_mw", "Use."),
    ),
)
EXPORT_USE = Table(
    "export_use",
    "a quota of an export rule and its use",
    (
        _key("rule", "Export rule."),
        _key("year", "Calendar year, or `cumulative` where the quota is for all of them."),
        _value("unit", "systems, accelerators or tpp.", Kind.TEXT),
        _value("quota_count", "Our share of the quota."),
        _value("used_count", "What the plan ships under it."),
    ),
)
ADEQUACY = Table(
    "adequacy",
    "the cover of a site's peak in a step, on the design day at its end",
    (
        SITE,
        STEP,
        _value("peak_mw", "Peak load at the meter."),
        _value("interrupted_mw", "Of it shed or put off while a flexible contract is cut."),
        _value("firm_grid_mw", "Of it covered by firm grid."),
        _value("credited_mw", "Of it covered by what counts by its mean, after margin."),
        _value("needed_mw", "What is left for thermal units to cover, with the margin."),
        _value("units_mw", "Thermal units in service, on the design day."),
        _value("units_count", "How many they are."),
        _value("availability_fraction", "Probability that those not out give what is needed."),
        _value("target_fraction", "Probability asked for; nothing where none is."),
    ),
)
SUPPLY_USE = Table(
    "supply_use",
    "a limited supply and its use in a calendar year",
    (
        _key("supply", "What is limited."),
        _key(
            "year",
            "Calendar year of service, with those before it in which no step starts.",
            Kind.INTEGER,
        ),
        _value("limit_count", "Units there are."),
        _value("used_count", "Units taken."),
        _value("counted_in", "What one unit is.", Kind.TEXT),
    ),
)
EMISSIONS = Table(
    "emissions",
    "a pollutant that an air permit of a site limits, in a step",
    (
        SITE,
        STEP,
        _key("pollutant", "nox or carbon_monoxide."),
        _value(
            "air_class", "Route under which it runs, or the first that allows the same.", Kind.TEXT
        ),
        _value("permitted_short_tons_per_year", "Cap, or what offsets cover; blank for none."),
        _value("emitted_short_tons_per_year", "Running, starting and in tests, in twelve months."),
    ),
)
CARBON_USE = Table(
    "carbon_use",
    "the CO2 of a site in a step",
    (
        SITE,
        STEP,
        PERIOD,
        _value("stack_tonnes", "At the site's own stacks."),
        _value("grid_tonnes", "Of what is drawn, by the zone's marginal plants; blank if unknown."),
        _value("upstream_tonnes", "Of the supply of the fuel burnt on site; no methane."),
        _value("allowance_tonnes", "What the caps leave to the site; nothing where none does."),
    ),
)
TIMELINE = Table(
    "timeline",
    "a dated milestone",
    (
        _key("date", "First day of the month.", Kind.DATE),
        SITE,
        _key("milestone", "What happens."),
        _key("what", "Route, technology, system."),
        _value("amount_count", "How much of it."),
        _value("amount_unit", "MW, modules, systems or blocks.", Kind.TEXT),
    ),
)

BRANCHES = Table(
    "branches",
    "a branch of the future under the plan of least expected cost",
    (
        _key("branch", "Branch."),
        _value("probability_fraction", "Its chance."),
        _value("known_from", "First day on which it is known.", Kind.DATE),
        _value("cost_usd", "Present value in that branch, with cancellations."),
        _value("cancellation_usd", "Of it, paid for orders that were cancelled."),
        _value("known_cost_usd", "Least cost found, were the branch known from the start."),
        _value("known_bound_usd", "No plan for that branch alone costs less."),
        _value("regret_usd", "Cost less the cost were it known."),
        _value("careful_cost_usd", "Cost of the plan of least regret in that branch."),
        _value("careful_regret_usd", "Regret of that plan."),
    ),
)
UNCERTAINTY = Table(
    "uncertainty",
    "a measure of all branches together",
    (
        _key("measure", "Measure."),
        _value("amount_usd", "Its value."),
        _value("low_usd", "Least that the proven bounds allow; blank where none is proven."),
        _value("high_usd", "Most that they allow; blank where none is proven."),
    ),
)
COMMITMENTS = Table(
    "commitments",
    "a decision taken before any branch is known",
    (
        _key("plan", "Of least expected cost, or of least regret."),
        _key("date", "First day of the month.", Kind.DATE),
        SITE,
        _key("milestone", "What is decided."),
        _key("what", "Route, technology, system."),
        _value("amount_count", "How much of it."),
        _value("amount_unit", "MW, modules, systems or blocks.", Kind.TEXT),
    ),
)

RESULT_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        COST_PER_TOKEN,
        COSTS,
        CASHFLOW,
        CASH_BY_MONTH,
        LIVES_LEFT,
        SITES,
        ROUTES,
        POWER,
        HARDWARE,
        DEPARTURES,
        SERVING,
        FLOWS,
        TRANSFERS,
        DISPATCH,
        REDLINE_USE,
        EXPORT_USE,
        ADEQUACY,
        SUPPLY_USE,
        EMISSIONS,
        CARBON_USE,
        TIMELINE,
    )
}
