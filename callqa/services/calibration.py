"""Calibration: making a set, judging its calls blind, and where reviewers differ.

Blind: while a set is open nobody sees a judgement of somebody else, and nobody judges once it is closed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callqa.services.raters import Agreement, agreement
from callqa.services.review import find_call
from callqa.services.rights import Right, may
from models.audit import AuditAction, AuditEvent
from models.calibration import MOST_TITLE_CHARACTERS, Calibration, Judgement
from models.errors import InputError
from models.person import Person
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.run import StoredCall
from models.scorecard import Scorecard, Verdict
from models.transcript import Transcript

MOST_CALLS = 50
DRAWN_FROM = timedelta(days=30)
"""Calls are drawn from those of so many days."""


class Problem(StrEnum):
    """Why a set is not made, or a judgement not taken."""

    NO_TITLE = "no_title"
    NO_CALLS = "no_calls"
    UNKNOWN_CALL = "unknown_call"
    TOO_MANY = "too_many"
    FEW_REVIEWERS = "few_reviewers"
    NOT_THEIRS = "not_theirs"
    """A reviewer may not see one of the calls."""
    INCOMPLETE = "incomplete"
    CLOSED = "closed"


class CalibrationRefusedError(InputError):
    """A set is not made, or a judgement not taken: `problem`, and what it is about, "" where that is clear."""

    def __init__(self, problem: Problem, what: str = "") -> None:
        super().__init__(f"calibration: {problem.value} {what}".strip())
        self.problem, self.what = problem, what


@dataclass(frozen=True, slots=True)
class BlindCall:
    """A call to judge, with nothing of what the machine or others found.

    `items` are ids and titles of what is judged; `own` the verdicts that the reviewer gave before. `number` counts from
    1. `transcript` is None where its text was let go.
    """

    calibration: Calibration
    number: int
    recording_id: str
    transcript: Transcript | None
    items: tuple[tuple[str, str], ...]
    own: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True)
class Difference:
    """An item of a call on which reviewers differ. `verdicts` by reviewer; `machine` is None without a scorecard."""

    call: StoredCall
    item_id: str
    title: str
    verdicts: Mapping[str, Verdict]
    machine: Verdict | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a closed set shows: agreement by item (id, title, figures), over all items, and where reviewers differ."""

    items: tuple[tuple[str, str, Agreement], ...]
    overall: Agreement
    differences: tuple[Difference, ...]


def make_calibration(
    title: str,
    names: Sequence[str],
    draw: int,
    reviewers: Sequence[str],
    person: Person,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
) -> int:
    """A set of the named calls and of so many drawn by chance, for these reviewers; its id.

    Raises CalibrationRefusedError.
    """
    title = title.strip()[:MOST_TITLE_CHARACTERS]
    if not title:
        raise CalibrationRefusedError(Problem.NO_TITLE)
    with new_unit_of_work() as uow:
        calls: dict[str, StoredCall] = {}
        for name in names:
            call = find_call(uow, name, person.scope)
            if call is None or uow.scorecards.of(call.recording.id) is None:
                raise CalibrationRefusedError(Problem.UNKNOWN_CALL, name)
            calls[call.recording.id] = call
        for recording_id in uow.calibrations.drawn(person.scope, now - DRAWN_FROM, max(0, min(draw, MOST_CALLS))):
            drawn = find_call(uow, recording_id, person.scope)
            if drawn is not None:
                calls[recording_id] = drawn
        if not calls:
            raise CalibrationRefusedError(Problem.NO_CALLS)
        if len(calls) > MOST_CALLS:
            raise CalibrationRefusedError(Problem.TOO_MANY, str(len(calls)))
        known = {one.name: one for one in who_may_judge(uow)}
        chosen = tuple(sorted({name for name in reviewers if name in known}))
        if len(chosen) < 2:
            raise CalibrationRefusedError(Problem.FEW_REVIEWERS)
        for name in chosen:
            for call in calls.values():
                if not known[name].scope.covers(call.meta.agent_id, call.meta.team):
                    raise CalibrationRefusedError(Problem.NOT_THEIRS, known[name].shown_name)
        made = uow.calibrations.add(Calibration(0, title, person.name, now, tuple(calls), chosen))
        details = {"calls": len(calls), "reviewers": list(chosen)}
        uow.audit.record(AuditEvent(now, person.name, AuditAction.CALIBRATION_MADE, str(made), details))
        uow.commit()
    return made


def who_may_judge(uow: UnitOfWork) -> tuple[Person, ...]:
    """Those who can be asked to judge a set."""
    return tuple(one for one in uow.people.all() if may(one.post, Right.CALIBRATE) and not one.is_disabled)


def close_calibration(calibration_id: int, person: Person, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> bool:
    """Take no more judgements and let everybody see them; False for a set that is unknown, closed, or not theirs."""
    with new_unit_of_work() as uow:
        found = find_calibration(uow, calibration_id, person)
        if found is None or not uow.calibrations.close(calibration_id, now):
            return False
        uow.audit.record(AuditEvent(now, person.name, AuditAction.CALIBRATION_CLOSED, str(calibration_id)))
        uow.commit()
    return True


def find_calibration(uow: UnitOfWork, calibration_id: int, person: Person) -> Calibration | None:
    """The set, for its reviewers and for who leads and may see all of its calls; else None."""
    found = uow.calibrations.get(calibration_id)
    return found if found is not None and _is_for(uow, found, person) else None


def calibrations_for(uow: UnitOfWork, person: Person) -> list[Calibration]:
    """Those sets that `find_calibration` finds, newest first."""
    return [one for one in uow.calibrations.all() if _is_for(uow, one, person)]


def progress(uow: UnitOfWork, calibration: Calibration) -> dict[str, int]:
    """How many calls each reviewer has judged."""
    judged = {(one.reviewer, one.recording_id) for one in uow.calibrations.judgements(calibration.id)}
    counted = Counter(reviewer for reviewer, _ in judged)
    return {name: counted[name] for name in calibration.reviewers}


def next_to_judge(uow: UnitOfWork, calibration: Calibration, person: Person) -> int | None:
    """The number of the first call that a reviewer has not judged; None when all are."""
    done = {one.recording_id for one in uow.calibrations.judgements(calibration.id) if one.reviewer == person.name}
    left = (number for number, recording in enumerate(calibration.recordings, 1) if recording not in done)
    return next(left, None)


def blind_call(uow: UnitOfWork, calibration_id: int, number: int, person: Person) -> BlindCall | None:
    """The call of that number; None for whoever is no reviewer of the set, or may not see the call."""
    found = uow.calibrations.get(calibration_id)
    if found is None or person.name not in found.reviewers or not 1 <= number <= len(found.recordings):
        return None
    recording_id = found.recordings[number - 1]
    call = find_call(uow, recording_id, person.scope)
    card = uow.scorecards.of(recording_id) if call is not None else None
    if card is None:
        return None
    heard = next((transcript for _, transcript in uow.transcripts.of([recording_id])), None)
    own = {
        one.item_id: one.verdict
        for one in uow.calibrations.judgements(calibration_id)
        if (one.reviewer, one.recording_id) == (person.name, recording_id)
    }
    return BlindCall(found, number, recording_id, heard, _items(card), own)


def judge_call(
    calibration_id: int,
    number: int,
    verdicts: Mapping[str, Verdict],
    person: Person,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
) -> bool:
    """Keep a reviewer's verdicts on all items of a call; False as `blind_call`. Raises CalibrationRefusedError."""
    with new_unit_of_work() as uow:
        call = blind_call(uow, calibration_id, number, person)
        if call is None:
            return False
        items = [item_id for item_id, _ in call.items]
        if set(items) - set(verdicts):
            raise CalibrationRefusedError(Problem.INCOMPLETE)
        given = [Judgement(call.recording_id, item_id, person.name, verdicts[item_id], now) for item_id in items]
        if not uow.calibrations.judge(calibration_id, given):
            raise CalibrationRefusedError(Problem.CLOSED)
        uow.commit()
    return True


def outcome(uow: UnitOfWork, calibration: Calibration, person: Person) -> Outcome | None:
    """Agreement and differences; None while the set is open. Calls that somebody may not see are only counted."""
    if calibration.closed_at is None:
        return None
    given: defaultdict[str, defaultdict[str, dict[str, Verdict]]] = defaultdict(lambda: defaultdict(dict))
    for one in uow.calibrations.judgements(calibration.id):
        given[one.item_id][one.recording_id][one.reviewer] = one.verdict
    titles: dict[str, str] = {}
    machine: dict[tuple[str, str], Verdict] = {}
    calls: dict[str, StoredCall] = {}
    for recording_id in calibration.recordings:
        call, card = find_call(uow, recording_id, person.scope), uow.scorecards.of(recording_id)
        if call is not None:
            calls[recording_id] = call
        for finding in card.findings if card is not None else ():
            titles.setdefault(finding.item_id, finding.title)
            machine[recording_id, finding.item_id] = finding.verdict
    order = sorted(given, key=lambda item: (list(titles).index(item) if item in titles else len(titles), item))
    ratings = {
        item: [[by.get(name) for name in calibration.reviewers] for by in given[item].values()] for item in order
    }
    return Outcome(
        tuple((item, titles.get(item, item), agreement(ratings[item])) for item in order),
        agreement(
            [unit for item in order for unit in ratings[item]],
            [recording for item in order for recording in given[item]],
        ),
        tuple(
            Difference(
                calls[recording], item, titles.get(item, item), given[item][recording], machine.get((recording, item))
            )
            for item in order
            for recording in calibration.recordings
            if recording in calls and len(set(given[item].get(recording, {}).values())) > 1
        ),
    )


def _items(card: Scorecard) -> tuple[tuple[str, str], ...]:
    return tuple((finding.item_id, finding.title) for finding in card.findings)


def _is_for(uow: UnitOfWork, calibration: Calibration, person: Person) -> bool:
    if person.name in calibration.reviewers:
        return True
    if not may(person.post, Right.LEAD_CALIBRATION):
        return False
    return all(find_call(uow, recording_id, person.scope) is not None for recording_id in calibration.recordings)
