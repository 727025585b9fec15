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
from dataclasses import dataclass
from functools import cached_property, lru_cache

from scoring.anchors import Piece, pieces
from scoring.grammar import Choice, Edge, Gap, Literal, Node, Nodes, Number, PhraseError, parse
from scoring.homophone import sounds_of
from scoring.normalise import ASK, MARKS, STRONG, WEAK

# A standard of thousands of phrases has about ten thousand different words in them, each in five phrases.
_LITERALS = 32_768

_NUMBER_ZH = r"[0-9零〇一二两三四五六七八九十百千万半几多点幺.]+"
_NUMBER_EN = (
    r"(?:[0-9][0-9.,:]*|(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|"
    r"forty|fifty|sixty|seventy|eighty|ninety|half)"
    r"(?: (?:one|two|three|four|five|six|seven|eight|nine|hundred|dozen))?)"
)


@dataclass(frozen=True)
class Phrase:
    """One phrase. Any text that matches meets each of `pieces` (its sounds: each of `sound_pieces`).

    That is what makes a lexicon fast. `syllables` is the fewest characters of words that a match has. `is_sounded` is
    False for phrases too short, or with numbers, to be trusted by sound alone.
    """

    source: str
    nodes: Nodes
    spaced: bool
    pieces: tuple[Piece, ...]
    is_sounded: bool
    syllables: int

    @cached_property
    def sounds(self) -> Nodes:
        """Its nodes by their sound. Raises ValueError for a phrase that is not trusted by sound."""
        if not self.is_sounded:
            raise ValueError(f"the phrase {self.source} is not trusted by sound")
        return _map_literals(self.nodes)

    @cached_property
    def sound_pieces(self) -> tuple[Piece, ...]:
        """The pieces of its sounds; none for a phrase that is not trusted by sound."""
        return pieces(self.sounds, self.spaced) if self.is_sounded else ()

    @cached_property
    def characters(self) -> frozenset[str]:
        """Those that a match can have."""
        return frozenset(_characters(self.nodes))

    def expression(self, stutter: bool = True) -> str:
        """The regular expression that matches a reading's text; without `stutter`, where no character stands twice.

        That one is a third as long, and finds the same in such a text.
        """
        if self.spaced:
            return _whole_words(_Spaced().sequence(self.nodes))
        return _Unspaced(stutter).sequence(self.nodes)

    def sound_expression(self, stutter: bool = True) -> str:
        """The same for the sounds of a reading. Raises ValueError for a phrase that is not trusted by sound."""
        return _Unspaced(stutter).sequence(self.sounds)


def compile_phrase(
    source: str,
    words: Mapping[str, Sequence[str]],
    normalise: Callable[[str], str],
    spaced: bool,
    min_syllables: int,
) -> Phrase:
    """Compile one phrase; `words` are the slots, `normalise` is applied to its literals. Raises PhraseError."""
    nodes = parse(source, words, normalise, spaced)
    if not nodes:
        raise PhraseError("holds no words")
    if isinstance(nodes[0], Gap) or isinstance(nodes[-1], Gap):
        raise PhraseError("begins or ends with a gap; put words on both sides of ~")
    needed = pieces(nodes, spaced)
    if not needed:
        raise PhraseError("would match almost anything: at least one part with words must not be optional")
    syllables = _shortest(nodes)
    is_sounded = not spaced and syllables >= min_syllables and not _has_number(nodes)
    return Phrase(source, nodes, spaced, needed, is_sounded, syllables)


class _Unspaced:
    """Chinese: characters in a row, with an optional pause between them, and with `stutter` each up to three times."""

    def __init__(self, stutter: bool) -> None:
        self._character = _stuttered if stutter else re.escape

    def sequence(self, nodes: Nodes) -> str:
        return f"{WEAK}?".join(self._node(node) for node in nodes) if nodes else ""

    def _node(self, node: Node) -> str:
        if isinstance(node, Literal):
            return f"{WEAK}?".join(map(self._character, node.text))
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

    def sequence(self, nodes: Nodes) -> str:
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


def _whole_words(body: str) -> str:
    return f"(?<![^ {MARKS}])(?:{body})(?![^ {MARKS}])"


def _shortest(nodes: Nodes) -> int:
    """Fewest characters that a match can have, gaps left out."""
    total = 0
    for node in nodes:
        if isinstance(node, Literal):
            total += len(node.text)
        elif isinstance(node, Choice) and not node.optional:
            total += min(_shortest(branch) for branch in node.branches)
    return total


def _has_number(nodes: Nodes) -> bool:
    return any(
        isinstance(node, Number) or (isinstance(node, Choice) and any(map(_has_number, node.branches)))
        for node in nodes
    )


@lru_cache(maxsize=_LITERALS)
def _sounded(text: str) -> Literal:
    return Literal(sounds_of(text))


def _map_literals(nodes: Nodes) -> Nodes:
    out: list[Node] = []
    for node in nodes:
        if isinstance(node, Literal):
            out.append(_sounded(node.text))
        elif isinstance(node, Choice):
            out.append(Choice(tuple(map(_map_literals, node.branches)), node.optional))
        else:
            out.append(node)
    return tuple(out)


def _characters(nodes: Nodes) -> set[str]:
    out: set[str] = set()
    for node in nodes:
        if isinstance(node, Literal):
            out |= set(node.text)
        elif isinstance(node, Choice):
            for branch in node.branches:
                out |= _characters(branch)
    return out
