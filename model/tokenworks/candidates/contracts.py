"""Grid contracts: what they take of a zone's headroom, what they cost, and when they are cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from tokenworks.candidates.grouping import gather
from tokenworks.candidates.slices import Slices
from tokenworks.frames import NamedRow, lookup, once, rows, rows_by
from tokenworks.inputs import Inputs
from tokenworks.yearly import Yearly

FLEXIBLE = "flexible"
CO_LOCATED = "co-located"

# Shares of a year that differ by less are the same.
_ROUNDING = 1e-9


def headroom_share(route: NamedRow) -> float:
    """Share of a contract that counts in its zone's headroom.

    The route's own; otherwise all of it, and nothing of what an existing plant beside the site
    gives behind its meter.
    """
    if not pd.isna(route.headroom_share_fraction):
        return float(route.headroom_share_fraction)
    return 0.0 if route.firmness == CO_LOCATED else 1.0


def route_price(x: Inputs, column: str) -> Callable[[str, int], float]:
    """Price of a part of the tariff by route and step.

    The route's own where it has one, at all times; otherwise the mean of its zone's over the step.
    """
    tariff = Yearly(x.tables["tariffs"], ["zone"], column)
    zone = lookup(x.tables["sites"], "site", "zone")
    routes = rows_by(x.tables["interconnection_routes"], "route")

    def price(route: str, step: int) -> float:
        own = getattr(routes[route], column)
        if not pd.isna(own):
            return float(own)
        return tariff.mean((zone[routes[route].site],), x.calendar.steps[step].years)

    return price


def cut_slices(x: Inputs, slices: dict[str, Slices]) -> set[tuple[str, str, str]]:
    """(site, route, slice) in which a flexible contract is cut.

    The hours of highest net load are cut first, until they make up the contract's curtailed share
    of the year; of equal hours the first by name. Slices are divided where that share ends.
    """
    cut = set()
    for route in rows(x.tables["interconnection_routes"]):
        if route.firmness != FLEXIBLE or route.site not in slices:
            continue
        here, left = slices[route.site], float(route.curtailed_fraction)
        for _, name in sorted((-here.net_load_mw[name], name) for name in here.names):
            left -= here.share[name]
            if left < -_ROUNDING:
                break
            cut.add((route.site, route.route, name))
    return cut


def curtailed_shares(x: Inputs) -> dict[str, list[float]]:
    """Zone to the shares by which flexible contracts that take its headroom are cut, at all sites.

    A contract that is cut less counts against each of them, also where it stands by itself.
    """
    zone, found = lookup(x.whole.tables["sites"], "site", "zone"), set()
    for route in rows(x.whole.tables["interconnection_routes"]):
        if route.firmness == FLEXIBLE and headroom_share(route) > 0.0:
            found.add((zone[route.site], float(route.curtailed_fraction)))
    return gather({z for z, _ in found}, sorted(found))


class FlexibleHeadroom:
    """Firm and flexible contracts together that a zone can sign, by share of curtailed energy.

    Interpolated between the years and the shares that the zone's rows give, the nearest outside
    them; a zone without rows has no more than its firm headroom.

    Parameters
    ----------
    x
        Inputs; ask `flexible_headroom`, which makes it once for all sites.
    """

    def __init__(self, x: Inputs) -> None:
        table = x.tables["flexible_headroom"]
        self._by_share = Yearly(table, ["zone", "curtailed_fraction"], "flexible_headroom_mw")
        shares = zip(table["zone"], table["curtailed_fraction"].tolist(), strict=True)
        self._shares = gather(table["zone"], sorted(shares))
        self._firm = Yearly(x.tables["zone_headroom"], ["zone"], "firm_headroom_mw")

    def least(self, zone: str, curtailed: float, years: tuple[int, ...]) -> float:
        """Least over the calendar years of a step's months."""
        shares = self._shares.get(zone)
        if not shares:
            return self._firm.least((zone,), years)
        return min(
            float(np.interp(curtailed, shares, [self._by_share.at((zone, c), y) for c in shares]))
            for y in set(years)
        )


def flexible_headroom(x: Inputs) -> FlexibleHeadroom:
    """Flexible headroom of all zones."""
    return _flexible_headroom(x.whole)


_flexible_headroom = once(FlexibleHeadroom)


def has_room(x: Inputs) -> Callable[[NamedRow, tuple[int, ...]], bool]:
    """Whether the zone of a route can sign any of its contracts in the years of a step."""
    firm = Yearly(x.tables["zone_headroom"], ["zone"], "firm_headroom_mw")
    flexible, zone = flexible_headroom(x), lookup(x.tables["sites"], "site", "zone")

    def room(route: NamedRow, years: tuple[int, ...]) -> bool:
        if headroom_share(route) <= 0.0:
            return True
        if route.firmness == FLEXIBLE:
            return flexible.least(zone[route.site], float(route.curtailed_fraction), years) > 0.0
        return firm.least((zone[route.site],), years) > 0.0

    return room
