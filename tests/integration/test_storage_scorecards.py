"""Transcripts and scorecards: round trips, idempotency, states, the newest of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.call import Quarantine, RecordingState
from models.errors import CallqaError, ReasonCode, StateError
from models.ledger import StatusEvent, StatusSource
from models.ports import UnitOfWork
from models.run import RunStatus
from models.scorecard import PromiseStatus, Scorecard, StandardRef, Verdict
from models.transcript import EngineReceipt, Transcript
from storage import Database, transcripts
from tests import factories
from tests.databases import BY_PEOPLE, dump

OTHER_ENGINE = EngineReceipt("large", "sha256:" + "1" * 64, "sha256:" + "2" * 64, "sha256:" + "3" * 64)
OTHER_STANDARD = StandardRef("service-desk-en", "1", "sha256:" + "4" * 64)
TRANSCRIPT = factories.transcript(("agent", "您好，很高兴为您服务。"), ("customer", "宽带断了。"))
CARD = factories.scorecard(
    findings=(
        factories.finding(proof=(factories.evidence(), factories.evidence("很高兴", 0, 3, "offer"))),
        factories.finding("apology", Verdict.MISSED, 0, 15, needs_review=True),
        factories.finding("prohibited", Verdict.VIOLATED, -5, 0, fatal=True, proof=(factories.evidence("宽带", 1),)),
    ),
    promises=(factories.promise(), factories.promise("尽快处理", due_at=None)),
)
KEPT = StatusEvent(
    PromiseStatus.KEPT, StatusSource.TICKET, "T1", factories.STARTED_AT, factories.STARTED_AT, "R1", "done"
)
CORRUPT = Quarantine(ReasonCode.CORRUPT_AUDIO, "half of it cannot be read")


def add(uow: UnitOfWork, seed: str = "one", call_id: str = "C1") -> str:
    uow.calls.add(factories.recording(seed), factories.meta(call_id))
    return factories.recording(seed).id


def score(uow: UnitOfWork, seed: str, card: Scorecard, scorer: str = factories.SCORER) -> None:
    uow.scorecards.put(factories.recording(seed).id, factories.ENGINE.digest, scorer, card)


def state_of(uow: UnitOfWork, seed: str = "one") -> RecordingState:
    stored = uow.calls.get(factories.recording(seed).id)
    assert stored is not None
    return stored.state


def test_a_recording_goes_from_received_to_transcribed_to_scored(database: Database) -> None:
    with database.unit_of_work() as uow:
        recording_id = add(uow)
        assert state_of(uow) is RecordingState.RECEIVED
        uow.transcripts.put(TRANSCRIPT)
        assert state_of(uow) is RecordingState.TRANSCRIBED
        score(uow, "one", CARD)
        assert state_of(uow) is RecordingState.SCORED
        assert uow.transcripts.get(recording_id, factories.ENGINE.digest) == TRANSCRIPT
        key = (recording_id, factories.ENGINE.digest, factories.STANDARD, factories.SCORER)
        assert uow.scorecards.get(*key) == CARD
        assert list(uow.scorecards.latest()) == [(uow.calls.get(recording_id), CARD)]


def test_of_a_recording_the_newest_scorecard_is_found(database: Database) -> None:
    with database.unit_of_work() as uow:
        recording_id = add(uow)
        uow.transcripts.put(TRANSCRIPT)
        assert uow.scorecards.of(recording_id) is None
        score(uow, "one", CARD)
        newer = replace(CARD, total=50.0)
        score(uow, "one", newer, "rules-newer")
        assert uow.scorecards.of(recording_id) == newer
        assert uow.scorecards.of("unknown") is None


def test_what_is_not_there_is_none(database: Database) -> None:
    with database.unit_of_work() as uow:
        recording_id = add(uow)
        key = (recording_id, factories.ENGINE.digest, factories.STANDARD, factories.SCORER)
        assert uow.transcripts.get(recording_id, factories.ENGINE.digest) is None
        assert uow.scorecards.get(*key) is None
        uow.transcripts.put(TRANSCRIPT)
        assert uow.transcripts.get(recording_id, OTHER_ENGINE.digest) is None
        assert uow.scorecards.get(*key) is None
        assert list(uow.scorecards.latest()) == []


def test_doing_everything_again_changes_nothing(database: Database, database_url: str) -> None:
    def everything() -> None:
        with database.unit_of_work() as uow:
            run = uow.runs.start(factories.run())
            uow.calls.saw(run.id, factories.recording().uri, add(uow))
            uow.commit()
            uow.transcripts.put(TRANSCRIPT)
            score(uow, "one", CARD)
            uow.standards.publish(factories.published())
            uow.reviews.add(factories.review())
            for entry in uow.ledger.entries():
                uow.ledger.record(entry, KEPT)
            uow.runs.finish(run.id, RunStatus.COMPLETED, factories.STARTED_AT)
            uow.commit()

    everything()
    before = dump(database_url)
    empty = {table for table, rows in before.items() if not rows}
    # Claims end with the result; what people do and what is erased has tests of its own.
    assert empty == {"claims", "audit_log", "forgotten_recordings", *BY_PEOPLE}
    everything()
    assert dump(database_url) == before


def test_a_result_that_differs_does_not_replace_the_stored_one(database: Database, database_url: str) -> None:
    with database.unit_of_work() as uow:
        add(uow)
        uow.transcripts.put(TRANSCRIPT)
        score(uow, "one", CARD)
        uow.commit()
    before = dump(database_url)
    with database.unit_of_work() as uow:
        uow.transcripts.put(factories.transcript(("agent", "喂")))
        score(uow, "one", factories.scorecard(total=1.0))
        uow.commit()
    assert dump(database_url) == before


def unfinished(uow: UnitOfWork) -> None:
    """Registers and then fails: there is no transcript to score."""
    add(uow)
    score(uow, "one", CARD)


def test_leaving_without_commit_keeps_nothing(database: Database, database_url: str) -> None:
    before = dump(database_url)
    with database.unit_of_work() as uow:
        add(uow)
        uow.transcripts.put(TRANSCRIPT)
    with pytest.raises(CallqaError), database.unit_of_work() as uow:
        unfinished(uow)
    assert dump(database_url) == before


def test_a_quarantined_recording_gets_no_new_results(database: Database, database_url: str) -> None:
    with database.unit_of_work() as uow:
        add(uow)
        uow.transcripts.put(TRANSCRIPT)
        uow.calls.quarantine(factories.recording().id, CORRUPT)
        uow.commit()
    before = dump(database_url)
    with database.unit_of_work() as uow:
        with pytest.raises(CallqaError, match="quarantined and cannot become transcribed"):
            uow.transcripts.put(replace(TRANSCRIPT, engine=OTHER_ENGINE))
        with pytest.raises(CallqaError, match="quarantined and cannot become scored"):
            score(uow, "one", CARD)
        uow.transcripts.put(TRANSCRIPT)  # it is there: nothing to do, nothing to refuse
        uow.commit()
    assert dump(database_url) == before


def test_quarantine_sets_results_aside_as_well(database: Database) -> None:
    with database.unit_of_work() as uow:
        recording_id = add(uow)
        uow.transcripts.put(TRANSCRIPT)
        score(uow, "one", CARD)
        uow.calls.quarantine(recording_id, CORRUPT)
        assert list(uow.scorecards.latest()) == []
        assert uow.transcripts.latest_ids() == []
        assert list(uow.transcripts.latest()) == []
        assert uow.scorecards.get(recording_id, factories.ENGINE.digest, factories.STANDARD, factories.SCORER) == CARD


def test_scores_need_a_transcript(database: Database) -> None:
    with database.unit_of_work() as uow:
        add(uow)
        with pytest.raises(CallqaError, match="transcribe it before scoring"):
            score(uow, "one", CARD)


@pytest.mark.parametrize(
    "transcript",
    [
        replace(TRANSCRIPT, engine=None),
        replace(TRANSCRIPT, utterances=TRANSCRIPT.utterances[1:]),
    ],
    ids=["no engine", "utterances numbered from 1"],
)
def test_a_transcript_that_could_not_come_back_is_refused(database: Database, transcript: Transcript) -> None:
    with database.unit_of_work() as uow:
        add(uow)
        with pytest.raises(ValueError, match=r"names no engine|not numbered"):
            uow.transcripts.put(transcript)


@pytest.mark.parametrize("card", [factories.scorecard("C2"), factories.scorecard(agent_id="A99")])
def test_a_scorecard_of_another_call_or_agent_is_refused(database: Database, card: Scorecard) -> None:
    with database.unit_of_work() as uow:
        add(uow)
        uow.transcripts.put(TRANSCRIPT)
        with pytest.raises(StateError, match="is not about recording"):
            score(uow, "one", card)


def test_the_newest_transcript_and_scorecard_of_every_call(database: Database) -> None:
    newer = factories.scorecard(total=50.0)
    with database.unit_of_work() as uow:
        for seed, call_id in (("one", "C2"), ("two", "C10"), ("three", "甲")):
            add(uow, seed, call_id)
            uow.transcripts.put(factories.transcript(("agent", "您好"), seed=seed))
            score(uow, seed, factories.scorecard(call_id))
        score(uow, "one", replace(newer, call_id="C2"), scorer="rules-2")
        add(uow, "four", "C4")
        uow.transcripts.put(replace(factories.transcript(("agent", "您好"), seed="two"), engine=OTHER_ENGINE))
        assert [(call.meta.call_id, card.call_id, card.total) for call, card in uow.scorecards.latest()] == [
            ("C10", "C10", 86.0),
            ("C2", "C2", 50.0),
            ("甲", "甲", 86.0),
        ]
        engines = {"one": factories.ENGINE, "two": OTHER_ENGINE, "three": factories.ENGINE}
        assert list(uow.transcripts.latest_ids()) == sorted(
            (factories.recording(seed).id, engine.digest) for seed, engine in engines.items()
        )


def test_the_newest_transcript_of_each_call_with_its_call(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "_BATCH", 2)
    held = {}
    with database.unit_of_work() as uow:
        assert list(uow.transcripts.latest()) == []
        for seed, call_id in (("one", "C2"), ("two", "C10"), ("three", "甲"), ("four", "C4")):
            add(uow, seed, call_id)
            held[call_id] = factories.transcript(("agent", f"您好，{seed}"), seed=seed)
            uow.transcripts.put(held[call_id])
        held["C2"] = replace(factories.transcript(("agent", "喂"), seed="one"), engine=OTHER_ENGINE)
        uow.transcripts.put(held["C2"])
        add(uow, "five", "C5")  # not transcribed yet
        expected = [(uow.calls.get(held[c].recording_id), held[c]) for c in ("C10", "C2", "C4", "甲")]
        assert list(uow.transcripts.latest()) == expected
        assert list(uow.transcripts.latest(["甲", "C2", "C5", "C99"])) == [expected[1], expected[3]]


def test_one_transcript_has_a_scorecard_per_standard_and_scorer(database: Database) -> None:
    english = replace(CARD, standard=OTHER_STANDARD, total=1.0)
    later = replace(CARD, total=2.0)
    with database.unit_of_work() as uow:
        recording_id = add(uow)
        uow.transcripts.put(TRANSCRIPT)
        for scorer, card in (("rules-1", CARD), ("rules-1", english), ("rules-2", later)):
            score(uow, "one", card, scorer)
        engine = factories.ENGINE.digest
        assert uow.scorecards.get(recording_id, engine, factories.STANDARD, "rules-1") == CARD
        assert uow.scorecards.get(recording_id, engine, OTHER_STANDARD, "rules-1") == english
        assert uow.scorecards.get(recording_id, engine, factories.STANDARD, "rules-2") == later


def test_a_new_engine_begins_anew_and_keeps_the_old_results(database: Database) -> None:
    with database.unit_of_work() as uow:
        recording_id = add(uow)
        uow.transcripts.put(TRANSCRIPT)
        score(uow, "one", CARD)
        uow.transcripts.put(replace(TRANSCRIPT, engine=OTHER_ENGINE))
        assert state_of(uow) is RecordingState.TRANSCRIBED
        assert uow.scorecards.get(recording_id, factories.ENGINE.digest, factories.STANDARD, factories.SCORER) == CARD


def test_units_of_work_are_used_in_a_with_statement(database: Database) -> None:
    uow = database.unit_of_work()
    with pytest.raises(RuntimeError, match="has not begun"):
        uow.commit()
    with uow, pytest.raises(RuntimeError, match="has begun already"):
        uow.__enter__()
