"""Taking recordings in: from files in a source to rows in the database, bad ones quarantined with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from zoneinfo import ZoneInfo

from callqa.metadata import MetadataReader
from callqa.sources import Listing, SourceFile, hash_file
from models.call import CallMeta, Quarantine, Recording
from models.errors import InputError, ReasonCode, RecordingError
from models.ports import AudioProbe, UnitOfWork, UnitOfWorkFactory
from models.run import Run, StoredCall
from models.wire import digest

FILES_PER_TRANSACTION = 200
"""Large enough that commits cost nothing, small enough that a kill loses seconds of hashing."""


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What registration saw. `other_days` were left out because their metadata name another day, `forgotten` because
    they, or their texts, were erased or past the days that they may be kept.
    """

    files: int
    other_days: int
    forgotten: int
    ignored: int
    missing: tuple[str, ...]
    """Files that the manifest names and the source lacks."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    file: SourceFile
    recording: Recording
    meta: CallMeta
    quarantine: Quarantine | None


def register(
    listing: Listing,
    metadata: MetadataReader,
    run: Run,
    time_zone: str,
    limit: int | None,
    probe: AudioProbe,
    new_unit_of_work: UnitOfWorkFactory,
) -> IntakeResult:
    """Begin the run, or take it up again, and register every recording of the listing that belongs to its day.

    Calls without a date belong to whichever day is inspected first: leaving them out would lose them. The same bytes
    under several names are one recording. Raises InputError when nothing at all was found to inspect.
    """
    wanted: list[tuple[SourceFile, CallMeta]] = []
    other_days = forgotten = 0
    for file in listing.files:
        meta = metadata.read(file)
        if _is_of_day(meta, run.day, time_zone):
            wanted.append((file, meta))
        else:
            other_days += 1
    if not wanted:
        raise InputError(_nothing_found(listing, run.day, other_days))
    wanted = wanted[:limit]
    for batch in _batches(wanted, FILES_PER_TRANSACTION):
        sightings = [_look_at(file, meta, probe) for file, meta in batch]
        with new_unit_of_work() as uow:
            uow.runs.start(run)
            for sighting in sightings:
                if uow.keeping.forgotten(sighting.recording.id) is not None:
                    forgotten += 1
                elif run.day is not None and sighting.meta.started_at is None and _has_its_day(sighting, run, uow):
                    other_days += 1
                else:
                    _store(sighting, run.id, metadata, uow)
            uow.commit()
    return IntakeResult(len(wanted), other_days, forgotten, len(listing.ignored), metadata.manifest_rows_without_file())


def stand_in_id(uri: str) -> str:
    """The recording id of a file whose bytes cannot be read."""
    return digest({"unreadable": uri}).removeprefix("sha256:")


def _has_its_day(sighting: _Sighting, run: Run, uow: UnitOfWork) -> bool:
    """Whether an undated call was inspected with an earlier day: it is told once, not again every night."""
    recording_id = sighting.recording.id
    if uow.calls.addresses(run.id, recording_id):
        return False
    return uow.runs.taken_in_for_another_day(run, recording_id)


def _look_at(file: SourceFile, meta: CallMeta, probe: AudioProbe) -> _Sighting:
    try:
        recording = Recording(hash_file(file.path), file.uri)
    except RecordingError as error:
        # Bytes that cannot be read have no digest; the address stands in, so that the file is not lost from sight.
        stand_in = Recording(stand_in_id(file.uri), file.uri)
        return _Sighting(file, stand_in, meta, Quarantine(error.reason, error.detail))
    try:
        return _Sighting(file, replace(recording, audio=probe(str(file.path))), meta, None)
    except RecordingError as error:
        return _Sighting(file, recording, meta, Quarantine(error.reason, error.detail))


def _store(sighting: _Sighting, run_id: str, metadata: MetadataReader, uow: UnitOfWork) -> None:
    recording, meta, quarantine = sighting.recording, sighting.meta, sighting.quarantine
    known = uow.calls.get(recording.id)
    if known is None:
        if uow.calls.recording_of(meta.call_id) is not None and not metadata.call_id_given(sighting.file):
            # Only the file's name was known, and another folder uses it as well.
            meta = replace(meta, call_id=f"{meta.call_id}~{recording.id[:8]}")
        try:
            uow.calls.add(recording, meta, quarantine)
        except RecordingError as conflict:
            uow.calls.add(recording, meta, Quarantine(conflict.reason, conflict.detail))
    elif known.dropped_at is not None:
        # A person has seen it and wants to hear no more of it.
        return
    elif _conflict_mended(known, meta, uow):
        uow.calls.readmit(recording, meta)
    uow.calls.saw(run_id, sighting.file.uri, recording.id)


def _conflict_mended(known: StoredCall, meta: CallMeta, uow: UnitOfWork) -> bool:
    """Whether the metadata, which alone were at fault, now give the recording a call of its own."""
    if known.quarantine is None or known.quarantine.reason is not ReasonCode.CALL_ID_CONFLICT:
        return False
    return meta.call_id != known.meta.call_id and uow.calls.recording_of(meta.call_id) is None


def _is_of_day(meta: CallMeta, day: date | None, time_zone: str) -> bool:
    if day is None or meta.started_at is None:
        return True
    return meta.started_at.astimezone(ZoneInfo(time_zone)).date() == day


def _nothing_found(listing: Listing, day: date | None, other_days: int) -> str:
    if other_days:
        return f"no recording of {day} in {listing.uri}: its {other_days} recordings are of other days"
    return f"no recording in {listing.uri}: {len(listing.ignored)} other files; check the path and that it is mounted"


def _batches(
    items: Sequence[tuple[SourceFile, CallMeta]], size: int
) -> Iterator[tuple[tuple[SourceFile, CallMeta], ...]]:
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch
