"""Back of the envelope: what a token costs on each server, from the tables as they lie.

Run as ``python data/make/envelope.py [--data data]``. One site (Brazoria), grid power of 2030, no
lead times, no contingency; a check on the size of the figures, not a result.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

RATE = 0.08
HOURS = 8760
SECONDS = 3600 * HOURS
PEAK_TO_MEAN = 1.33
ZONE, SITE = "p67", "tx-brazoria"

Table = list[dict[str, str]]


def annuity(years: float) -> float:
    """Yearly payment for one dollar of capital."""
    return float(RATE / (1 - (1 + RATE) ** -years))


def shares(point: dict[str, str], server: dict[str, str], site: dict[str, str], usd_per_mwh: float,
           utilisation: float) -> dict[str, float]:  # fmt: skip
    """Yearly cost of one server by component, in dollars."""
    mean = utilisation / PEAK_TO_MEAN
    idle, full, design = (
        float(server["idle_kw"]), float(point["full_load_kw"]), float(server["design_kw"])
    )  # fmt: skip
    mwh = (idle + mean * (full - idle)) * float(site["average_pue_ratio"]) * HOURS / 1000
    shell = design / 1000 * float(site["shell_cost_usd_per_mw"])
    return {
        "hardware": float(server["capex_usd"]) * annuity(float(server["life_years"]))
        + float(server["fixed_om_usd_per_year"]),
        "shell": shell * annuity(float(site["shell_life_years"]))
        + design / 1000 * float(site["fixed_om_usd_per_mw_year"]),
        "energy": mwh * usd_per_mwh,
    }


def main() -> None:
    """Print dollars per million output tokens and the shares of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2])
    data = parser.parse_args().data

    def read(name: str) -> Table:
        with (data / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    servers = {row["system"]: row for row in read("common/hardware.csv")}
    site = next(row for row in read("us-tiny/sites.csv") if row["site"] == SITE)
    tariff = next(row for row in read("us-tiny/tariffs.csv") if row["zone"] == ZONE)
    peak_mw_hours = 12 * 1000 * float(tariff["capacity_usd_per_kw_month"])
    ratio = float(site["peak_pue_ratio"]) / float(site["average_pue_ratio"])
    for point in read("common/operating_points.csv"):
        work = next(r for r in read("common/workloads.csv") if r["model"] == point["model"])
        use = float(work["max_utilisation_fraction"])
        server = servers[point["system"]]
        mean_kw = float(server["idle_kw"]) + use / PEAK_TO_MEAN * (
            float(point["full_load_kw"]) - float(server["idle_kw"])
        )
        load_factor = mean_kw / float(server["design_kw"]) / ratio
        usd_per_mwh = (
            float(tariff["energy_usd_per_mwh"])
            + float(tariff["delivery_usd_per_mwh"])
            + peak_mw_hours / HOURS / load_factor
        )
        parts = shares(point, server, site, usd_per_mwh, use)
        total = sum(parts.values())
        mtokens = float(point["output_tokens_per_s"]) * use / PEAK_TO_MEAN * SECONDS / 1e6
        text = ", ".join(f"{name} {value / total:.0%}" for name, value in parts.items())
        per_hour = total / HOURS / float(server["accelerators_count"])
        sys.stdout.write(
            f"{point['point']}: {total / mtokens:.3f} USD/Mtoken ({text}); {usd_per_mwh:.0f} "
            f"USD/MWh; {per_hour:.2f} USD an accelerator and hour; "
            f"{float(point['output_tokens_per_s']) * use / float(server['design_kw']) / 1e3:.2f} "
            "million tokens/s in the peak for each MW\n"
        )


if __name__ == "__main__":
    main()
