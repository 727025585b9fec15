"""Encryption at rest through the database and the commands: nothing that was said is found, all of it is read."""

from __future__ import annotations

import getpass
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import Result

from callqa.bootstrap import assemble
from callqa.bootstrap.database import _databases as open_databases
from callqa.settings import load_settings
from models.audit import AuditAction
from models.call import CallMeta
from models.errors import CallqaError, IntegrityError, MissingKeyError, SettingsError
from models.ledger import StatusEvent, StatusSource
from models.ports import UnitOfWork
from models.review import Sentence, words_digest
from models.scorecard import ComplaintStage, PromiseStatus, Scorecard
from storage import Database, schema
from storage.appeal_tables import appeal_rulings, appeals
from storage.audio_store import FileAudioStore
from storage.coaching_tables import coaching_notes
from storage.column_types import Json
from storage.proposal_tables import proposal_decisions
from storage.sealed_columns import SEALED
from storage.sealing import Sealer, new_key, read_keys
from storage.survey_tables import survey_answers
from tests import factories
from tests.databases import bare_engine, dump
from tests.fakes import POLITE_CALL
from tests.ledger_calls import at, commands, promise, written

Command = Callable[..., Result]
SAID = "我的宽带断网两天了"
OLD, NEW = new_key(), new_key()
OLD_ID, NEW_ID = (Sealer(read_keys(key)).newest or "" for key in (OLD, NEW))


def sealer(*keys: str) -> Sealer:
    return Sealer(read_keys("\n".join(keys)))


def card_of(call_id: str) -> Scorecard:
    """A scorecard that quotes the call wherever one can."""
    found = replace(
        factories.finding(proof=(factories.evidence(SAID), factories.evidence(f"{SAID}吗"))),
        reasons=(f"客户反映“{SAID}”", "理由"),
    )
    stages = (ComplaintStage("heard", "倾听", factories.evidence(SAID)), ComplaintStage("closed", "收尾", None))
    promised = replace(promise(f"{SAID}，24小时内给您回电", "callback", at(21)), deadline=f"{SAID}之内")
    return replace(factories.scorecard(call_id, findings=(found,), promises=(promised,)), complaint=stages)


def put(database: Database, home: Path, seed: str, keys: Sealer) -> str:
    """A call with all that is kept of one; returns its recording's id."""
    recording = replace(factories.recording(seed), uri=f"file:///calls/{seed}.wav")
    heard = factories.transcript(("customer", f"{SAID}，{seed}"), *POLITE_CALL, seed=seed)
    with database.unit_of_work() as uow:
        uow.calls.add(recording, CallMeta(seed, agent_id="A17", customer_ref="13800138000"))
        uow.transcripts.put(heard)
        uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, card_of(seed))
        uow.commit()
    with database.unit_of_work() as uow:
        (entry,) = uow.ledger.entries([recording.id])
        told = StatusEvent(PromiseStatus.BROKEN, StatusSource.LATER_CALL, "C9", at(21), at(22), "callqa", SAID)
        assert uow.ledger.record(entry, told)
        assert not uow.ledger.record(entry, told), "what is sealed is compared by what it says"
        pointed = Sentence(0, "deflection", words_digest(SAID))
        uow.reviews.add(replace(factories.review(seed), comment=SAID, sentence=pointed))
        uow.commit()
    FileAudioStore(home / "audio", keys).put_playback(recording.id, written(f"copy of {seed}, {SAID}"))
    return recording.id


def everything(database: Database, ids: list[str]) -> list[Any]:
    with database.unit_of_work() as uow:
        return [uow.keeping.held(one) for one in ids] + [list(uow.ledger.entries()), list(uow.transcripts.latest())]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    monkeypatch.setenv("CALLQA_ENCRYPTION_KEY_FILE", str(tmp_path / "keys"))
    (tmp_path / "keys").write_text(f"{NEW}\n{OLD}\n")
    yield from commands(database_url, tmp_path, monkeypatch)


def bytes_under(url: str, home: Path) -> bytes:
    """Every byte of the home folder and of an SQLite database with its log, every value of a PostgreSQL one."""
    files = [p for p in home.rglob("*") if p.is_file()]
    if url.startswith("sqlite:///"):
        database = Path(url.removeprefix("sqlite:///"))
        files += list(database.parent.glob(f"{database.name}*"))
    shown = json.dumps(dump(url), ensure_ascii=False, default=str).encode()
    return b"".join(path.read_bytes() for path in files) + shown


def test_sealed_calls_read_as_plain_ones_do_and_nothing_said_is_found(database_url: str, home: Path) -> None:
    database = Database(database_url, sealer(NEW))
    ids = [put(database, home, name, sealer(NEW)) for name in ("one", "two")]
    read = everything(database, ids)
    stored = bytes_under(database_url, home)
    for words in (SAID, SAID[:4], "云联通信", "上门处理", "理由", words_digest(SAID)):
        assert words.encode() not in stored
        assert json.dumps(words).strip('"').encode() not in stored
    assert read[0].scorecards == (card_of("one"),)
    assert read[0].histories[0].events[0].note == SAID
    # Read again by a process that has an older key as well.
    again = Database(database_url, sealer(OLD, NEW))
    assert everything(again, ids) == read
    store = FileAudioStore(home / "audio", sealer(OLD, NEW))
    copy = store.playback(ids[0])
    assert copy is not None
    with store.opened(copy) as sound, store.plain_file(copy) as path:
        assert sound.read() == path.read_bytes() == f"copy of one, {SAID}".encode()
        assert path.stat().st_mode & 0o777 == 0o600
    assert not path.exists()
    for opened in (database, again):
        opened.close()


def test_without_its_key_one_message_names_it(database_url: str, home: Path) -> None:
    database = Database(database_url, sealer(NEW))
    recording_id = put(database, home, "one", sealer(NEW))
    database.close()
    reads: tuple[Callable[[UnitOfWork], object], ...] = (
        lambda uow: uow.transcripts.get(recording_id, factories.ENGINE.digest),
        lambda uow: uow.scorecards.of(recording_id),
        lambda uow: uow.ledger.entries(),
        lambda uow: uow.keeping.held(recording_id),
    )
    for keys in (sealer(), sealer(OLD)):
        other = Database(database_url, keys)
        with other.unit_of_work() as uow:
            for read in reads:
                with pytest.raises(MissingKeyError, match=f"key id {NEW_ID}, which is not among the keys"):
                    read(uow)
        other.close()


def test_values_that_are_exchanged_or_changed_are_told(database_url: str, home: Path) -> None:
    database = Database(database_url, sealer(NEW))
    ids = [put(database, home, name, sealer(NEW)) for name in ("one", "two")]
    # No appeal is read with its call.
    for table in SEALED.keys() - {appeals, appeal_rulings, coaching_notes, survey_answers, proposal_decisions}:
        for name in SEALED[table].columns:
            stored = _values(database_url, table, name)
            (first, one), (second, two) = list(stored.items())[:: len(stored) - 1]
            _write(database_url, table, name, {first: two, second: one.replace("callqa-sealed", "callqa-sealee")})
            with database.unit_of_work() as uow:
                for recording_id in ids:
                    told = f"{table.name}.{name} of recording .* changed, cut off or moved"
                    with pytest.raises(IntegrityError, match=told):
                        uow.keeping.held(recording_id)
            _write(database_url, table, name, stored)
    assert everything(database, ids)
    database.close()


def _values(url: str, table: sa.Table, name: str) -> dict[tuple[Any, ...], str]:
    """The stored text of a column by primary key, the first call's first."""
    keys: list[sa.ColumnClause[Any]] = [sa.column(column.name) for column in table.primary_key]
    wanted = sa.select(*keys, sa.cast(sa.column(name), sa.Text)).select_from(sa.table(table.name)).order_by(*keys)
    with bare_engine(url).connect() as connection:
        return {tuple(row[:-1]): str(row[-1]) for row in connection.execute(wanted)}


def _write(url: str, table: sa.Table, name: str, values: dict[tuple[Any, ...], str]) -> None:
    with bare_engine(url).begin() as connection:
        of_documents = connection.dialect.name == "postgresql" and isinstance(table.c[name].type, Json)
        to = "CAST(:value AS json)" if of_documents else ":value"
        where = " AND ".join(f"{column.name} = :k{n}" for n, column in enumerate(table.primary_key))
        for key, value in values.items():
            at_key = {f"k{n}": part for n, part in enumerate(key)}
            change = sa.text(f"UPDATE {table.name} SET {name} = {to} WHERE {where}")
            connection.execute(change, {"value": value, **at_key})


def test_plain_and_sealed_rows_beside_each_other_until_a_rotation(
    database_url: str, home: Path, command: Command
) -> None:
    plain, older = Database(database_url), Database(database_url, sealer(OLD))
    ids = [put(plain, home, "plain", sealer()), put(older, home, "older", sealer(OLD))]
    database = Database(database_url, sealer(NEW, OLD))
    ids.append(put(database, home, "newest", sealer(NEW)))
    before, times = everything(database, ids), _times(home)
    listed = printed(command("keys", "list", "--json"))
    assert [(row["key_id"], row["state"], row["sounds"]) for row in listed] == [
        (NEW_ID, "newest", 1), (OLD_ID, "older", 1), (None, "plain", 1)
    ]  # fmt: skip
    texts = {row["texts"] for row in listed}
    assert len(texts) == 1, "each holds one call"

    done = printed(command("keys", "rotate", "--by", "王", "--json"))
    assert done == {"key_id": NEW_ID, "texts": 2 * texts.pop(), "sounds": 2}
    assert everything(database, ids) == before
    assert _times(home) == times, "sound is deleted by its age"
    only_new = Database(database_url, sealer(NEW))
    assert everything(only_new, ids) == before
    stored = bytes_under(database_url, home)
    assert SAID.encode() not in stored
    assert words_digest(SAID).encode() not in stored, "who guesses a short sentence could prove it"
    [entry] = printed(command("audit", "list", "--action", AuditAction.KEYS_ROTATED, "--json"))
    assert (entry["actor"], entry["subject"], entry["details"]) == (
        "王",
        NEW_ID,
        {"texts": done["texts"], "sounds": done["sounds"], "login": getpass.getuser()},
    )
    assert printed(command("keys", "rotate", "--json")) == {"key_id": NEW_ID, "texts": 0, "sounds": 0}
    assert len(printed(command("audit", "list", "--action", AuditAction.KEYS_ROTATED, "--json"))) == 1
    for opened in (plain, older, database, only_new):
        opened.close()


@pytest.mark.slow
def test_a_score_that_another_takes_the_place_of_stays_readable(database_url: str, home: Path) -> None:
    database = Database(database_url, sealer(OLD))
    recording_id, card = put(database, home, "one", sealer(OLD)), card_of("one")
    before = everything(database, [recording_id])
    newer = replace(card, total=50.0)
    with database.unit_of_work() as uow:
        for again in (card, newer):
            uow.scorecards.supersede(recording_id, factories.ENGINE.digest, card.standard, factories.SCORER)
            if again is card:
                assert uow.scorecards.of(recording_id) == before[0].scorecards[0], "until there is a newer one"
            uow.scorecards.put(recording_id, factories.ENGINE.digest, factories.SCORER, again)
        uow.commit()
    both = Database(database_url, sealer(NEW, OLD))
    with both.unit_of_work() as uow:
        assert uow.sealed.reseal("", 10) is not None, "each is opened at its place"
        uow.commit()
    renewed = Database(database_url, sealer(NEW))
    with renewed.unit_of_work() as uow:
        assert uow.scorecards.of(recording_id) == newer
    for opened in (database, both, renewed):
        opened.close()


@pytest.mark.slow
def test_a_rotation_that_is_killed_is_asked_for_again(database_url: str, home: Path, command: Command) -> None:
    database = Database(database_url, sealer(OLD))
    ids = [put(database, home, f"call {n}", sealer(OLD)) for n in range(6)]
    before = everything(database, ids)
    code = (
        "import os, signal, sys, callqa.services.keys as keys; keys.RECORDINGS_PER_TRANSACTION = 2\n"
        "from storage.sealed_texts import SealedTexts; real = SealedTexts.reseal\n"
        "def reseal(self, after, most):\n"
        "    done = real(self, after, most)\n"
        "    if after: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return done\n"
        "SealedTexts.reseal = reseal\n"
        "from callqa.cli import app; app(['keys', 'rotate'])"
    )
    environ = dict(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[2])}
    killed = subprocess.run([sys.executable, "-c", code], check=False, env=environ)
    assert killed.returncode == -signal.SIGKILL
    half = {row["key_id"]: row["texts"] for row in printed(command("keys", "list", "--json"))}
    assert half[OLD_ID] == 2 * half[NEW_ID] > 0
    both = Database(database_url, sealer(NEW, OLD))
    assert everything(both, ids) == before
    assert printed(command("keys", "rotate", "--json"))["texts"] == half[OLD_ID]
    assert everything(both, ids) == before
    for opened in (database, both):
        opened.close()


def test_a_rotation_without_the_older_key_changes_nothing(
    database_url: str, home: Path, tmp_path: Path, command: Command
) -> None:
    database = Database(database_url, sealer(OLD))
    put(database, home, "one", sealer(OLD))
    before = dump(database_url)
    (tmp_path / "keys").write_text(NEW)
    assert [row["state"] for row in printed(command("keys", "list", "--json"))] == ["newest", "missing", "plain"]
    refused = command("keys", "rotate")
    assert isinstance(refused.exception, MissingKeyError)
    assert OLD_ID in str(refused.exception)
    (tmp_path / "keys").write_text("")
    assert isinstance(command("keys", "rotate").exception, SettingsError)
    assert dump(database_url) == before
    database.close()


def test_erasing_and_retention_need_no_key(database_url: str, home: Path, tmp_path: Path, command: Command) -> None:
    database = Database(database_url, sealer(NEW))
    recording_id = put(database, home, "one", sealer(NEW))
    exported = printed(command("privacy", "export", "13800138000", "-o", "out", "--json"))
    assert exported["sounds"] == 1
    assert SAID in (tmp_path / "out" / "calls.json").read_text()
    [copy] = (tmp_path / "out" / "audio").iterdir()
    assert copy.read_bytes() == f"copy of one, {SAID}".encode()
    (tmp_path / "keys").write_text("")
    assert isinstance(command("privacy", "export", "13800138000", "-o", "again").exception, MissingKeyError)
    assert not (tmp_path / "again").exists()
    assert command("privacy", "retain", "--yes").exit_code == 0
    assert printed(command("privacy", "erase", "13800138000", "--yes", "--json"))["sounds"] == 1
    with database.unit_of_work() as uow:
        assert uow.calls.get(recording_id) is None
    database.close()


@pytest.mark.slow
def test_keys_are_named_and_never_shown(home: Path, tmp_path: Path, command: Command) -> None:
    key = command("keys", "new").stdout.strip()
    assert len(read_keys(key)) == 1
    doctor = command("doctor", "--json")
    assert NEW_ID in doctor.stdout
    (tmp_path / "keys").write_text(f"{NEW}\n{OLD[:-6]}\n")
    for arguments in (("doctor",), ("keys", "list"), ("keys", "rotate"), ("run", str(tmp_path))):
        told = command(*arguments)
        shown = told.output + (str(told.exception) if isinstance(told.exception, CallqaError) else "")
        assert "key 2 is none" in shown
        assert NEW[:12] not in doctor.stdout + shown
        assert OLD[:12] not in doctor.stdout + shown


@pytest.mark.slow
def test_a_run_that_would_store_plain_what_was_sealed_before_is_refused(database_url: str, home: Path) -> None:
    settings, _ = load_settings({"home": home, "database_url": database_url}, {}, home)
    assert assemble(settings).settings.home == home
    database = Database(database_url, sealer(NEW))
    put(database, home, "one", sealer(NEW))
    with pytest.raises(MissingKeyError, match="new calls would be stored plain; set it"):
        assemble(settings)
    database.close()


def test_a_backup_stays_sealed_and_names_its_keys(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{home / 'callqa.db'}"
    schema.upgrade(url)
    database = Database(url, sealer(OLD))
    recording_id = put(database, home, "one", sealer(NEW))
    before = everything(database, [recording_id])
    database.close()
    (tmp_path / "keys").write_text(f"{NEW}\n{OLD}\n")
    monkeypatch.setenv("CALLQA_ENCRYPTION_KEY_FILE", str(tmp_path / "keys"))
    for command in commands(url, tmp_path, monkeypatch):
        assert printed(command("backup", "-o", "copy", "--json"))["key_ids"] == sorted([OLD_ID, NEW_ID])
        assert json.loads((tmp_path / "copy" / "manifest.json").read_text())["key_ids"] == sorted([OLD_ID, NEW_ID])
        assert SAID.encode() not in b"".join(p.read_bytes() for p in (tmp_path / "copy").rglob("*") if p.is_file())
        # Neither a check nor a restore needs a key.
        (tmp_path / "keys").write_text("")
        while open_databases:
            open_databases.popitem()[1].close()
        assert OLD_ID in command("restore", "copy", "--check", "--language", "en").stdout
        assert command("restore", "copy", "--yes").exit_code == 0
    database = Database(url, sealer(OLD))
    assert everything(database, [recording_id]) == before
    database.close()


def _times(home: Path) -> dict[str, int]:
    return {str(path.relative_to(home)): path.stat().st_mtime_ns for path in home.rglob("*.ogg")}


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)
