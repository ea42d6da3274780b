from __future__ import annotations

import runpy
from pathlib import Path

import pytest

INSTALL = "-c .ci/constraints.txt -e "


@pytest.fixture(scope="module")
def script(root: Path) -> dict[str, object]:
    return runpy.run_path(str(root / ".ci" / "readme_command.py"))


@pytest.fixture(scope="module")
def commands(root: Path, script: dict[str, object]) -> dict[str, str]:
    """The commands as .ci/run takes them."""
    return script["readme_commands"]((root / "README.md").read_text(encoding="utf-8"))


def test_first_command_solves(commands: dict[str, str]) -> None:
    assert INSTALL in commands["solve"]
    assert "tokenworks solve us-quick" in commands["solve"]


def test_second_command_tests(commands: dict[str, str]) -> None:
    assert f'{INSTALL}".[test]"' in commands["test"]
    assert "pytest" in commands["test"]


@pytest.mark.parametrize("name", ["solve", "test"])
def test_command_makes_the_environment_that_ci_goes_on_with(
    commands: dict[str, str], name: str
) -> None:
    assert commands[name].startswith("python3 -m venv .venv && ")


@pytest.mark.parametrize("name", ["solve", "test"])
def test_command_is_whole_and_stops_at_the_first_failure(
    commands: dict[str, str], name: str
) -> None:
    assert not commands[name].endswith("\\")
    assert ";" not in commands[name]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "```bash\npython3 -m venv .venv\n```\n",
        "```bash\npython3 -m venv a\npython3 -m venv b\npython3 -m venv c\n```\n",
        "python3 -m venv a\n```\npython3 -m venv b\n```\n",
    ],
    ids=["none", "one", "three", "no bash fence"],
)
def test_any_other_number_of_commands_is_refused(script: dict[str, object], text: str) -> None:
    with pytest.raises(SystemExit, match=r"README\.md holds [013] commands"):
        script["readme_commands"](text)
