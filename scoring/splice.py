"""Changing values in a YAML text where they stand, so that comments and layout stay as the author wrote them.

It knows the layouts that people use: lists and mappings in lines or in brackets. Whoever changes a text reads it again
and compares, since what an anchor stands for is changed everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from models.errors import StandardError
from scoring.yaml_text import Path

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass
class Splice:
    """Changes of one text that can be read, all at places of the text as it was."""

    text: str
    source: str
    _changes: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        root = yaml.compose(self.text, Loader=_LOADER)
        if root is None:
            raise StandardError(f"{self.source}: holds nothing; write a standard there")
        self._root: yaml.Node = root

    def set(self, path: Path, value: str) -> None:
        """Put a text in place of the one at this place."""
        node = self._at(path)
        end = node.end_mark.index
        # A folded text ends where the next line begins.
        tail = "\n" if self.text[node.start_mark.index : end].endswith("\n") else ""
        self._changes.append((node.start_mark.index, end, _quoted(value) + tail))

    def add(self, path: Path, value: str | Sequence[tuple[str, str | Sequence[str]]]) -> None:
        """Put a text, or a mapping, at the end of the list at this place, which is not empty."""
        node = self._at(path)
        written = _quoted(value) if isinstance(value, str) else _mapping(value)
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self._unknown(path)
        if node.flow_style:
            self._insert(_end(node.value[-1]), f", {written}")
            return
        first = node.value[0].start_mark
        dash = self.text.rfind("-", 0, first.index)
        indent = dash - (self.text.rfind("\n", 0, dash) + 1)
        self._insert_line(node.value[-1], f"{' ' * indent}- {written}")

    def add_key(self, path: Path, key: str, values: Sequence[str]) -> None:
        """Give the mapping at this place a key with a list of texts."""
        node = self._at(path)
        if not isinstance(node, yaml.MappingNode) or not node.value:
            raise self._unknown(path)
        written, last = f"{key}: {_listed(values)}", node.value[-1][1]
        if node.flow_style:
            self._insert(_end(last), f", {written}")
            return
        self._insert_line(last, f"{' ' * node.start_mark.column}{written}")

    def result(self) -> str:
        """The text with all changes."""
        text = self.text
        for start, end, new in sorted(self._changes, key=lambda change: change[:2], reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _insert(self, at: int, what: str) -> None:
        self._changes.append((at, at, what))

    def _insert_line(self, after: yaml.Node, line: str) -> None:
        """Behind the line on which the node ends, with whatever comment is on it."""
        end = self.text.find("\n", _end(after))
        if end < 0:
            self._insert(len(self.text), f"\n{line}\n")
        else:
            self._insert(end + 1, f"{line}\n")

    def _at(self, path: Path) -> yaml.Node:
        node = self._root
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = next((value for key, value in node.value if key.value == step), None)
            else:
                inner = node.value if isinstance(node, yaml.SequenceNode) else []
                found = inner[step] if isinstance(step, int) and step < len(inner) else None
            if found is None:
                raise self._unknown(path)
            node = found
        return node

    def _unknown(self, path: Path) -> StandardError:
        place = ".".join(map(str, path))
        return StandardError(f"{self.source}: {place} is written in a way that cannot be added to; change it by hand")


def _end(node: yaml.Node) -> int:
    """Behind the last character: a list or a mapping in lines ends, for the parser, where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _quoted(text: str) -> str:
    # What JSON quotes YAML reads alike.
    return json.dumps(text, ensure_ascii=False)


def _listed(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def _mapping(pairs: Sequence[tuple[str, str | Sequence[str]]]) -> str:
    written = (f"{key}: {value if isinstance(value, str) else _listed(value)}" for key, value in pairs)
    return f"{{{', '.join(written)}}}"
