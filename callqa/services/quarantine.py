"""What a person does about recordings that were set aside: look, try again, or let them be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from callqa.services.intake import stand_in_id
from models.audit import AuditAction, By, deed
from models.errors import InputError, ReasonCode, RecordingError, StateError
from models.ports import UnitOfWorkFactory
from models.run import StoredCall

_SHORTEST_ID = 8
"""Characters by which a recording may be named."""


class Problem(StrEnum):
    """Why a recording stays where it is."""

    CALL_ID_TAKEN = "call_id_taken"
    NEVER_READ = "never_read"
    RELEASED_MEANWHILE = "released_meanwhile"


@dataclass(frozen=True, slots=True)
class RetryResult:
    """Recording ids: `retried` are out of quarantine, `refused` are not, each with why."""

    retried: tuple[str, ...]
    refused: tuple[tuple[str, Problem], ...]


def quarantined(
    names: Collection[str], reasons: Collection[ReasonCode], new_unit_of_work: UnitOfWorkFactory, *, dropped: bool
) -> Sequence[StoredCall]:
    """Quarantined recordings, ordered by call id: of these names, for these reasons; all of them where none is given.

    A name is a call id, or the beginning of a recording id, of at least 8 characters. Dropped ones only if `dropped`
    says so, or by name. Raises InputError for a name that fits nothing, or fits the ids of several recordings.
    """
    with new_unit_of_work() as uow:
        calls = uow.calls.set_aside()
    wanted = {call.recording.id for name in names for call in _named(name, calls)}
    return [
        call
        for call in calls
        if (call.recording.id in wanted if names else dropped or call.dropped_at is None)
        and (not reasons or (call.quarantine is not None and call.quarantine.reason in reasons))
    ]


def retry(calls: Sequence[StoredCall], by: By, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> RetryResult:
    """Release them, with no failures counted, for the next run that finds them; one transaction each, and audited."""
    retried: list[str] = []
    refused: list[tuple[str, Problem]] = []
    for call in calls:
        recording_id = call.recording.id
        if recording_id == stand_in_id(call.recording.uri):
            refused.append((recording_id, Problem.NEVER_READ))
            continue
        try:
            with new_unit_of_work() as uow:
                uow.calls.let_out(recording_id)
                uow.audit.record(deed(now, by, AuditAction.QUARANTINE_RETRIED, recording_id, {}))
                uow.commit()
        except RecordingError:
            refused.append((recording_id, Problem.CALL_ID_TAKEN))
        except StateError:
            refused.append((recording_id, Problem.RELEASED_MEANWHILE))
        else:
            retried.append(recording_id)
    return RetryResult(tuple(retried), tuple(refused))


def drop(calls: Sequence[StoredCall], by: By, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> tuple[str, ...]:
    """Let them be, all or none: runs neither show them nor take them in again. Returns their recording ids.

    Raises StateError when one was released meanwhile.
    """
    with new_unit_of_work() as uow:
        for call in calls:
            uow.calls.drop(call.recording.id, now)
        # Last, because whoever records waits here for others who do.
        for call in calls:
            uow.audit.record(deed(now, by, AuditAction.QUARANTINE_DROPPED, call.recording.id, {}))
        uow.commit()
    return tuple(call.recording.id for call in calls)


def _named(name: str, calls: Sequence[StoredCall]) -> Sequence[StoredCall]:
    if by_call := [call for call in calls if call.meta.call_id == name]:
        return by_call
    found = [call for call in calls if len(name) >= _SHORTEST_ID and call.recording.id.startswith(name)]
    if len(found) != 1:
        fits = f"fits {len(found)} recordings; write more of the id" if found else "is quarantined under no such name"
        raise InputError(f"{name!r} {fits}; `callqa quarantine list` shows recordings and calls")
    return found
