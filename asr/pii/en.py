"""Spoken and written numbers in English."""

from __future__ import annotations

import re

from asr.pii.tables import Tables, any_of, named

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

DIGITS = (
    {str(n): str(n) for n in range(10)} | {word: str(n) for n, word in enumerate(ONES)} | {"oh": "0", "nought": "0"}
)
PAIRS = {word: str(n) for n, word in enumerate(TEENS, start=10)}
PAIRS |= {ten: f"{n}0" for n, ten in enumerate(TENS, start=2)}
PAIRS |= {
    f"{ten}{mark}{one}": f"{n}{i}"
    for n, ten in enumerate(TENS, start=2)
    for i, one in enumerate(ONES)
    if i
    for mark in " -"
}
GUESSES = {"o": "0", "won": "1", "to": "2", "too": "2", "free": "3", "for": "4", "fore": "4", "ate": "8"}

FILLERS = (
    "uh",
    "um",
    "er",
    "erm",
    "hmm",
    "and",
    "then",
    "and then",
    "dash",
    "hyphen",
    "space",
    "comma",
    "yes",
    "okay",
    "so",
)
GAP_MARKS = r"[\s\-–—.,;!?()_]"

TOPICS = {
    "order": (
        r"(?:order|ticket|case|reference|tracking|invoice|incident|serial|part|policy|claim)(?: (?:id|number|no|#))*",
        r"confirmation number|confirmation #",
    ),
    "public": (r"(?:agent|employee|staff|badge|model|flight|room|version)(?: (?:id|number|no|#))*|extension",),
    "short": (
        # These are mostly only spoken of; a number comes right behind, where the text that is searched ends.
        r"(?:account balance|zip(?: code)?|hotline|toll.free)(?=(?: number)?(?: is)?:? ?\Z)",
        # The part of a number that is told on purpose, so that both know which is meant.
        r"ending(?: in| with)?|ends (?:in|with)|(?:last|first) (?:two|three|four|six|3|4|6)(?: digits)?",
    ),
    "id_card": (
        r"social security|social(?= (?:number|is)\b)|passport(?: number)?|driver'?s licen[cs]e|national insurance",
        r"identity card|id card|\bssn\b",
    ),
    "bank_card": (
        r"(?:credit|debit|bank|visa|master) ?card(?: number)?|card number|account number|routing number|iban",
    ),
    "code": (
        r"(?:verification|security|confirmation|one.time|access|login|text|sms) ?(?:pass)?code|pass ?code",
        r"one.time password|\bpin\b|\botp\b|(?:read|tell|give|get)(?: \w+){0,3} code",
    ),
    "phone": (
        r"(?:phone|mobile|cell|callback|contact|telephone|best)(?: phone)?(?: number)?|reach (?:you|me)",
        r"call (?:you|me) (?:back )?(?:on|at)",
    ),
}
BOUND = r"(?:is|was|number|it'?s|the|my|your|our|that'?s|at|on|code|uh|um|would be|#|[\s:,.])*"
BEHIND = (
    r"[\s,.]*(?:(?:that|this|it)(?:'?s| is| was)|is|was|as)\s+(?:the |my |your |that |a )?"
    r"(?:new )?(?:(?:(?:verification|security|confirmation|one.time|access|login|text|sms) ?)?"
    r"(?:pass ?)?code|password|pin|otp)\b"
)
"""A code may also be named after it was read out."""
AMOUNTS = (
    r"\s*-?(?:%|percent|dollars?|bucks|cents?|euros?|million|billion|gigs?|gigabytes?|megabytes?|megabits?|megs?|"
    r"[gm]b)\b"
)
SIGNS = r"[$£€]\s*"
UNITS = (
    r"\s*-?(?:pounds?|hundred|thousand|point|hours?|minutes?|seconds?|days?|weeks?|months?|years?|o'?clock|a\.?m|p\.?m|"
    r"times|miles?|degrees|people|units?|pieces?|st|nd|rd|th)\b|\s*[:/]\s*\d"
)
BEFORE = r"(?:[#:/]|\d\s*[:/])\s*"
ASSENT = (
    r"(?:(?:mm|uh|hmm|mhm|huh|yes|yeah|yep|okay|ok|right|correct|go ahead|go on|got it|sure|and|then|alright|please)\b|"
    r"(?:thank you|thanks)\b|[\s,.!?\-])*"
)
PUBLIC_NUMBERS = r"[2-9]11|1?(?:800|833|844|855|866|877|888)\d{7}|0(?:800|808)\d{6,7}|101|111|112|999"
"""Service codes and toll-free numbers of North America, and of the United Kingdom."""
PHONE_NUMBERS = r"1?[2-9]\d{2}[2-9]\d{6}|07\d{9}|447\d{9}|0[12]\d{8,9}"
"""The numbering plans of North America and of the United Kingdom."""

TABLES = Tables(
    values=DIGITS | PAIRS | GUESSES | {"double": "2", "triple": "3"},
    figures=re.compile(
        rf"(?P<copies>\b(?P<times>double|triple) (?P<of>{any_of(DIGITS)})(?![a-z]))|"
        rf"(?P<digit>[0-9]|\b(?:{any_of(PAIRS)})(?![a-z])|\b(?:{any_of(ONES)}|oh|nought)(?![a-z]))|"
        rf"(?P<gap>\b(?:{any_of(FILLERS)})\b|{GAP_MARKS})|(?P<check>\bx\b)|(?P<alike>(?!))|(?P<guess>\b(?:{any_of(GUESSES)})\b)"
    ),
    topics=named(TOPICS),
    bound=re.compile(BOUND),
    behind=re.compile(BEHIND),
    amounts=re.compile(AMOUNTS),
    units=re.compile(UNITS),
    signs=re.compile(SIGNS),
    before=re.compile(BEFORE),
    assent=re.compile(ASSENT),
    public=re.compile(PUBLIC_NUMBERS),
    phones=re.compile(PHONE_NUMBERS),
)
