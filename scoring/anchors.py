"""What a phrase cannot do without: short strings of which one stands in every text that the phrase matches.

A phrase is cut where anything may stand between (a gap, a number), and of each piece all spellings are written out. A
text that lacks every spelling of one piece is no match; only the others are tried by the phrase's expression. Most
texts that hold the rarest stretch of a phrase lack another, so those are looked up as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain, pairwise
from operator import add
from typing import NamedTuple

from scoring.grammar import Choice, Edge, Literal, Node, Nodes
from scoring.normalise import MARKS

Piece = frozenset[str]
"""Every spelling of a stretch of a phrase, as `bare` shows texts: one of them stands in each text that matches."""
_NOTHING = Piece(("",))

# How many other stretches are looked up: nearly all texts that have three of a phrase have the phrase.
_OTHERS = 3

# A piece with more spellings than this is cut in two.
_SPELLINGS = 100

_STUTTER = re.compile(r"(.)\1+")
_BLANKS = re.compile(f"[{MARKS} ]+")


def bare(text: str, spaced: bool) -> str:
    """A text as anchors see it: without marks, and (in Chinese) without stutter; words with one blank in between."""
    if spaced:
        return _BLANKS.sub(" ", text).strip()
    for mark in MARKS:
        text = text.replace(mark, "")
    return _STUTTER.sub(lambda run: run[1], text)


def grams(text: str, spaced: bool) -> Iterator[str]:
    """All stretches of a bare text that an anchor can be: up to three characters, or up to two words."""
    if spaced:
        words = text.split(" ")
        return chain(words, map(" ".join, pairwise(words)))
    pairs = [*map(add, text, text[1:])]
    return chain(text, pairs, map(add, pairs, text[2:]))


def pieces(nodes: Nodes, spaced: bool) -> tuple[Piece, ...]:
    """The pieces that every match meets, in the order of the phrase; none when nothing in it is certain."""
    return tuple(frozenset(_shown(spelling, spaced) for spelling in piece) for piece in _pieces(nodes, spaced))


class Anchors(NamedTuple):
    """Grams of a phrase: every text that it matches has one of `rarest`, and one of each of `others`."""

    rarest: Sequence[str]
    others: tuple[frozenset[str], ...]


def anchors(phrases: Sequence[Sequence[Piece]], spaced: bool) -> list[Anchors]:
    """For the pieces of each phrase its anchors, chosen to be met rarely.

    Phrases are made of what people say, so what few of them hold is rare in calls.
    """
    counts: Counter[str] = Counter()
    for own in phrases:
        counts.update({part for piece in own for spelling in piece for part in grams(spelling, spaced)})
    rate = cache(lambda gram: min(counts[part] for part in _parts(gram, spaced)))
    return [_anchors(own, rate, spaced) for own in phrases]


def _anchors(own: Sequence[Piece], rate: Callable[[str], int], spaced: bool) -> Anchors:
    sets: dict[frozenset[str], int] = {}
    for piece in own:
        first = {spelling: _rarest(_longest(spelling, spaced), rate) for spelling in piece}
        second = {spelling: _rarest(_apart(spelling, gram, spaced), rate) for spelling, gram in first.items()}
        for found in (frozenset(first.values()), frozenset(second.values())):
            sets[found] = sum(map(rate, found))
    rarest, *others = sorted(sets, key=lambda grams: (sets[grams], sorted(grams)))
    return Anchors(sorted(rarest), tuple(others[:_OTHERS]))


def _rarest(grams: Sequence[str], rate: Callable[[str], int]) -> str:
    return min(grams, key=lambda gram: (rate(gram), gram))


def _apart(spelling: str, gram: str, spaced: bool) -> Sequence[str]:
    """The longest grams in a spelling that share little with one of them; that one when there are none."""
    if spaced:
        return [gram]
    found = _longest(spelling, spaced)
    at = found.index(gram)
    return [other for place, other in enumerate(found) if abs(place - at) > 1] or [gram]


def _longest(spelling: str, spaced: bool) -> list[str]:
    """The longest grams in a spelling."""
    if spaced:
        words = spelling.split(" ")
        return [*map(" ".join, pairwise(words))] or words
    return [spelling[i : i + 3] for i in range(max(1, len(spelling) - 2))]


def _parts(gram: str, spaced: bool) -> list[str]:
    """What the rarity of a gram is told by: its words, or its pairs of characters."""
    if spaced:
        return gram.split(" ")
    return [gram[i : i + 2] for i in range(max(1, len(gram) - 1))]


def _pieces(nodes: Nodes, spaced: bool) -> list[Piece]:
    found: list[Piece] = []
    # Spellings up to the last node that is certain, and those up to here: what may be missing tells nothing at an end.
    certain, open_end = Piece(), Piece()
    for node in nodes:
        spellings = _spellings((node,), spaced)
        optional = spellings is not None and "" in spellings
        if optional and not certain:
            continue
        longer = frozenset(before + after for before in open_end for after in spellings or ())
        if spellings is not None and certain and len(longer) <= _SPELLINGS:
            certain, open_end = (certain if optional else longer), longer
            continue
        found += [certain] if certain else []
        certain = open_end = Piece() if optional or spellings is None else spellings
        if spellings is None:
            found += _uneven(node, spaced)
    return [*found, certain] if certain else found


def _uneven(node: Node, spaced: bool) -> list[Piece]:
    """The piece of a choice that cannot be written out (我教|我把~6发给): the best piece of each branch."""
    if not isinstance(node, Choice) or node.optional:
        return []
    branches = [_pieces(branch, spaced) for branch in node.branches]
    if not all(branches):
        return []
    return [frozenset().union(*(max(branch, key=lambda piece: min(map(len, piece))) for branch in branches))]


def _spellings(nodes: Nodes, spaced: bool) -> Piece | None:
    """Every way to write the nodes; None when that is open or too much."""
    if len(nodes) == 1 and isinstance(nodes[0], Literal):
        return _written(nodes[0], spaced)
    found = _NOTHING
    for node in nodes:
        if isinstance(node, Edge):
            continue
        ways: Piece
        if isinstance(node, Literal):
            ways = _written(node, spaced)
        elif isinstance(node, Choice):
            branches = [_spellings(branch, spaced) for branch in node.branches]
            if any(branch is None for branch in branches):
                return None
            ways = frozenset().union(*(branch for branch in branches if branch), _NOTHING if node.optional else ())
        else:
            return None
        if len(found) * len(ways) > _SPELLINGS:
            return None
        found = frozenset(before + after for before in found for after in ways)
    return found


def _written(literal: Literal, spaced: bool) -> Piece:
    return frozenset((f" {literal.text}" if spaced else literal.text,))


def _shown(spelling: str, spaced: bool) -> str:
    return spelling.strip() if spaced else _STUTTER.sub(r"\1", spelling)
