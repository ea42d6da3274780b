from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def lint_imports(root: Path, source: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of pyproject.toml on the package in `source`."""
    check = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"
    arguments = ["--config", str(root / "pyproject.toml"), "--no-cache", "--no-logo"]
    return subprocess.run(
        [sys.executable, "-c", check, *arguments],
        cwd=source,
        env=os.environ | {"PYTHONPATH": str(source), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_contracts_are_kept(root: Path) -> None:
    result = lint_imports(root, root / "model")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "3 kept, 0 broken" in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        ("units.py", "import tokenworks.build", "tokenworks.units -> tokenworks.build"),
        ("plan.py", "import highspy", "tokenworks.plan -> highspy"),
        ("blocks/planted.py", "import tokenworks.blocks.other", "tokenworks.blocks.planted ->"),
        ("planted.py", "", "- tokenworks.planted"),
    ],
    ids=["upward import", "solver above its floor", "block imports block", "no floor"],
)
def test_contracts_notice(
    root: Path, tmp_path: Path, module: str, line: str, complaint: str
) -> None:
    package = shutil.copytree(root / "model" / "tokenworks", tmp_path / "tokenworks")
    (package / "blocks" / "other.py").touch()
    with (package / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    result = lint_imports(root, tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert complaint in result.stdout
