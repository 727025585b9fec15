"""What is past its days goes: sound, texts, whole calls; each time with a record in the audit log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from callqa.services.audio import prune
from callqa.services.pages import files_that_name
from models.audit import AuditAction, AuditEvent, By, deed
from models.keeping import ForgottenPart, Removed
from models.ports import AudioStore, UnitOfWorkFactory

log = logging.getLogger(__name__)

CALLS_PER_TRANSACTION = 500
"""So few that nobody waits long for the database; each transaction carries its own record."""


@dataclass(frozen=True, slots=True)
class Ages:
    """After how many days each kind goes; 0: it stays.

    Sound counts from when it was stored. Texts and calls count from the call's beginning, or, without a date, from the
    run that first found it. With a call goes everything, whatever its other kinds are allowed.
    """

    originals_days: int
    playback_days: int
    transcripts_days: int
    scores_days: int


@dataclass(frozen=True, slots=True)
class Retained:
    """What went, or would go: copies of sound, calls whose texts went, whole calls, reports that name these, notes, and
    answers.

    `notes` are those on coaching talks, `answers` those to surveys: they go with the scores, by their own time.
    """

    originals: int = 0
    playback: int = 0
    transcripts: int = 0
    calls: int = 0
    reports: int = 0
    notes: int = 0
    answers: int = 0


def retain(
    ages: Ages,
    by: By,
    now: datetime,
    audio: AudioStore,
    reports: Path,
    new_unit_of_work: UnitOfWorkFactory,
    *,
    dry_run: bool,
) -> Retained:
    """Let go what is past its days; a dry run only counts. Nothing to do: no record. Again: nothing more goes.

    With whole calls go the files in `reports` that name them: they can be made again of what stays. In a dry run a call
    may count twice, for its text and as a whole. Raises OSError.
    """
    sound = prune(audio, ages.originals_days, ages.playback_days, now, dry_run=True)
    if dry_run:
        texts, calls = (_count(part, days, now, new_unit_of_work) for part, days in _kinds(ages))
        pages = _pages_past_their_days(ages.scores_days, now, reports, new_unit_of_work)
        notes = _count_notes(ages.scores_days, now, new_unit_of_work)
        answers = len(_answers_past_their_days(ages.scores_days, now, new_unit_of_work))
        return Retained(sound.originals, sound.playback, texts, calls, len(pages), notes, answers)
    if sound.originals or sound.playback:
        # Recorded before it is done: files cannot be deleted in a transaction.
        with new_unit_of_work() as uow:
            uow.audit.record(_event(now, by, "audio", {**_days(ages, "originals", "playback"), **asdict(sound)}))
            uow.commit()
        sound = prune(audio, ages.originals_days, ages.playback_days, now)
    # Before the calls: what is not in the database any more would not be found in a page.
    pages = _pages_past_their_days(ages.scores_days, now, reports, new_unit_of_work)
    if pages:
        with new_unit_of_work() as uow:
            uow.audit.record(_event(now, by, "reports", {**_days(ages, "scores"), "reports": len(pages)}))
            uow.commit()
    for page in pages:
        page.unlink(missing_ok=True)
    # Whole calls first: their texts need not go on their own.
    (texts_of, texts_days), (calls_of, calls_days) = _kinds(ages)
    calls = _forget(calls_of, calls_days, by, now, audio, new_unit_of_work)
    texts = _forget(texts_of, texts_days, by, now, audio, new_unit_of_work)
    notes = _forget_notes(ages.scores_days, by, now, new_unit_of_work)
    answers = _forget_answers(ages.scores_days, by, now, new_unit_of_work)
    return Retained(sound.originals, sound.playback, texts, calls, len(pages), notes, answers)


def _pages_past_their_days(
    days: int, now: datetime, reports: Path, new_unit_of_work: UnitOfWorkFactory
) -> tuple[Path, ...]:
    """Reports that name a call which is past its days as a whole."""
    if not days or not reports.is_dir():
        return ()
    with new_unit_of_work() as uow:
        ids = uow.keeping.names_older_than(_before(now, days))
    return files_that_name(ids, reports).naming if ids else ()


def _forget(
    part: ForgottenPart,
    days: int,
    by: By,
    now: datetime,
    audio: AudioStore,
    new_unit_of_work: UnitOfWorkFactory,
) -> int:
    gone = 0
    while days:
        with new_unit_of_work() as uow:
            ids = uow.keeping.older_than(_before(now, days), part, CALLS_PER_TRANSACTION)
            if not ids:
                return gone
            if part is ForgottenPart.CALL:
                for recording_id in ids:
                    audio.forget(recording_id)
            removed = uow.keeping.forget(ids, part, now)
            if removed == Removed():
                # Another process let them go meanwhile, and its record says so.
                continue
            kind = "calls" if part is ForgottenPart.CALL else "transcripts"
            details = {"days": days, "recordings": list(ids), **asdict(removed)}
            uow.audit.record(_event(now, by, kind, details))
            uow.commit()
        gone += len(ids)
        log.info("retention: %s of %d calls past %d days were let go", kind, len(ids), days)
    return gone


def _count_notes(days: int, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> int:
    if not days:
        return 0
    with new_unit_of_work() as uow:
        return uow.coaching_notes.count_older(_before(now, days))


def _forget_notes(days: int, by: By, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> int:
    if not days:
        return 0
    with new_unit_of_work() as uow:
        gone = uow.coaching_notes.forget_older(_before(now, days))
        if gone:
            uow.audit.record(_event(now, by, "coaching_notes", {"days": days, "notes": gone}))
            uow.commit()
    return gone


def _answers_past_their_days(days: int, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> Sequence[str]:
    if not days:
        return ()
    with new_unit_of_work() as uow:
        return uow.surveys.older_than(_before(now, days))


def _forget_answers(days: int, by: By, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> int:
    old = _answers_past_their_days(days, now, new_unit_of_work)
    if not old:
        return 0
    with new_unit_of_work() as uow:
        gone = uow.surveys.forget(old, now)
        if gone:
            uow.audit.record(_event(now, by, "surveys", {"days": days, "answers": gone}))
            uow.commit()
    return gone


def _count(part: ForgottenPart, days: int, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> int:
    if not days:
        return 0
    with new_unit_of_work() as uow:
        return uow.keeping.count_older_than(_before(now, days), part)


def _kinds(ages: Ages) -> tuple[tuple[ForgottenPart, int], tuple[ForgottenPart, int]]:
    return (ForgottenPart.TEXT, ages.transcripts_days), (ForgottenPart.CALL, ages.scores_days)


def _event(now: datetime, by: By, kind: str, details: dict[str, object]) -> AuditEvent:
    return deed(now, by, AuditAction.RETENTION_APPLIED, kind, details)


def _days(ages: Ages, *kinds: str) -> dict[str, object]:
    return {f"{kind}_days": getattr(ages, f"{kind}_days") for kind in kinds}


def _before(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)
