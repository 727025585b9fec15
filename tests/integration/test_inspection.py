"""From files to scored rows through the services, on both databases: nothing lost, nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from callqa.classifiers import find_classifier
from callqa.metadata import MetadataReader
from callqa.services.inspect import Inspector
from callqa.services.intake import IntakeRules, register
from callqa.services.rescore import rescore
from callqa.services.runs import plan_run
from callqa.sources import AddressFinder, list_source
from callqa.standards import find_standard
from models.call import AudioFacts, CallMeta, RecordingState
from models.errors import InputError, ReasonCode, RecordingError, TransientError
from models.ports import UnitOfWorkFactory
from models.run import AudioJob, Planned, RunStatus
from models.transcript import Transcript
from scoring import ServiceStandard, scorer_of
from storage import Database
from tests.factories import ENGINE
from tests.fakes import Hear, ScriptedTranscriber, hear_polite_call, probe_anything, worker
from tests.nights import STANDARD, files, night

NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)


@pytest.fixture
def new_unit_of_work(database: Database) -> UnitOfWorkFactory:
    return database.unit_of_work


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder


def test_a_night_scores_every_call_and_says_so(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    files(source, "a.wav", "b.wav")
    _, intake, view = night(source, new_unit_of_work)
    assert intake.files == 2
    assert view.run.status is RunStatus.COMPLETED
    assert [c.stored.state for c in view.calls] == [RecordingState.SCORED] * 2
    card = view.calls[0].scorecard
    assert card is not None
    assert card.receipt.audio_sha256 == view.calls[0].stored.recording.id
    assert card.promises[0].quote


def test_again_is_the_same_run_with_the_same_rows_and_no_work(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    files(source, "a.wav", "b.wav", "bad.wav")

    def probe(path: str) -> AudioFacts:
        if path.endswith("bad.wav"):
            raise RecordingError(ReasonCode.NOT_AUDIO, "text")
        return probe_anything(path)

    _, _, first = night(source, new_unit_of_work, probe=probe)
    again = ScriptedTranscriber()
    _, _, second = night(source, new_unit_of_work, again, probe=probe)
    assert again.heard == []
    assert second == first
    assert first.run.status is RunStatus.PARTIAL


def test_the_same_audio_under_three_names_is_one_call(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    for name in ("a.wav", "b.wav", "sub/c.wav"):
        files(source, name)
        (source / name).write_bytes(b"same")
    _, _, view = night(source, new_unit_of_work)
    assert (view.counts.files, view.counts.recordings, view.counts.duplicates) == (3, 1, 2)
    assert len(view.calls[0].uris) == 3


def test_same_file_name_in_two_folders_is_two_calls(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    files(source, "19/call.wav", "20/call.wav")
    _, _, view = night(source, new_unit_of_work)
    ids = sorted(c.stored.meta.call_id for c in view.calls)
    assert len(ids) == 2
    assert ids[0] == "call"
    assert ids[1].startswith("call~")


def test_one_call_id_for_two_recordings_is_reported_not_overwritten(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    files(source, "a.wav", "b.wav")
    (source / "manifest.csv").write_text("file,call_id\na.wav,C1\nb.wav,C1\n")
    _, _, view = night(source, new_unit_of_work)
    by_name = {c.uris[0].rsplit("/", 1)[-1]: c.stored for c in view.calls}
    assert by_name["a.wav"].state is RecordingState.SCORED
    quarantine = by_name["b.wav"].quarantine
    assert quarantine is not None
    assert quarantine.reason is ReasonCode.CALL_ID_CONFLICT

    (source / "manifest.csv").write_text("file,call_id\na.wav,C1\nb.wav,C2\n")
    _, _, mended = night(source, new_unit_of_work)
    assert sorted(c.stored.meta.call_id for c in mended.calls if c.scorecard) == ["C1", "C2"]
    assert mended.run.status is RunStatus.COMPLETED


def test_a_recording_moved_since_it_was_first_seen_is_found_where_it_is_now(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    files(source, "in/a.wav")
    night(source / "in", new_unit_of_work, ScriptedTranscriber(lambda job: TransientError("network gone")))
    (source / "done").mkdir()
    (source / "in/a.wav").rename(source / "done/a.wav")
    paths: list[str] = []

    def hear(job: AudioJob) -> Transcript:
        paths.append(job.path)
        return hear_polite_call(job)

    _, _, view = night(source / "done", new_unit_of_work, ScriptedTranscriber(hear))
    assert paths == [str(source / "done/a.wav")]
    assert view.run.status is RunStatus.COMPLETED


def test_another_recording_under_the_old_name_is_never_heard_in_its_place(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    files(source, "ext101.wav")
    night(source, new_unit_of_work, ScriptedTranscriber(lambda job: TransientError("network gone")))
    (source / "ext101.wav").write_bytes(b"another customer")
    listing = list_source(str(source))
    run = plan_run(listing.uri, None, None, STANDARD.ref, ENGINE.digest, scorer_of(STANDARD, None), NOW)
    with new_unit_of_work() as uow:
        (waiting,) = uow.runs.waiting(run.id)
    later = ScriptedTranscriber()
    inspector = Inspector(run, STANDARD, None, later, AddressFinder(), new_unit_of_work, "0.0.test", 5, worker())
    inspector.inspect([Planned(waiting.recording.id, waiting.attempts)])
    assert later.heard == []
    with new_unit_of_work() as uow:
        stored = uow.calls.get(waiting.recording.id)
    assert stored is not None
    assert (stored.state, stored.attempts) == (RecordingState.RECEIVED, 2)


def test_gone_for_a_moment_is_heard_the_next_time(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    files(source, "a.wav")

    def probe_and_take_away(path: str) -> AudioFacts:
        (source / "a.wav").rename(source.parent / "a.wav")
        return probe_anything(path)

    _, _, view = night(source, new_unit_of_work, probe=probe_and_take_away)
    assert (view.run.status, view.counts.waiting) == (RunStatus.FAILED, 1)
    (source.parent / "a.wav").rename(source / "a.wav")
    _, _, again = night(source, new_unit_of_work)
    assert again.run.status is RunStatus.COMPLETED


def test_only_the_day_and_the_undated(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    files(source, "late.wav", "next.wav", "undated.wav")
    (source / "manifest.csv").write_text(
        # 23:59 of the 20th in Shanghai, and one minute into the 21st, both still the 20th in UTC.
        "file,started_at\nlate.wav,2026-11-20T15:59:00Z\nnext.wav,2026-11-20T16:01:00Z\n"
    )
    _, intake, view = night(source, new_unit_of_work, day=date(2026, 11, 20))
    assert sorted(c.stored.meta.call_id for c in view.calls) == ["late", "undated"]
    assert intake.other_days == 1
    _, _, next_day = night(source, new_unit_of_work, day=date(2026, 11, 21))
    assert [c.stored.meta.call_id for c in next_day.calls] == ["next"], "the undated call is told once"
    _, _, again = night(source, new_unit_of_work, day=date(2026, 11, 20))
    assert again == view
    (source / "undated.wav").unlink()
    with pytest.raises(InputError, match="other days"):
        night(source, new_unit_of_work, day=date(2026, 11, 22))


def test_a_late_file_opens_the_run_again_and_makes_it_the_latest(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    files(source, "a.wav")
    first, _, _ = night(source, new_unit_of_work)
    files(source, "sub/b.wav")
    second, _, _ = night(source / "sub", new_unit_of_work)
    again, _, view = night(source, new_unit_of_work)
    assert again.id == first.id != second.id
    assert (view.counts.scored, view.run.status) == (2, RunStatus.COMPLETED)


def test_an_empty_source_is_an_error_not_a_quiet_success(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    (source / "readme.txt").touch()
    with pytest.raises(InputError, match="no recording"):
        night(source, new_unit_of_work)
    with new_unit_of_work() as uow:
        assert uow.runs.latest_id() is None, "a refused run must not become the latest one"


@pytest.mark.parametrize(
    ("failure", "state", "reason"),
    [
        (RecordingError(ReasonCode.CORRUPT_AUDIO, "cut"), RecordingState.QUARANTINED, ReasonCode.CORRUPT_AUDIO),
        (TransientError("no memory"), RecordingState.RECEIVED, None),
    ],
)
def test_one_bad_recording_never_stops_the_others(
    source: Path,
    new_unit_of_work: UnitOfWorkFactory,
    failure: RecordingError | TransientError,
    state: RecordingState,
    reason: ReasonCode | None,
) -> None:
    files(source, "a.wav", "b.wav", "c.wav")
    hear: Hear = lambda job: failure if job.path.endswith("b.wav") else hear_polite_call(job)  # noqa: E731
    _, _, view = night(source, new_unit_of_work, ScriptedTranscriber(hear))
    states = {c.stored.meta.call_id: c.stored for c in view.calls}
    assert states["a"].state is states["c"].state is RecordingState.SCORED
    assert states["b"].state is state
    quarantine = states["b"].quarantine
    assert (quarantine.reason if quarantine else None) is reason
    assert view.run.status is RunStatus.PARTIAL


def test_a_failure_that_does_not_pass_ends_in_quarantine(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    files(source, "a.wav")
    for expected in (RecordingState.RECEIVED, RecordingState.QUARANTINED):
        deaf = ScriptedTranscriber(lambda job: TransientError("no memory"))
        _, _, view = night(source, new_unit_of_work, deaf, max_attempts=2)
        assert view.calls[0].stored.state is expected
        assert view.run.status is RunStatus.FAILED
    quarantine = view.calls[0].stored.quarantine
    assert quarantine is not None
    assert "no memory" in quarantine.detail


def test_killed_between_transcript_and_score_goes_on_from_the_transcript(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    files(source, "a.wav")
    listing = list_source(str(source))
    run = plan_run(listing.uri, None, None, STANDARD.ref, ENGINE.digest, scorer_of(STANDARD, None), NOW)
    register([MetadataReader(listing, "UTC")], run, IntakeRules("UTC", 0), probe_anything, new_unit_of_work)
    with new_unit_of_work() as uow:
        (waiting,) = uow.runs.waiting(run.id)
        uow.transcripts.put(hear_polite_call(AudioJob(waiting.recording.id, "", None, waiting.meta)))
        uow.commit()
    after = ScriptedTranscriber()
    _, _, view = night(source, new_unit_of_work, after)
    assert after.heard == []
    assert view.calls[0].scorecard is not None


def test_rescoring_under_another_standard_keeps_both_and_listens_to_nothing(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    files(source, "a.wav")
    _, _, before = night(source, new_unit_of_work)
    assert rescore(lambda _: STANDARD, {}, new_unit_of_work, "0.0.test").scored == 0
    other = find_standard("service-desk-en")
    assert rescore(lambda _: other, {}, new_unit_of_work, "0.0.test").scored == 1
    assert rescore(lambda _: other, {}, new_unit_of_work, "0.0.test").unchanged == 1
    assert rescore(lambda _: None, {}, new_unit_of_work, "0.0.test").outside == 1
    _, _, after = night(source, new_unit_of_work)
    assert after == before


def test_rescoring_with_a_classifier_scores_once_more_and_keeps_what_was(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    files(source, "a.wav")
    _, _, before = night(source, new_unit_of_work)
    classifier = find_classifier(source, "shipped")
    assert rescore(lambda _: STANDARD, {"zh": classifier}, new_unit_of_work, "0.0.test").scored == 1
    assert rescore(lambda _: STANDARD, {"zh": classifier}, new_unit_of_work, "0.0.test").unchanged == 1
    with new_unit_of_work() as uow:
        ((_, card),) = uow.scorecards.latest()
    assert card.receipt.classifier == classifier.version
    _, _, after = night(source, new_unit_of_work)
    assert after == before


def test_a_call_that_becomes_another_agents_while_it_is_scored_again_keeps_what_it_had(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    """And costs no other call its new score."""
    files(source, "a.wav", "b.wav")
    night(source, new_unit_of_work)
    other = find_standard("service-desk-en")
    asked: list[str] = []

    def meanwhile(meta: CallMeta) -> ServiceStandard:
        if not asked:
            with new_unit_of_work() as uow:
                [known] = [call for call, _ in uow.scorecards.latest() if call.meta.call_id == meta.call_id]
                uow.calls.correct(known.recording.id, replace(known.meta, agent_id="A99"))
                uow.commit()
        asked.append(meta.call_id)
        return other

    result = rescore(meanwhile, {}, new_unit_of_work, "0.0.test")
    assert (result.failed, result.scored) == (1, len(asked) - 1)
    assert len(asked) > 1
