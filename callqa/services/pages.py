"""Files in the folder of reports that name calls: what is let go must not live on in a page that was made before."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from callqa.reports.file_names import safe_stem, visible_name

_WORD = re.compile(r"[0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class NamingFiles:
    """Files that name calls, and those that nobody looked into: they are no text (workbooks) or cannot be read."""

    naming: tuple[Path, ...] = ()
    unread: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How a call's id may be written. `word` is the longest run of letters and digits in it, "" where it has none."""

    word: str
    pattern: re.Pattern[str]


def files_that_name(ids: Collection[str], folder: Path) -> NamingFiles:
    """The files in `folder` and below in which one of these ids of calls or recordings stands, or that are named so.

    An id counts where it stands by itself, not as part of a longer run of letters and digits. Links are not followed;
    no folder: no files.
    """
    spellings = [_spelling(text) for one in sorted(set(ids)) for text in sorted(_written(one))]
    stems = tuple(f"{safe_stem(one)}." for one in sorted(set(ids)))
    naming, unread = [], []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        content = _content(path)
        if path.name.startswith(stems) or (content is not None and _names(content, spellings)):
            naming.append(path)
        elif content is None:
            unread.append(path)
    return NamingFiles(tuple(naming), tuple(unread))


def _content(path: Path) -> str | None:
    """Its text; None for what is none, or cannot be read."""
    with suppress(OSError):
        content = path.read_bytes()
        return None if b"\0" in content else content.decode(errors="replace")
    return None


def _written(call_id: str) -> set[str]:
    """As itself, and as pages, JSON and tables write it."""
    in_json = json.dumps(call_id, ensure_ascii=False)[1:-1]
    return {call_id, str(escape(visible_name(call_id))), in_json, call_id.replace('"', '""')}


def _spelling(text: str) -> _Spelling:
    by_itself = rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])"
    return _Spelling(max(_WORD.findall(text), key=len, default=""), re.compile(by_itself))


def _names(text: str, spellings: Iterable[_Spelling]) -> bool:
    # Thousands of ids in hundreds of pages: the words of a page are found once, and few ids are then looked for.
    words = {"", *_WORD.findall(text)}
    return any(spelling.word in words and spelling.pattern.search(text) for spelling in spellings)
