"""A visitor's scope as conditions of a query."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from models.person import Scope
from storage.column_types import storable


def in_scope(
    scope: Scope, team: ColumnElement[str | None], agent_id: ColumnElement[str]
) -> tuple[ColumnElement[bool], ...]:
    """Whether a call of that team and agent is one of the scope's; no condition where it is everybody's."""
    conditions = []
    if scope.teams is not None:
        conditions.append(team.in_(sorted(str(storable(name)) for name in scope.teams)))
    if scope.agent_id is not None:
        conditions.append(agent_id == storable(scope.agent_id))
    return tuple(conditions)
