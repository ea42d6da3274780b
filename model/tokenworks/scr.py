"""Control of emissions as a choice: beside a technology stands its variant behind a catalyst (SCR).

A variant has the technology's figures, emits what is left behind the catalyst while it runs, and
costs the catalyst more. Where the catalyst costs nothing, it is part of the plant: the technology
itself then emits the less, and has no variant.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from tokenworks.schema.tables_power import STACKS_ASSET

# What a variant's id adds to that of its technology.
WITH_SCR = "+scr"

# Tables of what a variant has like its technology, and the column that names it.
_SHARED = (
    ("power_costs", "technology"),
    ("power_series", "technology"),
    ("tax_credits", "technology"),
    ("supply_uses", "asset"),
)

NOX = "nox"
_UNCONTROLLED = {
    NOX: "nox_lb_per_mmbtu",
    "carbon_monoxide": "carbon_monoxide_lb_per_mmbtu",
}
_CONTROLLED = {
    NOX: "nox_with_scr_lb_per_mmbtu",
    "carbon_monoxide": "carbon_monoxide_with_catalyst_lb_per_mmbtu",
}
POLLUTANTS = tuple(_UNCONTROLLED)


def running(pollutant: str) -> str:
    """Column of what a technology emits of a pollutant while it runs."""
    return f"running_{pollutant}_lb_per_mmbtu"


def starting(pollutant: str) -> str:
    """Column of what it emits of it while it starts or is tested, its catalyst being cold."""
    return f"starting_{pollutant}_lb_per_mmbtu"


def with_variants(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables with the variants behind SCR, where air permits limit what a site emits.

    Parameters
    ----------
    frames
        Tables, rows that are enabled.

    Returns
    -------
    dict
        `power_technologies` has three more columns: `base`, the technology that a row is a variant
        of (or itself); `is_variant`; and `lacks_control`, true where a variant stands beside it.
        To these come what it emits, running and starting. Tables of what a variant shares have
        rows for it too.
    """
    frames = dict(frames)
    technologies = _emitting(frames["power_technologies"])
    priced = _price_of_control(frames["power_costs"])
    limited = bool((frames["permit_routes"]["asset"] == STACKS_ASSET).any())
    extra = technologies["technology"].map(priced)
    cleaner = technologies["technology"].isna()
    for pollutant, column in _CONTROLLED.items():
        cleaner |= technologies[column] < technologies[running(pollutant)]
    wanted = extra.notna() & cleaner & limited
    free = wanted & (extra == 0.0)
    for pollutant, column in _CONTROLLED.items():
        behind = technologies[column].fillna(technologies[_UNCONTROLLED[pollutant]])
        technologies.loc[free, running(pollutant)] = behind[free].fillna(0.0)
    technologies["lacks_control"] = wanted & ~free
    variants = _variants(technologies[wanted & ~free])
    frames["power_technologies"] = _joined(technologies, variants)
    names = dict(zip(variants["base"], variants["technology"], strict=True))
    for name, column in _SHARED:
        frame = frames[name]
        copies = frame[frame[column].isin(list(names))]
        copies = copies.assign(**{column: copies[column].map(names)})
        if name == "power_costs":
            capex = copies["overnight_capex_usd_per_kw"] + copies["scr_capex_usd_per_kw"]
            copies = copies.assign(overnight_capex_usd_per_kw=capex)
        frames[name] = _joined(frame, copies)
    return frames


def _emitting(technologies: pd.DataFrame) -> pd.DataFrame:
    frame = technologies.copy()
    for pollutant, column in _UNCONTROLLED.items():
        frame[running(pollutant)] = frame[starting(pollutant)] = frame[column].fillna(0.0)
    return frame.assign(base=frame["technology"], is_variant=False, lacks_control=False)


def _price_of_control(costs: pd.DataFrame) -> dict[str, float]:
    """Technology to the most that its control costs in any year; only where it is given."""
    given = costs[costs["scr_capex_usd_per_kw"].notna()]
    most = given.groupby("technology")["scr_capex_usd_per_kw"].max()
    return {str(name): float(price) for name, price in most.items()}


def _variants(technologies: pd.DataFrame) -> pd.DataFrame:
    frame = technologies.assign(
        technology=technologies["technology"] + WITH_SCR,
        name=technologies["name"] + " with SCR",
        is_variant=True,
        lacks_control=False,
    )
    for pollutant, column in _CONTROLLED.items():
        frame[running(pollutant)] = frame[column].fillna(frame[running(pollutant)])
    return frame


def _joined(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Rows of both; without any more the frame as it is, so that no type changes."""
    return pd.concat([frame, more], ignore_index=True) if len(more) else frame
