"""The restore drill: back up, damage, restore; the same rows, and the same score from the same receipt."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from callqa import __version__
from callqa.bootstrap.database import _databases as open_databases
from callqa.classifiers import find_classifier
from callqa.standards import find_standard
from models.audit import AuditAction, AuditEvent
from models.call import CallMeta
from models.errors import CallqaError, InputError, IntegrityError, SchemaError, SettingsError, TransientError
from models.example_consent import ExampleConsent
from models.survey import SurveyAnswer
from scoring import score_call, scorer_of
from storage import Database, schema
from storage.audio_store import FileAudioStore
from tests import factories
from tests.databases import as_it_was, dump
from tests.fakes import POLITE_CALL
from tests.ledger_calls import commands, written

Command = Callable[..., Result]
CALLS = {"C1": "13800138000", "C2": "13911112222"}


@dataclass
class House:
    """A home with two scored calls, their sound, a trained classifier's file and an audit log."""

    run: Command
    home: Path
    url: str
    database: Path

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows but the audit log's, to which restoring adds its own."""
        return {name: rows for name, rows in dump(self.url).items() if name != "audit_log"}

    def files(self) -> dict[str, bytes]:
        """What is kept beside the database."""
        kept = (p for kind in ("audio", "classifiers") for p in (self.home / kind).rglob("*") if p.is_file())
        return {str(path.relative_to(self.home)): path.read_bytes() for path in kept}

    def log(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = printed(self.run("audit", "list", "--json"))
        return listed


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    home = tmp_path / "home"
    url = f"sqlite:///{home / 'callqa.db'}"
    schema.upgrade(url)
    database, store = Database(url), FileAudioStore(home / "audio")
    standard, classifier = find_standard("telecom-hotline-zh"), find_classifier(home, "shipped")
    for seed, (call_id, customer) in enumerate(CALLS.items()):
        recording, meta = factories.recording(str(seed)), CallMeta(call_id, customer_ref=customer)
        heard = factories.transcript(*POLITE_CALL, seed=str(seed))
        card = score_call(heard, meta, standard, __version__, classifier)
        with database.unit_of_work() as uow:
            uow.calls.add(recording, meta)
            uow.transcripts.put(heard)
            uow.scorecards.put(recording.id, factories.ENGINE.digest, scorer_of(standard, classifier), card)
            uow.audit.record(AuditEvent(factories.STARTED_AT, "王", AuditAction.QUARANTINE_RETRIED, recording.id, {}))
            uow.commit()
        store.put_playback(recording.id, written(f"sound of {call_id}"))
    database.close()
    (home / "classifiers").mkdir()
    (home / "classifiers" / "in-use.zh").write_text("shipped\n")
    (home / "weights").mkdir()
    (home / "weights" / "model.bin").write_bytes(b"large")
    for run in commands(url, tmp_path, monkeypatch):

        def as_a_process(*arguments: str, run: Command = run) -> Result:
            """Nothing is open when a command begins: each is a process of its own."""
            while open_databases:
                open_databases.popitem()[1].close()
            return run(*arguments)

        yield House(as_a_process, home, url, home / "callqa.db")


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


def refused(result: Result, kind: type[CallqaError]) -> str:
    assert isinstance(result.exception, kind), result.exception
    return str(result.exception)


def overwrite(house: House) -> None:
    data = bytearray(house.database.read_bytes())
    data[2000:] = os.urandom(len(data) - 2000)
    house.database.write_bytes(data)


def truncate(house: House) -> None:
    house.database.write_bytes(house.database.read_bytes()[:10_000])


def empty(house: House) -> None:
    house.database.write_bytes(b"")


def remove(house: House) -> None:
    house.database.unlink()


def not_sqlite(house: House) -> None:
    house.database.write_text("call_id,agent_id\n" * 1000)


def stale_log(house: House) -> None:
    """The log of another database beside a damaged one."""
    overwrite(house)
    Path(f"{house.database}-wal").write_bytes(os.urandom(50_000))


@pytest.mark.parametrize("damage", [overwrite, truncate, empty, remove, not_sqlite, stale_log])
def test_after_damage_the_same_rows_come_back_and_the_same_score_from_its_receipt(
    house: House, damage: Callable[[House], None]
) -> None:
    rows, files, log = house.rows(), house.files(), house.log()
    receipts = [json.loads(house.run("score", "--receipt", call, "--json").stdout) for call in CALLS]
    assert all(receipt[0]["equal"] for receipt in receipts)
    made = printed(house.run("backup", "-o", "b", "--json"))
    assert (made["files"], made["head"]) == (4, f"{log[-1]['number']}:{log[-1]['digest']}")

    damage(house)
    for name in files:
        (house.home / name).unlink()
    would = printed(house.run("restore", "b", "--json"))
    assert (would["restored"], would["files"], house.files()) == (False, 3, {})
    done = printed(house.run("restore", "b", "--yes", "--by", "李", "--json"))
    assert (done["restored"], done["files"], done["same"]) == (True, 3, 0)

    assert house.rows() == rows
    assert house.files() == files
    assert [json.loads(house.run("score", "--receipt", call, "--json").stdout) for call in CALLS] == receipts
    assert house.log()[:-1] == log
    restored = house.log()[-1]
    assert (restored["action"], restored["actor"]) == ("database_restored", "李")
    assert house.run("audit", "verify", "--head", made["head"]).exit_code == 0
    left = {path.name for path in house.home.iterdir() if path.is_file()}
    aside = Path(done["aside"]).name if done["aside"] else None
    assert (damage is remove) == (aside is None)
    assert {name for name in left if ".replaced-" not in name and not name.endswith(("-wal", "-shm"))} == {"callqa.db"}
    assert aside is None or aside in left


def test_what_was_recorded_and_erased_since_the_backup_is_not_undone(house: House) -> None:
    assert house.run("backup", "-o", "b").exit_code == 0
    erased = factories.recording("0").id
    assert house.run("privacy", "erase", CALLS["C1"], "--yes").exit_code == 0
    noted = printed(house.run("audit", "verify", "--json"))["head"]
    rows, files = house.rows(), house.files()
    done = printed(house.run("restore", "b", "--yes", "--json"))
    assert (done["adopted"], done["erased"], done["unread"]) == (1, 1, False)
    assert house.rows() == rows
    assert house.files() == files
    assert house.run("audit", "verify", "--head", noted).exit_code == 0
    assert [entry["action"] for entry in house.log()[-2:]] == ["customer_erased", "database_restored"]
    assert house.log()[-2]["details"]["recordings"] == [erased]
    assert CALLS["C1"].encode() not in house.database.read_bytes()


@pytest.mark.parametrize("has_surveys", [True, False])
def test_answers_that_were_erased_since_the_backup_stay_so(house: House, has_surveys: bool) -> None:
    database = Database(house.url)
    with database.unit_of_work() as uow:
        uow.surveys.add_all(
            [
                SurveyAnswer(name, call, None, None, factories.STARTED_AT, 2.0)
                for name, call in (("S1", "C1"), ("S2", "C2"))
            ]
        )
        uow.commit()
    assert house.run("backup", "-o", "b").exit_code == 0
    assert house.run("privacy", "erase", CALLS["C1"], "--yes").exit_code == 0
    if not has_surveys:
        # As a program from before them leaves a database.
        with closing(sqlite3.connect(house.database)) as connection:
            connection.execute("DROP TABLE forgotten_answers")
    database.close()
    done = printed(house.run("restore", "b", "--yes", "--json"))
    assert (done["erased"], done["unread"]) == (2 if has_surveys else 1, False)
    with database.unit_of_work() as uow:
        left = [found.answer.answer_id for found in uow.surveys.joined(["S1", "S2"])]
        assert left == (["S2"] if has_surveys else ["S1", "S2"])
        assert uow.surveys.forgotten(["S1", "S2"]) == ({"S1"} if has_surveys else set())
    database.close()


@pytest.mark.parametrize("at_first", [True, False])
def test_what_agents_said_since_the_backup_of_being_an_example_holds(house: House, at_first: bool) -> None:
    database, now = Database(house.url), factories.STARTED_AT
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording("7"), factories.meta("C7", "A17"))
        uow.example_consents.put(ExampleConsent("A17", at_first, now, "A17"))
        uow.commit()
    assert house.run("backup", "-o", "b").exit_code == 0
    later = ExampleConsent("A17", not at_first, now + timedelta(days=1), "A17")
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording("8"), factories.meta("C8", "A18"))
        for consent in (later, ExampleConsent("A18", True, now, "A18")):
            uow.example_consents.put(consent)
        uow.commit()
    database.close()
    assert house.run("restore", "b", "--yes").exit_code == 0
    with database.unit_of_work() as uow:
        assert list(uow.example_consents.all()) == [later], "the backup does not know A18, who is to be asked again"
    database.close()


def test_a_log_that_was_written_anew_is_not_taken_over(house: House) -> None:
    assert house.run("backup", "-o", "b").exit_code == 0
    with sqlite3.connect(house.database) as connection:
        connection.execute("DROP TRIGGER audit_log_no_update")
        connection.execute("UPDATE audit_log SET actor = 'nobody' WHERE number = 1")
        head = connection.execute("SELECT number || ':' || digest FROM audit_log ORDER BY number DESC").fetchone()[0]
    connection.close()
    assert printed(house.run("restore", "b", "--yes", "--json"))["adopted"] == 0
    assert house.log()[0]["actor"] == "王"
    assert house.log()[-1]["details"]["replaced_head"] == head
    assert house.run("audit", "verify").exit_code == 0


def test_a_backup_that_is_not_whole_changes_nothing(house: House) -> None:
    assert house.run("backup", "-o", "b").exit_code == 0
    rows, files = house.rows(), house.files()
    sound = next(Path("b").rglob("*.ogg"))
    kept = sound.read_bytes()
    for spoil, said in (
        (lambda: sound.write_bytes(kept[:-1] + b"?"), "is not the file that was backed up"),
        (lambda: sound.unlink(), "cannot be read"),
        (lambda: sound.write_bytes(kept) and Path("b/callqa.db").write_bytes(b"x" * 4096), "callqa.db is not the file"),
        (lambda: Path("b/manifest.json").write_text("{}"), "cannot be read as the manifest"),
        (lambda: Path("b/manifest.json").unlink(), "is no backup"),
    ):
        spoil()
        for options in (("--check",), ("--yes",)):
            assert said in refused(house.run("restore", "b", *options), IntegrityError)
    assert (house.rows(), house.files()) == (rows, files)


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", "home/../../evil", "home\\evil", "c:/evil", ""])
def test_no_path_leads_out_of_a_backup(house: House, path: str) -> None:
    assert house.run("backup", "-o", "b").exit_code == 0
    manifest = json.loads(Path("b/manifest.json").read_text())
    manifest["files"][1]["path"] = path
    Path("b/manifest.json").write_text(json.dumps(manifest))
    assert "outside the backup" in refused(house.run("restore", "b", "--yes"), IntegrityError)


@pytest.mark.parametrize("path", ["home/callqa.db", "home/callqa.toml", "home/prefect/x", "other.db"])
def test_nothing_but_what_backups_hold_is_put_in_place(house: House, path: str) -> None:
    assert house.run("backup", "-o", "b").exit_code == 0
    manifest = json.loads(Path("b/manifest.json").read_text())
    entry = next(file for file in manifest["files"] if file["path"].endswith(".ogg"))
    entry["path"] = path
    target = Path("b", path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(next(Path("b").rglob("*.ogg")).read_bytes())
    Path("b/manifest.json").write_text(json.dumps(manifest))
    before = house.database.read_bytes()
    for options in (("--check",), ("--yes",)):
        assert "no backup holds" in refused(house.run("restore", "b", *options), IntegrityError)
    assert house.database.read_bytes() == before


@pytest.mark.parametrize(("there", "then"), [(0o600, 0o600), (0o640, 0o640), (None, 0o600)])
def test_restoring_lets_nobody_read_who_could_not_before(house: House, there: int | None, then: int) -> None:
    assert house.run("backup", "-o", "b").exit_code == 0
    if there is None:
        remove(house)
    else:
        house.database.chmod(there)
    assert house.run("restore", "b", "--yes").exit_code == 0
    assert house.database.stat().st_mode & 0o777 == then


def test_a_link_out_of_a_backup_is_refused(house: House, tmp_path: Path) -> None:
    assert house.run("backup", "-o", "b").exit_code == 0
    sound = next(Path("b").rglob("*.ogg"))
    sound.rename(tmp_path / "elsewhere")
    sound.symlink_to(tmp_path / "elsewhere")
    assert "is not the file" in refused(house.run("restore", "b", "--yes"), IntegrityError)


def test_a_damaged_database_is_not_backed_up(house: House) -> None:
    overwrite(house)
    refused(house.run("backup", "-o", "b"), IntegrityError)
    assert not Path("b").exists()
    assert [path.name for path in Path.cwd().iterdir()] == ["home"], "nothing half made is left"


def test_a_database_that_is_open_elsewhere_is_not_replaced(house: House) -> None:
    assert house.run("backup", "-o", "b").exit_code == 0
    before = dump(house.url)
    busy = sqlite3.connect(house.database)
    busy.execute("SELECT count(*) FROM recordings").fetchall()
    try:
        assert "is in use" in refused(house.run("restore", "b", "--yes"), TransientError)
    finally:
        busy.close()
    assert dump(house.url) == before
    assert not [path for path in house.home.iterdir() if path.name.endswith(".tmp")]
    assert house.run("restore", "b", "--yes").exit_code == 0


def test_a_backup_made_during_writing_is_of_one_moment(house: House) -> None:
    """Each transaction adds an entry to the log and a team: the copy has as many of the one as of the other."""
    stop = threading.Event()

    def write() -> None:
        database = Database(house.url)
        while not stop.is_set():
            with database.unit_of_work() as uow:
                entry = uow.audit.record(AuditEvent(datetime.now(UTC), "x", AuditAction.PROMISE_MARKED, "", {}))
                uow.calls.add(factories.recording(f"w{entry.number}"), factories.meta(f"W{entry.number}"))
                uow.commit()
        database.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            assert house.run("backup", "-o", f"b{number}").exit_code == 0
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        copy = sqlite3.connect(f"b{number}/callqa.db")
        entries, calls = (
            copy.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("audit_log", "recordings")
        )
        copy.close()
        assert entries == calls
        assert house.run("restore", f"b{number}", "--check").exit_code == 0


def test_a_backup_of_an_earlier_callqa_is_brought_up_to_date(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a newer one it is refused, and nothing changes."""
    assert house.run("backup", "-o", "b").exit_code == 0
    manifest = json.loads(Path("b/manifest.json").read_text())
    rows = house.rows()

    def change(*statements: str) -> None:
        with sqlite3.connect("b/callqa.db") as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        from callqa.services.manifest import describe_file

        own = describe_file(Path("b"), "callqa.db")
        for file in manifest["files"]:
            if file["path"] == own.path:
                file.update(bytes=own.bytes, sha256=own.sha256)
        Path("b/manifest.json").write_text(json.dumps(manifest))

    change(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'")
    assert "upgraded by a newer callqa" in refused(house.run("restore", "b", "--yes"), SchemaError)
    assert house.rows() == rows
    as_it_was("sqlite:///b/callqa.db", "sqlite:///older.db", "0018")
    Path("older.db").replace("b/callqa.db")
    change()
    done = printed(house.run("restore", "b", "--yes", "--json"))
    assert done["adopted"] == 0
    assert house.rows() == rows


def test_what_people_are_told(house: House) -> None:
    made = house.run("backup", "-o", "b")
    assert "已备份到 b：4 个文件" in made.stdout
    assert "备份完好" in house.run("restore", "b", "--check").stdout
    would = house.run("restore", "b", "--language", "en").stdout
    assert "would restore (nothing was done): the database and 0 files (3 more are as they should be)" in would
    assert "With --yes it is done." in would
    assert "被替换的数据库" in house.run("restore", "b", "--yes").stdout
    assert "is there already" in refused(house.run("backup", "-o", "b"), InputError)
    assert printed(house.run("backup", "--no-audio", "-o", "c", "--json"))["files"] == 2
    assert Path("b").stat().st_mode & 0o077 == 0
    overwrite(house)
    assert "重新执行备份之后的客户数据删除" in house.run("restore", "b", "--yes").stderr


def test_a_database_that_is_no_file_has_its_own_tools(house: House) -> None:
    url = "postgresql://someone:topsecret@host/calls"
    for arguments in (("backup",), ("restore", "b", "--yes")):
        said = refused(house.run(*arguments, "--database-url", url), SettingsError)
        assert "pg_dump" in said
        assert "topsecret" not in said
    assert "no callqa database at" in refused(house.run("backup", "--database-url", "sqlite:///none.db"), InputError)
