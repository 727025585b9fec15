"""Whether callqa can do its work: database, home folder, and a run that nobody goes on with."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from models.errors import CallqaError, SchemaError, origin_of
from models.night import Pulse
from models.ports import UnitOfWorkFactory
from models.run import RunStatus

log = logging.getLogger(__name__)

STUCK_AFTER_S = 3600.0
"""So long after it began a run may have nobody at its recordings: taking in a large source needs its time."""


class Finding(StrEnum):
    """What a look at one thing found. OK apart, each is a reason to call somebody."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    WRONG_REVISION = "wrong_revision"
    NOT_WRITABLE = "not_writable"
    STUCK = "stuck"
    UNKNOWN = "unknown"
    """Not looked at, because the database could not be read."""


@dataclass(frozen=True, slots=True)
class Health:
    """What was found, and the run that began last; None where there is none, or the database could not be read."""

    database: Finding
    home: Finding
    work: Finding
    pulse: Pulse | None

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return self.database is self.home is self.work is Finding.OK


def look_at_health(
    home: Path, check_database: Callable[[], object], new_unit_of_work: Callable[[], UnitOfWorkFactory], now: datetime
) -> Health:
    """Look at everything. Nothing is raised and nothing is made; what is wrong goes to the log.

    `check_database` raises what is wrong with it, `new_unit_of_work` opens it.
    """
    pulse, database = None, Finding.OK
    try:
        check_database()
        with new_unit_of_work()() as uow:
            pulse = uow.census.pulse()
    except SchemaError as error:
        database = Finding.WRONG_REVISION
        log.warning("health: %s", error)
    except CallqaError as error:
        database = Finding.UNREACHABLE
        log.warning("health: %s", error)
    except Exception as error:  # noqa: BLE001 - a look must end in an answer; the message may name anything
        database = Finding.UNREACHABLE
        log.error("health: %s", origin_of(error))
    work = Finding.UNKNOWN if pulse is None else Finding.STUCK if _is_stuck(pulse, now) else Finding.OK
    return Health(database, _home(home), work, pulse)


def _is_stuck(pulse: Pulse, now: datetime) -> bool:
    """A run that was not closed, has recordings waiting, and has nobody at them: its process is gone."""
    run = pulse.newest
    if run is None or run.status is not RunStatus.RUNNING or not pulse.waiting or pulse.at_work:
        return False
    return (now - run.started_at).total_seconds() > STUCK_AFTER_S


def _home(home: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            # A full disk lets an empty file be made.
            file.write(b"callqa")
            file.flush()
    except OSError as error:
        log.warning("health: home %s cannot be written: %s", home, error.strerror)
        return Finding.NOT_WRITABLE
    return Finding.OK
