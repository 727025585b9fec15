"""What inspection keeps of the sound, through the services and the real Opus encoder, whatever goes wrong."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asr.pii.mask import mask_secrets
from asr.playback import OpusPlayback
from callqa.metadata import MetadataReader
from callqa.services.audio import AudioKeeper, Pruned, bleeps_of, prune
from callqa.services.inspect import Inspector
from callqa.services.intake import IntakeRules, register
from callqa.services.runs import finish_run, plan_run, take_up
from callqa.sources import AddressFinder, list_source
from callqa.standards import find_standard
from models.call import RecordingState
from models.errors import origin_of
from models.ports import Bleep, UnitOfWorkFactory
from models.run import AudioJob, Planned, Run, RunView
from models.source import Fetched
from models.transcript import Dropped, Masked, Role, SecretKind, Transcript, Utterance
from scoring import scorer_of
from storage import Database, schema
from storage.audio_store import FileAudioStore
from tests.factories import ENGINE, transcript
from tests.fakes import ScriptedTranscriber, probe_anything, worker
from tests.unit.asr_signals import noise, write_wav

STANDARD = find_standard("telecom-hotline-zh")
NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
CALL = mask_secrets(transcript(("agent", "您好，请报一下手机号码。"), ("customer", "幺三八零零幺三八零零零。")))


def hear_a_number(job: AudioJob) -> Transcript:
    return replace(CALL, recording_id=job.recording_id)


@dataclass
class Night:
    """Runs over one folder with one store; `now` is what the clock says."""

    source: Path
    store: FileAudioStore
    new_unit_of_work: UnitOfWorkFactory
    now: datetime = NOW
    transcriber: ScriptedTranscriber = field(default_factory=lambda: ScriptedTranscriber(hear_a_number))

    @property
    def recording(self) -> Path:
        """The one recording of the source."""
        [path] = self.source.iterdir()
        return path

    def run(self, playback: bool = True, originals: bool = False) -> RunView:
        run, waiting = self.take_in()
        keeper = AudioKeeper(self.store, OpusPlayback(), playback, originals, lambda: self.now)
        find = AddressFinder()
        inspector = Inspector(
            run, STANDARD, None, self.transcriber, find, self.new_unit_of_work, "0.0.test", 3, worker(), keeper
        )
        inspector.inspect(waiting)
        finish_run(run.id, self.now, self.new_unit_of_work)
        with self.new_unit_of_work() as uow:
            view = uow.runs.view(run.id)
        assert view is not None
        return view

    def take_in(self) -> tuple[Run, Sequence[Planned]]:
        listing = list_source(str(self.source))
        run = plan_run(listing.uri, None, None, STANDARD.ref, ENGINE.digest, scorer_of(STANDARD, None), self.now)
        register([MetadataReader(listing, "UTC")], run, IntakeRules("UTC", 0), probe_anything, self.new_unit_of_work)
        waiting = take_up(run.id, self.now, self.new_unit_of_work)
        return run, [Planned(c.recording.id, c.attempts) for c in waiting]


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One for all tests here: each brings a recording of its own, and which database it is does not matter."""
    url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'callqa.db'}"
    schema.upgrade(url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def night(one_database: Database, tmp_path: Path) -> Night:
    source = tmp_path / "recordings"
    source.mkdir()
    seed = zlib.crc32(str(tmp_path).encode())
    write_wav(source / f"{seed}.wav", noise(8.0, seed=seed), noise(8.0))
    return Night(source, FileAudioStore(tmp_path / "audio"), one_database.unit_of_work)


def test_a_bleeped_copy_and_by_default_no_original(night: Night) -> None:
    view = night.run()
    recording_id = view.calls[0].stored.recording.id
    copy = night.store.playback(recording_id)
    assert copy is not None
    assert OpusPlayback().fits(copy, bleeps_of(CALL) or ())
    assert bleeps_of(CALL)
    assert night.store.original(recording_id) is None
    before = copy.stat().st_mtime_ns
    night.run()
    assert copy.stat().st_mtime_ns == before


def test_neither_when_neither_is_wanted(night: Night) -> None:
    night.run(playback=False)
    assert not (night.source.parent / "audio").exists()


def test_kept_originals_go_after_their_days_and_the_source_stays(night: Night) -> None:
    recording_id = night.run(originals=True).calls[0].stored.recording.id
    kept = night.store.original(recording_id)
    assert kept is not None
    assert kept.read_bytes() == night.recording.read_bytes()
    assert prune(night.store, 30, 0, NOW + timedelta(days=30)) == Pruned(0, 0)
    assert prune(night.store, 30, 0, NOW + timedelta(days=31)) == Pruned(1, 0)
    assert night.store.original(recording_id) is None
    assert night.recording.exists()
    assert night.store.playback(recording_id) is not None


def test_killed_before_the_copy_was_made_the_next_run_makes_it(night: Night) -> None:
    _, [planned] = night.take_in()
    recording_id = planned.recording_id
    with night.new_unit_of_work() as uow:
        uow.transcripts.put(replace(CALL, recording_id=recording_id))
        uow.commit()
    night.run(originals=True)
    assert night.transcriber.heard == []
    assert night.store.playback(recording_id) is not None
    assert night.store.original(recording_id) is not None


def test_sound_that_cannot_be_read_is_scored_all_the_same_and_says_why_there_is_no_copy(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    night.recording.write_bytes(b"no sound")
    with caplog.at_level(logging.WARNING):
        [call] = night.run().calls
    assert call.stored.state is RecordingState.SCORED
    assert night.store.playback(call.stored.recording.id) is None
    assert night.store.why_no_playback(call.stored.recording.id) == "not_audio"
    assert call.stored.recording.id in caplog.text
    assert night.recording.name not in caplog.text, "names of files can hold the caller's number"


def test_a_disk_that_refuses_costs_no_score(night: Night) -> None:
    (night.source.parent / "audio").write_text("a file where the folder should be")
    [call] = night.run(originals=True).calls
    assert call.stored.state is RecordingState.SCORED


def test_a_copy_with_other_bleeps_is_made_again_or_taken_away(night: Night) -> None:
    recording_id = night.run().calls[0].stored.recording.id
    path = str(night.recording)
    keeper = AudioKeeper(night.store, OpusPlayback(), True, False, lambda: NOW)
    more = replace(CALL, recording_id=recording_id, dropped=(Dropped(Role.AGENT, 5.0, 6.0, "＊＊＊＊", ("loop",)),))

    keeper.keep(more, lambda: nullcontext(Fetched(path, recording_id)))
    copy = night.store.playback(recording_id)
    assert copy is not None
    assert OpusPlayback().fits(copy, bleeps_of(more) or ())

    keeper.keep(replace(CALL, recording_id=recording_id), lambda: nullcontext(None))
    assert night.store.playback(recording_id) is None
    assert "no longer where it was" in (night.store.why_no_playback(recording_id) or "")


MASKED = Masked(0, 4, SecretKind.CODE, None, None)


@pytest.mark.parametrize(
    ("utterance", "bleeps"),
    [
        (Utterance(0, Role.CUSTOMER, 1.0, 2.0, "＊＊＊＊", masked=(MASKED,)), ((1.0, 2.0),)),
        (Utterance(0, Role.CUSTOMER, 1.0, 2.0, "＊＊＊＊", masked=(replace(MASKED, start_s=1.2, end_s=1.4),)), ((1.2, 1.4),)),
        (Utterance(0, Role.CUSTOMER, None, None, "＊＊＊＊", masked=(MASKED,)), None),
        (Utterance(0, Role.CUSTOMER, None, None, "好的"), ()),
    ],
)  # fmt: skip
def test_where_a_number_without_word_times_is_bleeped(utterance: Utterance, bleeps: tuple[Bleep, ...] | None) -> None:
    assert bleeps_of(Transcript("r", "zh", 3.0, (utterance,))) == bleeps


def test_a_number_that_cannot_be_placed_makes_no_copy(night: Night) -> None:
    unplaced = Utterance(0, Role.CUSTOMER, None, None, "＊＊＊＊", masked=(MASKED,))
    night.transcriber.hear = lambda job: replace(CALL, recording_id=job.recording_id, utterances=(unplaced,))
    recording_id = night.run().calls[0].stored.recording.id
    assert night.store.playback(recording_id) is None
    assert "no time" in (night.store.why_no_playback(recording_id) or "")


def test_the_origin_of_an_error_quotes_nothing() -> None:
    try:
        int("我的号码是幺三八")
    except ValueError as error:
        told = origin_of(error)
    assert told.startswith("ValueError at test_inspection_audio.py:")
    assert "幺三八" not in told
    assert origin_of(KeyError("幺三八")) == "KeyError"
