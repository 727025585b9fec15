"""Backing up a database that is a file, with what callqa keeps beside it, and bringing both back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from callqa.reports.table_files import complete_file
from callqa.services.manifest import (
    MANIFEST,
    BackedUpFile,
    Manifest,
    check_files,
    copy_file,
    describe_file,
    hash_of,
    read_manifest,
    write_manifest,
)
from models.audit import AuditAction, AuditHead, By, check_chain, deed
from models.errors import InputError, IntegrityError
from models.keeping import DatabaseFile, ForgottenPart, Remembered
from models.ports import AudioStore, UnitOfWorkFactory
from models.sealing import PLAIN

DATABASE = "callqa.db"
_HOME = "home"
_SOUND = ("audio/playback", "audio/originals")
_FOLDERS = (*_SOUND, "classifiers")
"""Of the home. Weights and Prefect's state come back by themselves, reports are made from the database (and would bring
back who was erased since); keys belong elsewhere than what they open."""
_HELD = tuple(f"{_HOME}/{kind}/" for kind in _FOLDERS)
_DRAFT = ".tmp"
_PRIVATE = 0o700
_OWN_FILE = 0o600


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, or would. `files` were put in place, `same` were there as they should be.

    `aside` is where the database that was there before is kept, None when there was none. `adopted` are audit entries
    and `erased` recordings and answers that the backup did not know of and that were taken over from that database;
    `unread` says that it could not be read, so that nothing was.
    """

    files: int
    same: int
    aside: Path | None
    adopted: int
    erased: int
    unread: bool


def make_backup(
    database: DatabaseFile, home: Path, folder: Path, callqa_version: str, now: datetime, audio: AudioStore | None
) -> Manifest:
    """Write a backup to a new folder, which appears complete or not at all, and read it again.

    The database is as it stands at one moment; nobody need stop working. What is sealed stays so, and the manifest
    names the keys that it needs. `audio` is the store in this home; None leaves sound out. Raises InputError when the
    folder is there already or there is no database, IntegrityError when the database is damaged.
    """
    if not database.path.is_file():
        raise InputError(f"no callqa database at {database.path}; name its home with --home")
    if folder.exists():
        raise InputError(f"{folder} is there already; name a new folder with -o")
    draft = folder.with_name(f"{folder.name}.{os.getpid()}{_DRAFT}")
    draft.mkdir(parents=True, mode=_PRIVATE)
    try:
        # Before the files: what is in the database then has its files, but for what was deleted meanwhile.
        database.copy(draft / DATABASE)
        facts = database.examine(draft / DATABASE)
        keys = facts.key_ids if audio is None else facts.key_ids | audio.usage().keys() - {PLAIN}
        files = [describe_file(draft, DATABASE), *_copied_home(home, draft, audio is not None)]
        created_at = now.astimezone(UTC).isoformat()
        manifest = Manifest(
            callqa_version, created_at, facts.revision, facts.audit_head, tuple(files), tuple(sorted(keys))
        )
        write_manifest(manifest, draft)
        check_files(manifest, draft)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def check_backup(database: DatabaseFile, folder: Path) -> Manifest:
    """Read all of a backup. Raises IntegrityError that names the first thing that is missing, changed or damaged."""
    manifest = read_manifest(folder)
    if DATABASE not in {file.path for file in manifest.files}:
        raise IntegrityError(f"{folder / MANIFEST} names no {DATABASE}: it is no backup of a database")
    for file in manifest.files:
        if file.path != DATABASE and not file.path.startswith(_HELD):
            raise IntegrityError(f"{folder / MANIFEST} names {file.path!r}, which no backup holds: it was changed")
    check_files(manifest, folder)
    database.examine(folder / DATABASE)
    return manifest


def restore_backup(
    database: DatabaseFile,
    home: Path,
    folder: Path,
    audio: AudioStore,
    by: By,
    now: datetime,
    *,
    dry_run: bool,
) -> Restored:
    """Check a backup, then bring back its files and its database; killed in between, it is asked for again.

    What the database in place still tells is not lost: its later audit entries are taken over, what was erased since
    the backup is erased again, and a consent that was withdrawn since stays withdrawn. That database is kept beside the
    new one. Files that the backup lacks stay. A dry run changes nothing. Raises IntegrityError before anything is
    changed, TransientError when the database is in use.
    """
    manifest = check_backup(database, folder)
    files = [file for file in manifest.files if file.path.startswith(_HELD)]
    changed = [file for file in files if not _is_there(file, home)]
    known = database.remembered()
    unread = known is None and database.path.exists()
    aside = database.path.with_name(f"{database.path.name}.replaced-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}")
    if dry_run:
        there = aside if database.path.exists() else None
        return Restored(len(changed), len(files) - len(changed), there, 0, 0, unread)
    draft = database.path.with_name(f"{database.path.name}.{os.getpid()}{_DRAFT}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        draft.touch(mode=_OWN_FILE)
        shutil.copyfile(folder / DATABASE, draft)
        for file in changed:
            with complete_file(home / file.path.removeprefix(f"{_HOME}/")) as place:
                # With its time: sound is deleted by its age.
                shutil.copy2(folder / file.path, place)
        with database.opened(draft) as new_unit_of_work:
            adopted, erased = _catch_up(new_unit_of_work, known, unread, manifest, audio, by, now)
        if database.path.exists():
            # Who could read the calls before can now, and nobody else.
            shutil.copymode(database.path, draft)
        there = aside if database.replace(draft, aside) else None
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{draft}{ending}").unlink(missing_ok=True)
    return Restored(len(changed), len(files) - len(changed), there, adopted, erased, unread)


def _catch_up(
    new_unit_of_work: UnitOfWorkFactory,
    known: Remembered | None,
    unread: bool,
    manifest: Manifest,
    audio: AudioStore,
    by: By,
    now: datetime,
) -> tuple[int, int]:
    """Tell the restored database what the one in place knows, and record the restoring."""
    with new_unit_of_work() as uow:
        head = uow.audit.head()
        later = tuple(e for e in known.entries if head is None or e.number > head.number) if known else ()
        continues = known is not None and _continues(known, head)
        if continues:
            uow.audit.adopt(later)
        erased = 0
        told = {forgotten.recording_id: forgotten.part for forgotten in uow.keeping.all_forgotten()}
        for forgotten in known.forgotten if known else ():
            if told.get(forgotten.recording_id) in (forgotten.part, ForgottenPart.CALL):
                continue
            if forgotten.part is ForgottenPart.CALL:
                audio.forget(forgotten.recording_id)
            uow.keeping.forget([forgotten.recording_id], forgotten.part, forgotten.at)
            erased += 1
        erased += uow.surveys.forget_again(known.answers if known else ())
        for consent in known.consents if known else ():
            before = uow.example_consents.of(consent.agent_id)
            # Who withdrew it since then is not asked whether the backup knows.
            if before is not None and before.at < consent.at:
                uow.example_consents.put(consent)
        details = {
            "backup_of": manifest.created_at,
            "adopted_entries": len(later) if continues else 0,
            "erased_again": erased,
            "replaced_unreadable": unread,
            "replaced_head": str(known.entries[-1].head) if known and known.entries and not continues else None,
        }
        uow.audit.record(deed(now, by, AuditAction.DATABASE_RESTORED, "", details))
        uow.commit()
    return (len(later) if continues else 0), erased


def _continues(known: Remembered, head: AuditHead | None) -> bool:
    """Whether the log of the database in place is intact and goes on where the backup's ends."""
    return check_chain(known.entries, () if head is None else (head,)).problem is None


def _copied_home(home: Path, draft: Path, audio: bool) -> Iterator[BackedUpFile]:
    for kind in _FOLDERS:
        if kind in _SOUND and not audio:
            continue
        for path in sorted((home / kind).rglob("*")):
            if path.is_file() and not path.name.endswith(_DRAFT):
                # Past its days or erased since it was listed.
                with suppress(FileNotFoundError):
                    yield copy_file(path, draft, f"{_HOME}/{path.relative_to(home).as_posix()}")


def _is_there(file: BackedUpFile, home: Path) -> bool:
    place = home / file.path.removeprefix(f"{_HOME}/")
    try:
        return place.stat().st_size == file.bytes and hash_of(place) == file.sha256
    except OSError:
        return False
