"""Several files that appear all together or not at all."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Mapping
from pathlib import Path

from tokenworks.errors import InputError, Problem
from tokenworks.io.places import shown_path


def check_free(paths: list[Path], *, force: bool) -> None:
    """Refuse paths that cannot be written; call it before the work.

    Parameters
    ----------
    paths
        The files to be.
    force
        True to let files that exist be replaced; a folder never is.

    Raises
    ------
    InputError
        With every path in the way.
    """
    problems = []
    for path in paths:
        try:
            folder, there = path.is_dir(), path.is_symlink() or path.exists()
        except OSError as error:
            words = f"the path cannot be used: {error.strerror}", "name another file"
            problems.append(Problem(shown_path(path), 0, "", *words))
            continue
        if folder:
            words = "is a folder", "name a file"
        elif there and not force:
            words = "the file exists, and is not overwritten", "name another file, or add --force"
        else:
            continue
        problems.append(Problem(shown_path(path), 0, "", *words))
    if problems:
        raise InputError(problems)


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write files under hidden names beside their own, then give all of them their names.

    Raises
    ------
    InputError
        Where one cannot be written; then none is.
    """
    drafts = {path: path.with_name(f".{path.name}-{uuid.uuid4().hex[:12]}") for path in files}
    older = {path: draft.with_name(f"{draft.name}-old") for path, draft in drafts.items()}
    placed: list[Path] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            drafts[path].write_bytes(content)
        for path, draft in drafts.items():
            placed.append(path)
            if path.exists():
                path.rename(older[path])
            draft.rename(path)
    except BaseException as error:
        _undo(placed, drafts, older)
        if isinstance(error, OSError):
            reason = error.strerror or "unknown reason"
            remedy = "name a folder that can be written to, and has room"
            words = f"the files cannot be written: {reason}", remedy
            first = shown_path(next(iter(files)))
            raise InputError([Problem(first, 0, "", *words)]) from error
        raise
    for path in older.values():
        path.unlink(missing_ok=True)


def _undo(placed: list[Path], drafts: Mapping[Path, Path], older: Mapping[Path, Path]) -> None:
    """Remove what was written, and put back what stood there."""
    for path in placed:
        if not drafts[path].exists():
            path.unlink(missing_ok=True)
        if older[path].exists():
            older[path].rename(path)
    for draft in drafts.values():
        # One that could not be written, as its name is too long or its folder a file, is not there.
        with contextlib.suppress(OSError):
            draft.unlink()
