"""Rulings on appeals as regression cases of the standard, and as training data of the classifier.

Texts are those of the transcripts, in which personal numbers are masked; reasons that people wrote are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from callqa.reports.file_names import safe_stem
from models.appeal import Appeal, Ruling
from models.scorecard import Scorecard, Verdict
from models.transcript import Role, Transcript, Utterance
from scoring.classifier.labels import UNFIT

LABELS_FILE = "labels.jsonl"
_NONE_OF_THEM = "other"


@dataclass(frozen=True, slots=True)
class RuledCall:
    """A ruled appeal with what it is about. `transcript` is None where the text was let go, then there is no case."""

    appeal: Appeal
    transcript: Transcript | None
    card: Scorecard | None
    ring_s: float | None


@dataclass(frozen=True, slots=True)
class ExportedRulings:
    """How many cases and labels were written, and how many rulings have no text any more."""

    cases: int
    labels: int
    without_text: int


def export_rulings(rulings: Iterable[RuledCall], folder: Path) -> ExportedRulings:
    """Write `folder/STANDARD.cases/CALL-ITEM.yaml` for each, and `folder/labels.jsonl`.

    A folder of cases can be given to `callqa standard check --cases`, the labels to `callqa models train --data`.
    Only words that the machine took for unfit become labels: those that are ruled unfit keep the machine's kind, those
    that are ruled innocent are none of these kinds. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cases = without_text = 0
    labels: dict[str, dict[str, Any]] = {}
    for ruled in rulings:
        ruling = ruled.appeal.ruling
        if ruling is None or ruled.card is None or ruled.transcript is None or not ruled.transcript.utterances:
            without_text += 1
            continue
        place = folder / f"{safe_stem(ruled.card.standard.id)}.cases"
        place.mkdir(exist_ok=True)
        path = place / f"{safe_stem(ruled.appeal.call_id)}-{safe_stem(ruled.appeal.item_id)}.yaml"
        path.write_text(_case(ruled.appeal, ruling, ruled.transcript, ruled.ring_s), encoding="utf-8")
        cases += 1
        for row in _labels(ruled.appeal, ruling, ruled.transcript, ruled.card):
            # The same words twice would be refused by the training.
            labels.setdefault(row["text"], row)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in labels.values())
    (folder / LABELS_FILE).write_text("".join(lines), encoding="utf-8")
    return ExportedRulings(cases, len(labels), without_text)


def _case(appeal: Appeal, ruling: Ruling, transcript: Transcript, ring_s: float | None) -> str:
    case: dict[str, Any] = {
        "note": f"appeal {appeal.id}, {'upheld' if ruling.upheld else 'rejected'}",
        "turns": [_turn(said) for said in transcript.utterances if said.text.strip()],
        "expect": {appeal.item_id: ruling.verdict.value},
    }
    if ring_s is not None:
        case["ring_s"] = ring_s
    return yaml.safe_dump(case, allow_unicode=True, sort_keys=False, width=10_000)


def _turn(said: Utterance) -> str:
    seconds = "" if said.start_s is None or said.end_s is None else f" {said.start_s:.2f}-{said.end_s:.2f}"
    return f"{said.role.value}{seconds}: {said.text}"


def _labels(appeal: Appeal, ruling: Ruling, transcript: Transcript, card: Scorecard) -> Iterator[dict[str, Any]]:
    said = {utterance.index: utterance for utterance in transcript.utterances}
    finding = next((f for f in card.findings if f.item_id == appeal.item_id), None)
    if finding is None or ruling.verdict not in {Verdict.MET, Verdict.VIOLATED}:
        return
    for number, proof in enumerate(finding.evidence, 1):
        words = said.get(proof.utterance)
        if proof.kind not in UNFIT or words is None or words.role is not Role.AGENT or not words.text.strip():
            continue
        yield {
            "id": f"ruling-{appeal.id}-{number}",
            "text": words.text,
            "speaker": words.role.value,
            "labels": [proof.kind if ruling.verdict is Verdict.VIOLATED else _NONE_OF_THEM],
            "family": f"ruling-{appeal.id}",
            "hard": ruling.verdict is Verdict.MET,
            "note": "ruled on in an appeal",
        }
