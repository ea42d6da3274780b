"""The section of a study file that a kind asks for, and what is wrong with it."""

from __future__ import annotations

from typing import TypeVar

from tokenworks.errors import InputError, Problem
from tokenworks.schema.section import Section
from tokenworks.study.kinds.measures import known_measure, measures_in_words
from tokenworks.study.runs import Prepared

S = TypeVar("S", bound=Section)


def section_of(study: Prepared, section: type[S]) -> S:
    """A study's section of a kind.

    Raises
    ------
    InputError
        Where the study file has none.
    """
    found = getattr(study.spec, study.spec.kind, None)
    if not isinstance(found, section):
        raise InputError([problem(study, "kind", "its section is missing", "add it")])
    return found


def problem(study: Prepared, key: str, what: str, remedy: str) -> Problem:
    """Something wrong with a key of a study file."""
    return Problem(study.spec.name, 0, key, what, remedy)


def measure_problems(study: Prepared, key: str, measure: str) -> list[Problem]:
    """What is wrong with the name of a measure; empty where it is one."""
    if known_measure(measure):
        return []
    return [problem(study, key, f"no measure is called `{measure}`", f"name {measures_in_words()}")]
