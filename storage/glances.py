"""Nights and reviews as the console looks at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, select

from models.glance import NightGlance, Reviewed, Sureness
from models.person import Scope
from models.rollup import Tally
from models.scorecard import Verdict
from storage.column_types import storable
from storage.places import on_days
from storage.reviews import in_force_reviews
from storage.rollups import tally_from_row
from storage.runs import get_run
from storage.scopes import in_scope
from storage.standing_tables import current_scorecards, run_calls
from storage.tables import findings, promises, recordings, runs
from storage.transaction import Transaction


class Glances:
    """`models.glance.Glances` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def nights(self, most: int, scope: Scope) -> Sequence[NightGlance]:
        rows = self._transaction.rows(
            select(runs.c.id).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(most)
        )
        return [self._night(row.id, scope) for row in rows]

    def night_tally(self, run_id: str, scope: Scope) -> Tally:
        current = current_scorecards.c
        found = self._transaction.rows(
            select(
                func.count().label("calls"),
                func.count(current.total).label("graded"),
                func.coalesce(func.sum(current.total), 0).label("total_sum"),
                func.coalesce(func.sum(cast(current.total, BigInteger) * current.total), 0).label("square_sum"),
                _how_many(current.fatal).label("fatal"),
                _how_many(current.needs_review).label("needs_review"),
            )
            .select_from(run_calls)
            .join(current_scorecards, current.recording_id == run_calls.c.recording_id)
            .where(run_calls.c.run_id == run_id, *in_scope(current, scope))
        )
        return tally_from_row(found[0])

    def with_promises(self, agent_id: str, since: date, until: date, scope: Scope) -> Sequence[str]:
        current = current_scorecards.c
        rows = self._transaction.rows(
            select(current.recording_id)
            .join(promises, promises.c.scorecard_id == current.scorecard_id)
            .where(*_of_agent(agent_id, since, until, scope))
            .distinct()
        )
        return sorted(row.recording_id for row in rows)

    def reviewed(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Reviewed]:
        last = in_force_reviews()
        current = current_scorecards.c
        rows = self._transaction.rows(
            select(
                last.c.item_id, last.c.verdict, last.c.reviewed_at, findings.c.verdict.label("machine"),
                findings.c.needs_review,
            )
            .select_from(last)
            .join(current_scorecards, current.recording_id == last.c.recording_id)
            .join(
                findings,
                and_(findings.c.scorecard_id == current.scorecard_id, findings.c.item_id == last.c.item_id),
            )
            .where(last.c.age == 1, last.c.reviewed_at >= since, last.c.reviewed_at < until, *in_scope(current, scope))
            .order_by(last.c.reviewed_at, last.c.recording_id, findings.c.position)
        )  # fmt: skip
        return [Reviewed(r.item_id, r.machine, r.needs_review, r.verdict, r.reviewed_at) for r in rows]

    def sureness(self, most: int, scope: Scope) -> Mapping[str, Sureness]:
        current = current_scorecards.c
        ordered = select(current.scorecard_id).where(*in_scope(current, scope)).order_by(current.scorecard_id.desc())
        newest = ordered.limit(most).subquery()
        sure = and_(~findings.c.needs_review, findings.c.verdict != Verdict.NOT_EVALUATED)
        rows = self._transaction.rows(
            select(findings.c.item_id, func.count().label("findings"), _how_many(sure).label("sure"))
            .join(newest, findings.c.scorecard_id == newest.c.scorecard_id)
            .group_by(findings.c.item_id)
        )
        return {row.item_id: Sureness(row.findings, row.sure) for row in sorted(rows, key=lambda row: str(row.item_id))}

    def newest_calls(self, agent_id: str, since: date, until: date, most: int, scope: Scope) -> Sequence[str]:
        rows = self._transaction.rows(
            select(current_scorecards.c.recording_id)
            .where(*_of_agent(agent_id, since, until, scope))
            .order_by(current_scorecards.c.day.desc(), current_scorecards.c.scorecard_id.desc())
            .limit(most)
        )
        return [row.recording_id for row in rows]

    def _night(self, run_id: str, scope: Scope) -> NightGlance:
        scored = run_calls.c.needs_review.is_not(None)
        statement = select(
            func.count().label("recordings"),
            _how_many(scored).label("scored"),
            _how_many(run_calls.c.quarantined).label("quarantined"),
            _how_many(run_calls.c.needs_review).label("needs_review"),
            _how_many(run_calls.c.fatal).label("fatal"),
            func.coalesce(func.sum(case((scored, run_calls.c.duration_s))), 0.0).label("audio_s"),
        ).where(run_calls.c.run_id == run_id)
        if conditions := in_scope(recordings.c, scope):
            statement = statement.join_from(run_calls, recordings, recordings.c.id == run_calls.c.recording_id).where(
                *conditions
            )
        row = self._transaction.rows(statement)[0]
        return NightGlance(
            run=get_run(self._transaction, run_id),
            recordings=row.recordings,
            scored=row.scored,
            quarantined=row.quarantined,
            waiting=row.recordings - row.scored - row.quarantined,
            needs_review=row.needs_review,
            fatal=row.fatal,
            # To the millisecond: the order in which databases add floats is their own.
            audio_s=round(row.audio_s, 3),
        )


def _of_agent(agent_id: str, since: date, until: date, scope: Scope) -> list[ColumnElement[bool]]:
    current = current_scorecards.c
    return [current.agent_id == storable(agent_id), on_days(current.place, since, until), *in_scope(current, scope)]


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
