"""What a run of a source would have to do, found out without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from callqa.metadata import MetadataReader
from models.call import CallMeta, Recording, RecordingState
from models.errors import InputError, RecordingError
from models.ports import AudioProbe, UnitOfWorkFactory
from models.run import Run, StoredCall


@dataclass(frozen=True, slots=True)
class Survey:
    """`calls` are to be heard or scored, in the order of their ids; `done` need nothing any more, or were erased.

    `unusable` recordings cannot be opened as sound and would be quarantined; `other_days` are not of the run's day.
    """

    calls: tuple[StoredCall, ...]
    done: int
    unusable: int
    other_days: int


def survey(
    readers: Sequence[MetadataReader],
    run: Run,
    time_zone: str,
    limit: int | None,
    probe: AudioProbe,
    new_unit_of_work: UnitOfWorkFactory,
) -> Survey:
    """Read the metadata, bytes and formats of the sources' files as `register` does, and look for what is done.

    Files that are still being written, and late ones of other days, are not foreseen.

    Raises InputError when nothing at all was found.
    """
    # A source may lie within another.
    files = {file.uri: (reader, file) for reader in readers for file in reader.listing.files}
    wanted = [(reader, file, reader.read(file)) for reader, file in files.values()]
    of_day = [one for one in wanted if _is_of_day(one[2], run, time_zone)]
    if not of_day:
        raise InputError(f"nothing to plan in {run.source}: {len(wanted)} recordings, all of other days")
    found: dict[str, StoredCall] = {}
    unusable: set[str] = set()
    for reader, file, meta in of_day[:limit]:
        try:
            with reader.listing.store.fetched(file.name) as fetched:
                recording = Recording(fetched.recording_id, file.uri, probe(fetched.path))
            found.setdefault(recording.id, StoredCall(recording, meta, RecordingState.RECEIVED))
        except RecordingError:
            unusable.add(file.uri)
    with new_unit_of_work() as uow:
        done = uow.census.scored_among(run, found)
        done |= {one for one in found if uow.keeping.forgotten(one) is not None}
        if run.day is not None:
            undated = [call.recording.id for call in found.values() if call.meta.started_at is None]
            done |= {one for one in undated if uow.runs.taken_in_for_another_day(run, one)}
    calls = [call for call in found.values() if call.recording.id not in done]
    return Survey(
        tuple(sorted(calls, key=lambda call: call.recording.id)), len(done), len(unusable), len(wanted) - len(of_day)
    )


def _is_of_day(meta: CallMeta, run: Run, time_zone: str) -> bool:
    if run.day is None or meta.started_at is None:
        return True
    return meta.started_at.astimezone(ZoneInfo(time_zone)).date() == run.day
