"""What a phrase cannot do without: strings of which one stands in every text that the phrase matches.

A phrase is cut where anything may stand between (a gap, a number), and of each piece all spellings are written out.
A text that lacks every spelling of one piece is no match; only the others are tried by the phrase's expression.
"""

from __future__ import annotations

import re
from itertools import groupby

from scoring.grammar import Choice, Edge, Literal, Node, Nodes
from scoring.normalise import MARKS

Piece = frozenset[str]
"""Every spelling of a stretch of a phrase, as `bare` shows texts: one of them stands in each text that matches."""

# A piece with more spellings than this is cut in two.
_SPELLINGS = 400
# What is longer tells phrases apart no better, and costs memory.
_LONGEST = {"characters": 5, "words": 24}

_STUTTER = re.compile(r"(.)\1")
_RUN = re.compile(r"(.)\1+")
_BLANKS = re.compile(f"[{MARKS} ]+")
_NOTHING = frozenset(("",))


def bare(text: str, spaced: bool) -> str:
    """A text as anchors see it: without marks, and (in Chinese) without stutter; words with a blank on both sides."""
    if spaced:
        return f" {_BLANKS.sub(' ', text).strip()} "
    for mark in MARKS:
        text = text.replace(mark, "")
    return _RUN.sub(r"\1", text) if _STUTTER.search(text) else text


def anchors(nodes: Nodes, spaced: bool) -> tuple[Piece, ...]:
    """The pieces that every match meets, in the order of the phrase; none when nothing in it is certain."""
    return tuple(frozenset(_shown(spelling, spaced) for spelling in piece) for piece in _pieces(nodes, spaced))


def _pieces(nodes: Nodes, spaced: bool) -> list[Piece]:
    pieces: list[Piece] = []
    piece = _NOTHING
    for node in nodes:
        if isinstance(node, Edge):
            continue
        spellings = _spellings((node,), spaced)
        if spellings is not None and len(piece) * len(spellings) <= _SPELLINGS:
            piece = frozenset(before + after for before in piece for after in spellings)
            continue
        if "" not in piece:
            pieces.append(piece)
        piece = _NOTHING
        if spellings is None:
            pieces += _uneven(node, spaced)
        elif "" not in spellings:
            piece = spellings
    return [*pieces, piece] if "" not in piece else pieces


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
    found = _NOTHING
    for node in nodes:
        if isinstance(node, Edge):
            continue
        if isinstance(node, Literal):
            ways = frozenset((f" {node.text}" if spaced else node.text,))
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


def _shown(spelling: str, spaced: bool) -> str:
    if spaced:
        return (spelling + " ")[: _LONGEST["words"]]
    return "".join(char for char, _ in groupby(spelling))[: _LONGEST["characters"]]

