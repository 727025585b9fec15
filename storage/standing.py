"""Keeps what follows from scorecards (`storage.standing_tables`) true, in the transaction that changes them.

Each table is filled by one statement, for some recordings or for all: what was kept up call by call and what is made
anew are the same rows. Two workers at calls of the same agent and day wait for each other at the row of that day, which
is written last in a transaction and holds the sums of its items as well.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Select,
    and_,
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
from storage.places import day_of_call, place_of_call
from storage.standing_tables import NO_TEAM, agent_day_items, agent_days, current_scorecards, queue_findings
from storage.tables import findings, recordings, scorecards, transcripts
from storage.transaction import Transaction

_KEY = ("agent_id", "day", "team", "standard_digest")
ORDINARY = (Verdict.MET, Verdict.NOT_APPLICABLE)
_SAME_DAY = and_(*(agent_days.c[name] == current_scorecards.c[name] for name in _KEY))


def settle(transaction: Transaction, recording_id: str) -> None:
    """Make the newest scorecard of a recording count, or none while it is quarantined. The caller holds its row."""
    of_it = current_scorecards.c.recording_id == recording_id
    stood = transaction.locked(current_scorecards, recording_id=recording_id)
    days = _withdraw(transaction, of_it) if stood is not None else []
    if transaction.insert_from(current_scorecards, _current(transcripts.c.recording_id == recording_id)):
        transaction.insert_from(queue_findings, _queue_findings(of_it))
        _count(transaction, of_it, 1)
    _drop_empty(transaction, days)


def withdraw(transaction: Transaction, recording_ids: Collection[str]) -> None:
    """Take recordings out of everything, before they are deleted. Holds their rows, in the order of their ids."""
    ids = sorted(recording_ids)
    transaction.begin_writing()
    transaction.rows(
        select(recordings.c.id).where(recordings.c.id.in_(ids)).order_by(recordings.c.id).with_for_update()
    )
    _drop_empty(transaction, _withdraw(transaction, current_scorecards.c.recording_id.in_(ids)))


def rebuild(transaction: Transaction) -> Rebuilt:
    """Make everything anew from the scorecards, while nobody else changes it."""
    transaction.lock_table(current_scorecards)
    for table in (agent_day_items, agent_days, queue_findings, current_scorecards):
        transaction.delete(delete(table))
    calls = transaction.insert_from(current_scorecards, _current(true()))
    transaction.insert_from(queue_findings, _queue_findings(true()))
    days = transaction.insert_from(agent_days, _day_sums(true(), 1))
    transaction.insert_from(agent_day_items, _item_sums(true(), 1))
    return Rebuilt(calls, days)


def _withdraw(transaction: Transaction, which: ColumnElement[bool]) -> list[int]:
    """Returns the days that may be empty now."""
    # All days that these calls may count on, in one order for everybody: nobody waits in a circle.
    days = transaction.rows(
        select(agent_days.c.id)
        .where(
            agent_days.c.id.in_(
                select(agent_days.c.id)
                .join(
                    current_scorecards,
                    and_(
                        agent_days.c.agent_id == current_scorecards.c.agent_id,
                        agent_days.c.day == current_scorecards.c.day,
                    ),
                )
                .where(which)
            )
        )
        .order_by(agent_days.c.id)
        .with_for_update()
    )
    _count(transaction, which, -1)
    gone = select(current_scorecards.c.scorecard_id).where(which)
    transaction.update(delete(queue_findings).where(queue_findings.c.scorecard_id.in_(gone)))
    transaction.update(delete(current_scorecards).where(which))
    return [row.id for row in days]


def _count(transaction: Transaction, which: ColumnElement[bool], sign: int) -> None:
    transaction.add_from(agent_days, _day_sums(which, sign), _KEY)
    transaction.add_from(agent_day_items, _item_sums(which, sign), ("agent_day_id", "item_id"))


def _drop_empty(transaction: Transaction, days: list[int]) -> None:
    if days:
        found = sum((agent_day_items.c[verdict.value] for verdict in Verdict), start=cast(0, Integer))
        transaction.update(delete(agent_day_items).where(agent_day_items.c.agent_day_id.in_(days), found == 0))
        transaction.update(delete(agent_days).where(agent_days.c.id.in_(days), agent_days.c.calls == 0))


def _current(which: ColumnElement[bool]) -> Select[Any]:
    newest = (
        select(transcripts.c.recording_id, func.max(scorecards.c.id).label("id"))
        .join(scorecards, scorecards.c.transcript_id == transcripts.c.id)
        .where(which)
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
    )


def _queue_findings(which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(findings.c.item_id, findings.c.verdict, current_scorecards.c.place, current_scorecards.c.scorecard_id)
        .join(findings, findings.c.scorecard_id == current_scorecards.c.scorecard_id)
        .where(which, findings.c.verdict.not_in(ORDINARY))
        .distinct()
    )


def _day_sums(which: ColumnElement[bool], sign: int) -> Select[Any]:
    """Rows of `agent_days` but for their ids, in the order of their keys; calls without a date are on no day."""
    c = current_scorecards.c
    key = [c[name] for name in _KEY]
    total = cast(c.total, BigInteger)
    return (
        select(
            *key,
            (sign * func.count()).label("calls"),
            (sign * func.count(total)).label("graded"),
            (sign * func.coalesce(func.sum(total), 0)).label("total_sum"),
            (sign * func.coalesce(func.sum(total * total), 0)).label("square_sum"),
            (sign * _how_many(c.fatal)).label("fatal"),
            (sign * _how_many(c.needs_review)).label("needs_review"),
        )
        .where(which, c.day.is_not(None))
        .group_by(*key)
        .order_by(*key)
    )


def _item_sums(which: ColumnElement[bool], sign: int) -> Select[Any]:
    """Rows of `agent_day_items` for the days that are there."""
    key = (agent_days.c.id.label("agent_day_id"), findings.c.item_id)
    return (
        select(
            *key,
            *((sign * _how_many(findings.c.verdict == verdict)).label(verdict.value) for verdict in Verdict),
            (sign * func.sum(_hundredths(findings.c.points))).label("points"),
            (sign * func.sum(_hundredths(findings.c.max_points))).label("max_points"),
        )
        .select_from(current_scorecards)
        .join(agent_days, _SAME_DAY)
        .join(findings, findings.c.scorecard_id == current_scorecards.c.scorecard_id)
        .where(which)
        .group_by(agent_days.c.id, findings.c.item_id)
    )


def _hundredths(points: Column[Any]) -> ColumnElement[int]:
    return cast(func.round(points * HUNDREDTHS), Integer)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
