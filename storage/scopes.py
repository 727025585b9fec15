"""Whose calls somebody may see, as a condition of a query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from models.person import Scope
from storage.column_types import storable


def in_scope(columns: ReadOnlyColumnCollection[str, Any], scope: Scope) -> list[ColumnElement[bool]]:
    """The conditions under which a row with `team` and `agent_id` is in scope; none where everything is.

    Calls without a team are in nobody's team.
    """
    conditions = []
    if scope.teams is not None:
        conditions.append(columns.team.in_(sorted(storable(team) for team in scope.teams if team)))
    if scope.agent_id is not None:
        conditions.append(columns.agent_id == storable(scope.agent_id))
    return conditions
