"""Searching by the days of the review queue: the same calls, in the same order, as reading every text."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models.call import CallMeta
from models.person import EVERYBODY, Scope
from models.ports import UnitOfWork
from models.queue import QueueFilter, ReviewQueue
from storage import Database, queue_search
from storage.search import found_by_index
from storage.search_tables import call_texts
from storage.standing_tables import current_scorecards
from tests import factories
from tests.databases import bare_engine
from tests.scored_calls import NOISE, put

RARE, COMMON = "携号转网", "您好"
CARDS = (
    factories.scorecard(total=95.0),
    factories.scorecard(needs_review=True),
    factories.scorecard(total=0.0, fatal=True),
)
SMALL = {
    "_FIRST_LOOK": 4, "_LONGEST_LOOK": 4, "_BEFORE_INDEX": 4, "_LOOKED_ON": 0, "_ALL_BY_INDEX": -1,
    "_TELLING": 2, "_MOST_DAYS": 6,
}  # fmt: skip
"""A store of some dozen calls is searched as one of a million."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[range | None]:
    """The days that the index was asked for."""
    for name, value in SMALL.items():
        monkeypatch.setattr(queue_search, name, value)
    monkeypatch.setattr(queue_search.QueueSearch, "_is_rare", lambda *_: False)
    days: list[range | None] = []

    def noted(transaction: Any, phrases: Sequence[str], most: int, on: range | None = None) -> Any:
        days.append(on)
        return found_by_index(transaction, phrases, most, on)

    monkeypatch.setattr(queue_search, "found_by_index", noted)
    return days


def fill(uow: UnitOfWork, calls: int, days: int = 40, share: float = 0.2) -> dict[str, CallMeta]:
    """Of three teams, some days and three urgencies, some without a date; a share says it."""
    rng, metas = random.Random(11), {}
    for number in range(calls):
        name, away = f"call-{number}", timedelta(hours=rng.randrange(days * 24))
        began = None if rng.random() < 0.05 else factories.STARTED_AT - away
        meta = replace(factories.meta(name, f"A{number % 7}", began), team=f"T{number % 3}")
        said = f"我想办理{RARE}" if rng.random() < share else "我要报修"
        card = CARDS[rng.choice((0, 0, 0, 1, 2))]
        put(uow, name, meta, card, turns=(("agent", COMMON), ("customer", said)))
        metas[name] = meta
    return metas


def pages(queue: ReviewQueue, which: QueueFilter, size: int, scope: Scope = EVERYBODY) -> list[str]:
    found, after = [], None
    while True:
        page = queue.page(scope, which, size, after)
        found += [queued.call.call_id for queued in page.calls]
        if (after := page.next) is None:
            return found


@pytest.mark.parametrize(("size", "days", "share"), [(1, 40, 0.2), (200, 40, 0.2), (3, 5, 0.5), (7, 5, 0.3)])
def test_page_after_page_brings_the_same_calls_in_the_same_order(
    database: Database,
    asked: list[range | None],
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    days: int,
    share: float,
) -> None:
    narrowed = (
        (QueueFilter(), EVERYBODY),
        (QueueFilter(team="T1"), EVERYBODY),
        (QueueFilter(), Scope(frozenset({"T0", "T2"}))),
        (QueueFilter(until=factories.STARTED_AT.date() - timedelta(days=days // 4)), EVERYBODY),
    )
    with database.unit_of_work() as uow:
        fill(uow, 90, days, share)
        for which, scope in narrowed:
            for phrase in (RARE, "携号"):
                asked.clear()
                found = pages(uow.queue, replace(which, phrases=(phrase,)), size, scope)
                assert any(asked), "no day was asked of the index"
                with monkeypatch.context() as reading:
                    reading.setattr(queue_search, "_BEFORE_INDEX", 10**6)
                    asked.clear()
                    read = pages(uow.queue, replace(which, phrases=(phrase,)), size, scope)
                    assert asked == []
                assert len(read) > 3
                assert found == read
            assert pages(uow.queue, replace(which, phrases=("紫色大象",)), size, scope) == []


def test_too_many_texts_for_the_index_are_read(
    database: Database, asked: list[range | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_search, "_MOST_BY_INDEX", 1)
    with database.unit_of_work() as uow:
        metas = fill(uow, 40)
        assert sorted(pages(uow.queue, QueueFilter(phrases=("要报修", COMMON)), 40)) == sorted(
            set(metas) - set(pages(uow.queue, QueueFilter(phrases=(RARE,)), 40))
        )
    assert any(asked)


def test_a_text_goes_where_its_call_goes_in_the_queue(database: Database, database_url: str) -> None:
    day = factories.STARTED_AT - timedelta(days=30)

    def found(uow: UnitOfWork) -> list[str]:
        page = uow.queue.page(EVERYBODY, QueueFilter(phrases=(RARE,)), 10)
        return [queued.call.call_id for queued in page.calls]

    def agree(calls: int) -> None:
        c = current_scorecards.c
        kept = sa.select(call_texts.c.queue_day, c.place).join(
            c.recording_id.table, c.recording_id == call_texts.c.recording_id
        )
        with bare_engine(database_url).connect() as connection:
            rows = connection.execute(kept).all()
            assert [row.queue_day for row in rows] == [row.place // 86_400 for row in rows]
            assert len(rows) == calls
            elsewhere = sa.select(sa.func.count()).where(call_texts.c.queue_day.is_(None))
            assert connection.execute(elsewhere).scalar() == 3 - calls

    turns = (("customer", RARE),)
    with database.unit_of_work() as uow:
        for name, card in zip(("one", "two", "three"), CARDS, strict=True):
            put(uow, name, factories.meta(name), card, turns=turns)
        uow.commit()
        agree(3)
        put(uow, "one", factories.meta("one"), CARDS[2], "rules-2", turns)
        uow.calls.correct(factories.recording("two").id, factories.meta("two", started_at=day))
        uow.calls.quarantine(factories.recording("three").id, NOISE)
        uow.commit()
        agree(2)
        assert found(uow) == ["one", "two"]
        uow.calls.let_out(factories.recording("three").id)
        uow.commit()
        agree(3)
        assert sorted(found(uow)) == ["one", "three", "two"]
    with bare_engine(database_url).begin() as connection:
        connection.execute(sa.delete(call_texts).where(call_texts.c.recording_id == factories.recording("two").id))
    with database.unit_of_work() as uow:
        # Its text was let go, and it is heard again while its call is in the queue.
        engine = replace(factories.ENGINE, digest="sha256:" + "9" * 64)
        uow.transcripts.put(replace(factories.transcript(*turns, seed="two"), engine=engine))
        uow.commit()
        agree(3)
    with bare_engine(database_url).begin() as connection:
        connection.execute(sa.update(call_texts).values(queue_day=None))
    with database.unit_of_work() as uow:
        uow.rollups.rebuild()
        uow.commit()
        agree(3)
