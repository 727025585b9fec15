"""How long the console's pages take with many people at it: median and 95th percentile of each, at the browser's end.

    python -m benchmarks.web [--calls 100000] [--users 20] [--rounds 20] [--pause 2] [--database-url URL] [--kept]
                             [--path PATH ...]

Fills an empty database as `benchmarks.store` does (an SQLite file of its own by default), gives each call a text of 20
turns, and serves it by `callqa web` in a process of its own. Each page is asked for by one person alone; by so many at
work, who go from page to page in any order and read each for `--pause` seconds on average; and by as many who ask for
this one again without a pause. Pages of a call or of an agent are other ones each time.
--kept takes a database that this or `benchmarks.store` has filled; --path measures other pages.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import argon2
import httpx
from sqlalchemy import func, select

from benchmarks.store_data import AGENTS, agent_of, fill
from callqa.passwords import Argon2Hasher
from callqa.services.people import add_person
from models.person import Person, Post
from storage import Database, schema
from storage.engine import build_engine
from storage.places import queue_day
from storage.search_tables import call_texts
from storage.standing_tables import current_scorecards
from storage.urls import parse

PASSWORD = "a password for measuring"
LIMIT_MS = 150.0
PAGES = {
    "queue: must be reviewed": "/queue",
    "queue: all": "/queue?section=all",
    "queue: random sample": "/queue?section=sample",
    "queue: a team": "/queue?section=all&team=T07",
    "queue: an agent": "/queue?section=all&agent=A123",
    "queue: a month": "/queue?section=all&since=2026-01-01&until=2026-01-31",
    "queue: an item missed": "/queue?section=all&item=closing&verdict=missed",
    "search: in every call": "/queue?section=all&q=很高兴为您服务",
    "search: in 1 of 100": "/queue?section=all&q=携号转网",
    "search: in 1 of 10,000": "/queue?section=all&q=光猫指示灯",
    "search: in none": "/queue?section=all&q=紫色大象跳舞",
    # Its one part stands in 1 text of 30, and it in none.
    "search: in none, its parts in many": "/queue?section=all&q=111111",
    "search: two characters, in 1 of 100": "/queue?section=all&q=携号",
    "search: two characters, in none": "/queue?section=all&q=大象",
    "search: 1 of 10,000, a team": "/queue?section=all&team=T07&q=光猫指示灯",
}
_TURNS = (
    "麻烦您提供一下机主的姓名和号码",
    "我的宽带从昨天晚上就一直断线",
    "好的我帮您查询一下请您稍等",
    "这个月的话费怎么多扣了",
    "给您带来不便非常抱歉",
    "我已经打过好几次电话了",
    "工单已经提交二十四小时内会有人联系您",
    "请问还有其他可以帮您的吗",
    "套餐是上个月刚换的",
    "我们这边核实一下再给您答复",
    "师傅说今天下午上门可是没有来",
    "那个营业厅的人说不归他们管",
    "流量超出以后按照标准资费收取",
    "合约期还有八个月才到期",
)
_BULK = 5_000
_COUNTED = (call_texts, current_scorecards)


def main() -> None:
    """Fill, serve, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=20, help="so often each person asks for each page")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between two pages of a person, on average")
    parser.add_argument("--database-url", help="default: an SQLite file that is deleted afterwards")
    parser.add_argument("--kept", action="store_true", help="the database is filled already")
    parser.add_argument("--path", nargs="*", default=[], help="pages to measure instead")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.database_url or f"sqlite:///{Path(folder) / 'calls.db'}"
        if not arguments.kept:
            schema.upgrade(url)
            fill(url, arguments.calls)
        names = _add_people(url, arguments.users)
        pages = {path: [path] for path in arguments.path} or {what: [path] for what, path in PAGES.items()}
        _complete(url, {} if arguments.path else pages)
        with _served(url, Path(folder)) as address:
            _measure(address, pages, names, arguments.rounds, arguments.pause)


def _measure(address: str, pages: dict[str, list[str]], names: list[str], rounds: int, pause_s: float) -> None:
    browsers = [_logged_in(address, name) for name in names]

    def look(browser: httpx.Client, what: str) -> float:
        return _ask(browser, random.choice(pages[what]))

    def work(browser: httpx.Client) -> list[tuple[str, float]]:
        took = []
        for what in random.sample([*pages] * rounds, len(pages) * rounds):
            time.sleep(random.expovariate(1 / pause_s))
            took.append((what, look(browser, what)))
        return took

    alone_ms = {what: [look(browsers[0], what) for _ in range(rounds)] for what in pages}
    at_work_ms: defaultdict[str, list[float]] = defaultdict(list)
    with ThreadPoolExecutor(len(browsers)) as pool:
        for what, took_ms in chain.from_iterable(pool.map(work, browsers)):
            at_work_ms[what].append(took_ms)
        at_once = f"{len(names)} at work"
        print(f"{'milliseconds, median and p95':<40} {'alone':>14} {at_once:>15} {'without pause':>14} pages/s")
        for what in pages:
            begun = time.perf_counter()
            at_most_ms = list(pool.map(lambda browser, what=what: look(browser, what), browsers * rounds))
            rate = len(at_most_ms) / (time.perf_counter() - begun)
            shown = " ".join(_shown(took) for took in (alone_ms[what], at_work_ms[what], at_most_ms))
            late = "" if quantiles(at_work_ms[what], n=20)[-1] < LIMIT_MS else f"   over {LIMIT_MS:.0f}"
            print(f"{what:<40} {shown} {rate:7.1f}{late}", flush=True)


def _shown(took_ms: list[float]) -> str:
    return f"{median(took_ms):6.1f} {quantiles(took_ms, n=20)[-1]:7.1f}"


def _complete(url: str, pages: dict[str, list[str]]) -> None:
    """Give the calls their texts if they have none, and add pages of some calls and agents."""
    engine = build_engine(parse(url))
    with engine.connect() as connection:
        texts, calls = (connection.execute(select(func.count()).select_from(t)).scalar_one() for t in _COUNTED)
        rng, scored = random.Random(1), current_scorecards.c
        some = rng.sample(range(1, calls), min(1_000, calls - 1))
        ids = connection.execute(select(scored.recording_id).where(scored.scorecard_id.in_(some))).scalars().all()
    engine.dispose()
    if texts < calls:
        _write_texts(url)
    if pages:
        pages["call"] = [f"/calls/{one}" for one in ids]
        pages["agent"] = [f"/agents/{agent_of(rng.randrange(AGENTS))[0]}" for _ in range(200)]


def _ask(browser: httpx.Client, path: str) -> float:
    begun = time.perf_counter()
    answer = browser.get(path)
    took_ms = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return took_ms


def _logged_in(address: str, name: str) -> httpx.Client:
    browser = httpx.Client(base_url=address, timeout=120)
    key = re.search(r'name="form_key" value="([^"]+)"', browser.get("/login").text)
    browser.post("/login", data={"name": name, "password": PASSWORD, "form_key": key[1] if key else ""})
    return browser


@contextmanager
def _served(url: str, home: Path) -> Iterator[str]:
    environment = {**os.environ, "CALLQA_DATABASE_URL": url, "CALLQA_HOME": str(home)}
    command = [sys.executable, "-m", "callqa", "web", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = next((found[0] for line in process.stdout if (found := re.search(r"http://[\d.:]+", line))), None)
            if address is None:
                raise SystemExit("the console did not begin to serve")
            yield address
        finally:
            process.terminate()


def _add_people(url: str, users: int) -> list[str]:
    database, names = Database(url), [f"reviewer{number}" for number in range(users)]
    hasher = Argon2Hasher(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with database.unit_of_work() as uow:
        there = {person.name for person in uow.people.all()}
    for name in names:
        if name not in there:
            person = Person(name, name, Post.QA, None, None, datetime.now(UTC))
            add_person(person, PASSWORD, "benchmark", hasher, database.unit_of_work)
    database.close()
    return names


def _write_texts(url: str) -> None:
    """In place of what `fill` stores, which is one sentence for a thousand calls and nothing for the others."""
    begun = time.perf_counter()
    rng, engine = random.Random(3), build_engine(parse(url))
    with engine.connect() as connection:
        connection.execute(call_texts.delete())
        c = current_scorecards.c
        calls = connection.execute(select(c.recording_id, queue_day(c.place).label("queue_day"))).mappings().all()
        for first in range(0, len(calls), _BULK):
            rows: list[dict[str, Any]] = [{**call, "text": _text(rng)} for call in calls[first : first + _BULK]]
            connection.execute(call_texts.insert(), rows)
        connection.commit()
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()
    print(f"texts of {len(calls)} calls, indexed: {time.perf_counter() - begun:.1f} s", flush=True)


def _text(rng: random.Random) -> str:
    """Some 300 characters; few calls say what is searched for."""
    turns = [f"{rng.choice(_TURNS)}{rng.randrange(10_000)}" for _ in range(18)]
    if rng.random() < 0.01:
        turns.append("我想办理携号转网")
    if rng.random() < 0.0001:
        turns.append("光猫指示灯一直闪红灯")
    return "\n".join(["您好很高兴为您服务", *turns, "感谢您的来电再见"])


if __name__ == "__main__":
    main()
