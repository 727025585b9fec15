"""Metadata that came, or were corrected, after their recording was taken in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from callqa.services.candidates import Candidate, in_batches
from models.audit import AuditAction, AuditEvent, By, deed
from models.call import UNASSIGNED_AGENT, CallMeta, RecordingState
from models.errors import RecordingError
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.run import NightBefore, Run, StoredCall

log = logging.getLogger(__name__)

BY = "callqa"
"""Who fills in what was not known."""
CALL_ID = "call_id"
"""Told when it differs, but never changed: what people said of a call, and links to it, go by its id."""
_AGENT = ("agent_id", "agent_name", "team")
_OTHERS = ("customer_ref", "started_at", "direction", "ring_s", "queue", "csat", "resolved", "hung_up_by")
_NOT_SCORED = frozenset({"queue", "csat", "resolved"})
"""Facts that neither a score nor its receipt depends on."""
_HEARD = (RecordingState.TRANSCRIBED, RecordingState.SCORED)


@dataclass(frozen=True, slots=True)
class Told:
    """What the source says now of a call that is stored. `gives_call_id`: its id is not made up of the file's name."""

    stored: StoredCall
    meta: CallMeta
    gives_call_id: bool


@dataclass(frozen=True, slots=True)
class MetadataConflict:
    """A call of which the source now says something else than what is stored, by names of facts; none was changed."""

    call_id: str
    recording_id: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corrections:
    """`filled` and `changed` count calls; `conflicts` are what was left as it is."""

    filled: int = 0
    changed: int = 0
    conflicts: tuple[MetadataConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """Names of facts that were not known, and of those that are told otherwise. What is told no more is neither."""

    new: tuple[str, ...]
    other: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.other)


def differences(told: Told) -> Differences:
    """What the source says that is not stored. Quarantined calls have none: they are asked when they are released.

    Name and team are the agent's: beside another agent they are no facts that were lacking. The parties of the
    channels count until the call is heard.
    """
    stored, meta = told.stored.meta, told.meta
    if told.stored.state is RecordingState.QUARANTINED:
        return Differences((), ())
    names = (*_AGENT, *_OTHERS, *(() if told.stored.state in _HEARD else ("channel_roles",)))
    found = [name for name in names if _is_known(meta, name) and getattr(meta, name) != getattr(stored, name)]
    another_agent = "agent_id" in found and _is_known(stored, "agent_id")
    other = [n for n in found if _is_known(stored, n) or (another_agent and n in _AGENT)]
    if told.gives_call_id and meta.call_id != stored.call_id:
        other.append(CALL_ID)
    return Differences(tuple(name for name in found if name not in other), tuple(other))


def told_of(candidate: Candidate, known: StoredCall | None) -> Iterator[Told]:
    """What a source says of a known call, where the call was first seen: another place may speak of a copy."""
    if known is None or known.recording.uri != candidate.file.uri:
        return
    told = Told(known, candidate.meta, candidate.reader.call_id_given(candidate.file))
    if differences(told):
        yield told


def told_of_nights_before(
    candidates: Sequence[Candidate],
    run: Run,
    nights: Mapping[date, NightBefore],
    new_unit_of_work: UnitOfWorkFactory,
) -> Iterator[Told]:
    """The same of calls that nights before have found. Only where something differs is the file read."""
    found = frozenset[str]().union(*(night.addresses for night in nights.values()))
    known_places = [candidate for candidate in candidates if candidate.file.uri in found]
    for batch in in_batches(known_places):
        uris = [candidate.file.uri for candidate in batch]
        with new_unit_of_work() as uow:
            known = uow.runs.found_before(run, min(nights), uris)
            gone = {call.recording.id for call in known.values() if uow.keeping.forgotten(call.recording.id)}
        for candidate in batch:
            call = known.get(candidate.file.uri)
            if call is not None and call.recording.id not in gone:
                yield from (told for told in told_of(candidate, call) if _still_holds(candidate, call))


def _still_holds(candidate: Candidate, call: StoredCall) -> bool:
    """Whether the file is that recording and no other that took its name."""
    try:
        with candidate.store.fetched(candidate.file.name) as fetched:
            return fetched.recording_id == call.recording.id
    except RecordingError:
        return False


def correct(
    told: Iterable[Told], run: Run, accepted_by: By | None, now: datetime, new_unit_of_work: UnitOfWorkFactory
) -> Corrections:
    """Fill in what was not known; change what is told otherwise only where somebody, `accepted_by`, accepts it.

    One transaction for each call, with its figures and its entries in the audit log. A score that the facts went into
    is made anew by this run; the one before stays beside it.
    """
    filled = changed = 0
    conflicts = []
    for one in told:
        with new_unit_of_work() as uow:
            # Another process may have been faster, or be at it: then its score comes from the facts of before.
            stored = uow.calls.idle(one.stored.recording.id)
            found = Differences((), ()) if stored is None else differences(replace(one, stored=stored))
            if stored is None or not found or uow.keeping.forgotten(stored.recording.id):
                continue
            if not _NOT_SCORED.issuperset((*found.new, *found.other)) and _is_scored_otherwise(stored, run, uow):
                log.info("recording %s: scored by another standard, engine or scorer; left so", stored.recording.id)
                continue
            accepted = () if accepted_by is None else tuple(name for name in found.other if name != CALL_ID)
            _apply(stored, one.meta, (*found.new, *accepted), run, uow)
            # Last, because whoever records waits here for others who do.
            if found.new:
                uow.audit.record(_deed(now, BY, AuditAction.METADATA_FILLED, stored, one.meta, found.new))
            if accepted_by is not None and accepted:
                uow.audit.record(_deed(now, accepted_by, AuditAction.METADATA_CHANGED, stored, one.meta, accepted))
            uow.commit()
        filled += bool(found.new)
        changed += bool(accepted)
        if left := tuple(name for name in found.other if name not in accepted):
            conflicts.append(MetadataConflict(stored.meta.call_id, stored.recording.id, left))
            log.warning(
                "recording %s: its source now says otherwise than what is stored of %s; nothing of that was changed",
                stored.recording.id,
                ", ".join(left),
            )
    return Corrections(filled, changed, tuple(conflicts))


def _is_scored_otherwise(stored: StoredCall, run: Run, uow: UnitOfWork) -> bool:
    """Whether the score that counts is none that this run would make anew: it would be under another standard."""
    newest = uow.scorecards.of(stored.recording.id)
    own = uow.scorecards.get(stored.recording.id, run.engine_digest, run.standard, run.scorer)
    return newest is not None and newest != own


def _apply(stored: StoredCall, meta: CallMeta, names: tuple[str, ...], run: Run, uow: UnitOfWork) -> None:
    if not names:
        return
    facts: dict[str, Any] = {name: getattr(meta, name) for name in names}
    if "agent_id" in names and _is_known(stored.meta, "agent_id"):
        # Of another agent neither name nor team are those of the one before.
        facts |= {name: getattr(meta, name) for name in _AGENT}
    flags = tuple(flag for flag in stored.meta.flags if flag in meta.flags)
    recording_id = stored.recording.id
    if not _NOT_SCORED.issuperset(names):
        uow.scorecards.supersede(recording_id, run.engine_digest, run.standard, run.scorer)
        # Also a call of another night: this run scores it.
        uow.calls.saw(run.id, stored.recording.uri, recording_id)
    uow.calls.correct(recording_id, replace(stored.meta, **facts, flags=flags))


def _deed(
    now: datetime, by: By, action: AuditAction, stored: StoredCall, meta: CallMeta, names: tuple[str, ...]
) -> AuditEvent:
    details: dict[str, Any] = {"facts": list(names)}
    if "agent_id" in names:
        details |= {"agent_before": stored.meta.agent_id, "agent": meta.agent_id}
    return deed(now, by, action, stored.recording.id, details)


def _is_known(meta: CallMeta, name: str) -> bool:
    return getattr(meta, name) not in (None, (), UNASSIGNED_AGENT)
