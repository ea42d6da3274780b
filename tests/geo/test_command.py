from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from tokenworks.cli import app
from tokenworks.errors import InputError
from tokenworks.io.tables import read_table
from tokenworks.report.sites import screen_sites
from tokenworks.schema.tables import INPUT_TABLES

BESIDE = ("interconnection_routes", "figure_sources", "funnel", "outcomes", "options", "map")
FEWEST, FEWEST_ZONES = 80, 30


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screened")
    screen_sites(folder / "sites.csv")
    return folder


def sites(path: Path) -> pd.DataFrame:
    return read_table(INPUT_TABLES["sites"], path).frame


def refused(**options: object) -> str:
    with pytest.raises(InputError) as caught:
        screen_sites(**options)  # type: ignore[arg-type]
    return str(caught.value)


def test_all_counties_give_enough_candidates_in_enough_zones(written: Path) -> None:
    frame = sites(written / "sites.csv")
    assert len(frame) >= FEWEST
    assert frame["zone"].nunique() >= FEWEST_ZONES
    assert frame["site"].is_unique
    routes = read_table(
        INPUT_TABLES["interconnection_routes"], written / "sites.interconnection_routes.csv"
    ).frame
    assert set(routes["site"]) <= set(frame["site"])
    assert set(routes["firmness"]) == {"firm", "flexible"}


def test_files_beside_it(written: Path) -> None:
    assert sorted(path.name for path in written.iterdir()) == sorted(
        [
            "sites.csv",
            "sites.figure_sources.csv",
            "sites.funnel.csv",
            "sites.interconnection_routes.csv",
            "sites.map.png",
            "sites.options.yaml",
            "sites.outcomes.csv",
        ]
    )
    funnel = pd.read_csv(written / "sites.funnel.csv")
    outcomes = pd.read_csv(written / "sites.outcomes.csv")
    assert funnel["left_count"].iloc[0] == len(outcomes)
    assert (outcomes["outcome"] == "candidate").sum() == len(sites(written / "sites.csv"))


def test_every_figure_of_a_site_has_a_source_or_is_assumed(written: Path) -> None:
    table = INPUT_TABLES["sites"]
    sources = read_table(INPUT_TABLES["figure_sources"], written / "sites.figure_sources.csv").frame
    assert set(sources["column"]) <= set(table.names)
    assert (sites(written / "sites.csv")["confidence"] == "assumed").all()
    assert ((sources["source"] != "") | (sources["confidence"] == "assumed")).all()


def test_the_map_shows_something_in_many_colours(written: Path) -> None:
    from PIL import Image  # noqa: PLC0415

    with Image.open(io.BytesIO((written / "sites.map.png").read_bytes())) as image:
        pixels = image.convert("RGB")
        assert pixels.width > 1200
        counts = pixels.getcolors(maxcolors=pixels.width * pixels.height)
    assert counts is not None
    blank = max(count for count, _ in counts) / (pixels.width * pixels.height)
    assert 0.3 < blank < 0.9
    assert len(counts) > 500


def test_the_same_screening_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    screen_sites(tmp_path / "sites.csv")
    for path in written.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_parquet_holds_what_csv_does(written: Path, tmp_path: Path) -> None:
    screen_sites(tmp_path / "sites.parquet")
    pd.testing.assert_frame_equal(sites(tmp_path / "sites.parquet"), sites(written / "sites.csv"))


def test_the_options_that_were_written_give_the_same_sites(written: Path, tmp_path: Path) -> None:
    screen_sites(tmp_path / "s.csv", options_file=written / "sites.options.yaml")
    assert (tmp_path / "s.csv").read_bytes() == (written / "sites.csv").read_bytes()


def test_zones_and_top_filter(tmp_path: Path) -> None:
    screen_sites(tmp_path / "s.csv", zones="p67, p60", top=5)
    frame = sites(tmp_path / "s.csv")
    assert len(frame) == 5
    assert set(frame["zone"]) <= {"p60", "p67"}


def test_an_option_of_one_weight_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / "o.yaml").write_text("score:\n  port_km: {weight: 1000}\nselection: {top: 3}\n")
    screen_sites(tmp_path / "s.csv", options_file=tmp_path / "o.yaml")
    frame = sites(tmp_path / "s.csv")
    assert len(frame) == 3
    assert frame["port_km"].max() < 15


def test_a_parcel_of_points(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,name,lat,lon\nbend,Near Freeport,29.2,-95.4\n")
    screen_sites(tmp_path / "s.csv", parcels=tmp_path / "p.csv")
    (row,) = sites(tmp_path / "s.csv").to_dict("records")
    assert (row["site"], row["name"], row["zone"]) == ("bend", "Near Freeport", "p67")
    assert (row["county_fips"], row["waterfront"]) == ("48039", True)
    own = pd.read_csv(tmp_path / "s.figure_sources.csv").set_index("column")
    assert own.loc["latitude_deg", "confidence"] == "assumed"


def test_what_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    assert "is not a kind of table" in refused(out=tmp_path / "s.xlsx")
    assert "there is no zone `p999`" in refused(out=out, zones="p60,p999")
    (tmp_path / "o.yaml").write_text("exclusions:\n  gas_reech_km: 3\n  grid_reach_km: -1\n")
    words = refused(out=out, options_file=tmp_path / "o.yaml")
    assert "row 2, exclusions.gas_reech_km" in words
    assert "did you mean `exclusions.gas_reach_km`?" in words
    assert "row 3, exclusions.grid_reach_km: `-1` is below 0" in words
    none = "exclusions: {highest_hazard_index: 0, farthest_line_km: 0}\n"
    (tmp_path / "none.yaml").write_text(none)
    assert "no place is left" in refused(out=out, options_file=tmp_path / "none.yaml")
    (tmp_path / "p.csv").write_text("lat,lon\n29.2,-95.4\n51.5,0.1\n")
    words = refused(out=out, parcels=tmp_path / "p.csv")
    assert "p.csv, row 3: `parcel-2` at 51.5000, 0.1000 lies outside" in words
    assert not list(tmp_path.glob("s.*"))


def test_files_are_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "s.map.png").write_text("mine")
    assert "s.map.png: the file exists" in refused(out=tmp_path / "s.csv", zones="p67")
    assert (tmp_path / "s.map.png").read_text() == "mine"
    screen_sites(tmp_path / "s.csv", zones="p67", force=True)
    assert {path.name for path in tmp_path.iterdir()} == {"s.csv"} | {
        path.name for path in tmp_path.glob("s.*")
    }
    assert len(list(tmp_path.iterdir())) == 1 + len(BESIDE)


def test_nothing_is_left_when_a_file_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s.csv").write_text("old")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if Path(target).name == "s.map.png":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    assert "No space left" in refused(out=tmp_path / "s.csv", zones="p67", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]
    assert (tmp_path / "s.csv").read_text() == "old"


def test_the_command_prints_funnel_and_weights(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["sites", "--zones", "p67", "--out", str(tmp_path / "s.csv"), "--top", "1"]
    )
    assert done.exit_code == 0, done.output
    for words in ("What is left of them", "What the score is made of", "1 candidates in 1 zones"):
        assert words in done.output
