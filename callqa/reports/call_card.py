"""One scored call as the page shows it: items with their proof, promises, and the conversation with the proof in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from itertools import pairwise

from callqa.reports.context import (
    RATED,
    CallCard,
    Concern,
    CorrectedWord,
    EvidenceLine,
    ItemLine,
    Piece,
    PromiseLine,
    StageLine,
    TurnLine,
)
from callqa.reports.file_names import file_names
from models.ledger import LedgerEntry, PlacedPromise, events_of
from models.run import InspectedCall
from models.scorecard import Evidence, Finding, Promise, Scorecard, Verdict
from models.transcript import Correction, Role, Utterance
from scoring.conduct import conduct
from scoring.ledger import standing

ROLES_CERTAIN = 0.9
"""From this confidence on the page does not speak of how the roles were found."""

Span = tuple[int, int, int]
"""(utterance index, char start, char end)"""


def concerns_of(card: Scorecard) -> tuple[Concern, ...]:
    """Why a person should see this call first, gravest first; a call without a score always needs review."""
    violated = any(finding.verdict is Verdict.VIOLATED for finding in card.findings)
    found = {
        Concern.FATAL: card.fatal,
        Concern.VIOLATION: violated,
        Concern.REVIEW: card.needs_review or card.total is None,
    }
    return tuple(concern for concern in Concern if found[concern])


def call_card(
    call: InspectedCall,
    card: Scorecard,
    *,
    anchor: int,
    source: str,
    zone: tzinfo,
    generated_at: datetime,
    with_turns: bool,
    ledger: Sequence[LedgerEntry],
) -> CallCard:
    """The card of one call; `with_turns` is false where the conversation is left out for the page's size.

    `ledger` is what is known of the call's promises.
    """
    meta, transcript = call.stored.meta, call.transcript
    spans = _numbered(card)
    language = transcript.language if transcript else "zh"
    roles = {utterance.index: utterance.role for utterance in transcript.utterances} if transcript else {}
    receipt = card.receipt
    applied = [f for f in card.findings if f.max_points > 0 and f.verdict in RATED]
    return CallCard(
        anchor=anchor,
        call_id=card.call_id,
        agent_id=card.agent_id,
        agent_name=meta.agent_name,
        team=meta.team,
        started_at=meta.started_at.astimezone(zone) if meta.started_at else None,
        duration_s=_duration_s(call),
        file_names=file_names(call, source),
        flags=meta.flags,
        total=card.total,
        total_before_fatal=card.total_before_fatal,
        band=card.band,
        concerns=concerns_of(card),
        earned=sum(f.points for f in applied),
        possible=sum(f.max_points for f in applied),
        deducted=sum(f.points for f in card.findings if f.max_points == 0),
        items=tuple(_item_line(finding, spans, roles) for finding in card.findings),
        promises=_promises(call, card, spans, language, anchor=anchor, zone=zone, now=generated_at, ledger=ledger),
        complaint=_stages(card, spans),
        role_basis=receipt.role_basis if receipt.role_confidence < ROLES_CERTAIN else None,
        role_confidence=receipt.role_confidence,
        language=language,
        dropped=len(transcript.dropped) if transcript else 0,
        conduct=conduct(transcript, meta) if transcript else None,
        corrected=_corrected(transcript.utterances) if transcript else (),
        turns=_turns(transcript.utterances, card, spans) if transcript and with_turns else None,
        left_out=transcript is not None and not with_turns,
        engine=receipt.engine.model if receipt.engine else None,
        standard=card.standard,
        audio_sha256=receipt.audio_sha256,
    )


def _promises(
    call: InspectedCall,
    card: Scorecard,
    spans: dict[Span, int],
    language: str,
    *,
    anchor: int,
    zone: tzinfo,
    now: datetime,
    ledger: Sequence[LedgerEntry],
) -> tuple[PromiseLine, ...]:
    engine = card.receipt.engine.digest if card.receipt.engine else ""
    told = events_of([PlacedPromise(engine, promise) for promise in card.promises], ledger)
    lines = []
    for promise, events in zip(card.promises, told, strict=True):
        stands = standing(promise, events, now)
        claim = stands.basis if stands.claimed else stands.dispute
        lines.append(
            PromiseLine(
                anchor=anchor,
                call_id=card.call_id,
                agent_id=card.agent_id,
                agent_name=call.stored.meta.agent_name,
                number=spans[_span(promise)],
                start_s=promise.start_s,
                quote=promise.quote,
                action=promise.action,
                specificity=promise.specificity,
                deadline=promise.deadline,
                due_at=promise.due_at.astimezone(zone) if promise.due_at else None,
                status=stands.status,
                overdue=stands.overdue,
                source=stands.basis.source if stands.basis else None,
                reference=stands.basis.reference if stands.basis else "",
                claimed=stands.claimed,
                claim=claim.note if claim else None,
                claimed_in=claim.reference if claim else "",
                language=language,
            )
        )
    return tuple(lines)


def _duration_s(call: InspectedCall) -> float | None:
    if call.transcript and call.transcript.duration_s is not None:
        return call.transcript.duration_s
    audio = call.stored.recording.audio
    return audio.duration_s if audio else None


def _span(words: Evidence | Promise) -> Span:
    return words.utterance, words.char_start, words.char_end


def _quotes(card: Scorecard) -> Iterable[Evidence | Promise]:
    for finding in card.findings:
        yield from finding.evidence
    yield from card.promises
    yield from (stage.evidence for stage in card.complaint or () if stage.evidence is not None)


def _stages(card: Scorecard, spans: dict[Span, int]) -> tuple[StageLine, ...] | None:
    if card.complaint is None:
        return None
    return tuple(
        StageLine(stage.title, spans[_span(proof)], proof.start_s, proof.quote)
        if (proof := stage.evidence) is not None
        else StageLine(stage.title, None, None, None)
        for stage in card.complaint
    )


def _numbered(card: Scorecard) -> dict[Span, int]:
    """A number from 1 for every quoted span of the call, in the order of the conversation."""
    return {span: number for number, span in enumerate(sorted({_span(words) for words in _quotes(card)}), start=1)}


def _item_line(finding: Finding, spans: dict[Span, int], roles: dict[int, Role]) -> ItemLine:
    return ItemLine(
        title=finding.title,
        verdict=finding.verdict,
        points=finding.points,
        max_points=finding.max_points,
        confidence=finding.confidence,
        needs_review=finding.needs_review,
        review_codes=finding.review_codes,
        fatal=finding.fatal,
        reasons=finding.reasons,
        evidence=tuple(
            EvidenceLine(
                number=spans[_span(proof)],
                role=roles.get(proof.utterance),
                start_s=proof.start_s,
                end_s=proof.end_s,
                quote=proof.quote,
                kind=proof.kind,
                match=proof.match,
            )
            for proof in finding.evidence
        ),
    )


def _corrected(utterances: Iterable[Utterance]) -> tuple[CorrectedWord, ...]:
    """Each corrected word once with what was recognised instead, in the order of the conversation."""
    counts = Counter((u.text[c.char_start : c.char_end], c.heard) for u in utterances for c in u.corrections)
    return tuple(CorrectedWord(word, heard, times) for (word, heard), times in counts.items())


def _turns(utterances: Sequence[Utterance], card: Scorecard, spans: dict[Span, int]) -> tuple[TurnLine, ...]:
    quotes = {_span(words): words.quote for words in _quotes(card)}
    by_utterance: dict[int, list[Span]] = {}
    for span in spans:
        by_utterance.setdefault(span[0], []).append(span)
    turns = []
    for utterance in utterances:
        # A quote that is not in the text at its place is shown with its item only: a mark on other words would lie.
        found = [
            (start, end, spans[index, start, end])
            for index, start, end in by_utterance.get(utterance.index, ())
            if utterance.text[start:end] == quotes[index, start, end]
        ]
        turns.append(
            TurnLine(utterance.role, utterance.start_s, pieces_of(utterance.text, found, utterance.corrections))
        )
    return tuple(turns)


def pieces_of(
    text: str, spans: Sequence[tuple[int, int, int]], corrections: Sequence[Correction] = ()
) -> tuple[Piece, ...]:
    """Cut `text` at the edges of `spans` (char start, char end, number), which may overlap, and of corrections.

    The pieces joined are `text`; a piece is marked when a span covers it, and carries the numbers of the spans that
    end with it and what was recognised where a correction covers it. Empty text gives no pieces.
    """
    changed = [(c.char_start, c.char_end, c.heard) for c in corrections if c.char_start < c.char_end]
    edges = sorted({0, len(text), *(edge for start, end, _ in (*spans, *changed) for edge in (start, end))})
    return tuple(
        Piece(
            text=text[start:end],
            marked=any(first <= start and end <= last for first, last, _ in spans),
            ends=tuple(sorted(number for _, last, number in spans if last == end)),
            heard=next((heard for first, last, heard in changed if first <= start and end <= last), None),
        )
        for start, end in pairwise(edges)
    )
