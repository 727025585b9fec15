"""What each day came to, from the sums that `storage.standing` keeps and the scorecards that they are of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import add

from sqlalchemy import ColumnElement, func, or_, select

from models.daily import DayCalls, DayMaking, DayVerdicts
from models.person import Scope
from models.queue import Urgency
from models.rollup import JUDGED
from models.scorecard import StandardRef, Verdict
from storage.places import within
from storage.rollups import tally_from_row
from storage.scopes import in_scope
from storage.standing_tables import NO_TEAM, agent_day_items, agent_days, current_scorecards
from storage.tables import scorecards, standards, transcripts
from storage.transaction import Transaction

_KEY = (agent_days.c.day, agent_days.c.team, agent_days.c.standard_digest)
_SUMS = ("calls", "graded", "total_sum", "square_sum", "fatal", "needs_review")


class Daily:
    """`models.daily.Daily` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def newest_day(self, until: date, scope: Scope) -> date | None:
        newest = select(func.max(agent_days.c.day).label("day")).where(
            agent_days.c.day <= until, *in_scope(agent_days.c, scope)
        )
        found: date | None = self._transaction.rows(newest)[0].day
        return found

    def calls(self, since: date, until: date, scope: Scope) -> Sequence[DayCalls]:
        rows = self._transaction.rows(
            select(*_KEY, *(func.sum(agent_days.c[name]).label(name) for name in _SUMS))
            .where(agent_days.c.day.between(since, until), *in_scope(agent_days.c, scope))
            .group_by(*_KEY)
        )
        refs = self._standards()
        found = [DayCalls(r.day, r.team or None, refs[r.standard_digest], tally_from_row(r)) for r in rows]
        # Sorted here, because databases order text by their own collations.
        return sorted(found, key=lambda one: (one.day, one.team or NO_TEAM, one.standard.digest))

    def verdicts(self, since: date, until: date, scope: Scope) -> Sequence[DayVerdicts]:
        rows = self._transaction.rows(
            select(
                *_KEY,
                agent_day_items.c.item_id,
                _summed(Verdict).label("findings"),
                _summed(JUDGED).label("judged"),
                _summed([Verdict.MET]).label("met"),
            )
            .join(agent_days, agent_days.c.id == agent_day_items.c.agent_day_id)
            .where(agent_days.c.day.between(since, until), *in_scope(agent_days.c, scope))
            .group_by(*_KEY, agent_day_items.c.item_id)
        )
        refs = self._standards()
        found = [
            DayVerdicts(
                r.day, r.team or None, refs[r.standard_digest], r.item_id, int(r.findings), int(r.judged), int(r.met)
            )
            for r in rows
        ]
        return sorted(found, key=lambda one: (one.day, one.team or NO_TEAM, one.standard.digest, one.item_id))

    def makings(self, since: date, until: date, scope: Scope) -> Sequence[DayMaking]:
        key = current_scorecards.c.day, transcripts.c.engine_digest, scorecards.c.scorer
        rows = self._transaction.rows(
            select(*key, func.count().label("calls"))
            .select_from(current_scorecards)
            .join(scorecards, scorecards.c.id == current_scorecards.c.scorecard_id)
            .join(transcripts, transcripts.c.id == scorecards.c.transcript_id)
            .where(*_current(since, until, scope))
            .group_by(*key)
        )
        found = [DayMaking(row.day, row.engine_digest, row.scorer, row.calls) for row in rows]
        return sorted(found, key=lambda one: (one.day, one.engine_digest, one.scorer))

    def drawn(self, since: date, until: date, most: int, scope: Scope) -> Mapping[date, Sequence[str]]:
        # An id is the digest of the sound: its order has nothing to do with what the call is like.
        turn = func.row_number().over(partition_by=current_scorecards.c.day, order_by=current_scorecards.c.recording_id)
        ordered = select(current_scorecards.c.day, current_scorecards.c.recording_id, turn.label("turn")).where(
            *_current(since, until, scope)
        )
        numbered = ordered.subquery()
        rows = self._transaction.rows(select(numbered.c.day, numbered.c.recording_id).where(numbered.c.turn <= most))
        found: defaultdict[date, list[str]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row.day, row.recording_id)):
            found[row.day].append(row.recording_id)
        return found

    def _standards(self) -> dict[str, StandardRef]:
        rows = self._transaction.rows(select(standards))
        return {row.digest: StandardRef(row.id, row.version, row.digest) for row in rows}


def _current(since: date, until: date, scope: Scope) -> list[ColumnElement[bool]]:
    # By places, whose index is ordered by days within each urgency; there is none of days.
    places = or_(*(within(current_scorecards.c.place, urgency, since, until) for urgency in Urgency))
    return [places, *in_scope(current_scorecards.c, scope)]


def _summed(verdicts: Iterable[Verdict]) -> ColumnElement[int]:
    """How many findings have one of these verdicts."""
    return func.sum(reduce(add, (agent_day_items.c[verdict.value] for verdict in verdicts)))
