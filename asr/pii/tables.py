"""What a language brings to finding spoken numbers: its words for digits, and the words around numbers that say what
they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

END = "\n"
"""Ends a text with which no number begins, so that what leads to one may be told from what is only spoken of."""


class Topic(StrEnum):
    """What the words near a number say that it is.

    Three tell that a number is nobody's: ORDER, the number of a thing, which may look like anything; PUBLIC, the
    agent's own and others that are never as long as a person's; SHORT, the customary part of a number (the last four),
    a balance, a postcode, which are short. Names are those of the groups of `Tables.topics`.
    """

    PHONE = "phone"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    CODE = "code"
    ORDER = "order"
    PUBLIC = "public"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Tables:
    """One language's tables. All patterns are for lower-case text.

    `figures` find the pieces of a number, by named groups: `digit` is a digit; `copies` says one several times over
    (`times` and `of`); `alike` only sounds like a digit and is hardly ever anything else beside digits; `guess` sounds
    like one and is an everyday word as well; `check` is the letter that may end an ID card. `gap` may stand between
    digits of one number. Whatever else is found between two digits parts them.

    `topics` is searched in the text that ends where a number begins, or in a whole one with `END` behind. `bound` must
    match all that stands between topic and number for them to be one phrase. `behind` comes right after a code and says
    that it is one. `amounts` are units that nothing but an amount has, `signs` of money stand right in front of one;
    `units` follow counts and times, and `before` comes right in front of those.
    `assent` is what the other party says while somebody reads a number out; it is matched against a whole utterance.
    """

    values: Mapping[str, str]
    figures: re.Pattern[str]
    topics: re.Pattern[str]
    bound: re.Pattern[str]
    behind: re.Pattern[str]
    amounts: re.Pattern[str]
    units: re.Pattern[str]
    signs: re.Pattern[str]
    before: re.Pattern[str]
    assent: re.Pattern[str]
    public: re.Pattern[str]
    """Digits of numbers that anybody may call: hotlines, emergency, senders of text messages.

    A match of its group `open`, if it has one, says that such a number may be of any length.
    """
    phones: re.Pattern[str]
    """Digits that are a telephone number whatever is said around them."""


def named(topics: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """One expression with a named group per topic."""
    return re.compile("|".join(f"(?P<{topic}>{'|'.join(rows)})" for topic, rows in topics.items()))


def any_of(words: Mapping[str, object] | tuple[str, ...]) -> str:
    """An expression for any of the words, longest first."""
    return "|".join(sorted((re.escape(word) for word in words), key=lambda word: (-len(word), word)))
