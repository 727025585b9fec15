"""What `callqa web` answers, on both databases: health, metrics, and nothing that is nobody's business."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from callqa.settings import Settings
from callqa.web.app import create_app
from callqa.web.services import WebServices, services_for
from models.run import RunStatus
from storage import Database
from tests import factories


def now() -> datetime:
    return datetime.now(UTC)


def ask(
    services: WebServices, path: str, headers: Mapping[str, Any] | None = None, client: str = "127.0.0.1"
) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(services), client=(client, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://callqa") as web:
            return await web.get(path, headers=dict(headers or {}))

    return asyncio.run(answer())


def health(settings: Settings) -> tuple[int, Any]:
    answer = ask(services_for(settings), "/healthz")
    return answer.status_code, json.loads(answer.text)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url=database_url)


def run_begun(database: Database, run_id: str, ago: timedelta, calls: int) -> list[str]:
    """A run with so many recordings that wait; returns their ids."""
    run = replace(factories.run(run_id), started_at=now() - ago)
    ids = []
    with database.unit_of_work() as uow:
        uow.runs.start(run)
        for number in range(calls):
            recording = factories.recording(str(number))
            uow.calls.add(recording, factories.meta(f"C{number}"))
            uow.calls.saw(run.id, recording.uri, recording.id)
            ids.append(recording.id)
        uow.commit()
    return ids


def test_a_new_installation_is_well(settings: Settings) -> None:
    code, body = health(settings)
    assert code == 200
    assert body == {
        "ok": True,
        "database": "ok",
        "home": "ok",
        "work": "ok",
        "newest_run": None,
        "at_work": 0,
    }


def test_a_finished_run_is_told_with_its_age(settings: Settings, database: Database) -> None:
    run_begun(database, "run-1", timedelta(hours=3), 0)
    with database.unit_of_work() as uow:
        uow.runs.finish("run-1", RunStatus.COMPLETED, now() - timedelta(hours=1))
        uow.commit()
    code, body = health(settings)
    newest = body["newest_run"]
    assert (code, newest["status"], newest["waiting"]) == (200, "completed", 0)
    assert newest["began_s_ago"] == pytest.approx(3 * 3600, abs=60)
    assert newest["ended_s_ago"] == pytest.approx(3600, abs=60)


def test_a_run_that_nobody_goes_on_with_is_stuck(settings: Settings, database: Database) -> None:
    ids = run_begun(database, "old", timedelta(hours=2), 2)

    def looked(lease_s: float | None = None) -> tuple[int, str, int, int]:
        """Code, work, recordings waiting and at work, with claims on all that hold for so long."""
        if lease_s is not None:
            with database.unit_of_work() as uow:
                uow.claims.lock("old", ids)
                uow.claims.hold(dict.fromkeys(ids, 0), "m1 x 1 1", lease_s)
                uow.commit()
        code, body = health(settings)
        return code, body["work"], body["newest_run"]["waiting"], body["at_work"]

    assert looked() == (503, "stuck", 2, 0)
    assert looked(lease_s=60.0) == (200, "ok", 2, 2)
    assert looked(lease_s=-1.0) == (503, "stuck", 2, 0)
    run_begun(database, "nothing waits", timedelta(minutes=90), 0)
    assert looked() == (200, "ok", 0, 0)
    run_begun(database, "taking in", timedelta(minutes=30), 2)
    assert looked() == (200, "ok", 2, 0)


def test_a_home_that_is_gone_and_a_database_that_was_not_set_up_are_not_well(
    empty_database_url: str, tmp_path: Path
) -> None:
    code, body = health(Settings(home=tmp_path / "unmounted", database_url=empty_database_url))
    assert (code, body["database"], body["home"], body["work"]) == (503, "wrong_revision", "not_writable", "unknown")
    assert list(tmp_path.iterdir()) == [], "a look makes nothing"


def test_a_database_that_does_not_answer_is_told_in_time_and_asked_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://qa:geheim@127.0.0.1:{silent.getsockname()[1]}/customers?connect_timeout=3"
        services = replace(services_for(Settings(home=tmp_path, database_url=url)), patience_s=0.2)

        async def three() -> list[httpx.Response]:
            transport = httpx.ASGITransport(create_app(services))
            async with httpx.AsyncClient(transport=transport, base_url="http://callqa") as web:
                return [await web.get(path) for path in ("/healthz", "/healthz", "/metrics")]

        answers = asyncio.run(three())
        silent.settimeout(5)
        asked = [silent.accept()[0] for _ in range(2)]
        silent.settimeout(0.2)
        with pytest.raises(TimeoutError):
            silent.accept()
        for one in asked:
            one.close()
    assert [one.status_code for one in answers] == [503, 503, 503]
    assert answers[0].json()["database"] == "unreachable"
    for answer in answers:
        assert not any(word in answer.text for word in ("geheim", "qa:", "customers", "127.0.0.1"))


def test_a_refused_connection_names_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    found = health(
        Settings(home=tmp_path, database_url=f"postgresql://qa:geheim@127.0.0.1:{port}/customers?connect_timeout=3")
    )
    assert (found[0], found[1]["database"]) == (503, "unreachable")
    assert "geheim" not in caplog.text
    assert "customers" in caplog.text


def test_metrics_are_those_of_the_command_and_for_this_machine(settings: Settings) -> None:
    services = services_for(settings)
    answer = ask(services, "/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert answer.text == services.metrics()
    for name in (
        'callqa_calls_total{state="scored"} 0.0',
        "callqa_queue_calls",
        'callqa_stage_seconds_total{stage="hear"}',
    ):
        assert name in answer.text


@pytest.mark.parametrize(
    ("token", "client", "headers", "code"),
    [
        ("", "127.0.0.1", {}, 200),
        ("", "::1", {}, 200),
        ("", "::ffff:127.0.0.1", {}, 200),
        ("", "10.0.0.7", {}, 403),
        ("", "testclient", {}, 403),
        ("", "127.0.0.1", {"X-Forwarded-For": "10.0.0.7"}, 403),
        ("", "10.0.0.7", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("", "10.0.0.7", {"Authorization": "Bearer "}, 403),
        ("t0k", "127.0.0.1", {}, 403),
        ("t0k", "127.0.0.1", {"Authorization": "Bearer t0"}, 403),
        ("t0k", "10.0.0.7", {"Authorization": "Bearer t0k"}, 200),
        ("t0k", "10.0.0.7", {"Authorization": "Bearer 口令".encode()}, 403),
        ("口令", "10.0.0.7", {"Authorization": "Bearer 口令".encode()}, 200),
    ],
)
def test_who_may_see_metrics(token: str, client: str, headers: dict[str, Any], code: int) -> None:
    settings = Settings(metrics_token=SecretStr(token))
    services = replace(services_for(settings), metrics=lambda: "figures")
    answer = ask(services, "/metrics", headers, client)
    assert answer.status_code == code
    assert ("figures" in answer.text) == (code == 200)


def test_nothing_else_is_served(tmp_path: Path) -> None:
    services = services_for(Settings(home=tmp_path))
    assert [ask(services, path).status_code for path in ("/docs", "/openapi.json", "/redoc")] == [404] * 3


def test_an_address_that_cannot_be_read_is_an_answer_without_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    code, body = health(Settings(home=tmp_path, database_url="postgresql://qa:geheim@[broken"))
    assert (code, body["database"]) == (503, "unreachable")
    assert "geheim" not in caplog.text
