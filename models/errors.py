"""The one error tree. Each message says what is wrong, where, and what to do about it.

CallqaError
├── UsageError            wrong call or configuration; the command ends with exit code 2
│   ├── SettingsError     an unknown or badly valued setting
│   │   └── MissingKeyError what is stored is sealed under a key that is not among the keys
│   ├── StandardError     a service standard that cannot be used
│   │   └── NoVersionError  none of its published versions holds on that day
│   ├── InputError        a source, manifest or transcript file that cannot be read
│   ├── ModelError        a speech model or classifier that is missing or damaged
│   ├── SchemaError       a database that is not at this program's migration
│   └── IntegrityError    a stored record or a backup that is not what it was: damaged or changed
├── RecordingError        one recording cannot be used; it is quarantined, the run goes on
└── TransientError        the outside world failed for a moment; the same work may be tried again
    └── PartlyDeliveredError  some of those who were to be told were, some were not
"""

from __future__ import annotations

import traceback
from enum import StrEnum
from pathlib import PurePath


class CallqaError(Exception):
    """Base of every error that callqa raises on purpose."""


class UsageError(CallqaError):
    """The caller can mend this: a wrong argument, setting, standard, model or database."""


class SettingsError(UsageError):
    """A setting that does not exist or whose value is out of range."""


class MissingKeyError(SettingsError):
    """Something stored is sealed under a key that is not among those of `encryption_key`. Names the key's id."""


class StandardError(UsageError):
    """A service standard that cannot be used. The message names file, line and value."""


class NoVersionError(StandardError):
    """The standard is published, but none of its versions holds on the day that was asked about."""


class InputError(UsageError):
    """A source folder, manifest or transcript file that cannot be read."""


class ModelError(UsageError):
    """Files of a speech model or classifier that are missing, incomplete or not the ones they should be."""


class SchemaError(UsageError):
    """The database is not at the migration that this program needs."""


class IntegrityError(UsageError):
    """A backup, the audit log or something sealed is not what it was when it was written. Names the first place."""


class ReasonCode(StrEnum):
    """Why a recording was quarantined; `callqa report run` explains each in words."""

    EMPTY_FILE = "empty_file"
    NOT_AUDIO = "not_audio"
    NO_AUDIO_TRACK = "no_audio_track"
    HEADERLESS_AUDIO = "headerless_audio"
    NO_SAMPLES = "no_samples"
    CORRUPT_AUDIO = "corrupt_audio"
    TRUNCATED_AUDIO = "truncated_audio"
    UNREADABLE_FILE = "unreadable_file"
    CALL_ID_CONFLICT = "call_id_conflict"
    TOO_LONG = "too_long"
    TOO_COSTLY = "too_costly"
    PROCESSING_FAILED = "processing_failed"
    POISON = "poison"
    """Again and again the process that was at work on it ended, or failed in a way that nobody foresaw."""


class RecordingError(CallqaError):
    """One recording cannot be used.

    `reason` is the code stored with the quarantined recording, `detail` a sentence for the person who mends it.
    """

    def __init__(self, reason: ReasonCode, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


class StateError(CallqaError):
    """A step that a recording's state does not allow (it was quarantined meanwhile), or on something not stored."""


class TransientError(CallqaError):
    """The outside world failed for a moment (a lock, a lost connection); the same work may be tried again."""


class PartlyDeliveredError(TransientError):
    """An alert reached some of its recipients; sent again, it would reach them twice."""


def origin_of(error: BaseException) -> str:
    """Kind and origin of an error nobody foresaw, innermost place last: `ValueError at engine.py:33, grade.py:12`.

    For logs and stored reasons: the message of such an error may quote what was said in a call.
    """
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = ", ".join(f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {places}" if places else type(error).__name__
