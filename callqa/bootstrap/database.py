"""The database, and the keys that open what is sealed in it."""

from __future__ import annotations

from callqa.bootstrap.shared import built_once
from callqa.settings import Settings
from models.errors import InputError, MissingKeyError
from models.keeping import DatabaseFile
from models.ports import UnitOfWorkFactory
from storage import Database, schema, urls
from storage.sealing import Sealer, read_keys
from storage.sqlite_file import SqliteFile, wipe_deleted

_databases: dict[tuple[str, tuple[str, ...]], Database] = {}


def open_database(settings: Settings, *, create: bool = True) -> UnitOfWorkFactory:
    """The database at its newest migration; an empty one is set up, or with `create` false refused by InputError.

    Raises SchemaError for a database left behind or ahead.
    """
    url = settings.resolved_database_url
    if schema.state(url).empty:
        if not create:
            raise InputError(
                f"no callqa database at {shown_database(settings)} yet: `callqa run` makes one; if it is elsewhere, "
                "run this in the folder of that run or name it with --home or --database-url"
            )
        schema.upgrade(url)
    schema.check(url)
    sealer = sealer_of(settings)
    return built_once(_databases, (url, sealer.key_ids), lambda: Database(url, sealer)).unit_of_work


def has_database(settings: Settings) -> bool:
    """Whether there is a callqa database at all; one left behind by this program counts."""
    return not schema.state(settings.resolved_database_url).empty


def key_ids(settings: Settings) -> tuple[str, ...]:
    """Ids of the keys that seal and open what is stored, the newest first. Raises SettingsError for no key."""
    return sealer_of(settings).key_ids


def sealer_of(settings: Settings) -> Sealer:
    """Seals and opens by the settings' keys; raises SettingsError for no key."""
    return Sealer(read_keys(settings.encryption_key.get_secret_value()))


def refuse_to_forget_the_key(settings: Settings, new_unit_of_work: UnitOfWorkFactory) -> None:
    """Without its key a night would store plain what the nights before sealed."""
    with new_unit_of_work() as uow:
        if not key_ids(settings) and uow.sealed.sealed_last():
            raise MissingKeyError(
                "the database holds sealed texts, but encryption_key is empty: new calls would be stored plain; set it "
                "(CALLQA_ENCRYPTION_KEY_FILE)"
            )


def upgrade_database(settings: Settings) -> str:
    """Bring the database to the newest migration; returns that revision."""
    url = settings.resolved_database_url
    schema.upgrade(url)
    return check_database(settings)


def check_database(settings: Settings) -> str:
    """The database's revision. Raises SchemaError when it is not the one that this program needs."""
    url = settings.resolved_database_url
    schema.check(url)
    return schema.state(url).head


def describe_database(settings: Settings) -> str:
    """Where the database is and at which revision, or that it will be set up; raises like `check_database`."""
    if schema.state(settings.resolved_database_url).empty:
        return f"{shown_database(settings)} is empty and will be set up at first use"
    return f"{shown_database(settings)} at revision {check_database(settings)}"


def describe_search(settings: Settings) -> str:
    """How the console finds what was said; raises like `check_database`."""
    if key_ids(settings):
        return "off: texts are sealed, and what can be searched can be read"
    if schema.state(settings.resolved_database_url).empty:
        return "will be set up with the database"
    check_database(settings)
    if schema.has_search_index(settings.resolved_database_url):
        return "words are found by an index"
    return (
        "without an index, some thousands of calls a page: use an SQLite of 3.34 or newer with FTS5, on PostgreSQL let "
        "callqa's user make functions, then run `callqa db upgrade`"
    )


def shown_database(settings: Settings) -> str:
    """The database's address without its secrets. Raises SettingsError, which tells none, for one it cannot read."""
    return urls.shown(urls.parse(settings.resolved_database_url))


def database_file(settings: Settings) -> DatabaseFile:
    """The database as a file. Raises SettingsError, which says what to do instead, when it is none."""
    return SqliteFile(settings.resolved_database_url)


def wipe_deleted_rows(settings: Settings) -> bool:
    """After rows were deleted for good: nothing of them is left beside the database; false while somebody reads it."""
    return wipe_deleted(settings.resolved_database_url)
