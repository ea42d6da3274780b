"""Checks of demand, workloads, systems and operating points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from tokenworks.checks.base import Tables, enabled, problem_at, reads, rows
from tokenworks.eligible import models_of
from tokenworks.errors import Problem
from tokenworks.schema.scenario import Scenario
from tokenworks.schema.tables_hardware import DECODE, NEEDED_WHEN_ENABLED, PREFILL, SERVE
from tokenworks.schema.wording import listed, shown

_HOURS = list(range(24))
_MEAN_TOLERANCE = 0.01
_POWER_TOLERANCE = 1.001  # measured and design power are rounded separately

_DEMAND = ("demand.workload", "demand.region", "demand.period")
# What decides whether an operating point fits a workload.
_FIT = (
    *(f"workloads.{name}" for name in ("model", "ttft_limit_ms", "tpot_limit_ms")),
    *(f"operating_points.{name}" for name in ("system", "model", "stage", "ttft_ms", "tpot_ms")),
    *(
        f"{table}.{name}"
        for table in ("workloads", "operating_points")
        for name in ("input_tokens", "output_tokens", "cached_fraction")
    ),
    "hardware.system",
    "hardware.enabled",
    "accepted_models",
)


@reads("profiles.profile", "profiles.hour_utc", "profiles.demand_shape")
def check_profiles_are_whole_days(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A profile has the hours 0 to 23 and mean 1."""
    table = tables["profiles"]
    for profile, group in table.frame.groupby("profile", sort=False):
        line = int(group.index[0])
        lacking = [str(hour) for hour in _HOURS if hour not in set(group["hour_utc"])]
        extra = group.index[~group["hour_utc"].isin(_HOURS)]
        if lacking:
            yield problem_at(
                table,
                line,
                "hour_utc",
                f"the profile {shown(profile)} lacks the hours {listed(lacking)}",
                "give every hour from 0 to 23",
            )
        if len(extra):
            hour = shown(group.loc[extra[0], "hour_utc"])
            yield problem_at(
                table, int(extra[0]), "hour_utc", f"{hour} is no hour of a day", "give 0 to 23"
            )
        mean = float(group["demand_shape"].mean())
        if not lacking and not len(extra) and abs(mean - 1.0) > _MEAN_TOLERANCE:
            yield problem_at(
                table,
                line,
                "demand_shape",
                f"the mean of the profile {shown(profile)} is {mean:.4g}, not 1",
                f"divide its values by {mean:.6g}" if mean else "give values of mean 1",
            )


@reads(*_DEMAND, "periods.period")
def check_demand_covers_every_period(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A workload has demand of a region in every period, or in none."""
    table = tables["demand"]
    periods = list(tables["periods"].frame["period"])
    for (workload, region), group in table.frame.groupby(["workload", "region"], sort=False):
        lacking = [period for period in periods if period not in set(group["period"])]
        if lacking:
            yield problem_at(
                table,
                int(group.index[0]),
                "period",
                f"{shown(workload)} in {shown(region)} has no row for {listed(lacking)}",
                "give every period a row, with 0 where there is no demand",
            )


@reads(*_DEMAND, "demand.profile")
def check_demand_keeps_its_profile(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A workload's profile in a region is the same in every period."""
    table = tables["demand"]
    for (workload, region), group in table.frame.groupby(["workload", "region"], sort=False):
        first = group["profile"].iloc[0]
        other = group.index[group["profile"] != first]
        if len(other):
            found = shown(group.loc[other[0], "profile"])
            yield problem_at(
                table,
                int(other[0]),
                "profile",
                f"{shown(workload)} in {shown(region)} has the profile {found} here, but "
                f"{shown(first)} in row {int(group.index[0])}",
                "give it one profile in all periods",
            )


@reads("demand.output_tokens_per_s")
def check_there_is_demand(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Some demand is above 0."""
    table = tables["demand"]
    if not (table.frame["output_tokens_per_s"] > 0).any():
        problem = "there is no demand at all: every figure is 0"
        yield problem_at(table, 0, "output_tokens_per_s", problem, "give one a number above 0")


@reads("hardware.enabled", *(f"hardware.{name}" for name in NEEDED_WHEN_ENABLED))
def check_enabled_systems_are_complete(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """A system that is switched on has every figure that the plan needs of it."""
    table = tables["hardware"]
    for row in enabled(table):
        for name in NEEDED_WHEN_ENABLED:
            value = getattr(row, name)
            if pd.isna(value) or value == "":
                yield problem_at(
                    table,
                    row.Index,
                    name,
                    "is blank for an enabled system",
                    "give a figure, or switch the system off",
                )


@reads(
    "operating_points.system",
    "operating_points.model",
    "hardware.system",
    "hardware.memory_gb",
    "models.model",
    "models.memory_gb",
)
def check_systems_hold_their_models(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """The memory of a measured system holds the model that it served."""
    table = tables["operating_points"]
    memory = tables["hardware"].frame.set_index("system")["memory_gb"]
    needed = tables["models"].frame.set_index("model")["memory_gb"]
    for row in rows(table):
        if row.system in memory and row.model in needed and memory[row.system] < needed[row.model]:
            yield problem_at(
                table,
                row.Index,
                "system",
                f"{shown(row.system)} has {memory[row.system]:g} GB of memory, but "
                f"{shown(row.model)} needs {needed[row.model]:g} GB",
                "correct `memory_gb` in `hardware` or `models`, or delete the operating point",
            )


@reads(
    "operating_points.system",
    "operating_points.full_load_kw",
    "hardware.system",
    "hardware.idle_kw",
    "hardware.design_kw",
)
def check_measured_power_is_plausible(tables: Tables, _: Scenario) -> Iterator[Problem]:
    """Wall power at load lies between idle power and the power that sizes the hall."""
    table = tables["operating_points"]
    systems = {row.system: row for row in rows(tables["hardware"])}
    for row in rows(table):
        system = systems.get(row.system)
        if system is None:
            continue
        if row.full_load_kw < system.idle_kw:
            problem = (
                f"{shown(row.full_load_kw)} kW at full load is below the idle power of "
                f"{shown(row.system)}, {system.idle_kw:g} kW"
            )
            remedy = "give at least `idle_kw` of the system"
            yield problem_at(table, row.Index, "full_load_kw", problem, remedy)
        if row.full_load_kw > system.design_kw * _POWER_TOLERANCE:
            problem = (
                f"{shown(row.full_load_kw)} kW at full load is above the design power of "
                f"{shown(row.system)}, {system.design_kw:g} kW"
            )
            remedy = "give at most `design_kw` of the system, which sizes halls and supply"
            yield problem_at(table, row.Index, "full_load_kw", problem, remedy)


@reads(
    *_FIT,
    "workloads.workload",
    "demand.workload",
    "demand.output_tokens_per_s",
    options=("serving", "latency.queue_ms"),
)
def check_workloads_have_operating_points(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Every workload with demand has an enabled operating point that fits it."""
    table, points = tables["workloads"], tables["operating_points"]
    systems = {row.system for row in enabled(tables["hardware"])}
    usable = [row for row in rows(points) if row.system in systems]
    demand = tables["demand"].frame
    wanted = set(demand.loc[demand["output_tokens_per_s"] > 0, "workload"])
    models = models_of({name: tables[name].frame for name in ("workloads", "accepted_models")})
    for row in rows(table):
        if row.workload not in wanted:
            continue
        misses = {
            p.point: point_misses(row, p, scenario)
            for p in usable
            if p.model in models[row.workload]
        }
        stages = {p.stage for p in usable if not misses.get(p.point, True)}
        if SERVE in stages or _some_model_has_both(usable, misses):
            continue
        name = shown(row.workload)
        yield problem_at(
            table,
            row.Index,
            "workload",
            f"operating points of enabled systems fit one stage of {name} alone"
            if stages
            else f"no operating point of an enabled system fits {name}",
            _nearest(
                models[row.workload],
                {point: missed for point, missed in misses.items() if missed},
                points.file,
            ),
        )


def _some_model_has_both(points: list[Any], misses: dict[str, dict[str, float]]) -> bool:
    """Whether both stages of one model fit: their points miss nothing."""
    fit = {(p.model, p.stage) for p in points if not misses.get(p.point, True)}
    return any({(model, PREFILL), (model, DECODE)} <= fit for model, _ in fit)


def _nearest(models: set[str], misses: dict[str, dict[str, float]], file: str) -> str:
    if not misses:
        names = " or ".join(map(shown, sorted(models)))
        return f"give one of the model {names} in {shown(file)}, or enable its system"
    point = min(misses, key=lambda name: (len(misses[name]), sum(misses[name].values()), name))
    return (
        f"the nearest, {shown(point)}, misses {'; '.join(misses[point])}; measure another, "
        "change the workload, or widen the tolerances of `serving`"
    )


def point_misses(workload: Any, point: Any, scenario: Scenario) -> dict[str, float]:
    """What an operating point misses of a workload: words, and by how much over what is allowed.

    Parameters
    ----------
    workload, point
        Rows of the two tables.
    scenario
        Holds the tolerances and the wait in the queue.

    Returns
    -------
    dict
        Empty where the point fits.
    """
    options = scenario.serving
    slack = 1e-12  # as in the choice of columns, so that both take the same points
    missed: dict[str, float] = {}
    lengths = [("input_tokens", "input length"), ("output_tokens", "output length")]
    for name, word in lengths[: 1 if point.stage == PREFILL else 2]:
        have, want = getattr(point, name), getattr(workload, name)
        excess = abs(have / want - 1.0) - options.length_tolerance_fraction
        if excess > slack:
            share = options.length_tolerance_fraction
            missed[f"the {word}: {have:g} tokens, not within {share:.0%} of {want:g}"] = excess
    share = abs(point.cached_fraction - workload.cached_fraction)
    if share > options.cached_tolerance_fraction + slack:
        words = f"the cached share: {point.cached_fraction:g} for {workload.cached_fraction:g}"
        missed[words] = share - options.cached_tolerance_fraction
    if point.stage == PREFILL and workload.cached_fraction >= 1.0:
        missed["the cached share: all of the input is cached, which leaves nothing to prefill"] = (
            1.0
        )
    first = point.ttft_ms + scenario.latency.queue_ms
    for word, have, want in (
        ("first token", first, workload.ttft_limit_ms),
        ("time per token", point.tpot_ms, workload.tpot_limit_ms),
    ):
        if have > want:  # never where the point is of a stage that does not decide it: it is blank
            missed[f"the {word}: {have:g} ms, more than {want:g} ms"] = have / want - 1.0
    return missed


@reads(
    *_FIT,
    *_DEMAND,
    "workloads.workload",
    "demand.output_tokens_per_s",
    "sites",
    "regions",
    "network",
    "cloud_prices",
    options=("serving", "latency", "unserved"),
)
def check_demand_is_in_reach(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Where nothing may be left unserved or rented, some enabled site is near enough."""
    if scenario.unserved != "forbidden":
        return
    table = tables["demand"]
    rented = set(tables["cloud_prices"].frame["workload"])
    workloads = {row.workload: row for row in rows(tables["workloads"])}
    quickest = _quickest_trip(tables, scenario)
    fastest = _fastest_first_token(tables, scenario)
    seen: set[tuple[str, str]] = set()
    for row in rows(table):
        pair = (row.workload, row.region)
        known = row.workload in fastest and row.region in quickest and row.workload not in rented
        if pair in seen or row.output_tokens_per_s <= 0 or not known:
            continue
        seen.add(pair)
        limit = workloads[row.workload].ttft_limit_ms
        total = fastest[row.workload] + quickest[row.region]
        if total > limit:
            yield problem_at(
                table,
                row.Index,
                "region",
                f"no enabled site can serve {shown(row.workload)} in {shown(row.region)}: the "
                f"first token takes {total:.4g} ms at best, more than {limit:g} ms",
                "add a nearer site, allow more time, give a cloud price, or let `unserved` be "
                "`priced`",
            )


def _fastest_first_token(tables: Tables, scenario: Scenario) -> dict[str, float]:
    """Workload to the shortest wait for the first token at a fitting point, without the trip."""
    systems = {row.system for row in enabled(tables["hardware"])}
    models = models_of({name: tables[name].frame for name in ("workloads", "accepted_models")})
    found: dict[str, float] = {}
    for workload in rows(tables["workloads"]):
        # A prefill may be at another site than its decode, which takes no less time.
        times = [
            point.ttft_ms + scenario.latency.queue_ms
            for point in rows(tables["operating_points"])
            if point.system in systems
            and point.stage != DECODE
            and point.model in models[workload.workload]
            and not point_misses(workload, point, scenario)
        ]
        if times:
            found[workload.workload] = min(times)
    return found


def _quickest_trip(tables: Tables, scenario: Scenario) -> dict[str, float]:
    """Region to the shortest round trip from any enabled site, ms."""
    from tokenworks.geo.distance import distances_km  # noqa: PLC0415 -- loads pyproj

    sites = enabled(tables["sites"])
    regions = tables["regions"].frame
    if not sites:
        return {}
    kilometres = distances_km(
        [row.latitude_deg for row in sites],
        [row.longitude_deg for row in sites],
        regions["latitude_deg"].tolist(),
        regions["longitude_deg"].tolist(),
    )
    trips = scenario.latency.base_ms + scenario.latency.round_trip_ms_per_km * kilometres
    at = {row.site: i for i, row in enumerate(sites)}
    to = {region: j for j, region in enumerate(regions["region"])}
    for row in rows(tables["network"]):
        if row.site in at and row.region in to and not np.isnan(row.rtt_ms):
            trips[at[row.site], to[row.region]] = row.rtt_ms
    return {region: float(trips[:, j].min()) for region, j in to.items()}
