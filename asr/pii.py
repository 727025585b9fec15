"""Finds what must not be stored: telephone, identity card, bank card numbers and one-time codes, spoken or written.

What a number is follows from its form (a mobile number, a check digit) and from the words around it. Of seven and more
digits that nothing explains it is assumed that they are somebody's: hiding an order number costs less than keeping a
telephone number. What explains digits is in the tables: a topic that is public (工号8026), a hotline, a unit (58块),
a date, a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from asr import pii_en, pii_zh
from asr.pii_digits import Figure, Trust, digits, folded, groups, numbers, trimmed
from asr.pii_forms import DATE_FORM, LEAST_CARD_DIGITS, is_count, is_repeated, kind_by_form, kind_by_length
from asr.pii_tables import Tables, Topic
from asr.pii_topics import NOBODYS, About, Around, ends_of
from models.transcript import Role, SecretKind, Utterance

TABLES = {"zh": pii_zh.TABLES, "en": pii_en.TABLES}

UNEXPLAINED_DIGITS = 7
"""So many digits are somebody's number unless something says what else they are."""
ASKED_DIGITS = 5
"""So many are, after somebody asked for such a number: recognition loses digits."""
LEAST_CODE_DIGITS, MOST_CODE_DIGITS = 4, 8
ECHO_DIGITS = 3
"""So many digits of a number are hidden where the other party repeats it group by group."""
REPEATED_DIGITS = 5
"""So many digits of a number are hidden wherever else in the call they are said."""
MOST_FIGURES = 40
"""No number that is known by its form is said in more pieces."""
COUNT_DIGITS = 5
"""So many that count up are no number of anything."""
AMOUNT_DIGITS = 8
"""Longer numbers are no amounts, whatever word follows,"""
UNIT_DIGITS = 6
"""and these no counts and no times."""

SURE_SHARE = 0.4
ASKED_SURE_SHARE = 0.25
"""Least share of true digits among those that may only sound like digits, without and after a question for a number."""

_KINDS = {
    Topic.PHONE: SecretKind.PHONE,
    Topic.ID_CARD: SecretKind.ID_CARD,
    Topic.BANK_CARD: SecretKind.BANK_CARD,
    Topic.CODE: SecretKind.CODE,
}


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
    search = _Search(texts, tables, Around(utterances, texts, tables, ends_of(said)))
    kinds: dict[Figure, SecretKind] = {}
    for number in said:
        for figures, kind in search.secrets(number):
            kinds |= dict.fromkeys(figures, kind)
    kinds |= dict(search.repeats(said, kinds))
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


@dataclass(frozen=True, slots=True)
class _Search:
    """One transcript under search."""

    texts: Sequence[str]
    tables: Tables
    around: Around

    def secrets(self, number: Sequence[Figure]) -> Iterator[tuple[Sequence[Figure], SecretKind]]:
        """The personal parts of what may be one number, or several said in a row."""
        about = self.around.about(number)
        rest: list[Figure] = []
        at = 0
        while at < len(number):
            end, figures, kind = self._explained(number, at, about, opens=not rest)
            if end == at:
                rest.append(number[at])
                at += 1
                continue
            yield from self._unexplained(rest, about)
            rest = []
            if kind is not None:
                yield figures, kind
            at = end
        yield from self._unexplained(rest, about)

    def repeats(
        self, said: Sequence[Sequence[Figure]], kinds: dict[Figure, SecretKind]
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
            about = self.around.about(number)
            spoken = digits(left)
            if not left or about.names(spoken) or self._is_public(left):
                continue
            for secret, kind, during in known:
                needed = ECHO_DIGITS if number[0].utterance in during else REPEATED_DIGITS
                between = during.start < number[0].utterance < during.stop - 3 and self._stands_alone(number)
                if len(spoken) >= needed and (between or spoken in secret):
                    yield from ((figure, kind) for figure in left)
                    break

    def _explained(
        self, number: Sequence[Figure], at: int, about: About, *, opens: bool
    ) -> tuple[int, Sequence[Figure], SecretKind | None]:
        """The end of what begins at `at` and tells by itself what it is, its digits, and its kind if that is personal.

        The longest counts. The end is `at` when nothing does. `opens` says that nothing unexplained goes before: inside
        a number there is no public one, only digits that look so.
        """
        if not _begins_group(number, at):
            return at, (), None
        last = min(len(number), at + MOST_FIGURES)
        ends = [end for end in range(last, at, -1) if _ends_group(number, end)]
        if at == 0 and about.bound and (named := self._named(number, about)):
            return named, (), None
        for end in ends:
            if (opens or end == len(number)) and self._is_public(number[at:end]):
                return end, (), None
            whole = opens and end == len(number)
            for reading in _readings(number[at:end]):
                kind = kind_by_form(digits(reading), self.tables.phones)
                if kind is not None and (whole or not _is_part(kind, about)):
                    return end, reading, self._agreed(kind, reading, about)
        measured = (end for end in ends if self._is_measured(number[at:end], about))
        return next(measured, at), (), None

    def _named(self, number: Sequence[Figure], about: About) -> int:
        """The end of what a topic that leads to the number says is nobody's; 0 when there is no such topic.

        工号8026，13800138000: it ends where something begins that is personal by its form. Only the number of a thing
        may look so itself.
        """
        if about.nearest not in NOBODYS:
            return 0
        starts = range(0 if about.nearest is Topic.PUBLIC else 1, len(number))
        personal = (i for i in starts if self._explained(number, i, About(), opens=True)[2] is not None)
        end = next(personal, len(number))
        return end if about.names(digits(number[:end])) else 0

    def _agreed(self, kind: SecretKind, reading: Sequence[Figure], about: About) -> SecretKind:
        """The kind that was asked for, where the form fits two: lengths of cards overlap."""
        card = len(digits(reading)) >= LEAST_CARD_DIGITS
        asked = _KINDS.get(about.nearest) if about.nearest else None
        return asked if card and asked in (SecretKind.ID_CARD, SecretKind.BANK_CARD) and asked else kind

    def _is_public(self, part: Sequence[Figure]) -> bool:
        match = self.tables.public.fullmatch(digits(part))
        # Of a number of any length only the pause after it tells where it ends.
        return match is not None and (match.lastgroup != "open" or len(groups(part)) == 1)

    def _is_measured(self, part: Sequence[Figure], about: About) -> bool:
        """Whether a unit follows or a sign of money, count or time goes before; only ever of one group.

        Of what is said of a personal number only an amount is none of it: 4829个 may be a code, 4829块 is not.
        """
        if len(groups(part)) > 1 and not _is_thousands(groups(part)):
            return False
        if self._stands_by(part, self.tables.amounts, self.tables.signs):
            return len(digits(part)) <= AMOUNT_DIGITS
        if about.personal:
            return False
        return len(digits(part)) <= UNIT_DIGITS and self._stands_by(part, self.tables.units, self.tables.before)

    def _stands_by(self, part: Sequence[Figure], behind: re.Pattern[str], before: re.Pattern[str]) -> bool:
        first, last = part[0], part[-1]
        if behind.match(self.texts[last.utterance], last.end):
            return True
        found = before.finditer(self.texts[first.utterance], max(0, first.start - 6), first.start)
        return any(match.end() == first.start for match in found)

    def _unexplained(self, figures: Sequence[Figure], about: About) -> Iterator[tuple[Sequence[Figure], SecretKind]]:
        """What is personal of digits whose form tells nothing: by what was asked for, else by how many they are."""
        asked_kind = _KINDS.get(about.nearest) if about.nearest and about.personal else None
        own = [f for f in trimmed(figures) if f.value != "X"]
        if not own or about.names(digits(own)) or (asked_kind is None and _is_harmless(own)):
            return
        if (
            Topic.CODE in about.topics
            and LEAST_CODE_DIGITS <= len(digits(own)) <= MOST_CODE_DIGITS
            and _sure_share(own) >= SURE_SHARE
        ):
            yield own, SecretKind.CODE
            return
        if (
            asked_kind
            and len(digits(own)) >= ASKED_DIGITS
            and not is_repeated(groups(own))
            and _sure_share(own) >= ASKED_SURE_SHARE
        ):
            yield _widened(figures, own), asked_kind
            return
        for part in _without_guesses(own):
            spoken = digits(part)
            if len(spoken) < UNEXPLAINED_DIGITS or _sure_share(part) < SURE_SHARE or self._is_serial(part):
                continue
            if not _is_harmless(part):
                yield (
                    part,
                    _KINDS.get(about.nearest, kind_by_length(spoken)) if about.nearest else kind_by_length(spoken),
                )

    def _is_serial(self, part: Sequence[Figure]) -> bool:
        """Whether Latin letters run into the digits, as in the numbers of orders and devices."""
        first = part[0]
        return (
            re.search(r"[a-z]-?$", self.texts[first.utterance][: first.start]) is not None
            and part[0].end - part[0].start == 1
        )

    def _stands_alone(self, number: Sequence[Figure]) -> bool:
        """Whether the utterances of the number hold nothing else."""
        return all(
            self.tables.figures.sub("", self.texts[i]).strip() == "" for i in {figure.utterance for figure in number}
        )


def _pieces(number: Sequence[Figure], kinds: Mapping[Figure, SecretKind]) -> Iterator[Secret]:
    """One per utterance, and per stretch between digits that stay."""
    # An everyday word that was not taken for a digit may be one: it parts nothing, so that the bleep goes on over it.
    kept = [figure for figure in number if figure in kinds or figure.trust is not Trust.GUESS]
    for (utterance, kind), own in groupby(kept, key=lambda figure: (figure.utterance, kinds.get(figure))):
        if kind is not None:
            yield Secret(utterance, kind, tuple(place for f in own for place in range(f.start, f.end)))


def _is_part(kind: SecretKind, about: About) -> bool:
    """Whether what looks like a telephone may be a part of the longer number that was asked for."""
    return kind is SecretKind.PHONE and about.personal and about.nearest in (Topic.ID_CARD, Topic.BANK_CARD)


def _is_harmless(figures: Sequence[Figure]) -> bool:
    """Whether the digits, all that are said in a row, are a day or only count up."""
    spoken = digits(figures)
    if len(spoken) >= LEAST_CARD_DIGITS:
        return False
    # From one to seven, 1 2 3 4 5 6 7: a digit by itself is no part of the count.
    counted = [group for group in groups(figures) if len(group) > 1] or groups(figures)
    return DATE_FORM.fullmatch(spoken) is not None or (len("".join(counted)) >= COUNT_DIGITS and is_count(counted))


def _begins_group(number: Sequence[Figure], at: int) -> bool:
    """Whether a number may begin here: with a group, or behind a word that is hardly a digit."""
    return at == 0 or not number[at].joined or number[at - 1].trust is Trust.GUESS


def _ends_group(number: Sequence[Figure], end: int) -> bool:
    return end == len(number) or not number[end].joined or number[end].trust is Trust.GUESS


def _readings(figures: Sequence[Figure]) -> Iterator[Sequence[Figure]]:
    """Ways to take the figures: each as a digit; without everyday words at the ends of groups; without any of them."""
    yield figures
    if any(f.trust is Trust.GUESS for f in figures):
        yield [f for i, f in enumerate(figures) if f.trust is not Trust.GUESS or not _at_edge(figures, i)]
        yield [f for f in figures if f.trust is not Trust.GUESS]


def _at_edge(figures: Sequence[Figure], i: int) -> bool:
    return not figures[i].joined or i == 0 or i + 1 == len(figures) or not figures[i + 1].joined


def _widened(figures: Sequence[Figure], own: Sequence[Figure]) -> Sequence[Figure]:
    """`own` with what touches it at either end: everyday words for digits, the letter of an ID card."""
    start, end = figures.index(own[0]), figures.index(own[-1]) + 1
    while start > 0 and figures[start].joined:
        start -= 1
    while end < len(figures) and figures[end].joined:
        end += 1
    return figures[start:end]


def _without_guesses(figures: Sequence[Figure]) -> Iterator[Sequence[Figure]]:
    part: list[Figure] = []
    for figure in figures:
        if figure.trust is Trust.GUESS:
            if part:
                yield part
            part = []
        else:
            part.append(figure)
    if part:
        yield part


def _sure_share(figures: Sequence[Figure]) -> float:
    return sum(f.trust is Trust.SURE for f in figures) / len(figures)


def _is_thousands(parts: Sequence[str]) -> bool:
    """Whether groups are those of one written amount: 1,280,000."""
    return 0 < len(parts[0]) < 4 and parts[0][0] != "0" and all(len(part) == 3 for part in parts[1:])
