"""Where in the year planned outages lie."""

from __future__ import annotations

import math
from collections import defaultdict

from tokenworks.candidates.slices import Slices
from tokenworks.days import in_order_of_load
from tokenworks.frames import NamedRow, given


def planned_shares(technology: NamedRow, slices: Slices, peak_mw: float) -> dict[str, float]:
    """Share of a technology's capacity that is in planned outage, by day.

    On the days of least net load, of the last of them in part, and evenly where net load is not
    known. No more than a unit is out at a time, of as many as it takes to carry the site's peak:
    a reactor the size of its site stands still on some days, of many engines some do on most.

    Parameters
    ----------
    technology
        Row of `power_technologies`.
    slices
        Representative hours of the site.
    peak_mw
        Most load at the site's meter.
    """
    out = given(technology.planned_outage_fraction, 0.0)
    share: dict[str, float] = defaultdict(float)
    energy: dict[str, float] = defaultdict(float)
    for t in slices.names:
        share[slices.day[t]] += slices.share[t]
        energy[slices.day[t]] += slices.share[t] * slices.net_load_mw[t]
    mean = {day: energy[day] / share[day] for day in share}
    if not out or any(math.isnan(value) for value in mean.values()):
        return dict.fromkeys(share, out)
    at_once = max(out, min(1.0, technology.module_mw / peak_mw))
    left, found = out, {}
    for day in in_order_of_load(mean):
        found[day] = max(0.0, min(at_once, left / share[day]))
        left -= found[day] * share[day]
    return found
