"""Which labels a person's verdict teaches, by what the machine found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.scorecard import Verdict
from scoring.classifier.labels import LABELS, UNFIT
from scoring.classifier.taught import cleared, outputs_taught, taught
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
        ("commitment", ((2, "concrete"),), MET, MISSED, {2: "other"}),
        ("commitment", ((2, "concrete"), (4, "vague")), MET, MISSED, {2: "other", 4: "other"}),
        ("apology", ((1, "fault"), (2, "apology")), MET, MISSED, {2: "other"}),
        ("apology", ((2, "apology"),), MET, Verdict.NOT_APPLICABLE, {}),
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


@pytest.mark.parametrize(
    ("criterion", "person", "pointed", "labels"),
    [
        ("prohibited", VIOLATED, [(3, "impatience")], {3: "impatience"}),
        ("prohibited", VIOLATED, [(3, "impatience"), (5, "command")], {3: "impatience", 5: "command"}),
        # Called two things it is none; what is left is what the verdict alone says.
        ("prohibited", VIOLATED, [(3, "impatience"), (3, "command")], {2: "deflection"}),
        ("prohibited", VIOLATED, [(3, "apology")], {2: "deflection"}),
        ("prohibited", MET, [(3, "impatience")], {2: "other"}),
        ("apology", MET, [(3, "apology")], {3: "apology"}),
        ("commitment", PARTIAL, [(3, "overpromise")], {3: "overpromise"}),
        ("greeting", MET, [(0, "greeting")], {0: "greeting"}),
    ],
)
def test_what_a_person_points_to_is_taught(
    criterion: str, person: Verdict, pointed: list[tuple[int, str]], labels: dict[int, str]
) -> None:
    finding = replace(
        factories.finding("item", VIOLATED, proof=(factories.evidence("词", 2, 0, "deflection"),)), criterion=criterion
    )
    assert taught(finding, person, pointed) == labels


@pytest.mark.parametrize(
    ("criterion", "person", "labels"),
    [
        ("prohibited", MET, {0: "other", 2: "other"}),
        ("prohibited", VIOLATED, {}),
        ("apology", MISSED, {0: "other", 2: "other"}),
        # There was no occasion; whether there was an apology, nobody says.
        ("apology", Verdict.NOT_APPLICABLE, {}),
        ("apology", MET, {}),
        ("closing", MISSED, {}),
    ],
)
def test_a_call_without_any_of_it_clears_all_that_was_said(
    criterion: str, person: Verdict, labels: dict[int, str]
) -> None:
    assert cleared(criterion, person, [0, 2]) == labels


@pytest.mark.parametrize(
    ("criterion", "label", "outputs"),
    [
        ("prohibited", "command", {"command": True, "unfit": True}),
        ("prohibited", "overpromise", {"overpromise": True}),
        ("prohibited", "other", {**dict.fromkeys(UNFIT, False), "unfit": False}),
        ("apology", "apology", {"apology": True, "apology_insincere": False}),
        ("apology", "other", {"apology": False, "apology_insincere": False}),
        ("commitment", "commitment_vague", {"commitment_concrete": False, "commitment_vague": True}),
        ("commitment", "overpromise", {"overpromise": True}),
        ("greeting", "greeting", {"greeting": True}),
        ("closing", "other", {}),
    ],
)
def test_only_what_a_label_decides_is_taught(criterion: str, label: str, outputs: dict[str, bool]) -> None:
    assert outputs_taught(criterion, label) == outputs
