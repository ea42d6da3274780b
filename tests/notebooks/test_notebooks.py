"""Every notebook runs from top to bottom, shows what it promises, and is kept without outputs."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FILES = sorted(NOTEBOOKS.glob("*.ipynb"))
LEAST_SHADES = 20  # a chart that shows nothing has fewer


def images(notebook: nbformat.NotebookNode) -> list[Image.Image]:
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {}).get("image/png")
            if data:
                found.append(Image.open(io.BytesIO(base64.b64decode(data))))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Jupyter's own loop and sockets, not of the notebook
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_runs_and_draws(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    drawn = images(notebook)
    assert drawn
    for image in drawn:
        colours = image.convert("RGB").getcolors(maxcolors=2**24)
        assert colours is not None
        assert len(colours) > LEAST_SHADES
    written = "".join(
        str(output.get("text", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.get("name") == "stderr"
    )
    assert "Warning" not in written
