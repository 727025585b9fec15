"""What a string of digits can be by its form alone: check digits, dates, and the length of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from models.transcript import SecretKind

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
ID_FORM = re.compile(
    r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]"
    r"|[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
)
"""Area, day of birth and sequence of an ID card, of 18 places or of the 15 before 1999 (GB 11643)."""
DATE_FORM = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])?(?:[0-5]\d){0,2}")
"""A day, or a day with its time, as eight to fourteen digits."""
ADDRESS_FORM = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
"""The address of a device in a network (IPv4), as it is written."""
THOUSANDS_FORM = re.compile(r"[1-9]\d{0,2}(?:[,，]\d{3})+", re.ASCII)
"""One amount, as it is written: 1,280,000."""
LEAST_CARD_DIGITS, MOST_CARD_DIGITS = 15, 19
"""Digits of bank cards (ISO/IEC 7812: up to 19; 15 is the shortest in use for payments)."""

_SEGMENT = re.compile(r"1[3-9]\d")
_YEAR = re.compile(r"(?:19\d|20[0-3])\d")
_PRICE = re.compile(r"[1-9]\d?[05689]")
_MOST_YEARS = 10
"""Years in a list are not further apart; two halves of a telephone mostly are."""


def id_checks(digits: str) -> bool:
    """Whether 18 places end in the right check (ISO 7064 MOD 11-2)."""
    if len(digits) != 18 or not digits[:17].isdecimal():
        return False
    return _ID_CHECKS[sum(int(d) * w for d, w in zip(digits, _ID_WEIGHTS, strict=False)) % 11] == digits[17]


def luhn_checks(digits: str) -> bool:
    """Whether the digits pass the check of bank cards (ISO/IEC 7812-1, Luhn)."""
    if not digits.isdecimal():
        return False
    return sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(digits))) % 10 == 0


def kind_by_form(digits: str, phones: re.Pattern[str]) -> SecretKind | None:
    """The kind that these digits are whatever was said around them; None when their form does not tell."""
    if phones.fullmatch(digits):
        return SecretKind.PHONE
    if ID_FORM.fullmatch(digits) or id_checks(digits):
        return SecretKind.ID_CARD
    if LEAST_CARD_DIGITS <= len(digits) <= MOST_CARD_DIGITS and luhn_checks(digits):
        return SecretKind.BANK_CARD
    return None


def kind_by_length(digits: str) -> SecretKind:
    """The likeliest kind of digits that nothing explains."""
    if len(digits) == 18 or digits.endswith("X"):
        return SecretKind.ID_CARD
    return SecretKind.BANK_CARD if len(digits) >= LEAST_CARD_DIGITS else SecretKind.PHONE


def is_count(groups: Sequence[str]) -> bool:
    """Whether the digits only count up (1 2 3 4 5 6 7), or all groups are round amounts (1500) or prices (199)."""
    digits = "".join(groups)
    if digits.isdecimal() and len(digits) > 1 and all(int(b) == int(a) + 1 for a, b in pairwise(digits)):
        return True
    if len(groups) < 2 or any(group[0] == "0" for group in groups):
        return False
    return all(2 < len(g) < 6 and g[-1] == "0" for g in groups) or all(len(g) == 3 and g[-1] == "9" for g in groups)


def is_list(groups: Sequence[str]) -> bool:
    """Whether groups said in a row are a list: years (1998 1999 2000), prices that rise or fall (59 79 128), or the
    first digits of telephones (130 131 132), which no telephone is made of."""
    if len(groups) < 2 or not all(group.isdecimal() for group in groups):
        return False
    if all(_SEGMENT.fullmatch(group) for group in groups):
        return True
    steps = [int(b) - int(a) for a, b in pairwise(groups)]
    if not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        return False
    if all(_YEAR.fullmatch(group) for group in groups):
        return all(abs(step) <= _MOST_YEARS for step in steps)
    return len(groups) > 2 and all(_PRICE.fullmatch(group) for group in groups)


def is_repeated(groups: Sequence[str]) -> bool:
    """Whether one short number is said over and over (186, then 186 again), as amounts are and no long number is."""
    return len(groups) > 1 and len(set(groups)) == 1 and len(groups[0]) < 4
