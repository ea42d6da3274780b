"""Transfers: what is decoded was prefilled, at the same site or over a link that can carry it.

A prefill at site p for what is decoded at site s is a group q of its own at p, in the equivalent of
the output tokens that follow it; systems, power and peaks of both stages are those of serving.

Sets
    SPLITS          (s, w, g, k, e)     model k can be decoded at site s for the regions of group g
    DECODES[s, w, g, k, e in SPLITS]    operating points of the decode
    PREFILLS[s, w, g, k, e in SPLITS]   (p, o, q): its prefill at site p, point o, as group q
    SENT            (p, w, q, e)        groups prefilled at p for a decode at another site
    SENT_AT[p, w, q, e in SENT]         operating points of the prefill
    LINKS           (p, s)              links that something can go over
    LINK_PEAKS      (p, s, t, e)        hour of day t that can hold the peak of the link
    CARRIED[p, s, t, e in LINK_PEAKS]   (w, o, q) that go over it
    LINK_LOADS      (p, w, o, q, t, e)  what goes over a link in an hour that can hold its peak
Parameters
    sent_mtokens_per_s[p, w, q, e]      mean demand of the group's regions [million tokens/s]
    peak_gbps_per_mtoken_per_s[p, w, o, q, t, e]    key-value cache of the uncached input, at the
                                        hour and the step's end [(Gbit/s)/(million tokens/s)]
    link_gbps[p, s]                     most that the link carries [Gbit/s]
Equations
    prefill_what_is_decoded[s, w, g, k, e in SPLITS]
        sum(serve_mtokens_per_s[p, w, o, q, e] for p, o, q in PREFILLS[s, w, g, k, e])
        == sum(serve_mtokens_per_s[s, w, o, g, e] for o in DECODES[s, w, g, k, e])
    send_from_open_site[p, w, q, e in SENT]
        sum(serve_mtokens_per_s[p, w, o, q, e] for o in SENT_AT[p, w, q, e])
        <= sent_mtokens_per_s[p, w, q, e] * is_open[p, e]
    link_capacity[p, s, t, e in LINK_PEAKS]
        sum(peak_gbps_per_mtoken_per_s[p, w, o, q, t, e] * serve_mtokens_per_s[p, w, o, q, e]
            for w, o, q in CARRIED[p, s, t, e])
        <= link_gbps[p, s]
Costs
    transfers   what is sent over links, by the gigabyte
Remarks
    Within a site nothing limits what is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pyomo.environ import ConcreteModel, Constraint, Param, Set

from tokenworks.blocks.terms import Cost
from tokenworks.candidates import Candidates
from tokenworks.candidates.demand import peak_hours
from tokenworks.candidates.grouping import gather
from tokenworks.candidates.links import BITS_PER_BYTE, links
from tokenworks.inputs import Inputs
from tokenworks.schema.tables_hardware import DECODE


def add(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    """Attach the balance of the two stages and the links between sites."""
    _add_splits(m, c)
    _add_sent(m, c)
    _add_links(m, x, c)

    @m.Constraint(m.SPLITS)
    def prefill_what_is_decoded(
        m: ConcreteModel, s: str, w: str, g: str, k: str, e: int
    ) -> Constraint:
        return sum(
            m.serve_mtokens_per_s[p, w, o, q, e] for p, o, q in m.PREFILLS[s, w, g, k, e]
        ) == sum(m.serve_mtokens_per_s[s, w, o, g, e] for o in m.DECODES[s, w, g, k, e])

    @m.Constraint(m.SENT)
    def send_from_open_site(m: ConcreteModel, p: str, w: str, q: str, e: int) -> Constraint:
        sent = sum(m.serve_mtokens_per_s[p, w, o, q, e] for o in m.SENT_AT[p, w, q, e])
        return sent <= m.sent_mtokens_per_s[p, w, q, e] * m.is_open[p, e]

    @m.Constraint(m.LINK_PEAKS)
    def link_capacity(m: ConcreteModel, p: str, s: str, t: int, e: int) -> Constraint:
        return (
            sum(
                m.peak_gbps_per_mtoken_per_s[p, w, o, q, t, e]
                * m.serve_mtokens_per_s[p, w, o, q, e]
                for w, o, q in m.CARRIED[p, s, t, e]
            )
            <= m.link_gbps[p, s]
        )


def _add_splits(m: ConcreteModel, c: Candidates) -> None:
    served = c.serving
    decodes: list[Any] = []
    prefills: list[Any] = []
    for s, w, o, g, e in served.serves:
        match = served.matches[w, o]
        if match.stage == DECODE:
            decodes.append(((s, w, g, match.model, e), o))
        elif (s, w, g) in served.decoded_as:
            site, _, group = served.decoded_as[s, w, g]
            prefills.append(((site, w, group, match.model, e), (s, o, g)))
    splits = list(dict.fromkeys(index for index, _ in decodes))
    m.SPLITS = Set(dimen=5, initialize=splits)
    m.DECODES = Set(m.SPLITS, initialize=gather(splits, decodes))
    m.PREFILLS = Set(m.SPLITS, dimen=3, initialize=gather(splits, prefills))


def _sent(c: Candidates) -> Iterator[tuple[str, str, str, str, int, str]]:
    """(p, w, o, q, e) of every prefill for a decode at another site, and that site."""
    for p, w, o, q, e in c.serving.serves:
        receiver = c.serving.sent_to(p, w, q)
        if receiver is not None:
            yield p, w, o, q, e, receiver


def _add_sent(m: ConcreteModel, c: Candidates) -> None:
    points = [((p, w, q, e), o) for p, w, o, q, e, _ in _sent(c)]
    sent = list(dict.fromkeys(index for index, _ in points))
    m.SENT = Set(dimen=4, initialize=sent)
    m.SENT_AT = Set(m.SENT, initialize=gather(sent, points))
    m.sent_mtokens_per_s = Param(
        m.SENT, initialize={i: c.serving.asked_mtokens_per_s(c.demand, i) for i in sent}
    )


def _add_links(m: ConcreteModel, x: Inputs, c: Candidates) -> None:
    served, ways = c.serving, links(x)
    carried: dict[tuple[str, str, int], list[tuple[str, str, str]]] = defaultdict(list)
    for p, w, o, q, e, s in _sent(c):
        if served.matches[w, o].sent_gb_per_mtoken > 0.0:
            carried[p, s, e].append((w, o, q))
    loads, peaks = {}, {}
    for (p, s, e), flows in carried.items():
        shapes = [
            c.profiles[served.profile_of[p, w, q]] * served.end_ratio[p, w, q, e]
            for w, _, q in flows
        ]
        for hour in peak_hours(shapes):
            peaks[p, s, hour, e] = flows
            for (w, o, q), shape in zip(flows, shapes, strict=True):
                gbps = served.matches[w, o].sent_gb_per_mtoken * BITS_PER_BYTE
                loads[p, w, o, q, hour, e] = gbps * float(shape[hour])
    m.LINKS = Set(dimen=2, initialize=list(dict.fromkeys((p, s) for p, s, _, _ in peaks)))
    m.LINK_PEAKS = Set(dimen=4, initialize=list(peaks))
    m.CARRIED = Set(m.LINK_PEAKS, dimen=3, initialize=peaks)
    m.LINK_LOADS = Set(dimen=6, initialize=list(loads))
    m.peak_gbps_per_mtoken_per_s = Param(m.LINK_LOADS, initialize=loads)
    m.link_gbps = Param(m.LINKS, initialize={(p, s): ways[p, s].capacity_gbps for p, s in m.LINKS})


def costs(m: ConcreteModel, x: Inputs, c: Candidates) -> list[Cost]:
    """Present values of what the block spends."""
    money, steps, ways = x.discounting, x.calendar.steps, links(x)
    sent = {}
    for p, w, o, q, e, s in _sent(c):
        mtokens = steps[e].seconds * money.mean(steps[e].start_month, steps[e].end_month)
        gigabytes = c.serving.matches[w, o].sent_gb_per_mtoken * mtokens
        sent[p, w, o, q, e] = gigabytes * ways[p, s].usd_per_gb
    return [
        Cost(
            "transfers",
            "serve_mtokens_per_s",
            sent,
            of={"site": 0, "workload": 1},
            shared_by="sent_gb",
        )
    ]
