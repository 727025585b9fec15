"""Notes of coaching talks: who may write, answer and close them, and how the item did before and since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from callqa.reports.coaching_build import gap
from callqa.reports.coaching_context import BEFORE_DAYS, ActionLine
from callqa.reports.figures import Proportion, wilson
from callqa.services.overview import Period
from models.audit import AuditAction, By, deed, name_of
from models.coaching_note import MOST_NOTE_CHARACTERS, CoachingNote, Outcome
from models.errors import InputError
from models.person import Person, Scope
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.review import NoteMask
from models.rollup import AgentMonth


class NoteRefusal(StrEnum):
    """Why a note, an answer or an outcome is not taken."""

    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    UNKNOWN_ITEM = "unknown_item"
    """No newest scorecard has an item of that id."""
    DUE_BEFORE = "due_before"
    """The last day is over already."""
    ALREADY = "already"
    """It has its answer, or it is closed."""


_TOLD = {
    NoteRefusal.NO_TEXT: "there is no text; write what was agreed",
    NoteRefusal.TOO_LONG: f"it is longer than {MOST_NOTE_CHARACTERS} characters; shorten it",
    NoteRefusal.UNKNOWN_ITEM: "no scorecard has that item; write an id as `callqa standard show` lists them",
    NoteRefusal.DUE_BEFORE: "its last day is over already; write a later one",
    NoteRefusal.ALREADY: "that was said before, and stays",
}


class NoteRefusedError(InputError):
    """A note, an answer or an outcome is not taken; `why` says so for programs."""

    def __init__(self, why: NoteRefusal) -> None:
        super().__init__(f"the coaching note is not taken: {_TOLD[why]}")
        self.why = why


def write_note(
    agent_id: str,
    item_id: str | None,
    action: str,
    note: str,
    due_on: date | None,
    by: By,
    now: datetime,
    scope: Scope,
    new_unit_of_work: UnitOfWorkFactory,
    *,
    mask: NoteMask,
) -> int | None:
    """Keep an agreed action, its texts masked; its number, or None for an agent who is unknown or not in the scope.

    `now` is on the clock by which `due_on` counts. Raises NoteRefusedError.
    """
    with new_unit_of_work() as uow:
        if not _is_known(agent_id, now, scope, uow):
            return None
        if item_id is not None and item_id not in uow.rollups.titles():
            raise NoteRefusedError(NoteRefusal.UNKNOWN_ITEM)
        if due_on is not None and due_on < now.date():
            raise NoteRefusedError(NoteRefusal.DUE_BEFORE)
        agreed, said = mask(_checked(action)), mask(_not_too_long(note.strip()))
        made = uow.coaching_notes.add(CoachingNote(0, agent_id, now, name_of(by), item_id, said, agreed, due_on))
        details = {"note": made, "item": item_id}
        uow.audit.record(deed(now, by, AuditAction.COACHING_NOTED, agent_id, details))
        uow.commit()
    return made


def answer_note(
    number: int, answer: str, person: Person, now: datetime, new_unit_of_work: UnitOfWorkFactory, *, mask: NoteMask
) -> bool:
    """Keep an agent's word on a note on themselves, masked; False for any other note. Raises NoteRefusedError."""
    if person.agent_id is None:
        return False
    with new_unit_of_work() as uow:
        note = _find(number, person.agent_id, uow)
        if note is None:
            return False
        if not uow.coaching_notes.answer(note, mask(_checked(answer))):
            raise NoteRefusedError(NoteRefusal.ALREADY)
        uow.audit.record(deed(now, person.name, AuditAction.COACHING_ANSWERED, note.agent_id, {"note": number}))
        uow.commit()
    return True


def close_note(
    agent_id: str,
    number: int,
    outcome: Outcome,
    by: By,
    now: datetime,
    scope: Scope,
    new_unit_of_work: UnitOfWorkFactory,
) -> bool:
    """Say what became of an action; False where there is none of that number on this agent, or it is out of scope.

    Raises NoteRefusedError.
    """
    with new_unit_of_work() as uow:
        note = _find(number, agent_id, uow) if _is_known(agent_id, now, scope, uow) else None
        if note is None:
            return False
        if not uow.coaching_notes.close(note, outcome, name_of(by), now):
            raise NoteRefusedError(NoteRefusal.ALREADY)
        details = {"note": number, "outcome": outcome.value}
        uow.audit.record(deed(now, by, AuditAction.COACHING_CLOSED, agent_id, details))
        uow.commit()
    return True


def is_in_charge(month: AgentMonth, scope: Scope) -> bool:
    """Whether notes on the agent are in the scope: not where only calls are, made in a team that the agent has left."""
    return scope.teams is None or month.team is not None


def action_lines(agent_id: str, period: Period, now: datetime, scope: Scope, uow: UnitOfWork) -> tuple[ActionLine, ...]:
    """What was agreed by the period's end and was open in it, the oldest first, each with its item before and since.

    Before are BEFORE_DAYS days up to the talk, since is up to the period's end. The day of the talk is in neither, for
    its calls were made partly before it. Days are those of `now`'s clock.
    """
    titles = uow.rollups.titles()
    found: list[ActionLine] = []
    for note in uow.coaching_notes.of_agent(agent_id):
        talk = note.written_at.astimezone(now.tzinfo).date()
        closed = None if note.closed_at is None else note.closed_at.astimezone(now.tzinfo).date()
        if talk > period.until or (closed is not None and closed < period.since):
            continue
        before = since = None
        if note.item_id is not None:
            one = timedelta(days=1)
            before = _share(agent_id, note.item_id, talk - timedelta(days=BEFORE_DAYS), talk - one, scope, uow)
            since = _share(agent_id, note.item_id, talk + one, period.until, scope, uow)
        found.append(
            ActionLine(
                note=note,
                written_on=talk,
                title=None if note.item_id is None else titles.get(note.item_id, note.item_id),
                before=before,
                since=since,
                change=None if before is None or since is None else gap(since, before),
                is_overdue=closed is None and note.due_on is not None and note.due_on < now.date(),
            )
        )
    return tuple(found)


def _share(agent_id: str, item_id: str, first: date, last: date, scope: Scope, uow: UnitOfWork) -> Proportion:
    items = uow.rollups.of_agent(agent_id, first, last, scope).items if first <= last else ()
    item = next((one for one in items if one.item_id == item_id), None)
    return wilson(0, 0) if item is None else wilson(item.met, item.judged)


def _is_known(agent_id: str, now: datetime, scope: Scope, uow: UnitOfWork) -> bool:
    month = uow.rollups.agent_month(agent_id, now.date(), now.date(), 0, scope)
    return month is not None and is_in_charge(month, scope)


def _find(number: int, agent_id: str, uow: UnitOfWork) -> CoachingNote | None:
    notes: Sequence[CoachingNote] = uow.coaching_notes.of_agent(agent_id)
    return next((note for note in notes if note.id == number), None)


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise NoteRefusedError(NoteRefusal.NO_TEXT)
    return _not_too_long(text)


def _not_too_long(text: str) -> str:
    if len(text) > MOST_NOTE_CHARACTERS:
        raise NoteRefusedError(NoteRefusal.TOO_LONG)
    return text
