"""Checks of a scenario's tables against each other: small named functions, all run before a solve.

`read_checked` answers everything that is wrong with a scenario at once: options, cells and
relations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tokenworks.checks import (
    branches,
    exports,
    grid,
    hardware,
    holdings,
    money,
    outages,
    permits,
    place,
    policy,
    power,
    power_assets,
    redlines,
    references,
    stages,
    time,
    tokens,
)
from tokenworks.checks.base import Check
from tokenworks.errors import InputError, Problem
from tokenworks.io.overrides import try_tables
from tokenworks.io.scenario_files import EXTENDS, read_scenario
from tokenworks.io.tables import LoadedTable, limited
from tokenworks.schema.scenario import Scenario

__all__ = [
    "ALL_CHECKS",
    "Check",
    "checked_again",
    "checked_tables",
    "read_checked",
    "run_checks",
]

ALL_CHECKS: tuple[Check, ...] = (
    *references.REFERENCE_CHECKS,  # first: what dangles is looked at no further
    references.check_sources_exist,
    references.check_figure_sources_name_columns,
    references.check_parents_make_no_circle,
    time.check_periods_are_whole_months,
    time.check_periods_follow_each_other,
    time.check_usd_years_have_a_price_index,
    time.check_some_site_is_reachable,
    place.check_some_site_is_enabled,
    place.check_blocks_fit_their_site,
    place.check_peak_pue_is_the_larger,
    place.check_rented_halls_are_not_built,
    place.check_retrofits_make_halls_better,
    place.check_zones_have_operations,
    place.check_zones_have_tariffs,
    place.check_zones_have_headroom,
    place.check_representative_days_are_whole,
    place.check_days_can_be_left_out,
    place.check_weights_make_a_year,
    place.check_shapes_have_mean_one,
    grid.check_flexible_routes_alone_are_cut,
    grid.check_flexible_routes_have_a_net_load,
    grid.check_flexible_headroom_holds_the_firm,
    grid.check_deferrable_load_has_a_window,
    redlines.check_redlines_are_of_places,
    redlines.check_redlines_limit_something,
    redlines.check_redlines_by_share_have_a_peak,
    power.check_technologies_have_costs,
    power.check_fuels_have_prices,
    power.check_heat_rates_go_with_fuels,
    power.check_storage_has_hours,
    power.check_leases_have_a_rent_and_no_capital,
    power_assets.check_what_takes_supply_exists,
    power_assets.check_series_begin_and_get_cheaper,
    power_assets.check_tax_credits_are_of_use,
    power_assets.check_one_tax_credit_decides,
    power.check_routes_have_names_of_their_own,
    power.check_no_technology_is_called_site,
    power.check_replaced_routes_are_of_the_same_kind,
    power.check_every_requirement_has_a_route,
    permits.check_second_requirements_differ,
    permits.check_followed_requirements_have_routes,
    permits.check_permits_do_not_wait_for_each_other,
    permits.check_stacks_alone_have_caps,
    permits.check_stacks_have_no_permit_of_their_own,
    permits.check_capped_permits_stay_below_a_threshold,
    permits.check_control_is_whole,
    outages.check_technologies_run_at_times,
    outages.check_fuel_on_site_is_in_place_of_gas,
    outages.check_only_thermal_units_have_a_least_output,
    outages.check_outage_days_can_be_told,
    outages.check_carbon_comes_from_fuel,
    outages.check_counted_grid_has_its_carbon,
    tokens.check_profiles_are_whole_days,
    tokens.check_demand_covers_every_period,
    tokens.check_demand_keeps_its_profile,
    tokens.check_there_is_demand,
    tokens.check_enabled_systems_are_complete,
    tokens.check_systems_hold_their_models,
    tokens.check_measured_power_is_plausible,
    stages.check_points_have_the_figures_of_their_stage,
    stages.check_links_join_two_sites,
    stages.check_what_is_sent_is_known,
    tokens.check_workloads_have_operating_points,
    tokens.check_demand_is_in_reach,
    money.check_something_is_sold,
    hardware.check_performance_follows_from_rates,
    hardware.check_density_follows_from_performance,
    policy.check_accepted_models_are_others,
    policy.check_users_have_a_country,
    policy.check_sovereign_demand_has_a_site,
    policy.check_vendors_can_keep_their_share,
    policy.check_stacks_serve_some_system,
    holdings.check_holdings_name_what_there_is,
    holdings.check_holdings_have_amounts,
    holdings.check_holdings_are_held_by_the_start,
    holdings.check_holdings_fit,
    holdings.check_held_power_has_its_permits,
    holdings.check_held_routes_are_of_their_site,
    exports.check_export_rules_say_what_holds,
    exports.check_export_rules_end_after_they_begin,
    exports.check_memberships_end_after_they_begin,
    exports.check_standings_end_after_they_begin,
    exports.check_rules_have_names_of_their_own,
    exports.check_licensed_systems_draw_power,
    exports.check_export_conditions_name_hardware_columns,
    exports.check_export_conditions_compare_like_with_like,
    branches.check_probabilities_sum_to_one,
    branches.check_branches_are_revealed_within_the_horizon,
    branches.check_branch_changes_can_be_read,
    branches.check_branches_are_solved_whole,
)


def run_checks(tables: Mapping[str, LoadedTable], scenario: Scenario) -> None:
    """Run every check whose tables are there.

    Parameters
    ----------
    tables
        Tables by name, from `read_tables`.
    scenario
        The scenario that they belong to.

    Raises
    ------
    InputError
        With every problem found.
    """
    problems = list(_found(tables, scenario, ()))
    if problems:
        raise InputError(problems)


def checked_tables(scenario: Scenario) -> dict[str, LoadedTable]:
    """`read_tables` and `run_checks` in one, with the problems of both at once.

    Parameters
    ----------
    scenario
        A scenario.

    Raises
    ------
    InputError
        With every problem of every file, override and check; a check is left out where a column
        that it relies upon could not be read whole.
    """
    tables, problems = try_tables(scenario)
    problems += _found(tables, scenario, ())
    if problems:
        raise InputError(problems)
    return tables


def checked_again(
    tables: Mapping[str, LoadedTable],
    scenario: Scenario,
    known_tables: Mapping[str, LoadedTable],
    known: Scenario,
) -> None:
    """Run the checks that look at what differs from a scenario that has passed them all.

    Parameters
    ----------
    tables, scenario
        What is to be checked; a table that is the same object as the known one has not changed.
    known_tables, known
        What has passed every check.

    Raises
    ------
    InputError
        With every problem found.
    """
    apart = {"name", "title", "question", "solve", "overrides", "tables"}
    same = scenario.model_dump(exclude=apart) == known.model_dump(exclude=apart)
    if not same:
        run_checks(tables, scenario)
        return
    changed = {name for name, table in tables.items() if known_tables.get(name) is not table}
    problems: list[Problem] = []
    for check in ALL_CHECKS:
        if changed & {column.partition(".")[0] for column in check.columns}:
            problems += limited(check(tables, scenario))
            if problems and _is_reference(check):
                run_checks(tables, scenario)  # what follows an id that dangles is left out there
    if problems:
        raise InputError(problems)


def read_checked(name_or_path: str | Path) -> tuple[Scenario, dict[str, LoadedTable]]:
    """Scenario and tables, read and checked; the problems of all of it at once.

    Parameters
    ----------
    name_or_path
        Bare name of a shipped scenario, or the path of a YAML file.

    Raises
    ------
    InputError
        With every problem of the scenario's files, its tables and the checks.
    """
    read = read_scenario(name_or_path)
    if read.scenario is None:
        raise InputError(read.problems)
    tables, problems = try_tables(read.scenario)
    if read.faulty:
        problems = [problem for problem in problems if not _follows(problem, read.faulty)]
    problems += [*read.problems, *_found(tables, read.scenario, read.faulty)]
    if problems:
        raise InputError(problems)
    return read.scenario, tables


def _follows(problem: Problem, faulty: tuple[str, ...]) -> bool:
    """Whether a table is missing only because what names it could not be read."""
    parts = (EXTENDS, "tables", problem.column)
    return problem.column.startswith("tables.") and any(key in faulty for key in parts)


def _found(
    tables: Mapping[str, LoadedTable], scenario: Scenario, faulty: tuple[str, ...]
) -> Iterator[Problem]:
    """Problems of all checks that can run.

    An id that names nothing is one problem: the checks that follow it from table to table would
    only say it again, and are left out.
    """
    bad = {f"{name}.{column}" for name, loaded in tables.items() for column in loaded.damaged}
    dangling: set[str] = set()
    for check in ALL_CHECKS:
        if not _can_run(check, tables, bad if _is_reference(check) else bad | dangling, faulty):
            if _is_reference(check):
                dangling.add(check.columns[0])  # for all that can be known
            continue
        problems = list(limited(check(tables, scenario)))
        yield from problems
        if problems and _is_reference(check):
            dangling.add(check.columns[0])


def _is_reference(check: Check) -> bool:
    return check in references.REFERENCE_CHECKS


def _can_run(
    check: Check, tables: Mapping[str, LoadedTable], bad: set[str], faulty: tuple[str, ...]
) -> bool:
    for read in check.columns:
        table, _, column = read.partition(".")
        if table not in tables or read in bad:
            return False
        if not column and any(name.startswith(f"{table}.") for name in bad):
            return False
    if EXTENDS in faulty and not _is_reference(check):
        return False
    return not any(_within(key, option) for key in faulty for option in check.options)


def _within(key: str, option: str) -> bool:
    """Whether a faulty key is the option, a part of it, or a section around it."""
    return key == option or key.startswith(f"{option}.") or option.startswith(f"{key}.")
