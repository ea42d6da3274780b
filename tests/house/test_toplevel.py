from __future__ import annotations

FILES = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"}
FOLDERS = {"model", "data", "scenarios", "notebooks", "tests"}


def test_top_level_is_fixed(repository_files: list[str]) -> None:
    top = {name.partition("/")[0] for name in repository_files}
    files = {name for name in repository_files if "/" not in name}
    assert {name for name in files if not name.startswith(".")} == FILES
    # A folder may still be empty, and git knows no empty folders.
    assert {name for name in top - files if not name.startswith(".")} <= FOLDERS


def test_model_holds_the_package_and_nothing_else(repository_files: list[str]) -> None:
    inside = {name.split("/")[1] for name in repository_files if name.startswith("model/")}
    assert inside == {"tokenworks"}
