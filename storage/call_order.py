"""Going from call to call along the order of the review queue, by its index."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select, tuple_

from models.call_order import Neighbours
from models.person import Scope
from storage.column_types import storable
from storage.places import asks_for_a_person
from storage.standing_tables import current_scorecards
from storage.tables import findings, reviews
from storage.transaction import Transaction

_QUEUE = current_scorecards.c


class CallOrder:
    """`models.call_order.CallOrder` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def neighbours(self, recording_id: str, scope: Scope) -> Neighbours:
        here = self._place(recording_id)
        if here is None:
            return Neighbours(None, None)
        ours = select(_QUEUE.recording_id).where(*in_scope(scope)).limit(1)
        own = tuple_(here.place, here.scorecard_id)
        return Neighbours(
            self._first(ours.where(tuple_(_QUEUE.place, _QUEUE.scorecard_id) > own).order_by(*_ORDER)),
            self._first(_onwards(ours.where(tuple_(_QUEUE.place, _QUEUE.scorecard_id) < own))),
        )

    def next_unsettled(self, recording_id: str, scope: Scope) -> str | None:
        here = self._place(recording_id)
        if here is None:
            return None
        other = select(_QUEUE.recording_id).where(
            *in_scope(scope),
            asks_for_a_person(_QUEUE.place),
            _unsettled(),
            _QUEUE.recording_id != storable(recording_id),
        )
        behind = other.where(tuple_(_QUEUE.place, _QUEUE.scorecard_id) < tuple_(here.place, here.scorecard_id))
        return self._first(_onwards(behind.limit(1))) or self._first(_onwards(other.limit(1)))

    def _place(self, recording_id: str) -> Row[Any] | None:
        return self._transaction.first(
            select(_QUEUE.place, _QUEUE.scorecard_id).where(_QUEUE.recording_id == storable(recording_id))
        )

    def _first(self, statement: Select[Any]) -> str | None:
        row = self._transaction.first(statement)
        return None if row is None else str(row.recording_id)


_ORDER = (_QUEUE.place, _QUEUE.scorecard_id)


def in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """Conditions on `current_scorecards` that let through only calls of the scope."""
    conditions: list[ColumnElement[bool]] = []
    if scope.teams is not None:
        conditions.append(_QUEUE.team.in_(sorted(map(storable, scope.teams))))
    if scope.agent_id is not None:
        conditions.append(_QUEUE.agent_id == storable(scope.agent_id))
    return conditions


def _onwards(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(_QUEUE.place.desc(), _QUEUE.scorecard_id.desc())


def _unsettled() -> ColumnElement[bool]:
    said = exists().where(
        reviews.c.recording_id == current_scorecards.c.recording_id, reviews.c.item_id == findings.c.item_id
    )
    # Named, because only the query next to it would be taken for the one that it is about.
    of_item = said.correlate(current_scorecards, findings)
    return exists().where(
        findings.c.scorecard_id == current_scorecards.c.scorecard_id,
        or_(findings.c.needs_review, findings.c.fatal),
        ~of_item,
    )
