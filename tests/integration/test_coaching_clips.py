"""A coaching report with the sound of its quotes: from the masked copy alone, and silent where there is none."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner, Result

from asr.clips import cut_clip
from asr.playback import OpusPlayback
from callqa.cli import app
from models.errors import RecordingError
from models.ports import Bleep
from models.scorecard import Verdict
from storage.audio_store import FileAudioStore
from storage.database import Database
from tests import factories
from tests.scored_calls import put

START = factories.STARTED_AT
RATE = 16_000


def copy_of(tmp_path: Path, seconds: float, channels: int = 2, bleeps: Sequence[Bleep] = ()) -> bytes:
    """A playback copy that is loud from its third second on, in its first channel."""
    sound = np.zeros((round(seconds * RATE), channels), np.float32)
    sound[3 * RATE :, 0] = 0.5 * np.sin(np.arange(len(sound) - 3 * RATE) * 2 * np.pi * 400 / RATE)
    soundfile.write(tmp_path / "call.wav", sound, RATE)
    made = BytesIO()
    OpusPlayback().make(str(tmp_path / "call.wav"), bleeps, made)
    return made.getvalue()


@pytest.mark.parametrize("channels", [1, 2])
def test_a_clip_is_that_stretch_as_one_channel(tmp_path: Path, channels: int) -> None:
    clip = cut_clip(BytesIO(copy_of(tmp_path, 8, channels)), 2.0, 5.0)
    sound, rate = soundfile.read(BytesIO(clip))
    assert (rate, sound.ndim) == (RATE, 1)
    assert len(sound) == pytest.approx(3 * RATE, abs=RATE / 20)
    assert np.abs(sound[: RATE // 2]).max() < 0.05
    assert np.abs(sound[2 * RATE :]).max() > 0.2


def test_a_clip_ends_with_the_sound_and_damage_is_said(tmp_path: Path) -> None:
    whole = copy_of(tmp_path, 4)
    assert len(soundfile.read(BytesIO(cut_clip(BytesIO(whole), 3.0, 13.0)))[0]) == pytest.approx(RATE, abs=RATE / 10)
    assert cut_clip(BytesIO(whole), 20.0, 30.0) == b""
    with pytest.raises(RecordingError):
        cut_clip(BytesIO(b"no sound"), 0.0, 1.0)


def keep(home: Path, name: str, sound: bytes) -> None:
    def write(target: BinaryIO) -> None:
        target.write(sound)

    FileAudioStore(home / "audio").put_playback(factories.recording(name).id, write)


def command(url: str, home: Path, page: Path, *more: str) -> Result:
    days = ("--from", str(START.date()), "--to", str(START.date() + timedelta(days=1)))
    words = ["report", "agent", "A17", *days, "-o", str(page), "--database-url", url, "--home", str(home), *more]
    return CliRunner().invoke(app, words)


def test_the_page_holds_the_sound_of_copies_that_are_there(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    home, page = tmp_path / "home", tmp_path / "a.html"
    with database.unit_of_work() as uow:
        for number in range(12):
            meta = factories.meta(f"C{number}", "A17", START + timedelta(minutes=number))
            found = factories.finding("greeting", Verdict.MISSED, 0, proof=(factories.evidence("喂"),))
            put(uow, f"C{number}", meta, factories.scorecard(findings=(found,)))
        uow.commit()
    keep(home, "C11", copy_of(tmp_path, 8))
    # Of a text that hid other numbers: here they might be heard.
    keep(home, "C10", copy_of(tmp_path, 8, bleeps=((1.0, 2.0),)))

    assert command(database_url, home, page).exit_code == 0
    assert "<audio" not in page.read_text(encoding="utf-8")
    done = command(database_url, home, page, "--audio", "--by", "王")
    assert done.exit_code == 0, done.output + str(done.exception)

    html = page.read_text(encoding="utf-8")
    (clip,) = re.findall(r'<audio controls preload="none" src="data:audio/ogg;base64,([^"]+)"', html)
    assert len(soundfile.read(BytesIO(base64.b64decode(clip)))[0]) <= 10.1 * RATE
    assert "media-src data:" in html
    assert html.count("<blockquote>") == 2, "the other quote stays, without sound"
    with database.unit_of_work() as uow:
        told = [(e.event.actor, e.event.action, e.event.subject) for e in uow.audit.entries()]
    assert told == [("王", "recording_played", "C11")]


def test_sound_has_no_place_in_a_table(database: Database, database_url: str, tmp_path: Path) -> None:
    refused = command(database_url, tmp_path, tmp_path / "a.xlsx", "--audio", "--format", "xlsx")
    assert "write html" in str(refused.exception)
