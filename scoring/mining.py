"""Short phrases that sentences of many calls have in common and that are seldom said elsewhere.

Made for scripts without spaces: a phrase is some characters in a row, without a sign between them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

FEWEST_CHARACTERS, MOST_CHARACTERS = 3, 10
MOST_ELSEWHERE = 0.2
"""Other calls that hold a phrase, for each call that it was found in."""
MOST_EXAMPLES, MOST_EXAMPLE_CHARACTERS = 3, 60


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a call."""

    call_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Mined:
    """A phrase, the calls that it was found in (sorted), how many other calls hold it, and some of its sentences.

    Of a long sentence what is around the phrase stands.
    """

    phrase: str
    call_ids: tuple[str, ...]
    elsewhere: int
    examples: tuple[str, ...]


def mine(said: Sequence[Said], others: Mapping[str, Iterable[str]], fewest_calls: int) -> tuple[Mined, ...]:
    """Phrases of at least so many calls, those of most calls first; `others` are all other sentences by call.

    Of phrases of the same calls the longest stands, which says most; each adds a call that those before it lack.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in said:
        for phrase in phrases_in(one.text):
            found[phrase].add(one.call_id)
    common = {phrase: calls for phrase, calls in found.items() if len(calls) >= fewest_calls}
    elsewhere = Counter(
        phrase
        for texts in others.values()
        for phrase in {phrase for text in texts for phrase in phrases_in(text) if phrase in common}
    )
    rare = [phrase for phrase, calls in common.items() if elsewhere[phrase] <= MOST_ELSEWHERE * len(calls)]
    chosen: list[Mined] = []
    covered: set[str] = set()
    for phrase in sorted(rare, key=lambda phrase: (-len(common[phrase]), -len(phrase), phrase)):
        if common[phrase] <= covered:
            continue
        covered |= common[phrase]
        texts = dict.fromkeys(_around(phrase, one.text) for one in said if phrase in one.text)
        examples = tuple(texts)[:MOST_EXAMPLES]
        chosen.append(Mined(phrase, tuple(sorted(common[phrase])), elsewhere[phrase], examples))
    return tuple(chosen)


def _around(phrase: str, text: str) -> str:
    if len(text) <= MOST_EXAMPLE_CHARACTERS:
        return text
    start = max(0, text.index(phrase) - (MOST_EXAMPLE_CHARACTERS - len(phrase)) // 2)
    end = start + MOST_EXAMPLE_CHARACTERS
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def phrases_in(text: str) -> Iterator[str]:
    """Every stretch of 3 to 10 letters, digits or characters; a masked number and any sign part them."""
    for is_word, characters in groupby(text, str.isalnum):
        run = "".join(characters) if is_word else ""
        for start in range(len(run)):
            for end in range(start + FEWEST_CHARACTERS, min(start + MOST_CHARACTERS, len(run)) + 1):
                yield run[start:end]
