"""Regression cases: short dialogues with the verdicts that must come out, in the standard itself or in files beside it.

A turn is written `customer: 你好`, or with the seconds since the answer, `customer 1.5-2.3: 你好`. Where all turns have
them, they also stand for what the speech detector would have heard, each party on a channel of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from models.call import CallMeta
from models.scorecard import Verdict
from models.transcript import Role, SpeechSpan, Transcript, Utterance, Word
from scoring.case_form import CaseDocument, bad_turn, split_turn
from scoring.engine import score_call
from scoring.standard import ServiceStandard
from scoring.yaml_text import failure, read_yaml


@dataclass(frozen=True, slots=True)
class Case:
    """`name` says where it is written; `expect` holds a verdict per item id. `ring_s` is None when unknown."""

    name: str
    turns: tuple[str, ...]
    expect: Mapping[str, Verdict]
    ring_s: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CaseFailure:
    """A verdict of a case that is not the expected one; `reasons` are the scorer's."""

    name: str
    turns: tuple[str, ...]
    item: str
    expected: Verdict
    found: Verdict
    reasons: tuple[str, ...]
    note: str


def load_case(text: str, source: str, standard: ServiceStandard) -> Case:
    """Read one case for this standard; `source` (a file name) goes into messages. Raises StandardError."""
    written = read_yaml(text, source, "a case: it must hold turns and expect")
    problems = written.problems
    try:
        document = CaseDocument.model_validate(written.data)
    except ValidationError as error:
        raise failure(source, problems + written.problems_of(error)) from None
    known = [item.id for item in standard.items]
    for item in document.expect:
        if item not in known:
            line = written.line_of(("expect", item))
            problems.append((line, f"{item!r} is not an item of {standard.ref.id}; it has {', '.join(known)}"))
    for i, turn in enumerate(document.turns):
        if message := bad_turn(turn):
            problems.append((written.line_of(("turns", i)), message))
    if problems:
        raise failure(source, problems)
    expect = {item: Verdict(verdict) for item, verdict in document.expect.items()}
    return Case(source, document.turns, expect, document.ring_s, document.note)


def examples_of(standard: ServiceStandard) -> tuple[Case, ...]:
    """The cases that the standard itself carries."""
    return tuple(
        Case(f"examples {i}", e.turns, {e.item: Verdict(e.expect)}, e.ring_s, e.note)
        for i, e in enumerate(standard.document.examples, start=1)
    )


def check_cases(standard: ServiceStandard, cases: Sequence[Case]) -> tuple[CaseFailure, ...]:
    """Score every case; empty when all hold (or there are none)."""
    return tuple(failed for case in cases for failed in _failures(standard, case))


def _failures(standard: ServiceStandard, case: Case) -> Iterator[CaseFailure]:
    meta = CallMeta("case", ring_s=case.ring_s)
    card = score_call(transcript_of(case, standard.language), meta, standard, "")
    findings = {finding.item_id: finding for finding in card.findings}
    for item, expected in case.expect.items():
        found = findings[item]
        if found.verdict is not expected:
            yield CaseFailure(case.name, case.turns, item, expected, found.verdict, found.reasons, case.note)


def transcript_of(case: Case, language: str) -> Transcript:
    """The case as a transcript; without times unless every turn has them."""
    turns = [split_turn(turn) for turn in case.turns]
    timed = [(role, start, end) for role, start, end, _ in turns if start is not None and end is not None]
    if len(timed) < len(turns):
        said = tuple(Utterance(i, Role(role), None, None, text) for i, (role, _, _, text) in enumerate(turns))
        return Transcript("", language, None, said)
    said = tuple(
        Utterance(i, Role(role), start, end, text, _words(text, start or 0.0, end or 0.0, language))
        for i, (role, start, end, text) in enumerate(turns)
    )
    spans = [SpeechSpan(Role(role), start, end) for role, start, end in timed]
    return Transcript(
        recording_id="",
        language=language,
        duration_s=max(span.end_s for span in spans),
        utterances=said,
        speech=tuple(span for span in spans if span.role is not Role.SYSTEM),
        tones=tuple(span for span in spans if span.role is Role.SYSTEM),
        answered_at_s=0.0,
        role_basis="channel:greeting",
    )


def _words(text: str, start_s: float, end_s: float, language: str) -> tuple[Word, ...]:
    """The words at an even pace."""
    places = [found.span() for found in re.finditer(r"[^\W_]" if language == "zh" else r"\S+", text)]
    pace_s = (end_s - start_s) / len(places) if places else 0.0
    return tuple(
        Word(a, b, round(start_s + i * pace_s, 3), round(start_s + (i + 1) * pace_s, 3), 1.0)
        for i, (a, b) in enumerate(places)
    )
