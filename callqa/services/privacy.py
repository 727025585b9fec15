"""A customer's data: found by their reference, handed out, and erased."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from callqa.reports.customer_export import answer_document, call_document, file_stem, transcript_text
from callqa.reports.table_files import complete_file
from callqa.reports.words import Words
from callqa.services.pages import files_that_name
from models.audit import AuditAction, By, deed
from models.customer import customer_key
from models.errors import InputError
from models.keeping import ForgottenPart, HeldCall, Removed
from models.ports import AudioStore, UnitOfWork, UnitOfWorkFactory
from models.run import StoredCall
from models.survey import SurveyAnswer
from models.wire import canonical

_PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed out: calls, those with a text, copies of sound, and answers to surveys."""

    calls: int
    texts: int
    sounds: int
    answers: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What went, or would go.

    `answers` are those to surveys. `reports` are the files in the folder of reports that name the calls; `unread` are
    those there that are no text: they stay, and nobody looked into them. `sources` are where runs found the recordings:
    those files are not callqa's and stay where they are.
    """

    removed: Removed
    answers: int
    sounds: int
    reports: tuple[Path, ...]
    unread: tuple[Path, ...]
    sources: tuple[str, ...]


def _held_of(customer_ref: str, uow: UnitOfWork) -> tuple[Sequence[StoredCall], Sequence[str]]:
    """All calls of the customer and the ids of their answers: their reference counts without blanks, dashes and +86.

    Raises InputError when there is neither.
    """
    key = customer_key(customer_ref)
    calls = uow.keeping.of_customers([ref for ref in uow.keeping.customer_refs() if customer_key(ref) == key])
    answers = uow.surveys.of_customer(key, [call.meta.call_id for call in calls]) if key else ()
    if not key or not (calls or answers):
        raise InputError(
            "no call of this customer is stored, nor any answer to a survey; "
            "REF is the customer_ref of the calls' metadata"
        )
    return calls, answers


def export_customer(
    customer_ref: str,
    folder: Path,
    request: str,
    by: By,
    words: Words,
    now: datetime,
    audio: AudioStore,
    new_unit_of_work: UnitOfWorkFactory,
) -> Exported:
    """Write everything held of a customer to a new folder, readable by its owner only, and record that it was done.

    The folder appears complete and recorded, or not at all. `calls.json` holds all that is stored, `transcripts/` the
    newest text of each call, `audio/` copies of the sound, `surveys.json` the
    answers to surveys. `request` is the number under which the customer asked, for
    the record. Raises InputError when the folder is there already or when no call of the customer is stored.
    """
    with new_unit_of_work() as uow:
        calls, answer_ids = _held_of(customer_ref, uow)
        answers = [found.answer for found in uow.surveys.joined(answer_ids)]
        held = [found for call in calls if (found := uow.keeping.held(call.recording.id)) is not None]
    if os.path.lexists(folder):
        raise InputError(f"{folder} is there already; name a new folder with -o")
    draft = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    draft.mkdir(parents=True, mode=_PRIVATE)
    try:
        done = _write_held(held, answers, draft, words, audio)
        with new_unit_of_work() as uow:
            details = {"recordings": [call.stored.recording.id for call in held], **asdict(done)}
            uow.audit.record(deed(now, by, AuditAction.CUSTOMER_EXPORTED, request, details))
            uow.commit()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return done


def _write_held(
    held: Sequence[HeldCall], answers: Sequence[SurveyAnswer], folder: Path, words: Words, audio: AudioStore
) -> Exported:
    texts = sounds = 0
    documents = []
    for call in held:
        copies = _copy_sound(call, folder / "audio", audio)
        sounds += len(copies)
        documents.append(call_document(call, [str(path.relative_to(folder)) for path in copies]))
        if call.transcripts:
            _write(folder / "transcripts" / f"{file_stem(call)}.txt", transcript_text(call, words))
            texts += 1
    _write(folder / "calls.json", "[\n" + ",\n".join(map(canonical, documents)) + "\n]\n")
    _write(folder / "surveys.json", "[\n" + ",\n".join(canonical(answer_document(one)) for one in answers) + "\n]\n")
    return Exported(len(held), texts, sounds, len(answers))


def erase_customer(
    customer_ref: str,
    request: str,
    by: By,
    now: datetime,
    audio: AudioStore,
    reports: Path,
    new_unit_of_work: UnitOfWorkFactory,
    *,
    dry_run: bool,
) -> Erased:
    """Erase every call and every answer of a customer: rows, kept sound, and files in `reports` that name the calls.

    Recordings and answers are remembered by digest, so that none is taken in again. A dry run changes nothing. Raises
    InputError when nothing of the customer is stored. Killed in between, it is asked for again.
    """
    with new_unit_of_work() as uow:
        calls, answer_ids = _held_of(customer_ref, uow)
        ids = [call.recording.id for call in calls]
        # Nothing that was said is read: erasing needs no key.
        found = {uri for call in calls for uri in (call.recording.uri, *uow.keeping.addresses(call.recording.id))}
        # Given up when the block ends: it only counts.
        would_go, answers = uow.keeping.forget(ids, ForgottenPart.CALL, now), len(answer_ids)
    sources = tuple(sorted(found))
    files = files_that_name([one for call in calls for one in (call.meta.call_id, call.recording.id)], reports)
    if dry_run:
        kept = sum(len(_sound_of(recording_id, audio)) for recording_id in ids)
        return Erased(would_go, answers, kept, files.naming, files.unread, sources)
    # Sound and pages first: what is not in the database any more would not be found again.
    sounds = sum(audio.forget(recording_id) for recording_id in ids)
    for page in files.naming:
        page.unlink(missing_ok=True)
    with new_unit_of_work() as uow:
        removed = uow.keeping.forget(ids, ForgottenPart.CALL, now)
        answers = uow.surveys.forget(answer_ids, now)
        other = {"answers": answers, "sounds": sounds, "reports": len(files.naming)}
        details = {"recordings": sorted(ids), **asdict(removed), **other}
        uow.audit.record(deed(now, by, AuditAction.CUSTOMER_ERASED, request, details))
        uow.commit()
    # And what a run kept of them in between; from now on it finds that they are gone.
    sounds += sum(audio.forget(recording_id) for recording_id in ids)
    return Erased(removed, answers, sounds, files.naming, files.unread, sources)


def _sound_of(recording_id: str, audio: AudioStore) -> list[Path]:
    return [path for path in (audio.playback(recording_id), audio.original(recording_id)) if path is not None]


def _copy_sound(call: HeldCall, folder: Path, audio: AudioStore) -> list[Path]:
    """The copy to listen to, and the original where it is kept."""
    copies = []
    for path in _sound_of(call.stored.recording.id, audio):
        # Both may have the same ending.
        kind = "original" if path == audio.original(call.stored.recording.id) else "playback"
        target = folder / f"{file_stem(call)}.{kind}{path.suffix}"
        folder.mkdir(exist_ok=True)
        with complete_file(target) as draft, audio.opened(path) as sound, draft.open("wb") as stream:
            shutil.copyfileobj(sound, stream)
        copies.append(target)
    return copies


def _write(path: Path, text: str) -> None:
    with complete_file(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
