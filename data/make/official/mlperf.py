"""Serving speed: MLCommons, MLPerf Inference results (Apache-2.0).

Files ``mlperf/*summary_results.json``: ``summary_results.json`` of a round's result repository
(v5.0 and later), renamed by its round, as ``v5.1_summary_results.json``. A list of results; read
are version, Suite, Category (division), Availability, Submitter, Platform, Accelerator, a# (how
many accelerators), Model, Scenario, Performance_Result, Performance_Units, weight_data_types,
Notes, ID. Tokens are output tokens. Power results are not in this file.
"""

from __future__ import annotations

import pandas as pd

from official.reading import Official, require

PATTERN = "mlperf/*summary_results.json"
SUITE = "datacenter"
UNITS = "tokens/s"
ACCURACY = r"-99(\.9)?$"  # end of a model's name
READ = (
    "ID",
    "Submitter",
    "Availability",
    "Category",
    "Suite",
    "Platform",
    "Model",
    "Scenario",
    "Accelerator",
    "a#",
    "Notes",
    "version",
    "weight_data_types",
    "Performance_Result",
    "Performance_Units",
)
COLUMNS = (
    "source_type",
    "round_or_date",
    "division",
    "availability",
    "submitter",
    "system",
    "accelerator",
    "accelerators",
    "model",
    "scenario",
    "metric",
    "isl",
    "osl",
    "batch_or_concurrency",
    "interactivity_tok_s_user",
    "ttft_ms",
    "tokens_per_s",
    "tokens_per_s_per_accel",
    "prefill_accels",
    "decode_accels",
    "power_w",
    "power_basis",
    "joules_per_token",
    "weight_dtype",
    "source",
    "note",
)


def results(official: Official) -> pd.DataFrame:
    """``throughput_mlperf.csv``: results of the data-centre suite in tokens/s, with accelerators.

    Its columns are those of ``throughput.csv``, of which it makes the MLPerf part.
    """
    rows = []
    for name in official.all_of(PATTERN):
        for number, entry in enumerate(official.document(name), start=1):
            require(f"{name}, result {number}", list(entry), READ, "field")
            counted = int(entry["a#"] or 0)
            tokens = str(entry["Performance_Units"]).lower() == UNITS
            if entry["Suite"] == SUITE and tokens and counted > 0:
                rows.append(_row(entry, counted))
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS))


def _row(entry: dict[str, object], accelerators: int) -> dict[str, object]:
    """One result."""
    speed = float(str(entry["Performance_Result"]))
    return {
        "source_type": "MLPerf Inference",
        "round_or_date": entry["version"],
        "division": entry["Category"],
        "availability": entry["Availability"],
        "submitter": entry["Submitter"],
        "system": entry["Platform"],
        "accelerator": entry["Accelerator"],
        "accelerators": accelerators,
        "model": entry["Model"],
        "scenario": entry["Scenario"],
        "metric": "output tokens/s",
        "tokens_per_s": speed,
        "tokens_per_s_per_accel": round(speed / accelerators, 2),
        "weight_dtype": entry["weight_data_types"],
        "source": f"MLCommons Inference {entry['version']} summary_results.json:{entry['ID']}",
        "note": entry["Notes"] or None,
    }


def summary(official: Official) -> pd.DataFrame:
    """``throughput_mlperf_summary.csv``: median, least and best by model, accelerator, scenario.

    Of the closed division; both accuracy variants of a model (-99, -99.9) are counted to it.
    """
    frame = results(official)
    return summarised(frame[frame["division"] == "closed"])


def summarised(frame: pd.DataFrame) -> pd.DataFrame:
    """Median, least and best of results; the earliest round wins a tie for the best."""
    speed = "tokens_per_s_per_accel"
    frame = frame.assign(model=frame["model"].str.replace(ACCURACY, "", regex=True))
    rows = []
    for names, group in frame.groupby(["model", "accelerator", "scenario"]):
        best = group.sort_values([speed, "round_or_date"], ascending=[False, True]).iloc[0]
        row = dict(zip(("model", "accelerator", "scenario"), names, strict=True))
        row |= {
            "n_results": len(group),
            "tok_s_per_accel_median": round(float(group[speed].median()), 1),
            "min": group[speed].min(),
            "max": group[speed].max(),
            "best_round": best["round_or_date"],
            "best_accelerators": best["accelerators"],
            "best_submitter": best["submitter"],
        }
        rows.append(row)
    return pd.DataFrame(rows)


EXTRACTS = {
    "throughput_mlperf.csv": results,
    "throughput_mlperf_summary.csv": summary,
}
