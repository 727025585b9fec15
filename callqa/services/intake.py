"""Taking recordings in: from files in sources to rows in the database, bad ones quarantined with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from callqa.metadata import UNREADABLE, MetadataReader
from callqa.services.candidates import Candidate, candidates, in_batches
from callqa.services.late_metadata import Corrections, Told, correct, told_of, told_of_nights_before
from callqa.sources import still_written
from models.audit import By
from models.call import UNASSIGNED_AGENT, CallMeta, Quarantine, Recording
from models.errors import InputError, ReasonCode, RecordingError
from models.ports import AudioProbe, UnitOfWork, UnitOfWorkFactory
from models.roster import entry_on
from models.run import NightBefore, Run, StoredCall
from models.wire import digest

LATE_DAYS = 31
"""So many days back a run looks for recordings that came after their own day's run."""


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What belongs to a run. `limit` counts recordings of all sources; `settle_s` is how long a whole file rests.

    `metadata_accepted_by`: who lets facts about known calls be changed to what the sources say now; None: nobody.
    """

    time_zone: str
    settle_s: float
    limit: int | None = None
    metadata_accepted_by: By | None = None


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
    """Files that manifests name and their sources lack."""
    late: int = 0
    """Of `files`, recordings of an earlier day that came after that day's run."""
    left: tuple[str, ...] = ()
    """Files still being written, left for the next run."""
    empty: tuple[str, ...] = ()
    """Sources without a single recording, where others have some: they may not be mounted."""
    corrections: Corrections = field(default_factory=Corrections)
    """What sources now say of calls that were known already."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    candidate: Candidate
    recording: Recording
    quarantine: Quarantine | None


def register(
    sources: Sequence[MetadataReader],
    run: Run,
    rules: IntakeRules,
    probe: AudioProbe,
    new_unit_of_work: UnitOfWorkFactory,
) -> IntakeResult:
    """Begin the run, or take it up again, and register every recording of the sources that belongs to its day.

    What the sources now say of calls that are known already is compared with what is stored, also of the nights before.
    Calls without a date belong to whichever day is inspected first: leaving them out would lose them. So do calls of an
    earlier day that came after that day's run. The same bytes under several names are one recording. Files that are
    still being written are left alone. Raises InputError when nothing at all was found to inspect.
    """
    nights = _nights_before(run, new_unit_of_work)
    wanted: list[Candidate] = []
    left: list[str] = []
    late: set[str] = set()
    elsewhere: list[Candidate] = []
    told: list[Told] = []
    other_days = forgotten = 0
    for candidate, name in candidates(sources):
        its_own = _is_of_day(candidate.meta, run.day, rules.time_zone)
        if not its_own and not _is_late(candidate, nights, rules):
            other_days += 1
            elsewhere.append(candidate)
        elif name != candidate.file.name or any(
            _still_written(one, candidate, rules) for one in (name, *_torn(candidate))
        ):
            left.append(candidate.store.shown(name))
        else:
            wanted.append(candidate)
            if not its_own:
                late.add(candidate.file.uri)
    if not wanted:
        raise InputError(_nothing_found(sources, run.day, other_days, len(left), rules.settle_s))
    wanted = wanted[: rules.limit]
    for batch in in_batches(wanted):
        seen = [(candidate, _look_at(candidate, probe)) for candidate in batch]
        left += [candidate.store.shown(candidate.file.name) for candidate, sighting in seen if sighting is None]
        with new_unit_of_work() as uow:
            uow.runs.start(run)
            for sighting in (sighting for _, sighting in seen if sighting is not None):
                undated = run.day is not None and sighting.candidate.meta.started_at is None
                known = uow.calls.get(sighting.recording.id)
                if uow.keeping.forgotten(sighting.recording.id) is not None:
                    forgotten += 1
                    continue
                told += told_of(sighting.candidate, known)
                if undated and _has_its_day(sighting, run, uow):
                    other_days += 1
                else:
                    _store(sighting, known, run.id, rules.time_zone, uow)
            uow.commit()
    told += told_of_nights_before(elsewhere, run, nights, new_unit_of_work)
    corrections = correct(told, run, rules.metadata_accepted_by, run.started_at, new_unit_of_work)
    listings = [source.listing for source in sources]
    return IntakeResult(
        files=len(wanted),
        other_days=other_days,
        forgotten=forgotten,
        ignored=sum(len(listing.ignored) for listing in listings),
        missing=tuple(name for source in sources for name in source.manifest_rows_without_file()),
        late=sum(candidate.file.uri in late for candidate in wanted),
        left=tuple(left),
        empty=tuple(one.store.root for one in listings if not one.files and not one.unfinished),
        corrections=corrections,
    )


def stand_in_id(uri: str) -> str:
    """The recording id of a file whose bytes cannot be read."""
    return digest({"unreadable": uri}).removeprefix("sha256:")


def _nights_before(run: Run, new_unit_of_work: UnitOfWorkFactory) -> Mapping[date, NightBefore]:
    if run.day is None:
        return {}
    with new_unit_of_work() as uow:
        return {night.day: night for night in uow.runs.nights_before(run, run.day - timedelta(days=LATE_DAYS))}


def _is_late(candidate: Candidate, nights: Mapping[date, NightBefore], rules: IntakeRules) -> bool:
    """Whether its own day was inspected without it, and it came after that.

    A file that was there and left out on purpose (`limit`) is not late.
    """
    night = nights.get(_day_of(candidate.meta, rules.time_zone) or date.min)
    if night is None or candidate.file.uri in night.addresses:
        return False
    stamp = candidate.store.stamp(candidate.file.name)
    return stamp is not None and stamp.entered_at_s > night.began_at.timestamp() - rules.settle_s


def _still_written(name: str, candidate: Candidate, rules: IntakeRules) -> bool:
    """Who names one file says that it is there."""
    settle_s = 0.0 if candidate.reader.listing.is_single_file else rules.settle_s
    return still_written(candidate.store, name, settle_s)


def _torn(candidate: Candidate) -> tuple[str, ...]:
    """Its sidecars, where one cannot be read: half written perhaps, and what it says would never be asked for again."""
    return candidate.reader.sidecars(candidate.file) if UNREADABLE in candidate.meta.flags else ()


def _has_its_day(sighting: _Sighting, run: Run, uow: UnitOfWork) -> bool:
    """Whether an undated call was inspected with an earlier day: it is told once, not again every night."""
    recording_id = sighting.recording.id
    if uow.calls.addresses(run.id, recording_id):
        return False
    return uow.runs.taken_in_for_another_day(run, recording_id)


def _look_at(candidate: Candidate, probe: AudioProbe) -> _Sighting | None:
    """What the file is; None when it changed under the reader's eyes."""
    file, store = candidate.file, candidate.store
    before = store.stamp(file.name)
    try:
        with store.fetched(file.name) as fetched:
            try:
                audio, fault = probe(fetched.path), None
            except RecordingError as error:
                audio, fault = None, Quarantine(error.reason, error.detail)
    except RecordingError as error:
        # Bytes that cannot be read have no digest; the address stands in, so that the file is not lost from sight.
        stand_in = Recording(stand_in_id(file.uri), file.uri)
        return _Sighting(candidate, stand_in, Quarantine(error.reason, error.detail))
    after = store.stamp(file.name)
    if after is not None and after != before:
        return None
    return _Sighting(candidate, Recording(fetched.recording_id, file.uri, audio), fault)


def _store(sighting: _Sighting, known: StoredCall | None, run_id: str, time_zone: str, uow: UnitOfWork) -> None:
    recording, quarantine = sighting.recording, sighting.quarantine
    reader, file, meta = sighting.candidate.reader, sighting.candidate.file, sighting.candidate.meta
    if known is None:
        meta = _with_roster(meta, time_zone, uow)
        if uow.calls.recording_of(meta.call_id) is not None and not reader.call_id_given(file):
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
        uow.calls.readmit(recording, _with_roster(meta, time_zone, uow))
    uow.calls.saw(run_id, file.uri, recording.id)


def _with_roster(meta: CallMeta, time_zone: str, uow: UnitOfWork) -> CallMeta:
    """With the agent's name and team on the day of the call, where its own metadata name none."""
    day = _day_of(meta, time_zone)
    if day is None or meta.agent_id == UNASSIGNED_AGENT or (meta.agent_name is not None and meta.team is not None):
        return meta
    entry = entry_on(uow.roster.of(meta.agent_id), day)
    if entry is None:
        return meta
    return replace(meta, agent_name=meta.agent_name or entry.name, team=meta.team or entry.team)


def _conflict_mended(known: StoredCall, meta: CallMeta, uow: UnitOfWork) -> bool:
    """Whether the metadata, which alone were at fault, now give the recording a call of its own."""
    if known.quarantine is None or known.quarantine.reason is not ReasonCode.CALL_ID_CONFLICT:
        return False
    return meta.call_id != known.meta.call_id and uow.calls.recording_of(meta.call_id) is None


def _day_of(meta: CallMeta, time_zone: str) -> date | None:
    return None if meta.started_at is None else meta.started_at.astimezone(ZoneInfo(time_zone)).date()


def _is_of_day(meta: CallMeta, day: date | None, time_zone: str) -> bool:
    return day is None or _day_of(meta, time_zone) in {None, day}


def _nothing_found(
    sources: Sequence[MetadataReader], day: date | None, other_days: int, left: int, settle_s: float
) -> str:
    where = ", ".join(source.listing.uri for source in sources)
    if left:
        return (
            f"no finished recording in {where}: {left} are still being written (changed within {settle_s:g} s, or "
            "under a temporary name); run again later, or set settle_s to 0 if nothing writes there"
        )
    if other_days:
        return f"no recording of {day} in {where}: its {other_days} recordings are of other days"
    ignored = sum(len(source.listing.ignored) for source in sources)
    return f"no recording in {where}: {ignored} other files; check the path and that it is mounted"
