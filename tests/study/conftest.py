from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

# A system costs 1,000 USD and a site holds 100 MW: every run solves in milliseconds.
SYSTEM = {"system": "h", "capex_usd": 1000.0}

DEMAND = "tables.demand[*].output_tokens_per_s"
CAPEX = "tables.hardware[h].capex_usd"
# More demand than the site holds, and no leave to let any of it go unserved.
INFEASIBLE = {
    "unserved": "forbidden",
    "tables.sites[s].max_it_mw": 0.5,
    "tables.sites[s].block_mw": 0.5,
}


@pytest.fixture(scope="session")
def base_folder(write_scenario: Callable[..., Path]) -> Path:
    """Folder of the neutral scenario, `case.yaml`."""
    return write_scenario(hardware=[SYSTEM]).parent


@pytest.fixture
def write_study(base_folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write a study with the neutral scenario beside it, in a folder of its own."""

    def write(data: Mapping[str, Any]) -> Path:
        base = tmp_path / "in" / "case.yaml"
        shutil.copytree(base_folder, base.parent, dirs_exist_ok=True)
        path = base.parent / "study.yaml"
        text = yaml.safe_dump(
            {"name": "small", "base": base.name, **data}, sort_keys=False, allow_unicode=True
        )
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).parents[2]
