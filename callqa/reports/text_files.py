"""Files of text that people are given: complete, or not there at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from models.errors import InputError


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text to a file that appears complete or not at all. Raises InputError when it cannot be written."""
    try:
        if _is_special(path):
            path.write_text(text, encoding="utf-8")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft_of(path)
        try:
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error


def check_writable(path: Path) -> None:
    """Raise InputError if `write_text` could not write there: before the work whose result it is to hold."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not _is_special(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = _draft_of(path)
            draft.touch()
            draft.unlink()
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error


def _draft_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.{os.getpid()}.tmp")


def _is_special(path: Path) -> bool:
    """Whether it is a device or a pipe, which is written to; a file would be replaced."""
    return path.exists() and not path.is_file()
