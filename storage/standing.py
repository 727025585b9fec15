"""Keeps what follows from scorecards (`storage.standing_tables`) true, in the transaction that changes them.

Each table is filled by one statement, for some recordings or for all: what was kept up call by call and what is made
anew are the same rows. Two workers at calls of the same agent and day wait for each other at the row of that day, which
is written last in a transaction and holds the sums of its items as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache, reduce
from operator import add
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    select,
    true,
)

from models.call import RecordingState
from models.rollup import HUNDREDTHS, Rebuilt
from models.scorecard import Verdict
from storage.column_types import Text
from storage.places import day_of_call, place_of_call
from storage.run_calls import rebuild_runs, settle_runs
from storage.search import follow_queue, follow_whole_queue
from storage.standing_tables import NO_TEAM, agent_day_items, agent_days, current_scorecards, queue_findings
from storage.tables import findings, recordings, scorecards, transcripts
from storage.transaction import Transaction

_KEY = ("agent_id", "day", "team", "standard_digest")
ORDINARY = (Verdict.MET, Verdict.NOT_APPLICABLE)
_SAME_DAY = and_(*(agent_days.c[name] == current_scorecards.c[name] for name in _KEY))


def settle(transaction: Transaction, recording_id: str) -> None:
    """Make the newest scorecard of a recording count, or none while it is quarantined. The caller holds its row."""
    settle_runs(transaction, recording_id)
    stood = transaction.locked(current_scorecards, recording_id=recording_id)
    days = [] if stood is None else _withdraw(transaction, [recording_id])
    one = {"recording": recording_id}
    stands = transaction.insert_from(current_scorecards, _current(), one)
    follow_queue(transaction, recording_id)
    if stands:
        transaction.insert_from(queue_findings, _queue_findings(), one)
        _count(transaction, recording_id, 1)
    _drop_empty(transaction, days)


def withdraw(transaction: Transaction, recording_ids: Collection[str]) -> None:
    """Take recordings out of everything, before they are deleted. Holds their rows, in the order of their ids."""
    ids = sorted(recording_ids)
    transaction.begin_writing()
    transaction.rows(_LOCKED_RECORDINGS, {"recordings": ids})
    stood = {row.recording_id for row in transaction.rows(_STANDING, {"recordings": ids})}
    _drop_empty(transaction, _withdraw(transaction, sorted(stood)))


def rebuild(transaction: Transaction) -> Rebuilt:
    """Make everything anew from the scorecards, while nobody else changes it."""
    rebuild_runs(transaction)
    transaction.lock_table(current_scorecards)
    for table in (agent_day_items, agent_days, queue_findings, current_scorecards):
        transaction.delete(delete(table))
    calls = transaction.insert_from(current_scorecards, _current(of_all=True), {})
    follow_whole_queue(transaction)
    transaction.insert_from(queue_findings, _queue_findings(of_all=True), {})
    days = transaction.insert_from(agent_days, _day_sums(of_all=True), {"sign": 1})
    transaction.insert_from(agent_day_items, _item_sums(of_all=True), {"sign": 1})
    return Rebuilt(calls, days)


_SIGN = bindparam("sign", type_=Integer)
_ONE = current_scorecards.c.recording_id == bindparam("recording", type_=Text)
_THESE = bindparam("recordings", expanding=True, type_=Text)
_LOCKED_RECORDINGS = (
    select(recordings.c.id).where(recordings.c.id.in_(_THESE)).order_by(recordings.c.id).with_for_update()
)
_STANDING = select(current_scorecards.c.recording_id).where(current_scorecards.c.recording_id.in_(_THESE))
# All days that calls may count on, in one order for everybody: nobody waits in a circle.
_LOCKED_DAYS = (
    select(agent_days.c.id)
    .where(
        agent_days.c.id.in_(
            select(agent_days.c.id)
            .join(
                current_scorecards,
                and_(
                    agent_days.c.agent_id == current_scorecards.c.agent_id, agent_days.c.day == current_scorecards.c.day
                ),
            )
            .where(current_scorecards.c.recording_id.in_(_THESE))
        )
    )
    .order_by(agent_days.c.id)
    .with_for_update()
)
_OUT_OF_QUEUE = delete(queue_findings).where(
    queue_findings.c.scorecard_id.in_(select(current_scorecards.c.scorecard_id).where(_ONE))
)
_OUT = delete(current_scorecards).where(_ONE)
_DAYS = bindparam("days", expanding=True, type_=Integer)
_FOUND = reduce(add, (agent_day_items.c[verdict.value] for verdict in Verdict))
_EMPTY_ITEMS = delete(agent_day_items).where(agent_day_items.c.agent_day_id.in_(_DAYS), _FOUND == 0)
_EMPTY_DAYS = delete(agent_days).where(agent_days.c.id.in_(_DAYS), agent_days.c.calls == 0)


def _withdraw(transaction: Transaction, recording_ids: Sequence[str]) -> list[int]:
    """Returns the days that may be empty now."""
    days = [row.id for row in transaction.rows(_LOCKED_DAYS, {"recordings": recording_ids})]
    for recording_id in recording_ids:
        _count(transaction, recording_id, -1)
        transaction.update(_OUT_OF_QUEUE, {"recording": recording_id})
        transaction.update(_OUT, {"recording": recording_id})
    return days


def _count(transaction: Transaction, recording_id: str, sign: int) -> None:
    one = {"recording": recording_id, "sign": sign}
    transaction.add_from(agent_days, _day_sums(), _KEY, one)
    transaction.add_from(agent_day_items, _item_sums(), ("agent_day_id", "item_id"), one)


def _drop_empty(transaction: Transaction, days: list[int]) -> None:
    if days:
        transaction.update(_EMPTY_ITEMS, {"days": days})
        transaction.update(_EMPTY_DAYS, {"days": days})


@cache
def _current(*, of_all: bool = False) -> Select[Any]:
    """The scorecard that stands for the recording of the parameter, or those of all."""
    newest = (
        select(transcripts.c.recording_id, func.max(scorecards.c.id).label("id"))
        .join(scorecards, scorecards.c.transcript_id == transcripts.c.id)
        .where(true() if of_all else transcripts.c.recording_id == bindparam("recording", type_=Text))
        .group_by(transcripts.c.recording_id)
        .subquery()
    )
    return (
        select(
            recordings.c.id.label("recording_id"),
            scorecards.c.id.label("scorecard_id"),
            place_of_call().label("place"),
            recordings.c.agent_id,
            func.coalesce(recordings.c.team, NO_TEAM).label("team"),
            day_of_call().label("day"),
            scorecards.c.standard_digest,
            _hundredths(scorecards.c.total).label("total"),
            scorecards.c.fatal,
            scorecards.c.needs_review,
        )
        .select_from(newest)
        .join(recordings, recordings.c.id == newest.c.recording_id)
        .join(scorecards, scorecards.c.id == newest.c.id)
        .where(recordings.c.state != RecordingState.QUARANTINED)
        .order_by(scorecards.c.id)
    )


@cache
def _queue_findings(*, of_all: bool = False) -> Select[Any]:
    return (
        select(findings.c.item_id, findings.c.verdict, current_scorecards.c.place, current_scorecards.c.scorecard_id)
        .join(findings, findings.c.scorecard_id == current_scorecards.c.scorecard_id)
        .where(true() if of_all else _ONE, findings.c.verdict.not_in(ORDINARY))
        .distinct()
    )


@cache
def _day_sums(*, of_all: bool = False) -> Select[Any]:
    """Rows of `agent_days` but for their ids, in the order of their keys; calls without a date are on no day."""
    c = current_scorecards.c
    key = [c[name] for name in _KEY]
    total = cast(c.total, BigInteger)
    return (
        select(
            *key,
            (_SIGN * func.count()).label("calls"),
            (_SIGN * func.count(total)).label("graded"),
            (_SIGN * func.coalesce(func.sum(total), 0)).label("total_sum"),
            (_SIGN * func.coalesce(func.sum(total * total), 0)).label("square_sum"),
            (_SIGN * _how_many(c.fatal)).label("fatal"),
            (_SIGN * _how_many(c.needs_review)).label("needs_review"),
        )
        .where(true() if of_all else _ONE, c.day.is_not(None))
        .group_by(*key)
        .order_by(*key)
    )


@cache
def _item_sums(*, of_all: bool = False) -> Select[Any]:
    """Rows of `agent_day_items` for the days that are there."""
    key = (agent_days.c.id.label("agent_day_id"), findings.c.item_id)
    return (
        select(
            *key,
            *((_SIGN * _how_many(findings.c.verdict == verdict)).label(verdict.value) for verdict in Verdict),
            (_SIGN * func.sum(_hundredths(findings.c.points))).label("points"),
            (_SIGN * func.sum(_hundredths(findings.c.max_points))).label("max_points"),
        )
        .select_from(current_scorecards)
        .join(agent_days, _SAME_DAY)
        .join(findings, findings.c.scorecard_id == current_scorecards.c.scorecard_id)
        .where(true() if of_all else _ONE)
        .group_by(agent_days.c.id, findings.c.item_id)
    )


def _hundredths(points: Column[Any]) -> ColumnElement[int]:
    return cast(func.round(points * HUNDREDTHS), Integer)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
