"""The log on standard error: lines for people, or one JSON object a line, each with the ids of what it is about."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from models.errors import origin_of

OURS = ("callqa", "asr", "flows", "scoring", "storage")
"""The loggers that are callqa's own; those of libraries stay as they are."""
_about: ContextVar[Mapping[str, str]] = ContextVar("callqa_log_about", default={})  # noqa: B039 - never changed in place


@contextmanager
def about(**ids: str) -> Iterator[None]:
    """Lines logged inside the block, in this thread or task, carry these ids: run_id, call_id, recording_id."""
    token = _about.set({**_about.get(), **ids})
    try:
        yield
    finally:
        _about.reset(token)


class JsonLines(logging.Formatter):
    """`at`, `level`, `logger`, `message`, the ids of `about`, and for an exception its kind and origin.

    The message of an exception is left out: it may quote what was said in a call.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        fields: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_about.get(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            fields["error"] = origin_of(record.exc_info[1])
        return json.dumps(fields, ensure_ascii=False)


class TextLines(logging.Formatter):
    """Time, level and message, for people; of an exception its kind and origin."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        error = record.exc_info[1] if record.exc_info else None
        return f"{at} {record.levelname.lower():7} {record.getMessage()}" + (f": {origin_of(error)}" if error else "")


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, so that it is found again."""


def set_up_logging(level: str, log_format: str) -> None:
    """Log callqa's own lines to standard error, from this level on; again: the last word holds."""
    handler = _Handler()
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers = [kept for kept in logger.handlers if not isinstance(kept, _Handler)]
        logger.addHandler(handler)
        logger.setLevel(level.upper())
        logger.propagate = False
