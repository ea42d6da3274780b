"""Round trips between metropolitan areas: IBM Cloud documentation, "Network latency" (VPC).

File ``ibm/network-latency.md``: the page's table source. Its first table under "Inter-region
latency" is the newest; rows are from, columns to, milliseconds averaged over about a month. The
documentation's repository has no licence file; the figures are measured facts.
"""

from __future__ import annotations

import pandas as pd
from gathered import Refused

from official.reading import Official

NAME = "ibm/network-latency.md"
HEADING = "### Inter-region latency"
CORNER = "Average latency (ms)"


def latency(official: Official) -> pd.DataFrame:
    """``latency_ibm_vpc_2026_08.csv``: round trip in ms from metro to metro, both ways."""
    lines = [line.strip() for line in official.lines(NAME)]
    if HEADING not in lines:
        raise Refused(f"{NAME}: no heading '{HEADING}'")
    after = lines[lines.index(HEADING) :]
    table = [line for line in after if line.startswith("|")]
    cells = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in table]
    if not cells or cells[0][0] != CORNER:
        raise Refused(f"{NAME}: the table under '{HEADING}' does not begin with '{CORNER}'")
    metros = cells[0][1:]
    rows = []
    for start, *times in cells[2 : 2 + len(metros)]:
        for end, time in zip(metros, times, strict=True):
            if time:
                rows.append({"from": start, "to": end, "rtt_ms": float(time)})
    return pd.DataFrame(rows)


EXTRACTS = {"latency_ibm_vpc_2026_08.csv": latency}
