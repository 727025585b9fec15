"""Who looks at which call, and saved views of the queue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select, update

from models.desk import Assignment, SavedView
from models.person import Scope
from storage.column_types import storable
from storage.desk_tables import assignments, saved_views
from storage.standing_tables import NO_TEAM, current_scorecards
from storage.transaction import Transaction


class Desk:
    """`models.desk.Desk` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def visible(self, scope: Scope, recording_ids: Collection[str]) -> Mapping[str, str | None]:
        c = current_scorecards.c
        statement = select(c.recording_id, c.team).where(c.recording_id.in_([storable(i) for i in recording_ids]))
        if scope.teams is not None:
            statement = statement.where(c.team.in_([storable(team) for team in sorted(scope.teams)]))
        if scope.agent_id is not None:
            statement = statement.where(c.agent_id == storable(scope.agent_id))
        return {
            row.recording_id: None if row.team == NO_TEAM else row.team for row in self._transaction.rows(statement)
        }

    def assign(self, assignment: Assignment) -> None:
        values = {
            "reviewer": assignment.reviewer,
            "assigned_by": assignment.assigned_by,
            "assigned_at": assignment.assigned_at,
        }
        of_call = assignments.c.recording_id == assignment.recording_id
        if not self._transaction.insert_new(assignments, {"recording_id": assignment.recording_id, **values}):
            self._transaction.update(update(assignments).where(of_call).values(**values))

    def release(self, recording_ids: Collection[str]) -> None:
        self._transaction.delete(delete(assignments).where(assignments.c.recording_id.in_(recording_ids)))

    def assignment_of(self, recording_id: str) -> Assignment | None:
        """Who is to look at the call; None for nobody."""
        row = self._transaction.first(select(assignments).where(assignments.c.recording_id == recording_id))
        return None if row is None else Assignment(row.recording_id, row.reviewer, row.assigned_by, row.assigned_at)

    def reviewers_of(self, recording_ids: Collection[str]) -> Mapping[str, str]:
        rows = self._transaction.rows(select(assignments).where(assignments.c.recording_id.in_(recording_ids)))
        return {row.recording_id: row.reviewer for row in rows}

    def views(self, owner: str) -> Sequence[SavedView]:
        rows = self._transaction.rows(select(saved_views).where(saved_views.c.owner == owner))
        return sorted((SavedView(row.owner, row.name, row.query) for row in rows), key=lambda view: view.name)

    def save_view(self, view: SavedView) -> None:
        of_owner = (saved_views.c.owner == view.owner, saved_views.c.name == storable(view.name))
        row = {"owner": view.owner, "name": view.name, "query": view.query}
        if not self._transaction.insert_new(saved_views, row):
            self._transaction.update(update(saved_views).where(*of_owner).values(query=view.query))

    def drop_view(self, owner: str, name: str) -> None:
        of_owner = (saved_views.c.owner == owner, saved_views.c.name == storable(name))
        self._transaction.delete(delete(saved_views).where(*of_owner))
