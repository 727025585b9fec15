"""Examples of how an agent, or colleagues, did one item."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import and_, exists, or_, select

from models.person import Scope
from models.scorecard import Verdict
from storage.coaching_tables import example_consents
from storage.column_types import storable
from storage.places import on_days
from storage.reviews import verdict_in_force
from storage.scopes import in_scope
from storage.standing_tables import NO_TEAM, current_scorecards
from storage.tables import evidence, findings
from storage.transaction import Transaction


class Instances:
    """`models.coaching.Instances` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(
        self,
        agent_id: str,
        since: date,
        until: date,
        item_id: str,
        verdicts: Collection[Verdict],
        most: int,
        scope: Scope,
    ) -> Sequence[str]:
        current = current_scorecards.c
        rows = self._transaction.rows(
            select(current.recording_id)
            .join(findings, findings.c.scorecard_id == current.scorecard_id)
            .where(
                current.agent_id == storable(agent_id),
                on_days(current.place, since, until),
                *in_scope(current, scope),
                findings.c.item_id == storable(item_id),
                findings.c.verdict.in_(verdicts),
            )
            .order_by(findings.c.needs_review, current.day.desc(), current.scorecard_id.desc())
            .limit(most)
        )
        return [row.recording_id for row in rows]

    def of_colleagues(
        self, agent_id: str, team: str | None, since: date, until: date, item_id: str, most: int
    ) -> Sequence[str]:
        current = current_scorecards.c
        said = verdict_in_force(current.recording_id, findings.c.item_id)
        is_shown = exists().where(
            evidence.c.scorecard_id == findings.c.scorecard_id, evidence.c.finding_position == findings.c.position
        )
        rows = self._transaction.rows(
            select(current.recording_id)
            .join(example_consents, example_consents.c.agent_id == current.agent_id)
            .join(findings, findings.c.scorecard_id == current.scorecard_id)
            .where(
                example_consents.c.is_given,
                current.agent_id != storable(agent_id),
                current.team == (storable(team) or NO_TEAM),
                on_days(current.place, since, until),
                ~current.fatal,
                findings.c.item_id == storable(item_id),
                findings.c.verdict == Verdict.MET,
                or_(said == Verdict.MET, and_(said.is_(None), ~findings.c.needs_review)),
                is_shown,
            )
            .order_by(said.is_(None), current.day.desc(), current.scorecard_id.desc())
            .limit(most)
        )
        return [row.recording_id for row in rows]
