"""Writing pages: whole or not at all, and never over a file that is none of ours."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path

from tokenworks.errors import InputError, Problem
from tokenworks.io.file_set import check_free, write_all
from tokenworks.io.places import shown_path
from tokenworks.io.run_folder import MANIFEST, manifest_hash
from tokenworks.plan import Plan
from tokenworks.report.page.assemble import page_html
from tokenworks.report.page.model import Content
from tokenworks.report.page.plan_page import plan_content
from tokenworks.report.page.study_page import study_content
from tokenworks.report.study_view import view_of
from tokenworks.report.terminal import say
from tokenworks.stored import read_plan
from tokenworks.study.store import INDEX
from tokenworks.study.study import Study

_ENDINGS = (".html", ".htm")
_HEAD_BYTES = 4096


@dataclass(frozen=True)
class Page:
    """A page that was made.

    Attributes
    ----------
    path
        Where it was written; None where it was not.
    html
        All of it.
    """

    path: Path | None
    html: str = field(repr=False)

    def _repr_html_(self) -> str:
        """The page in a frame of its own, for notebooks."""
        inner = html.escape(self.html, quote=True)
        style = "width:100%;height:760px;border:1px solid #d5d9de"
        return f'<iframe title="tokenworks" style="{style}" srcdoc="{inner}"></iframe>'


def explore_plan(plan: Plan, to: Path | str | None = None, *, force: bool = False) -> Page:
    """The page of a plan, written where a path is given.

    Parameters
    ----------
    plan
        The plan.
    to
        An `.html` file. One that holds a page of the same plan is replaced.
    force
        True to replace any file.

    Raises
    ------
    InputError
        Where the file cannot be written, or another stands there.
    """
    path = None if to is None else checked(Path(to), plan_identity(plan.inputs.sha256), force=force)
    return written(plan_content(plan), path)


def explore_folder(folder: Path, to: Path, *, force: bool = False) -> None:
    """The page of a run's folder, or of a study's, for the command line.

    Raises
    ------
    InputError
        Where the folder holds neither, or the page cannot be written.
    """
    if (folder / INDEX).is_file():
        page = explore_study(Study.load(folder), to, force=force)
    elif (folder / MANIFEST).is_file():
        # Before the plan is read, which takes seconds.
        checked(to, plan_identity(manifest_hash(folder)), force=force)
        page = explore_plan(read_plan(folder), to, force=force)
    else:
        words = "holds neither a run nor a study"
        remedy = "name a folder that `tokenworks solve` or `tokenworks batch` wrote"
        raise InputError([Problem(shown_path(folder), 0, "", words, remedy)])
    say(f"page: {shown_path(to)}, {len(page.html.encode()) / 1e6:.1f} MB, without a network")


def explore_study(study: Study, to: Path | str | None = None, *, force: bool = False) -> Page:
    """The page of a study, written where a path is given; see `explore_plan`."""
    view = view_of(study)
    path = None if to is None else checked(Path(to), view.identity, force=force)
    return written(study_content(view), path)


def plan_identity(inputs_sha256: str) -> str:
    """What a page of a plan says it is of."""
    return f"plan {inputs_sha256}"


def checked(path: Path, identity: str, *, force: bool) -> Path:
    """The path of a page, where it may be written; asked before the work."""
    if path.suffix.lower() not in _ENDINGS:
        words = f"`{path.name}` is not the name of a page", "end it in .html"
        raise InputError([Problem(shown_path(path), 0, "", *words)])
    check_free([path], force=force or _holds(path, identity))
    return path


def written(content: Content, path: Path | None) -> Page:
    """The page, written where a path is given."""
    text = page_html(content)
    if path is not None:
        write_all({path: text.encode("utf-8", errors="replace")})
    return Page(path, text)


def _holds(path: Path, identity: str) -> bool:
    """Whether a file is a page of the same plan or study."""
    try:
        with path.open("rb") as file:
            start = file.read(_HEAD_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return False
    return f'<meta name="tokenworks-page" content="{html.escape(identity)}">' in start
