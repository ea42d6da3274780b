"""Amounts, dates and counts in the words of charts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

MINUS = "−"
# Below these an amount is written with one figure more, or in a smaller unit.
_GIGAWATTS_MW, _WHOLE_MW, _CENTS_USD, _SMALLEST_USD = 9_999.5, 9.95, 99.5, 5e-5
_HALF_A_PERCENT = 0.005


def megawatts(mw: float) -> str:
    """So many MW, in GW where they are thousands."""
    if abs(mw) >= _GIGAWATTS_MW:
        return f"{mw / 1e3:,.1f} GW"
    return f"{mw:,.0f} MW" if abs(mw) >= _WHOLE_MW else f"{significant(mw, 2)} MW"


def dollars(usd: float, digits: int = 3) -> str:
    """An amount of dollars in the largest of its words, such as $1.25 bn or −$30 k."""
    sign = MINUS if usd < 0 else ""
    for size, word in ((1e12, " tn"), (1e9, " bn"), (1e6, " m"), (1e3, " k")):
        if abs(usd) >= 0.9995 * size:
            return f"{sign}${significant(abs(usd) / size, digits)}{word}"
    return f"{sign}${significant(abs(usd), digits)}"


def per_mtoken(usd: float) -> str:
    """Dollars per million tokens: four figures below the point, as the cost table prints them."""
    sign = MINUS if usd < 0 else ""
    size = abs(usd)
    if size >= _CENTS_USD:
        return f"{sign}${size:,.2f}"
    return f"{sign}${significant(size, 1) if 0.0 < size < _SMALLEST_USD else f'{size:.4f}'}"


def significant(value: float, digits: int = 3) -> str:
    """A number to so many significant figures, without an exponent."""
    if not math.isfinite(value) or value == 0.0:
        return f"{value:.0f}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}"


def percent(share: float) -> str:
    """A share in per cent; what is some but not all never reads as none or all."""
    if 0.0 < share < _HALF_A_PERCENT:
        return "under 1 %"
    if 1.0 - _HALF_A_PERCENT < share < 1.0:
        return "over 99 %"
    return f"{100 * share:.0f} %"


def month(date: pd.Timestamp) -> str:
    """A month such as Jul 2029."""
    return f"{date:%b %Y}"


def capital(text: str) -> str:
    """A text with its first letter large; not for names, which stay as they are."""
    return text[:1].upper() + text[1:]


def counted(count: int, thing: str) -> str:
    """So many things."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names in words, the first few of many."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else "none"


def money_year(usd_year: int) -> str:
    """The unit of money, such as USD of 2024."""
    return f"USD of {usd_year}"
