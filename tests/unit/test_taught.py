"""Which labels a person's verdict teaches, by what the machine found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.scorecard import Verdict
from scoring.classifier.labels import LABELS
from scoring.classifier.taught import taught
from tests import factories

MET, PARTIAL, MISSED, VIOLATED = Verdict.MET, Verdict.PARTIAL, Verdict.MISSED, Verdict.VIOLATED
Proofs = tuple[tuple[int, str], ...]
ONE: Proofs = ((2, "deflection"),)
TWO: Proofs = ((2, "deflection"), (4, "abuse"))


@pytest.mark.parametrize(
    ("criterion", "proofs", "machine", "person", "labels"),
    [
        ("prohibited", ONE, VIOLATED, MET, {2: "other"}),
        ("prohibited", ONE, VIOLATED, VIOLATED, {2: "deflection"}),
        # The machine noticed the words and spared them.
        ("prohibited", ONE, MET, VIOLATED, {2: "deflection"}),
        ("prohibited", ONE, MET, MET, {2: "other"}),
        ("prohibited", TWO, VIOLATED, MET, {2: "other", 4: "other"}),
        ("prohibited", TWO, VIOLATED, VIOLATED, {}),
        ("prohibited", ((2, "deflection"), (2, "deflection")), VIOLATED, VIOLATED, {2: "deflection"}),
        ("prohibited", ((2, "deflection"), (2, "abuse")), VIOLATED, VIOLATED, {}),
        ("prohibited", ((2, "overpromise"),), VIOLATED, VIOLATED, {2: "overpromise"}),
        ("prohibited", ((2, "overpromise"),), VIOLATED, MET, {}),
        ("prohibited", ((2, "overpromise"), (2, "abuse")), VIOLATED, MET, {}),
        ("prohibited", (), MET, VIOLATED, {}),
        ("prohibited", ONE, VIOLATED, Verdict.NOT_EVALUATED, {}),
        ("prohibited", ((2, "something_else"),), VIOLATED, MET, {}),
        ("greeting", ((0, "salutation"), (0, "number")), MET, MET, {0: "greeting"}),
        ("greeting", ((0, "salutation"),), PARTIAL, MET, {}),
        ("apology", ((1, "fault"), (2, "apology")), MET, MET, {2: "apology"}),
        ("apology", ((2, "apology"), (4, "apology")), MET, MET, {}),
        ("apology", ((2, "apology_then_blame"),), PARTIAL, PARTIAL, {2: "apology_insincere"}),
        ("apology", ((2, "sarcastic_apology"),), PARTIAL, MET, {}),
        ("commitment", ((2, "concrete"),), MET, MET, {2: "commitment_concrete"}),
        ("commitment", ((2, "vague"),), PARTIAL, PARTIAL, {2: "commitment_vague"}),
        ("commitment", ((2, "vague"),), PARTIAL, MET, {}),
        ("commitment", ((2, "concrete"),), MET, MISSED, {}),
        ("closing", ((2, "farewell"),), MET, MET, {}),
    ],
)
def test_only_what_is_known_of_a_sentence_is_taught(
    criterion: str, proofs: Proofs, machine: Verdict, person: Verdict, labels: dict[int, str]
) -> None:
    proof = tuple(factories.evidence("词", place, 0, kind) for place, kind in proofs)
    finding = replace(factories.finding("item", machine, proof=proof), criterion=criterion)
    assert taught(finding, person) == labels
    assert set(labels.values()) <= set(LABELS)
