"""Calls in which an agent did one item of the standard well or badly: what a talk about it is held over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol

from models.person import Scope
from models.scorecard import Verdict


class Instances(Protocol):
    """Finds examples among the newest scorecards of dated calls."""

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
        """Ids of recordings of the agent's calls from `since` to `until` (both included) with such a finding.

        Those first of which the machine was sure, of equal ones the newest; none where there is none.
        """

    def of_colleagues(
        self, agent_id: str, team: str | None, since: date, until: date, item_id: str, most: int
    ) -> Sequence[str]:
        """Ids of recordings in which others of the team (None: of no team) met the item, and let it be shown.

        Of calls from `since` to `until` without a fatal finding. A person confirmed the verdict, or the machine was
        sure of it and nobody said otherwise; something was said that shows it. The confirmed ones come first, of equal
        ones the newest.
        """
