"""What a file's name says of it: a recording, a description, an unfinished copy, or some program's dropping."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import PurePath

DESCRIPTIONS = frozenset(
    {".json", ".jsonl", ".csv", ".tsv", ".txt", ".md", ".xml", ".yaml", ".yml", ".toml", ".log", ".html", ".htm"}
    | {".xlsx", ".db", ".db-wal", ".db-shm", ".db-journal", ".sha256"}
)
"""Suffixes of files that describe recordings: counted as ignored, never opened as sound.

Everything else is tried, with or without a suffix: a recording under a strange name is still a call.
"""
WRITERS = frozenset(
    {".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".incomplete", ".aria2"}
)
"""What programs that copy or load files down add to a name until the file is whole."""
DROPPINGS = frozenset({"Thumbs.db", "desktop.ini"})
SOUND_SUFFIXES = (
    *(
        ".wav",
        ".wave",
        ".w64",
        ".mp3",
        ".mp2",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".m4a",
        ".mp4",
        ".aac",
        ".amr",
        ".awb",
    ),
    *(".wma", ".aif", ".aiff", ".au", ".snd", ".caf", ".gsm", ".webm", ".mka", ".mkv", ".3gp", ".vox", ".pcm", ".raw"),
)
"""What a hidden file must end with to be tried as a recording; other hidden files are some program's own."""
APPLE_DOUBLE = "._"
"""How macOS begins the names of the attribute files that it puts beside each copied file."""
MOST_ID_CHARACTERS = 120
"""Longest call id made from a file name; longer names keep their beginning and a digest."""

# rsync writes ".NAME.Xa81Bc" and renames it when it is whole.
_RSYNC = re.compile(r"\.(.+)\.[A-Za-z0-9]{6}")


def is_ignored(name: str) -> bool:
    """Whether the file is no recording by its name; that of an object may end in a slash, which marks a folder."""
    if name.endswith("/"):
        return True
    if name.startswith("."):
        return name.startswith(APPLE_DOUBLE) or not name.lower().endswith(SOUND_SUFFIXES)
    return name in DROPPINGS or PurePath(name).suffix.lower() in DESCRIPTIONS | WRITERS


def finished_name(name: str) -> str | None:
    """What a file will be called when it is whole, if its name is a writer's temporary one; else None."""
    path = PurePath(name)
    if path.suffix.lower() in WRITERS and not is_ignored(path.stem):
        return path.stem
    rsync = _RSYNC.fullmatch(name)
    return rsync[1] if rsync and rsync[1].lower().endswith(SOUND_SUFFIXES) else None


def without_sound_suffix(name: str) -> str:
    """The name without what marks it as sound; dots that belong to it (1705309860.123) stay."""
    path = PurePath(name)
    return path.stem if path.suffix.lower() in SOUND_SUFFIXES else name


def id_from(name: str) -> str:
    """The name as an id that can be stored and shown: no control characters, only UTF-8, of bounded length."""
    text = "".join(c if c.isprintable() else "_" for c in os.fsencode(name).decode("utf-8", "replace"))
    if len(text) <= MOST_ID_CHARACTERS:
        return text
    return f"{text[: MOST_ID_CHARACTERS - 9]}~{hashlib.sha256(text.encode()).hexdigest()[:8]}"
