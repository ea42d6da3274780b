"""Dispatch and adequacy as a user of linopy writes them, for `construction.py`.

Every family of columns is an array over its places and the hours of their sites; what a site has
fewer hours of is masked. Sums are grouped over places alone, so that hours stay an axis; the
model is linopy's sparse one. Sets are given as frames, parameters as arrays: making those is not
counted here.
"""

from __future__ import annotations

from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr
from given import HOURLY, STOCKS, Given


class Written:
    """The model."""

    def __init__(self, given: Given) -> None:
        linopy.options["semantics"] = "v1"
        self.m = linopy.Model(sparse=True, force_dim_names=True)
        self.given = given
        self.hour = pd.RangeIndex(given.hours, name="hour")
        self.v: dict[str, Any] = {}
        for name, of in STOCKS.items():
            self.v[name] = self.m.add_variables(lower=0.0, coords=[self.axis(of)], name=name)
        for name, of in HOURLY.items():
            mask = self.hourly(of, self.mask(of))
            coords = [self.axis(of), self.hour]
            self.v[name] = self.m.add_variables(lower=0.0, coords=coords, name=name, mask=mask)
        days = [self.axis("ONLINE"), pd.RangeIndex(given.days, name="day")]
        mask = xr.DataArray(given.masks["ONLINE_DAYS"], coords=days)
        self.v["online_mw"] = self.m.add_variables(
            lower=0.0, coords=days, name="online_mw", mask=mask
        )

    # --- pieces

    def axis(self, of: str) -> pd.RangeIndex:
        return pd.RangeIndex(len(self.given.places[of]), name=of)

    def mask(self, of: str) -> Any:
        known = self.given.masks.get(of)
        return self.given.exists[self.given.places[of]["s"]] if known is None else known

    def hourly(self, of: str, values: Any) -> Any:
        return xr.DataArray(values, coords=[self.axis(of), self.hour])

    def by_place(self, of: str, values: Any) -> Any:
        return xr.DataArray(np.asarray(values), coords=[self.axis(of)])

    def numbers(self, of: str, among: str, on: str) -> Any:
        """Number of the place of one set that every place of another belongs to."""
        columns = list(on)
        known = pd.MultiIndex.from_frame(self.given.places[among][columns])
        return known.get_indexer(pd.MultiIndex.from_frame(self.given.places[of][columns]))

    def at(self, name: str, of: str, on: str) -> Any:
        """A variable, as every place of another set sees it."""
        among = (STOCKS | HOURLY)[name]
        if among == of:
            return self.v[name]
        numbers = xr.DataArray(self.numbers(of, among, on), coords=[self.axis(of)])
        return self.picked(name, {among: numbers})

    def picked(self, name: str, at: dict[str, Any]) -> Any:
        """Columns of a variable at some numbers; those of hours stay hours."""
        data = self.v[name].data.drop_vars(list(at))
        data = data.isel({of: numbers.variable for of, numbers in at.items()})
        coords = {of: numbers.coords for numbers in at.values() for of in numbers.coords}
        data = data.assign_coords({of: known[of] for of, known in coords.items()})
        return linopy.variables.Variable(data, self.m, name)

    def total(self, expression: Any, of: str, among: str, on: str, only: Any = None) -> Any:
        """An expression summed over the places that belong to those of another set."""
        numbers = self.numbers(of, among, on)
        keep = numbers >= 0 if only is None else (numbers >= 0) & only
        if not keep.all():
            expression = expression.isel({of: np.flatnonzero(keep)})
        index = self.axis(of)[keep]
        group = pd.Series(numbers[keep], index=index, name=among)
        found = (1 * expression).groupby(group).sum()
        return found.reindex({among: self.axis(among)}).fillna(0)

    def any(self, of: str) -> bool:
        return len(self.given.places[of]) > 0

    def add(self, name: str, rows: Any, mask: Any = None) -> None:
        self.m.add_constraints(rows, name=name, mask=mask)

    # --- families

    def write(self) -> linopy.Model:
        """All of it."""
        for family in (
            *(self.storage, self.shedding, self.deferral, self.interruption, self.balance),
            *(self.limits, self.credits, self.emissions, self.commitment, self.carbon, self.clean),
            *(self.adequacy, self.objective),
        ):
            family()
        return self.m

    def storage(self) -> None:
        if not self.any("STORES"):
            return
        v, arrays = self.v, self.given.arrays
        capacity = self.at("capacity_mw", "STORES", "ske")
        share = self.hourly("STORES", arrays["available_share", "STORES"])
        hours = self.hourly("STORES", arrays["slice_hours", "STORES"])
        efficiency = self.by_place("STORES", arrays["one_way_efficiency", "STORES"])
        stores = self.by_place("STORES", arrays["storage_hours", "STORES"])
        mask = self.hourly("STORES", self.mask("STORES"))
        limit = share * capacity
        self.add("charge_limit", v["charge_mw"] - limit <= 0, mask)
        self.add("discharge_limit", v["discharge_mw"] - limit <= 0, mask)
        ones = xr.ones_like(hours)
        self.add("energy_limit", v["stored_mwh"] - stores * ones * capacity <= 0, mask)
        before = self.before("stored_mwh", "STORES")
        stored = hours * efficiency * v["charge_mw"] - hours / efficiency * v["discharge_mw"]
        self.add("storage_balance", v["stored_mwh"] - before - stored == 0, mask)

    def before(self, name: str, of: str) -> Any:
        """A variable in the hour before."""
        previous = xr.DataArray(
            self.given.arrays["previous", of], coords=[self.axis(of), self.hour]
        )
        places = xr.DataArray(np.arange(len(previous)), coords=[self.axis(of)])
        return self.picked(name, {of: places, "hour": previous})

    def shedding(self) -> None:
        if not self.any("SHEDDABLE"):
            return
        arrays = self.given.arrays
        shape = self.hourly("SHEDDABLE_LOADS", arrays["slice_shape", "SHEDDABLE_LOADS"])
        due = self.total(shape * self.v["point_load_mw"], "SHEDDABLE_LOADS", "SHEDDABLE", "swoe")
        share = self.by_place("SHEDDABLE", arrays["sheddable_share", "SHEDDABLE"])
        mask = self.hourly("SHEDDABLE", self.mask("SHEDDABLE"))
        self.add("shed_limit", self.v["shed_mw"] - share * due <= 0, mask)

    def deferral(self) -> None:
        if not self.any("DEFERRABLE"):
            return
        v, arrays = self.v, self.given.arrays
        shape = self.hourly("WAITABLE_LOADS", arrays["slice_shape", "WAITABLE_LOADS"])
        due = self.total(shape * v["waitable_mw"], "WAITABLE_LOADS", "DEFERRABLE", "swe")
        share = self.by_place("DEFERRABLE", arrays["deferrable_share", "DEFERRABLE"])
        mask = self.mask("DEFERRABLE")
        every = self.hourly("DEFERRABLE", mask)
        hours = self.hourly("DEFERRABLE", arrays["slice_hours", "DEFERRABLE"])
        self.add("defer_limit", v["defer_mw"] - share * due <= 0, every)
        twofold = self.given.masks["TWOFOLD"]
        if twofold.any():
            shed = self.total(v["shed_mw"], "SHEDDABLE", "DEFERRABLE", "swe")
            mask = self.hourly("DEFERRABLE", mask & twofold[:, None])
            self.add("cut_once", shed + v["defer_mw"] - due <= 0, mask)
        run = due - v["defer_mw"] + v["catch_up_mw"]
        ones = xr.ones_like(hours)
        self.add("catch_up_limit", run - ones * v["most_load_mw"] <= 0, every)
        days = self.given.arrays["day", "DEFERRABLE"]
        all_day = self.given.masks["ALL_DAY"]
        for day in range(self.given.days):
            if not all_day[:, day].any():
                continue
            within = hours * self.hourly("DEFERRABLE", days == day)
            closed = (within * v["defer_mw"]).sum("hour") - (within * v["catch_up_mw"]).sum("hour")
            rows = self.by_place("DEFERRABLE", all_day[:, day])
            self.add(f"day_closes_{day}", closed == 0, rows)
        if self.any("WAITERS"):
            self.waiting()

    def waiting(self) -> None:
        v, arrays = self.v, self.given.arrays
        mask = self.hourly("WAITERS", self.mask("WAITERS"))
        hours = self.hourly("WAITERS", arrays["slice_hours", "WAITERS"])
        defer, catch_up = (self.at(n, "WAITERS", "swe") for n in ("defer_mw", "catch_up_mw"))
        before = self.before("waiting_mwh", "WAITERS")
        added = hours * defer - hours * catch_up
        self.add("waiting_balance", v["waiting_mwh"] - before - added == 0, mask)
        # Hours that may still wait, padded with the last of the array, whose weight is zero.
        which, weight = arrays["waiting", "WAITERS"], arrays["waiting_hours", "WAITERS"]
        back = pd.RangeIndex(which.shape[2], name="back")
        axes = [self.axis("WAITERS"), self.hour, back]
        places = self.by_place("WAITERS", self.numbers("WAITERS", "DEFERRABLE", "swe"))
        at = {"DEFERRABLE": places, "hour": xr.DataArray(which, coords=axes)}
        put_off = self.picked("defer_mw", at)
        weight = xr.DataArray(weight, coords=axes)
        self.add("wait_limit", v["waiting_mwh"] - (weight * put_off).sum("back") <= 0, mask)

    def interruption(self) -> None:
        if not self.any("INTERRUPTIONS"):
            return
        v, se = self.v, "SITE_STEPS"
        cut = self.given.masks["CUT"]
        promised = self.hourly("INTERRUPTIONS", cut.astype(float)) * v["interrupted_mw"]
        rows = self.total(promised, "INTERRUPTIONS", se, "se")
        for name, of, sign in (
            ("shed_mw", "SHEDDABLE", -1.0),
            ("defer_mw", "DEFERRABLE", -1.0),
            ("catch_up_mw", "DEFERRABLE", 1.0),
        ):
            if self.any(of):
                rows = rows + sign * self.total(v[name], of, se, "se")
        self.add("interruption", rows <= 0, self.hourly(se, self.given.masks["CUT_HOURS"]))

    def balance(self) -> None:
        v, se, arrays = self.v, "SITE_STEPS", self.given.arrays
        pue = self.hourly(se, arrays["pue_ratio", se])
        shape = self.hourly("LOAD_STEPS", arrays["slice_shape", "LOAD_STEPS"])
        load = v["idle_mw"] * xr.ones_like(pue)
        load = load + self.total(shape * v["load_mw"], "LOAD_STEPS", se, "se")
        supply = self.total(v["import_mw"], "GRID_STEPS", se, "se")
        for name, of, side in (
            ("generate_mw", "MAKERS", "supply"),
            ("discharge_mw", "STORES", "supply"),
            ("charge_mw", "STORES", "drawn"),
            ("shed_mw", "SHEDDABLE", "spared"),
            ("defer_mw", "DEFERRABLE", "spared"),
            ("catch_up_mw", "DEFERRABLE", "added"),
        ):
            if not self.any(of):
                continue
            found = self.total(v[name], of, se, "se")
            if side in {"supply", "drawn"}:
                supply = supply + found if side == "supply" else supply - found
            else:
                load = load + found if side == "added" else load - found
        self.add("meter_balance", supply - pue * load == 0, self.hourly(se, self.mask(se)))

    def limits(self) -> None:
        v, arrays = self.v, self.given.arrays
        if self.any("MAKERS"):
            share = self.hourly("MAKERS", arrays["available_share", "MAKERS"])
            capacity = self.at("capacity_mw", "MAKERS", "ske")
            mask = self.hourly("MAKERS", self.mask("MAKERS"))
            self.add("generation_limit", v["generate_mw"] - share * capacity <= 0, mask)
        if self.any("GRID_STEPS"):
            uncut = self.hourly("GRID_STEPS", arrays["uncut_share", "GRID_STEPS"])
            mask = self.hourly("GRID_STEPS", self.mask("GRID_STEPS"))
            self.add("import_limit", v["import_mw"] - uncut * v["contracted_mw"] <= 0, mask)
        if self.any("TAKES"):
            share = self.hourly("TAKES", arrays["slice_share", "TAKES"])
            drawn = (share * self.at("import_mw", "TAKES", "sie")).sum("hour")
            least = self.by_place("TAKES", arrays["minimum_take", "TAKES"])
            due = least * self.at("contracted_mw", "TAKES", "sie")
            self.add("least_take", due - drawn - v["unused_take_mw"] <= 0)

    def credits(self) -> None:
        if not self.any("CREDIT_STEPS"):
            return
        v, arrays, of = self.v, self.given.arrays, "CREDITED_SOURCES"
        share = self.hourly(of, arrays["slice_share", of])
        made = (share * self.at("generate_mw", of, "ske")).sum("hour")
        credited = self.total(v["credited_mw"], "CREDIT_STEPS", of, "ske")
        self.add("credit_what_is_generated", credited - made <= 0)
        mean = self.by_place("CREDIT_STEPS", arrays["mean_available_share", "CREDIT_STEPS"])
        within = mean * v["creditable_mw"]
        self.add("credit_what_is_within", v["credited_mw"] - within <= 0)

    def summed(self, pairs: str, of: str, weight: Any) -> Any:
        """A weighted sum of pairs, the second of each a place of `of`, by the first."""
        frame = self.given.pairs[pairs]
        index = pd.RangeIndex(len(frame), name=pairs)
        name = {"MAKERS": "generate_mw", "POWER_STEPS": "capacity_mw"}[of]
        numbers = xr.DataArray(frame["place"].to_numpy(), coords=[index])
        found = self.picked(name, {of: numbers})
        group = pd.Series(frame["of"].to_numpy(), index=index, name="EMISSION_STEPS")
        summed = (weight(index) * found).groupby(group).sum()
        return summed.reindex({"EMISSION_STEPS": self.axis("EMISSION_STEPS")}).fillna(0)

    def emissions(self) -> None:
        if not self.any("EMISSION_STEPS"):
            return
        frames = self.given.pairs
        share = self.given.arrays["slice_share", "MAKERS"]

        def running(index: Any) -> Any:
            frame = frames["running"]
            weights = frame["weight"].to_numpy()[:, None] * share[frame["place"]]
            return xr.DataArray(weights, coords=[index, self.hour])

        def starting(index: Any) -> Any:
            return xr.DataArray(frames["starting"]["weight"].to_numpy(), coords=[index])

        emitted = self.summed("running", "MAKERS", running).sum("hour")
        emitted = emitted + self.summed("starting", "POWER_STEPS", starting)
        self.add("yearly_emissions", emitted - self.v["permitted_short_tons_per_year"] <= 0)

    def commitment(self) -> None:
        if not self.any("ONLINE"):
            return
        v, arrays, of = self.v, self.given.arrays, "ONLINE"
        axes = [self.axis(of), pd.RangeIndex(self.given.days, name="day")]
        share = xr.DataArray(arrays["online_share", of], coords=axes)
        days = xr.DataArray(self.given.masks["ONLINE_DAYS"], coords=axes)
        limit = share * self.at("capacity_mw", of, "ske")
        self.add("online_limit", v["online_mw"] - limit <= 0, days)
        mask = self.hourly(of, self.mask(of))
        day = xr.DataArray(arrays["day", of], coords=[self.axis(of), self.hour])
        places = xr.DataArray(np.arange(len(day)), coords=[self.axis(of)])
        online = self.picked("online_mw", {of: places, "day": day})
        generate = self.at("generate_mw", of, "ske")
        least = self.by_place(of, arrays["minimum_load", of])
        self.add("least_output", least * online - generate <= 0, mask)
        self.add("most_output", generate - online <= 0, mask)
        stiff = self.given.masks["STIFF"]
        if not stiff.any():
            return
        previous = xr.DataArray(arrays["previous", of], coords=[self.axis(of), self.hour])
        makers = xr.DataArray(self.numbers(of, "MAKERS", "ske"), coords=[self.axis(of)])
        before = self.picked("generate_mw", {"MAKERS": makers, "hour": previous})
        most = self.hourly(of, arrays["ramp_share", of]) * online
        rows = self.hourly(of, stiff)
        self.add("ramp_up", generate - before - most <= 0, rows)
        self.add("ramp_down", before - generate - most <= 0, rows)

    def carbon(self) -> None:
        if not self.any("ALLOWANCES"):
            return
        arrays = self.given.arrays
        emitted = None
        for name, of in (("generate_mw", "MAKERS"), ("import_mw", "GRID_STEPS")):
            tonnes = arrays["tonnes", of]
            if not tonnes.any():
                continue
            found = (self.hourly(of, tonnes) * self.v[name]).sum("hour")
            part = self.total(found, of, "ALLOWANCES", "se", tonnes.any(axis=1))
            emitted = part if emitted is None else emitted + part
        self.add("co2_within_allowance", emitted - self.v["co2_allowance_tonnes"] <= 0)

    def clean(self) -> None:
        v, arrays = self.v, self.given.arrays
        dirty = arrays["dirty", "MAKERS"]
        for rows, yearly in (("HOURLY_STEPS", False), ("CLEAN_YEARS", True)):
            if not self.any(rows):
                continue

            def part(name: str, only: Any = None, rows: str = rows, yearly: bool = yearly) -> Any:
                of = HOURLY[name]
                found = v[name]
                if yearly:
                    found = (self.hourly(of, arrays["slice_share", of]) * found).sum("hour")
                return self.total(found, of, rows, "se", only)

            made, drawn = part("generate_mw"), part("import_mw")
            used = made + drawn
            if self.any("STORES"):
                used = used + part("discharge_mw") - part("charge_mw")
            share = self.by_place(rows, arrays["dirty_share", rows])
            left = part("generate_mw", dirty) + drawn - share * used
            name = "clean_over_the_year" if yearly else "clean_in_every_hour"
            mask = None if yearly else self.hourly(rows, self.mask(rows))
            self.add(name, left <= 0, mask)

    def adequacy(self) -> None:
        if not self.any("PEAK_PROFILES"):
            return
        v, arrays, se = self.v, self.given.arrays, "SITE_STEPS"
        ratio = self.by_place("SERVES", arrays["end_load", "SERVES"])
        loads = self.total(ratio * v["serve_mtokens_per_s"], "SERVES", "PEAK_PROFILES", "spe")
        self.add("load_at_end", v["end_load_mw"] - loads == 0)
        frame, of = self.given.pairs["peaks"], "PEAK_HOURS"
        index = pd.RangeIndex(len(frame), name="peaks")
        ends = xr.DataArray(frame["place"].to_numpy(), coords=[index])
        end = self.picked("end_load_mw", {"PEAK_PROFILES": ends})
        shape = xr.DataArray(frame["weight"].to_numpy(), coords=[index])
        group = pd.Series(frame["of"].to_numpy(), index=index, name=of)
        above = (shape * end).groupby(group).sum().reindex({of: self.axis(of)}).fillna(0)
        idle, peak = (self.at(n, of, "se") for n in ("idle_mw", "peak_it_mw"))
        self.add("coincident_peak", idle + above - peak <= 0)
        pue = self.by_place(se, arrays["peak_pue_ratio", se])
        fed = 1 * v["peak_it_mw"]
        if self.any("INTERRUPTIONS"):
            fed = fed - self.total(v["interrupted_mw"], "INTERRUPTIONS", se, "se")
        firm = arrays["firm", "GRID_STEPS"]
        rows = pue * fed - self.total(v["contracted_mw"], "GRID_STEPS", se, "se", firm)
        share, counted = arrays["firm_share", "POWER_STEPS"], arrays["credited", "POWER_STEPS"]
        kept = self.by_place("POWER_STEPS", share) * v["capacity_mw"]
        rows = rows - self.total(kept, "POWER_STEPS", se, "se", counted)
        if self.any("UNIT_STEPS"):
            rows = rows - self.total(v["firm_mw"], "UNIT_STEPS", se, "se")
        self.add("firm_capacity", rows <= 0)

    def objective(self) -> None:
        terms = []
        for name, cost in self.given.costs.items():
            of = (STOCKS | HOURLY)[name]
            weight = self.hourly(of, cost) if name in HOURLY else self.by_place(of, cost)
            terms.append((weight * self.v[name]).sum())
        self.m.add_objective(sum(terms[1:], terms[0]))
