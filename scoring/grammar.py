"""The grammar of phrases: from what an author writes to nodes. What each sign means stands in `scoring.phrase`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scoring.normalise import MARKS, fold

_SIGN = re.compile(r"[()\[\]<>~^$|]")

MAX_GAP = 20
NUMBER_SLOTS = ("数", "number")


class PhraseError(ValueError):
    """A phrase that cannot be read or that can match nothing, or anything. The message is for the standard's author."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Words as written, already normalised."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `size` characters, or words, of anything within a sentence."""

    size: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number in figures or in words."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The start (`first`) or the end of a clause."""

    first: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of `branches`; with `optional`, or none of them."""

    branches: tuple[tuple[Node, ...], ...]
    optional: bool = False


Node = Literal | Gap | Number | Edge | Choice
Nodes = tuple[Node, ...]


def parse(
    source: str, words: Mapping[str, Sequence[str]], normalise: Callable[[str], str], spaced: bool
) -> tuple[Node, ...]:
    """The nodes of one phrase; `words` are its slots, `normalise` is applied to literals. Raises PhraseError."""
    return _Parser(fold(source).strip(), words, normalise, spaced).parse()


class _Parser:
    def __init__(
        self, text: str, words: Mapping[str, Sequence[str]], normalise: Callable[[str], str], spaced: bool
    ) -> None:
        self._text, self._at = text, 0
        self._words, self._normalise, self._spaced = words, normalise, spaced
        self._open_slots: tuple[str, ...] = ()

    def parse(self) -> Nodes:
        nodes = self._sequence("")
        if self._at < len(self._text):
            raise PhraseError(f"has a {self._text[self._at]!r} without its partner")
        return nodes

    def _sequence(self, stops: str) -> Nodes:
        nodes: list[Node] = []
        literal = ""
        while self._at < len(self._text) and self._text[self._at] not in stops:
            char = self._text[self._at]
            if char in ")]>|":
                break
            if char in "([<~":
                nodes += self._literal(literal)
                literal = ""
                nodes.append(self._special(char))
            elif char in "^$":
                nodes += [*self._literal(literal), Edge(char == "^")]
                literal = ""
                self._at += 1
            else:
                literal = _SIGN.split(self._text[self._at :], maxsplit=1)[0]
                self._at += len(literal)
        return (*nodes, *self._literal(literal))

    def _literal(self, text: str) -> list[Node]:
        if not text:
            return []
        normal = self._normalise(text)
        if text.strip() and not normal.strip(MARKS + " "):
            raise PhraseError(f"{text.strip()!r} is only punctuation or fillers, which are passed over when matching")
        if not self._spaced:
            normal = "".join(c for c in normal if c not in MARKS)
            return [Literal(normal)] if normal else []
        return [Literal(word) for word in re.split(f"[ {MARKS}]+", normal) if word]

    def _special(self, char: str) -> Node:
        self._at += 1
        if char == "~":
            found = re.compile(r"\d+").match(self._text, self._at)
            if not found:
                raise PhraseError("~ needs a number: ~3 is a gap of up to three")
            self._at = found.end()
            size = int(found.group())
            if not 1 <= size <= MAX_GAP:
                raise PhraseError(f"~{size} is out of range; gaps are ~1 to ~{MAX_GAP}")
            return Gap(size)
        if char == "<":
            return self._slot()
        close = ")" if char == "(" else "]"
        branches = [self._sequence(close)]
        while self._at < len(self._text) and self._text[self._at] == "|":
            self._at += 1
            branches.append(self._sequence(close))
        if self._at >= len(self._text) or self._text[self._at] != close:
            raise PhraseError(f"has {char!r} without {close!r}")
        self._at += 1
        if not all(branches):
            raise PhraseError("has an empty alternative; use [..] for what may be missing")
        return Choice(tuple(branches), optional=char == "[")

    def _slot(self) -> Node:
        end = self._text.find(">", self._at)
        if end < 0:
            raise PhraseError("has '<' without '>'")
        name = self._text[self._at : end]
        self._at = end + 1
        if name in NUMBER_SLOTS:
            return Number()
        if name not in self._words:
            raise PhraseError(f"uses <{name}>, which is not listed under words")
        branches = []
        for word in self._words[name]:
            inner = _Parser(fold(word), {}, self._normalise, self._spaced)
            branches.append(inner.parse())
        if not branches or not all(branches):
            raise PhraseError(f"uses <{name}>, which has an empty word")
        return Choice(tuple(branches))
