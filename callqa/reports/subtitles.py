"""Transcripts as WebVTT and SubRip subtitles, which players show while the recording is heard."""

from __future__ import annotations

import re

from callqa.reports.cues import cues
from callqa.reports.file_names import visible
from callqa.reports.words import Words
from models.transcript import Role, Transcript

_LINE_ENDS = re.compile(r"[\r\n]+")


def webvtt(transcript: Transcript, words: Words) -> str:
    """WebVTT (W3C), the speaker of each cue as its voice. Without cues it is the header alone."""
    blocks = ["WEBVTT"]
    for number, cue in enumerate(cues(transcript), start=1):
        text = _one_line(cue.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        times = f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}"
        blocks.append(f"{number}\n{times}\n<v {_label(cue.role, words)}>{text}")
    return "\n\n".join(blocks) + "\n"


def subrip(transcript: Transcript, words: Words) -> str:
    """SubRip, the speaker written before the text. Without cues it is empty."""
    colon = words("page.colon")
    blocks = [
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n"
        f"{_label(cue.role, words)}{colon}{_one_line(cue.text).replace('-->', '→')}"
        for number, cue in enumerate(cues(transcript), start=1)
    ]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _clock(ms: int, mark: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{ms:03d}"


def _label(role: Role, words: Words) -> str:
    return words.code("role", role.value)


def _one_line(text: str) -> str:
    """A blank line would end the cue, and characters that cannot be seen would reorder the page it is shown on."""
    return visible(_LINE_ENDS.sub(" ", text))
