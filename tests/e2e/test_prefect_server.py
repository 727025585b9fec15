"""The same flow under a real Prefect server and worker, deployed from prefect.yaml unchanged."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage import Database
from tests.e2e.conftest import DEMO_CALLS, Demo, environment, use_weights_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PREFECT = str(Path(sys.executable).parent / "prefect")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def background(arguments: list[str], env: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(arguments, cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def api(url: str, path: str, body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(
        f"{url}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            # Its own SQLite file was locked for too long, as on a machine with much else to do.
            if error.code != 503 or time.monotonic() > deadline:
                raise
            time.sleep(1)


def wait_for(what: str, ready: Any, seconds: float, log: Path) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if (found := ready()) is not None:
                return found
        except OSError:
            pass
        time.sleep(0.5)
    pytest.fail(f"{what} within {seconds} s; log:\n{log.read_text()[-3000:]}")


def test_the_nightly_deployment_runs_under_a_server_and_a_worker(tmp_path: Path, demo: Demo) -> None:
    source = tmp_path / "recordings"
    source.mkdir()
    for name in ("d08_customer_only_sorry_short.flac", "d10_abusive_agent.flac"):
        shutil.copy(DEMO_CALLS / name, source)
    (source / "page.wav").write_text("<html>")
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    home = tmp_path / "data"
    use_weights_of(demo, home)
    env = environment(
        PREFECT_HOME=str(tmp_path / "prefect"),
        PREFECT_API_URL=url,
        DO_NOT_TRACK="1",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_CLI_PROMPT="false",
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    )
    server_log, worker_log = tmp_path / "server.log", tmp_path / "worker.log"
    with background([PREFECT, "server", "start", "--port", str(port), "--no-ui"], env, server_log):
        wait_for("no server", lambda: api(url, "/health"), 120, server_log)
        pools = [["work-pool", "create", name, "--type", "process"] for name in ("callqa", "callqa-cpu", "callqa-gpu")]
        for command in (*pools, ["--no-prompt", "deploy", "--all"]):
            done = subprocess.run([PREFECT, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        deployment = api(url, "/deployments/name/inspect-calls/nightly")
        (schedule,) = deployment["schedules"]
        assert schedule["active"]
        assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("0 1 * * *", "Asia/Shanghai")

        with background([PREFECT, "worker", "start", "--pool", "callqa", "--limit", "1"], env, worker_log):
            run = api(
                url,
                f"/deployments/{deployment['id']}/create_flow_run",
                {
                    "state": {"type": "SCHEDULED"},
                    "parameters": {"source": str(source), "day": "all"},
                    # As one edits prefect.yaml: the folder of this machine.
                    "job_variables": {"env": {"CALLQA_HOME": str(home)}},
                },
            )

            def ended() -> dict[str, Any] | None:
                found: dict[str, Any] = api(url, f"/flow_runs/{run['id']}")
                return found if found["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

            final = wait_for("the flow run did not end", ended, 180, worker_log)
        assert final["state"]["name"] == "PartiallyCompleted", final["state"]
        artifacts = api(url, "/artifacts/filter", {"artifacts": {"key": {"any_": ["callqa-run-summary"]}}})
        assert "| quarantined | 1 |" in artifacts[0]["data"]
        kept = {one["key"]: one for one in api(url, "/artifacts/filter", {})}
        assert "| calls | 2 |" in kept["callqa-night-plan"]["data"]
        assert kept["callqa-progress"]["data"] == 100.0
        assert "0 recordings wait" in kept["callqa-progress"]["description"]

    database = Database(f"sqlite:///{home / 'callqa.db'}")
    with database.unit_of_work() as uow:
        cards = [card for _, card in uow.scorecards.latest()]
    database.close()
    assert len(cards) == 2
    assert any(card.fatal for card in cards)
