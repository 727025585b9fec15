"""An SQLite database as a file: copied while in use, looked at, and put in place of another."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from models.audit import AuditHead
from models.errors import CallqaError, IntegrityError, SettingsError, TransientError
from models.example_consent import ExampleConsent
from models.keeping import CopyFacts, Remembered
from models.ports import UnitOfWorkFactory
from models.survey import ForgottenAnswer
from storage import schema
from storage.database import Database
from storage.sealed_texts import key_ids_in
from storage.search_index import merge
from storage.urls import for_other_tools, parse, shown

_WAIT_S = 30
_WIPE_WAIT_S = 2
"""A reader that takes longer is told of instead of waited for."""
_SIDE_FILES = ("-wal", "-shm", "-journal")
_MOST_TOLD = 3
"""Lines of SQLite's own report that a message quotes; they name pages and indexes, never content."""


class SqliteFile:
    """`models.keeping.DatabaseFile` for an SQLite address."""

    def __init__(self, url: str) -> None:
        """Opens nothing. Raises SettingsError for a database that is no file."""
        address = parse(url)
        if address.get_backend_name() != "sqlite":
            place = for_other_tools(address)
            raise SettingsError(
                f"the database {shown(address)} is no file. Back it up: `pg_dump --format=custom --file=callqa.dump "
                f'"{place}"`, and the folder audio of the home as other files are; bring it back: `pg_restore --clean '
                f'--if-exists --single-transaction --no-owner --dbname="{place}" callqa.dump`. The password belongs in '
                "the file that PGPASSFILE names; see docs/operations.md, Backup"
            )
        self._url = url
        self._path = Path(address.database or "").absolute()

    @property
    def path(self) -> Path:
        return self._path

    def copy(self, target: Path) -> None:
        """As in the port, by SQLite's own backup: writers are not kept waiting, and what they add is not in it."""
        with _as_damage(self._path), closing(_open(self._path, "ro")) as source, closing(_new(target)) as copy:
            source.backup(copy)
            # One file that needs no neighbours, and that a reader does not change.
            copy.execute("PRAGMA journal_mode = DELETE")

    def examine(self, copy: Path) -> CopyFacts:
        with _as_damage(copy), closing(_open(copy, "ro&immutable=1")) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            if found != ["ok"]:
                raise IntegrityError(f"{copy}: the database is damaged: {'; '.join(found[:_MOST_TOLD])}")
            if lost := sorted({str(row[0]) for row in connection.execute("PRAGMA foreign_key_check")}):
                raise IntegrityError(f"{copy}: the database is damaged: rows of {', '.join(lost)} point at nothing")
            row = connection.execute(f"SELECT version_num FROM {schema.VERSION_TABLE}").fetchone()
            return CopyFacts("" if row is None else str(row[0]), _audit_head(connection), key_ids_in(connection))

    @contextmanager
    def opened(self, copy: Path) -> Iterator[UnitOfWorkFactory]:
        url = f"sqlite:///{copy}"
        schema.upgrade(url)
        database = Database(url)
        try:
            yield database.unit_of_work
        finally:
            database.close()
            with closing(sqlite3.connect(copy, timeout=_WAIT_S)) as connection:
                connection.execute("PRAGMA journal_mode = DELETE")

    def remembered(self) -> Remembered | None:
        if not self._path.exists():
            return None
        database = Database(self._url)
        try:
            with database.unit_of_work() as uow:
                entries, forgotten = tuple(uow.audit.entries()), tuple(uow.keeping.all_forgotten())
                answers: tuple[ForgottenAnswer, ...] = ()
                # From before there were surveys.
                with suppress(SQLAlchemyError, CallqaError):
                    answers = tuple(uow.surveys.all_forgotten())
                consents: tuple[ExampleConsent, ...] = ()
                # From before agents were asked.
                with suppress(SQLAlchemyError, CallqaError):
                    consents = tuple(uow.example_consents.all())
                return Remembered(entries, forgotten, answers, consents)
        except (SQLAlchemyError, CallqaError, ValueError, LookupError):
            # Damaged, or from before there was an audit log.
            return None
        finally:
            database.close()

    def replace(self, copy: Path, aside: Path) -> bool:
        # On disk before it has the name: else a power cut might leave an empty database.
        with copy.open("rb") as written:
            os.fsync(written.fileno())
        there = self._path.exists()
        if there:
            self._refuse_if_in_use()
            # A log that is left beside another database would be read into it.
            for ending in _SIDE_FILES:
                with suppress(FileNotFoundError):
                    Path(f"{self._path}{ending}").replace(f"{aside}{ending}")
            try:
                # Not moved: at every moment there is a database in place.
                os.link(self._path, aside)
            except OSError:
                self._path.replace(aside)
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            for ending in _SIDE_FILES:
                Path(f"{self._path}{ending}").unlink(missing_ok=True)
        copy.replace(self._path)
        return there

    def _refuse_if_in_use(self) -> None:
        """Leaving the mode in which there is a log beside the database needs it alone; the log is folded in by that."""
        try:
            with closing(sqlite3.connect(self._path, timeout=1)) as connection:
                connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise TransientError(
                    f"the database {self._path} is in use: end every run and program that has it open, then again"
                ) from error
        except sqlite3.DatabaseError:
            # So damaged that nobody can be working with it.
            return


def wipe_deleted(url: str) -> bool:
    """Take out of SQLite's log what was deleted from the database; false when somebody reads it just now.

    In the database itself deleted rows are overwritten at once; PostgreSQL has VACUUM for it.
    """
    address = parse(url)
    if address.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(address.database or "", timeout=_WIPE_WAIT_S)) as connection:
            try:
                merge(connection)
            except sqlite3.OperationalError:
                return False
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
    return True


def _audit_head(connection: sqlite3.Connection) -> str | None:
    """The head of its audit log; None for an empty one, and in a database from before there was one."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_log'").fetchone():
        return None
    row = connection.execute("SELECT number, digest FROM audit_log ORDER BY number DESC LIMIT 1").fetchone()
    return None if row is None else str(AuditHead(row[0], row[1]))


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_WAIT_S)


def _new(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600, exist_ok=False)
    return sqlite3.connect(path, timeout=_WAIT_S)


@contextmanager
def _as_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL):
            raise TransientError(f"{path}: {error}; try again when it is free and the disk has room") from error
        raise IntegrityError(f"{path}: the database cannot be read: {error}") from error
