"""What a person's verdict on an item says of single sentences: the labels that it teaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from models.scorecard import Finding, Verdict
from scoring.classifier.labels import ANY_UNFIT, INNOCENT, UNFIT

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


KINDS: Mapping[tuple[str, Verdict], tuple[str, ...]] = {
    ("greeting", Verdict.MET): ("greeting",),
    ("greeting", Verdict.PARTIAL): ("greeting",),
    ("apology", Verdict.MET): ("apology",),
    ("apology", Verdict.PARTIAL): ("apology_insincere",),
    ("commitment", Verdict.MET): ("commitment_concrete",),
    ("commitment", Verdict.PARTIAL): ("commitment_vague", _OVERPROMISE),
    ("prohibited", Verdict.VIOLATED): (*UNFIT, _OVERPROMISE),
}
"""By criterion and verdict: what the sentence that a person points to can be."""


def taught(finding: Finding, verdict: Verdict, pointed: Iterable[tuple[int, str]] = ()) -> dict[int, str]:
    """Labels by utterance, empty where the verdict says nothing of a single sentence.

    What people pointed to, as (utterance, kind), decides: several sentences are as many instances, one that they call
    different things is none. Else a charge that they take back, or a credit (it was missed), clears every sentence it
    was based on. Whatever is confirmed teaches only where it rests on one sentence: of several, nobody said which
    proves it.
    """
    meant = _pointed(pointed, KINDS.get((finding.criterion, verdict), ()))
    if meant:
        return meant
    if finding.criterion == "prohibited":
        return _of_charge(finding, verdict)
    if verdict is Verdict.MISSED and finding.verdict in (Verdict.MET, Verdict.PARTIAL):
        credited = {kind for criterion, kind, _ in _CONFIRMED if criterion == finding.criterion}
        return {proof.utterance: INNOCENT for proof in finding.evidence if proof.kind in credited}
    if verdict is not finding.verdict:
        return {}
    labels = {
        (proof.utterance, label)
        for proof in finding.evidence
        if (label := _CONFIRMED.get((finding.criterion, proof.kind, verdict))) is not None
    }
    return dict(labels) if len(labels) == 1 else {}


def cleared(criterion: str, verdict: Verdict, spoken: Iterable[int]) -> dict[int, str]:
    """Labels of the utterances that an agent said in a call where there is nothing of the criterion, in people's word.

    Without them only what is found would ever be taught, and the classifier would come to find it everywhere. Nothing
    where the verdict leaves open whether such words were said.
    """
    nothing = verdict is (Verdict.MET if criterion == "prohibited" else Verdict.MISSED)
    return dict.fromkeys(spoken, INNOCENT) if nothing and criterion in TEACHABLE else {}


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
    if label == INNOCENT:
        return dict.fromkeys(either, False)
    if label in UNFIT:
        return {label: True, ANY_UNFIT: True}
    return {**(dict.fromkeys(either, False) if label in either else {}), label: True}


def _pointed(pointed: Iterable[tuple[int, str]], kinds: Collection[str]) -> dict[int, str]:
    labels: dict[int, set[str]] = {}
    for utterance, kind in pointed:
        if kind in kinds:
            labels.setdefault(utterance, set()).add(kind)
    return {utterance: min(names) for utterance, names in sorted(labels.items()) if len(names) == 1}


def _of_charge(finding: Finding, verdict: Verdict) -> dict[int, str]:
    kinds = {(p.utterance, p.kind) for p in finding.evidence if p.kind in {*UNFIT, _OVERPROMISE}}
    if verdict is Verdict.VIOLATED:
        return dict(kinds) if len(kinds) == 1 else {}
    if verdict is not Verdict.MET:
        return {}
    # An assurance that is taken back may be a promise after all, so it is not said what else it is.
    assured = {utterance for utterance, kind in kinds if kind == _OVERPROMISE}
    return {utterance: INNOCENT for utterance, _ in sorted(kinds) if utterance not in assured}
