"""Where files may lie: the shipped folders, and the project folder of a user's scenario.

A scenario names other files: the one that it extends, and its tables. Each must lie, after links
are followed, within the scenario's project folder (the current directory if the scenario lies in
it, else the scenario's own folder) or within the shipped `data` and `scenarios`; a shipped
scenario's files lie anywhere in the folder that holds those two.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tokenworks.errors import InputError, Problem
from tokenworks.schema.wording import closest, listed, shown

SCENARIO_FILE = "scenario.yaml"
_SUFFIXES = (".yaml", ".yml")
_LONGEST_PATH = 300


def shipped_root() -> Path:
    """Folder that holds the shipped `data` and `scenarios`.

    The package's own where it was installed as a wheel, else the repository that it is run from.
    """
    package = Path(__file__).resolve().parents[1]
    if (package / "data").is_dir() and (package / "scenarios").is_dir():
        return package
    return package.parents[1]


def shipped_folders() -> tuple[Path, Path]:
    """The shipped `data` and `scenarios`."""
    root = shipped_root()
    return root / "data", root / "scenarios"


def shipped_scenarios() -> tuple[str, ...]:
    """Names of the shipped scenarios, sorted."""
    folder = shipped_folders()[1]
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{SCENARIO_FILE}")))


def shown_path(path: Path) -> str:
    """A path as shown to the user: relative to the current directory where it lies within."""
    if not path.is_absolute() and ".." not in path.parts:
        return path.as_posix()
    here = Path.cwd()
    for candidate in (path.resolve(),) if ".." in path.parts else (path, path.resolve()):
        if candidate.is_relative_to(here):
            return candidate.relative_to(here).as_posix()
    return path.as_posix()


def is_bare_name(text: str) -> bool:
    """Whether a text names a shipped scenario: no folder and no YAML ending."""
    return (
        text not in (".", "..")
        and "/" not in text
        and "\\" not in text
        and not text.lower().endswith(_SUFFIXES)
    )


def find_shipped(name: str) -> Path | tuple[str, str]:
    """The file of a shipped scenario, or problem and remedy."""
    names = shipped_scenarios()
    if name in names:
        return shipped_folders()[1] / name / SCENARIO_FILE
    near = closest(name, names)
    remedy = f"did you mean {shown(near)}? " if near else ""
    remedy += f"shipped are {listed(names)}" if names else "no scenario is shipped here"
    try:
        beside = bool(name) and Path(name).exists()
    except (OSError, ValueError):
        beside = False
    if beside:
        remedy += f"; for your own, write the path of its file, such as `./{name}/{SCENARIO_FILE}`"
    return f"there is no shipped scenario {shown(name)}", remedy


def find_scenario(name_or_path: str | Path) -> Path:
    """The file of a scenario named on the command line or in Python.

    Parameters
    ----------
    name_or_path
        Bare name of a shipped scenario, or a path.

    Returns
    -------
    Path
        The file; a path is returned as given, whether or not there is such a file.

    Raises
    ------
    InputError
        Where the bare name is unknown, or the path is a folder.
    """
    text = str(name_or_path)
    if not is_bare_name(text):
        path = Path(name_or_path)
        if _is_folder(path):
            remedy = (
                f"name its file, such as {shown((path / SCENARIO_FILE).as_posix(), _LONGEST_PATH)}"
            )
            raise InputError([Problem(text, 0, "", "is a folder, not a scenario", remedy)])
        return path
    found = find_shipped(text)
    if isinstance(found, tuple):
        raise InputError([Problem(text, 0, "", *found)])
    return found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


@dataclass(frozen=True)
class Project:
    """Folders in which the files named by a scenario must lie; all resolved.

    Attributes
    ----------
    root
        The project folder, or the shipped root for a shipped scenario.
    roots
        All folders allowed.
    """

    root: Path
    roots: tuple[Path, ...]

    @classmethod
    def of(cls, scenario: Path) -> Project:
        """The project of a scenario's file."""
        file = scenario.resolve()
        shipped = tuple(folder.resolve() for folder in shipped_folders())
        if file.is_relative_to(shipped[1]):
            root = shipped_root().resolve()
            return cls(root, (root,))
        here = Path.cwd().resolve()
        root = here if file.is_relative_to(here) else file.parent
        return cls(root, (root, *shipped))

    def locate(self, named: str, beside: Path) -> Path | tuple[str, str]:
        """The file that a scenario's file names, or problem and remedy.

        Parameters
        ----------
        named
            The path as written.
        beside
            The file that it is written in.
        """
        name = shown(named, _LONGEST_PATH)
        if "\\" in named:
            return f"{name} holds a backslash", "part folders by `/`"
        if not named.strip():
            return "the path is blank", "name a file"
        try:
            path = beside.parent / named
            resolved = path.resolve()
        except (OSError, ValueError, RuntimeError):
            return f"{name} is not a usable path", "name a file of the project folder"
        if not any(resolved.is_relative_to(root) for root in self.roots):
            root = shown(shown_path(self.root), _LONGEST_PATH)
            where = "the current folder" if root == "`.`" else root
            return (
                f"{name} lies outside the project folder",
                f"copy the file into {where} or a folder within it, and name it by a relative path",
            )
        return resolved if ".." in path.parts else path.absolute()
