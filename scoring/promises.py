"""The agent's promises in a call: what was said (see `scoring.promised`), where, and by when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import zip_longest

from models.scorecard import Promise
from scoring.deadline import OfficeTime, resolve
from scoring.lexicon import Hit
from scoring.promised import Pledge, assurances, pledges
from scoring.schema import Family
from scoring.standard import ServiceStandard
from scoring.view import CallView, Said
from scoring.workdays import CALENDARS, is_announced


@dataclass(frozen=True, slots=True)
class Overpromise:
    """A prohibited assurance, found once and used by two criteria."""

    said: Said
    hit: Hit
    family: Family


@dataclass(frozen=True, slots=True)
class Made:
    """A promise and what it rests on. `guessed_days`: its working days lie beyond the announced holidays."""

    promise: Promise
    said: Said
    hit: Hit
    guessed_days: bool = False


def find_overpromises(call: CallView) -> tuple[Overpromise, ...]:
    """Assurances of results that are not the agent's to give, in order."""
    return tuple(
        Overpromise(said, hit, family) for said in call.agent for family, hit in assurances(call.standard, said.heard)
    )


def find_promises(call: CallView) -> tuple[Made, ...]:
    """All promises of the agent in order of the call; empty when none were made."""
    office = _office(call.standard)
    return tuple(
        _made(call, said, pledge, office)
        for turn in call.agent_turns
        for said, after in zip_longest(turn, turn[1:])
        for pledge in pledges(call.standard, said.heard, after.heard if after is not None else None)
    )


def _made(call: CallView, said: Said, pledge: Pledge, office: OfficeTime) -> Made:
    due: datetime | None = None
    guessed = False
    if pledge.deadline is not None and call.meta.started_at is not None:
        offset = timedelta(seconds=said.utterance.start_s or 0.0)
        due = resolve(pledge.deadline, call.meta.started_at + offset, office)
        guessed = (
            pledge.deadline.workdays is not None
            and due is not None
            and call.standard.document.promises.working_days == "china"
            and not is_announced(due.date())
        )
    evidence = said.evidence(pledge.hit.start, pledge.hit.end, pledge.specificity.value, pledge.hit.match)
    promise = Promise(
        utterance=evidence.utterance,
        char_start=evidence.char_start,
        char_end=evidence.char_end,
        start_s=evidence.start_s,
        end_s=evidence.end_s,
        quote=evidence.quote,
        action=pledge.action,
        specificity=pledge.specificity,
        due_at=due,
        deadline=said.quote(pledge.when.start, pledge.when.end) if pledge.when is not None else None,
    )
    return Made(promise, said, pledge.hit, guessed)


def _office(standard: ServiceStandard) -> OfficeTime:
    rules = standard.document.promises
    hour, minute = map(int, rules.business_closes.split(":"))
    return OfficeTime(standard.zone, time(hour, minute), CALENDARS[rules.working_days])
