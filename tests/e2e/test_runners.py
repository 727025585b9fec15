"""Past one process: the real flow on processes, on a Dask cluster and on several machines, all on PostgreSQL.

A service in the test hears the recordings, so that no process has a model to load.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from storage import Database, schema
from tests.databases import dump, postgresql_url
from tests.e2e.conftest import DEMO_CALLS, TIMEOUT_S, command, environment
from tests.shared_night import result
from tests.transcription_server import Answer, Request, serving

__all__ = ["postgresql_url"]

pytestmark = pytest.mark.slow

CALLS = 6


class Ear:
    """Hears the same words everywhere; nothing while it is `closed`."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Whoever asks waits until the block ends, so that what is in hand stays so."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def hear(self, request: Request) -> Answer:
        self._open.wait(TIMEOUT_S)
        return Answer({"text": "您好，很高兴为您服务。"})


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear()


@pytest.fixture(scope="module")
def service(ear: Ear) -> Iterator[str]:
    with serving(ear.hear) as running:
        yield running.url


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds in which both speak, each time after another silence."""
    folder = tmp_path_factory.mktemp("runners") / "calls"
    folder.mkdir()
    sound, rate_hz = soundfile.read(DEMO_CALLS / "d08_customer_only_sorry_short.flac", always_2d=True)
    # From the agent's first word to the end of the customer's answer: without speech nothing would be heard.
    spoken = sound[int(3.2 * rate_hz) : int(9.8 * rate_hz)]
    for number in range(CALLS):
        silence = np.zeros((rate_hz // 100 * (1 + number), sound.shape[1]))
        soundfile.write(folder / f"{number}.wav", np.concatenate([silence, spoken]), rate_hz, "PCM_16")
    return folder


@pytest.fixture
def dask_port_taken() -> Iterator[None]:
    """Somebody's Dask, or a run beside this one, has the port that Dask takes first."""
    with socket.socket() as other:
        # Taken by somebody else already: as good.
        with suppress(OSError):
            other.bind(("0.0.0.0", 8787))
            other.listen()
        yield


def begin(*arguments: str, cwd: Path, url: str, service: str, **settings: str) -> subprocess.Popen[str]:
    """A command of callqa on this database, with the service."""
    fixed = {
        "CALLQA_DATABASE_URL": url,
        "CALLQA_ENGINE": "remote",
        "CALLQA_REMOTE_URL": service,
        "CALLQA_REMOTE_MODEL": "fake",
        "CALLQA_PLAYBACK": "false",
        "CALLQA_CHUNK_FILES": "1",
        "CALLQA_WORKERS": "1",
    }
    return subprocess.Popen(
        command(arguments),
        cwd=cwd,
        env=environment(**fixed | settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What it printed as JSON; it ended well and said nothing else."""
    output, errors = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, errors) == (0, "")
    printed: dict[str, Any] = json.loads(output)
    return printed


def holders(url: str) -> set[int]:
    """Process ids of those that have a recording in hand."""
    if schema.state(url).empty:
        return set()
    return {int(row[1].split(" ")[-2]) for row in dump(url)["claims"] if row[1]}


def wait_for_holders(url: str, process: subprocess.Popen[str], least: int = 1) -> set[int]:
    """Those processes, once they are so many."""
    deadline = time.monotonic() + TIMEOUT_S
    while len(found := holders(url)) < least:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def family(home: Path) -> list[str]:
    """Command lines of the processes that work for this data folder: the run, its children, its server."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if f"CALLQA_HOME={home}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def check_complete(url: str, undisturbed: Any) -> None:
    assert result(url) == undisturbed
    rows = {table: len(found) for table, found in dump(url).items()}
    assert (rows["recordings"], rows["transcripts"], rows["scorecards"], rows["claims"]) == (CALLS, CALLS, CALLS, 0)


@pytest.fixture(scope="module")
def undisturbed(source: Path, service: str, prefect: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a run on threads finds."""
    folder = tmp_path_factory.mktemp("threads")
    url = f"sqlite:///{folder / 'calls.db'}"
    ended(begin("run", str(source), "--json", cwd=folder, url=url, service=service, **prefect))
    return result(url)


@pytest.fixture
def where(postgresql_url: str, service: str, prefect: dict[str, str]) -> dict[str, str]:
    """What the processes of these tests share: database, what hears, and Prefect's server."""
    return {"url": postgresql_url, "service": service, **prefect}


@pytest.mark.usefixtures("dask_port_taken")
@pytest.mark.parametrize("runner", ["processes", "dask"])
def test_two_processes_share_the_chunks_of_a_run(
    runner: str,
    where: dict[str, str],
    source: Path,
    ear: Ear,
    undisturbed: Any,
    tmp_path: Path,
) -> None:
    with ear.closed():
        run = begin("run", str(source), "--json", cwd=tmp_path, CALLQA_RUNNER=runner, **where)
        assert run.pid not in wait_for_holders(where["url"], run, 2)
    assert ended(run)["status"] == "completed"
    check_complete(where["url"], undisturbed)


@pytest.mark.usefixtures("dask_port_taken")
def test_a_dask_worker_that_is_killed_costs_nothing(
    where: dict[str, str],
    source: Path,
    ear: Ear,
    undisturbed: Any,
    tmp_path: Path,
) -> None:
    with ear.closed():
        run = begin("run", str(source), "--json", cwd=tmp_path, CALLQA_RUNNER="dask", **where)
        os.kill(wait_for_holders(where["url"], run, 2).pop(), signal.SIGKILL)
    assert ended(run)["status"] == "completed"
    check_complete(where["url"], undisturbed)


@pytest.mark.parametrize("runner", ["processes", "dask"])
def test_a_run_that_is_killed_leaves_no_process_behind_and_is_closed(
    runner: str, postgresql_url: str, source: Path, service: str, ear: Ear, tmp_path: Path
) -> None:
    home, where = tmp_path / "callqa-data", {"url": postgresql_url, "service": service}
    with ear.closed():
        run = begin("run", str(source), cwd=tmp_path, CALLQA_RUNNER=runner, CALLQA_HOME=str(home), **where)
        wait_for_holders(postgresql_url, run)
        assert any("flows.local_server" in line for line in family(home))
        run.kill()
        # Also those at the other end of its output: whoever reads it must not wait for them.
        run.communicate(timeout=30)
        deadline = time.monotonic() + 30
        while (left := family(home)) and time.monotonic() < deadline:
            time.sleep(0.2)
    assert left == []

    output, told = begin("runs", "close", "--json", cwd=tmp_path, **where).communicate(timeout=TIMEOUT_S)
    (closed,) = json.loads(output)["closed"]
    assert (closed["status"], closed["counts"]["waiting"]) == ("failed", CALLS)
    assert f"run {closed['run_id']}: its processes are gone; closed as failed: 0 of {CALLS} scored" in told


def test_another_machine_joins_a_run(
    where: dict[str, str],
    source: Path,
    ear: Ear,
    undisturbed: Any,
    tmp_path: Path,
) -> None:
    with ear.closed():
        joined = begin("join", "--json", cwd=tmp_path, **where)
        run = begin("run", str(source), "--json", cwd=tmp_path, **where)
        assert {run.pid, joined.pid} <= wait_for_holders(where["url"], run, 2)
    assert ended(run)["status"] == "completed"
    done = ended(joined)
    check_complete(where["url"], undisturbed)
    database = Database(where["url"])
    with database.unit_of_work() as uow:
        heard = uow.diary.totals().calls
    database.close()
    assert 0 < done["calls"] < CALLS
    # Of a chunk that was tried again only the last try counts, which may find the words that an earlier one stored.
    assert done["calls"] <= heard <= CALLS
