"""Closing words (结束语): a farewell with thanks, a wish or an offer of further help."""

from __future__ import annotations

from models.scorecard import Evidence, Verdict
from models.transcript import Role
from scoring.context import overlaps_any
from scoring.outcome import Outcome, at, nobody, quote
from scoring.reasons import say
from scoring.schema import ClosingItem
from scoring.view import CallView, Said


def judge(call: CallView, item: ClosingItem) -> Outcome:
    """Met with both parts, partial with one; not applicable when the customer spoke last and nothing was said."""
    if not call.agent_turns:
        return nobody(call, item.points)
    language = call.standard.language
    closing_turns = call.agent_turns[-item.last_agent_turns :]
    farewell = _find(closing_turns, item, "farewell")
    courtesy = _find(closing_turns, item, "courtesy")
    if farewell and courtesy:
        reason = say(language, "closing_met", at=at(call, courtesy[0]), quote=quote(call, courtesy[-1], farewell[-1]))
        return Outcome(Verdict.MET, item.points, item.points, (reason,), (*courtesy, *farewell))
    if farewell or courtesy:
        found = (farewell or courtesy)[-1]
        key = "closing_bare" if farewell else "closing_no_farewell"
        reason = say(language, key, at=at(call, found), quote=quote(call, found))
        return Outcome(Verdict.PARTIAL, item.points * item.bare_share, item.points, (reason,), (found,))
    spoken = [s for s in call.said if s.utterance.role in (Role.AGENT, Role.CUSTOMER)]
    if spoken[-1].utterance.role is Role.CUSTOMER:
        return Outcome(Verdict.NOT_APPLICABLE, 0, item.points, (say(language, "closing_customer_left"),))
    last = call.agent[-1].whole("last_words")
    reason = say(language, "closing_missed", at=at(call, last), quote=quote(call, last))
    return Outcome(Verdict.MISSED, 0, item.points, (reason,), (last,))


def _find(turns: tuple[tuple[Said, ...], ...], item: ClosingItem, part: str) -> list[Evidence]:
    return [
        said.evidence(hit.start, hit.end, part, hit.match)
        for turn in turns
        for said in turn
        for hit in said.found(f"items.{item.id}.{part}")
        if not overlaps_any(hit, said.found(f"items.{item.id}.look_alikes"))
    ]
