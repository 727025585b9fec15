"""The phrase language of a service standard, compiled to regular expressions that cannot run away.

    不归我管            these words, in this order
    (您好|你好)         one of several
    [真的]很抱歉        what stands in square brackets may be missing
    没有~3办法          up to 3 characters (words, in English) in between, within one sentence
    <我方>会联系您      one of the words listed under `words` in the standard
    <数>                a number, in figures or in words
    ^不可能$            ^ the start of a clause, $ its end

Commas, pauses, fillers and stuttered characters (不不归我管) are passed over. English phrases match whole words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from scoring.homophone import sounds_of
from scoring.normalise import ASK, MARKS, STRONG, WEAK, fold_width

MAX_GAP = 20
NUMBER_SLOTS = ("数", "number")

_NUMBER_ZH = r"[0-9零〇一二两三四五六七八九十百千万半几多点幺.]+"
_NUMBER_EN = (
    r"(?:[0-9][0-9.,:]*|(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|"
    r"forty|fifty|sixty|seventy|eighty|ninety|half)"
    r"(?: (?:one|two|three|four|five|six|seven|eight|nine|hundred|dozen))?)"
)


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
Sequence_ = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One compiled phrase.

    Any text that matches contains one of `keys` (two characters, or a word; sound signs in `sound_keys`), which is what
    makes a lexicon fast. `syllables` is the fewest characters of words that a match has, `characters` are those that it
    can have. `by_sound` is None for phrases too short, or with numbers, to be trusted by sound alone.
    """

    source: str
    pattern: re.Pattern[str]
    keys: frozenset[str]
    by_sound: re.Pattern[str] | None = None
    sound_keys: frozenset[str] = frozenset()
    syllables: int = 0
    characters: frozenset[str] = field(default=frozenset())


def compile_phrase(
    source: str,
    words: Mapping[str, Sequence[str]],
    normalise: Callable[[str], str],
    spaced: bool,
    min_syllables: int,
) -> Phrase:
    """Compile one phrase; `words` are the slots, `normalise` is applied to its literals. Raises PhraseError."""
    text = fold_width(source).strip()
    nodes = _Parser(text, words, normalise, spaced).parse()
    if not nodes:
        raise PhraseError("holds no words")
    if isinstance(nodes[0], Gap) or isinstance(nodes[-1], Gap):
        raise PhraseError("begins or ends with a gap; put words on both sides of ~")
    keys = _keys(nodes, _word_keys if spaced else _pair_keys)
    if not keys:
        raise PhraseError("would match almost anything: at least one part with words must not be optional")
    lower: _Spaced | _Unspaced = _Spaced() if spaced else _Unspaced()
    pattern = re.compile(_whole_words(lower.sequence(nodes), spaced))
    by_sound, sound_keys = None, frozenset[str]()
    syllables = _shortest(nodes)
    if not spaced and syllables >= min_syllables and not _has_number(nodes):
        sounds = _map_literals(nodes)
        by_sound = re.compile(_Unspaced().sequence(sounds))
        sound_keys = _keys(sounds, _pair_keys)
    return Phrase(source, pattern, keys, by_sound, sound_keys, syllables, frozenset(_characters(nodes)))


class _Parser:
    def __init__(
        self, text: str, words: Mapping[str, Sequence[str]], normalise: Callable[[str], str], spaced: bool
    ) -> None:
        self._text, self._at = text, 0
        self._words, self._normalise, self._spaced = words, normalise, spaced
        self._open_slots: tuple[str, ...] = ()

    def parse(self) -> Sequence_:
        nodes = self._sequence("")
        if self._at < len(self._text):
            raise PhraseError(f"has a {self._text[self._at]!r} without its partner")
        return nodes

    def _sequence(self, stops: str) -> Sequence_:
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
                literal += char
                self._at += 1
        return (*nodes, *self._literal(literal))

    def _literal(self, text: str) -> list[Node]:
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
            inner = _Parser(fold_width(word), {}, self._normalise, self._spaced)
            branches.append(inner.parse())
        if not branches or not all(branches):
            raise PhraseError(f"uses <{name}>, which has an empty word")
        return Choice(tuple(branches))


class _Unspaced:
    """Chinese: characters in a row, with an optional pause and stutter between them."""

    def sequence(self, nodes: Sequence_) -> str:
        return f"{WEAK}?".join(self._node(node) for node in nodes) if nodes else ""

    def _node(self, node: Node) -> str:
        if isinstance(node, Literal):
            return f"{WEAK}?".join(_stuttered(char) for char in node.text)
        if isinstance(node, Gap):
            return f"[^{STRONG}{ASK}]{{0,{node.size}}}?"
        if isinstance(node, Number):
            return _NUMBER_ZH
        if isinstance(node, Edge):
            return _edge(node)
        body = "|".join(self.sequence(branch) for branch in node.branches)
        return f"(?:{body}){'?' if node.optional else ''}"


def _stuttered(char: str) -> str:
    literal = re.escape(char)
    return literal if char.isascii() else f"{literal}(?:{WEAK}?{literal}){{0,2}}"


class _Spaced:
    """English: whole words, one blank or pause between them."""

    _SEP = f"[ {WEAK}]"

    def sequence(self, nodes: Sequence_) -> str:
        out, begun = "", False
        for node in nodes:
            if isinstance(node, Gap):
                out += f"(?:{self._SEP}[^ {MARKS}]+){{0,{node.size}}}?"
                continue
            if isinstance(node, Edge):
                out += _edge(node)
                continue
            body = self._node(node)
            optional = isinstance(node, Choice) and node.optional
            if not begun:
                out += f"(?:{body}{self._SEP})?" if optional else body
                begun = not optional
            else:
                out += f"(?:{self._SEP}{body})?" if optional else f"{self._SEP}{body}"
        return out

    def _node(self, node: Node) -> str:
        if isinstance(node, Literal):
            return re.escape(node.text)
        if isinstance(node, Number):
            return _NUMBER_EN
        if not isinstance(node, Choice):  # gaps and edges are handled by sequence()
            raise TypeError(node)
        return "(?:" + "|".join(self.sequence(branch) for branch in node.branches) + ")"


def _edge(node: Edge) -> str:
    return f"(?<![^{MARKS}])" if node.first else f"(?![^{MARKS}])"


def _whole_words(body: str, spaced: bool) -> str:
    return f"(?<![^ {MARKS}])(?:{body})(?![^ {MARKS}])" if spaced else body


def _pair_keys(text: str) -> frozenset[str]:
    return frozenset((text[:2],))


def _word_keys(text: str) -> frozenset[str]:
    return frozenset((text,))


def _keys(nodes: Sequence_, of_literal: Callable[[str], frozenset[str]]) -> frozenset[str]:
    """The best set of keys of which each match must contain one; empty when there is none."""
    sets = []
    for node in nodes:
        if isinstance(node, Literal):
            sets.append(of_literal(node.text))
        elif isinstance(node, Choice) and not node.optional:
            branches = [_keys(branch, of_literal) for branch in node.branches]
            if all(branches):
                sets.append(frozenset().union(*branches))
    return max(sets, key=lambda keys: (min(map(len, keys)), -len(keys)), default=frozenset())


def _shortest(nodes: Sequence_) -> int:
    """Fewest characters that a match can have, gaps left out."""
    total = 0
    for node in nodes:
        if isinstance(node, Literal):
            total += len(node.text)
        elif isinstance(node, Choice) and not node.optional:
            total += min(_shortest(branch) for branch in node.branches)
    return total


def _has_number(nodes: Sequence_) -> bool:
    return any(
        isinstance(node, Number) or (isinstance(node, Choice) and any(map(_has_number, node.branches)))
        for node in nodes
    )


def _map_literals(nodes: Sequence_) -> Sequence_:
    out: list[Node] = []
    for node in nodes:
        if isinstance(node, Literal):
            out.append(Literal(sounds_of(node.text)))
        elif isinstance(node, Choice):
            out.append(Choice(tuple(map(_map_literals, node.branches)), node.optional))
        else:
            out.append(node)
    return tuple(out)


def _characters(nodes: Sequence_) -> set[str]:
    out: set[str] = set()
    for node in nodes:
        if isinstance(node, Literal):
            out |= set(node.text)
        elif isinstance(node, Choice):
            for branch in node.branches:
                out |= _characters(branch)
    return out
