"""Reviewing a call: what a person says of each item, beside what the machine found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from callqa.services.sentences import Pointed, taken
from models.audit import AuditAction, AuditEvent
from models.errors import InputError, StateError
from models.ledger import LedgerEntry
from models.person import Scope
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.review import MOST_COMMENT_CHARACTERS, NoteMask, Review, ReviewSource, newest_by_item
from models.run import StoredCall
from models.scorecard import Finding, Scorecard, StandardRef, Verdict
from models.transcript import Transcript
from scoring import ServiceStandard
from scoring.regrade import Regraded, regrade


class StandardsByRef(Protocol):
    """Finds written standards again."""

    def __call__(self, ref: StandardRef) -> ServiceStandard | None:
        """Exactly this version, or None when it is not at hand."""


@dataclass(frozen=True, slots=True)
class ReviewedCall:
    """A call with all that is known of it. `reviews` are those of people, oldest first.

    `card` is None before the call is scored, `transcript` before it is heard and after its text was let go.
    """

    stored: StoredCall
    transcript: Transcript | None
    card: Scorecard | None
    reviews: tuple[Review, ...]
    ledger: tuple[LedgerEntry, ...]

    @property
    def unsettled(self) -> tuple[Finding, ...]:
        """Findings that ask for a person and that nobody has reviewed, in the standard's order."""
        said = newest_by_item(self.reviews)
        return tuple(f for f in self.flagged if f.item_id not in said)

    @property
    def flagged(self) -> tuple[Finding, ...]:
        """Findings that ask for a person: in doubt, or fatal."""
        found = self.card.findings if self.card is not None else ()
        return tuple(f for f in found if f.needs_review or f.fatal)


def find_call(uow: UnitOfWork, name: str, scope: Scope) -> StoredCall | None:
    """The call of that id, or of the recording with that id; None for an unknown one and for one out of scope."""
    stored = uow.calls.get(uow.calls.recording_of(name) or name)
    if stored is None or stored.quarantine is not None:
        return None
    return stored if scope.covers(stored.meta.agent_id, stored.meta.team) else None


def read_call(uow: UnitOfWork, stored: StoredCall) -> ReviewedCall:
    """Everything of it."""
    recording_id = stored.recording.id
    card, transcript = uow.scorecards.of(recording_id), None
    if card is not None and card.receipt.engine is not None:
        transcript = uow.transcripts.get(recording_id, card.receipt.engine.digest)
    elif card is None:
        transcript = next((heard for _, heard in uow.transcripts.of([recording_id])), None)
    reviews = sorted(uow.reviews.of([stored.meta.call_id]), key=lambda r: (r.reviewed_at, r.reviewer))
    return ReviewedCall(stored, transcript, card, tuple(reviews), tuple(uow.ledger.entries([recording_id])))


def as_people_see_it(card: Scorecard, reviews: Sequence[Review], standards: StandardsByRef) -> Regraded | None:
    """The card with the newest verdict of people on each item, graded anew; it is stored nowhere.

    None where nobody differs from the machine, or the standard is not at hand.
    """
    verdicts = {item_id: review.verdict for item_id, review in newest_by_item(reviews).items()}
    if all(verdicts.get(finding.item_id, finding.verdict) is finding.verdict for finding in card.findings):
        return None
    standard = standards(card.standard)
    return None if standard is None else regrade(card.findings, verdicts, standard)


def review_item(
    name: str,
    item_id: str,
    verdict: Verdict,
    comment: str,
    reviewer: str,
    scope: Scope,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
    *,
    mask: NoteMask,
    pointed: Pointed | None = None,
) -> bool:
    """Add a person's verdict; equal to the machine's it confirms it. False for an unknown call or item, or another's.

    The comment is masked before it is stored; `pointed` is the sentence it is about. Raises InputError for a comment
    that is too long, SentenceRefusedError as `taken`, StateError after a ruling on an appeal, which is final.
    """
    comment = comment.strip()
    if len(comment) > MOST_COMMENT_CHARACTERS:
        raise InputError(f"a comment has at most {MOST_COMMENT_CHARACTERS} characters; this one has {len(comment)}")
    with new_unit_of_work() as uow:
        stored = find_call(uow, name, scope)
        call = read_call(uow, stored) if stored is not None else None
        card = call.card if call is not None else None
        found = next((f for f in card.findings if f.item_id == item_id), None) if card is not None else None
        if call is None or found is None:
            return False
        call_id = call.stored.meta.call_id
        if any(r.item_id == item_id and r.source is ReviewSource.APPEAL for r in call.reviews):
            raise StateError(f"item {item_id} of call {call_id} was ruled on in an appeal, and a ruling is final")
        meant = taken(pointed, call.transcript, found.criterion, verdict) if pointed is not None else None
        note = mask(comment) or None
        uow.reviews.add(Review(call_id, item_id, verdict, reviewer, now, note, ReviewSource.CONSOLE, meant))
        details = {"item": item_id, "machine": found.verdict.value, "person": verdict.value}
        uow.audit.record(AuditEvent(now, reviewer, AuditAction.ITEM_REVIEWED, call_id, details))
        uow.commit()
    return True
