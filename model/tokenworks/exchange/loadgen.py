"""MLPerf LoadGen's `mlperf_log_summary.txt`, line by line."""

from __future__ import annotations

import math
from dataclasses import dataclass

NS_PER_MS = 1e6
_HEAD = "MLPerf Results Summary"
_TOKENS = ("Completed tokens per second", "Tokens per second")
_TTFT = ("99.00 percentile first token latency (ns)",)
# Its name differs between versions of LoadGen.
_TPOT = (
    "99.00 percentile time to output token (ns)",
    "99.00 percentile time per output token (ns)",
)


@dataclass(frozen=True)
class Summary:
    """What a run reached.

    Attributes
    ----------
    scenario
        Server, Interactive, Offline …
    tokens_per_s, ttft_p99_ms, tpot_p99_ms
        Output tokens a second, and the 99th percentiles of the two latencies; None where the file
        holds none.
    problems
        Line, problem and remedy of what makes the run unusable.
    """

    scenario: str
    tokens_per_s: float | None
    ttft_p99_ms: float | None
    tpot_p99_ms: float | None
    problems: tuple[tuple[int, str, str], ...]


def read_summary(text: str) -> Summary:
    """Read the text of a summary."""
    cells: dict[str, tuple[int, str]] = {}
    for line, words in enumerate(text.splitlines(), start=1):
        key, colon, value = words.partition(":")
        if colon:
            # The first of a name counts: figures come before the settings of the run.
            cells.setdefault(" ".join(key.split()), (line, value.strip()))
    problems: list[tuple[int, str, str]] = []
    if _HEAD not in text:
        problems.append((1, "it is no summary of LoadGen", "name a mlperf_log_summary.txt"))
    line, verdict = cells.get("Result is", (0, "missing"))
    if verdict != "VALID":
        problems.append((line, f"the result is {verdict}", "run it again until it is VALID"))

    def figure(names: tuple[str, ...], what: str, over: float) -> float | None:
        for name in names:
            if name in cells:
                at, value = cells[name]
                try:
                    found = float(value) / over
                except ValueError:
                    found = math.nan
                if math.isfinite(found) and found > 0.0:
                    return found
                problems.append(
                    (at, f"`{value}` is no {what}", "give the file as LoadGen wrote it")
                )
                return None
        remedy = "take a run of Server or Interactive that counts tokens (`use_token_latencies`)"
        problems.append((0, f"it holds no {what}", remedy))
        return None

    return Summary(
        cells.get("Scenario", (0, ""))[1],
        figure(_TOKENS, "rate of tokens", 1.0),
        figure(_TTFT, "99th percentile of the first token", NS_PER_MS),
        figure(_TPOT, "99th percentile of the other tokens", NS_PER_MS),
        tuple(problems),
    )
