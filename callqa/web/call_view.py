"""One call as its page shows it: facts chosen and placed; words and layout come in the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise
from urllib.parse import quote

from callqa.reports.call_card import call_card
from callqa.reports.context import CallCard, ItemLine
from callqa.services.review import ReviewedCall
from models.review import Review, newest_by_item
from models.run import InspectedCall, StoredCall
from models.scorecard import Evidence, Finding, Scorecard
from models.transcript import Role, Transcript, Utterance
from scoring.regrade import Regraded

UNSURE_BELOW = 0.5
"""A word is shown as badly heard when the recogniser was less sure of it."""
WIDTH = 1000
"""Of the time line, in units of its picture."""

_Cut = tuple[int, int, int]
"""Char start, char end and number of a quote."""


@dataclass(frozen=True, slots=True)
class Bit:
    """A stretch of a turn that is shown in one way. `ends` are numbers of quotes that end with it.

    `start_s` is None where the words have no times; `heard` is what was recognised where a word was corrected.
    """

    text: str
    start_s: float | None
    is_unsure: bool
    is_marked: bool
    is_masked: bool
    heard: str | None
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody said; its bits joined are its text."""

    index: int
    role: Role
    start_s: float | None
    end_s: float | None
    bits: tuple[Bit, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item with the machine's verdict and those of people beside it, of which the last one counts."""

    finding: Finding
    line: ItemLine
    said: tuple[Review, ...]
    utterances: tuple[int, ...]

    @property
    def flagged(self) -> bool:
        """Whether it asks for a person."""
        return self.finding.needs_review or self.finding.fatal

    @property
    def human(self) -> Review | None:
        """What counts of what people said."""
        return self.said[-1] if self.said else None


@dataclass(frozen=True, slots=True)
class Mark:
    """Proof on the time line: where, whose words, and for which item."""

    x: float
    number: int
    utterance: int
    start_s: float
    item: Finding


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch on the time line in which somebody speaks."""

    role: Role
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class CallView:
    """The page. `current` is the item to begin with: the first that asks for a person and has none yet."""

    stored: StoredCall
    card: Scorecard | None
    facts: CallCard | None
    people: Regraded | None
    items: tuple[Item, ...]
    turns: tuple[Turn, ...] | None
    duration_s: float
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]
    history: tuple[tuple[Review, Finding | None], ...]
    current: str | None
    flagged: int
    unsettled: int

    @property
    def differs(self) -> bool:
        """Whether people judge an item otherwise than the machine."""
        return any(item.human is not None and item.human.verdict is not item.finding.verdict for item in self.items)


def call_path(call_id: str, recording_id: str) -> str:
    """The address of a call's page; by its recording where the call's id would not come through as one part of it."""
    plain = "/" not in call_id and call_id.strip(".") and call_id.isprintable()
    return "/calls/" + (quote(call_id, safe="") if plain else recording_id)


def call_view(call: ReviewedCall, people: Regraded | None, zone: tzinfo, now: datetime) -> CallView:
    """Everything the page shows but the sound; `people` is the score with people's verdicts, where it differs."""
    stored, card, transcript = call.stored, call.card, call.transcript
    facts = None
    if card is not None:
        inspected = InspectedCall(stored, (stored.recording.uri,), transcript, card)
        facts = call_card(
            inspected, card, anchor=0, source="", zone=zone, generated_at=now, with_turns=False, ledger=call.ledger
        )  # fmt: skip
    items = _items(call, facts)
    duration_s = _duration_s(stored, transcript)
    unsettled = call.unsettled
    titles = {finding.item_id: finding for finding in card.findings} if card is not None else {}
    return CallView(
        stored=stored,
        card=card,
        facts=facts,
        people=people,
        items=items,
        turns=_turns(transcript.utterances, card, items, facts) if transcript is not None else None,
        duration_s=duration_s,
        spans=tuple(
            Span(s.role, _x(s.start_s, duration_s), max(1.0, round(_x(s.end_s - s.start_s, duration_s), 1)))
            for s in (transcript.speech if transcript is not None else ())
            if s.role in {Role.AGENT, Role.CUSTOMER}
        ),
        marks=tuple(_marks(items, duration_s)),
        history=tuple((review, titles.get(review.item_id)) for review in call.reviews),
        current=unsettled[0].item_id if unsettled else None,
        flagged=len(call.flagged),
        unsettled=len(unsettled),
    )


def _items(call: ReviewedCall, facts: CallCard | None) -> tuple[Item, ...]:
    if call.card is None or facts is None:
        return ()
    counts = newest_by_item(call.reviews)
    return tuple(
        Item(
            finding,
            line,
            # The one that counts comes last, whatever the order of those at the same moment.
            tuple(r for r in call.reviews if r.item_id == finding.item_id and r is not counts[r.item_id])
            + ((counts[finding.item_id],) if finding.item_id in counts else ()),
            tuple(proof.utterance for proof in finding.evidence),
        )
        for finding, line in zip(call.card.findings, facts.items, strict=True)
    )


def _duration_s(stored: StoredCall, transcript: Transcript | None) -> float:
    """At least a moment, so that places on the line can be reckoned."""
    audio = stored.recording.audio
    known = transcript.duration_s if transcript is not None else None
    return max(known or (audio.duration_s if audio is not None else None) or 0.0, 0.1)


def _x(seconds: float, duration_s: float) -> float:
    return round(WIDTH * min(max(seconds / duration_s, 0.0), 1.0), 1)


def _marks(items: Iterable[Item], duration_s: float) -> Iterable[Mark]:
    for item in items:
        for proof, line in zip(item.finding.evidence, item.line.evidence, strict=True):
            if proof.start_s is not None:
                yield Mark(_x(proof.start_s, duration_s), line.number, proof.utterance, proof.start_s, item.finding)


def _turns(
    utterances: Sequence[Utterance], card: Scorecard | None, items: Sequence[Item], facts: CallCard | None
) -> tuple[Turn, ...]:
    quotes: dict[int, set[tuple[int, int, int, str]]] = {}

    def add(proof: Evidence, number: int) -> None:
        quotes.setdefault(proof.utterance, set()).add((proof.char_start, proof.char_end, number, proof.quote))

    for item in items:
        for proof, line in zip(item.finding.evidence, item.line.evidence, strict=True):
            add(proof, line.number)
    if card is not None and facts is not None:
        for promise, told in zip(card.promises, facts.promises, strict=True):
            place = (promise.char_start, promise.char_end, told.number, promise.quote)
            quotes.setdefault(promise.utterance, set()).add(place)
        for stage, shown in zip(card.complaint or (), facts.complaint or (), strict=True):
            if stage.evidence is not None and shown.number is not None:
                add(stage.evidence, shown.number)
    return tuple(
        Turn(
            said.index,
            said.role,
            said.start_s,
            said.end_s,
            bits_of(
                said, [(a, b, n) for a, b, n, text in sorted(quotes.get(said.index, ())) if said.text[a:b] == text]
            ),
        )
        for said in utterances
    )


def bits_of(said: Utterance, quotes: Sequence[_Cut]) -> tuple[Bit, ...]:
    """Cut a turn wherever its look or its time changes: at words, quotes, corrections and masked numbers."""
    text = said.text
    places = [
        *((w.char_start, w.char_end) for w in said.words),
        *((a, b) for a, b, _ in quotes),
        *((c.char_start, c.char_end) for c in said.corrections),
        *((m.char_start, m.char_end) for m in said.masked),
    ]
    edges = sorted({0, len(text), *(edge for place in places for edge in place if 0 <= edge <= len(text))})
    words, bits = iter(sorted(said.words)), []
    word = next(words, None)
    for start, end in pairwise(edges):
        while word is not None and word.char_end <= start:
            word = next(words, None)
        inside = word if word is not None and word.char_start <= start else None
        heard = next((c.heard for c in said.corrections if c.char_start <= start and end <= c.char_end), None)
        bits.append(
            Bit(
                text=text[start:end],
                start_s=inside.start_s if inside is not None else None,
                is_unsure=inside is not None and inside.probability < UNSURE_BELOW,
                is_marked=any(a <= start and end <= b for a, b, _ in quotes),
                is_masked=any(m.char_start <= start and end <= m.char_end for m in said.masked),
                heard=heard,
                ends=tuple(sorted({n for _, b, n in quotes if b == end})),
            )
        )
    return tuple(bits)
