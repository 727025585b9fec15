"""Settings: layers, sources, and one clear message for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr.options import RemoteOptions
from callqa.bootstrap import engine_options
from callqa.settings import load_settings
from callqa.standards import find_standard
from models.errors import SettingsError
from tests.unit.scoring_calls import standard


def test_environment_wins_over_file_and_command_line_over_both(tmp_path: Path) -> None:
    (tmp_path / "callqa.toml").write_text('model = "small"\ndevice = "cpu"\nworkers = 3\n')
    environ = {"CALLQA_MODEL": "large-v3", "CALLQA_WORKERS": "5", "PATH": "/bin"}

    settings, sources = load_settings({"workers": 7, "standard": None}, environ, tmp_path)

    assert (settings.device, settings.model, settings.workers) == ("cpu", "large-v3", 7)
    assert settings.standard == "telecom-hotline-zh"
    assert sources.of["device"] == "callqa.toml"
    assert sources.of["model"] == "CALLQA_MODEL"
    assert sources.of["workers"] == "command line"
    assert sources.of["standard"] == "default"


@pytest.mark.parametrize(
    ("toml", "environ", "said"),
    [
        ("modle = 'base'", {}, ["callqa.toml", "'modle'", "no setting"]),
        ("", {"CALLQA_MODLE": "base"}, ["CALLQA_MODLE", "no setting"]),
        ("workers = -1", {}, ["callqa.toml", "workers", "-1"]),
        ("", {"CALLQA_CHUNK_MINUTES": "many"}, ["CALLQA_CHUNK_MINUTES", "chunk_minutes", "many"]),
        ("time_zone = 'Mars/Olympus'", {}, ["time_zone", "Mars/Olympus", "Asia/Shanghai"]),
        ("workers = ", {}, ["callqa.toml", "cannot be read"]),
        ("", {"CALLQA_ENGINE": "remotely"}, ["CALLQA_ENGINE", "remotely", "packed"]),
        ("remote_timeout_s = 0", {}, ["callqa.toml", "remote_timeout_s", "0"]),
        ("", {"CALLQA_CORRECTIONS": "sometimes"}, ["CALLQA_CORRECTIONS", "corrections", "sometimes"]),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(
    tmp_path: Path, toml: str, environ: dict[str, str], said: list[str]
) -> None:
    (tmp_path / "callqa.toml").write_text(toml)
    with pytest.raises(SettingsError) as error:
        load_settings({}, environ, tmp_path)
    for part in said:
        assert part in str(error.value)


def test_database_is_a_file_in_the_home_folder_unless_set(tmp_path: Path) -> None:
    settings, _ = load_settings({"home": tmp_path / "data"}, {}, tmp_path)
    assert settings.resolved_database_url == f"sqlite:///{tmp_path}/data/callqa.db"
    settings, _ = load_settings({}, {"CALLQA_DATABASE_URL": "postgresql://h/d"}, tmp_path)
    assert settings.resolved_database_url == "postgresql://h/d"


def test_a_key_is_shown_nowhere(tmp_path: Path) -> None:
    settings, _ = load_settings({}, {"CALLQA_REMOTE_KEY": "sk-secret"}, tmp_path)
    assert settings.remote_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in repr(settings) + str(settings.remote_key)
    (tmp_path / "callqa.toml").write_text("remote_key = 54321\n")
    with pytest.raises(SettingsError, match=r"remote_key = \*\*\*") as error:
        load_settings({}, {}, tmp_path)
    assert "54321" not in str(error.value)


def test_a_service_is_asked_only_when_the_engine_says_so(tmp_path: Path) -> None:
    standard = find_standard("telecom-hotline-zh")
    environ = {"CALLQA_REMOTE_URL": "http://gpu-box:8000/v1", "CALLQA_REMOTE_MODEL": "large-v3"}
    settings, _ = load_settings({}, environ, tmp_path)
    assert engine_options(settings, standard).remote is None
    settings, _ = load_settings({}, {**environ, "CALLQA_ENGINE": "remote", "CALLQA_REMOTE_TIMEOUT_S": "30"}, tmp_path)
    assert engine_options(settings, standard).remote == RemoteOptions("http://gpu-box:8000/v1", "large-v3", "", 30.0)
    settings, _ = load_settings({}, {"CALLQA_ENGINE": "remote"}, tmp_path)
    with pytest.raises(SettingsError, match="remote_url"):
        engine_options(settings, standard)


@pytest.mark.parametrize(("value", "corrections"), [(None, True), ("true", True), ("false", False)])
def test_corrections_can_be_switched_off(tmp_path: Path, value: str | None, corrections: bool) -> None:
    settings, _ = load_settings({}, {} if value is None else {"CALLQA_CORRECTIONS": value}, tmp_path)
    options = engine_options(settings, standard())
    assert options.corrections is corrections
    assert "光猫,工单,装维,携号转网。" in options.prompt
    assert any(term.term == "营业厅" for term in options.glossary)
    assert "营业厅" not in options.prompt


def test_the_fast_profile_is_told_no_words(tmp_path: Path) -> None:
    settings, _ = load_settings({"profile": "fast"}, {}, tmp_path)
    assert engine_options(settings, find_standard("telecom-hotline-zh")).prompt == "以下是普通话客服电话录音。"
