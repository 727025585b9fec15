"""What inspection keeps of the sound, through the services and the real Opus encoder, whatever goes wrong."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from asr.pii.mask import mask_secrets
from asr.playback import OpusPlayback
from callqa.metadata import MetadataReader
from callqa.services.audio import AudioKeeper, Pruned, bleeps_of, make_playback, prune
from callqa.services.inspect import Inspector
from callqa.services.intake import IntakeRules, register
from callqa.services.runs import finish_run, plan_run, take_up
from callqa.sources import AddressFinder, list_source
from callqa.standards import find_standard
from models.call import RecordingState
from models.errors import origin_of
from models.keeping import ForgottenPart
from models.ports import Bleep, UnitOfWorkFactory
from models.run import AudioJob, Planned, Run, RunView
from models.source import Fetched
from models.transcript import Dropped, Masked, Role, SecretKind, Transcript, Utterance
from scoring import scorer_of
from storage import Database, schema
from storage.audio_store import FileAudioStore
from storage.sealing import Sealer
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


class ErasingMaker(OpusPlayback):
    """While it makes a copy, a person erases the call."""

    def __init__(self, erase: Callable[[], None]) -> None:
        self._erase = erase

    def make(self, source: str, bleeps: Sequence[Bleep], target: BinaryIO) -> None:
        super().make(source, bleeps, target)
        self._erase()


def test_of_a_call_that_is_erased_while_it_is_heard_no_sound_stays(night: Night) -> None:
    run, [work] = night.take_in()

    def erase() -> None:
        night.store.forget(work.recording_id)
        with night.new_unit_of_work() as uow:
            uow.keeping.forget([work.recording_id], ForgottenPart.CALL, NOW)
            uow.commit()

    keeper = AudioKeeper(night.store, ErasingMaker(erase), True, True, lambda: NOW)
    Inspector(
        run, STANDARD, None, night.transcriber, AddressFinder(), night.new_unit_of_work, "0.0.test", 3, worker(), keeper
    ).inspect([work])
    with night.new_unit_of_work() as uow:
        assert uow.calls.get(work.recording_id) is None
    assert [path for path in (night.source.parent / "audio").rglob("*") if path.is_file()] == []


def test_a_bleeped_copy_and_by_default_no_original(night: Night) -> None:
    view = night.run()
    recording_id = view.calls[0].stored.recording.id
    copy = night.store.playback(recording_id)
    assert copy is not None
    with night.store.opened(copy) as sound:
        assert OpusPlayback().fits(sound, bleeps_of(CALL) or ())
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
    with night.store.opened(copy) as sound:
        assert OpusPlayback().fits(sound, bleeps_of(more) or ())

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


def test_with_a_key_neither_sound_nor_words_lie_plain_and_copies_can_be_made_again(tmp_path: Path) -> None:
    sealer, home = Sealer([bytes(32)]), tmp_path / "home"
    url = f"sqlite:///{home / 'callqa.db'}"
    schema.upgrade(url)
    database = Database(url, sealer)
    (tmp_path / "recordings").mkdir()
    write_wav(tmp_path / "recordings" / "call.wav", noise(8.0), noise(8.0))
    night = Night(tmp_path / "recordings", FileAudioStore(home / "audio", sealer), database.unit_of_work)
    [call] = night.run(originals=True).calls
    assert call.stored.state is RecordingState.SCORED
    copy, original = night.store.playback(call.stored.recording.id), night.store.original(call.stored.recording.id)
    assert copy is not None
    assert original is not None
    stored = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert any(str(path).endswith("-wal") for path in stored)
    for plain in (b"OggS", b"OpusHead", b"RIFF", "请报一下手机号码".encode(), "您好".encode()):
        assert [path for path, content in stored.items() if plain in content] == []
    with night.store.opened(original) as sound:
        assert sound.read() == night.recording.read_bytes()
    before = copy.read_bytes()
    copy.unlink()
    night.recording.unlink()
    keeper = AudioKeeper(night.store, OpusPlayback(), True, False, lambda: NOW)
    assert make_playback(keeper, AddressFinder(), night.new_unit_of_work).made == 1
    assert copy.read_bytes() != before
    # A damaged copy is made again.
    copy.write_bytes(copy.read_bytes()[:-9])
    assert make_playback(keeper, AddressFinder(), night.new_unit_of_work).made == 1
    assert [path.name for path in (home / "audio" / "scratch").iterdir()] == ["lock"]
    database.close()


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
