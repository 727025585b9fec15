"""Regression cases that a standard carries: short dialogues with the verdict that must come out."""

from __future__ import annotations

from dataclasses import dataclass

from models.call import CallMeta
from models.scorecard import Verdict
from models.transcript import Role, Transcript, Utterance
from scoring.engine import score_call
from scoring.schema import Example
from scoring.standard import ServiceStandard


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example whose verdict is not the expected one; `reasons` are the scorer's."""

    turns: tuple[str, ...]
    item: str
    expected: Verdict
    found: Verdict
    reasons: tuple[str, ...]
    note: str


def check_examples(standard: ServiceStandard) -> tuple[ExampleFailure, ...]:
    """Score every example of the standard; empty when all hold (or there are none)."""
    failures = []
    for example in standard.document.examples:
        card = score_call(_transcript(example, standard.language), CallMeta("example"), standard, "")
        finding = next(f for f in card.findings if f.item_id == example.item)
        expected = Verdict(example.expect)
        if finding.verdict is not expected:
            failures.append(
                ExampleFailure(example.turns, example.item, expected, finding.verdict, finding.reasons, example.note)
            )
    return tuple(failures)


def _transcript(example: Example, language: str) -> Transcript:
    said = []
    for i, turn in enumerate(example.turns):
        speaker, _, text = turn.partition(":")
        said.append(Utterance(i, Role(speaker), None, None, text.strip()))
    return Transcript("", language, None, tuple(said))
