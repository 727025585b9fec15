"""What an agent's coaching report is made of, read with few questions: only the quoted calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from callqa.reports.coaching_build import choose, item_figures, rest_of, weeks
from callqa.reports.coaching_context import CoachingReport, Point, Quote
from callqa.reports.figures import MIN_SAMPLE, summarise_tally
from callqa.reports.ledger import count, ledger_lines
from callqa.reports.practice import Practice
from callqa.services.coaching_notes import action_lines, is_in_charge
from callqa.services.examples import colleague_example
from callqa.services.overview import Period, covers
from models.person import Scope
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.run import StoredCall
from models.scorecard import Scorecard, Verdict

QUOTES = 2
"""Examples for each strength and habit."""
_GOOD = (Verdict.MET,)
_POOR = (Verdict.VIOLATED, Verdict.MISSED, Verdict.PARTIAL)


def coaching_report(
    agent_id: str,
    period: Period,
    practice: Practice,
    language: str,
    now: datetime,
    scope: Scope,
    new_unit: UnitOfWorkFactory,
) -> CoachingReport | None:
    """The report on these days beside as many days before them; None for an agent who is unknown or out of scope."""
    since, until = period.since, period.until
    earlier = since - timedelta(days=period.days)
    with new_unit() as uow:
        month = uow.rollups.agent_month(agent_id, since, until, 0, scope)
        if month is None:
            return None
        before = uow.rollups.of_agent(agent_id, earlier, since - timedelta(days=1), scope)
        titles = uow.rollups.titles()
        rest = None
        if month.team is not None and month.team_figures is not None:
            # Only what the agent did in this team is part of the team's figures.
            there = Scope(frozenset({month.team}), agent_id)
            rest = rest_of(month.team_figures, uow.rollups.of_agent(agent_id, since, until, there))
        items = item_figures(month.figures.items, before.items, rest.items if rest else (), titles)
        chosen = choose(items)
        made = uow.glances.with_promises(agent_id, since, until, scope)
        lines = ledger_lines((entry for entry in uow.ledger.entries(made) if covers(scope, entry.meta)), now)

        def told(point: Point, verdicts: Sequence[Verdict]) -> Point:
            item_id = point.figures.item_id
            found = uow.instances.of(agent_id, since, until, item_id, verdicts, QUOTES, scope)
            quotes = tuple(quote for one in found if (quote := _quote(one, item_id, uow)) is not None)
            return replace(point, quotes=quotes, practice=practice.get(item_id, ()))

        strengths = tuple(told(point, _GOOD) for point in chosen.strengths)
        habits = tuple(told(point, _POOR) for point in chosen.habits)
        if is_in_charge(month, scope):
            habits = tuple(
                replace(habit, example=colleague_example(month, habit.figures.item_id, period, uow)) for habit in habits
            )
        actions = action_lines(agent_id, period, now, scope, uow) if is_in_charge(month, scope) else ()
    score = summarise_tally(month.figures.tally)
    return CoachingReport(
        language=language,
        generated_at=now,
        agent_id=month.agent_id,
        agent_name=month.agent_name,
        team=month.team,
        since=since,
        until=until,
        calls=month.figures.tally.calls,
        score=score,
        score_before=summarise_tally(before.tally),
        team_score=None if rest is None else summarise_tally(rest.tally),
        weeks=weeks((*before.days, *month.figures.days), earlier, until),
        strengths=strengths,
        habits=habits,
        actions=actions,
        items=items,
        promises=count(lines),
        is_small=score.n < MIN_SAMPLE,
    )


def _quote(recording_id: str, item_id: str, uow: UnitOfWork) -> Quote | None:
    call, card = uow.calls.get(recording_id), uow.scorecards.of(recording_id)
    return None if call is None or card is None else _said(call, card, item_id)


def _said(call: StoredCall, card: Scorecard, item_id: str) -> Quote | None:
    finding = next((one for one in card.findings if one.item_id == item_id), None)
    if finding is None:
        return None
    # An apology's proof begins with what the customer complained of, where that was said first.
    own = [one for one in finding.evidence if "apology" in one.kind]
    proof = next(iter(own or finding.evidence), None)
    return Quote(
        recording_id=call.recording.id,
        call_id=call.meta.call_id,
        started_at=call.meta.started_at,
        verdict=finding.verdict,
        utterance=proof.utterance if proof else None,
        start_s=proof.start_s if proof else None,
        end_s=proof.end_s if proof else None,
        words=proof.quote if proof else None,
        reason=finding.reasons[0] if finding.reasons else "",
    )
