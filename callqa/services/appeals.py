"""Appeals: who may object to what and until when, who may rule, and what a ruling does.

A ruling is kept as a review of its own source. So it counts for the effective score as every verdict of people does;
as it is final, nobody reviews the item afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callqa.services.review import StandardsByRef, find_call, read_call
from callqa.services.sentences import Pointed, taken
from models.appeal import MOST_REASON_CHARACTERS, Appeal, Ruling
from models.audit import AuditAction, AuditEvent
from models.errors import InputError
from models.person import EVERYBODY, Person
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.review import NoteMask, Review, ReviewSource, Sentence, newest_by_item
from models.run import StoredCall
from models.scorecard import Finding, Scorecard, Verdict
from scoring.schema import DEFAULT_APPEAL_DAYS


class Refusal(StrEnum):
    """Why an appeal or a ruling is not taken."""

    NO_REASON = "no_reason"
    TOO_LONG = "too_long"
    TOO_LATE = "too_late"
    ALREADY = "already"
    """The item has its appeal, or the appeal its ruling."""
    OWN_REVIEW = "own_review"
    """Who would rule has reviewed the item before."""
    SAME_VERDICT = "same_verdict"
    """Upheld, but with the verdict that was objected to."""


class AppealRefusedError(InputError):
    """An appeal or a ruling is not taken; `why` says so for programs."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(f"the appeal is not taken: {why.value}")
        self.why = why


@dataclass(frozen=True, slots=True)
class Ground:
    """What an appeal would be about. `verdict` is the one that stands: of people, else of the machine.

    `until` is the last moment to object (aware), None where the standard knows no appeals. `appeal` is the one that was
    made already.
    """

    stored: StoredCall
    card: Scorecard
    finding: Finding
    verdict: Verdict
    until: datetime | None
    appeal: Appeal | None

    def refusal(self, now: datetime) -> Refusal | None:
        """Why no appeal can be made any more, or None."""
        if self.appeal is not None:
            return Refusal.ALREADY
        return Refusal.TOO_LATE if self.until is None or now > self.until else None


def find_ground(uow: UnitOfWork, name: str, item_id: str, person: Person, standards: StandardsByRef) -> Ground | None:
    """The item of an own call; None for whatever somebody may not object to, or does not exist."""
    stored = find_call(uow, name, person.scope)
    if stored is None or person.agent_id is None or stored.meta.agent_id != person.agent_id:
        return None
    card = uow.scorecards.of(stored.recording.id)
    finding = next((f for f in card.findings if f.item_id == item_id), None) if card is not None else None
    if card is None or finding is None:
        return None
    said = newest_by_item(uow.reviews.of([stored.meta.call_id])).get(item_id)
    made = next((a for a in uow.appeals.of_call(stored.recording.id) if a.item_id == item_id), None)
    verdict = finding.verdict if said is None else said.verdict
    until = _until(card, uow.appeals.scored_at(stored.recording.id), standards)
    return Ground(stored, card, finding, verdict, until, made)


def make_appeal(
    name: str,
    item_id: str,
    reason: str,
    person: Person,
    standards: StandardsByRef,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
    *,
    mask: NoteMask,
) -> int | None:
    """Keep an agent's objection, its reason masked; its id, or None as `find_ground`. Raises AppealRefusedError."""
    with new_unit_of_work() as uow:
        ground = find_ground(uow, name, item_id, person, standards)
        if ground is None:
            return None
        if refusal := ground.refusal(now):
            raise AppealRefusedError(refusal)
        meta = ground.stored.meta
        appeal = Appeal(
            id=0,
            recording_id=ground.stored.recording.id,
            call_id=meta.call_id,
            agent_id=meta.agent_id,
            team=meta.team,
            item_id=item_id,
            title=ground.finding.title,
            verdict=ground.verdict,
            reason=mask(_checked(reason)),
            made_by=person.name,
            made_at=now,
        )
        made = uow.appeals.add(appeal)
        if made is None:
            raise AppealRefusedError(Refusal.ALREADY)
        details = {"appeal": made, "item": item_id, "verdict": ground.verdict.value}
        uow.audit.record(AuditEvent(now, person.name, AuditAction.APPEAL_MADE, meta.call_id, details))
        uow.commit()
    return made


def has_reviewed(uow: UnitOfWork, appeal: Appeal, person: Person) -> bool:
    """Whether somebody said what they think of the item before: then others rule."""
    return any(r.item_id == appeal.item_id and r.reviewer == person.name for r in uow.reviews.of([appeal.call_id]))


def rule_appeal(
    appeal_id: int,
    new_verdict: Verdict | None,
    reason: str,
    person: Person,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
    *,
    mask: NoteMask,
    pointed: Pointed | None = None,
) -> bool:
    """Uphold an appeal by another verdict, or reject it (None). False for an unknown appeal and one out of scope.

    The reason is masked before it is stored. `pointed` is the sentence that the ruling is about; without one a ruling
    that leaves the reviewer's verdict keeps the sentence they pointed to. Raises AppealRefusedError, and
    SentenceRefusedError as `taken`.
    """
    with new_unit_of_work() as uow:
        appeal = uow.appeals.get(appeal_id, person.scope)
        if appeal is None:
            return False
        if appeal.ruling is not None:
            raise AppealRefusedError(Refusal.ALREADY)
        if appeal.made_by == person.name or has_reviewed(uow, appeal, person):
            raise AppealRefusedError(Refusal.OWN_REVIEW)
        if new_verdict is appeal.verdict:
            raise AppealRefusedError(Refusal.SAME_VERDICT)
        verdict = appeal.verdict if new_verdict is None else new_verdict
        ruling = Ruling(new_verdict is not None, verdict, mask(_checked(reason)), person.name, now)
        sentence = _meant(uow, appeal, verdict, pointed)
        if not uow.appeals.rule(appeal, ruling):
            raise AppealRefusedError(Refusal.ALREADY)
        uow.reviews.add(
            Review(
                appeal.call_id,
                appeal.item_id,
                verdict,
                person.name,
                now,
                ruling.reason,
                ReviewSource.APPEAL,
                sentence,
            )
        )
        details = {"appeal": appeal.id, "item": appeal.item_id, "upheld": ruling.upheld, "verdict": verdict.value}
        uow.audit.record(AuditEvent(now, person.name, AuditAction.APPEAL_RULED, appeal.call_id, details))
        uow.commit()
    return True


def _meant(uow: UnitOfWork, appeal: Appeal, verdict: Verdict, pointed: Pointed | None) -> Sentence | None:
    if pointed is None:
        said = newest_by_item(uow.reviews.of([appeal.call_id])).get(appeal.item_id)
        return said.sentence if said is not None and said.verdict is verdict else None
    stored = find_call(uow, appeal.recording_id, EVERYBODY)
    call = read_call(uow, stored) if stored is not None else None
    found = call.card.findings if call is not None and call.card is not None else ()
    criterion = next((finding.criterion for finding in found if finding.item_id == appeal.item_id), "")
    return taken(pointed, call.transcript if call is not None else None, criterion, verdict)


def _until(card: Scorecard, scored_at: datetime | None, standards: StandardsByRef) -> datetime | None:
    standard = standards(card.standard)
    days = DEFAULT_APPEAL_DAYS if standard is None else standard.document.appeal_days
    return scored_at + timedelta(days=days) if scored_at is not None and days else None


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise AppealRefusedError(Refusal.NO_REASON)
    if len(reason) > MOST_REASON_CHARACTERS:
        raise AppealRefusedError(Refusal.TOO_LONG)
    return reason
