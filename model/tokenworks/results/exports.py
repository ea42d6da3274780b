"""What a plan ships abroad: the use of quotas, and what must hold of every shipment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from tokenworks.export_rules import Quota, Status
from tokenworks.exports import quota_use
from tokenworks.frames import NamedRow, lookup, rows
from tokenworks.results.frames import Context, frame
from tokenworks.schema import results as declared
from tokenworks.schema.tables_export import LICENCE
from tokenworks.shipments import quota_span

SLACK = 1e-6


def export_use(c: Context) -> pd.DataFrame:
    """Quotas that some purchase of the program can use, and how much of them the plan uses."""
    ways = c.model.candidates.exports.ways
    used: dict[tuple[str, str], float] = defaultdict(float)
    quotas: dict[tuple[str, str], Quota] = {}
    shipped = c.all_values("ship_systems")
    for (s, h, e), found in ways.items():
        for way in found:
            if way.quota is None:
                continue
            index = way.rule, quota_span(way.quota.period, c.steps[e].year)
            quotas[index] = way.quota
            used[index] += way.use * shipped.get((s, h, e, way.rule), 0.0)
    return frame(
        declared.EXPORT_USE,
        (
            (rule, span, quota.unit, quota.ours, used[rule, span])
            for (rule, span), quota in quotas.items()
        ),
    )


def broken(c: Context, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Shipments that the rules do not let go, from the rules and the tables of the plan alone."""
    shipments = c.model.candidates.exports.shipments
    held = c.held("buy_systems")
    place = lookup(c.model.inputs.tables["sites"], "site", "jurisdiction")
    granted = {(r.site, r.route): r.granted for r in rows(tables["routes"])}
    least: dict[tuple[str, str], float] = defaultdict(float)
    quotas: dict[tuple[str, str], Quota] = {}
    for row in rows(tables["hardware"]):
        if shipments.is_home(place[row.site]) or (row.site, row.system, row.in_service) in held:
            continue
        status = shipments.status(place[row.site], row.system, row.in_service.date())
        what = f"{row.bought_systems} {row.system} to {row.site} on {row.in_service.date()}"
        parts = list(_parts(status))
        if not any(_goes(part, row, granted) for part in parts):
            yield f"{what} are shipped, which {' or '.join(status.rules)} does not let go"
        # What has a single quota and no other way must be within it.
        others = [part for part in parts[1:] if _goes(part, row, granted)]
        if status.quota is not None and not others:
            use = quota_use(shipments.systems[row.system], status.quota.unit) or 0.0
            index = status.rules[0], quota_span(status.quota.period, row.in_service.year)
            least[index] += use * row.bought_systems
            quotas[index] = status.quota
    for index, amount in least.items():
        if amount > quotas[index].ours * (1.0 + SLACK) + SLACK:
            yield f"quota {index}: {amount} {quotas[index].unit} of {quotas[index].ours}"


def _parts(status: Status) -> Iterator[Status]:
    yield status
    if status.otherwise is not None:
        yield from _parts(status.otherwise)


def _goes(part: Status, row: NamedRow, granted: Mapping[tuple[str, str], pd.Timestamp]) -> bool:
    """Whether a part of the rules lets a shipment go, quotas apart."""
    if part.effect == LICENCE:
        grant = granted.get((row.site, part.rules[0]))
        return grant is not None and grant <= row.in_service
    return part.effect in ("allowed", "quota")
