"""Finds the digits in what was said, and joins those of one number across pauses, fillers and turns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asr.pii.figures import Figure, Figures, Trust, digits
from asr.pii.tables import END, Tables, Topic
from models.transcript import Role, Utterance

MAX_GAP_CHARACTERS = 10
"""More than this between two digits, be it only fillers, and they are two numbers."""

MAX_PAUSE_S = 20.0
"""A number goes on in the same speaker's next turn if that begins within this time."""

MAX_ALIKE = 4
"""So many characters in a row that only sound like digits are still believed between true ones."""

DICTATED = {Topic.PHONE: 10, Topic.ID_CARD: 17, Topic.BANK_CARD: 19}
"""Numbers so long that they are said piece by piece, and about how many digits are all of one."""

LEAST_PIECE = 3
"""Where other words follow, so many digits at least are a piece of one."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Figures of one utterance that nothing parts, and whether the utterance begins and ends with them."""

    figures: Figures
    opens: bool
    closes: bool


def folded(text: str) -> str:
    """Lower case, character for character."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def numbers(utterances: Sequence[Utterance], tables: Tables) -> tuple[Figures, ...]:
    """What may be one number each: figures with nothing but gaps between them, in order of their first one.

    A number goes on in the speaker's next utterance when one ends and the next begins with it, and what the other
    party says meanwhile is assent or an echo of digits; anything, while a personal number is being asked for.
    """
    stretches = [tuple(_stretches(i, folded(u.text), tables)) for i, u in enumerate(utterances)]
    asked = _asked(utterances, stretches, tables)
    listening = [
        _only_digits(own) or tables.assent.fullmatch(folded(utterance.text)) is not None
        for utterance, own in zip(utterances, stretches, strict=True)
    ]
    found: list[list[Figure]] = []
    open_ends: dict[int, int] = {}  # the number that an utterance ends with, or that is the last in it while asked for
    for i, own in enumerate(stretches):
        for stretch in own:
            waiting = asked if _is_piece(stretch) else [False] * len(asked)
            before = _goes_on(i, utterances, listening, open_ends, waiting) if stretch.opens else None
            if before is None:
                found.append(list(stretch.figures))
                place = len(found) - 1
            else:
                place = open_ends[before]
                found[place].extend(stretch.figures)
            if stretch.closes or (asked[i] and stretch is own[-1] and _is_piece(stretch)):
                open_ends[i] = place
    return tuple(map(tuple, found))


def _goes_on(
    index: int,
    utterances: Sequence[Utterance],
    listening: Sequence[bool],
    open_ends: dict[int, int],
    waiting: Sequence[bool],
) -> int | None:
    """The utterance whose last number the one at `index` may go on with; None when there is none."""
    role = utterances[index].role
    for before in range(index - 1, -1, -1):
        if utterances[before].role is role and before in open_ends:
            end_s, start_s = utterances[before].end_s, utterances[index].start_s
            return None if end_s is not None and start_s is not None and start_s - end_s > MAX_PAUSE_S else before
        others = utterances[before].role is not role or role is Role.UNKNOWN
        if not listening[before] and not (others and waiting[before]):
            return None
    return None


def _asked(utterances: Sequence[Utterance], stretches: Sequence[Sequence[_Stretch]], tables: Tables) -> Sequence[bool]:
    """Of each utterance, whether a telephone, an ID or a bank card is what was spoken of last, in it or before.

    No longer after one party has said as many digits as it has.
    """
    asked: list[bool] = []
    wanted = 0
    said: Counter[Role] = Counter()
    for utterance, own in zip(utterances, stretches, strict=True):
        for match in tables.topics.finditer(folded(utterance.text) + END):
            wanted = DICTATED.get(Topic(match.lastgroup or ""), 0)
            said.clear()
        asked.append(wanted > 0)
        said[utterance.role] += sum(len(digits(stretch.figures)) for stretch in own)
        if said[utterance.role] >= wanted:
            wanted = 0
    return asked


def _is_piece(stretch: _Stretch) -> bool:
    """Whether this is a piece of a long number even after an interruption: 一共多少 and 我要查一下 begin with none."""
    if stretch.opens and stretch.closes:
        return True
    return stretch.figures[0].trust is not Trust.GUESS and len(digits(stretch.figures)) >= LEAST_PIECE


def _only_digits(stretches: Sequence[_Stretch]) -> bool:
    return len(stretches) == 1 and stretches[0].opens and stretches[0].closes


def _stretches(utterance: int, text: str, tables: Tables) -> Iterator[_Stretch]:
    """The stretches of an utterance, in order."""
    figures: list[Figure] = []
    at, gap, opens = 0, 0, True
    while at <= len(text):
        match = tables.figures.match(text, at)
        if match is None or gap > MAX_GAP_CHARACTERS:
            if figures:
                closes = match is None and at == len(text)
                yield from _believed(figures, opens, closes)
                figures, gap, opens = [], 0, False
            if match is None:
                opens = False
                at += 1
            continue
        at = match.end()
        if match["gap"] is not None:
            gap += match.end() - match.start() if figures else 0
            continue
        # 2500三: figures and characters do not make one group.
        joined = bool(figures) and not gap and match[0].isascii() == text[at - len(match[0]) - 1].isascii()
        figures.append(_figure(utterance, match, tables, joined=joined))
        gap = 0


def _figure(utterance: int, match: re.Match[str], tables: Tables, *, joined: bool) -> Figure:
    trust = Trust.SURE
    if match["copies"] is not None:
        value = tables.values[match["of"]] * int(tables.values[match["times"]])
    elif match["check"] is not None:
        value, trust = "X", Trust.GUESS
    else:
        value = tables.values[match[0]]
        trust = Trust.ALIKE if match["alike"] is not None else Trust.GUESS if match["guess"] is not None else trust
    return Figure(utterance, match.start(), match.end(), value, trust, joined)


def _believed(figures: Sequence[Figure], opens: bool, closes: bool) -> Iterator[_Stretch]:
    """Cut where too many in a row only sound like digits; a stretch without a true digit is dropped."""
    parts: list[list[Figure]] = [[]]
    unsure = 0
    for figure in figures:
        unsure = 0 if figure.trust is Trust.SURE else unsure + 1
        parts[-1].append(figure)
        if unsure > MAX_ALIKE:
            parts.append([])
            unsure = 0
    for i, part in enumerate(parts):
        if any(figure.trust is Trust.SURE for figure in part):
            yield _Stretch(tuple(part), opens and i == 0, closes and i == len(parts) - 1)
