"""How figures are printed: thousands apart, a true minus, as many digits as a reader uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Literal

Form = Literal[
    "usd",  # with the word that suits its size
    "bn",  # billions, in a table whose head says so
    "m",  # millions, likewise
    "per_mtoken",  # USD per million tokens
    "usd_small",  # USD per MWh and the like
    "percent",
    "percent_fine",  # of what is nearly one
    "mw",
    "count",
    "years",
    "months",
    "ratio",
    "year",
    "month",  # a date, as year and month
    "plain",
    "four",  # four significant figures
]

_HUNDRED = 100.0
_TEN = 10.0
_NARROW = "\N{NO-BREAK SPACE}"  # a figure stays with its sign
_FOUR_DIGITS = 1e4
_WORDS = ((1e9, "bn"), (1e6, "m"), (1e3, "thousand"))


def shown(value: float, form: Form) -> str:
    """A value as it is printed.

    Parameters
    ----------
    value
        In the unit of its form: USD, shares of one, MW, months; dates as seconds since 1970.
    form
        How.
    """
    return _FORMS[form](value + 0.0).replace("-", "−") if form != "month" else _month(value)


def _usd(value: float) -> str:
    for scale, word in _WORDS:
        if abs(value) >= scale:
            return f"{value / scale:,.2f} {word} USD"
    return f"{_unsigned_zero(value, 2)} USD"


def _unsigned_zero(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def _per_mtoken(value: float) -> str:
    return _unsigned_zero(value, 2 if abs(value) >= _HUNDRED else 4)


def _mw(value: float) -> str:
    return _unsigned_zero(value, 0 if abs(value) >= _HUNDRED else 1)


def _month(value: float) -> str:
    day = dt.datetime.fromtimestamp(value, dt.UTC)
    return f"{day.year}-{day.month:02d}"


def significant(value: float) -> str:
    """Four significant figures, without an exponent."""
    rounded = float(f"{value:.4g}")
    return f"{rounded:,.0f}" if abs(rounded) >= _FOUR_DIGITS else f"{rounded:,.10g}"


def _digits(value: float) -> int:
    return 0 if float(value).is_integer() else 1


_FORMS: dict[Form, Callable[[float], str]] = {
    "usd": _usd,
    "bn": lambda value: _unsigned_zero(value / 1e9, 2),
    "m": lambda value: _unsigned_zero(value / 1e6, 1),
    "per_mtoken": _per_mtoken,
    "usd_small": lambda value: _unsigned_zero(value, 2),
    "percent": lambda value: f"{_unsigned_zero(value * 100.0, 1)}{_NARROW}%",
    "percent_fine": lambda value: f"{value * 100.0:.2f}{_NARROW}%",
    "mw": _mw,
    "count": lambda value: _unsigned_zero(value, 0 if abs(value) >= _TEN else _digits(value)),
    "years": lambda value: _unsigned_zero(value, 1),
    "months": lambda value: _unsigned_zero(value, 0),
    "ratio": lambda value: _unsigned_zero(value, 2),
    "year": lambda value: f"{value:.0f}",
    "plain": lambda value: f"{value:,.6g}",
    "four": significant,
}
