"""The review queue: one walk along an index per urgency, from the page's place on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Row, Select, exists, literal, or_, select, tuple_

from models.person import Scope
from models.queue import QueueCursor, QueuedCall, QueueFilter, QueueFinding, QueuePage, Urgency
from models.rollup import HUNDREDTHS
from models.scorecard import ReviewCode
from storage.column_types import storable
from storage.places import urgency_of, within
from storage.scopes import in_scope
from storage.scored_calls import scored_call_from_row, scored_calls
from storage.standing import ORDINARY
from storage.standing_tables import current_scorecards, queue_findings
from storage.tables import findings
from storage.transaction import Transaction


class ReviewQueue:
    """`models.queue.ReviewQueue` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def page(self, scope: Scope, which: QueueFilter, size: int, after: QueueCursor | None = None) -> QueuePage:
        """As in the port. Raises ValueError for a page of less than one call."""
        if size < 1:
            raise ValueError(f"a page of {size} calls; it needs at least one")
        ids = self._ids(scope, which, size + 1, after)
        shown = ids[:size]
        rows = self._transaction.rows(scored_calls().where(current_scorecards.c.scorecard_id.in_(shown)))
        in_order = sorted(rows, key=lambda row: (row.place, row.scorecard_id), reverse=True)
        doubts = self._doubts(shown)
        calls = tuple(
            QueuedCall(scored_call_from_row(row), urgency_of(row.place), tuple(doubts[row.scorecard_id]))
            for row in in_order
        )
        last = QueueCursor(in_order[-1].place, in_order[-1].scorecard_id) if len(ids) > size else None
        return QueuePage(calls, last)

    def _ids(self, scope: Scope, which: QueueFilter, most: int, after: QueueCursor | None) -> list[int]:
        """Row ids of the scorecards, in the order of the queue."""
        found: list[int] = []
        for urgency in sorted(Urgency, reverse=True):
            if len(found) < most and which.urgency in {None, urgency}:
                found += [row.scorecard_id for row in self._transaction.rows(_walk(scope, which, urgency, most, after))]
        return found[:most]

    def _doubts(self, ids: Sequence[int]) -> defaultdict[int, list[QueueFinding]]:
        found: defaultdict[int, list[QueueFinding]] = defaultdict(list)
        for row in self._transaction.rows(
            select(findings)
            .where(findings.c.scorecard_id.in_(ids), or_(findings.c.needs_review, findings.c.fatal))
            .order_by(findings.c.scorecard_id, findings.c.position)
        ):
            found[row.scorecard_id].append(_finding_from_row(row))
        return found


def _walk(scope: Scope, which: QueueFilter, urgency: Urgency, most: int, after: QueueCursor | None) -> Select[Any]:
    """From the index that narrows most: of the agent, of a finding that is out of the ordinary, of the team, of all."""
    current = current_scorecards.c
    by_finding = (
        which.agent_id is None
        and which.item_id is not None
        and which.verdict is not None
        and which.verdict not in ORDINARY
    )
    conditions = in_scope(current, scope)
    if by_finding:
        along = queue_findings.c
        statement = select(along.scorecard_id).select_from(queue_findings)
        conditions += [along.item_id == storable(which.item_id), along.verdict == which.verdict]
        if conditions or (which.team, which.least_total, which.most_total) != (None, None, None):
            statement = statement.join(current_scorecards, current.scorecard_id == along.scorecard_id)
    else:
        along = current
        statement = select(current.scorecard_id)
        if which.item_id is not None or which.verdict is not None:
            conditions.append(_has_finding(which))
    conditions += [
        column == storable(wanted)
        for column, wanted in ((current.agent_id, which.agent_id), (current.team, which.team))
        if wanted is not None
    ]
    if which.least_total is not None:
        conditions.append(current.total >= round(which.least_total * HUNDREDTHS))
    if which.most_total is not None:
        conditions.append(current.total <= round(which.most_total * HUNDREDTHS))
    if after is not None:
        last = tuple_(literal(after.place, BigInteger), literal(after.scorecard, Integer))
        conditions.append(tuple_(along.place, along.scorecard_id) < last)
    return (
        statement.where(within(along.place, urgency, which.since, which.until), *conditions)
        .order_by(along.place.desc(), along.scorecard_id.desc())
        .limit(most)
    )


def _has_finding(which: QueueFilter) -> ColumnElement[bool]:
    of_call = exists().where(findings.c.scorecard_id == current_scorecards.c.scorecard_id)
    if which.item_id is not None:
        of_call = of_call.where(findings.c.item_id == storable(which.item_id))
    if which.verdict is not None:
        of_call = of_call.where(findings.c.verdict == which.verdict)
    return of_call


def _finding_from_row(row: Row[Any]) -> QueueFinding:
    codes = tuple(ReviewCode(code) for code in row.review_codes)
    return QueueFinding(row.item_id, row.title, row.verdict, row.fatal, codes)
