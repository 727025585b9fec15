"""Letting colleagues see what one said well: who consents, and what there is to see."""

from __future__ import annotations

import re
from datetime import datetime

from callqa.reports.coaching_context import Quote
from callqa.services.overview import Period
from models.audit import AuditAction, By, deed, name_of
from models.example_consent import ExampleConsent
from models.person import EVERYBODY
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.rollup import AgentMonth
from models.run import StoredCall
from models.scorecard import Evidence, Finding
from models.transcript import Role, Transcript, Utterance

_TRIED = 5
"""Calls that are looked into: of some the text is gone, or is another one by now."""
_BEFORE, _BEHIND = 40, 80
"""So many characters around the words at the most, where no sentence ends."""
_SENTENCE_END = re.compile(r"[。！？!?]|\.(?=\s)")


def consent_to_examples(
    agent_id: str, is_given: bool, by: By, now: datetime, new_unit_of_work: UnitOfWorkFactory
) -> bool:
    """Keep whether the agent's words may be shown to colleagues; False for an unknown agent.

    What holds already is not recorded again.
    """
    with new_unit_of_work() as uow:
        if uow.rollups.agent_month(agent_id, now.date(), now.date(), 0, EVERYBODY) is None:
            return False
        said = uow.example_consents.of(agent_id)
        if is_given != (said is not None and said.is_given):
            uow.example_consents.put(ExampleConsent(agent_id, is_given, now, name_of(by)))
            uow.audit.record(deed(now, by, AuditAction.EXAMPLES_CONSENTED, agent_id, {"is_given": is_given}))
            uow.commit()
    return True


def consents_to_examples(agent_id: str, new_unit_of_work: UnitOfWorkFactory) -> bool:
    """Whether the agent's words may be shown to colleagues; not without a word of theirs."""
    with new_unit_of_work() as uow:
        said = uow.example_consents.of(agent_id)
    return said is not None and said.is_given


def colleague_example(month: AgentMonth, item_id: str, period: Period, uow: UnitOfWork) -> Quote | None:
    """The sentence with which a colleague of the team did the item well in the period, of those who let it be shown."""
    ids = uow.instances.of_colleagues(month.agent_id, month.team, period.since, period.until, item_id, _TRIED)
    for recording_id in ids:
        card, texts = uow.scorecards.of(recording_id), uow.transcripts.of([recording_id])
        for finding in card.findings if card is not None else ():
            if finding.item_id == item_id and texts and (quote := _sentence(*texts[0], finding)) is not None:
                return quote
    return None


def _sentence(call: StoredCall, text: Transcript, finding: Finding) -> Quote | None:
    """Around the first words of proof that are the agent's: that customers had cause is proved by theirs."""
    turns = {turn.index: turn for turn in text.utterances if turn.role is Role.AGENT}
    for proof in finding.evidence:
        turn = turns.get(proof.utterance)
        if turn is not None and turn.text[proof.char_start : proof.char_end] == proof.quote:
            first, last = _around(turn.text, proof)
            start_s, end_s = _heard(turn, first, last)
            return Quote(
                recording_id=call.recording.id,
                call_id=call.meta.call_id,
                started_at=call.meta.started_at,
                verdict=finding.verdict,
                utterance=turn.index,
                start_s=proof.start_s if start_s is None else start_s,
                end_s=proof.end_s if end_s is None else end_s,
                words=turn.text[first:last].strip(),
                reason="",
            )
    return None


def _around(text: str, proof: Evidence) -> tuple[int, int]:
    """Where the sentence begins and ends that holds the words."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    first = max((end for end in ends if end <= proof.char_start), default=0)
    last = min((end for end in ends if end >= proof.char_end), default=len(text))
    return max(first, proof.char_start - _BEFORE), min(last, proof.char_end + _BEHIND)


def _heard(turn: Utterance, first: int, last: int) -> tuple[float | None, float | None]:
    """When these characters are heard; None where the words have no times."""
    within = [word for word in turn.words if word.char_start < last and word.char_end > first]
    return (within[0].start_s, within[-1].end_s) if within else (None, None)
