"""`callqa audio` and the settings behind it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callqa.bootstrap import engine_options
from callqa.cli import app
from callqa.settings import load_settings
from callqa.sources import hash_file
from callqa.standards import find_standard
from models.call import CallMeta, Recording
from models.errors import SettingsError
from storage import Database, schema
from storage.audio_store import FileAudioStore
from tests.factories import transcript
from tests.unit.asr_signals import noise, write_wav


def playback_command(*arguments: str) -> tuple[int, dict[str, int], str]:
    """Exit code, the counts that are printed, and what is complained of."""
    done = CliRunner().invoke(app, ["audio", "playback", *arguments])
    lines = [line.split(": ") for line in done.stdout.splitlines()]
    return done.exit_code, {name: int(count) for name, count in lines}, done.stderr + str(done.exception or "")


def test_missing_copies_are_made_where_the_recordings_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("CALLQA_HOME", os.fspath(home))
    url = f"sqlite:///{home / 'callqa.db'}"
    schema.upgrade(url)
    database, store, ids = Database(url), FileAudioStore(home / "audio"), {}
    with database.unit_of_work() as uow:
        for number, name in enumerate(("there", "kept", "gone", "replaced"), 1):
            path = tmp_path / f"{name}.wav"
            write_wav(path, noise(4.0, seed=number))
            ids[name] = hash_file(path)
            uow.calls.add(Recording(ids[name], path.as_uri()), CallMeta(name))
            uow.transcripts.put(replace(transcript(("customer", "＊＊＊＊")), recording_id=ids[name]))
        uow.calls.add(Recording("f" * 64, (tmp_path / "unheard.wav").as_uri()), CallMeta("unheard"))
        uow.commit()
    database.close()
    store.put_original(ids["kept"], tmp_path / "kept.wav", datetime.now(UTC))
    for name in ("kept", "gone"):
        (tmp_path / f"{name}.wav").unlink()
    write_wav(tmp_path / "replaced.wav", noise(4.0, seed=9))

    made = {"made": 2, "there": 0, "expired": 0, "missing": 2}
    code, counts, complaints = playback_command()
    assert (code, counts) == (0, made), complaints
    for name in ("gone", "replaced"):
        assert f"call {name}: no copy to listen to: the recording is no longer where it was" in complaints
    assert [name for name, call in ids.items() if store.playback(call)] == ["there", "kept"]
    assert playback_command()[:2] == (0, made | {"made": 0, "there": 2})

    # What is past its days stays away, until somebody asks for that call.
    for name in ("there", "kept"):
        copy = store.playback(ids[name])
        assert copy is not None
        os.utime(copy, (0, 0))
    monkeypatch.setenv("CALLQA_PLAYBACK_DAYS", "30")
    deleted = CliRunner().invoke(app, ["privacy", "retain", "--yes", "--json"])
    assert json.loads(deleted.stdout)["playback"] == 2
    assert playback_command()[:2] == (0, made | {"made": 0, "expired": 2})
    assert playback_command("--call", "there")[:2] == (0, {"made": 1, "there": 0, "expired": 0, "missing": 0})
    assert store.playback(ids["kept"]) is None

    for unknown in ("unheard", "nobody"):
        code, counts, complaints = playback_command("--call", "kept", "--call", unknown)
        assert (code, counts) == (1, {})
        assert f"no transcript of call '{unknown}' is stored" in complaints
    assert store.playback(ids["kept"]) is None, "a wrong id is told before anything is made"

    monkeypatch.setenv("CALLQA_PLAYBACK", "false")
    assert "CALLQA_PLAYBACK" in playback_command()[2]


def test_by_default_text_is_masked_a_copy_is_made_and_no_original_is_stored(tmp_path: Path) -> None:
    settings, _ = load_settings({}, {}, tmp_path)
    assert (settings.mask_pii, settings.playback, settings.playback_days) == (True, True, 0)
    assert (settings.originals, settings.originals_days) == ("never", 0)
    standard = find_standard("telecom-hotline-zh")
    assert engine_options(settings, standard).mask_pii
    off, _ = load_settings({}, {"CALLQA_MASK_PII": "false"}, tmp_path)
    assert not engine_options(off, standard).mask_pii


@pytest.mark.parametrize(
    ("name", "value"),
    [("MASK_PII", "perhaps"), ("PLAYBACK", "2"), ("ORIGINALS", "delete"), ("ORIGINALS_DAYS", "-1"), ("ORIGINALS_DAYS", "1.5"), ("PLAYBACK_DAYS", "-1")],
)  # fmt: skip
def test_values_that_cannot_be_meant_are_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"CALLQA_{name}"):
        load_settings({}, {f"CALLQA_{name}": value}, tmp_path)
