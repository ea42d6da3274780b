"""Safe reading of one YAML file: plain data, and the line of every key.

PyYAML reads the syntax; the rest is refused here, before anything is built, with its line: explicit
tags, several documents, aliases that blow up, deep nesting, duplicate keys, keys that are no text,
merge keys (`extends` does their work) and numbers that are not finite.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tokenworks.errors import InputError, Problem
from tokenworks.io.text import read_text
from tokenworks.schema.wording import shown

LARGEST_BYTES = 1_000_000
MOST_NODES = 50_000
DEEPEST = 30

Keys = tuple[str, ...]
_CORE = "tag:yaml.org,2002:"


class _PlainLoader(yaml.SafeLoader):
    """SafeLoader that takes for numbers, truth values and null what JSON does, and dates.

    Left alone, YAML 1.1 reads `no` as false, `12:30` as 750, `010` as 8 and `1e-3` as text.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 -- declared so by PyYAML


for _name, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?"
        r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
):
    _PlainLoader.add_implicit_resolver(f"{_CORE}{_name}", re.compile(f"^(?:{_pattern})$"), _first)


@dataclass
class YamlText:
    """What a YAML file says.

    Attributes
    ----------
    data
        Its top-level mapping.
    lines
        Keys from the top to a value, to the line of the last key.
    """

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Keys, int] = field(default_factory=dict)


def read_yaml(path: Path, file: str) -> YamlText:
    """Read one YAML file.

    Parameters
    ----------
    path
        The file.
    file
        Its name as shown to the user.

    Returns
    -------
    YamlText
        Mappings, lists, text, finite numbers, dates, true, false and null; and their lines.

    Raises
    ------
    InputError
        With every problem that can be found at once.
    """
    text = read_text(path, file, LARGEST_BYTES)
    problems = list(_syntax_problems(text, file))
    if not problems:
        reader = _Reader(file, _PlainLoader(text))
        found = reader.read()
        problems = reader.problems
    if problems:
        raise InputError(problems)
    return found


def _syntax_problems(text: str, file: str) -> Iterator[Problem]:
    """Problems of the stream of events, which is read without building or recursing."""
    depth = documents = 0
    try:
        for event in yaml.parse(text, Loader=_PlainLoader):
            line = event.start_mark.line + 1 if event.start_mark else 0
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                yield Problem(file, line, "", "a second document starts here", "keep one document")
                return
            depth += isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent))
            depth -= isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent))
            if depth > DEEPEST:
                yield _too_deep(file, line)
                return
            tag = getattr(event, "tag", None)
            if tag is not None:
                tag = tag.replace(_CORE, "!!")
                yield Problem(
                    file, line, "", f"the tag {shown(tag)} is not allowed", "write the plain value"
                )
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        yield _syntax_problem(file, mark.line + 1 if mark else 0, str(error.problem))
    except yaml.YAMLError as error:
        before = text[: getattr(error, "position", 0)]
        character = shown(chr(getattr(error, "character", 0)))
        yield Problem(
            file,
            before.count("\n") + 1,
            "",
            f"the character {character} is not allowed in a text file",
            "delete it",
        )


_SYNTAX = (
    (r"'\t'", "a tab stands where only blanks may", "indent with blanks"),
    ("mapping values", "a colon stands where none can", "quote text that holds `: `"),
    ("while scanning a quoted", "a quotation mark is not closed", "close the quotation"),
    ("unexpected end of stream", "a quotation is not closed", "close the quotation mark"),
    ("undefined alias", "an alias names no anchor above it", "write the value itself"),
    ("could not find expected ':'", "a line holds no `key: value`", "write `key: value`"),
    ("incompatible", "the file asks for another version of YAML", "delete the %YAML line"),
)


def _syntax_problem(file: str, line: int, found: str) -> Problem:
    for part, problem, remedy in _SYNTAX:
        if part in found:
            return Problem(file, line, "", problem, remedy)
    return Problem(
        file,
        line,
        "",
        "the text breaks off or does not fit together here",
        "look for a bracket or quotation mark that is not closed, for an address within `{…}` "
        "without quotation marks, or for uneven indentation",
    )


def _too_deep(file: str, line: int) -> Problem:
    problem = f"values are nested more than {DEEPEST} deep"
    return Problem(file, line, "", problem, "a scenario needs four levels")


class _Reader:
    """Turns the graph of nodes into plain data, noting lines and problems."""

    def __init__(self, file: str, loader: _PlainLoader) -> None:
        self.file = file
        self.loader = loader
        self.problems: list[Problem] = []
        self.found = YamlText()
        self._sizes: dict[int, tuple[int, int]] = {}  # by node: nodes within it, levels below it

    def read(self) -> YamlText:
        """The whole document; look at `problems` before using it."""
        try:
            root = self.loader.get_single_node()
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self.problems.append(_syntax_problem(self.file, line, str(error.problem)))
            return self.found
        if root is None:
            self._problem(0, (), "the file is empty", "write at least `name: <name>`")
        elif not isinstance(root, yaml.MappingNode):
            line = root.start_mark.line + 1
            self._problem(line, (), "the file holds no `key: value` lines", "write `name: <name>`")
        elif self._modest(root):
            self.found.data = self._value(root, ())
        return self.found

    def _problem(self, line: int, keys: Keys, problem: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, ".".join(keys), problem, remedy))

    def _modest(self, root: yaml.Node) -> bool:
        """Whether the document stays small, flat and finite once its aliases are written out."""
        nodes, levels = self._measure(root)
        line = root.start_mark.line + 1
        if nodes < 0:
            self._problem(line, (), "an alias stands in its own anchor", "write the value itself")
        elif nodes > MOST_NODES:
            self._problem(
                line,
                (),
                f"written out, its aliases make more than {MOST_NODES:,} values",
                "move rows of figures to a table",
            )
        elif levels > DEEPEST:
            self.problems.append(_too_deep(self.file, line))
        else:
            return True
        return False

    def _measure(self, node: yaml.Node) -> tuple[int, int]:
        """Nodes in the expanded node (-1 where it holds itself), and its levels."""
        known = self._sizes.get(id(node))
        if known is not None:
            return known
        self._sizes[id(node)] = (-1, 0)  # met again before it is done: the node holds itself
        parts = [self._measure(child) for child in _children(node)]
        if any(size < 0 for size, _ in parts):
            size = (-1, 0)
        else:
            nodes = 1 + sum(count for count, _ in parts)
            levels = 1 + max((level for _, level in parts), default=0)
            # Capped: a chain of aliases would otherwise make numbers of many thousand digits.
            size = (min(nodes, MOST_NODES + 1), levels)
        self._sizes[id(node)] = size
        return size

    def _value(self, node: yaml.Node, keys: Keys) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, (*keys, str(i))) for i, child in enumerate(node.value)]
        line = node.start_mark.line + 1
        try:
            value = self.loader.construct_object(node)
        except (ValueError, OverflowError):
            kind = "date" if node.tag.endswith("timestamp") else "number"
            self._problem(line, keys, f"{shown(node.value)} is not a {kind}", f"give a {kind}")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self._problem(
                line, keys, f"{shown(node.value)} is not a finite number", "give a finite number"
            )
        return value

    def _mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first_lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node, keys, line)
            if key is None:
                continue
            here = (*keys, key)
            if key in first_lines:
                self._problem(
                    line,
                    here,
                    f"{shown(key)} is given twice, first in row {first_lines[key]}",
                    "keep one of the two",
                )
                continue
            first_lines[key] = line
            self.found.lines[here] = line
            values[key] = self._value(value_node, here)
        return values

    def _key(self, node: yaml.Node, keys: Keys, line: int) -> str | None:
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"{_CORE}str":
            scalar = isinstance(node, yaml.ScalarNode)
            what = f"the key {shown(node.value)}" if scalar else "the list or mapping as a key"
            self._problem(line, keys, f"{what} is not text", "put it in quotation marks")
            return None
        if node.value == "<<":
            self._problem(line, keys, "the merge key `<<` is not allowed", "write the keys out")
            return None
        return str(node.value)


def _children(node: yaml.Node) -> Sequence[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else ()
