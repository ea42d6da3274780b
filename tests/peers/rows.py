"""Limits that PyPSA has no attribute for, as rows of its linopy model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pypsa
import xarray as xr

if TYPE_CHECKING:
    from tests.peers.peer import Peer


def add(peer: Peer, n: pypsa.Network) -> None:
    """Limits on capacity by step, minimum take, and what ties the hours of a day."""
    for e in peer.steps:
        _capacities(peer, n, e)
        for route in peer.x.tables["interconnection_routes"].itertuples():
            names = peer.there(route.site, {route.route}, e.index)
            if names:
                n.model.add_constraints(n.model["Generator-p_nom"].loc[names].sum() <= route.max_mw)
                _take(peer, n, route, e, names)
    if "Generator-status" in n.model.variables:
        # In whole numbers with PyPSA, which refuses `linearized_unit_commitment` for modules.
        n.model.variables["Generator-status"].relax()
    for period in n.investment_periods:
        _ramp_from_the_last_hour_to_the_first(n, period)
        _online_all_day(n, period)


def _capacities(peer: Peer, n: pypsa.Network, e: Any) -> None:
    """Most of a technology at a site, and gas access."""
    technologies = peer.x.tables["power_technologies"]
    gas = set(technologies.loc[technologies["needs_gas"], "technology"])
    for row in peer.x.tables["sites"].itertuples():
        limits = [(gas, row.gas_access_mw)]
        limits += [
            ({k.technology}, k.max_site_mw)
            for k in technologies.itertuples()
            if k.kind != "storage" and not pd.isna(k.max_site_mw)
        ]
        for sources, most in limits:
            names = peer.there(row.site, sources, e.index)
            if names:
                n.model.add_constraints(n.model["Generator-p_nom"].loc[names].sum() <= most)


def _take(peer: Peer, n: pypsa.Network, route: Any, e: Any, names: list[str]) -> None:
    zone = peer.zone_of[route.site]
    share = peer.yearly("tariffs", "minimum_take_fraction", e.years, zone=zone)
    if not share:
        return
    price = peer.yearly("tariffs", "energy_usd_per_mwh", e.years, zone=zone)
    snapshots = n.snapshots[n.snapshots.get_level_values(0) // 1000 == e.index + 1]
    hours = n.snapshot_weightings.loc[snapshots, "generators"]
    drawn = n.model["Generator-p"].sel(snapshot=snapshots, name=names)
    unused = n.model.add_variables(lower=0.0, name=f"unused {route.route} {e.index}")
    due = n.model["Generator-p_nom"].loc[names].sum() * (share * e.hours)
    weights = xr.DataArray(hours.to_numpy(), coords={"snapshot": drawn.coords["snapshot"]})
    taken = (drawn * weights).sum()
    n.model.add_constraints(due - taken - unused <= 0.0)
    worth = peer.spread(e.start_month, e.end_month) * max(0.0, price)
    n.model.objective = n.model.objective + unused * worth


def _ramp_from_the_last_hour_to_the_first(n: pypsa.Network, period: int) -> None:
    """PyPSA's ramps start anew with every period; a representative day follows on itself."""
    first, *_, last = hours_of(n, period)
    active = n.components.generators.get_active_assets(period)
    limits = n.generators_t.ramp_limit_up
    for name in [k for k in limits.columns if active[k] and not pd.isna(limits.loc[first, k])]:
        limit = float(limits.loc[first, name])
        if n.generators.loc[name, "committable"]:
            one = float(n.generators.loc[name, "p_nom_mod"])
            most = limit * one * at(n, "Generator-status", name, first)
        else:
            most = limit * n.model["Generator-p_nom"].sel(name=name, drop=True)
        change = at(n, "Generator-p", name, first) - at(n, "Generator-p", name, last)
        n.model.add_constraints(change - most <= 0.0)
        n.model.add_constraints(change + most >= 0.0)


def _online_all_day(n: pypsa.Network, period: int) -> None:
    """PyPSA's units may start and stop by the hour; ours are online all day or not at all."""
    names = n.generators.index[n.generators["committable"]]
    active = n.components.generators.get_active_assets(period)
    first, *others = hours_of(n, period)
    for name in names[active[names]]:
        for other in others:
            change = at(n, "Generator-status", name, other) - at(n, "Generator-status", name, first)
            n.model.add_constraints(change == 0.0)


def hours_of(n: pypsa.Network, period: int) -> list[Any]:
    return [hour for hour in n.snapshots if hour[0] == period]


def at(n: pypsa.Network, variable: str, name: str, hour: Any) -> Any:
    """Variable of a component in an hour, without the coordinates of either."""
    of_name = n.model[variable].sel(name=name, drop=True)
    return of_name.isel(snapshot=n.snapshots.get_loc(hour), drop=True)
