"""What a sentence that people point to teaches, by criterion, verdict and what the machine found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.scorecard import Verdict
from scoring.classifier.labels import LABELS
from scoring.classifier.taught import KINDS, taught
from tests import factories

MET, PARTIAL, MISSED, VIOLATED = Verdict.MET, Verdict.PARTIAL, Verdict.MISSED, Verdict.VIOLATED
Places = tuple[tuple[int, str], ...]
CHARGES: Places = ((2, "deflection"), (4, "abuse"))


@pytest.mark.parametrize(
    ("criterion", "proofs", "machine", "person", "pointed", "labels"),
    [
        # The machine found nothing.
        ("prohibited", (), MET, VIOLATED, ((6, "impatience"),), {6: "impatience"}),
        ("prohibited", (), MET, VIOLATED, ((6, "overpromise"),), {6: "overpromise"}),
        ("apology", (), MISSED, MET, ((6, "apology"),), {6: "apology"}),
        ("apology", (), MISSED, PARTIAL, ((6, "apology_insincere"),), {6: "apology_insincere"}),
        ("greeting", (), MISSED, MET, ((0, "greeting"),), {0: "greeting"}),
        ("commitment", (), MISSED, MET, ((6, "commitment_concrete"),), {6: "commitment_concrete"}),
        ("commitment", (), MISSED, PARTIAL, ((6, "commitment_vague"),), {6: "commitment_vague"}),
        # It found others: what people point to stands in the place of what it rests on.
        ("prohibited", CHARGES, VIOLATED, VIOLATED, ((4, "abuse"),), {4: "abuse"}),
        ("prohibited", CHARGES[:1], VIOLATED, VIOLATED, ((2, "command"),), {2: "command"}),
        ("commitment", ((2, "vague"),), PARTIAL, MET, ((4, "commitment_concrete"),), {4: "commitment_concrete"}),
        # Reviewers point to two sentences, or call one two things.
        ("prohibited", (), MET, VIOLATED, ((6, "abuse"), (8, "abuse")), {6: "abuse", 8: "abuse"}),
        ("prohibited", (), MET, VIOLATED, ((6, "abuse"), (6, "command")), {}),
        ("prohibited", (), MET, VIOLATED, ((6, "abuse"), (6, "command"), (8, "abuse")), {8: "abuse"}),
        # A kind that the verdict does not know is as if nobody had pointed.
        ("prohibited", (), MET, VIOLATED, ((6, "apology"),), {}),
        ("prohibited", CHARGES[:1], VIOLATED, MET, ((2, "deflection"),), {2: "other"}),
        ("apology", (), MISSED, MET, ((6, "apology_insincere"),), {}),
        ("closing", (), MISSED, MET, ((6, "greeting"),), {}),
    ],
)
def test_a_pointed_sentence_teaches_its_kind(
    criterion: str, proofs: Places, machine: Verdict, person: Verdict, pointed: Places, labels: dict[int, str]
) -> None:
    proof = tuple(factories.evidence("词", place, 0, kind) for place, kind in proofs)
    finding = replace(factories.finding("item", machine, proof=proof), criterion=criterion)
    assert taught(finding, person, pointed) == labels


def test_every_kind_is_a_label_of_the_classifier() -> None:
    assert {kind for kinds in KINDS.values() for kind in kinds} <= set(LABELS)
