"""What flows decide by themselves: which failures are tried again, which day is meant, which parameters are refused."""

from __future__ import annotations

import asyncio
import io
import logging
import urllib.request
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.exceptions import ParameterTypeError, PrefectHTTPStatusError
from prefect.states import Failed

from callqa.services.intake import IntakeResult
from callqa.services.runs import resolve_day
from flows import inspect_calls_flow
from flows.chunks import is_transient
from flows.flow_settings import flow_settings
from flows.inspect_calls_flow import inspect_calls
from flows.run_here import prefect_ready
from models.errors import InputError, SettingsError, StandardError, TransientError
from models.run import RunCounts, RunStatus
from models.standard import review_reminder
from storage.audio_store import FileAudioStore
from tests import factories

INTAKE = asdict(IntakeResult(files=1, other_days=0, forgotten=0, ignored=0, missing=()))


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (TransientError("database is locked"), True),
        (InputError("no such folder"), False),
        (StandardError("line 3"), False),
        (ZeroDivisionError(), False),
    ],
)
def test_only_what_may_pass_by_itself_is_tried_again(error: Exception, again: bool) -> None:
    state: Any = Failed(data=error)
    # Only the state says what failed.
    nothing: Any = None
    assert asyncio.run(is_transient(nothing, nothing, state)) is again


def test_days() -> None:
    now = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # half past midnight of the 21st in Shanghai
    assert resolve_day("yesterday", "Asia/Shanghai", now) == date(2026, 11, 20)
    assert resolve_day("yesterday", "UTC", now) == date(2026, 11, 19)
    assert resolve_day("all", "UTC", now) is None
    assert resolve_day(date(2026, 1, 2), "UTC", now + timedelta(days=9)) == date(2026, 1, 2)


@pytest.mark.parametrize(
    "parameters",
    [
        {"source": ""},
        {"source": "x", "day": "tomorrow"},
        {"source": "x", "limit": 0},
        {"source": "x", "limit": "many"},
        {"source": 3.5},
        {"source": "x", "until": "six"},
        {"source": []},
        {"source": ["x", ""]},
    ],
)
def test_parameters_that_cannot_be_meant_are_refused(parameters: dict[str, object]) -> None:
    complete = {"day": "all", "standard": None, "limit": None, "until": None} | parameters
    with pytest.raises(ParameterTypeError):
        inspect_calls.validate_parameters(complete)


@pytest.mark.parametrize("source", ["x", ["x"], ["x", "y"]])
def test_one_source_or_a_list_of_them(source: str | list[str]) -> None:
    taken = inspect_calls.validate_parameters({"source": source, "day": "all", "standard": None, "limit": None})
    assert taken["source"] == source


@pytest.mark.parametrize("day", ["2026-11-20", "yesterday", "all"])
def test_days_as_a_deployment_writes_them(day: str) -> None:
    taken = inspect_calls.validate_parameters(
        {"source": "x", "day": day, "standard": None, "limit": None, "until": "06:00"}
    )
    assert taken["day"] == (date(2026, 11, 20) if day[0] == "2" else day)
    assert taken["until"] == time(6)


def test_a_home_folder_relative_to_a_workers_scratch_folder_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLQA_HOME", "callqa-data")
    with pytest.raises(SettingsError, match="CALLQA_HOME to an absolute folder"):
        flow_settings(None)
    monkeypatch.setenv("CALLQA_HOME", str(tmp_path))
    assert flow_settings("service-desk-en").standard == "service-desk-en"


def test_a_prefect_server_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    with pytest.raises(SettingsError, match=r"http://127\.0\.0\.1:1/api"), prefect_ready(tmp_path):
        pass


def test_originals_that_cannot_be_deleted_leave_a_finished_night_finished(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Locked(FileAudioStore):
        def delete_originals(self, stored_before: datetime, *, dry_run: bool) -> int:
            raise PermissionError(13, "Permission denied", str(tmp_path / "13800138000.wav"))

    counts = RunCounts(2, 2, 0, 2, 0, 0, 0, 0, 60.0, 60.0)
    monkeypatch.setenv("CALLQA_HOME", str(tmp_path))
    monkeypatch.setenv("CALLQA_ORIGINALS_DAYS", "30")
    monkeypatch.setattr(inspect_calls_flow, "open_database", lambda _: None)
    monkeypatch.setattr(inspect_calls_flow, "draw_samples", lambda *_: 0)
    monkeypatch.setattr(inspect_calls_flow, "finish_run", lambda *_: (RunStatus.COMPLETED, counts))
    monkeypatch.setattr(inspect_calls_flow, "audio_store", lambda _: Locked(tmp_path / "audio"))
    monkeypatch.setattr(inspect_calls_flow, "create_markdown_artifact", lambda *_, **__: None)
    monkeypatch.setattr(inspect_calls_flow, "get_run_logger", lambda: logging.getLogger("night"))
    with caplog.at_level(logging.WARNING, "night"):
        final = inspect_calls_flow.summarise(factories.run("run-7"), INTAKE, None)
    assert final.is_completed()
    assert [r.getMessage() for r in caplog.records] == [
        "run run-7: what is past its days was not all deleted: Permission denied"
    ]


def test_a_night_reminds_of_the_standard_s_review(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    counts = RunCounts(2, 2, 0, 2, 0, 0, 0, 0, 60.0, 60.0)
    monkeypatch.setenv("CALLQA_HOME", str(tmp_path))
    monkeypatch.setattr(inspect_calls_flow, "open_database", lambda _: None)
    monkeypatch.setattr(inspect_calls_flow, "draw_samples", lambda *_: 0)
    monkeypatch.setattr(inspect_calls_flow, "finish_run", lambda *_: (RunStatus.COMPLETED, counts))
    monkeypatch.setattr(inspect_calls_flow, "create_markdown_artifact", lambda *_, **__: None)
    monkeypatch.setattr(inspect_calls_flow, "get_run_logger", lambda: logging.getLogger("night"))
    reminder = review_reminder(factories.STANDARD, "质检组", date(2027, 2, 1), date(2027, 1, 27))
    with caplog.at_level(logging.WARNING, "night"):
        state = inspect_calls_flow.summarise(factories.run("run-7"), INTAKE, reminder)
    summary: Any = state.result()
    assert summary["standard_review"] == {"review_by": "2027-02-01", "days_left": 5}
    (record,) = caplog.records
    assert "telecom-hotline-zh（版本 2026.1）的季度复审将于 2027-02-01 到期，还有 5 天" in record.getMessage()
    assert "standard_review" not in inspect_calls_flow.summarise(factories.run("run-7"), INTAKE, None).result()


def test_a_prefect_server_that_fails_is_told_in_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one whose disk is full does."""
    request = httpx.Request("POST", "http://127.0.0.1:1/api/flow_runs/")
    answer = httpx.Response(500, request=request, text="disk full: 13800138000")
    # It fails at every address but that of its health.
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: io.BytesIO(b"true"))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    with pytest.raises(TransientError, match="answered with 500: look at its disk") as caught, prefect_ready(tmp_path):
        raise PrefectHTTPStatusError("500", request=request, response=answer)
    assert "13800138000" not in str(caught.value)
