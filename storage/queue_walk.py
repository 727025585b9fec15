"""Walks along the review queue: one along an index for each urgency, from a place on, within somebody's scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, exists, false, func, literal, or_, select, tuple_

from models.person import Scope
from models.queue import Part, QueueCursor, QueueFilter, Urgency
from models.rollup import HUNDREDTHS
from storage.column_types import storable
from storage.desk_tables import assignments, sampled_calls
from storage.places import within
from storage.search import says
from storage.search_tables import call_texts
from storage.standing import ORDINARY
from storage.standing_tables import current_scorecards, queue_findings
from storage.tables import findings, reviews
from storage.transaction import Transaction


class Place(NamedTuple):
    """Where a call is in the queue, and whether it says what is searched."""

    place: int
    scorecard_id: int
    is_said: bool = True


Teams = tuple[str, ...] | None
"""Only calls of these teams; None: of any."""


def urgencies(which: QueueFilter) -> list[Urgency]:
    """Those asked for, the most urgent first."""
    least = max(which.least_urgency, Urgency.UNSURE if which.part is Part.MUST else Urgency.NONE)
    asked = [one for one in Urgency if one >= least and which.urgency in {None, one}]
    return sorted(asked, reverse=True)


def lanes(scope: Scope, which: QueueFilter) -> list[Teams]:
    """Groups of teams to walk along one by one; none when nothing asked for may be seen.

    A walk along one team's index meets its calls only; along several teams each is walked for itself, unless something
    narrows more than a team does.
    """
    if scope.agent_id is not None and which.agent_id not in {None, scope.agent_id}:
        return []
    if which.team is not None:
        return [(which.team,)] if scope.teams is None or which.team in scope.teams else []
    if scope.teams is None:
        return [None]
    teams = tuple(sorted(scope.teams))
    if _agent(scope, which) is not None or _is_by_finding(scope, which) or which.assigned_to is not None:
        return [teams] if teams else []
    return [(team,) for team in teams]


def along(
    transaction: Transaction,
    scope: Scope,
    which: QueueFilter,
    most: int,
    after: QueueCursor | None,
    phrases: Sequence[str] = (),
) -> list[Place]:
    """The first `most` calls behind `after`; with (folded) phrases each says whether they were said."""
    found: list[Place] = []
    for urgency in urgencies(which):
        if len(found) < most:
            rows = [
                Place(row.place, row.scorecard_id, not phrases or row.is_said)
                for lane in lanes(scope, which)
                for row in transaction.rows(_saying(walk(scope, which, lane, urgency, most, after), phrases))
            ]
            found += sorted(rows, reverse=True)
    return found[:most]


def _saying(walked: Select[Any], phrases: Sequence[str]) -> Select[Any]:
    """The same calls, each with whether it says the phrases."""
    if not phrases:
        return walked
    passed = walked.subquery().c
    return select(passed.place, passed.scorecard_id, func.coalesce(says(phrases), false()).label("is_said")).outerjoin(
        call_texts, call_texts.c.recording_id == passed.recording_id
    )


def walk(
    scope: Scope, which: QueueFilter, teams: Teams, urgency: Urgency, most: int, after: QueueCursor | None
) -> Select[Any]:
    """The first `most` behind `after`, as `place`, `scorecard_id` and `recording_id`.

    From the index that narrows most: of the agent, of a finding that is out of the ordinary, of the team, of all.
    """
    by_finding = _is_by_finding(scope, which)
    along = queue_findings.c if by_finding else current_scorecards.c
    statement = select(along.place, along.scorecard_id, current_scorecards.c.recording_id)
    wanted = conditions(scope, which, teams)
    if by_finding:
        statement = statement.select_from(queue_findings).where(
            along.item_id == storable(which.item_id), along.verdict == which.verdict
        )
        statement = statement.join(
            current_scorecards, current_scorecards.c.scorecard_id == queue_findings.c.scorecard_id
        )
    elif which.item_id is not None or which.verdict is not None:
        wanted.append(_has_finding(which))
    if after is not None:
        wanted.append(behind(along.place, along.scorecard_id, after))
    return (
        statement.where(within(along.place, urgency, which.since, which.until), *wanted)
        .order_by(along.place.desc(), along.scorecard_id.desc())
        .limit(most)
    )


def matching(scope: Scope, which: QueueFilter, teams: Teams) -> list[ColumnElement[bool]]:
    """Everything that a call must be, in whatever order it is met."""
    places = [within(current_scorecards.c.place, one, which.since, which.until) for one in urgencies(which)]
    found = [*conditions(scope, which, teams), or_(literal(False), *places)]
    if which.item_id is not None or which.verdict is not None:
        found.append(_has_finding(which))
    return found


def behind(place: ColumnElement[int], scorecard_id: ColumnElement[int], after: QueueCursor) -> ColumnElement[bool]:
    """Whether it comes after that place."""
    return tuple_(place, scorecard_id) < tuple_(literal(after.place, BigInteger), literal(after.scorecard, Integer))


def conditions(scope: Scope, which: QueueFilter, teams: Teams) -> list[ColumnElement[bool]]:
    """What a current scorecard must be, apart from days, urgency and findings."""
    current, found = current_scorecards.c, []
    if (agent_id := _agent(scope, which)) is not None:
        found.append(current.agent_id == storable(agent_id))
    if teams is not None:
        names: Sequence[str] = [storable(team) for team in teams]
        found.append(current.team == names[0] if len(names) == 1 else current.team.in_(names))
    if which.least_total is not None:
        found.append(current.total >= round(which.least_total * HUNDREDTHS))
    if which.most_total is not None:
        found.append(current.total <= round(which.most_total * HUNDREDTHS))
    drawn = sampled_calls.c.recording_id == current.recording_id
    if which.part in {Part.DOUBT, Part.DRAWN}:
        found.append(exists().where(drawn, sampled_calls.c.was_unsure == (which.part is Part.DOUBT)))
    elif which.is_sampled:
        found.append(exists().where(drawn))
    if which.assigned_to is not None:
        mine = select(assignments.c.recording_id).where(assignments.c.reviewer == storable(which.assigned_to))
        found.append(current.recording_id.in_(mine))
    if which.is_reviewed is not None:
        seen = exists().where(reviews.c.recording_id == current.recording_id)
        found.append(seen if which.is_reviewed else ~seen)
    return found


def _agent(scope: Scope, which: QueueFilter) -> str | None:
    return which.agent_id if scope.agent_id is None else scope.agent_id


def _is_by_finding(scope: Scope, which: QueueFilter) -> bool:
    return _is_rare(which) and _agent(scope, which) is None


def _is_rare(which: QueueFilter) -> bool:
    """Whether `queue_findings` holds what is asked for."""
    return which.item_id is not None and which.verdict is not None and which.verdict not in ORDINARY


def _has_finding(which: QueueFilter) -> ColumnElement[bool]:
    if _is_rare(which):
        return exists().where(
            queue_findings.c.item_id == storable(which.item_id),
            queue_findings.c.verdict == which.verdict,
            queue_findings.c.place == current_scorecards.c.place,
            queue_findings.c.scorecard_id == current_scorecards.c.scorecard_id,
        )
    of_call = exists().where(findings.c.scorecard_id == current_scorecards.c.scorecard_id)
    if which.item_id is not None:
        of_call = of_call.where(findings.c.item_id == storable(which.item_id))
    if which.verdict is not None:
        of_call = of_call.where(findings.c.verdict == which.verdict)
    return of_call
