"""The benchmark of the store: its database is one that callqa could have made, and its questions have answers."""

from __future__ import annotations

import random

from benchmarks.store import questions
from benchmarks.store_data import fill
from benchmarks.store_draws import draw
from models.person import EVERYBODY
from models.queue import QueueFilter
from storage import Database
from tests.databases import BY_PEOPLE, dump


def test_a_small_one_answers_every_question(database: Database, database_url: str) -> None:
    fill(database_url, 40)
    rows = dump(database_url)
    of_reviews = {"published_standards", "reviews", "ledger_promises", "ledger_events", "claims", "audit_log"}
    assert {name for name, found in rows.items() if not found} == of_reviews | {"forgotten_recordings"} | BY_PEOPLE
    assert len(rows["findings"]) == 15 * len(rows["scorecards"])
    drawn, given = draw(database_url)
    assert drawn > 0
    assert given % 15 == 0
    with database.unit_of_work() as uow:
        for question in questions(40).values():
            question(uow, random.Random(1))
        assert len(uow.queue.page(EVERYBODY, QueueFilter(), 50).calls) == len(rows["current_scorecards"])
        counts = uow.runs.counts("run-0")
        assert (counts.recordings, counts.scored) == (40, len(rows["scorecards"]))
