"""Source files are held to their recorded edition and columns, and refused with the reason."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

MAKE = Path(__file__).parents[2] / "data" / "make"


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.syspath_prepend(str(MAKE))
    sys.modules.pop("gathered", None)
    import gathered  # noqa: PLC0415

    source = tmp_path / "source"
    source.mkdir()
    (source / "loads.csv").write_text("zone,mean_mw\np1,5\np2,7\n", encoding="utf-8")
    return gathered, source, tmp_path / "files.yaml"


def recorded(module, source: Path, record: Path):
    first = module.Gathered(source, renew=True, record=record)
    first.frame("loads.csv", ("zone", "mean_mw"))
    first.write_record()
    return module.Gathered(source, record=record)


def test_a_recorded_edition_is_read(gathered) -> None:
    module, source, record = gathered
    frame = recorded(module, source, record).frame("loads.csv", ("mean_mw",))
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"mean_mw": [5, 7]}))


def test_an_edition_that_was_never_recorded_is_refused(gathered) -> None:
    module, source, record = gathered
    with pytest.raises(module.Refused, match=r"loads\.csv: its sha256 is .*none is recorded"):
        module.Gathered(source, record=record).frame("loads.csv", ("zone",))


def test_a_changed_file_is_refused_until_renewed(gathered) -> None:
    module, source, record = gathered
    reader = recorded(module, source, record)
    (source / "loads.csv").write_text("zone,mean_mw\np1,6\np2,7\n", encoding="utf-8")
    with pytest.raises(module.Refused, match=r"the recorded one is [0-9a-f]{64}.*--renew"):
        reader.frame("loads.csv", ("zone",))
    renewed = recorded(module, source, record).frame("loads.csv", ("mean_mw",))
    assert list(renewed["mean_mw"]) == [6, 7]


def test_a_renamed_column_is_refused_even_when_renewing(gathered) -> None:
    module, source, record = gathered
    (source / "loads.csv").write_text("zone,average_mw\np1,6\n", encoding="utf-8")
    with pytest.raises(module.Refused, match=r"no column mean_mw; it has zone, average_mw"):
        module.Gathered(source, renew=True, record=record).frame("loads.csv", ("mean_mw",))


def test_a_missing_and_a_double_file_are_refused(gathered) -> None:
    module, source, record = gathered
    reader = recorded(module, source, record)
    with pytest.raises(module.Refused, match=r"other\.csv: no file of that name"):
        reader.path("other.csv")
    (source / "deeper").mkdir()
    (source / "deeper" / "loads.csv").write_text("", encoding="utf-8")
    with pytest.raises(module.Refused, match="2 files of that name"):
        reader.path("loads.csv")


def test_the_script_says_so_without_a_traceback(gathered, tmp_path: Path) -> None:
    import os  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    _, source, _ = gathered
    done = subprocess.run(
        [sys.executable, str(MAKE / "us.py"), "--source", str(source), "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "no file of that name" in done.stderr
    assert not (tmp_path / "us").exists()
