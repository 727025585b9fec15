"""The review queue: pages of calls, by filters and by what was said in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, or_, select

from models.person import Scope
from models.queue import QueueCursor, QueuedCall, QueueFilter, QueueFinding, QueueItem, QueuePage, parts_of
from models.scorecard import ReviewCode
from storage.desk_tables import assignments, sampled_calls
from storage.places import urgency_of
from storage.queue_search import QueueSearch
from storage.queue_walk import Place, along
from storage.scored_calls import scored_call_from_row, scored_calls
from storage.search import folded, quotes
from storage.standing_tables import current_scorecards
from storage.tables import findings, reviews, teams
from storage.transaction import Transaction


class ReviewQueue:
    """`models.queue.ReviewQueue` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def page(self, scope: Scope, which: QueueFilter, size: int, after: QueueCursor | None = None) -> QueuePage:
        """As in the port. Raises ValueError for a page of less than one call."""
        if size < 1:
            raise ValueError(f"a page of {size} calls; it needs at least one")
        phrases = [phrase for phrase in map(folded, which.phrases) if phrase]
        if phrases:
            found, rest = QueueSearch(self._transaction, scope, which, phrases).page(size + 1, after)
        else:
            found, rest = along(self._transaction, scope, which, size + 1, after), None
        shown = found[:size]
        if len(found) > size:
            rest = QueueCursor(shown[-1].place, shown[-1].scorecard_id)
        return QueuePage(self._calls(shown, phrases), rest)

    def can_search(self) -> bool:
        return self._transaction.sealer.newest is None

    def teams(self, scope: Scope) -> Sequence[str]:
        rows = self._transaction.rows(select(teams.c.name))
        return sorted(row.name for row in rows if scope.teams is None or row.name in scope.teams)

    def items(self) -> Sequence[QueueItem]:
        newest = select(func.max(current_scorecards.c.scorecard_id)).scalar_subquery()
        rows = self._transaction.rows(
            select(findings.c.item_id, findings.c.title)
            .where(findings.c.scorecard_id == newest)
            .order_by(findings.c.position)
        )
        return tuple(QueueItem(row.item_id, row.title) for row in rows)

    def _calls(self, shown: Sequence[Place], phrases: Sequence[str]) -> tuple[QueuedCall, ...]:
        ids = [one.scorecard_id for one in shown]
        c = current_scorecards.c
        rows = self._transaction.rows(
            scored_calls()
            .add_columns(
                assignments.c.reviewer,
                sampled_calls.c.was_unsure,
                select(func.count())
                .select_from(reviews)
                .where(reviews.c.recording_id == c.recording_id)
                .scalar_subquery()
                .label("reviewed"),
            )
            .outerjoin(assignments, assignments.c.recording_id == c.recording_id)
            .outerjoin(sampled_calls, sampled_calls.c.recording_id == c.recording_id)
            .where(c.scorecard_id.in_(ids))
        )
        in_order = sorted(rows, key=lambda row: (row.place, row.scorecard_id), reverse=True)
        doubts = self._doubts(ids)
        said = quotes(self._transaction, [row.recording_id for row in rows], phrases) if phrases else {}
        return tuple(
            QueuedCall(
                scored_call_from_row(row),
                urgency_of(row.place),
                tuple(doubts[row.scorecard_id]),
                reviewer=row.reviewer,
                parts=parts_of(urgency_of(row.place), row.was_unsure),
                is_reviewed=bool(row.reviewed),
                quote=said.get(row.recording_id, ""),
            )
            for row in in_order
        )

    def _doubts(self, ids: Sequence[int]) -> defaultdict[int, list[QueueFinding]]:
        found: defaultdict[int, list[QueueFinding]] = defaultdict(list)
        for row in self._transaction.rows(
            select(findings)
            .where(findings.c.scorecard_id.in_(ids), or_(findings.c.needs_review, findings.c.fatal))
            .order_by(findings.c.scorecard_id, findings.c.position)
        ):
            found[row.scorecard_id].append(_finding_from_row(row))
        return found


def _finding_from_row(row: Row[Any]) -> QueueFinding:
    codes = tuple(ReviewCode(code) for code in row.review_codes)
    return QueueFinding(row.item_id, row.title, row.verdict, row.fatal, codes)
