"""The rules of claims: leases, takeover, who is to blame; on both databases, without processes of their own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callqa.services.claims import Claimant
from callqa.services.inspect import Inspector
from callqa.sources import AddressFinder
from models.claim import Worker
from models.errors import ModelError, ReasonCode, RecordingError, TransientError
from models.ports import UnitOfWorkFactory
from models.run import AudioJob, Planned, Run, RunView
from models.transcript import Transcript
from storage import Database
from tests import factories
from tests.databases import dump
from tests.fakes import ScriptedTranscriber, hear_polite_call, worker
from tests.shared_night import STANDARD

RUN = replace(factories.run(), standard=STANDARD.ref)
IDS = sorted(factories.recording(str(n)).id for n in range(8))
PLAN = tuple(Planned(recording_id, 0) for recording_id in IDS)
MOST_ATTEMPTS = 3


@pytest.fixture
def connect(database: Database, tmp_path: Path) -> UnitOfWorkFactory:
    """Eight recordings of one run, whose files are there."""
    with database.unit_of_work() as uow:
        uow.runs.start(RUN)
        for n in range(8):
            path = tmp_path / f"{n}.wav"
            path.write_bytes(str(n).encode())
            uow.calls.add(replace(factories.recording(str(n)), uri=path.as_uri()), factories.meta(f"C{n}"))
            uow.calls.saw(RUN.id, path.as_uri(), factories.recording(str(n)).id)
        uow.commit()
    return database.unit_of_work


def claimant(connect: UnitOfWorkFactory, who: Worker) -> Claimant:
    return Claimant(RUN.id, who, MOST_ATTEMPTS, connect)


def inspector(connect: UnitOfWorkFactory, transcriber: ScriptedTranscriber, who: Worker | None = None) -> Inspector:
    who = who or worker()
    return Inspector(RUN, STANDARD, None, transcriber, AddressFinder(), connect, "0.0.test", MOST_ATTEMPTS, who)


def view(connect: UnitOfWorkFactory) -> RunView:
    with connect() as uow:
        found = uow.runs.view(RUN.id)
    assert found is not None
    return found


def round_of(connect: UnitOfWorkFactory, transcriber: ScriptedTranscriber, who: Worker | None = None) -> None:
    """One run over everything that waits, in chunks of four."""
    with connect() as uow:
        plan = [Planned(call.recording.id, call.attempts) for call in uow.runs.waiting(RUN.id)]
    at_work = inspector(connect, transcriber, who)
    for start in range(0, len(plan), 4):
        at_work.inspect(plan[start : start + 4])
    at_work.finish(plan)


def test_takers_at_once_share_the_work_without_a_rest_and_without_doubles(connect: UnitOfWorkFactory) -> None:
    def take(number: int) -> Sequence[str]:
        at_it = claimant(connect, worker(f"worker {number}"))
        return [taken for work in PLAN for taken in at_it.take([work])]

    with ThreadPoolExecutor(6) as pool:
        taken = [recording_id for found in pool.map(take, range(6)) for recording_id in found]
    # PostgreSQL skips what another one is just looking at: it is taken by that one, or in `finish`.
    assert len(set(taken)) == len(taken)
    with connect() as uow:
        assert sum(claim is not None for _, claim in uow.claims.left(RUN.id)) == len(taken)
    assert len(taken) == len(IDS)


def test_a_claim_holds_until_its_lease_runs_out_and_is_then_taken_over_alone(connect: UnitOfWorkFactory) -> None:
    lost = claimant(connect, worker("lost machine", lease_s=0.4))
    assert lost.take(PLAN) == tuple(IDS)
    heard = ScriptedTranscriber()
    other = inspector(connect, heard, worker("other", lease_s=0.4))
    other.inspect(PLAN)
    assert heard.heard == []
    assert claimant(connect, worker("other")).take_one(PLAN) is None
    other.finish(PLAN)
    assert sorted(heard.heard) == IDS
    assert view(connect).counts.scored == 8


@pytest.mark.slow
def test_a_claim_that_is_renewed_outlasts_its_lease(connect: UnitOfWorkFactory) -> None:
    mine, other = claimant(connect, worker("mine", lease_s=2.0)), claimant(connect, worker("other"))
    with mine.kept(mine.take(PLAN)):
        time.sleep(2.4)
        assert other.take_one(PLAN) is None
    assert other.take_one(PLAN) == IDS[0], "given back, not dead"
    with connect() as uow:
        assert [claim.deaths for _, claim in uow.claims.left(RUN.id) if claim] == [0]


def test_an_owner_known_to_be_gone_is_not_waited_for(connect: UnitOfWorkFactory) -> None:
    claimant(connect, worker("dead", lease_s=3600)).take(PLAN)
    heard = ScriptedTranscriber()
    round_of(connect, heard, worker("next", gone=("dead",)))
    assert heard.heard == IDS
    assert view(connect).counts.scored == 8


def test_what_a_dead_process_had_in_hand_is_done_last_and_one_at_a_time(connect: UnitOfWorkFactory) -> None:
    claimant(connect, worker("dead")).take(PLAN[:3])
    given: list[int] = []

    class Watching(ScriptedTranscriber):
        def transcribe(self, jobs: Sequence[AudioJob]) -> Any:
            given.append(len(jobs))
            return super().transcribe(jobs)

    heard = Watching()
    round_of(connect, heard, worker("next", gone=("dead",)))
    assert heard.heard == [*IDS[3:], *IDS[:3]]
    assert given == [1, 4, 1, 1, 1]


@pytest.mark.parametrize("most_attempts", [1, 2, 3, 5])
def test_only_a_recording_that_was_alone_is_blamed(connect: UnitOfWorkFactory, most_attempts: int) -> None:
    """The first death is shared and blames nobody, whatever the setting."""
    names = [f"process {n}" for n in range(7)]
    first = Claimant(RUN.id, worker(names[0]), most_attempts, connect)
    first.take(PLAN)
    for n, name in enumerate(names[1:], 1):
        taken = Claimant(RUN.id, worker(name, gone=tuple(names[:n])), most_attempts, connect).take_one(PLAN[:1])
        if taken is None:
            break
    assert n == 1 + max(2, most_attempts)
    counts = view(connect).counts
    assert (counts.quarantined, counts.waiting) == (1, 7)
    (quarantine,) = [c.stored.quarantine for c in view(connect).calls if c.stored.quarantine]
    assert quarantine.reason is ReasonCode.POISON
    assert quarantine.detail.startswith(f"not proven: {n} processes")


def test_an_error_nobody_foresaw_costs_only_the_recording_that_causes_it(connect: UnitOfWorkFactory) -> None:
    def hear(job: AudioJob) -> Transcript:
        if job.recording_id == IDS[1]:
            raise ZeroDivisionError("what was said")
        return hear_polite_call(job)

    for tries in range(1, MOST_ATTEMPTS + 1):
        heard = ScriptedTranscriber(hear)
        round_of(connect, heard)
        counts = view(connect).counts
        assert (counts.scored, counts.waiting) == (7, 1 if tries < MOST_ATTEMPTS else 0)
    (stored,) = [c.stored for c in view(connect).calls if c.stored.quarantine]
    assert stored.quarantine is not None
    assert stored.quarantine.reason is ReasonCode.POISON
    assert "ZeroDivisionError" in stored.quarantine.detail
    assert "what was said" not in stored.quarantine.detail


@pytest.mark.parametrize("error", [ModelError("no model"), TransientError("database away"), KeyboardInterrupt()])
def test_what_no_recording_can_help_ends_the_run_and_makes_none_suspect(
    connect: UnitOfWorkFactory, database_url: str, error: BaseException
) -> None:
    def hear(job: AudioJob) -> Transcript:
        if job.recording_id == IDS[1]:
            raise error
        return hear_polite_call(job)

    with pytest.raises(type(error)):
        inspector(connect, ScriptedTranscriber(hear)).inspect(PLAN)
    assert dump(database_url)["claims"] == []
    assert (view(connect).counts.scored, view(connect).counts.quarantined) == (1, 0)
    round_of(connect, ScriptedTranscriber())
    assert view(connect).counts.scored == 8


def test_a_failure_counts_once_however_many_share_the_run(connect: UnitOfWorkFactory) -> None:
    outage = ScriptedTranscriber(lambda _: TransientError("network gone"))
    for name in ("one", "two", "three"):
        at_work = inspector(connect, outage, worker(name))
        at_work.inspect(PLAN)
        at_work.finish(PLAN)
    assert {call.stored.attempts for call in view(connect).calls} == {1}
    assert view(connect).counts.waiting == 8


def test_the_claim_ends_with_the_result_whatever_it_is(connect: UnitOfWorkFactory, database_url: str) -> None:
    ends: dict[str, RecordingError | TransientError] = {
        IDS[0]: RecordingError(ReasonCode.CORRUPT_AUDIO, "cut"),
        IDS[1]: TransientError("network gone"),
    }
    left_behind: list[int] = []

    def hear(job: AudioJob) -> Transcript | RecordingError | TransientError:
        left_behind.append(len(dump(database_url)["claims"]))
        return ends.get(job.recording_id) or hear_polite_call(job)

    inspector(connect, ScriptedTranscriber(hear)).inspect(PLAN)
    assert left_behind == [8, 7, 6, 5, 4, 3, 2, 1]
    assert dump(database_url)["claims"] == []


def test_one_that_comes_back_after_its_lease_changes_nothing(connect: UnitOfWorkFactory, database_url: str) -> None:
    """A suspended machine wakes up while another one has its work: the rows are there once."""
    taken_over: list[Sequence[str]] = []

    def hear(job: AudioJob) -> Transcript:
        if not taken_over:
            next_one = worker("next", gone=("sleeper",))
            taken_over.append(IDS)
            inspector(connect, ScriptedTranscriber(), next_one).finish(PLAN)
        return hear_polite_call(job)

    inspector(connect, ScriptedTranscriber(hear), worker("sleeper")).inspect(PLAN)
    rows = dump(database_url)
    assert [len(rows[table]) for table in ("transcripts", "scorecards", "claims")] == [8, 8, 0]


def test_another_run_of_the_same_recordings_keeps_off_too(connect: UnitOfWorkFactory) -> None:
    other: Run = replace(RUN, id="run-2", scorer="other rules")
    with connect() as uow:
        uow.runs.start(other)
        for call in uow.runs.waiting(RUN.id):
            uow.calls.saw(other.id, call.recording.uri, call.recording.id)
        uow.commit()
    claimant(connect, worker("first")).take(PLAN[:5])
    assert Claimant(other.id, worker("second"), MOST_ATTEMPTS, connect).take(PLAN) == tuple(IDS[5:])


def test_one_that_hangs_is_taken_over_although_it_lives(connect: UnitOfWorkFactory) -> None:
    hung = claimant(connect, worker("hung", lease_s=0.3, may_take_s=0.01))
    heard = ScriptedTranscriber()
    with hung.kept(hung.take(PLAN)):
        inspector(connect, heard, worker("other")).finish(PLAN)
    assert sorted(heard.heard) == IDS
    assert view(connect).counts.scored == 8


def test_a_failure_of_one_that_was_taken_over_counts_nothing(connect: UnitOfWorkFactory, database_url: str) -> None:
    """It wakes up and gives its recording up while another one is at it."""

    def hear(job: AudioJob) -> RecordingError | TransientError:
        claimant(connect, worker("next", gone=("sleeper",))).take_one([Planned(job.recording_id, 0)])
        return RecordingError(ReasonCode.CORRUPT_AUDIO, "cut") if job.recording_id == IDS[0] else TransientError("away")

    inspector(connect, ScriptedTranscriber(hear), worker("sleeper")).inspect(PLAN[:2])
    stored = [call.stored for call in view(connect).calls]
    assert {(call.attempts, call.quarantine) for call in stored} == {(0, None)}
    assert [row[:2] for row in dump(database_url)["claims"]] == [(IDS[0], "next"), (IDS[1], "next")]


def test_what_is_scored_is_the_transcript_that_is_stored(connect: UnitOfWorkFactory) -> None:
    """Two machines heard it, not quite alike: quotes of one must not point into the words of the other."""

    def hear(job: AudioJob) -> Transcript:
        with connect() as uow:
            uow.transcripts.put(hear_polite_call(job))
            uow.commit()
        return replace(
            factories.transcript(("agent", "你烦不烦？"), ("customer", "投诉你。")), recording_id=job.recording_id
        )

    inspector(connect, ScriptedTranscriber(hear)).inspect(PLAN[:1])
    (call,) = [call for call in view(connect).calls if call.scorecard]
    assert call.scorecard is not None
    assert call.transcript is not None
    said = {utterance.index: utterance.text for utterance in call.transcript.utterances}
    proofs = [proof for finding in call.scorecard.findings for proof in finding.evidence]
    assert proofs
    assert all(said[p.utterance][p.char_start : p.char_end] == p.quote for p in proofs)
