"""Answers of customers and the roster as they are stored, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.errors import MissingKeyError
from models.person import EVERYBODY, Scope
from models.roster import RosterEntry, entry_on
from models.survey import JoinedAnswer, Match, SurveyAnswer
from storage import Database
from storage.sealing import Sealer, new_key, read_keys
from tests.databases import dump
from tests.ledger_calls import at, promise, put_call

ANSWERED = at(21, 10)
FOREVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def answer(answer_id: str = "S1", **facts: Any) -> SurveyAnswer:
    known: dict[str, Any] = {"call_id": None, "customer_ref": None, "agent_id": None, "answered_at": ANSWERED}
    return SurveyAnswer(answer_id, score=facts.pop("score", 4.0), **{**known, **facts})


def add(database: Database, *answers: SurveyAnswer) -> tuple[int, int, int]:
    with database.unit_of_work() as uow:
        stored = uow.surveys.add_all(answers)
        uow.commit()
    return len(stored.new), len(stored.changed), stored.same


def read(database: Database, scope: Scope = EVERYBODY) -> list[JoinedAnswer]:
    with database.unit_of_work() as uow:
        return list(uow.surveys.answers(*FOREVER, scope))


def put(database: Database, call_id: str, **facts: Any) -> None:
    put_call(database, call_id, promise("24小时内给您回电", "callback", at(25)), **facts)


def test_answers_come_back_as_they_were_and_change_in_place(database: Database) -> None:
    one = answer(call_id="C1", customer_ref="138", agent_id="A1", score=2.5, resolved=False, comment="慢\x00")
    kept = replace(one, comment="慢\ufffd")
    assert add(database, one, answer("S2")) == (2, 0, 0)
    assert [found.answer for found in read(database)] == [kept, answer("S2")]
    assert add(database, one, answer("S2", score=1.0)) == (0, 1, 1)
    assert [found.answer.score for found in read(database)] == [2.5, 1.0]
    with database.unit_of_work() as uow:
        assert uow.surveys.answers(ANSWERED, ANSWERED, EVERYBODY) == ()
        assert len(uow.surveys.answers(ANSWERED, ANSWERED + timedelta(seconds=1), EVERYBODY)) == 2
        assert uow.surveys.answers(ANSWERED - timedelta(days=1), ANSWERED, EVERYBODY) == ()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"call_id": "C1"}, (Match.CALL_ID, "C1")),
        ({"call_id": "C9"}, (Match.NONE, None)),
        # A call that is named and unknown is not taken for another one.
        ({"call_id": "C9", "customer_ref": "13800138000"}, (Match.NONE, None)),
        ({"customer_ref": "+86 138-0013-8000"}, (Match.CUSTOMER, "C2")),
        ({"customer_ref": "13800138000", "answered_at": at(20, 11)}, (Match.CUSTOMER, "C1")),
        ({"customer_ref": "13800138000", "answered_at": at(20, 9, 0)}, (Match.NONE, None)),
        ({"customer_ref": "13800138000", "answered_at": at(27, 15, 0)}, (Match.CUSTOMER, "C2")),
        ({"customer_ref": "13800138000", "answered_at": at(27, 15, 1)}, (Match.NONE, None)),
        ({"customer_ref": "13900139000"}, (Match.AMBIGUOUS, None)),
        ({"customer_ref": "13700137000"}, (Match.NONE, None)),
        ({}, (Match.NONE, None)),
    ],
)
def test_which_call_an_answer_is_about(
    database: Database, facts: dict[str, Any], expected: tuple[Match, str | None]
) -> None:
    # Answers may be there before their call.
    add(database, answer(**facts))
    put(database, "C1", customer_ref="13800138000", started_at=at(20, 10, 0))
    put(database, "C2", customer_ref="138 0013 8000", started_at=at(20, 15, 0))
    put(database, "C3", customer_ref="13900139000", started_at=at(20, 10, 0))
    put(database, "C4", customer_ref="13900139000", started_at=at(20, 10, 0))
    (found,) = read(database)
    assert (found.match, found.call_id) == expected


def test_whose_answers_somebody_may_see(database: Database) -> None:
    put(database, "C1", agent_id="A1", team="一组")
    put(database, "C2", agent_id="A2", team=None)
    with database.unit_of_work() as uow:
        uow.roster.put_all(
            [RosterEntry("A2", "李四", "二组", None, None), RosterEntry("A3", "王五", "二组", None, None)]
        )
        uow.commit()
    add(database, answer("S1", call_id="C1", agent_id="A9"), answer("S2", call_id="C2"), answer("S3", agent_id="A3"))
    add(database, answer("S4"))

    def seen(scope: Scope) -> list[tuple[str, str | None, str | None]]:
        return [(found.answer.answer_id, found.agent_id, found.team) for found in read(database, scope)]

    assert seen(EVERYBODY) == [("S1", "A1", "一组"), ("S2", "A2", "二组"), ("S3", "A3", "二组"), ("S4", None, None)]
    assert seen(Scope(frozenset({"一组"}))) == [("S1", "A1", "一组")]
    assert seen(Scope(frozenset({"二组"}))) == [("S2", "A2", "二组"), ("S3", "A3", "二组")]
    assert seen(Scope(None, "A3")) == [("S3", "A3", "二组")]
    assert seen(Scope(frozenset())) == []


def test_what_is_forgotten_is_remembered_as_such(database: Database) -> None:
    add(database, answer("S1", customer_ref="+8613800138000"), answer("S2", call_id="C1"), answer("S3"))
    with database.unit_of_work() as uow:
        of_customer = uow.surveys.of_customer("13800138000", ["C1"])
        assert of_customer == ["S1", "S2"]
        assert uow.surveys.older_than(ANSWERED) == []
        assert uow.surveys.older_than(ANSWERED + timedelta(seconds=1)) == ["S1", "S2", "S3"]
        assert uow.surveys.forget(of_customer, ANSWERED) == 2
        assert uow.surveys.forget(of_customer, ANSWERED) == 0
        uow.commit()
    with database.unit_of_work() as uow:
        assert uow.surveys.forgotten(["S1", "S2", "S3"]) == {"S1", "S2"}
        assert [found.answer.answer_id for found in uow.surveys.joined(["S3", "S1"])] == ["S3"]


def test_the_roster_keeps_what_held_when(database: Database) -> None:
    first = RosterEntry("A1", "张三", "一组", date(2024, 3, 1), None)
    moved = replace(first, team="二组", valid_from=date(2025, 5, 1))
    with database.unit_of_work() as uow:
        assert uow.roster.put_all([moved, first]).new == (moved, first)
        uow.commit()
    with database.unit_of_work() as uow:
        left = replace(moved, left_on=date(2025, 9, 30))
        stored = uow.roster.put_all([first, left])
        assert (stored.new, stored.changed, stored.same) == ((), ((moved, left),), 1)
        assert uow.roster.of("A1") == uow.roster.all() == (first, left)
        assert uow.roster.of("A2") == ()
    assert entry_on([first, moved], date(2025, 4, 30)) == first
    assert entry_on([first, moved], date(2025, 5, 1)) == moved
    assert entry_on([moved], date(2025, 4, 30)) is None


def test_two_who_bring_the_same_answers_at_once_store_them_once(database: Database) -> None:
    brought = [answer(f"S{number}") for number in range(50)]
    with ThreadPoolExecutor() as pool:
        told = list(pool.map(lambda _: add(database, *brought), range(4)))
    assert sorted(told) == [(0, 0, 50), (0, 0, 50), (0, 0, 50), (50, 0, 0)]


def test_comments_are_sealed_and_moved_to_the_newest_key(database_url: str) -> None:
    old, new = new_key(), new_key()
    one = answer("S1", comment="等了两天", agent_id="A1")
    first = Database(database_url, Sealer(read_keys(old)))
    assert add(first, one, answer("S2")) == (2, 0, 0)
    assert add(first, one) == (0, 0, 1)
    stored = dump(database_url)["survey_answers"]
    assert "等了两天" not in str(stored)
    assert "A1" in str(stored)
    both = Database(database_url, Sealer(read_keys(f"{new}\n{old}")))
    with both.unit_of_work() as uow:
        resealed = uow.sealed.reseal("", 10)
        assert resealed is not None
        assert resealed.texts == 1
        assert uow.sealed.reseal("", 10) is None
        uow.commit()
    last = Database(database_url, Sealer(read_keys(new)))
    assert [found.answer for found in read(last)] == [one, answer("S2")]
    with first.unit_of_work() as uow, pytest.raises(MissingKeyError):
        uow.surveys.joined(["S1"])
    # Erasing needs no key.
    keyless = Database(database_url)
    with keyless.unit_of_work() as uow:
        assert uow.surveys.of_customer("", ["C1"]) == []
        assert uow.surveys.forget(["S1"], ANSWERED) == 1
    for opened in (first, both, last, keyless):
        opened.close()
