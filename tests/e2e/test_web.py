"""`callqa web` as users start it: a process that says where it listens, answers, and ends when it is told to."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.conftest import Demo, callqa, command, environment

pytestmark = pytest.mark.slow


def test_the_command_serves_until_it_is_told_to_end(demo: Demo, tmp_path: Path) -> None:
    # Of its own: the first start adds the first person, and other tests compare with the demo's rows.
    database = tmp_path / "demo.db"
    shutil.copyfile(demo.database_url.removeprefix("sqlite:///"), database)
    where = ("--home", str(demo.home), "--database-url", f"sqlite:///{database}")
    process = subprocess.Popen(
        command(["web", "--port", "0", *where]),
        cwd=tmp_path,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        # The first start tells the first password; the address comes last.
        assert "log in as admin" in process.stdout.readline()
        address = process.stdout.readline().strip().removeprefix("callqa web: ")
        with urllib.request.urlopen(f"{address}/healthz", timeout=30) as answer:
            health = json.loads(answer.read())
        with urllib.request.urlopen(f"{address}/metrics", timeout=30) as answer:
            figures = answer.read().decode()
        taken = callqa("web", "--port", address.rpartition(":")[2], *where, cwd=tmp_path)
    finally:
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGTERM
    assert (output, errors) == ("", "")
    assert health["ok"]
    assert health["newest_run"]["status"] == "completed"
    assert figures == callqa("metrics", *where, cwd=tmp_path).stdout
    assert 'callqa_calls_total{state="scored"} 8.0' in figures
    assert taken.returncode == 2
    assert "choose another with --host and --port" in taken.stderr
