"""What the standard's owner decides about proposed phrases: into a draft, or not at all, and not to be asked again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from callqa.services.drafts import MOST_DRAFTS
from callqa.services.propose import Proposal
from callqa.standards import FoundStandard
from models.audit import AuditAction, AuditEvent
from models.draft import StoredDraft
from models.errors import InputError, StateError
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.proposal import MOST_WHY_CHARACTERS, Change, Choice, Decision
from models.review import NoteMask
from models.scorecard import StandardRef
from scoring import ServiceStandard
from scoring.classifier.labels import UNFIT
from scoring.mining import phrases_in
from scoring.proposed import drafted, next_head
from scoring.schema import ProhibitedItem


def undecided(uow: UnitOfWork, ref: StandardRef, found: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Those that nobody has decided about.

    A declined phrase covers longer ones that hold it; a shorter one is found in more calls, and is asked about anew. An
    accepted one stays decided while its draft is kept and no other version is in use.
    """
    decided = [one for one in uow.proposals.of(ref.id) if _holds(uow, ref, one)]
    return tuple(one for one in found if not any(_is_about(decision, one.change) for decision in decided))


@dataclass(frozen=True, slots=True)
class Deciding:
    """Decisions of one person about changes to the standard in use. `now` is aware."""

    used: FoundStandard
    by: str
    now: datetime
    new_unit: UnitOfWorkFactory

    def accept(self, change: Change, today: date) -> str:
        """Put the change into a draft, and return its key: into the one that holds what was accepted before, else into
        a new one of the standard in use.

        Raises InputError for what cannot be proposed, StateError where it was decided about before, or somebody decides
        meanwhile; StandardError where the text of the standard cannot be added to.
        """
        ref = self.used.standard.ref
        self._check(change)
        with self.new_unit() as uow:
            known = uow.proposals.of(ref.id)
            if any(_is_about(one, change) and _holds(uow, ref, one) for one in known):
                raise _decided(change)
            base = _kept_draft(uow, ref, known)
            taken = {ref.version, *(version.ref.version for version in uow.standards.versions(ref.id))}
        old = self.used if base is None else FoundStandard(base.source, base.text, base.source, None, self.used.days)
        head = next_head(old.standard, change, today, taken, base is not None)
        source = f"{ref.id}.yaml"
        text = drafted(old.standard, old.text, source, change, head)
        key = FoundStandard(source, text, source, None).standard.ref.digest.removeprefix("sha256:")

        def keep(uow: UnitOfWork) -> None:
            if base is not None:
                uow.proposals.move(base.key, key)
                uow.drafts.drop(base.key)
            uow.drafts.put(StoredDraft(key, text, source, self.by, self.now), MOST_DRAFTS)

        self._decide(change, Choice.ACCEPTED, None, key, len(known), AuditAction.PROPOSAL_ACCEPTED, keep)
        return key

    def decline(self, change: Change, why: str, mask: NoteMask) -> None:
        """Not to be proposed again. The reason is masked before it is stored. Raises InputError and StateError."""
        ref, why = self.used.standard.ref, why.strip()
        self._check(change)
        if len(why) > MOST_WHY_CHARACTERS:
            raise InputError(f"a reason has at most {MOST_WHY_CHARACTERS} characters; this one has {len(why)}")
        with self.new_unit() as uow:
            known = uow.proposals.of(ref.id)
            if any(_is_about(one, change) and _holds(uow, ref, one) for one in known):
                raise _decided(change)
        said = mask(why) or None
        self._decide(change, Choice.DECLINED, said, None, len(known), AuditAction.PROPOSAL_DECLINED, lambda _: None)

    def _check(self, change: Change) -> None:
        item = _prohibited(self.used.standard)
        is_phrase = change.phrase in phrases_in(change.phrase)
        if item is None or item.id != change.item_id or change.family_kind not in UNFIT or not is_phrase:
            raise InputError("this is no change that can be proposed for the standard in use; choose one of the list")

    def _decide(
        self,
        change: Change,
        choice: Choice,
        why: str | None,
        draft: str | None,
        known: int,
        action: AuditAction,
        keep: Callable[[UnitOfWork], None],
    ) -> None:
        ref = self.used.standard.ref
        decision = Decision(ref.id, ref.version, change, choice, why, draft, self.by, self.now)
        with self.new_unit() as uow:
            if not uow.proposals.add(decision, known):
                raise StateError("somebody decided about another proposal at this moment; look again, and decide then")
            keep(uow)
            # Without the phrase: the log outlives what was said.
            details = {"proposal": change.kind.value, "item": change.item_id, "kind": change.family_kind}
            uow.audit.record(AuditEvent(self.now, self.by, action, ref.id, details))
            uow.commit()


def _kept_draft(uow: UnitOfWork, ref: StandardRef, known: Sequence[Decision]) -> StoredDraft | None:
    """The draft of what was accepted last for this version, where it is kept."""
    keys = [one.draft for one in known if one.draft is not None and one.version == ref.version]
    return uow.drafts.get(keys[0]) if keys else None


def _holds(uow: UnitOfWork, ref: StandardRef, decision: Decision) -> bool:
    if decision.draft is None:
        return True
    return decision.version == ref.version and uow.drafts.get(decision.draft) is not None


def _is_about(decision: Decision, change: Change) -> bool:
    one = decision.change
    if (one.kind, one.item_id, one.family_kind) != (change.kind, change.item_id, change.family_kind):
        return False
    return one.phrase in change.phrase if decision.choice is Choice.DECLINED else one.phrase == change.phrase


def _prohibited(standard: ServiceStandard) -> ProhibitedItem | None:
    return next((item for item in standard.items if isinstance(item, ProhibitedItem)), None)


def _decided(change: Change) -> StateError:
    return StateError(f"{change.phrase!r} was decided about before; look again for what is still open")
