"""Pointing to a sentence: what is taken and refused, how long it is known again, and what it teaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from callqa.services.lessons import lessons
from callqa.services.review import find_call, read_call, review_item
from callqa.services.sentences import Pointed, SentenceFault, SentenceRefusedError, kinds_of, meant, must_say_kind
from models.keeping import ForgottenPart
from models.person import EVERYBODY
from models.review import Sentence, words_digest
from models.scorecard import Verdict
from scoring.classifier.labels import UNFIT
from storage import Database
from tests import factories

AT = factories.STARTED_AT
MET, PARTIAL, MISSED, VIOLATED = Verdict.MET, Verdict.PARTIAL, Verdict.MISSED, Verdict.VIOLATED
RUDE, SORRY = "你自己看着办吧", "给您添麻烦了"


def put(database: Database, *, said: str = RUDE) -> None:
    """A call in which the machine found nothing prohibited and no apology."""
    found: Mapping[str, Verdict] = {"prohibited": MET, "apology": MISSED, "commitment": MISSED, "closing": MISSED}
    cards = tuple(replace(factories.finding(name, verdict), criterion=name) for name, verdict in found.items())
    heard = factories.transcript(("agent", "您好"), ("customer", "我要投诉"), ("agent", said), ("agent", SORRY))
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording(), factories.meta())
        uow.transcripts.put(heard)
        card = factories.scorecard(findings=cards)
        uow.scorecards.put(factories.recording().id, factories.ENGINE.digest, factories.SCORER, card)
        uow.commit()


def review(database: Database, item: str, verdict: Verdict, pointed: Pointed | None) -> bool:
    return review_item(
        "C1", item, verdict, "", "qa", EVERYBODY, AT, database.unit_of_work, mask=lambda note: note, pointed=pointed
    )  # fmt: skip


@pytest.mark.parametrize(
    ("item", "verdict", "pointed", "kept"),
    [
        ("prohibited", VIOLATED, Pointed(2, "impatience"), (RUDE, "impatience")),
        ("apology", MET, Pointed(3), (SORRY, "apology")),
        ("apology", PARTIAL, Pointed(3, "apology_insincere"), (SORRY, "apology_insincere")),
        ("commitment", MET, Pointed(3), (SORRY, "commitment_concrete")),
    ],
)
def test_a_pointed_sentence_is_kept_and_taught(
    database: Database, item: str, verdict: Verdict, pointed: Pointed, kept: tuple[str, str]
) -> None:
    put(database)
    assert review(database, item, verdict, pointed)
    words, kind = kept
    with database.unit_of_work() as uow:
        (said,) = uow.reviews.of(["C1"])
        assert said.sentence == Sentence(pointed.utterance, kind, words_digest(words))
        assert [(one.text, one.labels) for one in lessons(uow, "zh")] == [(words, (kind,))]


@pytest.mark.parametrize(
    ("item", "verdict", "pointed", "why"),
    [
        ("prohibited", VIOLATED, Pointed(4, "abuse"), SentenceFault.UNKNOWN),
        ("prohibited", VIOLATED, Pointed(-1, "abuse"), SentenceFault.UNKNOWN),
        ("prohibited", VIOLATED, Pointed(1, "abuse"), SentenceFault.NOT_AGENT),
        ("prohibited", VIOLATED, Pointed(2), SentenceFault.NO_KIND),
        ("prohibited", VIOLATED, Pointed(2, "apology"), SentenceFault.WRONG_KIND),
        ("prohibited", MET, Pointed(2, "abuse"), SentenceFault.WRONG_KIND),
        ("apology", MISSED, Pointed(3), SentenceFault.WRONG_KIND),
        ("apology", MET, Pointed(3, "apology_insincere"), SentenceFault.WRONG_KIND),
        ("closing", MET, Pointed(3), SentenceFault.WRONG_KIND),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(
    database: Database, item: str, verdict: Verdict, pointed: Pointed, why: SentenceFault
) -> None:
    put(database)
    with pytest.raises(SentenceRefusedError) as refused:
        review(database, item, verdict, pointed)
    assert refused.value.why is why
    with database.unit_of_work() as uow:
        assert uow.reviews.of(["C1"]) == []


def test_without_the_text_nothing_can_be_pointed_to_and_what_was_is_not_shown(database: Database) -> None:
    put(database)
    review(database, "prohibited", VIOLATED, Pointed(2, "abuse"))
    with database.unit_of_work() as uow:
        uow.keeping.forget([factories.recording().id], ForgottenPart.TEXT, AT)
        uow.commit()
    with database.unit_of_work() as uow:
        stored = find_call(uow, "C1", EVERYBODY)
        assert stored is not None
        call = read_call(uow, stored)
        assert [meant(r.sentence, call.transcript) for r in call.reviews if r.sentence is not None] == [None]
    with pytest.raises(SentenceRefusedError, match="no utterance 2"):
        review(database, "prohibited", VIOLATED, Pointed(2, "abuse"))
    assert review(database, "prohibited", VIOLATED, None)


def test_a_sentence_is_known_again_by_its_words() -> None:
    heard = factories.transcript(("agent", "您好"), ("agent", RUDE))
    pointed = Sentence(1, "abuse", words_digest(RUDE))
    assert meant(pointed, heard) == heard.utterances[1]
    for other in (
        factories.transcript(("agent", RUDE), ("agent", "您好")),
        factories.transcript(("agent", RUDE)),
        None,
    ):
        assert meant(pointed, other) is None


def test_what_a_sentence_can_be_follows_the_criterion() -> None:
    assert kinds_of("prohibited") == (*UNFIT, "overpromise")
    assert kinds_of("apology") == ("apology", "apology_insincere")
    assert kinds_of("closing") == ()
    assert [must_say_kind(name) for name in ("prohibited", "commitment", "apology", "closing")] == [
        True, True, False, False,
    ]  # fmt: skip
