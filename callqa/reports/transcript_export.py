"""Transcripts as files for players, for other programs, and for exchange with other companies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count, islice
from pathlib import Path

from callqa.reports.cues import untimed
from callqa.reports.file_names import safe_stem
from callqa.reports.subtitles import subrip, webvtt
from callqa.reports.table_files import complete_file, write_jsonl
from callqa.reports.vcon import shown_id, vcon
from callqa.reports.words import Words
from models.call import CallMeta, Recording
from models.errors import InputError
from models.transcript import Transcript
from models.wire import transcript_to_json

_HASH_DIGITS = 16


class TranscriptFormat(StrEnum):
    """Kinds of file: jsonl holds all calls, of the others each call has its own."""

    JSONL = "jsonl"
    VTT = "vtt"
    SRT = "srt"
    VCON = "vcon"


@dataclass(frozen=True, slots=True)
class HeardCall:
    """A recording, the call that it holds, and what was heard in it."""

    recording: Recording
    meta: CallMeta
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class Written:
    """How many calls were written, and the ids of those of which utterances without times had to be left out."""

    calls: int
    left_out: tuple[tuple[str, int], ...] = ()


def is_one_file(path: Path, format_: TranscriptFormat) -> bool:
    """Whether `path` names a file of this format, not a folder for files: it ends in the format's name."""
    return format_ is TranscriptFormat.JSONL or (path.suffix.lower() == f".{format_.value}" and not path.is_dir())


def default_path(format_: TranscriptFormat) -> Path:
    """Where transcripts go when nobody says: a file of lines, a folder of files."""
    return Path("transcripts.jsonl" if format_ is TranscriptFormat.JSONL else "transcripts")


def export_transcripts(
    calls: Iterable[HeardCall], path: Path, format_: TranscriptFormat, language: str, now: datetime
) -> Written:
    """Write transcripts to a file or into a folder (see `is_one_file`); each file appears complete or not at all.

    vtt, srt: utterances without times cannot be shown; they are left out and counted. `now` is when a vCon is made.
    Without calls: an empty jsonl file, an empty folder, and an error where one file is to hold one call. Raises
    InputError for that, for more than one call, and when something cannot be written.
    """
    if format_ is TranscriptFormat.JSONL:
        return Written(write_jsonl((transcript_to_json(c.transcript, c.meta) for c in calls), path))
    to_text = _writer(format_, language, now)
    left_out: list[tuple[str, int]] = []
    written = 0
    for call, file in _places(calls, path, format_):
        with complete_file(file) as draft:
            draft.write_text(to_text(call), encoding="utf-8", newline="\n")
        written += 1
        missing = 0 if format_ is TranscriptFormat.VCON else untimed(call.transcript)
        if missing:
            left_out.append((call.meta.call_id, missing))
    return Written(written, tuple(left_out))


def _writer(format_: TranscriptFormat, language: str, now: datetime) -> Callable[[HeardCall], str]:
    words = Words(language)
    match format_:
        case TranscriptFormat.VTT:
            return lambda call: webvtt(call.transcript, words)
        case TranscriptFormat.SRT:
            return lambda call: subrip(call.transcript, words)
        case _:
            return lambda call: (
                json.dumps(
                    vcon(call.recording, call.meta, call.transcript, now), ensure_ascii=False, allow_nan=False, indent=1
                )
                + "\n"
            )


def _places(calls: Iterable[HeardCall], path: Path, format_: TranscriptFormat) -> Iterator[tuple[HeardCall, Path]]:
    if is_one_file(path, format_):
        found = list(islice(calls, 2))
        if len(found) != 1:
            number = "more than one was found" if found else "none was found"
            raise InputError(f"{path} is to hold one call, but {number}; choose one, or name a folder")
        yield found[0], path
        return
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be made a folder: {error.strerror}") from error
    taken: set[str] = set()
    for call in calls:
        stem = _stem(call, format_)
        # Where a and A are one file, and where one recording's call was heard twice.
        copies = count(2)
        name = stem
        while name.casefold() in taken:
            name = f"{stem}-{next(copies)}"
        taken.add(name.casefold())
        yield call, path / f"{name}.{format_.value}"


def _stem(call: HeardCall, format_: TranscriptFormat) -> str:
    """The call's id; where a vCon's name must not show all of it, part of the recording's hash makes it unique.

    A hash of the id itself would be found out: there are not many telephone numbers.
    """
    call_id = call.meta.call_id
    shown = shown_id(call_id, "x") if format_ is TranscriptFormat.VCON else call_id
    return safe_stem(call_id if shown == call_id else f"{shown}-{call.recording.id[:_HASH_DIGITS]}")
