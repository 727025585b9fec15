"""Who is at a run: abandoned runs are closed by what became of them, and others that are at work are left alone."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callqa.services.attendance import Presence, close_abandoned
from callqa.services.claims import Claimant
from callqa.services.sharing import Share, under_way
from models.call import Quarantine
from models.claim import Worker
from models.errors import ReasonCode
from models.run import Planned, RunStatus
from storage import Database
from tests import factories
from tests.databases import dump
from tests.fakes import worker

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
RUN = factories.run()


def take_in(database: Database, *seeds: str, scored: tuple[str, ...] = (), quarantined: tuple[str, ...] = ()) -> None:
    with database.unit_of_work() as uow:
        uow.runs.start(RUN)
        for seed in seeds:
            recording = factories.recording(seed)
            uow.calls.add(recording, factories.meta(f"C-{seed}"))
            uow.calls.saw(RUN.id, recording.uri, recording.id)
            if seed in scored:
                uow.transcripts.put(factories.transcript(("agent", "您好"), seed=seed))
                card = factories.scorecard(f"C-{seed}")
                uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, card)
            if seed in quarantined:
                uow.calls.quarantine(recording.id, Quarantine(ReasonCode.POISON, "why"))
        uow.commit()


def at_it(database: Database, owner: str, lease_s: float = 60.0, *, takes_in: bool = False) -> None:
    with database.unit_of_work() as uow:
        uow.attendance.attend(RUN.id, owner, lease_s, takes_in=takes_in)
        uow.commit()


def waiting(database: Database) -> list[Planned]:
    with database.unit_of_work() as uow:
        return [Planned(call.recording.id, call.attempts) for call in uow.runs.waiting(RUN.id)]


def close(database: Database, me: Worker | None = None, but: str | None = None) -> list[tuple[str, RunStatus]]:
    closed = close_abandoned(me or worker("me"), NOW, database.unit_of_work, but)
    return [(one.run.id, one.status) for one in closed]


@pytest.mark.parametrize(
    ("scored", "quarantined", "status"),
    [
        ((), (), RunStatus.FAILED),
        (("a",), (), RunStatus.PARTIAL),
        (("a",), ("b",), RunStatus.PARTIAL),
        (("a", "b"), (), RunStatus.COMPLETED),
    ],
)
def test_a_run_whose_processes_are_gone_is_closed_by_what_became_of_its_recordings(
    database: Database, scored: tuple[str, ...], quarantined: tuple[str, ...], status: RunStatus
) -> None:
    take_in(database, "a", "b", scored=scored, quarantined=quarantined)
    assert close(database) == [(RUN.id, status)]
    assert close(database) == []
    with database.unit_of_work() as uow:
        view = uow.runs.view(RUN.id)
    assert view is not None
    assert (view.run.status, view.run.finished_at) == (status, NOW)


def test_a_run_that_took_nothing_in_failed(database: Database) -> None:
    take_in(database)
    assert close(database) == [(RUN.id, RunStatus.FAILED)]


def test_a_run_that_somebody_is_at_is_left_alone(database: Database, database_url: str) -> None:
    take_in(database, "a")
    at_it(database, "other")
    assert close(database) == []
    # The same process, known to have ended.
    assert close(database, worker("me", gone=("other",))) == [(RUN.id, RunStatus.FAILED)]
    assert dump(database_url)["runs"]


def test_a_sign_of_life_expires_unless_it_is_renewed(database: Database) -> None:
    take_in(database, "a")
    presence = Presence(RUN.id, worker("other", lease_s=0.9), database.unit_of_work)
    with presence.kept():
        time.sleep(1.1)
        assert close(database) == []
    at_it(database, "other", lease_s=0.0)
    assert close(database) == [(RUN.id, RunStatus.FAILED)]


def test_whoever_holds_a_recording_is_at_its_run_and_the_own_run_is_never_closed(database: Database) -> None:
    take_in(database, "a")
    Claimant(RUN.id, worker("worker of a cluster"), 3, database.unit_of_work).take(waiting(database))
    assert close(database) == []
    gone = worker("me", gone=("worker of a cluster",))
    assert close(database, gone, but=RUN.id) == []
    assert close(database, gone) == [(RUN.id, RunStatus.FAILED)]


def test_a_process_that_joins_takes_what_is_free_and_tries_nothing_twice(database: Database) -> None:
    take_in(database, "a", "b", "c")
    work = waiting(database)
    ids = [one.recording_id for one in work]
    other = Claimant(RUN.id, worker("other"), 3, database.unit_of_work)
    other.take(work[:1])
    mine = Share(Claimant(RUN.id, worker("me"), 3, database.unit_of_work))
    assert [call.recording.id for call in mine.free()] == ids[1:]
    with database.unit_of_work() as uow:
        uow.calls.failed_attempt(ids[1], "disk")
        uow.commit()
    assert [call.recording.id for call in mine.free()] == ids[2:]
    # What was in hand of a process that died is a suspect: the process that began the run tries it alone.
    late = Share(Claimant(RUN.id, worker("me", gone=("other",)), 3, database.unit_of_work))
    assert [call.recording.id for call in late.free()] == ids[1:]


def test_which_runs_can_be_joined_and_whether_more_comes(database: Database) -> None:
    connect, me = database.unit_of_work, worker("me")
    take_in(database, "a")
    share = Share(Claimant(RUN.id, me, 3, connect))
    assert under_way(None, me, connect) == ()
    assert [run.id for run in under_way(RUN.id, me, connect)] == [RUN.id]
    leader = Presence(RUN.id, replace(worker(), owner="leader"), connect, takes_in=True)
    with leader.kept():
        assert [run.id for run in under_way(None, me, connect)] == [RUN.id]
        assert share.may_grow()
        leader.took_in()
        assert not share.may_grow()
    assert under_way(None, me, connect) == ()
