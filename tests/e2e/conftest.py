"""The program as users run it: in processes of its own, on the bundled calls, with the real model."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

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
    folder = tmp_path_factory.mktemp("demo")
    code, output, shown = callqa_in_a_terminal("demo", cwd=folder)
    assert code == 0, shown
    assert "Traceback" not in shown
    assert "/8" in shown, "no progress was shown"
    return Demo(folder / "callqa-data", output)
