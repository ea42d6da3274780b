"""Measures of a chip that rules on exports count: total processing performance and its density.

Total processing performance is 2 x MacTOPS x bit length of the operation, added over all processing
units of the chip. A data sheet's TOPS or FLOPS already count a multiply-accumulate as two
operations, so that the measure is the dense rate times the bit length; the largest over the
precisions counts. Rates that rest on sparsity are not dense and do not count.
"""

from __future__ import annotations

from collections.abc import Mapping

# Column of the table `hardware` to the bit length of the operation whose dense rate it holds.
BIT_LENGTHS: dict[str, int] = {
    "dense_fp4_tflops": 4,
    "dense_fp8_tflops": 8,
    "dense_bf16_tflops": 16,
    "dense_int8_tops": 8,
}


def total_processing_performance(rates: Mapping[str, float]) -> float | None:
    """Total processing performance of a chip.

    Parameters
    ----------
    rates
        Name of a rate, as in `BIT_LENGTHS`, to the dense rate in TFLOPS or TOPS. A precision that
        the chip lacks, or whose rate nobody published, is left out.

    Returns
    -------
    float or None
        The most, over the precisions, of rate times bit length; None without any rate.

    Raises
    ------
    KeyError
        Where a name is none of `BIT_LENGTHS`.
    """
    return max((rate * BIT_LENGTHS[name] for name, rate in rates.items()), default=None)


def performance_density(tpp: float, die_mm2: float) -> float:
    """Total processing performance over the area of the logic dies.

    Parameters
    ----------
    tpp
        Total processing performance.
    die_mm2
        Area of the dies made on a node with non-planar transistors, mm2; above 0.

    Returns
    -------
    float
        Performance density per mm2.
    """
    return tpp / die_mm2
