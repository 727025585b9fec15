"""What a person's verdict on an item says of single sentences: the labels that it teaches."""

from __future__ import annotations

from collections.abc import Mapping

from models.scorecard import Finding, Verdict
from scoring.classifier.labels import ANY_UNFIT, UNFIT

_INNOCENT = "other"
_OVERPROMISE = "overpromise"

_CONFIRMED: Mapping[tuple[str, str, Verdict], str] = {
    ("greeting", "salutation", Verdict.MET): "greeting",
    ("apology", "apology", Verdict.MET): "apology",
    ("apology", "apology_then_blame", Verdict.PARTIAL): "apology_insincere",
    ("apology", "sarcastic_apology", Verdict.PARTIAL): "apology_insincere",
    ("commitment", "concrete", Verdict.MET): "commitment_concrete",
    ("commitment", "vague", Verdict.PARTIAL): "commitment_vague",
}
"""By criterion, kind of the evidence, and the verdict in which machine and people agree."""


def taught(finding: Finding, verdict: Verdict) -> dict[int, str]:
    """Labels by utterance, empty where the verdict says nothing of a single sentence.

    A charge that people take back clears every sentence it was based on. Whatever is confirmed teaches only where it
    rests on one sentence: of several, nobody said which proves it.
    """
    if finding.criterion == "prohibited":
        return _of_charge(finding, verdict)
    if verdict is not finding.verdict:
        return {}
    labels = {
        (proof.utterance, label)
        for proof in finding.evidence
        if (label := _CONFIRMED.get((finding.criterion, proof.kind, verdict))) is not None
    }
    return dict(labels) if len(labels) == 1 else {}


_EITHER: Mapping[str, tuple[str, ...]] = {
    "greeting": ("greeting",),
    "apology": ("apology", "apology_insincere"),
    "commitment": ("commitment_concrete", "commitment_vague"),
    "prohibited": (*UNFIT, ANY_UNFIT),
}
"""By criterion: the outputs that a sentence which is none of it must not have."""

TEACHABLE = frozenset(_EITHER)
"""The criteria that a classifier has a say in."""


def outputs_taught(criterion: str, label: str) -> Mapping[str, bool]:
    """The outputs of the classifier that a label of `taught` decides; the others stay open.

    A sentence that is innocent of a charge may be an apology, and a promise may be rude. Of unfit wording the kinds run
    into each other, so one of them says nothing of the rest. Empty for a criterion that no classifier judges.
    """
    either = _EITHER.get(criterion, ())
    if label == _INNOCENT:
        return dict.fromkeys(either, False)
    if label in UNFIT:
        return {label: True, ANY_UNFIT: True}
    return {**(dict.fromkeys(either, False) if label in either else {}), label: True}


def _of_charge(finding: Finding, verdict: Verdict) -> dict[int, str]:
    kinds = {(p.utterance, p.kind) for p in finding.evidence if p.kind in {*UNFIT, _OVERPROMISE}}
    if verdict is Verdict.VIOLATED:
        return dict(kinds) if len(kinds) == 1 else {}
    if verdict is not Verdict.MET:
        return {}
    # An assurance that is taken back may be a promise after all, so it is not said what else it is.
    assured = {utterance for utterance, kind in kinds if kind == _OVERPROMISE}
    return {utterance: _INNOCENT for utterance, _ in sorted(kinds) if utterance not in assured}
