"""Faults of the database and its disk in the middle of `callqa run` with the real engine, and what becomes of the run.

    python -m benchmarks.database_faults [--calls 4] [--only restart,line,...]

Each fault strikes once the first transcript is stored. The run must end by itself: recovered, or with one clear message
and no traceback; and when the fault is over the next run must end in the rows of an undisturbed one. PostgreSQL is a
server of the benchmark's own (`initdb` and `pg_ctl` must be there), the full disks are small tmpfs (root only; left out
otherwise, and said so). Exit code 1 when anything else is seen.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from tests.databases import bare_engine
from tests.e2e.conftest import command, environment
from tests.own_postgresql import line_to, own_server, postgresql_programs
from tests.shared_night import result

AWAY_S = 4.0
"""A server that is started again, or a line that is mended: shorter than a run's patience."""
LOCK_S = 35.0
"""Longer than a statement waits for a lock."""
PATIENCE_S = 400.0


@dataclass(frozen=True)
class Bench:
    """Recordings, and what an undisturbed run makes of them."""

    source: Path
    folder: Path
    found: Any


class Running:
    """A `callqa run` that was started."""

    def __init__(self, bench: Bench, url: str, home: Path) -> None:
        self.url = url
        arguments = ("run", str(bench.source), "--database-url", url, "--home", str(home))
        self._process = subprocess.Popen(
            command(arguments), cwd=bench.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def wait_for_a_transcript(self, url: str | None = None) -> None:
        """Return once one is stored; the fault then meets a run in its middle."""
        while not _transcripts(url or self.url):
            if self._process.poll() is not None:
                _, said = self._process.communicate()
                raise RuntimeError(f"it ended before the fault: {said.decode()}")
            time.sleep(0.05)

    def end(self) -> tuple[int, str]:
        """Exit code and the lines on standard error."""
        _, said = self._process.communicate(timeout=PATIENCE_S)
        return self._process.returncode, said.decode()


def _transcripts(url: str) -> int:
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return 0
    try:
        with bare_engine(url).connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM transcripts")).scalar_one())
    except sa.exc.DBAPIError:
        return 0  # no table yet


Fault = Callable[[Bench, Path], tuple[Running, str]]


def restart(bench: Bench, home: Path) -> tuple[Running, str]:
    """PostgreSQL stops as in a power cut and is back soon."""
    with _server() as server:
        run = Running(bench, server.url, home)
        run.wait_for_a_transcript()
        server.stop()
        time.sleep(AWAY_S)
        server.start()
        return _judge(bench, run, home)


def away(bench: Bench, home: Path) -> tuple[Running, str]:
    """PostgreSQL stops and stays away for longer than the run tries."""
    with _server() as server:
        run = Running(bench, server.url, home)
        run.wait_for_a_transcript()
        server.stop()
        return _judge(bench, run, home, mend=server.start)


def line(bench: Bench, home: Path) -> tuple[Running, str]:
    """The network to PostgreSQL is cut, and mended."""
    with _server() as server, line_to("127.0.0.1", server.port) as wire:
        run = Running(bench, wire.url(server.url), home)
        run.wait_for_a_transcript(server.url)
        wire.cut()
        time.sleep(AWAY_S)
        wire.mend()
        return _judge(bench, run, home)


def lock(bench: Bench, home: Path) -> tuple[Running, str]:
    """Somebody locks PostgreSQL's tables for longer than a statement waits."""
    with _server() as server:
        run = Running(bench, server.url, home)
        run.wait_for_a_transcript()
        with bare_engine(server.url).begin() as connection:
            connection.execute(sa.text("LOCK TABLE recordings, claims, scorecards IN ACCESS EXCLUSIVE MODE"))
            time.sleep(LOCK_S)
        return _judge(bench, run, home)


def sqlite_lock(bench: Bench, home: Path) -> tuple[Running, str]:
    """Somebody keeps SQLite's write lock for longer than a statement waits."""
    run = Running(bench, f"sqlite:///{home / 'callqa.db'}", home)
    run.wait_for_a_transcript()
    with bare_engine(run.url).connect() as connection:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        time.sleep(LOCK_S)
        connection.exec_driver_sql("ROLLBACK")
    return _judge(bench, run, home)


def sqlite_full(bench: Bench, home: Path) -> tuple[Running, str]:
    """The disk with SQLite's file is full, and has room again for the next run."""
    with _small_disk(home / "disk", "64m") as disk:
        run = Running(bench, f"sqlite:///{disk / 'callqa.db'}", home)
        run.wait_for_a_transcript()
        _fill(disk)
        return _judge(bench, run, home, mend=(disk / "filling").unlink)


def home_full(bench: Bench, home: Path) -> tuple[Running, str]:
    """The disk with everything is full: database, sound, Prefect's files."""
    with _small_disk(home / "disk", "700m") as disk:
        run = Running(bench, f"sqlite:///{disk / 'callqa.db'}", disk)
        run.wait_for_a_transcript()
        _fill(disk)
        return _judge(bench, run, disk, mend=(disk / "filling").unlink)


def postgresql_full(bench: Bench, home: Path) -> tuple[Running, str]:
    """The disk of PostgreSQL is full, and has room again for the next run."""
    with _small_disk(home / "disk", "256m") as disk, _server(disk) as server:
        run = Running(bench, server.url, home)
        run.wait_for_a_transcript()
        _fill(disk)

        def mend() -> None:
            (disk / "filling").unlink()
            with suppress(subprocess.CalledProcessError):  # where it did not stop
                server.start()

        return _judge(bench, run, home, mend=mend)


FAULTS: dict[str, Fault] = {
    "restart": restart,
    "away": away,
    "line": line,
    "lock": lock,
    "sqlite-lock": sqlite_lock,
    "sqlite-full": sqlite_full,
    "home-full": home_full,
    "postgresql-full": postgresql_full,
}
_NEED_ROOT = ("sqlite-full", "home-full", "postgresql-full")


def _judge(bench: Bench, run: Running, home: Path, mend: Callable[[], object] = lambda: None) -> tuple[Running, str]:
    """Wait for the run's end, mend, run again if it was not through, and compare; "" when all is well."""
    code, said = run.end()
    mend()
    shown = " | ".join(line for line in said.strip().splitlines() if line.strip())
    print(f"    exit code {code}: {shown[-600:] or 'nothing said'}")
    if "Traceback" in said:
        return run, "a traceback"
    if code not in (0, 1, 3):
        return run, f"exit code {code}"
    if code:
        again, also_said = Running(bench, run.url, home).end()
        if again:
            return run, f"the next run ended with exit code {again}: {also_said}"
        print("    the next run: exit code 0")
    return run, "" if result(run.url) == bench.found else "other rows than an undisturbed run's"


@contextmanager
def _server(folder: Path | None = None) -> Iterator[Any]:
    programs = postgresql_programs()
    if programs is None:
        raise SystemExit("no PostgreSQL programs are here: install PostgreSQL, or leave its faults out (--only)")
    with own_server(programs, folder) as server:
        yield server


@contextmanager
def _small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=1777", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(2**12)):
                pass
        except OSError:
            return


def main() -> None:
    """Strike, wait, compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--only", default=",".join(FAULTS), help="names of faults, with commas")
    arguments = parser.parse_args()
    bad = 0
    with TemporaryDirectory() as name:
        folder = Path(name)
        # PostgreSQL runs as another user, and one of its disks lies in here.
        folder.chmod(0o711)
        source = folder / "calls"
        source.mkdir()
        for call in sorted((Path(str(files("callqa"))) / "demo_calls").glob("d*"))[: arguments.calls]:
            shutil.copy(call, source)
        home = folder / "undisturbed"
        undisturbed = Running(Bench(source, folder, None), f"sqlite:///{home / 'callqa.db'}", home)
        code, said = undisturbed.end()
        if code:
            raise SystemExit(f"the undisturbed run ended with exit code {code}: {said}")
        bench = Bench(source, folder, result(undisturbed.url))
        for fault in arguments.only.split(","):
            if fault in _NEED_ROOT and os.geteuid() != 0:
                print(f"{fault}: left out, only root may mount a small disk")
                continue
            place = folder / fault
            place.mkdir()
            # The weights are put together once.
            shutil.copytree(home / "models", place / "models") if (home / "models").is_dir() else None
            begun_s = time.perf_counter()
            print(f"{fault}: {(FAULTS[fault].__doc__ or '').strip()}", flush=True)
            _, wrong = FAULTS[fault](bench, place)
            bad += bool(wrong)
            print(f"    {wrong or 'the same rows'} after {time.perf_counter() - begun_s:.0f} s", flush=True)
    print(f"{bad} faults without a clean end")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
