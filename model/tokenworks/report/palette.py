"""Colours and lines that every chart, page and memo shares.

One dark blue carries what matters most; the rest is muted. Colours that stand beside each other
differ in lightness too, so that they are told apart in grey and by readers who see fewer hues.
A thing has the same colour wherever it stands: power by its kind, hardware by its vendor with
lighter shades for later systems, cost by its group.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Mapping

from tokenworks.frames import given, rows
from tokenworks.inputs import Inputs
from tokenworks.scr import WITH_SCR

BLUE, INK, FAINT, RULE, PAPER = "#1f3b5c", "#22262b", "#6b727b", "#c9cdd3", "#ffffff"
LAND, ACCENT, MUTED_BLUE = "#f1f0ec", "#b5564c", "#6d93b8"
UNSERVED, RENTED = "#d5d2ca", "#a99bbd"

# Kind of power to its colour, in the order in which they are stacked: what runs on, then what
# follows load, then the weather, then storage and the grid.
KIND_COLOURS: dict[str, str] = {
    "nuclear": "#54457f",
    "gas": "#a8553a",
    "fuel cell": "#cf9a7f",
    "diesel": "#6e5b4f",
    "other thermal": "#8a8378",
    "firm grid": BLUE,
    "co-located grid": "#3f6690",
    "flexible grid": "#8fb0cf",
    "solar": "#e3b448",
    "wind": "#6fa8a0",
    "storage": "#9dbf8a",
}
COST_COLOURS: dict[str, str] = {
    "hardware": BLUE,
    "hardware upkeep": "#48698c",
    "hardware resale and residual": "#a9c0d8",
    "site and shell": "#8c6d4f",
    "site residual": "#d3c2ad",
    "power plant": "#a8553a",
    "gas lateral": "#c98d72",
    "tax credits": "#b9cfa9",
    "power plant resale": "#e2c0b0",
    "power plant residual": "#ecd8cd",
    "grid connection and capacity": "#6d93b8",
    "energy and fuel": "#e3b448",
    "network": "#8a6fa8",
    "contingency": "#9aa0a6",
    "rented capacity": RENTED,
    "unserved tokens": UNSERVED,
    "other": "#5d646c",
}
STAGE_COLOURS: dict[str, str] = {
    "permit": "#d9a441",
    "grid connection": "#6d93b8",
    "export licence": "#8a6fa8",
    "procurement": "#9aa0a6",
    "site construction": "#8c6d4f",
    "power construction": "#a8553a",
    "gas lateral": "#cf9a7f",
    "hardware delivery": "#4f8a7a",
}
CONFIDENCE_COLOURS: dict[str, str] = {
    "measured": BLUE,
    "published": MUTED_BLUE,
    "claimed": "#d9a441",
    "assumed": "#d5d2ca",
}
# Of things that have no colour of their own, such as sites and scenarios; then from the start.
SERIES: tuple[str, ...] = (
    *(BLUE, "#b5564c", "#6d93b8", "#d9a441", "#4f8a7a", "#8a6fa8", "#8c6d4f", "#9aa0a6"),
    *("#2f6f9f", "#c77d9b", "#9bbf65", "#4b4453", "#e07a5f", "#7fb3d5"),
)
# Line styles of matplotlib and of plotly, in the same order.
LINES: tuple[tuple[str, str], ...] = (
    ("-", "solid"),
    ("--", "dash"),
    (":", "dot"),
    ("-.", "dashdot"),
)

_VENDOR_COLOURS = {
    "nvidia": BLUE,
    "amd": "#a8553a",
    "google": "#4f8a7a",
    "aws": "#d9a441",
    "cerebras": "#8a6fa8",
    "intel": "#2f6f9f",
    "groq": "#8c6d4f",
    "sambanova": "#c77d9b",
}
_MOST_LIGHTENED = 0.55


def kind_of_power(inputs: Inputs) -> dict[str, str]:
    """Technology or interconnection route to its kind, a key of `KIND_COLOURS`."""
    found = {
        row.technology: _kind(row.kind, str(given(row.fuel, "")), row.technology)
        for row in rows(inputs.tables["power_technologies"])
    }
    for row in rows(inputs.tables["interconnection_routes"]):
        found[row.route] = f"{row.firmness} grid"
    return found


def _kind(kind: str, fuel: str, technology: str) -> str:
    if kind != "thermal":
        return kind
    burnt = fuel.lower()
    if "fuel-cell" in technology:
        return "fuel cell"
    named = {"gas": "gas", "uran": "nuclear", "diesel": "diesel"}
    return next((word for part, word in named.items() if part in burnt), "other thermal")


def power_colours(inputs: Inputs) -> dict[str, str]:
    """Technology or interconnection route to its colour: that of its kind, shades within it."""
    kinds = kind_of_power(inputs)
    bases: dict[str, list[str]] = {}
    for source, kind in kinds.items():
        base = source.removesuffix(WITH_SCR)
        if not kind.endswith(" grid") and base not in bases.setdefault(kind, []):
            bases[kind].append(base)
    found = {}
    for source, kind in kinds.items():
        colour = KIND_COLOURS.get(kind, KIND_COLOURS["other thermal"])
        of_kind = bases.get(kind, [])
        base = source.removesuffix(WITH_SCR)
        found[source] = shade(colour, of_kind.index(base), len(of_kind)) if of_kind else colour
    return found


def system_colours(inputs: Inputs) -> dict[str, str]:
    """Hardware system to its colour: its vendor's, the lighter the later it stands in the table."""
    by_vendor: dict[str, list[str]] = {}
    for row in rows(inputs.tables["hardware"]):
        by_vendor.setdefault(str(row.vendor), []).append(row.system)
    free = [c for c in SERIES if c not in _VENDOR_COLOURS.values()]
    found = {}
    for vendor, systems in by_vendor.items():
        colour = _VENDOR_COLOURS.get(vendor.lower())
        if colour is None:
            colour = free.pop(0) if free else FAINT
        for number, system in enumerate(systems):
            found[system] = shade(colour, number, len(systems))
    return found


def site_colours(inputs: Inputs) -> dict[str, str]:
    """Site to its colour, by its place in the table."""
    return series_colours(inputs.tables["sites"]["site"])


def series_colours(names: Iterable[str]) -> dict[str, str]:
    """Name to its colour, by its place among them."""
    return {name: SERIES[number % len(SERIES)] for number, name in enumerate(dict.fromkeys(names))}


def group_colour(group: str) -> str:
    """Colour of a group of cost components."""
    return COST_COLOURS.get(group, COST_COLOURS["other"])


def shade(colour: str, number: int, of: int) -> str:
    """One of so many shades of a colour, the first the colour itself, each lighter than before."""
    return lightened(colour, _MOST_LIGHTENED * number / (of - 1)) if of > 1 else colour


def lightened(colour: str, share: float) -> str:
    """A colour moved towards white by a share of the way."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    mixed = colorsys.hls_to_rgb(hue, light + (1.0 - light) * share, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in mixed)


def is_dark(colour: str) -> bool:
    """Whether white is read better upon a colour than black."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < _MIDDLE_LUMINANCE


def ordered_by_kind(sources: Iterable[str], kinds: Mapping[str, str]) -> list[str]:
    """Sources in the order in which they are stacked: by kind, then by name."""
    order = {kind: number for number, kind in enumerate(KIND_COLOURS)}
    return sorted(set(sources), key=lambda s: (order.get(kinds.get(s, ""), len(order)), s))


_MIDDLE_LUMINANCE = 0.5
