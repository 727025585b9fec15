"""Keys of encryption at rest: what is sealed under which, and bringing everything under the newest one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.audit import AuditAction, By, deed
from models.errors import MissingKeyError, SettingsError
from models.ports import AudioStore, UnitOfWorkFactory
from models.sealing import PLAIN

RECORDINGS_PER_TRANSACTION = 50
"""Few enough that a night beside it does not wait for long."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How many texts and sounds are sealed under each key id; those under `PLAIN` are not."""

    texts: Mapping[str, int]
    sounds: Mapping[str, int]

    @property
    def key_ids(self) -> frozenset[str]:
        """Ids of the keys without which something cannot be read."""
        return (frozenset(self.texts) | frozenset(self.sounds)) - {PLAIN}


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was brought under the newest key: texts in the database, and files of sound."""

    texts: int
    sounds: int


def usage(audio: AudioStore, new_unit_of_work: UnitOfWorkFactory) -> Usage:
    """What is sealed under which key; reads no text and needs no key."""
    with new_unit_of_work() as uow:
        return Usage(uow.sealed.usage(), audio.usage())


def rotate(
    key_ids: Sequence[str], by: By, now: datetime, audio: AudioStore, new_unit_of_work: UnitOfWorkFactory
) -> Rotated:
    """Bring under the first of these keys all that is under another one, or plain; killed, it is asked for again.

    Recorded in the audit log before it is done, with what there was to do. Raises SettingsError without a key, and
    MissingKeyError before anything is changed.
    """
    if not key_ids:
        raise SettingsError("encryption_key is empty: set one (`callqa keys new` prints one), then rotate")
    found = usage(audio, new_unit_of_work)
    if missing := sorted(found.key_ids - set(key_ids)):
        raise MissingKeyError(
            f"something is sealed under key id {', '.join(missing)}, which is not among the keys; add that key to "
            "encryption_key (a line below the newest one), then rotate"
        )
    newest = key_ids[0]
    details = {"texts": _others(found.texts, newest), "sounds": _others(found.sounds, newest)}
    if not any(details.values()):
        return Rotated(0, 0)
    with new_unit_of_work() as uow:
        uow.audit.record(deed(now, by, AuditAction.KEYS_ROTATED, newest, details))
        uow.commit()
    texts, after = 0, ""
    while True:
        with new_unit_of_work() as uow:
            done = uow.sealed.reseal(after, RECORDINGS_PER_TRANSACTION)
            uow.commit()
        if done is None:
            return Rotated(texts, audio.reseal())
        texts, after = texts + done.texts, done.last


def _others(found: Mapping[str, int], newest: str) -> int:
    return sum(count for key_id, count in found.items() if key_id != newest)
