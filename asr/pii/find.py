"""Finds what must not be stored: telephone, identity card, bank card numbers and one-time codes, spoken or written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from asr.pii import en, zh
from asr.pii.digits import LEAST_PIECE, folded, numbers
from asr.pii.figures import Figure, Trust, digits, groups, trimmed
from asr.pii.forms import kind_by_form
from asr.pii.number import Judge
from asr.pii.topics import About, Around, ends_of
from models.transcript import Role, SecretKind, Utterance

TABLES = {"zh": zh.TABLES, "en": en.TABLES}

ECHO_DIGITS = 3
"""So many digits of a number are hidden where the other party repeats it group by group."""
REPEATED_DIGITS = 5
"""So many digits of a number are hidden wherever else in the call they are said."""

MOST_PIECES = 6
"""No number is said in more pieces with other words between."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A piece of a personal number in one utterance: what it is, and the places of its characters, in order."""

    utterance: int
    kind: SecretKind
    places: tuple[int, ...]


def find_secrets(utterances: Sequence[Utterance], language: str) -> tuple[Secret, ...]:
    """The personal numbers, in order; no utterances, none. Raises KeyError for a language without tables."""
    tables = TABLES[language]
    said = numbers(utterances, tables)
    texts = tuple(folded(u.text) for u in utterances)
    judge = Judge(texts, tables, Around(utterances, texts, tables, ends_of(said)))
    kinds: dict[Figure, SecretKind] = {}
    for number in said:
        for figures, kind in judge.personal(number):
            kinds |= dict.fromkeys(figures, kind)
    kinds |= dict(_parted(said, judge))
    kinds |= dict(_repeats(said, kinds, judge))
    found = [secret for number in said for secret in _pieces(number, kinds)]
    return tuple(sorted(found, key=lambda s: (s.utterance, s.places[0])))


def loose_digits(text: str, language: str, least: int) -> frozenset[int]:
    """Places of all digits of `text` that stand in rows of at least `least`, whatever they are.

    A shorter group with a unit behind it, with which a row may end, is left out.
    """
    tables = TABLES[language]
    places: set[int] = set()
    for number in numbers((Utterance(0, Role.UNKNOWN, None, None, text),), tables):
        row = trimmed(number)
        last = len(groups(row)[-1])
        if last < least and tables.units.match(folded(text), row[-1].end):
            row = row[: max(i for i, figure in enumerate(row) if i == 0 or not figure.joined)]
        if len(digits(row)) >= least:
            places.update(place for figure in row for place in range(figure.start, figure.end))
    return frozenset(places)


def _parted(said: Sequence[Sequence[Figure]], judge: Judge) -> Iterator[tuple[Figure, SecretKind]]:
    """Figures of pieces that other words of one utterance part, and that together have the form of such a number.

    我电话是139，我念慢点，2045，你记，6678: each piece is too short to be told.
    """
    for i, number in enumerate(said):
        if not judge.around.about(number).personal:
            continue
        row = list(number)
        for piece in said[i + 1 : i + MOST_PIECES]:
            if piece[0].utterance != number[-1].utterance:
                break
            if len(digits(piece)) < LEAST_PIECE:
                continue
            row.extend(piece)
            sure = [figure for figure in row if figure.trust is not Trust.GUESS]
            kind = kind_by_form(digits(sure), judge.tables.phones)
            if kind is not None:
                yield from ((figure, kind) for figure in sure)
                break


def _repeats(
    said: Sequence[Sequence[Figure]], kinds: Mapping[Figure, SecretKind], judge: Judge
) -> Iterator[tuple[Figure, SecretKind]]:
    """Figures in which parts of a secret are said again: read back group by group, or mentioned later on."""
    known: list[tuple[str, SecretKind, range]] = []
    for number in said:
        own = [figure for figure in number if figure in kinds]
        if own:
            during = range(own[0].utterance, own[-1].utterance + 3)
            known.append((digits(own), kinds[own[0]], during))
    for number in said:
        left = [f for f in number if f not in kinds and f.trust is not Trust.GUESS]
        about = judge.around.about(number)
        spoken = digits(left)
        if not left or about.names(spoken) or judge.is_public(left) or judge.is_measured(left, About()):
            continue
        for secret, kind, during in known:
            needed = ECHO_DIGITS if number[0].utterance in during else REPEATED_DIGITS
            between = during.start < number[0].utterance < during.stop - 3 and _stands_alone(number, judge)
            if len(spoken) >= needed and (between or spoken in secret):
                yield from ((figure, kind) for figure in left)
                break


def _stands_alone(number: Sequence[Figure], judge: Judge) -> bool:
    """Whether the utterances of the number hold nothing else."""
    return all(
        judge.tables.figures.sub("", judge.texts[i]).strip() == "" for i in {figure.utterance for figure in number}
    )


def _pieces(number: Sequence[Figure], kinds: Mapping[Figure, SecretKind]) -> Iterator[Secret]:
    """One per utterance, and per stretch between digits that stay."""
    # An everyday word that was not taken for a digit may be one: it parts nothing, so that the bleep goes on over it.
    kept = [figure for figure in number if figure in kinds or figure.trust is not Trust.GUESS]
    for (utterance, kind), own in groupby(kept, key=lambda figure: (figure.utterance, kinds.get(figure))):
        if kind is not None:
            yield Secret(utterance, kind, tuple(place for f in own for place in range(f.start, f.end)))
