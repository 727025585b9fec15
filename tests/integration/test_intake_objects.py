"""Nights whose recordings lie in a store of objects, on both databases: the same rows as from a folder."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from callqa.metadata import MetadataReader, NameRules
from callqa.services.inspect import Inspector
from callqa.services.intake import IntakeResult, IntakeRules, register
from callqa.services.runs import plan_run, source_of, take_up
from callqa.sources import AddressFinder, list_sources
from models.errors import TransientError
from models.run import Planned, Run, RunView
from models.source import Finder
from scoring import scorer_of
from storage import Database
from storage.tables import metadata
from tests import factories
from tests.databases import bare_engine, dump
from tests.fakes import ScriptedTranscriber, probe_anything, worker
from tests.object_store import AnswerServer, Bucket, bucket, moto_endpoint, objects_at, store_in_trouble
from tests.shared_night import STANDARD

__all__ = ["bucket", "moto_endpoint", "store_in_trouble"]

SETTLE_S = 60.0
ZONE = "Asia/Shanghai"
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)


class Night:
    """Runs of one database over folders and a bucket."""

    def __init__(self, database: Database, bucket: Bucket, home: Path) -> None:
        self.connect = database.unit_of_work
        self.bucket, self.home = bucket, home
        self.transcriber = ScriptedTranscriber()

    def take_in(self, *sources: str, day: date | None = None, now: datetime = NOW) -> tuple[Run, IntakeResult]:
        listings = list_sources(sources, self.home, self.bucket.objects(self.home).source)
        uris = source_of([listing.uri for listing in listings])
        run = plan_run(uris, day, None, STANDARD.ref, factories.ENGINE.digest, scorer_of(STANDARD, None), now)
        readers = [MetadataReader(listing, ZONE, NameRules()) for listing in listings]
        return run, register(readers, run, IntakeRules(ZONE, SETTLE_S), probe_anything, self.connect)

    def inspect(self, run: Run, find: Finder | None = None) -> None:
        find = find or AddressFinder(lambda: self.bucket.objects(self.home))
        inspector = Inspector(run, STANDARD, None, self.transcriber, find, self.connect, "0", 3, worker())
        waiting = take_up(run.id, NOW, self.connect)
        inspector.inspect([Planned(call.recording.id, call.attempts) for call in waiting])

    def view(self, run: Run) -> RunView:
        with self.connect() as uow:
            view = uow.runs.view(run.id)
        assert view is not None
        return view

    def scratch(self) -> list[Path]:
        return [path for path in (self.home / "scratch").rglob("*") if path.is_file() and path.name != "lock"]


@pytest.fixture
def night(database: Database, bucket: Bucket, tmp_path: Path) -> Night:
    return Night(database, bucket, tmp_path / "home")


def put(folder: Path, *names: str, content: str | None = None, age_s: float = 3600) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content or name)
        os.utime(folder / name, (time.time() - age_s,) * 2)


def rows(url: str, run: Run, root: str, names: Sequence[str]) -> list[str]:
    """Every row, with addresses below `root` and what is made of them taken out; the database is empty afterwards."""
    text = {table: [repr(row) for row in found] for table, found in dump(url).items()}
    # The audit log refuses, and nothing of this is in it.
    tables = [table.name for table in reversed(metadata.sorted_tables) if table.name != "audit_log"]
    with bare_engine(url).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY"))
        else:
            for name in tables:
                connection.execute(sa.text(f"DELETE FROM {name}"))
    made_of_it = {run.id: "RUN", root: "ROOT"}
    made_of_it |= {hashlib.sha256(f"{root}/{name}".encode()).hexdigest(): name for name in names}
    for old, new in made_of_it.items():
        text = {table: [row.replace(old, new) for row in found] for table, found in text.items()}
    return sorted(f"{table}: {row}" for table, found in text.items() for row in found)


def test_a_folder_and_the_same_files_in_a_store_give_the_same_rows(
    night: Night, database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    put(folder, "20/a.wav", "20/b.wav", "s.wav", "none.wav", "taken.wav", "twin.wav")
    put(folder, "z/copy of a.wav", content="20/a.wav")
    put(folder, "x/s.wav", content="another call under the same name")
    put(folder, "growing.wav", age_s=5)
    put(folder, "up.wav.part", ".git/hidden.wav", "notes.txt")
    put(folder, "20/b.json", content='{"call_id": "B", "agent_id": "A2", "started_at": "2026-11-20 10:00"}')
    manifest = "file,call_id,agent_id,started_at\na.wav,A,A1,2026-11-20 09:00\ntaken.wav,A,A1,\ntwin.wav,B,,\nold.wav,O,,2026-11-01\n"
    put(folder, "manifest.csv", content=manifest)
    night.bucket.put_folder(folder, "day/")
    names = [path.relative_to(folder).as_posix().replace(" ", "%20") for path in folder.rglob("*.wav")]
    results, found = [], []
    for source in (str(folder), f"s3://{night.bucket.name}/day"):
        run, result = night.take_in(source, day=DAY)
        night.inspect(run)
        results.append(result)
        found.append(rows(database_url, run, run.source, names))
    assert found[0] == found[1]
    assert any("call_id_conflict" in row for row in found[0])
    assert sum(row.startswith("scorecards:") for row in found[0]) == 6
    local, remote = results
    assert [name.rsplit("/", 1)[1] for name in remote.left] == [name.rsplit("/", 1)[1] for name in local.left]
    assert (remote.files, remote.missing, remote.ignored) == (local.files, local.missing, local.ignored)
    assert night.scratch() == []


def test_folders_and_prefixes_are_one_run_and_what_comes_late_is_the_next_one_s(night: Night, tmp_path: Path) -> None:
    began = time.time()
    put(tmp_path / "north", "n.wav")
    night.bucket.put("south/20/s.wav", "s")
    night.bucket.put("south/manifest.csv", "file,started_at\ns.wav,2026-11-20 10:00\nlate.wav,2026-11-20 11:00\n")
    sources = (str(tmp_path / "north"), f"s3://{night.bucket.name}/south/", f"s3://{night.bucket.name}/empty")
    night_of_20 = datetime.fromtimestamp(began - 600, UTC)
    first, intake = night.take_in(*sources, day=DAY, now=night_of_20)
    assert (intake.files, intake.missing) == (2, ("late.wav",))
    assert intake.empty == (f"s3://{night.bucket.name}/empty",)
    night.bucket.put("south/20/late.wav", "late", age_s=120)
    again, intake = night.take_in(*reversed(sources), day=date(2026, 11, 21))
    assert (intake.late, intake.missing) == (1, ())
    assert {uri.rsplit("/", 1)[1] for call in night.view(again).calls for uri in call.uris} == {"late.wav"}
    assert night.view(first).counts.files == 2


def test_what_vanished_or_changed_since_waits_as_a_file_would(night: Night) -> None:
    for name in ("stays", "vanishes", "changes"):
        night.bucket.put(f"{name}.wav", name)
    run, _ = night.take_in(f"s3://{night.bucket.name}")
    night.bucket.delete("vanishes.wav")
    night.bucket.put("changes.wav", "another customer's call")
    night.inspect(run)
    assert night.view(run).counts.scored == 1
    waiting = [call.stored for call in night.view(run).calls if call.scorecard is None]
    assert [(call.attempts, call.quarantine) for call in waiting] == [(1, None)] * 2
    assert {call.last_error for call in waiting} == {
        "it is no longer where it was, or the file there now holds another recording"
    }


def test_a_store_that_breaks_off_is_a_failed_attempt_and_the_others_are_heard(
    night: Night, store_in_trouble: AnswerServer, tmp_path: Path
) -> None:
    night.bucket.put("a.wav", "a")
    put(tmp_path / "in", "b.wav")
    run, _ = night.take_in(str(tmp_path / "in"), f"s3://{night.bucket.name}")
    store_in_trouble.answer(200, "the begin", promised_bytes=5000)
    night.inspect(run, AddressFinder(lambda: objects_at(store_in_trouble.endpoint, night.home)))
    [waiting] = [call.stored for call in night.view(run).calls if call.scorecard is None]
    assert (waiting.attempts, waiting.quarantine) == (1, None)
    assert "cannot be reached just now" in (waiting.last_error or "")
    assert night.scratch() == []
    night.inspect(run)
    assert night.view(run).counts.scored == 2


def test_a_store_that_breaks_off_at_intake_quarantines_nothing(night: Night, store_in_trouble: AnswerServer) -> None:
    store_in_trouble.answer(200, "the begin", promised_bytes=5000, keys=["a.wav"])
    [listing] = list_sources(["s3://calls"], None, objects_at(store_in_trouble.endpoint, night.home).source)
    run = plan_run(listing.uri, None, None, STANDARD.ref, factories.ENGINE.digest, "s", NOW)
    with pytest.raises(TransientError, match="run again"):
        register([MetadataReader(listing, ZONE)], run, IntakeRules(ZONE, 0), probe_anything, night.connect)
    with night.connect() as uow:
        assert uow.calls.set_aside() == []
