"""The program as users run it: in processes of its own, on the bundled calls, with the real model."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import pytest

from callqa.cli import main
from flows.local_server import local_server

TIMEOUT_S = 240
DEMO_CALLS = Path(str(files("callqa"))) / "demo_calls"


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without callqa's and Prefect's settings, and with the given ones.

    Recordings count as whole at once: the tests put them there themselves.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CALLQA_", "PREFECT_"))}
    return kept | {"CALLQA_SETTLE_S": "0", "COLUMNS": "200", "PYTHONWARNINGS": "default"} | settings


def callqa(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command; returns its exit code, standard output and standard error."""
    return subprocess.run(
        command(arguments),
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


class Callqa(Protocol):
    """As `callqa`, in this process: for what a command does and says, since a process takes seconds to start."""

    def __call__(self, *arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def callqa_here(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callqa:
    def run(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patched:
            wanted = environment(**settings)
            for name in os.environ.keys() - wanted.keys():
                patched.delenv(name)
            for name, value in wanted.items():
                patched.setenv(name, value)
            patched.chdir(cwd)
            patched.setattr(sys, "argv", ["callqa", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        output, errors = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return subprocess.CompletedProcess(arguments, ended.value.code, output, errors)

    return run


def callqa_in_a_terminal(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    """Run the command with standard error on a terminal; returns exit code, standard output and what was shown there."""
    terminal, theirs = pty.openpty()
    shown: list[bytes] = []

    def watch() -> None:
        # Reading fails once the last process at the other end has closed it.
        with contextlib.suppress(OSError):
            while block := os.read(terminal, 4096):
                shown.append(block)

    watcher = threading.Thread(target=watch)
    with subprocess.Popen(
        command(arguments), cwd=cwd, env=environment(TERM="xterm"), stdout=subprocess.PIPE, stderr=theirs, text=True
    ) as process:
        os.close(theirs)
        watcher.start()
        output, _ = process.communicate(timeout=TIMEOUT_S)
    watcher.join()
    os.close(terminal)
    return process.returncode, output, b"".join(shown).decode(errors="replace")


def command(arguments: Sequence[str]) -> list[str]:
    """The argument vector of `callqa ARGUMENTS`."""
    return [sys.executable, "-m", "callqa", *arguments]


@dataclass(frozen=True)
class Demo:
    """One `callqa demo` that all tests share; they only read what it left."""

    home: Path
    output: str

    @property
    def database_url(self) -> str:
        """Where its rows are."""
        return f"sqlite:///{self.home / 'demo.db'}"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run once for all test processes; each has a copy of its own, with the same weights."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent / "demo" if "PYTEST_XDIST_WORKER" in os.environ else base / "demo"
    shared.mkdir(exist_ok=True)
    said = shared / "output"
    with (shared / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not said.exists():
            code, output, shown = callqa_in_a_terminal("demo", cwd=shared)
            assert code == 0, shown
            assert "Traceback" not in shown
            assert "/8" in shown, "no progress was shown"
            said.write_text(output, encoding="utf-8")
    made, home = shared / "callqa-data", tmp_path_factory.mktemp("demo") / "callqa-data"
    shutil.copytree(made, home, ignore=shutil.ignore_patterns("weights"))
    use_weights_of(Demo(made, ""), home)
    return Demo(home, said.read_text(encoding="utf-8"))


def use_weights_of(demo: Demo, home: Path) -> None:
    """A data folder whose model is made ready already, which takes seconds."""
    home.mkdir(exist_ok=True)
    (home / "weights").symlink_to(demo.home / "weights")


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Settings that name one Prefect server for many runs, as several machines have one.

    For tests of something else: a run that starts its own server takes twice as long.
    """
    home = tmp_path_factory.mktemp("server")
    with local_server(home) as server:
        quiet = {"PREFECT_LOGGING_LEVEL": "CRITICAL", "PREFECT_LOGGING_TO_API_ENABLED": "false", "DO_NOT_TRACK": "1"}
        yield quiet | {"PREFECT_HOME": str(home / "prefect"), "PREFECT_API_URL": server.wait_until_ready()}
