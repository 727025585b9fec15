"""A database with many scored calls, made fast: a thousand are stored as a night would, the others are like them.

600 agents in 30 teams, 400 days, 15 findings and 3 pieces of evidence a call. The others go in by bulk inserts into the
same tables, each with the findings, evidence and promises of one of the first; transcripts hold one word each. The
product's own rebuild then makes everything that follows from scorecards.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, func, select

from models.call import AudioFacts, CallMeta, Direction, Quarantine, Recording, RecordingState
from models.errors import ReasonCode
from models.run import Run, RunStatus
from models.scorecard import (
    Evidence,
    Finding,
    MatchKind,
    Promise,
    Receipt,
    ReviewCode,
    Scorecard,
    Specificity,
    StandardRef,
    Verdict,
)
from models.transcript import EngineReceipt, Role, Transcript, Utterance
from storage import Database
from storage.column_types import Text
from storage.engine import build_engine
from storage.mapping import recording_to_row, run_to_row
from storage.tables import (
    agents,
    evidence,
    findings,
    promises,
    recordings,
    run_files,
    runs,
    scorecards,
    teams,
    transcripts,
)
from storage.urls import parse

AGENTS, TEAMS, DAYS, RUN_CALLS = 600, 30, 400, 20_000
PATTERNS = 1_000
FIRST_DAY = date(2025, 10, 1)
ENGINE = EngineReceipt("benchmark", "sha256:" + "a" * 64, "sha256:" + "b" * 64, "sha256:" + "c" * 64)
STANDARD = StandardRef("telecom-hotline-zh", "2026.1", "sha256:" + "d" * 64)
SCORER = "rules-benchmark"
ITEMS = ("greeting", "apology", "commitment", "prohibited", "closing", "hold", "verification", "empathy", "dead_air",
         "interruption", "speech_rate", "ring_time", "summary", "transfer", "complaint")  # fmt: skip
_BULK = 20_000
_QUARANTINED = 0.01
_UNDATED = 0.005


def agent_of(number: int) -> tuple[str, str]:
    """Id and team of an agent."""
    return f"A{number:03}", f"T{number % TEAMS:02}"


def call_meta(number: int, calls: int, rng: random.Random) -> CallMeta:
    """The call of this number among so many: calls come in the order of their days."""
    agent_id, team = agent_of(min(int(rng.expovariate(3) * AGENTS), AGENTS - 1) if rng.random() < 0.2
                              else rng.randrange(AGENTS))  # fmt: skip
    day = FIRST_DAY + timedelta(days=number * DAYS // calls)
    began = datetime(day.year, day.month, day.day, 0, tzinfo=UTC) + timedelta(seconds=rng.uniform(0, 43_200))
    return CallMeta(
        call_id=f"C{number:07}",
        agent_id=agent_id,
        agent_name=f"Agent {agent_id}",
        team=team,
        customer_ref=f"K{rng.randrange(300_000):06}",
        started_at=None if rng.random() < _UNDATED else began,
        direction=Direction.INBOUND,
        ring_s=round(rng.uniform(1, 20), 1),
        queue=rng.choice(("faults", "complaints", "sales")),
    )


def recording_of(number: int, rng: random.Random) -> Recording:
    """A recording whose id looks like the digest that it would be."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return Recording(digest, f"file:///calls/{number:07}.wav", AudioFacts(rng.uniform(20, 600), 8000, 2, "pcm_s16le"))


def scorecard_of(meta: CallMeta, rng: random.Random) -> Scorecard:
    """A scorecard with few doubts, fewer faults, and hardly a fatal one."""
    found = tuple(_finding(item, rng) for item in ITEMS)
    counted = [f for f in found if f.verdict is not Verdict.NOT_APPLICABLE]
    before = round(100 * sum(f.points for f in counted) / sum(f.max_points for f in counted), 1) if counted else None
    fatal = any(f.fatal for f in found)
    held = tuple(_promise(place, rng) for place in range(rng.choice((0, 0, 0, 1, 1, 2))))
    receipt = Receipt("e" * 64, "sha256:" + "f" * 64, ENGINE, STANDARD, None, "0.1.0", "channels", 1.0)
    return Scorecard(
        meta.call_id,
        meta.agent_id,
        STANDARD,
        0.0 if fatal else before,
        before,
        "不合格" if fatal else "良好",
        fatal,
        any(f.needs_review for f in found),
        found,
        held,
        receipt,
    )


def fill(url: str, calls: int) -> None:
    """Store so many calls in a database that is at its newest migration and empty; prints how long each step took."""
    rng = random.Random(1)
    patterns = min(PATTERNS, max(1, calls // 4))
    with _told(f"{patterns} calls stored one by one, as a night does"):
        _store_patterns(url, patterns, calls, rng)
    engine = build_engine(parse(url))
    with engine.connect() as connection:
        with _told(f"{calls - patterns} more recordings"):
            for first in range(patterns, calls, _BULK):
                _more_recordings(connection, first, min(first + _BULK, calls), calls, rng)
        with _told("their transcripts and scorecards"):
            _score_all(connection, patterns)
        with _told("their findings, evidence and promises"):
            for first in range(patterns + 1, calls + 1, _BULK):
                _copy_parts(connection, patterns, first, min(first + _BULK, calls + 1))
        if connection.dialect.name == "postgresql":
            for table in (transcripts, scorecards):
                sequence = func.pg_get_serial_sequence(table.name, "id")
                connection.execute(select(func.setval(sequence, calls + 1)))
            connection.commit()
    engine.dispose()
    database = Database(url)
    with _told("rebuild"), database.unit_of_work() as uow:
        print(f"  {uow.rollups.rebuild()}")
        uow.commit()
    database.close()


@contextmanager
def _told(what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - begun:.1f} s", flush=True)


def store_call(database: Database, number: int, meta: CallMeta, rng: random.Random) -> None:
    """One call as a night stores it, from its registration to its scorecard."""
    recording = recording_of(number, rng)
    said = Utterance(0, Role.AGENT, 0.0, 2.0, "您好，很高兴为您服务。", (), 0.9)
    heard = Transcript(recording.id, "zh", 60.0, (said,), engine=ENGINE)
    with database.unit_of_work() as uow:
        uow.calls.add(recording, meta)
        uow.transcripts.put(heard)
        uow.scorecards.put(recording.id, ENGINE.digest, SCORER, scorecard_of(meta, rng))
        uow.commit()


def _store_patterns(url: str, patterns: int, calls: int, rng: random.Random) -> None:
    database = Database(url)
    for number in range(patterns):
        store_call(database, number, call_meta(number, calls, rng), rng)
    database.close()
    engine = build_engine(parse(url))
    nights = (calls + RUN_CALLS - 1) // RUN_CALLS
    with engine.begin() as connection:
        there = set(connection.execute(select(teams.c.name)).scalars())
        if new := [{"name": f"T{n:02}"} for n in range(TEAMS) if f"T{n:02}" not in there]:
            connection.execute(teams.insert(), new)
        known = set(connection.execute(select(agents.c.id)).scalars())
        staff = [(agent_of(n), n) for n in range(AGENTS)]
        if more := [{"id": i, "name": f"Agent {i}", "team": t} for (i, t), _ in staff if i not in known]:
            connection.execute(agents.insert(), more)
        connection.execute(runs.insert(), [_run(night) for night in range(nights)])
        rows = connection.execute(select(recordings.c.id, recordings.c.uri)).all()
        connection.execute(run_files.insert(), [_seen(run_id(0), row.id, row.uri) for row in rows])
    engine.dispose()


def run_id(night: int) -> str:
    """Id of a run of 20,000 calls."""
    return f"run-{night}"


def _run(night: int) -> dict[str, Any]:
    began = datetime(2025, 10, 1, tzinfo=UTC) + timedelta(days=night)
    run = Run(run_id(night), "file:///calls", None, STANDARD, ENGINE.digest, SCORER, began, began, RunStatus.COMPLETED)
    return run_to_row(run)


def _seen(run: str, recording_id: str, uri: str) -> dict[str, Any]:
    return {
        "run_id": run,
        "uri_sha256": hashlib.sha256(uri.encode()).hexdigest(),
        "uri": uri,
        "recording_id": recording_id,
    }


def _more_recordings(connection: Connection, first: int, last: int, calls: int, rng: random.Random) -> None:
    rows = []
    for number in range(first, last):
        aside = Quarantine(ReasonCode.CORRUPT_AUDIO, "benchmark") if rng.random() < _QUARANTINED else None
        state = {} if aside else {"state": RecordingState.SCORED}
        rows.append(recording_to_row(recording_of(number, rng), call_meta(number, calls, rng), aside) | state)
    connection.execute(recordings.insert(), rows)
    connection.commit()


def _score_all(connection: Connection, patterns: int) -> None:
    """A transcript and a scorecard, like one of the first, for each of the others; their row ids follow the calls'."""
    number = sa.cast(func.substr(recordings.c.call_id, 2), sa.Integer)
    heard, scored = transcripts.alias(), scorecards.alias()
    of_call = select(number + 1, recordings.c.id, heard.c.engine_digest, heard.c.document)
    _insert(
        connection,
        transcripts,
        [c.name for c in transcripts.c],
        of_call.join(heard, heard.c.id == _pattern(number + 1, patterns)).where(
            number >= patterns, recordings.c.state == RecordingState.SCORED
        ),
    )
    others = [c for c in scored.c if c.name not in {"id", "transcript_id"}]
    _insert(
        connection,
        scorecards,
        ["id", "transcript_id", *(c.name for c in others)],
        select(transcripts.c.id, transcripts.c.id, *others)
        .join(scored, scored.c.id == _pattern(transcripts.c.id, patterns))
        .where(transcripts.c.id > patterns),
    )
    night = sa.literal("run-") + sa.cast(number // RUN_CALLS, Text)
    seen = select(night, recordings.c.id, recordings.c.uri, recordings.c.id).where(number >= patterns)
    _insert(connection, run_files, ["run_id", "uri_sha256", "uri", "recording_id"], seen)


def _insert(connection: Connection, table: sa.Table, names: list[str], rows: sa.Select[Any]) -> None:
    connection.execute(table.insert().from_select(names, rows))
    connection.commit()


def _pattern(number: sa.ColumnElement[int], patterns: int) -> sa.ColumnElement[int]:
    """Row id of the one that number is like."""
    rest = number % patterns
    return sa.case((rest == 0, patterns), else_=rest)


def _copy_parts(connection: Connection, patterns: int, first: int, last: int) -> None:
    new = scorecards.c.id.between(first, last - 1)
    for table in (findings, evidence, promises):
        others = [column for column in table.c if column.name != "scorecard_id"]
        rows = select(scorecards.c.id, *others).join(table, table.c.scorecard_id == _pattern(scorecards.c.id, patterns))
        _insert(connection, table, ["scorecard_id", *(column.name for column in others)], rows.where(new))


def _finding(item: str, rng: random.Random) -> Finding:
    luck = rng.random()
    verdict = _verdict(item, luck)
    sure = rng.random() > 0.02
    most = 10.0
    points = {Verdict.MET: most, Verdict.PARTIAL: most / 2}.get(verdict, 0.0)
    fatal = verdict is Verdict.VIOLATED and rng.random() < 0.5
    proof = () if rng.random() > 0.2 else (
        Evidence(0, 0, 2, 0.0, 0.4, "您好", "salutation", MatchKind.EXACT),
    )  # fmt: skip
    reasons = ("接通后 2 秒内说出了问候语和企业名称。",)
    codes = () if sure else (ReviewCode.WEAK_GROUNDS,)
    return Finding(item, item, item, verdict, points, most, 0.9, not sure, reasons, proof, fatal, codes)


def _verdict(item: str, luck: float) -> Verdict:
    if item == "prohibited":
        return Verdict.VIOLATED if luck < 0.02 else Verdict.MET
    for bound, verdict in ((0.02, Verdict.NOT_EVALUATED), (0.1, Verdict.MISSED), (0.16, Verdict.PARTIAL)):
        if luck < bound:
            return verdict
    return Verdict.NOT_APPLICABLE if luck < 0.35 else Verdict.MET


def _promise(place: int, rng: random.Random) -> Promise:
    due = datetime(2025, 10, 1, tzinfo=UTC) + timedelta(days=rng.uniform(0, DAYS))
    return Promise(0, place * 20, place * 20 + 10, 0.0, 2.0, "24小时内给您回电", "callback", Specificity.CONCRETE, due)
