"""The restore drill for PostgreSQL, with the commands of docs/operations.md and the script of deploy/."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from typer.testing import Result

from callqa import __version__
from callqa.standards import find_standard
from models.audit import AuditAction, AuditEvent
from models.call import CallMeta
from models.errors import IntegrityError
from scoring import score_call, scorer_of
from storage import Database, schema
from tests import factories
from tests.databases import dump, not_here, whole_postgresql_database
from tests.fakes import POLITE_CALL
from tests.ledger_calls import commands

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/backup-postgresql.sh"


def tools() -> str:
    """The folder of pg_dump: on PATH, else where Debian keeps the newest."""
    if found := shutil.which("pg_dump"):
        return str(Path(found).parent)
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"), key=lambda p: float(p.parts[-3]))
    if not versions:
        not_here("no pg_dump: install PostgreSQL's client")
    return str(versions[-1].parent)


@dataclass
class Drill:
    """A database with two scored calls and an audit log, and the environment of an operator."""

    url: str
    folder: Path
    environment: dict[str, str]
    command: Callable[..., Result]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=100, check=False
        )

    def callqa(self, *words: str) -> Result:
        """In this process: starting one takes seconds."""
        return self.command(*words)


@pytest.fixture
def drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drill]:
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "callqa"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m callqa "$@"\n')
    program.chmod(0o755)
    with whole_postgresql_database() as url:
        schema.upgrade(url)
        database, standard = Database(url), find_standard("telecom-hotline-zh")
        for seed, (call_id, customer) in enumerate({"C1": "REF-1", "C2": "REF-2"}.items()):
            recording, meta = factories.recording(str(seed)), CallMeta(call_id, customer_ref=customer)
            heard = factories.transcript(*POLITE_CALL, seed=str(seed))
            with database.unit_of_work() as uow:
                uow.calls.add(recording, meta)
                uow.transcripts.put(heard)
                card = score_call(heard, meta, standard, __version__)
                uow.scorecards.put(recording.id, factories.ENGINE.digest, scorer_of(standard, None), card)
                event = AuditEvent(factories.STARTED_AT, "王", AuditAction.QUARANTINE_RETRIED, recording.id, {})
                uow.audit.record(event)
                uow.commit()
        database.close()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLQA_")}
        path = os.pathsep.join((str(programs), tools(), kept.get("PATH", "")))
        paths = {"PATH": path, "PYTHONPATH": str(ROOT), "CALLQA_HOME": str(tmp_path / "home")}
        parts = urlsplit(url)
        secret = {"PGPASSWORD": parts.password} if parts.password else {}
        open_url = url.replace(f":{parts.password}@", "@")
        environment = kept | paths | secret | {"CALLQA_DATABASE_URL": open_url}
        for command in commands(url, tmp_path, monkeypatch):
            yield Drill(open_url, tmp_path, environment, command)


def restore_command() -> list[str]:
    """As the guide has it."""
    (line,) = re.findall(r"^pg_restore .*$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    return shlex.split(line)


def test_a_dump_is_brought_back_whole_and_what_was_erased_since_is_named(drill: Drill) -> None:
    before = dump(drill.url)
    folder = drill.folder / "dumps"
    folder.mkdir()
    for name in ("callqa-20250101T000000Z.dump", "callqa-20250101T000000Z.audit.json", "other.old"):
        (folder / name).touch()
        os.utime(folder / name, (1, 1))
    made = drill.run(str(SCRIPT), "dumps")
    assert made.returncode == 0, made.stderr
    assert not list(folder.glob("*20250101*")), "dumps past their days go"
    assert (folder / "other.old").exists(), "what others keep there stays"
    (dumped,) = folder.glob("*.dump")
    assert made.stdout.strip() == f"dumps/{dumped.name}"
    assert dumped.stat().st_mode & 0o077 == 0, "a dump is as confidential as the database"
    (noted,) = folder.glob("*.audit.json")
    head = json.loads(noted.read_text())["head"]
    assert not list(folder.glob("*.part"))

    erased = drill.callqa("privacy", "erase", "REF-1", "--request", "R7", "--yes")
    assert erased.exit_code == 0, erased.exception
    assert dump(drill.url) != before
    requests = json.loads(drill.callqa("audit", "list", "--action", "customer_erased", "--json").stdout)

    def bring_back(url: str) -> None:
        words = [
            word.replace("callqa.dump", str(dumped)).replace("$CALLQA_DATABASE_URL", url) for word in restore_command()
        ]
        done = drill.run(*words)
        assert done.returncode == 0, done.stderr
        assert dump(url) == before
        for command in (("db", "check"), ("audit", "verify", "--head", head)):
            checked = drill.callqa(*command, "--database-url", url)
            assert checked.exit_code == 0, checked.exception

    # Into a new database, and over the one that was changed and then damaged.
    with whole_postgresql_database() as elsewhere:
        bring_back(elsewhere)
    with psycopg.connect(drill.url, autocommit=True) as connection:
        connection.execute("DROP TABLE findings CASCADE")
        connection.execute("ALTER TABLE audit_log DISABLE TRIGGER ALL")
        connection.execute("DELETE FROM audit_log WHERE number = 1")
    assert isinstance(drill.callqa("audit", "verify", "--head", head).exception, IntegrityError)
    bring_back(drill.url)
    assert [entry["subject"] for entry in requests] == ["R7"]
    again = drill.callqa("privacy", "erase", "REF-1", "--request", "R7", "--yes")
    assert again.exit_code == 0, again.exception
    assert "REF-1" not in json.dumps(dump(drill.url), default=str)


def programs(folder: Path, **bodies: str) -> dict[str, str]:
    """An environment in which these programs are what the script calls."""
    folder.mkdir()
    for name, body in bodies.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "CALLQA_DATABASE_URL": "postgresql://qa@127.0.0.1/qa"}


def run_script(cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = [str(SCRIPT), "dumps"]
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_dump_that_fails_leaves_nothing_that_looks_like_one(tmp_path: Path) -> None:
    half = 'for a in "$@"; do case $a in --file=*) echo half > "${a#--file=}";; esac; done; exit 1'
    environment = programs(tmp_path / "bin", callqa="echo {}", pg_dump=half)
    assert run_script(tmp_path, environment).returncode == 1
    assert not [path for path in (tmp_path / "dumps").iterdir() if path.suffix != ".json"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://qa:geheim@127.0.0.1/callqa", "PGPASSFILE"),
        ("sqlite:////srv/callqa.db", "callqa backup"),
    ],
)
def test_the_script_gives_no_password_to_a_command(url: str, said: str, tmp_path: Path) -> None:
    environment = programs(tmp_path / "bin", callqa="echo {}", pg_dump="exit 0", pg_restore="exit 0")
    refused = run_script(tmp_path, environment | {"CALLQA_DATABASE_URL": url})
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "geheim" not in refused.stderr
    assert not (tmp_path / "dumps").exists()
