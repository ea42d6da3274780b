"""Samples: points spread over ranges by a Latin hypercube or a Sobol sequence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from tokenworks.schema.study import Draw, Sample

Floats = npt.NDArray[np.float64]

# Shares of a distribution at which one without ends is cut, so that no draw is infinite.
CUT = 1e-9


def points(sample: Sample, method: str) -> Iterator[dict[str, Any]]:
    """Changes of every point of a sample; the same for the same seed.

    Parameters
    ----------
    sample
        Count, seed, and addresses with their draws.
    method
        ``latin hypercube`` (McKay, Beckman and Conover 1979) or ``sobol`` (scrambled, Owen 1998),
        of which a power of two of points is balanced best.
    """
    shares = _shares(sample, method)
    columns = {
        address: values(draw, shares[:, place])
        for place, (address, draw) in enumerate(sample.addresses.items())
    }
    for number in range(sample.count):
        yield {address: of[number] for address, of in columns.items()}


def values(draw: Draw, shares: Floats) -> list[Any]:
    """Values at shares (between 0 and 1) of a draw's distribution."""
    for action, inner in (("scale", draw.scale), ("add", draw.add)):
        if inner is not None:
            return [{action: value} for value in values(inner, shares)]
    if draw.choices is not None:
        last = len(draw.choices) - 1
        return [draw.choices[min(int(share * (last + 1)), last)] for share in shares.tolist()]
    found = _quantiles(draw, np.clip(shares, CUT, 1.0 - CUT))
    # Rounded, so that a number is as it is written, and the same on every machine.
    return [round(value) if draw.whole else float(f"{value:.9g}") for value in found.tolist()]


def _quantiles(draw: Draw, shares: Floats) -> Floats:
    from scipy import stats  # noqa: PLC0415 -- takes a second to import

    low, high = draw.low, draw.high
    if draw.distribution == "normal":
        mean, deviation = draw.mean or 0.0, draw.standard_deviation or 1.0
        least = -math.inf if low is None else (low - mean) / deviation
        most = math.inf if high is None else (high - mean) / deviation
        cut = stats.truncnorm(least, most, loc=mean, scale=deviation)
        return np.asarray(cut.ppf(shares), dtype=np.float64)
    least, most = low or 0.0, 0.0 if high is None else high
    if draw.distribution == "loguniform":
        return np.asarray(least * (most / least) ** shares, dtype=np.float64)
    if draw.distribution == "triangular":
        mode = least if draw.mode is None else draw.mode
        shape = stats.triang((mode - least) / (most - least), loc=least, scale=most - least)
        return np.asarray(shape.ppf(shares), dtype=np.float64)
    if draw.whole:  # every whole number with the same chance, both ends among them
        return np.floor(least + shares * (most - least + 1.0))
    return least + shares * (most - least)


def _shares(sample: Sample, method: str) -> Floats:
    from scipy.stats import qmc  # noqa: PLC0415 -- takes a second to import

    width = len(sample.addresses)
    if method == "sobol":
        power = max(0, math.ceil(math.log2(sample.count)))
        sequence = qmc.Sobol(width, rng=sample.seed).random_base2(power)
        return np.asarray(sequence[: sample.count], dtype=np.float64)
    return np.asarray(qmc.LatinHypercube(width, rng=sample.seed).random(sample.count))
