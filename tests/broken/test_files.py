"""Files that cannot be read as they are: missing, elsewhere, too large, in another encoding."""

from __future__ import annotations

import pandas as pd
import pytest

from tokenworks.io import tables, yaml_text


def only(problems):
    assert len(problems) == 1, [str(p) for p in problems]
    return problems[0]


def test_missing_table_file(case, problems_of):
    path = case.write()
    (case.folder / "tables/zones.csv").unlink()
    found = only(problems_of(path))
    assert (found.file, found.row) == ("tables/zones.csv", 0)
    assert "no such file" in found.problem
    assert "`tables.zones` in small.yaml, row 11" in found.remedy


def test_folder_in_place_of_a_table(case, problems_of):
    (case.folder / "tables/zones.csv").mkdir(parents=True)
    assert "is a folder" in only(problems_of(case.write())).problem


def test_unknown_kind_of_file(case, problems_of):
    case.edit("scenario", "tables:\n", "tables:\n  zones: tables/zones.xlsx\n")
    found = only(problems_of(case.write()))
    assert "`.xlsx`" in found.problem
    assert ".csv or .parquet" in found.remedy


def test_empty_file(case, problems_of):
    case.tables["zones"] = ""
    assert "file is empty" in only(problems_of(case.write())).problem


def test_header_only(case, problems_of):
    case.tables["models"] = case.tables["models"].splitlines()[0] + "\n"
    found = only([p for p in problems_of(case.write()) if p.file == "tables/models.csv"])
    assert (found.row, found.problem) == (1, "the table has no rows")
    assert "a served model" in found.remedy


def test_optional_table_without_rows_is_fine(case, problems_of):
    case.tables["permit_routes"] = case.tables["permit_routes"].splitlines()[0] + "\n"
    assert problems_of(case.write()) == ()


def test_no_way_to_the_grid_is_fine(case, problems_of):
    for name in ("interconnection_routes", "tariffs", "zone_headroom"):
        case.tables[name] = case.tables[name].splitlines()[0] + "\n"
    assert problems_of(case.write()) == ()


def test_optional_columns_may_be_left_out(case, problems_of):
    case.tables["zones"] = "zone,confidence\nnorth,assumed\nsouth,assumed\n"
    assert problems_of(case.write()) == ()


def test_semicolons(case, problems_of):
    case.tables["zones"] = case.tables["zones"].replace(",", ";")
    found = only(problems_of(case.write()))
    assert (found.row, found.problem) == (1, "the columns are parted by semicolons")


def test_table_in_latin_1(case, problems_of):
    path = case.folder / "tables/zones.csv"
    path.parent.mkdir()
    path.write_bytes(case.tables["zones"].replace("South", "Süd").encode("latin-1"))
    found = only(problems_of(case.write()))
    assert (found.file, found.row) == ("tables/zones.csv", 3)
    assert "0xfc is not UTF-8" in found.problem
    assert "UTF-8" in found.remedy


def test_byte_order_mark_is_fine(case, problems_of):
    case.tables["zones"] = "\ufeff" + case.tables["zones"].replace("\n", "\r\n")
    assert problems_of(case.write()) == ()


def test_oversized_table_is_refused_by_name(case, problems_of, monkeypatch):
    path = case.write()
    largest = (case.folder / "tables/sites.csv").stat().st_size
    monkeypatch.setattr(tables, "LARGEST_BYTES", largest - 1)
    found = only(problems_of(path))
    assert (found.file, found.row) == ("tables/sites.csv", 0)
    assert "MB are read" in found.problem
    assert "split it" in found.remedy


def test_oversized_scenario(case, problems_of, monkeypatch):
    monkeypatch.setattr(yaml_text, "LARGEST_BYTES", 100)
    assert "MB" in only(problems_of(case.write())).problem


def test_table_outside_the_project(case, problems_of):
    outside = case.folder.parent / "zones.csv"
    outside.write_text(case.tables["zones"], encoding="utf-8")
    for named in ("../zones.csv", str(outside)):
        case.path.unlink(missing_ok=True)
        case.scenario = case.scenario.partition("tables:\n")[0] + f"tables:\n  zones: {named}\n"
        found = only(problems_of(case.write()))
        assert (found.file, found.row, found.column) == ("small.yaml", 9, "tables.zones")
        assert "outside the project folder" in found.problem
        assert "copy the file" in found.remedy


def test_link_that_leads_outside(case, problems_of):
    outside = case.folder.parent / "zones.csv"
    outside.write_text(case.tables["zones"], encoding="utf-8")
    (case.folder / "tables").mkdir()
    (case.folder / "tables/zones.csv").symlink_to(outside)
    found = only(problems_of(case.write()))
    assert found.column == "tables.zones"
    assert "outside the project folder" in found.problem


def test_link_within_the_project_is_fine(case, problems_of):
    inside = case.folder / "elsewhere.csv"
    inside.write_text(case.tables["zones"], encoding="utf-8")
    (case.folder / "tables").mkdir()
    (case.folder / "tables/zones.csv").symlink_to(inside)
    assert problems_of(case.write()) == ()


def test_link_in_a_circle(case, problems_of):
    (case.folder / "tables").mkdir()
    (case.folder / "tables/zones.csv").symlink_to(case.folder / "tables/zones.csv")
    assert only(problems_of(case.write())).file in ("small.yaml", "tables/zones.csv")


def test_project_is_the_scenario_folder_when_called_from_elsewhere(case, problems_of, monkeypatch):
    path = case.write()
    (case.folder.parent / "other").mkdir()
    monkeypatch.chdir(case.folder.parent / "other")
    assert problems_of(path) == ()
    case.path.unlink()
    case.edit("scenario", "tables:\n", "tables:\n  zones: ../zones.csv\n")
    assert "outside" in only(problems_of(case.write())).problem


def write_parquet(case, name: str, frame: pd.DataFrame) -> None:
    (case.folder / "tables").mkdir()
    frame.to_parquet(case.folder / f"tables/{name}.parquet", index=False)
    case.edit("scenario", "tables:\n", f"tables:\n  {name}: tables/{name}.parquet\n")


def models(**columns) -> pd.DataFrame:
    row = {"model": ["llama"], "memory_gb": [90.0], "confidence": ["assumed"]}
    return pd.DataFrame({**row, **columns})


@pytest.mark.parametrize(
    ("columns", "row", "column", "problem", "remedy"),
    [
        ({"memory_gb": ["90"]}, 1, "memory_gb", "holds text", "a number"),
        ({"memory_gb": [True]}, 1, "memory_gb", "true and false", "a number"),
        ({"memory_gb": [float("inf")]}, 2, "memory_gb", "not a number", "GB"),
        ({"memory_gb": [float("nan")]}, 2, "memory_gb", "blank", "GB"),
        ({"memory_gb": [-1]}, 2, "memory_gb", "below 0", "0 or more"),
        ({"model": [3]}, 1, "model", "holds numbers", "text"),
        ({"model": [None]}, 2, "model", "blank", "text"),
        ({"confidence": ["guess"]}, 2, "confidence", "`guess`", "measured"),
        ({"memory_kw": [3.0]}, 1, "memory_kw", "not a column", "delete"),
    ],
)
def test_parquet(case, problems_of, columns, row, column, problem, remedy):
    write_parquet(case, "models", models(**columns))
    found = only([p for p in problems_of(case.write()) if p.file == "tables/models.parquet"])
    assert (found.row, found.column) == (row, column)
    assert problem in found.problem
    assert remedy in found.remedy


def test_parquet_that_is_none(case, problems_of):
    case.edit("scenario", "tables:\n", "tables:\n  zones: tables/zones.parquet\n")
    (case.folder / "tables").mkdir()
    (case.folder / "tables/zones.parquet").write_text("zone\n", encoding="utf-8")
    found = only(problems_of(case.write()))
    assert found.problem == "the file cannot be read as Parquet"


def test_a_whole_wrong_column_is_not_a_thousand_problems(case, problems_of):
    rows = "".join(f"m{i},,x,,assumed\n" for i in range(500))
    case.tables["models"] = "model,name,memory_gb,source,confidence\n" + rows
    found = [p for p in problems_of(case.write()) if p.file == "tables/models.csv"]
    assert len(found) == 21
    assert "480 more" in found[-1].problem
