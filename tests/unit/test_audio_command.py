"""`callqa audio prune` and the settings behind it."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callqa.bootstrap import engine_options
from callqa.cli import app
from callqa.settings import load_settings
from callqa.standards import find_standard
from models.errors import SettingsError
from storage.audio_store import FileAudioStore


def kept_days_ago(home: Path, content: bytes, days: int) -> str:
    recording_id = hashlib.sha256(content).hexdigest()
    source = home.parent / "call.wav"
    source.write_bytes(content)
    FileAudioStore(home / "audio").put_original(recording_id, source, datetime.now(UTC) - timedelta(days=days))
    return recording_id


@pytest.mark.parametrize(("days", "deleted"), [("30", 1), ("99", 0), ("0", 0)])
def test_prune_deletes_what_is_older_than_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: str, deleted: int
) -> None:
    home = tmp_path / "home"
    old, new = kept_days_ago(home, b"old", 31), kept_days_ago(home, b"new", 29)
    monkeypatch.setenv("CALLQA_HOME", os.fspath(home))
    monkeypatch.setenv("CALLQA_ORIGINALS_DAYS", days)
    done = CliRunner().invoke(app, ["audio", "prune"])
    assert (done.exit_code, done.stdout) == (0, f"{deleted}\n")
    store = FileAudioStore(home / "audio")
    assert (store.original(old) is None) is bool(deleted)
    assert store.original(new) is not None


def test_by_default_text_is_masked_a_copy_is_made_and_no_original_is_stored(tmp_path: Path) -> None:
    settings, _ = load_settings({}, {}, tmp_path)
    assert (settings.mask_pii, settings.playback, settings.originals, settings.originals_days) == (
        True,
        True,
        "never",
        0,
    )
    standard = find_standard("telecom-hotline-zh")
    assert engine_options(settings, standard).mask_pii
    off, _ = load_settings({}, {"CALLQA_MASK_PII": "false"}, tmp_path)
    assert not engine_options(off, standard).mask_pii


@pytest.mark.parametrize(
    ("name", "value"),
    [("MASK_PII", "perhaps"), ("PLAYBACK", "2"), ("ORIGINALS", "delete"), ("ORIGINALS_DAYS", "-1"), ("ORIGINALS_DAYS", "1.5")],
)  # fmt: skip
def test_values_that_cannot_be_meant_are_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"CALLQA_{name}"):
        load_settings({}, {f"CALLQA_{name}": value}, tmp_path)
