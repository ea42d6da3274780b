from __future__ import annotations

import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from tokenworks.checks import read_checked
from tokenworks.cli import app
from tokenworks.errors import InputError
from tokenworks.inputs import prepare
from tokenworks.io.tables import read_table
from tokenworks.report.figures import confidence_by_figure
from tokenworks.report.screening_map import _shown_part
from tokenworks.report.sites import screen_sites
from tokenworks.schema.screening import Weights
from tokenworks.schema.tables import INPUT_TABLES

pytestmark = pytest.mark.slow

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
    sources = sources[sources["table"] == "sites"]
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
    own = (
        pd.read_csv(tmp_path / "s.figure_sources.csv").query("table == 'sites'").set_index("column")
    )
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


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.slow
def test_the_tables_take_the_place_of_the_shipped_ones(tmp_path: Path, suffix: str) -> None:
    screen_sites(tmp_path / f"s{suffix}", zones="p60,p67")
    names = "interconnection_routes", "figure_sources"
    tables = [f"  sites: s{suffix}", *(f"  {name}: s.{name}{suffix}" for name in names)]
    text = "\n".join(["extends: us", "name: mine", "tables:", *tables, ""])
    (tmp_path / "scenario.yaml").write_text(text)
    mine = confidence_by_figure(prepare(*read_checked(tmp_path / "scenario.yaml")))
    shipped = confidence_by_figure(prepare(*read_checked("us")))
    # The other tables' figures keep their own sources.
    for table in ("hardware", "workloads"):
        both = [frame[frame["table"] == table] for frame in (mine, shipped)]
        assert len(both[0]) == len(both[1])
        assert (both[0]["confidence"].to_numpy() == both[1]["confidence"].to_numpy()).all()
        assert (both[0]["source"].to_numpy() == both[1]["source"].to_numpy()).all()


@pytest.mark.parametrize(("zones", "words"), [(",", "names no zone"), ("P67", "mean `p67`?")])
def test_zones_that_name_none(tmp_path: Path, zones: str, words: str) -> None:
    assert words in refused(out=tmp_path / "s.csv", zones=zones)


@pytest.mark.parametrize("top", [0, -1, 10**9])
def test_a_number_of_candidates_out_of_range(tmp_path: Path, top: int) -> None:
    assert f"--top: `{top}` is" in refused(out=tmp_path / "s.csv", zones="p67", top=top)


def test_weights_that_are_all_nothing(tmp_path: Path) -> None:
    none = "".join(f"  {name}: {{weight: 0}}\n" for name in Weights.model_fields)
    (tmp_path / "o.yaml").write_text(f"score:\n{none}")
    words = refused(out=tmp_path / "s.csv", options_file=tmp_path / "o.yaml")
    assert "row 1, score: all weights are 0" in words


@pytest.mark.parametrize("name", ["file/s.csv", f"{'x' * 245}.csv", f"{'x' * 300}.csv"])
def test_a_path_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    assert "path cannot be used" in (words := refused(out=tmp_path / name, zones="p67")) or (
        "cannot be written" in words
    )
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_parcels_are_named_where_none_is_left(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("lat,lon\n40.75,-73.98\n")  # Manhattan
    words = refused(out=tmp_path / "s.csv", parcels=tmp_path / "p.csv")
    assert "p.csv: no place is left: too densely settled 1" in words


def test_a_parcel_of_half_a_state_is_told_of(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    box = {"geometry": [shapely.box(-101, 38, -96, 39.5)]}
    gpd.GeoDataFrame(box, crs="EPSG:4326").to_file(tmp_path / "p.gpkg", driver="GPKG")
    screen_sites(tmp_path / "s.csv", parcels=tmp_path / "p.gpkg")
    assert "parcels above 100 km2, each judged at one point within it: 1" in capfd.readouterr().err


def test_the_map_shows_places_close_up_where_they_lie_together() -> None:
    country = np.array([[-2.4e6, 0.3e6], [2.3e6, 3.2e6]])
    near = np.array([[1e5, 1e6], [2e5, 1.2e6]])
    low, high = _shown_part(country, near)
    assert (low < near.min(axis=0)).all()
    assert (high > near.max(axis=0)).all()
    assert np.ptp([low, high], axis=0) == pytest.approx(np.ptp(country, axis=0) * 0.42 / 2.9)
    assert _shown_part(country, country * 0.9) is country


def test_nothing_is_left_when_the_disk_is_full_half_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def failing(self: Path, data: bytes) -> int:
        if "map.png" in self.name:
            write(self, data[:100])
            raise OSError(28, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", failing)
    assert "No space left" in refused(out=tmp_path / "s.csv", zones="p67")
    assert list(tmp_path.iterdir()) == []
