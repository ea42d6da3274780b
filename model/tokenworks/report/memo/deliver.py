"""From a plan or a run folder to a file: the format by the name's ending, whole or not at all."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tokenworks.errors import InfeasibleError, InputError, NoIncumbentError, Problem, SolverError
from tokenworks.io.places import shown_path
from tokenworks.io.run_folder import MANIFEST
from tokenworks.plan import Plan, solve
from tokenworks.report.memo.facts import Facts, Usual, make_facts
from tokenworks.report.memo.study_facts import StudyFacts, study_facts
from tokenworks.report.study_view import view_of
from tokenworks.schema.results import RESULT_TABLES
from tokenworks.stored import read_plan
from tokenworks.study.runs import BASE
from tokenworks.study.store import INDEX
from tokenworks.study.study import Study
from tokenworks.variants import business_as_usual

ENDINGS = (".docx", ".pdf", ".html", ".xlsx")
KINDS = ("rent", "grid")
_GAP, _SECONDS = 0.01, 10.0


def memo_of_folder(folder: Path, to: Path, *, kind: str | None = None, force: bool = False) -> Path:
    """Write the memo, or the workbook, of a run's folder or of a study's.

    Parameters
    ----------
    folder
        Of either.
    to, kind, force
        As in `memo_of_run`; business as usual stands beside the base of a study.

    Raises
    ------
    InputError
        Where the folder holds neither, or the file cannot be written or exists.
    """
    if (folder / INDEX).is_file():
        return memo_of_study(Study.load(folder), to, kind=kind, force=force)
    return memo_of_run(folder, to, kind=kind, force=force)


def memo_of_study(study: Study, to: Path, *, kind: str | None = None, force: bool = False) -> Path:
    """Write the memo, or the workbook, of a study and of its base plan.

    Raises
    ------
    InputError
        Where no run has a plan, or the file cannot be written or exists.
    """
    check_target(to, force=force)
    view = view_of(study)
    if view.solved.empty:
        words = "no run of the study has a plan yet", "run it with `tokenworks batch` first"
        raise InputError([Problem(shown_path(study.folder), 0, "", *words)])
    found = study_facts(view)
    folder = view.folders.get(BASE)
    base = None if folder is None or view.branched else facts_of_run(folder, kind)
    write_whole(to, study_content(found, base, to.suffix.lower()))
    return to


def facts_of_run(run: Path, kind: str | None) -> Facts:
    """What the memo of a run folder says."""
    plan = read_plan(run)
    check_tables(plan, str(run))
    manifest = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
    return make_facts(plan, manifest, kept_usual(run, plan, kind))


def memo_of_run(run: Path, to: Path, *, kind: str | None = None, force: bool = False) -> Path:
    """Write the memo, or the workbook, of a run folder.

    Parameters
    ----------
    run
        A run folder.
    to
        The file; its ending says which format.
    kind
        Business as usual to stand beside: rent, grid or none; None takes what the run keeps, or
        rent where the cloud has a price and grid elsewhere.
    force
        Whether a file that exists is replaced.

    Raises
    ------
    InputError
        Where the folder holds no whole run, or the file cannot be written or exists.
    """
    check_target(to, force=force)
    write_whole(to, content(facts_of_run(run, kind), to.suffix.lower()))
    return to


def write_memo(
    plan: Plan,
    to: Path,
    *,
    kind: str | None = None,
    force: bool = False,
) -> Path:
    """Write the memo, or the workbook, of a plan.

    Parameters
    ----------
    plan
        A plan.
    to
        The file; its ending says which format.
    kind
        Business as usual that is solved to stand beside it: rent, grid or none.
    force
        Whether a file that exists is replaced.

    Raises
    ------
    InputError
        Where the file cannot be written or exists, or the plan lacks a table.
    """
    check_target(to, force=force)
    check_tables(plan, str(to))
    facts = make_facts(plan, plan.manifest(), solved_usual(plan, kind))
    write_whole(to, content(facts, to.suffix.lower()))
    return to


def write_workbook(plan: Plan, to: Path, *, kind: str | None = None, force: bool = False) -> Path:
    """Write the workbook of a plan; as `write_memo`, and no other ending will do."""
    check_target(to, force=force, only=(".xlsx",))
    return write_memo(plan, to, kind=kind, force=force)


def content(facts: Facts, ending: str) -> bytes:
    """The memo in a format, by the ending of its file."""
    if ending == ".xlsx":
        from tokenworks.report.workbook import workbook_of

        return workbook_of(facts)
    from tokenworks.report.memo.contents import contents

    return _writer(ending)(contents(facts))


def study_content(found: StudyFacts, base: Facts | None, ending: str) -> bytes:
    """The memo of a study in a format; `base` is of its base plan, where that has one."""
    if ending == ".xlsx":
        from tokenworks.report.workbook import workbook_of

        return workbook_of(base, found)
    from tokenworks.report.memo.contents import contents
    from tokenworks.report.memo.contents_study import study_document

    return _writer(ending)(study_document(found, None if base is None else contents(base)))


def _writer(ending: str) -> Callable[[Any], bytes]:
    if ending == ".docx":
        from tokenworks.report.memo.word import word_of

        return word_of
    if ending == ".pdf":
        from tokenworks.report.memo.pdf import pdf_of

        return pdf_of
    from tokenworks.report.memo.html import html_of

    return html_of


def check_target(to: Path, *, force: bool, only: tuple[str, ...] = ENDINGS) -> None:
    """Refuse a file that cannot be the memo, before anything is solved."""
    problem = remedy = ""
    if to.suffix.lower() not in only:
        of = "workbook" if only == (".xlsx",) else "memo"
        problem = f"a {of} is no `{to.suffix or to.name}` file"
        listed = f"{', '.join(only[:-1])} or {only[-1]}" if len(only) > 1 else only[0]
        remedy = f"name a file that ends in {listed}"
    elif to.is_dir():
        problem, remedy = "is a folder, not a file", "name a file in it"
    elif to.exists() and not force:
        problem, remedy = "the file exists", "name another file, or replace this one with --force"
    elif not to.absolute().parent.is_dir():
        problem = f"the folder {to.parent} does not exist"
        remedy = "make it first, or name a file in another"
    if problem:
        raise InputError([Problem(str(to), 0, "", problem, remedy)])


def check_tables(plan: Plan, file: str) -> None:
    """Refuse a plan without the tables that a memo reads, as older versions wrote them."""
    missing = sorted(set(RESULT_TABLES) - set(plan.tables))
    lacking = [
        f"{name}.{column}"
        for name, table in RESULT_TABLES.items()
        if name in plan.tables
        for column in table.names
        if column not in plan.tables[name].columns
    ]
    if missing or lacking:
        words = f"the run lacks {', '.join(missing + lacking)}"
        remedy = "solve its scenario.yaml again with this version"
        raise InputError([Problem(file, 0, "", words, remedy)])


def write_whole(to: Path, content: bytes) -> None:
    """Write a file beside and rename it: it is there whole or not at all."""
    draft = to.absolute().parent / f".{to.name[:60]}-{uuid.uuid4().hex[:12]}"
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(to)
    except OSError as error:
        words = f"the file cannot be written: {error.strerror or 'unknown reason'}"
        remedy = "name a file that you may write to, with space left"
        raise InputError([Problem(str(to), 0, "", words, remedy)]) from error
    finally:
        draft.unlink(missing_ok=True)


def usual_folder(folder: Path, kind: str) -> Path:
    """Where a run folder keeps its plan of business as usual."""
    return folder / f"business-as-usual-{kind}"


def kept_usual(run: Path, plan: Plan, kind: str | None) -> Usual:
    """Business as usual as the run folder keeps it, or solved now."""
    for name in KINDS if kind is None else (kind,):
        folder = usual_folder(run, name)
        if name != "none" and folder.is_dir():
            return Usual(read_plan(folder), name, "It was kept with the run.")
    return solved_usual(plan, kind)


def solved_usual(plan: Plan, kind: str | None) -> Usual:
    """Business as usual, solved now to a gap and for a time that a memo can wait for."""
    if kind == "none":
        return Usual(None, "none", "No business as usual was asked for.")
    rents = bool(len(plan.inputs.tables["cloud_prices"]))
    tried: list[Usual] = []
    for name in (KINDS if rents else KINDS[1:]) if kind is None else (kind,):
        tried.append(_solved(plan, name))
        if tried[-1].plan:
            return tried[-1]
    return Usual(None, tried[-1].kind, " ".join(one.words for one in tried))


def _solved(plan: Plan, kind: str) -> Usual:
    named = f"There is no business as usual ({kind})"
    try:
        changes = business_as_usual(plan.inputs, "rent" if kind == "rent" else "grid")
        found = solve(plan.scenario.with_(changes), gap=_GAP, time_limit_s=_SECONDS)
    except InputError as error:
        return Usual(None, kind, f"{named}: {error.problems[0].problem}.")
    except InfeasibleError:
        return Usual(None, kind, f"{named}: it cannot meet all demands and limits.")
    except (NoIncumbentError, SolverError):
        return Usual(None, kind, f"{named}: none was found in {_SECONDS:.0f} s.")
    return Usual(found, kind, "It was solved for this memo.")
