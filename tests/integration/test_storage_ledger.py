"""The promise ledger on both databases: added to and never changed, and kept through re-scoring."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from models.call import Quarantine
from models.errors import ReasonCode, StateError
from models.ledger import LedgerEntry, StatusEvent, StatusSource
from models.scorecard import Promise, PromiseStatus, StandardRef
from models.transcript import EngineReceipt
from storage import Database
from tests import factories
from tests.databases import dump

NEWER = StandardRef("telecom-hotline-zh", "2026.2", "sha256:" + "9" * 64)
DUE = datetime(2026, 11, 21, 9, 31, tzinfo=timezone(timedelta(hours=8)))
KEPT = StatusEvent(
    PromiseStatus.KEPT, StatusSource.TICKET, "T1", DUE, factories.STARTED_AT + timedelta(days=3), "王", "已完成"
)
CLAIM = replace(
    KEPT, status=PromiseStatus.BROKEN, source=StatusSource.LATER_CALL, reference="C9", note="没人打", claimed=True
)


def put_call(
    database: Database,
    *promises: Promise,
    seed: str = "one",
    call_id: str = "C1",
    standard: StandardRef = factories.STANDARD,
    engine: EngineReceipt = factories.ENGINE,
    customer: str | None = None,
) -> None:
    """A scored call with these promises; again with another standard or engine: scored again."""
    meta = replace(factories.meta(call_id), customer_ref=customer)
    card = replace(factories.scorecard(call_id, promises=promises), standard=standard)
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording(seed), meta)
        uow.transcripts.put(replace(factories.transcript(("agent", "您好"), seed=seed), engine=engine))
        uow.scorecards.put(factories.recording(seed).id, engine.digest, factories.SCORER, card)
        uow.commit()


def entries(database: Database) -> list[LedgerEntry]:
    with database.unit_of_work() as uow:
        return list(uow.ledger.entries())


def record(database: Database, entry: LedgerEntry, *events: StatusEvent) -> list[bool]:
    with database.unit_of_work() as uow:
        added = [uow.ledger.record(entry, event) for event in events]
        uow.commit()
    return added


def test_every_promise_of_the_newest_scorecards_is_there(database: Database) -> None:
    assert entries(database) == []
    first, second = factories.promise(due_at=DUE), replace(factories.promise("明天上门"), char_start=20, char_end=24)
    put_call(database, second, seed="two", call_id="C2", customer="K2")
    put_call(database, first, second)
    put_call(database, seed="three", call_id="C3")
    found = entries(database)
    assert [(e.meta.call_id, e.promise, e.standard) for e in found] == [
        ("C1", first, factories.STANDARD),
        ("C1", second, factories.STANDARD),
        ("C2", second, factories.STANDARD),
    ]
    assert found[2].meta.customer_ref == "K2"
    assert found[0].promise.due_at is not None
    assert found[0].promise.due_at.isoformat() == DUE.isoformat()
    assert all(e.found and e.events == () and e.history_ids == () for e in found)
    assert len({e.id for e in found}) == 3
    with database.unit_of_work() as uow:
        assert uow.ledger.entries([factories.recording("two").id]) == [found[2]]
        assert uow.ledger.entries([]) == []


def test_what_was_said_stays_in_order_and_is_told_once(database: Database, database_url: str) -> None:
    put_call(database, factories.promise(due_at=DUE))
    (entry,) = entries(database)
    assert record(database, entry, KEPT, CLAIM, KEPT, replace(CLAIM, recorded_by="张")) == [True, True, False, False]
    before = dump(database_url)
    (again,) = entries(database)
    assert again.events == (KEPT, CLAIM)
    assert again.id == entry.id
    assert record(database, again, KEPT, CLAIM) == [False, False]
    assert dump(database_url) == before
    corrected = replace(KEPT, status=PromiseStatus.BROKEN)
    assert record(database, again, corrected, KEPT, KEPT) == [True, True, False]
    assert entries(database)[0].events == (KEPT, CLAIM, corrected, KEPT)
    for table in ("ledger_promises", "ledger_events"):
        assert set(map(repr, before[table])) <= set(map(repr, dump(database_url)[table]))


def test_a_word_survives_scoring_again_however_the_words_are_seen(database: Database) -> None:
    promise = factories.promise(due_at=DUE)
    put_call(database, promise)
    record(database, entries(database)[0], KEPT)
    wider = replace(promise, char_end=promise.char_end + 4, quote=promise.quote + "的，您放", action="reply")
    put_call(database, wider, standard=NEWER)
    (entry,) = entries(database)
    assert (entry.promise, entry.standard, entry.events, entry.found) == (wider, NEWER, (KEPT,), True)
    put_call(database, standard=replace(NEWER, version="2026.3", digest="sha256:" + "8" * 64))
    (entry,) = entries(database)
    assert (entry.promise, entry.standard, entry.events, entry.found) == (promise, factories.STANDARD, (KEPT,), False)
    engine = replace(factories.ENGINE, digest="sha256:" + "7" * 64)
    heard_anew = replace(promise, utterance=5, start_s=0.3, end_s=2.2)
    put_call(database, heard_anew, engine=engine)
    (entry,) = entries(database)
    assert (entry.promise, entry.events, entry.found) == (heard_anew, (KEPT,), True)
    assert record(database, entry, KEPT, CLAIM) == [False, True]
    assert entries(database)[0].events == (KEPT, CLAIM)


def test_calls_set_aside_are_not_in_the_ledger_and_unknown_ones_are_refused(database: Database) -> None:
    put_call(database, factories.promise())
    (entry,) = entries(database)
    record(database, entry, KEPT)
    with database.unit_of_work() as uow:
        uow.calls.quarantine(entry.recording_id, Quarantine(ReasonCode.CORRUPT_AUDIO, "half of it is missing"))
        uow.commit()
    assert entries(database) == []
    with pytest.raises(StateError, match="is not in the database"), database.unit_of_work() as uow:
        uow.ledger.record(replace(entry, recording_id="0" * 64), KEPT)


def test_two_processes_that_say_the_same_at_once_add_one_event(database: Database) -> None:
    put_call(database, factories.promise())
    (entry,) = entries(database)
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda _: record(database, entry, KEPT)[0], range(4)))
    assert sorted(added) == [False, False, False, True]
    assert entries(database)[0].events == (KEPT,)


def test_text_that_no_database_stores_is_told_once_too(database: Database) -> None:
    put_call(database, factories.promise())
    odd = replace(KEPT, reference="T\0\ud800", note="半\ud800")
    assert record(database, entries(database)[0], odd, odd) == [True, False]


def test_calls_of_a_customer(database: Database) -> None:
    for seed, customer in (("one", "K1"), ("two", "K2"), ("three", "K1"), ("four", None)):
        put_call(database, seed=seed, call_id=f"C-{seed}", customer=customer)
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording("five"), replace(factories.meta("C-five"), customer_ref="K1"))
        assert [call.meta.call_id for call in uow.calls.of_customers(["K1"])] == ["C-one", "C-three"]
        assert [call.meta.call_id for call in uow.calls.of_customers(["K1", "K2", "K3"])] == [
            "C-one",
            "C-three",
            "C-two",
        ]
        assert uow.calls.of_customers([]) == []
