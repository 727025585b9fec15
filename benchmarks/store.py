"""Questions to a database of many scored calls: median and 95th percentile of each, its size, what a score costs.

    python -m benchmarks.store [--calls 1000000] [--database-url URL] [--rounds 100] [--users 20] [--kept]

Fills an empty database (an SQLite file of its own by default; for PostgreSQL name a database or schema that may be
filled) unless --kept says that it is filled already. Each question is asked in a unit of work of its own, with other
agents, days and places each time. Where the median is above the limit, the plan of the slowest statement is printed.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from benchmarks.store_data import AGENTS, DAYS, FIRST_DAY, RUN_CALLS, agent_of, call_meta, fill, run_id, store_call
from benchmarks.store_draws import FIRST_DRAWN, LAST_DRAWN, draw
from models.person import EVERYBODY, Scope
from models.ports import UnitOfWork
from models.queue import QueueCursor, QueueFilter, Urgency
from models.scorecard import Verdict
from storage import Database, schema, scorecards
from storage.engine import build_engine
from storage.standing import settle
from storage.tables import metadata
from storage.urls import parse

LIMIT_MS = {"postgresql": 100.0, "sqlite": 250.0}
PAGE = 50
STORED = 200
Question = Callable[[UnitOfWork, random.Random], object]


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--database-url", help="default: an SQLite file that is deleted afterwards")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--users", type=int, default=20, help="so many ask at once, in threads")
    parser.add_argument("--only", default="", help="only questions whose names begin so, and nothing else")
    parser.add_argument("--kept", action="store_true", help="the database is filled already")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.database_url or f"sqlite:///{Path(folder) / 'calls.db'}"
        if not arguments.kept:
            schema.upgrade(url)
            fill(url, arguments.calls)
            print("{} calls drawn, {} verdicts of reviewers".format(*draw(url)))
        _vacuum(url)
        _print_sizes(url)
        database = Database(url)
        _ask_all(database, url, arguments.calls, arguments.rounds, arguments.only)
        if arguments.only:
            database.close()
            return
        _ask_at_once(database, arguments.users, arguments.rounds)
        _print_cost(database, arguments.calls)
        _print_contention(database, arguments.calls)
        database.close()


def questions(calls: int) -> dict[str, Question]:
    """What is asked, by its name; `calls` is how many the database was filled with."""
    nights = max(1, calls // RUN_CALLS)

    def month(rng: random.Random) -> tuple[date, date]:
        first = FIRST_DAY + timedelta(days=rng.randrange(DAYS - 30))
        return first, first + timedelta(days=29)

    def someone(rng: random.Random) -> str:
        return agent_of(rng.randrange(AGENTS))[0]

    def team(rng: random.Random) -> str:
        return agent_of(rng.randrange(AGENTS))[1]

    def page(which: Callable[[random.Random], QueueFilter], after: QueueCursor | None = None) -> Question:
        return lambda uow, rng: uow.queue.page(EVERYBODY, which(rng), PAGE, after)

    def deep(uow: UnitOfWork, rng: random.Random) -> object:
        newest = uow.queue.page(EVERYBODY, QueueFilter(urgency=rng.choice(list(Urgency))), 1).next or QueueCursor(0, 0)
        return uow.queue.page(
            EVERYBODY, QueueFilter(), PAGE, QueueCursor(newest.place - rng.randrange(DAYS * 86_400), 0)
        )

    def of_month(rng: random.Random, **more: Any) -> QueueFilter:
        since, until = month(rng)
        return QueueFilter(since=since, until=until, **more)

    return {
        "agent month": lambda uow, rng: uow.rollups.agent_month(someone(rng), *month(rng)),
        "team month": lambda uow, rng: uow.rollups.of_team(team(rng), *month(rng)),
        "agents of a team, month": lambda uow, rng: uow.rollups.agents(*month(rng), team=team(rng)),
        "all teams, month": lambda uow, rng: uow.rollups.teams(*month(rng)),
        "everybody, month": lambda uow, rng: uow.rollups.of_all(*month(rng)),
        "everybody, day": lambda uow, rng: uow.rollups.of_all(*[month(rng)[0]] * 2),
        "teams by item, month": lambda uow, rng: uow.rollups.team_items(*month(rng)),
        "teams by item, a quarter, one team": lambda uow, rng: uow.rollups.team_items(
            FIRST_DAY, FIRST_DAY + timedelta(days=89), Scope(frozenset({team(rng)}))
        ),
        "last five runs": lambda uow, _: uow.glances.nights(5, EVERYBODY),
        "last five runs, one team": lambda uow, rng: uow.glances.nights(5, Scope(frozenset({team(rng)}))),
        "score of a run": lambda uow, rng: uow.glances.night_tally(run_id(rng.randrange(nights)), EVERYBODY),
        "sureness of the newest 2,000": lambda uow, _: uow.glances.sureness(2000, EVERYBODY),
        "sureness of the newest 2,000, one team": lambda uow, rng: uow.glances.sureness(
            2000, Scope(frozenset({team(rng)}))
        ),
        "an agent's calls with promises, month": lambda uow, rng: uow.glances.with_promises(
            someone(rng), *month(rng), EVERYBODY
        ),
        "an agent's newest calls": lambda uow, rng: uow.glances.newest_calls(someone(rng), *month(rng), 10, EVERYBODY),
        "titles of items": lambda uow, _: uow.rollups.titles(),
        "queue: first page": page(lambda _: QueueFilter()),
        "queue: from anywhere on": deep,
        "queue: a month": page(of_month),
        "queue: an agent": page(lambda rng: QueueFilter(agent_id=someone(rng))),
        "queue: a team": page(lambda rng: QueueFilter(team=team(rng))),
        "queue: a team's month": page(lambda rng: of_month(rng, team=team(rng))),
        "queue: item violated": page(lambda _: QueueFilter(item_id="prohibited", verdict=Verdict.VIOLATED)),
        "queue: item missed": page(lambda _: QueueFilter(item_id="closing", verdict=Verdict.MISSED)),
        "queue: item met": page(lambda _: QueueFilter(item_id="closing", verdict=Verdict.MET)),
        "queue: item missed, a team's month": page(
            lambda rng: of_month(rng, team=team(rng), item_id="closing", verdict=Verdict.MISSED)
        ),
        "queue: item violated, an agent": page(
            lambda rng: QueueFilter(agent_id=someone(rng), item_id="prohibited", verdict=Verdict.VIOLATED)
        ),
        "queue: any item violated": page(lambda _: QueueFilter(verdict=Verdict.VIOLATED)),
        "queue: total below 60": page(lambda _: QueueFilter(most_total=60)),
        "queue: total below 40, a month": page(lambda rng: of_month(rng, least_total=1, most_total=40)),
        "queue: a total that none has": page(lambda _: QueueFilter(least_total=0.01, most_total=0.02)),
        "run summary (20,000 calls)": lambda uow, rng: uow.runs.counts(run_id(rng.randrange(nights))),
        "promises due in a day": lambda uow, rng: uow.census.with_promises_due(*_day(month(rng)[0])),
        "states of all recordings": lambda uow, _: uow.census.states(),
        "what waits": lambda uow, _: uow.census.queue(),
        "frame of a quarter's draws": lambda uow, _: uow.samples.days_frame(FIRST_DRAWN, LAST_DRAWN, EVERYBODY),
        "frame of a quarter's draws, one team": lambda uow, rng: uow.samples.days_frame(
            FIRST_DRAWN, LAST_DRAWN, Scope(frozenset({team(rng)}))
        ),
        "verdicts on a quarter's draws": lambda uow, _: uow.samples.items_of_days(FIRST_DRAWN, LAST_DRAWN, EVERYBODY),
        "last calls of all agents, month": lambda uow, rng: uow.census.last_calls(_day(month(rng)[0])[0]),
        "first calls of 100 agents": lambda uow, rng: uow.census.first_calls([someone(rng) for _ in range(100)]),
    }


def _day(day: date) -> tuple[Any, Any]:
    from datetime import time as clock

    began = datetime.combine(day, clock(), UTC)
    return began, began + timedelta(days=1)


def _ask_all(database: Database, url: str, calls: int, rounds: int, only: str) -> None:
    limit_ms = LIMIT_MS[parse(url).get_backend_name()]
    print(f"{'milliseconds, ' + str(rounds) + ' rounds':<40} median    p95")
    for name, question in questions(calls).items():
        if not name.startswith(only):
            continue
        took_ms = [_ask(database, question, random.Random(seed)) for seed in range(rounds)]
        print(f"{name:<40} {median(took_ms):6.1f} {quantiles(took_ms, n=20)[-1]:6.1f}", flush=True)
        if median(took_ms) > limit_ms:
            _print_plan(url, question)


def _ask(database: Database, question: Question, rng: random.Random) -> float:
    begun = time.perf_counter()
    with database.unit_of_work() as uow:
        question(uow, rng)
    return (time.perf_counter() - begun) * 1000


def _ask_at_once(database: Database, users: int, rounds: int) -> None:
    """Everybody looks at queue pages and agents' months, without a pause between."""
    asked = [question for name, question in questions(1).items() if name in {
        "agent month", "queue: first page", "queue: a team", "queue: a month", "queue: item missed"}]  # fmt: skip

    def look(user: int) -> list[float]:
        rng = random.Random(user)
        return [_ask(database, asked[turn % len(asked)], rng) for turn in range(user, user + rounds)]

    begun = time.perf_counter()
    with ThreadPoolExecutor(users) as pool:
        took_ms = [one for all_of_user in pool.map(look, range(users)) for one in all_of_user]
    rate = len(took_ms) / (time.perf_counter() - begun)
    print(f"{f'{users} at once, {rate:.0f} answers/s':<40} {median(took_ms):6.1f} {quantiles(took_ms, n=20)[-1]:6.1f}")


def _print_cost(database: Database, calls: int) -> None:
    """Calls stored one after the other, as a night does, and how much of it keeps what follows from scorecards."""
    settled_s: list[float] = []

    def timed(*arguments: Any) -> None:
        begun = time.perf_counter()
        settle(*arguments)
        settled_s.append(time.perf_counter() - begun)

    rng, first = random.Random(7), _unused(calls)
    begun = time.perf_counter()
    with patch.object(scorecards, "settle", timed):
        for number in range(first, first + STORED):
            store_call(database, number, call_meta(number, number + 1, rng), rng)
    whole_ms = (time.perf_counter() - begun) * 1000 / STORED
    kept_ms = 1000 * median(settled_s)
    print(f"a call registered, heard and scored: {whole_ms:.2f} ms, of which sums and queue {kept_ms:.2f} ms")


def _print_contention(database: Database, calls: int) -> None:
    """Four workers at calls of one agent's day, which wait for each other, and of a day each."""
    for what, agent_of_worker in (("one agent's day", lambda _: 0), ("days of their own", lambda worker: worker)):
        first = _unused(calls)

        def work(worker: int, first: int = first, agent: Callable[[int], int] = agent_of_worker) -> None:
            rng = random.Random(worker)
            for turn in range(STORED // 4):
                number = first + 4 * turn + worker
                meta = replace(call_meta(number, number + 1, rng), agent_id=agent_of(agent(worker))[0])
                store_call(database, number, meta, rng)

        begun = time.perf_counter()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        print(f"four workers at {what}: {STORED / (time.perf_counter() - begun):.0f} calls/s")


def _unused(calls: int) -> int:
    """The first of many numbers that no call has."""
    return calls + time.time_ns() // 1000


def _print_plan(url: str, question: Question) -> None:
    slowest: tuple[float, str, Any] = (0.0, "", ())
    begun = 0.0

    def before(*_: object) -> None:
        nonlocal begun
        begun = time.perf_counter()

    def after(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        nonlocal slowest
        slowest = max(slowest, (time.perf_counter() - begun, statement, parameters), key=lambda one: one[0])

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    database = Database(url)
    _ask(database, question, random.Random(0))
    database.close()
    sa.event.remove(sa.Engine, "before_cursor_execute", before)
    sa.event.remove(sa.Engine, "after_cursor_execute", after)
    engine = build_engine(parse(url))
    explain = "EXPLAIN (ANALYZE, BUFFERS)" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with engine.connect() as connection:
        for row in connection.exec_driver_sql(f"{explain} {slowest[1]}", slowest[2]):
            print("   ", row[-1])
    engine.dispose()


def _vacuum(url: str) -> None:
    """Statistics for the planner, as autovacuum makes them; SQLite does without."""
    engine = build_engine(parse(url))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in metadata.tables:
                connection.exec_driver_sql(f"VACUUM ANALYZE {table}")
    engine.dispose()


def _print_sizes(url: str) -> None:
    engine = build_engine(parse(url))
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            print(f"file: {pages * connection.exec_driver_sql('PRAGMA page_size').scalar_one() / 1e6:,.0f} MB")
        else:
            total = 0
            for name in metadata.tables:
                whole = connection.execute(sa.select(sa.func.pg_total_relation_size(name))).scalar_one()
                total += whole
                if whole > 10**7:
                    print(f"{name}: {whole / 1e6:,.0f} MB")
            print(f"all tables: {total / 1e6:,.0f} MB")
    engine.dispose()


if __name__ == "__main__":
    main()
