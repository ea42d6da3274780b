"""Build hook: ships data/ and scenarios/ inside the package.

An editable install must not get a copy, which would go stale: there the package reads the
repository's own folders. So the files are added to standard wheels only, under tokenworks/, and to
the sdist in place.

In a git checkout they are the files that git tracks, so that a stray download never ships; in an
unpacked sdist, where git knows nothing, they are the files there.
"""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("data", "scenarios")


def shipped_files(root: Path) -> list[str]:
    """Files of data/ and scenarios/, relative to `root`, with forward slashes."""
    if (root / ".git").exists():
        command = ["git", "ls-files", "-z", "--", *FOLDERS]
        listed = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE).stdout
        names = [name for name in listed.decode().split("\0") if name]
    else:
        paths = [path for folder in FOLDERS for path in (root / folder).rglob("*")]
        names = [path.relative_to(root).as_posix() for path in paths]
    return sorted(name for name in names if (root / name).is_file())


class DataHook(BuildHookInterface):
    """Adds the shipped files to whichever target calls it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to include; called by hatchling before each build."""
        if version != "standard":
            return
        root = Path(self.root)
        for name in shipped_files(root):
            if self.target_name == "sdist":
                build_data["force_include"][str(root / name)] = name
            # A script that made a table is no part of the package: it would be importable.
            elif PurePosixPath(name).suffix != ".py":
                build_data["force_include"][str(root / name)] = f"tokenworks/{name}"
