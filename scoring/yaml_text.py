"""YAML that remembers its lines, and errors that an author can act on: file, line, value, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.errors import StandardError

Path = tuple[str | int, ...]
Problem = tuple[int, str]
"""A line, counted from 1, and what is wrong there."""

_DEEPEST = 40
_MOST_VALUES = 200_000
"""Far more than any standard holds. Aliases of aliases could otherwise stand for more than memory has room for."""


@dataclass
class YamlText:
    """What a YAML text holds: `data` of mappings, lists and texts, and the line of every place in it.

    Every scalar stays text (the schema knows the types): 18:00 is no number, 2026.10 keeps its zero.
    """

    data: Any
    lines: dict[Path, int]
    problems: list[Problem]

    def line_of(self, place: Path) -> int:
        """The line of a place, or of what is nearest around it."""
        return self.lines.get(self._written(place), 1)

    def problems_of(self, error: ValidationError) -> list[Problem]:
        """What the schema complains of, with lines."""
        return [(self.line_of(e["loc"]), self._explain(e)) for e in error.errors(include_url=False)]

    def _explain(self, error: ErrorDetails) -> str:
        kind = error["type"]
        steps = list(self._written(error["loc"]))
        if kind == "missing":
            steps.append(error["loc"][-1])
        name = ".".join(map(str, steps)) or "the document"
        if kind in _ADVICE:
            return f"{name} {_ADVICE[kind]}"
        what = error["msg"].removeprefix("Value error, ")
        value = repr(error["input"])
        if len(value) > _LONGEST_VALUE:
            value = value[:_LONGEST_VALUE] + "…"
        return f"{name} is {value}: {what[:1].lower()}{what[1:]}"

    def _written(self, place: Path) -> Path:
        """The place without the steps that are not in the YAML: a missing key, a union's tag."""
        path: Path = ()
        for step in place:
            if (*path, step) in self.lines:
                path = (*path, step)
        return path


def read_yaml(text: str, source: str, what: str) -> YamlText:
    """Read one YAML document that must be a mapping; `what` names it in messages. Raises StandardError."""
    try:
        composer = _Composer(_events(text))
        data = composer.document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        said = getattr(error, "problem", None) or str(error)
        raise failure(source, [(line, f"not YAML: {said}; check indentation and quotes")]) from error
    except _UnusableError as error:
        raise failure(source, [error.args[0]]) from None
    if not isinstance(data, dict):
        raise failure(source, [(1, f"is not {what}")])
    return YamlText(data, composer.lines, composer.problems)


def failure(source: str, problems: list[Problem]) -> StandardError:
    """All problems as one error, in the order of their lines."""
    return StandardError("\n".join(f"{source}:{line}: {message}" for line, message in sorted(set(problems))))


class _UnusableError(Exception):
    """Carries a problem."""


@dataclass
class _Open:
    """A mapping or a list whose end has not come yet. `key` is the mapping's key that waits for its value."""

    value: dict[str, Any] | list[Any]
    path: Path
    anchor: str | None
    size: int = 1
    key: str | None = None
    key_line: int = 1


def _events(text: str) -> Iterator[yaml.Event]:
    events: Iterator[yaml.Event] = yaml.parse(
        text, Loader=yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
    )
    return events


@dataclass
class _Composer:
    """Builds the document from the parser's events, with a stack of its own: what libyaml nests by calling itself
    ends the process when a text nests deeply."""

    events: Iterator[yaml.Event]
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: Any = None
    documents: int = 0

    def document(self) -> Any:
        for event in self.events:
            line = event.start_mark.line + 1 if event.start_mark is not None else 1
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise _UnusableError((line, "a second document begins here; write one per file"))
            elif isinstance(event, yaml.ScalarEvent):
                self._add(event.value, 1, event.anchor, line)
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in self.anchors:
                    raise _UnusableError((line, f"*{event.anchor} stands for nothing that is complete before it"))
                self._add(*self.anchors[event.anchor], None, line)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor, line)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                closed = self.stack.pop()
                self._add(closed.value, closed.size, closed.anchor, None)
        return self.root

    def _open(self, value: dict[str, Any] | list[Any], anchor: str | None, line: int) -> None:
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise _UnusableError((line, "a key must be a plain word"))
        path = self._next_path()
        if len(path) > _DEEPEST:
            raise _UnusableError((line, f"nested more than {_DEEPEST} deep"))
        self.lines.setdefault(path, line)
        self.stack.append(_Open(value, path, anchor))

    def _add(self, value: Any, size: int, anchor: str | None, line: int | None) -> None:
        """Put a finished value where it belongs; `line` is None where its beginning was noted already."""
        if not self.stack:
            self.root = value
            return
        parent = self.stack[-1]
        if isinstance(parent.value, dict) and parent.key is None:
            if not isinstance(value, str):
                raise _UnusableError((line or 1, "a key must be a plain word"))
            parent.key, parent.key_line = value, line or 1
            if value in parent.value:
                self.problems.append((parent.key_line, f"{value!r} stands here twice; keep one of them"))
            return
        if line is not None:
            self.lines[self._next_path()] = line
        if anchor is not None:
            self.anchors[anchor] = (value, size)
        parent.size += size
        if parent.size > _MOST_VALUES:
            raise _UnusableError((line or 1, f"holds more than {_MOST_VALUES} values; its aliases multiply"))
        if isinstance(parent.value, dict):
            key = parent.key or ""
            self.lines[(*parent.path, key)] = parent.key_line
            parent.value[key] = value
            parent.key = None
        else:
            parent.value.append(value)

    def _next_path(self) -> Path:
        if not self.stack:
            return ()
        parent = self.stack[-1]
        return (*parent.path, (parent.key or "") if isinstance(parent.value, dict) else len(parent.value))


_ADVICE = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a key that belongs here; remove it or correct its spelling",
}
_LONGEST_VALUE = 80
