"""Several threads and processes at once, and processes that are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import RecordingError, TransientError
from models.ports import UnitOfWork
from storage import Database, schema, scorecards
from storage.sealing import Sealer, new_key, read_keys
from storage.standing import settle
from storage.tables import metadata
from storage.transaction import Transaction
from tests import factories
from tests.databases import BY_PEOPLE, DIARY, bare_engine, dump

ROOT = Path(__file__).parents[2]


def at_once(*steps: Callable[[], None]) -> None:
    """Run the steps in threads that start together; the first error is raised."""
    barrier = threading.Barrier(len(steps))

    def together(step: Callable[[], None]) -> None:
        barrier.wait()
        step()

    with ThreadPoolExecutor(len(steps)) as pool:
        for done in [pool.submit(together, step) for step in steps]:
            done.result()


def in_a_unit(database: Database, step: Callable[[UnitOfWork], None]) -> Callable[[], None]:
    def run() -> None:
        with database.unit_of_work() as uow:
            step(uow)
            uow.commit()

    return run


def register(uow: UnitOfWork) -> None:
    run = uow.runs.start(factories.run())
    recording = factories.recording()
    if uow.calls.get(recording.id) is None:
        uow.calls.add(recording, factories.meta())
    uow.calls.saw(run.id, recording.uri, recording.id)


def transcribe(uow: UnitOfWork) -> None:
    uow.transcripts.put(factories.transcript(("agent", "您好")))


def score(uow: UnitOfWork) -> None:
    card = factories.scorecard(promises=(factories.promise(),))
    uow.scorecards.put(factories.recording().id, factories.ENGINE.digest, factories.SCORER, card)


def everything(uow: UnitOfWork) -> None:
    """One call from its registration to its scorecard."""
    register(uow)
    transcribe(uow)
    score(uow)


NOT_BY_SCORING = (
    "published_standards", "reviews", "ledger_promises", "ledger_events", "claims", "audit_log", "forgotten_recordings",
    "queue_findings", *BY_PEOPLE,
)  # fmt: skip
"""Tables that people fill, what is said of promises later, claims, which end with the result, and faults: none here."""


def test_the_same_stage_at_once_is_stored_once(database: Database, database_url: str) -> None:
    for _ in range(3):
        for stage in (register, transcribe, score):
            at_once(*[in_a_unit(database, stage)] * 4)
        counts = {table: len(rows) for table, rows in dump(database_url).items()}
        assert counts == dict.fromkeys(metadata.tables.keys() - DIARY, 1) | dict.fromkeys(NOT_BY_SCORING, 0)
        with bare_engine(database_url).begin() as connection:
            # Nobody can delete from the audit log, in which nothing was written here.
            for table in reversed([t for t in metadata.sorted_tables if t.name != "audit_log"]):
                connection.execute(table.delete())


def test_two_recordings_that_claim_one_call_at_once(database: Database) -> None:
    refused: list[str] = []

    def claim(seed: str) -> Callable[[], None]:
        def step() -> None:
            try:
                in_a_unit(database, lambda uow: uow.calls.add(factories.recording(seed), factories.meta("C1")))()
            except RecordingError as error:
                refused.append(error.reason.value)

        return step

    at_once(claim("one"), claim("two"), claim("three"))
    assert refused == ["call_id_conflict"] * 2


def test_many_writers_that_read_first_never_meet_a_lock_error(database: Database) -> None:
    """Deferred transactions that turn into writers fail at once under SQLite, whatever the time-out."""

    def register_ten(worker: int) -> Callable[[], None]:
        def step() -> None:
            for number in range(10):
                name = f"{worker}-{number}"
                with database.unit_of_work() as uow:
                    assert uow.calls.get(factories.recording(name).id) is None
                    uow.calls.add(factories.recording(name), factories.meta(name))
                    uow.commit()

        return step

    at_once(*(register_ten(worker) for worker in range(8)))
    with database.unit_of_work() as uow:
        assert sum(uow.calls.recording_of(f"{w}-{n}") is not None for w in range(8) for n in range(10)) == 80


def test_sealing_beside_a_call_that_is_scored_again_waits_and_fails_neither(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each changes the text that is searched and the transcript, which the other one holds."""
    keyed = Database(database_url, Sealer(read_keys(new_key())))
    plain = Database(database_url)
    in_a_unit(plain, everything)()
    scored = threading.Event()

    def settle_later(transaction: Transaction, recording_id: str) -> None:
        scored.set()
        time.sleep(0.5)
        settle(transaction, recording_id)

    def score_again() -> None:
        with keyed.unit_of_work() as uow:
            card = factories.scorecard(needs_review=True)
            uow.scorecards.put(factories.recording().id, factories.ENGINE.digest, "rules-2", card)
            uow.commit()

    def seal() -> None:
        assert scored.wait(10)
        with keyed.unit_of_work() as uow:
            assert uow.sealed.reseal("", 10) is not None
            uow.commit()

    monkeypatch.setattr(scorecards, "settle", settle_later)
    at_once(score_again, seal)
    keyed.close()
    plain.close()


def test_readers_and_a_writer_do_not_wait_for_each_other(database: Database) -> None:
    with database.unit_of_work() as writer, database.unit_of_work() as reader:
        assert reader.runs.latest_id() is None
        writer.calls.add(factories.recording(), factories.meta())
        assert reader.calls.get(factories.recording().id) is None
        writer.commit()
    with database.unit_of_work() as reader:
        assert reader.calls.get(factories.recording().id) is not None


def test_a_lock_that_stays_is_a_transient_error(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'calls.db'}?timeout=0.1"
    schema.upgrade(url)
    database = Database(url)
    with database.unit_of_work() as holder:
        holder.calls.add(factories.recording("one"), factories.meta("C1"))
        with database.unit_of_work() as uow, pytest.raises(TransientError, match=r"calls\.db .* database is locked"):
            uow.calls.add(factories.recording("two"), factories.meta("C2"))
        with pytest.raises(TransientError, match="database is locked"):
            schema.upgrade(url)
    database.close()


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_a_connection_that_breaks_is_a_transient_error(database: Database, database_url: str) -> None:
    schema_name = database_url.rsplit("%3D", 1)[1]
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording(), factories.meta())
        with bare_engine(database_url).begin() as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                    " JOIN pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE n.nspname = :name AND l.mode = 'RowExclusiveLock' AND c.relname = 'recordings'"
                ),
                {"name": schema_name},
            )
        with pytest.raises(TransientError, match="try again"):
            uow.calls.get(factories.recording().id)
    in_a_unit(database, everything)()  # the pool gives out a connection that works


def test_mistakes_stay_loud(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'calls.db'}")  # never upgraded
    with database.unit_of_work() as uow, pytest.raises(sa.exc.OperationalError, match="no such table"):
        uow.calls.get("0" * 64)
    database.close()


def test_messages_do_not_repeat_what_was_said(database: Database, database_url: str) -> None:
    with database.unit_of_work() as uow, pytest.raises(sa.exc.IntegrityError) as caught:
        uow.calls.saw("no such run", "file:///calls/139-secret.wav", "0" * 64)
    assert "139-secret" not in str(caught.value)


KILLED = """
import os, signal, sys
import sqlalchemy as sa
from storage import Database, schema
from tests import factories
from tests.integration.test_storage_concurrency import everything

url, step, nth = sys.argv[1], sys.argv[2], int(sys.argv[3])
seen = 0

def kill_at_nth_write(connection, cursor, statement, *rest):
    global seen
    seen += statement.split()[0] in ("INSERT", "UPDATE", "CREATE")
    if seen == nth:
        os.kill(os.getpid(), signal.SIGKILL)

sa.event.listen(sa.Engine, "after_cursor_execute", kill_at_nth_write)
if step == "upgrade":
    schema.upgrade(url)
else:
    with Database(url).unit_of_work() as uow:
        everything(uow)
        uow.commit()
"""


def kill_at(url: str, step: str, nth: int) -> None:
    """Run a step in a process that is killed right after its nth write."""
    command = [sys.executable, "-c", KILLED, url, step, str(nth)]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == -signal.SIGKILL, child.stderr


@pytest.mark.parametrize("nth", [4, 9])
def test_a_killed_transaction_leaves_nothing_half_done(database: Database, database_url: str, nth: int) -> None:
    empty = dump(database_url)
    kill_at(database_url, "everything", nth)
    assert dump(database_url) == empty
    in_a_unit(database, everything)()


@pytest.mark.parametrize("nth", [14])
def test_a_killed_upgrade_leaves_nothing_half_done(empty_database_url: str, nth: int) -> None:
    kill_at(empty_database_url, "upgrade", nth)
    assert schema.state(empty_database_url).empty
    schema.upgrade(empty_database_url)
    schema.check(empty_database_url)
