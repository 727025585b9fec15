"""kill -9 in the middle of transcribing, or two at once: the rows of an undisturbed run, and no server stays."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from storage import Database, schema
from tests.databases import dump
from tests.e2e.conftest import DEMO_CALLS, TIMEOUT_S, Demo, callqa, command, environment, use_weights_of

pytestmark = pytest.mark.slow


def calls(url: str) -> Any:
    """Everything found about every call of the run: transcripts, scorecards, findings, evidence, promises, states."""
    database = Database(url)
    with database.unit_of_work() as uow:
        run_id = uow.runs.latest_id()
        view = uow.runs.view(run_id) if run_id else None
    database.close()
    assert view is not None
    return view.run.id, view.run.status, view.counts, view.calls


def rows(url: str) -> dict[str, int]:
    return {name: len(found) for name, found in dump(url).items()}


def servers_of(home: Path) -> list[str]:
    """Prefect servers that work for this data folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            line = (process / "cmdline").read_bytes()
            variables = (process / "environ").read_bytes()
        except OSError:
            continue
        if b"flows.local_server" in line and str(home).encode() in variables:
            found.append(process.name)
    return found


def transcribed(url: str) -> int:
    if schema.state(url).empty:
        return 0
    return len(dump(url)["transcripts"])


def test_same_rows_as_an_undisturbed_run(tmp_path: Path, demo: Demo, prefect: dict[str, str]) -> None:
    home = tmp_path / "callqa-data"
    url = f"sqlite:///{home / 'demo.db'}"
    run = ("run", str(DEMO_CALLS), "--database-url", url)
    use_weights_of(demo, home)
    victim = subprocess.Popen(
        command(run), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while transcribed(url) == 0 and time.monotonic() < deadline:
        assert victim.poll() is None, "it ended before it could be killed"
        time.sleep(0.05)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    left = transcribed(url)
    assert 0 < left < 8

    deadline = time.monotonic() + 30
    while servers_of(home) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert servers_of(home) == []

    again = callqa(*run, cwd=tmp_path, **prefect)
    assert again.returncode == 0, again.stderr
    assert rows(url) == rows(demo.database_url)
    assert calls(url) == calls(demo.database_url)


def test_two_at_once_share_the_work_and_say_the_same(tmp_path: Path, demo: Demo) -> None:
    url = f"sqlite:///{tmp_path / 'callqa-data' / 'demo.db'}"
    run = ("run", str(DEMO_CALLS), "--database-url", url, "--json")
    use_weights_of(demo, tmp_path / "callqa-data")
    both = [
        subprocess.Popen(command(run), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    (said, error), (also_said, also_error) = [process.communicate(timeout=TIMEOUT_S) for process in both]
    assert [process.returncode for process in both] == [0, 0], (error, also_error)
    assert said == also_said
    assert rows(url) == rows(demo.database_url)
    assert calls(url) == calls(demo.database_url)
