"""How each site covers its peak, and how likely its thermal units are to give their part.

Told from flows and capacity, not from what the constraints of adequacy made of them: the
probability is the exact one of all units of a site together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from tokenworks.candidates.contracts import FLEXIBLE
from tokenworks.candidates.firm import OF_UNITS, firm_share, has_units, planned_units
from tokenworks.frames import lookup, rows, rows_by
from tokenworks.reliability import Units, availability
from tokenworks.results.frames import NOISE, Context, frame
from tokenworks.results.tolerance import exceeds
from tokenworks.schema import results as declared

# The solver keeps a row to within this of its larger side: a unit less or more is far from it.
TOLERANCE = 1e-6


def adequacy(c: Context) -> pd.DataFrame:
    """The cover of every peak; empty where the scenario switches adequacy off."""
    x = c.model.inputs
    target = x.scenario.power.availability_target_fraction
    grid: dict[tuple[str, int], float] = defaultdict(float)
    firmness = lookup(x.tables["interconnection_routes"], "route", "firmness")
    for (s, i, e), megawatts in c.plan_values("contracted_mw").items():
        if firmness[i] != FLEXIBLE:
            grid[s, e] += megawatts
    credited, units = _own_supply(c)
    pue = lookup(x.tables["sites"], "site", "peak_pue_ratio")
    interrupted: dict[tuple[str, int], float] = defaultdict(float)
    for (s, _, e), megawatts in c.plan_values("interrupted_mw").items():
        interrupted[s, e] += pue[s] * megawatts
    entries = []
    for (s, e), peak in peaks_mw(c).items() if x.scenario.power.adequacy else ():
        margin = 1.0 + x.scenario.power.self_supply_margin_fraction
        left = max(0.0, peak - interrupted[s, e] - grid[s, e] - credited[s, e])
        kinds = units[s, e]
        entries.append(
            (
                s,
                c.start(e),
                peak,
                interrupted[s, e],
                grid[s, e],
                credited[s, e],
                left * margin,
                sum(kind.count * kind.unit_mw for kind in kinds),
                sum(kind.count for kind in kinds),
                availability(left * margin - TOLERANCE * max(1.0, peak), kinds),
                float("nan") if target is None else target,
            )
        )
    return frame(declared.ADEQUACY, entries)


def targets_are_met(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """What the units of a site fall short of the target, in words; an invariant."""
    for row in rows(tables["adequacy"]):
        if exceeds(row.target_fraction, row.availability_fraction):
            yield (
                f"units of {row.site}, {row.step_start}: {row.needed_mw} MW are there with a "
                f"probability of {row.availability_fraction}, not {row.target_fraction}"
            )


def peaks_mw(c: Context) -> dict[tuple[str, int], float]:
    """Largest load at the meter on the design day, at the highest level of the step's demand."""
    served, profiles = c.model.candidates.serving, c.model.candidates.profiles
    pue = lookup(c.model.inputs.tables["sites"], "site", "peak_pue_ratio")
    hourly: dict[tuple[str, int], npt.NDArray[np.float64]] = defaultdict(lambda: np.zeros(24))
    for index, megawatts in c.plan_values("idle_mw").items():
        hourly[index] += megawatts
    for (s, w, o, g, e), flow in c.plan_values("serve_mtokens_per_s").items():
        load = served.matches[w, o].load_mw_per_mtoken_per_s(e) * served.end_ratio[s, w, g, e]
        hourly[s, e] += profiles[served.profile_of[s, w, g]] * load * flow
    peaks = {(s, e): pue[s] * float(load.max()) for (s, e), load in hourly.items()}
    return {index: peak for index, peak in peaks.items() if peak > NOISE}


def _own_supply(
    c: Context,
) -> tuple[dict[tuple[str, int], float], dict[tuple[str, int], list[Units]]]:
    """Megawatts that count by their mean, and units, of every (site, step).

    Without a target all counts by its mean, and units are there to be looked at.
    """
    x = c.model.inputs
    technologies = rows_by(x.tables["power_technologies"], "technology")
    margin = 1.0 + x.scenario.power.self_supply_margin_fraction
    credited: dict[tuple[str, int], float] = defaultdict(float)
    units: dict[tuple[str, int], list[Units]] = defaultdict(list)
    for (s, k, e), megawatts in c.plan_values("capacity_mw").items():
        row = technologies[k]
        share = firm_share(x, row)
        if row.kind != OF_UNITS:
            credited[s, e] += share * (1.0 - row.forced_outage_fraction) * megawatts
            continue
        planned = planned_units(x, row) if has_units(x, row) else 0
        unit_mw = share * margin * row.module_mw
        count = megawatts / row.module_mw
        units[s, e].append(Units(count, unit_mw, row.forced_outage_fraction, planned))
    return credited, units
