"""Results of aiconfigurator and MLPerf as operating points.

The files have the columns and lines that the tools write; their figures are made up.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tokenworks.errors import InputError
from tokenworks.exchange.mapping import read_mapping
from tokenworks.exchange.points import read_operating_points
from tokenworks.io.tables import read_table
from tokenworks.schema.tables import INPUT_TABLES

FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def mapping():
    return read_mapping(FILES / "mapping.yaml")


def test_aiconfigurator_rows_are_scaled_to_one_of_our_systems(mapping):
    # 725 tokens/s of a GPU times 8; 1,000 of 4,000 input tokens are found in the cache.
    found = read_operating_points(FILES / "best_config_topn.csv", mapping).table
    first = found.iloc[0]
    assert (first["system"], first["model"], first["stage"]) == ("h200-8", "qwen3-32b", "serve")
    assert first["output_tokens_per_s"] == 725.0 * 8
    assert (first["ttft_ms"], first["tpot_ms"]) == (620.5, 9.8)
    assert (first["cached_fraction"], first["precision"]) == (0.25, "fp8_block")
    assert (first["confidence"], first["source"]) == ("claimed", "SOMEBODY-2026")
    assert first["measured_on"] == pd.Timestamp("2026-03-01")
    assert found["point"].is_unique


def test_aiconfigurator_prefill_on_another_system_makes_no_point(mapping):
    found = read_operating_points(FILES / "disagg.csv", mapping)
    assert len(found.table) == 1
    assert "two systems" in found.skipped[0]


def test_mlperf_results_are_of_one_system_and_offline_makes_no_point(mapping):
    # 32,000 of 8 accelerators; 80,000 of 4 x 8, of which ours has 8.
    found = read_operating_points(FILES / "summary_results.json", mapping)
    assert found.table["output_tokens_per_s"].tolist() == [32000.0, 20000.0]
    assert found.table["ttft_ms"].tolist() == [2000.0, 450.0]
    assert set(found.table["confidence"]) == {"measured"}
    assert [words.partition(":")[0] for words in found.skipped] == ["row 2", "row 4"]


@pytest.fixture
def logged(tmp_path):
    def write(text):
        folder = tmp_path / "H200-SXM-141GBx8_TRT" / "llama2-70b-99" / "Server" / "performance"
        path = folder / "run_1" / "mlperf_log_summary.txt"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_run_of_loadgen_has_its_own_latencies(mapping, logged):
    text = (FILES / "mlperf_log_summary.txt").read_text(encoding="utf-8")
    (row,) = read_operating_points(logged(text), mapping).table.to_dict("records")
    assert (row["ttft_ms"], row["tpot_ms"]) == (1760.0, 165.0)
    assert row["output_tokens_per_s"] == 32153.6
    assert row["percentile"] == "p99"


def test_a_run_that_is_not_valid_is_refused(mapping, logged):
    text = (FILES / "mlperf_log_summary.txt").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="row 9: the result is INVALID"):
        read_operating_points(logged(text.replace("is : VALID", "is : INVALID")), mapping)


def test_every_problem_is_answered_at_once_by_row_and_column(mapping, tmp_path):
    text = (FILES / "best_config_topn.csv").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(text.replace("620.5", "soon").replace("h200_sxm,655", "=1+1,655"), "utf-8")
    with pytest.raises(InputError) as caught:
        read_operating_points(wrong, mapping)
    problems = [(p.row, p.column) for p in caught.value.problems]
    assert problems == [(2, "ttft"), (3, "system")]


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "[]"])
def test_a_file_of_another_kind_is_refused(mapping, tmp_path, content):
    path = tmp_path / ("some.json" if content == "[]" else "some.csv")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"neither aiconfigurator's nor"):
        read_operating_points(path, mapping)


def test_a_mapping_with_unknown_keys_is_refused(tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text("systems: {}\nsystem: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="system: Extra inputs"):
        read_mapping(path)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_what_is_written_is_a_table_of_ours(mapping, tmp_path, ending):
    found = read_operating_points(FILES / "summary_results.json", mapping)
    path = found.write(tmp_path / f"points{ending}")
    table = read_table(INPUT_TABLES["operating_points"], path)
    assert table.frame["output_tokens_per_s"].tolist() == [32000.0, 20000.0]
    with pytest.raises(InputError, match="there already"):
        found.write(path)
    assert not [p for p in tmp_path.iterdir() if p != path]


def test_a_json_list_of_aiconfigurator_rows_reads_as_its_csv(mapping, tmp_path):
    rows = pd.read_csv(FILES / "best_config_topn.csv").to_dict("records")
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    found = read_operating_points(path, mapping).table
    same = read_operating_points(FILES / "best_config_topn.csv", mapping).table
    columns = ["output_tokens_per_s", "ttft_ms", "cached_fraction", "precision"]
    pd.testing.assert_frame_equal(found[columns], same[columns])
