"""What power on site is good for at the peak, and how many units of it to spare."""

from __future__ import annotations

from collections import defaultdict

from tokenworks.candidates.assets import Assets
from tokenworks.frames import NamedRow, given, rows_by
from tokenworks.inputs import Inputs
from tokenworks.reliability import Level, staircase

# What stands in units that are in service or out; the rest counts by its mean.
OF_UNITS = "thermal"


def firm_share(x: Inputs, technology: NamedRow) -> float:
    """Capacity that counts at the peak over nameplate, of what is in service, after margin.

    Of storage no more than its hours over the scenario's critical duration.
    """
    power = x.scenario.power
    share = technology.capacity_credit_fraction * given(technology.design_day_rating_fraction, 1.0)
    if technology.kind == "storage" and power.critical_duration_hours > 0.0:
        share *= min(1.0, technology.storage_hours / power.critical_duration_hours)
    return float(share / (1.0 + power.self_supply_margin_fraction))


def planned_units(x: Inputs, technology: NamedRow) -> int:
    """Units that are in planned outage when it matters."""
    outages = given(technology.planned_outage_fraction, 0.0) > 0.0
    return x.scenario.power.planned_outage_units if outages else 0


def relies_on_pipeline(technology: NamedRow) -> bool:
    """Whether it stops when the site's gas does."""
    return bool(technology.needs_gas) and not given(technology.fuel_on_site, blank=False)


def has_units(x: Inputs, technology: NamedRow) -> bool:
    """Whether a technology is held to the target of availability unit by unit."""
    target = x.scenario.power.availability_target_fraction
    return target is not None and technology.kind == OF_UNITS


def firm_levels(x: Inputs, assets: Assets) -> dict[tuple[str, str], list[Level]]:
    """Levels of spares of every (site, technology) of units that leaves any to count on.

    None without a target.
    """
    target = x.scenario.power.availability_target_fraction
    if target is None or not x.scenario.power.adequacy:
        return {}
    rows = rows_by(x.tables["power_technologies"], "technology")
    sites = rows_by(x.tables["sites"], "site")
    at_site: dict[str, list[str]] = defaultdict(list)
    for s, k in assets.most_modules:
        if has_units(x, rows[k]) and firm_share(x, rows[k]) > 0.0:
            at_site[s].append(k)
    found = {}
    for s, technologies in at_site.items():
        failing = [k for k in technologies if rows[k].forced_outage_fraction > 0.0]
        peak_mw = sites[s].max_it_mw * sites[s].peak_pue_ratio
        for k in technologies:
            found[s, k] = staircase(
                assets.most_modules[s, k],
                peak_mw / (firm_share(x, rows[k]) * rows[k].module_mw),
                rows[k].forced_outage_fraction,
                (1.0 - target) / max(1, len(failing)),
                planned_units(x, rows[k]),
                exact=(s, k) in assets.whole,
            )
    return {pair: levels for pair, levels in found.items() if levels[-1].left > 0}
