"""Operating points that match a workload, and where their latency can be met."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tokenworks.candidates.software import Software
from tokenworks.eligible import models_of
from tokenworks.frames import NamedRow, lookup, once, rows
from tokenworks.geo.distance import distances_km
from tokenworks.inputs import Inputs
from tokenworks.schema.tables_hardware import DECODE, PREFILL, SERVE


@dataclass(frozen=True)
class Match:
    """An operating point at which a system can serve a workload.

    Attributes
    ----------
    workload, point, system, model, stage
        Ids, and what the system does: all of a request, its prefill or its decode.
    measured_mtokens_per_s
        Million output tokens a second that one system gives at its utilisation limit, as measured;
        of a prefill, those that go with the input that it reads, at the workload's lengths and
        cached share.
    measured_mw_per_mtoken_per_s
        Megawatts above idle for every million output tokens a second, as measured.
    ttft_ms
        Time to first token within the system; 0 of a decode, which comes after it.
    throughput_ratio
        Throughput over the measured one, by step.
    sent_gb_per_mtoken
        Of a prefill: key-value cache of the input that it computes, in gigabytes for every million
        output tokens; sent where the decode is at another site. What the prefill finds in its own
        site's cache is taken to be in the decode's too.
    """

    workload: str
    point: str
    system: str
    model: str
    stage: str
    measured_mtokens_per_s: float
    measured_mw_per_mtoken_per_s: float
    ttft_ms: float
    throughput_ratio: tuple[float, ...]
    sent_gb_per_mtoken: float

    def mtokens_per_s(self, step: int) -> float:
        """Million output tokens a second of one system at its utilisation limit, in a step."""
        return self.measured_mtokens_per_s * self.throughput_ratio[step]

    def load_mw_per_mtoken_per_s(self, step: int) -> float:
        """Megawatts above idle for every million output tokens a second, in a step.

        Power at full throughput is what was measured, so it falls as throughput rises.
        """
        return self.measured_mw_per_mtoken_per_s / self.throughput_ratio[step]

    @cached_property
    def merits(self) -> tuple[float, ...]:
        """Output and power, step by step: less is better."""
        steps = range(len(self.throughput_ratio))
        output = (-self.mtokens_per_s(e) for e in steps)
        return (*output, *map(self.load_mw_per_mtoken_per_s, steps))


def matches(x: Inputs, spans: Sequence[tuple[int, ...]] | None = None) -> list[Match]:
    """Operating points within the scenario's tolerances of a workload and within its latencies.

    A point that another of the same system beats in throughput, power and latency, whatever the
    step, is left out.

    Parameters
    ----------
    x
        Inputs.
    spans
        Calendar years of every step of the answer; blank means the steps of the calendar.
    """
    return list(_of_steps(x.whole)) if spans is None else _matches(x, spans)


@once
def _of_steps(x: Inputs) -> list[Match]:
    return _matches(x, [step.years for step in x.calendar.steps])


def _matches(x: Inputs, spans: Sequence[tuple[int, ...]]) -> list[Match]:
    idle_kw = lookup(x.tables["hardware"], "system", "idle_kw")
    kv_bytes = lookup(x.tables["models"], "model", "kv_bytes_per_token")
    points = x.tables["operating_points"]
    software = Software(x)
    ratios = {
        point.point: tuple(software.throughput_ratio(point, years) for years in spans)
        for point in rows(points)
    }
    accepted = models_of(x.tables)
    found: list[Match] = []
    for workload in rows(x.tables["workloads"]):
        fitting = points[_fits(points, workload, accepted[workload.workload], x)]
        candidates = [
            _match(
                workload,
                point,
                idle_kw[point.system],
                ratios[point.point],
                kv_bytes[point.model],
            )
            for point in rows(fitting)
        ]
        candidates = [m for m in candidates if _is_whole(m, candidates)]
        found += [m for m in candidates if not any(_beats(o, m) for o in candidates)]
    return found


def _is_whole(match: Match, candidates: list[Match]) -> bool:
    """Whether a request can be served: a stage needs the other one, of the same model."""
    other = {PREFILL: DECODE, DECODE: PREFILL}.get(match.stage, SERVE)
    return any(m.stage == other and m.model == match.model for m in candidates)


def _fits(points: pd.DataFrame, workload: NamedRow, models: set[str], x: Inputs) -> pd.Series[bool]:
    options = x.scenario.serving
    tolerance = options.length_tolerance_fraction + 1e-12
    # Each stage is held to what it decides: prefill to the first token, decode to the others.
    reads = (points["stage"] == DECODE) | (
        points["ttft_ms"] + x.scenario.latency.queue_ms <= workload.ttft_limit_ms
    )
    writes = (points["stage"] == PREFILL) | (
        ((points["output_tokens"] / workload.output_tokens - 1.0).abs() <= tolerance)
        & (points["tpot_ms"] <= workload.tpot_limit_ms)
    )
    fits: pd.Series[bool] = (
        points["model"].isin(models)
        & ((points["input_tokens"] / workload.input_tokens - 1.0).abs() <= tolerance)
        & (
            (points["cached_fraction"] - workload.cached_fraction).abs()
            <= options.cached_tolerance_fraction + 1e-12
        )
        & ((points["stage"] != PREFILL) | (workload.cached_fraction < 1.0))
        & reads
        & writes
    )
    return fits


def _match(
    workload: NamedRow,
    point: NamedRow,
    idle_kw: float,
    ratio: tuple[float, ...],
    kv_bytes: float,
) -> Match:
    full_mtokens_per_s = point.output_tokens_per_s / 1e6
    if point.stage == PREFILL:
        requests_per_s = point.input_tokens_per_s / uncached_tokens(workload)
        full_mtokens_per_s = requests_per_s * workload.output_tokens / 1e6
    return Match(
        workload.workload,
        point.point,
        point.system,
        point.model,
        point.stage,
        full_mtokens_per_s * workload.max_utilisation_fraction,
        (point.full_load_kw - idle_kw) / 1e3 / full_mtokens_per_s,
        0.0 if point.stage == DECODE else point.ttft_ms,
        ratio,
        _sent_gb(workload, kv_bytes) if point.stage == PREFILL else 0.0,
    )


def _sent_gb(workload: NamedRow, kv_bytes_of_model: float) -> float:
    """Key-value cache that a prefill computes, gigabytes for every million output tokens."""
    own = workload.kv_bytes_per_token
    bytes_per_token = kv_bytes_of_model if pd.isna(own) else own
    gigabytes = uncached_tokens(workload) * bytes_per_token / 1e9
    return float(gigabytes / workload.output_tokens * 1e6)


def uncached_tokens(workload: NamedRow) -> float:
    """Input tokens of a request that are not in the cache: those that a prefill computes."""
    return float(workload.input_tokens * (1.0 - workload.cached_fraction))


def _beats(other: Match, match: Match) -> bool:
    """Whether another point of the system for the same stage is as good in all, better in one.

    Of two equal ones the first by name stays, so that the choice is by rule.
    """
    return _takes_the_place(other, match, (other.ttft_ms,), (match.ttft_ms,))


def beats_where_it_serves(
    other: Match, match: Match, its_regions: Set[str], regions: Set[str]
) -> bool:
    """Whether another point that serves requests whole makes a point useless at a site.

    It does where it serves every region that the point does, with no less output of a system and no
    more power for a token: latencies no longer count once they are met. Whatever the point serves
    together, on systems of its own, the other serves together on as many.
    """
    both = (match.stage, other.stage) == (SERVE, SERVE)
    fewer = (-len(its_regions),), (-len(regions),)
    return both and regions <= its_regions and _takes_the_place(other, match, *fewer)


def _takes_the_place(
    other: Match, match: Match, its: tuple[float, ...], own: tuple[float, ...]
) -> bool:
    alike = (other.system, other.stage) == (match.system, match.stage)
    # A workload may accept several models, but its two stages are of one.
    instead = match.stage == SERVE or other.model == match.model
    if not alike or not instead or other.point == match.point:
        return False
    its, own = (*other.merits, *its), (*match.merits, *own)
    no_worse = all(a <= b for a, b in zip(its, own, strict=True))
    return no_worse and (its != own or other.point < match.point)


def round_trips_ms(x: Inputs) -> dict[tuple[str, str], float]:
    """Round trip of every (site, region): the table `network`, or else the distance rule.

    Returns
    -------
    dict
        (site, region) to milliseconds: base_ms + round_trip_ms_per_km x geodesic kilometres.
    """
    sites, regions = x.tables["sites"], x.tables["regions"]
    kilometres = distances_km(
        sites["latitude_deg"].tolist(),
        sites["longitude_deg"].tolist(),
        regions["latitude_deg"].tolist(),
        regions["longitude_deg"].tolist(),
    )
    trips = {
        (site, region): by_distance_ms(x, float(kilometres[i, j]))
        for i, site in enumerate(sites["site"])
        for j, region in enumerate(regions["region"])
    }
    for row in rows(x.tables["network"]):
        if not pd.isna(row.rtt_ms):
            trips[row.site, row.region] = row.rtt_ms
    return trips


def by_distance_ms(x: Inputs, kilometres: float) -> float:
    """Round trip by the distance rule."""
    rule = x.scenario.latency
    return rule.base_ms + rule.round_trip_ms_per_km * kilometres


def fits_site(system: NamedRow, site: NamedRow) -> bool:
    """Whether a site's halls admit the system's racks and its cooling."""
    dense_enough = system.rack_kw_per_rack <= site.hall_density_kw_per_rack
    return bool(dense_enough and (system.cooling != "liquid" or site.liquid_cooling))
