"""The program as users run it: in processes of its own, on the bundled calls, with the real model."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

TIMEOUT_S = 240
DEMO_CALLS = Path(str(files("callqa"))) / "demo_calls"


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without callqa's and Prefect's settings, and with the given ones."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CALLQA_", "PREFECT_"))}
    return kept | {"COLUMNS": "200", "PYTHONWARNINGS": "default"} | settings


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
    done = callqa("demo", cwd=folder)
    assert done.returncode == 0, done.stderr
    return Demo(folder / "callqa-data", done.stdout)
