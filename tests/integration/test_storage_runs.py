"""Runs: resuming, what is still to do, counting, and the view that reports are made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.call import Quarantine
from models.errors import CallqaError, ReasonCode
from models.ports import UnitOfWork
from models.run import RunCounts, RunStatus
from storage import Database
from tests import factories
from tests.databases import dump

LATER = factories.STARTED_AT + timedelta(hours=1)
CORRUPT = Quarantine(ReasonCode.CORRUPT_AUDIO, "half of it cannot be read")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def take_in(uow: UnitOfWork, seed: str, call_id: str, run_id: str = "run-1") -> str:
    recording = factories.recording(seed, duration_s=10.1)
    uow.calls.add(recording, factories.meta(call_id))
    uow.calls.saw(run_id, recording.uri, recording.id)
    return recording.id


def inspect(uow: UnitOfWork, seed: str, call_id: str, needs_review: bool = False, fatal: bool = False) -> None:
    recording_id = take_in(uow, seed, call_id)
    uow.transcripts.put(factories.transcript(("agent", "您好"), seed=seed))
    card = factories.scorecard(call_id, needs_review=needs_review, fatal=fatal)
    uow.scorecards.put(recording_id, factories.ENGINE.digest, factories.SCORER, card)


def a_mixed_night(uow: UnitOfWork) -> None:
    """Three scored calls (one of them at two addresses), one transcribed, one received, one quarantined."""
    uow.runs.start(factories.run())
    inspect(uow, "a", "C5")
    inspect(uow, "b", "C4", needs_review=True)
    inspect(uow, "c", "C3", needs_review=True, fatal=True)
    uow.calls.saw("run-1", "file:///calls/copy of a.wav", factories.recording("a").id)
    take_in(uow, "d", "C2")
    uow.transcripts.put(factories.transcript(("agent", "喂"), seed="d"))
    take_in(uow, "e", "C1")
    uow.calls.quarantine(take_in(uow, "f", "C0"), CORRUPT)


def test_counts_of_a_mixed_night(database: Database) -> None:
    with database.unit_of_work() as uow:
        a_mixed_night(uow)
        assert uow.runs.counts("run-1") == RunCounts(
            files=7,
            recordings=6,
            duplicates=1,
            scored=3,
            quarantined=1,
            waiting=2,
            needs_review=2,
            fatal=1,
            audio_s=60.6,
            scored_audio_s=30.3,
        )


def test_counts_of_a_run_that_took_nothing_in(database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run())
        assert uow.runs.counts("run-1") == RunCounts(0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0)
        assert list(uow.runs.waiting("run-1")) == []
        view = uow.runs.view("run-1")
        assert view is not None
        assert view.calls == ()


def test_durations_that_are_unknown_count_as_nothing(database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run())
        recording = factories.recording(duration_s=None)
        uow.calls.add(recording, factories.meta())
        uow.calls.saw("run-1", recording.uri, recording.id)
        assert uow.runs.counts("run-1").audio_s == 0.0


def test_waiting_are_those_that_are_not_scored_and_not_quarantined(database: Database) -> None:
    with database.unit_of_work() as uow:
        a_mixed_night(uow)
        waiting = uow.runs.waiting("run-1")
        assert [call.recording.id for call in waiting] == sorted(factories.recording(seed).id for seed in "de")
        assert [uow.calls.get(call.recording.id) for call in waiting] == list(waiting)


def test_a_run_counts_only_results_of_its_own_standard_engine_and_scorer(database: Database) -> None:
    runs = [
        factories.run("scorer", scorer="rules-2"),
        replace(factories.run("engine"), engine_digest="sha256:other"),
        replace(factories.run("standard"), standard=replace(factories.STANDARD, digest="sha256:other")),
    ]
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run())
        inspect(uow, "a", "C1")
        for run in [*runs, factories.run("same")]:
            uow.runs.start(run)
            uow.calls.saw(run.id, factories.recording("a").uri, factories.recording("a").id)
        scored = {run_id: uow.runs.counts(run_id).scored for run_id in ("scorer", "engine", "standard", "same")}
        assert scored == {"scorer": 0, "engine": 0, "standard": 0, "same": 1}
        for run in runs:
            assert len(uow.runs.waiting(run.id)) == 1
            view = uow.runs.view(run.id)
            assert view is not None
            assert view.calls[0].scorecard is None
            assert (view.calls[0].transcript is None) == (run.id == "engine")


def test_the_view_shows_everything_in_order_of_call_ids(database: Database) -> None:
    with database.unit_of_work() as uow:
        a_mixed_night(uow)
        view = uow.runs.view("run-1")
        assert view is not None
        assert view.run == factories.run()
        assert view.counts == uow.runs.counts("run-1")
        shown = [
            (c.stored.meta.call_id, c.transcript is not None, c.scorecard is not None, c.stored.quarantine is not None)
            for c in view.calls
        ]
        assert shown == [
            ("C0", False, False, True),
            ("C1", False, False, False),
            ("C2", True, False, False),
            ("C3", True, True, False),
            ("C4", True, True, False),
            ("C5", True, True, False),
        ]
        both = ("file:///calls/a.wav", "file:///calls/copy of a.wav")
        assert view.calls[5].uris == uow.calls.addresses("run-1", factories.recording("a").id) == both
        assert uow.calls.addresses("another run", factories.recording("a").id) == ()
        assert all(c.scorecard is None or c.scorecard.call_id == c.stored.meta.call_id for c in view.calls)


def test_a_file_that_was_replaced_counts_once_with_its_newest_content(database: Database) -> None:
    """A recording that was still being copied when the night began, and is whole when it is taken up again."""
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run())
        half, whole = factories.recording("half"), factories.recording("whole")
        uow.calls.add(half, factories.meta("C1"), CORRUPT)
        uow.calls.saw("run-1", "file:///calls/1.wav", half.id)
        uow.calls.add(whole, factories.meta("C1"))
        uow.calls.saw("run-1", "file:///calls/1.wav", whole.id)
        counts = uow.runs.counts("run-1")
        assert (counts.files, counts.recordings, counts.quarantined, counts.waiting) == (1, 1, 0, 1)


@pytest.mark.parametrize("calls", [3, 60])
def test_the_view_needs_few_queries_however_many_calls(database: Database, calls: int) -> None:
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run())
        for number in range(calls):
            inspect(uow, f"seed {number}", f"C{number}")
        with statements() as sent:
            view = uow.runs.view("run-1")
            latest = list(uow.scorecards.latest())
        assert view is not None
        assert len(view.calls) == len(latest) == calls
        assert len(sent) <= 17


def test_starting_again_takes_the_same_run_up(database: Database, database_url: str) -> None:
    with database.unit_of_work() as uow:
        assert uow.runs.start(factories.run()) == factories.run()
        uow.runs.finish("run-1", RunStatus.PARTIAL, LATER)
        uow.commit()
    before = dump(database_url)
    with database.unit_of_work() as uow:
        again = uow.runs.start(factories.run(started_at=LATER))
        uow.commit()
    assert again == replace(factories.run(), status=RunStatus.PARTIAL, finished_at=LATER)
    assert dump(database_url) == before


def test_finishing_again_changes_the_time_only_with_the_status(database: Database) -> None:
    steps = [
        (RunStatus.PARTIAL, LATER, LATER),
        (RunStatus.PARTIAL, LATER + timedelta(hours=1), LATER),
        (RunStatus.COMPLETED, LATER + timedelta(hours=2), LATER + timedelta(hours=2)),
    ]
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run())
        for status, at, expected in steps:
            uow.runs.finish("run-1", status, at)
            view = uow.runs.view("run-1")
            assert view is not None
            assert (view.run.status, view.run.finished_at) == (status, expected)


def test_a_run_cannot_finish_as_running(database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run())
        with pytest.raises(ValueError, match="cannot be finished as running"):
            uow.runs.finish("run-1", RunStatus.RUNNING, LATER)


def test_the_latest_run_is_the_one_that_started_last(database: Database) -> None:
    with database.unit_of_work() as uow:
        assert uow.runs.latest_id() is None
        uow.runs.start(factories.run("b", LATER))
        uow.runs.start(factories.run("c"))
        assert uow.runs.latest_id() == "b"


@pytest.mark.parametrize("status", [RunStatus.COMPLETED, RunStatus.PARTIAL, RunStatus.FAILED])
def test_a_finished_run_with_new_work_is_running_and_the_latest(database: Database, status: RunStatus) -> None:
    """Killed now, it does not stay finished with calls that wait."""
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run("first"))
        uow.runs.start(factories.run("second", LATER))
        uow.runs.finish("first", status, LATER)
        uow.runs.reopen("first", LATER + timedelta(hours=1))
        assert uow.runs.start(factories.run("first")) == factories.run("first", LATER + timedelta(hours=1))
        assert uow.runs.latest_id() == "first"


def test_a_run_at_work_keeps_its_beginning(database: Database, database_url: str) -> None:
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run())
        uow.commit()
    before = dump(database_url)
    with database.unit_of_work() as uow:
        uow.runs.reopen("run-1", LATER)
        uow.commit()
    assert dump(database_url) == before


def test_an_unknown_run(database: Database) -> None:
    with database.unit_of_work() as uow:
        assert uow.runs.view("none") is None
        with pytest.raises(CallqaError, match="run none is not in the database"):
            uow.runs.counts("none")
        with pytest.raises(CallqaError, match="run none is not in the database"):
            uow.runs.waiting("none")
        with pytest.raises(CallqaError, match="run none is not in the database"):
            uow.runs.finish("none", RunStatus.COMPLETED, LATER)
        with pytest.raises(CallqaError, match="run none is not in the database"):
            uow.runs.reopen("none", LATER)
