"""Sets and parameters of a built model as frames and arrays, for `by_linopy.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

# Variable to its places; and of those that have an hour besides.
STOCKS = {
    "capacity_mw": "POWER_STEPS",
    "contracted_mw": "GRID_STEPS",
    "creditable_mw": "CREDIT_STEPS",
    "load_mw": "LOAD_STEPS",
    "idle_mw": "SITE_STEPS",
    "point_load_mw": "SHEDDABLE_LOADS",
    "waitable_mw": "WAITABLE_LOADS",
    "most_load_mw": "DEFERRABLE",
    "interrupted_mw": "INTERRUPTIONS",
    "permitted_short_tons_per_year": "EMISSION_STEPS",
    "co2_allowance_tonnes": "ALLOWANCES",
    "serve_mtokens_per_s": "SERVES",
    "firm_mw": "UNIT_STEPS",
    "unused_take_mw": "TAKES",
    "credited_mw": "CREDIT_STEPS",
    "end_load_mw": "PEAK_PROFILES",
    "peak_it_mw": "SITE_STEPS",
}
HOURLY = {
    "generate_mw": "MAKERS",
    "import_mw": "GRID_STEPS",
    "charge_mw": "STORES",
    "discharge_mw": "STORES",
    "stored_mwh": "STORES",
    "shed_mw": "SHEDDABLE",
    "defer_mw": "DEFERRABLE",
    "catch_up_mw": "DEFERRABLE",
    "waiting_mwh": "WAITERS",
}


@dataclass
class Given:
    """What both sides know before they write a constraint.

    Attributes
    ----------
    places
        Set to its members, a column for each dimension, `s` the number of the site.
    hours, days
        Hours and days of the site that has most.
    exists
        By site and hour.
    arrays
        Parameters, by place and hour or by place.
    masks
        By place and hour.
    pairs
        Two columns of places, for what is no plain grouping.
    costs
        Variable to its costs.
    """

    places: dict[str, pd.DataFrame]
    hours: int
    days: int
    exists: Any
    arrays: dict[str, Any] = field(default_factory=dict)
    masks: dict[str, Any] = field(default_factory=dict)
    pairs: dict[str, pd.DataFrame] = field(default_factory=dict)
    costs: dict[str, Any] = field(default_factory=dict)


DIMENSIONS = {
    "POWER_STEPS": "ske",
    "GRID_STEPS": "sie",
    "CREDIT_STEPS": "skne",
    "LOAD_STEPS": "swpe",
    "SITE_STEPS": "se",
    "SHEDDABLE_LOADS": "swope",
    "SHEDDABLE": "swoe",
    "WAITABLE_LOADS": "swpe",
    "DEFERRABLE": "swe",
    "INTERRUPTIONS": "sie",
    "EMISSION_STEPS": "sqe",
    "ALLOWANCES": "se",
    "SERVES": "swoge",
    "UNIT_STEPS": "ske",
    "TAKES": "sie",
    "PEAK_PROFILES": "spe",
    "PEAK_HOURS": "ste",
    "MAKERS": "ske",
    "STORES": "ske",
    "WAITERS": "swe",
    "ONLINE": "ske",
    "CREDITED_SOURCES": "ske",
    "HOURLY_STEPS": "se",
    "CLEAN_YEARS": "se",
}
# Sets of places with hours, and where their places go.
OF_HOURS = {
    "GENERATION": "MAKERS",
    "STORAGE": "STORES",
    "WAITS": "WAITERS",
    "ONLINE_DAYS": "ONLINE",
}


class Taken:
    """What is taken from a model."""

    def __init__(self, m: ConcreteModel, costs: Mapping[str, Mapping[Any, float]]) -> None:
        self.m = m
        self.sites = list(m.OPENABLE)
        self.number = {s: n for n, s in enumerate(self.sites)}
        self.hours = {s: list(m.SLICES_OF[s]) for s in self.sites}
        self.most = max(map(len, self.hours.values()))
        self.days = {
            s: list(dict.fromkeys(m.day_of_slice[s, t] for t in self.hours[s])) for s in self.sites
        }
        self.members: dict[str, list[Any]] = {}
        for name in DIMENSIONS:
            if m.component(name) is not None:
                self.members[name] = list(m.component(name))
        for name, places in OF_HOURS.items():
            self.members[places] = list(dict.fromkeys(i[:-1] for i in m.component(name)))
        if "PEAK_PROFILES" not in self.members:
            self.members["PEAK_PROFILES"] = []
        exists = np.array([[n < len(self.hours[s]) for n in range(self.most)] for s in self.sites])
        self.given = Given(
            {name: self._frame(name) for name in self.members},
            self.most,
            max(map(len, self.days.values())),
            exists,
        )
        self._hourly_parameters()
        self._parameters()
        self._days()
        self._waiting()
        self._masks()
        self._pairs()
        self._costs(costs)

    def _frame(self, name: str) -> pd.DataFrame:
        frame = pd.DataFrame(self.members[name], columns=list(DIMENSIONS[name]))
        return frame.assign(s=frame["s"].map(self.number).astype(np.int64))

    def by_hour(self, of: str, value: Any, empty: float = 0.0) -> Any:
        """Array by place and hour of a function of both."""
        found = np.full((len(self.members[of]), self.most), empty)
        for row, place in enumerate(self.members[of]):
            for n, t in enumerate(self.hours[place[0]]):
                found[row, n] = value(place, t)
        return found

    def by_place(self, of: str, value: Any) -> Any:
        return np.array([value(place) for place in self.members[of]])

    def _hourly_parameters(self) -> None:
        m, arrays = self.m, self.given.arrays
        for of in ("MAKERS", "STORES"):
            arrays["available_share", of] = self.by_hour(
                of, lambda i, t: m.available_share[i[0], i[1], t]
            )
        for of in ("STORES", "DEFERRABLE", "WAITERS"):
            empty = 0.0 if of == "DEFERRABLE" else 1.0
            arrays["slice_hours", of] = self.by_hour(of, lambda i, t: m.slice_hours[i[0], t], empty)
        for of in ("TAKES", "CREDITED_SOURCES", "MAKERS", "GRID_STEPS", "STORES"):
            arrays["slice_share", of] = self.by_hour(of, lambda i, t: m.slice_share[i[0], t])
        for of in ("SHEDDABLE_LOADS", "WAITABLE_LOADS", "LOAD_STEPS"):
            arrays["slice_shape", of] = self.by_hour(of, lambda i, t: m.slice_shape[i[0], i[-2], t])
        arrays["uncut_share", "GRID_STEPS"] = self.by_hour(
            "GRID_STEPS", lambda i, t: m.uncut_share[i[0], i[1], t]
        )
        arrays["pue_ratio", "SITE_STEPS"] = self.by_hour(
            "SITE_STEPS", lambda i, t: m.pue_ratio[i[0], t]
        )
        at = {s: {t: n for n, t in enumerate(names)} for s, names in self.hours.items()}
        for of in ("STORES", "WAITERS", "ONLINE"):
            arrays["previous", of] = self.by_hour(
                of, lambda i, t: at[i[0]][m.previous_slice[i[0], t]]
            ).astype(np.int64)
        self.place_of_hour = at

    def _parameters(self) -> None:
        m, arrays = self.m, self.given.arrays
        for of, name in (
            ("STORES", "one_way_efficiency"),
            ("STORES", "storage_hours"),
            ("ONLINE", "minimum_load"),
        ):
            parameter = m.component(name)
            arrays[name, of] = self.by_place(of, lambda i, p=parameter: p[i[1]])
        for of, name in (("SHEDDABLE", "sheddable_share"), ("DEFERRABLE", "deferrable_share")):
            parameter = m.component(name)
            arrays[name, of] = self.by_place(of, lambda i, p=parameter: p[i[1]])
        arrays["minimum_take", "TAKES"] = self.by_place("TAKES", lambda i: m.minimum_take[i])
        arrays["mean_available_share", "CREDIT_STEPS"] = self.by_place(
            "CREDIT_STEPS", lambda i: m.mean_available_share[i[0], i[1]]
        )
        arrays["dirty_share", "HOURLY_STEPS"] = self.by_place(
            "HOURLY_STEPS", lambda i: m.hourly_dirty_share[i]
        )
        arrays["dirty_share", "CLEAN_YEARS"] = self.by_place(
            "CLEAN_YEARS", lambda i: m.yearly_dirty_share[i]
        )
        dirty = {k for k in m.TECHNOLOGIES if k in m.CO2_SOURCES}
        arrays["dirty", "MAKERS"] = self.by_place("MAKERS", lambda i: i[1] in dirty).astype(bool)
        allowed = set(m.ALLOWANCES)

        def stack(i: Any, t: str) -> float:
            if i[1] not in dirty or (i[0], i[2]) not in allowed:
                return 0.0
            return m.stack_tonnes_per_mwh[i[1]] * m.hours_run[i[0], i[2], t]

        def drawn(i: Any, t: str) -> float:
            if (i[0], t) not in m.COUNTED_HOURS or (i[0], i[2]) not in allowed:
                return 0.0
            return m.grid_tonnes_per_mwh[i[0], t] * m.hours_run[i[0], i[2], t]

        arrays["tonnes", "MAKERS"] = self.by_hour("MAKERS", stack)
        arrays["tonnes", "GRID_STEPS"] = self.by_hour("GRID_STEPS", drawn)
        if self.members["PEAK_PROFILES"]:
            arrays["peak_pue_ratio", "SITE_STEPS"] = self.by_place(
                "SITE_STEPS", lambda i: m.peak_pue_ratio[i[0]]
            )
            arrays["firm", "GRID_STEPS"] = self.by_place(
                "GRID_STEPS", lambda i: i[1] in m.FIRM_GRIDS_AT[i[0], i[2]]
            ).astype(bool)
            arrays["firm_share", "POWER_STEPS"] = self.by_place(
                "POWER_STEPS", lambda i: m.firm_share[i[1]]
            )
            arrays["credited", "POWER_STEPS"] = self.by_place(
                "POWER_STEPS", lambda i: i[1] in m.CREDITED_AT[i[0], i[2]]
            ).astype(bool)

    def _days(self) -> None:
        m, arrays, masks = self.m, self.given.arrays, self.given.masks
        number = {s: {d: n for n, d in enumerate(days)} for s, days in self.days.items()}
        for of in ("ONLINE", "DEFERRABLE"):
            arrays["day", of] = self.by_hour(
                of, lambda i, t: number[i[0]][m.day_of_slice[i[0], t]]
            ).astype(np.int64)
        shape = len(self.members["ONLINE"]), self.given.days
        share, mask = np.zeros(shape), np.zeros(shape, dtype=bool)
        for row, (s, k, _) in enumerate(self.members["ONLINE"]):
            for n, d in enumerate(self.days[s]):
                share[row, n], mask[row, n] = m.online_share[s, k, d], True
        arrays["online_share", "ONLINE"], masks["ONLINE_DAYS"] = share, mask
        ramps, stiff = m.ramp_share, set(m.STIFF_HOURS)
        masks["STIFF"] = self.by_hour("ONLINE", lambda i, t: (*i, t) in stiff).astype(bool)
        arrays["ramp_share", "ONLINE"] = self.by_hour(
            "ONLINE", lambda i, t: ramps[i[0], i[1], t] if (*i, t) in stiff else 0.0
        )
        row = {place: n for n, place in enumerate(self.members["DEFERRABLE"])}
        closed = np.zeros((len(row), self.given.days), dtype=bool)
        for s, w, e, d in m.ALL_DAY:
            closed[row[s, w, e], number[s][m.day_of_slice[s, d]]] = True
        masks["ALL_DAY"] = closed

    def _waiting(self) -> None:
        m, members = self.m, self.members["WAITERS"]
        most = max((len(m.WAITING[i]) for i in m.WINDOWS), default=1)
        which = np.zeros((len(members), self.most, most), dtype=np.int64)
        weight = np.zeros(which.shape)
        for row, (s, w, _) in enumerate(members):
            for n, t in enumerate(self.hours[s]):
                waits = list(m.WAITING[s, w, t]) if (s, w, t) in m.WINDOWS else []
                # Where fewer may wait, hours without weight that none of them is.
                others = [u for u in self.hours[s] if u not in waits][: most - len(waits)]
                for back, u in enumerate([*waits, *others]):
                    which[row, n, back] = self.place_of_hour[s][u]
                    weight[row, n, back] = m.slice_hours[s, u] if back < len(waits) else 0.0
        self.given.arrays["waiting", "WAITERS"] = which
        self.given.arrays["waiting_hours", "WAITERS"] = weight

    def _masks(self) -> None:
        m, masks = self.m, self.given.masks
        waits, cut, twofold = set(m.WAITS), m.CUT_ROUTES, {i[:3] for i in m.TWOFOLD}
        masks["WAITERS"] = self.by_hour("WAITERS", lambda i, t: (*i, t) in waits).astype(bool)
        masks["CUT"] = self.by_hour(
            "INTERRUPTIONS", lambda i, t: (i[0], i[2], t) in cut and i[1] in cut[i[0], i[2], t]
        ).astype(bool)
        masks["CUT_HOURS"] = self.by_hour("SITE_STEPS", lambda i, t: (*i, t) in m.CUT_HOURS).astype(
            bool
        )
        masks["TWOFOLD"] = self.by_place("DEFERRABLE", lambda i: i in twofold).astype(bool)

    def _pairs(self) -> None:
        m = self.m
        columns = ["of", "place", "weight"]
        row = {
            of: {place: n for n, place in enumerate(self.members[of])}
            for of in ("MAKERS", "POWER_STEPS", "PEAK_PROFILES")
        }
        for name, of, weight in (
            ("running", "MAKERS", m.running_short_tons_per_mw),
            ("starting", "POWER_STEPS", m.starting_short_tons_per_mw),
        ):
            found = [
                (n, row[of][s, k, e], weight[k, o])
                for n, (s, o, e) in enumerate(self.members["EMISSION_STEPS"])
                for k in m.EMITTERS_AT[s, o, e]
            ]
            self.given.pairs[name] = pd.DataFrame(found, columns=columns)
        if not self.members["PEAK_PROFILES"]:
            return
        of_served = {
            (s, w, o, g, e): (s, p, e)
            for (s, p, e), served in m.SERVED_WITH.items()
            for w, o, g in served
        }
        frame = self.given.places["SERVES"]
        self.given.places["SERVES"] = frame.assign(p=[of_served[i][1] for i in m.SERVES])
        self.given.arrays["end_load", "SERVES"] = np.array(
            [
                m.end_ratio[s, w, g, e] * m.load_mw_per_mtoken_per_s[w, o, e]
                for s, w, o, g, e in m.SERVES
            ]
        )
        peaks = [
            (n, row["PEAK_PROFILES"][s, p, e], m.peak_shape[p, t])
            for n, (s, t, e) in enumerate(self.members["PEAK_HOURS"])
            for p in m.PROFILES_AT[s, e]
        ]
        self.given.pairs["peaks"] = pd.DataFrame(peaks, columns=columns)

    def _costs(self, costs: Mapping[str, Mapping[Any, float]]) -> None:
        for name, of_index in costs.items():
            of = (STOCKS | HOURLY)[name]
            if name in HOURLY:
                found = self.by_hour(of, lambda i, t, c=of_index: c.get((*i, t), 0.0))
            else:
                found = self.by_place(of, lambda i, c=of_index: c.get(i, 0.0))
            self.given.costs[name] = found

    def keys(self, name: str, labels: Any) -> list[tuple[int, tuple[str, Any]]]:
        """Label and name of every column of a variable, in linopy and in ours."""
        if name == "online_mw":
            second, members = self.days, self.members["ONLINE"]
        elif name in HOURLY:
            second, members = self.hours, self.members[HOURLY[name]]
        else:
            members = self.members[STOCKS[name]]
            return [(int(n), (name, i)) for n, i in zip(labels, members, strict=True)]
        return [
            (int(labels[row, n]), (name, (*i, t)))
            for row, i in enumerate(members)
            for n, t in enumerate(second[i[0]])
            if labels[row, n] >= 0
        ]
