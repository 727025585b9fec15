"""Metrics as Prometheus reads them, and the log as machines read it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from callqa import logs
from callqa.logs import about, set_up_logging
from callqa.reports.metrics import NightFigures, metrics_text
from models.call import RecordingState
from models.night import Backlog, Sitting, SittingTotals

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
SITTING = Sitting("run-1", AT, AT + timedelta(seconds=100), "m", "e", 9, 1000.0, 2.0, 150.0, 20.0)
STATES = {
    RecordingState.RECEIVED: 3,
    RecordingState.TRANSCRIBED: 1,
    RecordingState.SCORED: 90,
    RecordingState.QUARANTINED: 2,
}


def samples(text: str) -> dict[tuple[str, str], float]:
    """Every sample, by name and its one label value."""
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_metrics_are_read_back_as_they_were() -> None:
    totals = SittingTotals(4, 90, 8000.0, 10.0, 600.0, 80.0)
    text = metrics_text(NightFigures(STATES, Backlog(4, 720.5, 1, 2), totals, SITTING))
    assert samples(text) == {
        ("callqa_calls_total", "received"): 3,
        ("callqa_calls_total", "transcribed"): 1,
        ("callqa_calls_total", "scored"): 90,
        ("callqa_calls_total", "quarantined"): 2,
        ("callqa_queue_calls", ""): 4,
        ("callqa_queue_audio_seconds", ""): 720.5,
        ("callqa_queue_failed_calls", ""): 2,
        ("callqa_stage_seconds_total", "intake"): 10.0,
        ("callqa_stage_seconds_total", "hear"): 600.0,
        ("callqa_stage_seconds_total", "score"): 80.0,
        ("callqa_heard_audio_seconds_total", ""): 8000.0,
        ("callqa_realtime_factor", ""): 0.1,
        ("callqa_last_sitting_end_timestamp_seconds", ""): (AT + timedelta(seconds=100)).timestamp(),
    }
    assert text.endswith("\n")


def test_what_was_never_measured_is_left_out() -> None:
    found = samples(metrics_text(NightFigures(dict.fromkeys(RecordingState, 0), Backlog(), SittingTotals(), None)))
    assert ("callqa_realtime_factor", "") not in found
    assert found["callqa_calls_total", "scored"] == 0


def test_a_sitting_whose_sound_has_no_known_length_has_no_factor() -> None:
    last = replace(SITTING, audio_s=0.0)
    found = samples(metrics_text(NightFigures(STATES, Backlog(), SittingTotals(), last)))
    assert ("callqa_realtime_factor", "") not in found
    assert ("callqa_last_sitting_end_timestamp_seconds", "") in found


@pytest.fixture
def as_before() -> Iterator[None]:
    """Loggers are the process's: put back what was set up."""
    kept = {name: (logging.getLogger(name).handlers[:], logging.getLogger(name).level) for name in logs.OURS}
    yield
    for name, (handlers, level) in kept.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = handlers, True
        logger.setLevel(level)


@pytest.mark.usefixtures("as_before")
def test_json_lines_carry_ids_and_never_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    set_up_logging("info", "json")
    log = logging.getLogger("callqa.services.inspect")
    with about(run_id="run-1"):
        with about(call_id="C1", recording_id="ab" * 32):
            try:
                raise ValueError("客户说：我的卡号是6222")
            except ValueError:
                log.exception("scoring failed\nfor %s", "C1")
        log.info("progress")
    log.debug("not this")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first.pop("at").endswith("+00:00")
    assert first.pop("error").startswith("ValueError at test_night_output.py:")
    assert first == {
        "level": "error",
        "logger": "callqa.services.inspect",
        "message": "scoring failed\nfor C1",
        "run_id": "run-1",
        "call_id": "C1",
        "recording_id": "ab" * 32,
    }
    assert (second["message"], second["run_id"], "call_id" in second) == ("progress", "run-1", False)
    assert "6222" not in stream.getvalue()


@pytest.mark.usefixtures("as_before")
def test_setting_the_log_up_again_says_nothing_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    set_up_logging("info", "json")
    set_up_logging("warning", "text")
    logging.getLogger("flows.inspect_calls_flow").info("quiet")
    logging.getLogger("storage.engine").warning("loud %s", 1)
    assert stream.getvalue().endswith(" warning loud 1\n")
    assert stream.getvalue().count("\n") == 1
