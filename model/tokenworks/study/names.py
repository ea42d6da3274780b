"""Names of studies, told from those of scenarios without reading either."""

from __future__ import annotations

from pathlib import Path

from tokenworks.errors import InputError, Problem
from tokenworks.io.places import is_bare_name, shipped_folders, shipped_scenarios
from tokenworks.io.yaml_text import read_yaml
from tokenworks.schema.wording import closest, listed, shown

STUDIES = "studies"


def shipped_studies() -> tuple[str, ...]:
    """Names of the shipped studies, sorted."""
    folder = shipped_folders()[1] / STUDIES
    return tuple(sorted(p.stem for p in folder.glob("*.yaml") if is_study(p)))


def find_study(name_or_path: str | Path) -> Path:
    """The file of a study named on the command line or in Python.

    Raises
    ------
    InputError
        Where there is no shipped study of that name.
    """
    text = str(name_or_path)
    if not is_bare_name(text):
        return Path(name_or_path)
    names = shipped_studies()
    if text in names:
        return shipped_folders()[1] / STUDIES / f"{text}.yaml"
    near = closest(text, names)
    remedy = f"did you mean {shown(near)}? " if near else ""
    remedy += f"shipped are {listed(names)}; for your own, write the path of its file"
    raise InputError([Problem(text, 0, "", f"there is no shipped study {shown(text)}", remedy)])


def is_study(path: Path) -> bool:
    """Whether a YAML file is a study: it names a `base`, which no scenario does."""
    try:
        return "base" in read_yaml(path, str(path)).data
    except InputError:
        return False


def names_study(name_or_path: str | Path) -> bool:
    """Whether a name or a file is that of a study, and not of a scenario."""
    text = str(name_or_path)
    if is_bare_name(text):
        return text not in shipped_scenarios() and text in shipped_studies()
    return is_study(Path(name_or_path))
