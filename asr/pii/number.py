"""What of a number is personal: by its form, by the words around it, else by how many digits they are.

Of seven and more digits that nothing explains it is assumed that they are somebody's: hiding an order number costs less
than keeping a telephone number. What explains digits is in the tables: a topic that is public (工号8026), a hotline, a
unit (58块), a date, a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asr.pii.figures import (
    Figure,
    begins_group,
    digits,
    ends_group,
    groups,
    readings,
    sure_share,
    trimmed,
    widened,
    without_guesses,
)
from asr.pii.forms import (
    ADDRESS_FORM,
    DATE_FORM,
    LEAST_CARD_DIGITS,
    MOST_CARD_DIGITS,
    THOUSANDS_FORM,
    is_count,
    is_list,
    is_repeated,
    kind_by_form,
    kind_by_length,
)
from asr.pii.tables import Tables, Topic
from asr.pii.topics import NOBODYS, About, Around
from models.transcript import SecretKind

UNEXPLAINED_DIGITS = 7
"""So many digits are somebody's number unless something says what else they are."""
ASKED_DIGITS = 5
"""So many are, after somebody asked for such a number: recognition loses digits."""
LEAST_CODE_DIGITS, MOST_CODE_DIGITS = 4, 8
MOST_FIGURES = 40
"""No number that is known by its form is said in more pieces."""
COUNT_DIGITS = 5
"""So many that count up are no number of anything."""
AMOUNT_DIGITS = 8
"""Longer numbers are no amounts, whatever word follows,"""
UNIT_DIGITS = 6
"""and these no counts and no times."""

_CLIPPED_MOBILE = re.compile(r"1[3-9]\d{7,8}")
"""A mobile's number without one or two of its eleven digits."""

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
class Judge:
    """Judges the numbers of one transcript, whose texts are in lower case."""

    texts: Sequence[str]
    tables: Tables
    around: Around

    def personal(self, number: Sequence[Figure]) -> Iterator[tuple[Sequence[Figure], SecretKind]]:
        """The personal parts of what may be one number, or several said in a row."""
        code = self._named_behind(number)
        if code:
            yield number[code.start : code.stop], SecretKind.CODE
            for part in (number[: code.start], number[code.stop :]):
                yield from self.personal(part)
        elif number:
            yield from self._personal(number, self.around.about(number))

    def _personal(self, number: Sequence[Figure], about: About) -> Iterator[tuple[Sequence[Figure], SecretKind]]:
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

    def is_public(self, part: Sequence[Figure]) -> bool:
        """Whether the digits are a number that anybody may call, or a device's address in a network."""
        if self._is_written_as(ADDRESS_FORM, part):
            return True
        match = self.tables.public.fullmatch(digits(part))
        # Of a number of any length only the pause after it tells where it ends.
        return match is not None and (match.lastgroup != "open" or len(groups(part)) == 1)

    def is_measured(self, part: Sequence[Figure], about: About) -> bool:
        """Whether a unit follows or a sign of money, count or time goes before; only ever of one group.

        Of what is said of a personal number only an amount is none of it: 4829个 may be a code, 4829块 is not.
        """
        if len(groups(part)) > 1 and not self._is_written_as(THOUSANDS_FORM, part):
            return False
        if self._stands_by(part, self.tables.amounts, self.tables.signs):
            return len(digits(part)) <= AMOUNT_DIGITS
        if about.personal:
            return False
        return len(digits(part)) <= UNIT_DIGITS and self._stands_by(part, self.tables.units, self.tables.before)

    def _named_behind(self, number: Sequence[Figure]) -> range:
        """Where the code is that is named after it was read out (4829是验证码); empty where none is.

        It may follow other numbers without a word between. It is said in one group, or in short ones.
        """
        for end in range(len(number), 0, -1):
            last = number[end - 1]
            if not ends_group(number, end) or not self.tables.behind.match(self.texts[last.utterance], last.end):
                continue
            starts = [at for at in range(end - 1, -1, -1) if begins_group(number, at)]
            fitting = [at for at in starts if LEAST_CODE_DIGITS <= len(digits(number[at:end])) <= MOST_CODE_DIGITS]
            if fitting:
                start = fitting[0] if fitting[0] == starts[0] else fitting[-1]
                own = number[start:end]
                if sure_share(own) >= SURE_SHARE and not self.is_public(own):
                    return range(start, end)
        return range(0)

    def _explained(
        self, number: Sequence[Figure], at: int, about: About, *, opens: bool
    ) -> tuple[int, Sequence[Figure], SecretKind | None]:
        """The end of what begins at `at` and tells by itself what it is, its digits, and its kind if that is personal.

        The longest counts. The end is `at` when nothing does. `opens` says that nothing unexplained goes before: inside
        a number there is no public one, only digits that look so.
        """
        if not begins_group(number, at):
            return at, (), None
        last = min(len(number), at + MOST_FIGURES)
        ends = [end for end in range(last, at, -1) if ends_group(number, end)]
        if at == 0 and about.bound and (named := self._named(number, about)):
            return named, (), None
        for end in ends:
            if (opens or end == len(number)) and self.is_public(trimmed(number[at:end])):
                return end, (), None
            whole = opens and end == len(number)
            for reading in readings(number[at:end]):
                kind = kind_by_form(digits(reading), self.tables.phones)
                if kind is None or (not about.personal and is_list(groups(reading))):
                    continue
                if whole or not self._is_part(kind, number, at, end, about, opens=opens):
                    return end, reading, self._agreed(kind, reading, about)
        measured = (end for end in ends if self.is_measured(number[at:end], about))
        return next(measured, at), (), None

    def _is_part(
        self, kind: SecretKind, number: Sequence[Figure], at: int, end: int, about: About, *, opens: bool
    ) -> bool:
        """Whether what looks like a number may be a part of a longer one.

        A telephone of the card that was asked for; or a bank card, of which one in ten has a right check by chance: it
        may have begun before, or go on as long as nothing else explains what follows.
        """
        if kind is SecretKind.PHONE:
            return about.personal and about.nearest in (Topic.ID_CARD, Topic.BANK_CARD)
        if kind is SecretKind.ID_CARD:
            return False
        after = next((later for later in range(end + 1, len(number) + 1) if ends_group(number, later)), end)
        longer = after > end and len(digits(number[at:after])) <= MOST_CARD_DIGITS
        return not opens or (longer and self._explained(number, end, about, opens=False)[0] == end)

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

    def _stands_by(self, part: Sequence[Figure], behind: re.Pattern[str], before: re.Pattern[str]) -> bool:
        first, last = part[0], part[-1]
        if behind.match(self.texts[last.utterance], last.end):
            return True
        found = before.finditer(self.texts[first.utterance], max(0, first.start - 6), first.start)
        return any(match.end() == first.start for match in found)

    def _unexplained(self, figures: Sequence[Figure], about: About) -> Iterator[tuple[Sequence[Figure], SecretKind]]:
        """What is personal of digits whose form tells nothing: by what was asked for, else by how many they are."""
        asked_kind = _KINDS.get(about.nearest) if about.nearest and about.personal else None
        if self._is_clipped_phone(figures):
            yield figures, SecretKind.PHONE
            return
        own = [f for f in trimmed(figures) if f.value != "X"]
        if not own or about.names(digits(own)) or (asked_kind is None and _is_harmless(own)):
            return
        if (
            Topic.CODE in about.topics
            and LEAST_CODE_DIGITS <= len(digits(own)) <= MOST_CODE_DIGITS
            and sure_share(own) >= SURE_SHARE
        ):
            yield own, SecretKind.CODE
            return
        if (
            asked_kind
            and len(digits(own)) >= ASKED_DIGITS
            and not is_repeated(groups(own))
            and sure_share(own) >= ASKED_SURE_SHARE
        ):
            yield widened(figures, own), asked_kind
            return
        for part in without_guesses(own):
            spoken = digits(part)
            if len(spoken) < UNEXPLAINED_DIGITS or sure_share(part) < SURE_SHARE or self._is_serial(part):
                continue
            if not _is_harmless(part):
                yield (
                    part,
                    _KINDS.get(about.nearest, kind_by_length(spoken)) if about.nearest else kind_by_length(spoken),
                )

    def _is_clipped_phone(self, figures: Sequence[Figure]) -> bool:
        """Whether a turn is nothing but a mobile's number of which recognition lost a digit or two.

        要380，要38000 is 13800138000, read by how 幺 sounds; as two prices nobody would say it without a word more.
        """
        if not _CLIPPED_MOBILE.fullmatch(digits(figures)):
            return False
        turns = {figure.utterance for figure in figures}
        return all(self.tables.figures.sub("", self.texts[turn]).strip() == "" for turn in turns)

    def _is_written_as(self, form: re.Pattern[str], part: Sequence[Figure]) -> bool:
        """Whether all of the text from the first digit to the last has that form; not where turns part them."""
        if not part or part[0].utterance != part[-1].utterance:
            return False
        return form.fullmatch(self.texts[part[0].utterance], part[0].start, part[-1].end) is not None

    def _is_serial(self, part: Sequence[Figure]) -> bool:
        """Whether Latin letters run into the digits, as in the numbers of orders and devices."""
        first = part[0]
        return (
            re.search(r"[a-z]-?$", self.texts[first.utterance][: first.start]) is not None
            and part[0].end - part[0].start == 1
        )


def _is_harmless(figures: Sequence[Figure]) -> bool:
    """Whether the digits, all that are said in a row, are a day, only count up, or are a list."""
    # From one to seven, 1 2 3 4 5 6 7: a digit by itself is no part of the count.
    counted = [group for group in groups(figures) if len(group) > 1] or groups(figures)
    if is_list(counted):
        return True
    spoken = digits(figures)
    if len(spoken) >= LEAST_CARD_DIGITS:
        return False
    return DATE_FORM.fullmatch(spoken) is not None or (len("".join(counted)) >= COUNT_DIGITS and is_count(counted))
