"""The audit log in both databases: it only grows, and two who write at once make one chain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.audit import AuditAction, AuditEvent, ChainProblem, check_chain
from models.errors import IntegrityError
from storage import Database
from tests import factories
from tests.databases import bare_engine

EVENT = AuditEvent(
    factories.STARTED_AT, "王", AuditAction.CLASSIFIER_PROMOTED, "shipped", {"version": "sha256:1", "ids": ["a"]}
)


def record(database: Database, *events: AuditEvent) -> None:
    with database.unit_of_work() as uow:
        for event in events:
            uow.audit.record(event)
        uow.commit()


def test_what_is_recorded_is_read_again_as_an_intact_chain(database: Database) -> None:
    odd = replace(
        EVENT,
        at=factories.STARTED_AT + timedelta(microseconds=1),
        subject="half \ud800 and \x00",
        details={"\x00": ["\udfff", 1, True]},
    )
    record(database, EVENT, odd)
    record(database, EVENT)
    with database.unit_of_work() as uow:
        entries = list(uow.audit.entries())
        assert uow.audit.head() == entries[-1].head
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert entries[0].event == EVENT
    assert entries[1].event.subject == "half � and �"
    assert check_chain(entries).problem is None


def test_a_log_is_read_in_batches(database: Database) -> None:
    record(database, *[EVENT] * 1001)
    with database.unit_of_work() as uow:
        assert check_chain(uow.audit.entries()).entries == 1001


def test_what_is_not_committed_is_not_recorded(database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.audit.record(EVENT)
    with database.unit_of_work() as uow:
        assert uow.audit.head() is None


def test_those_who_write_at_once_take_turns(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: record(database, EVENT, EVENT), range(24)))
    with database.unit_of_work() as uow:
        state = check_chain(uow.audit.entries())
    assert (state.entries, state.problem) == (48, None)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "DELETE FROM audit_log WHERE number = 1"]
)
def test_the_database_refuses_to_change_the_log(database: Database, database_url: str, statement: str) -> None:
    record(database, EVENT, EVENT)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), bare_engine(database_url).begin() as connection:
        connection.execute(sa.text(statement))
    with database.unit_of_work() as uow:
        assert check_chain(uow.audit.entries()).entries == 2


def test_a_log_takes_over_only_what_follows_it(database: Database) -> None:
    record(database, EVENT)
    with database.unit_of_work() as uow:
        second = uow.audit.record(EVENT)
        third = uow.audit.record(EVENT)
    with database.unit_of_work() as uow:
        with pytest.raises(IntegrityError, match="entry 3 does not follow"):
            uow.audit.adopt([third])
        uow.audit.adopt([second, third])
        uow.commit()
        assert uow.audit.head() == third.head


@pytest.mark.parametrize("column", ["at", "details"])
def test_content_that_is_none_any_more_is_an_entry_that_was_changed(
    database: Database, database_url: str, column: str
) -> None:
    """Whoever meddles with the log must not be able to keep it from being looked at."""
    record(database, *[EVENT] * 9)
    bad = (
        {"at": "'x'", "details": "'{'"} if database_url.startswith("sqlite") else {"at": "'infinity'", "details": "'3'"}
    )
    with bare_engine(database_url).begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("DROP TRIGGER audit_log_no_update"))
        else:
            connection.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER ALL"))
        connection.execute(sa.text(f"UPDATE audit_log SET {column} = {bad[column]} WHERE number = 4"))
    with database.unit_of_work() as uow:
        entries = list(uow.audit.entries())
    state = check_chain(entries)
    assert (len(entries), state.entries, state.problem, state.at) == (9, 3, ChainProblem.CHANGED, 4)
