"""Conduct of a call as heard, not as read: silence, talking over each other, who speaks how much.

Everything comes from the speech detector's spans per party (`Transcript.speech`) and from tones, never from where the
recogniser ends its text: its segment ends are where the next one begins, which hides every silence. Words only tell a
listener's 嗯 from an interruption. What a recording cannot show is None, which is not zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.transcript import MASK, Role, SpeechSpan, Transcript

DEAD_AIR_S = 3.0
"""Shortest silence that is listed. Scorecards in use ask for an announcement from 5 s on and always look at 10 s."""

OVERLAP_S = 0.3
"""Shorter overlaps are ordinary turn-taking, and within the detector's own tolerance at both edges of speech."""

HEADSTART_S = 0.3
"""Who was speaking for less than this had not got the floor: both began at once, and nobody interrupted."""

BARE_LISTENING_S = 1.0
"""Speech over the other party that is as short as this and was not recognised counts as a sign of listening."""

LISTENING = {
    "zh": (
        "嗯",
        "啊",
        "哦",
        "噢",
        "喔",
        "诶",
        "哎",
        "呃",
        "唉",
        "好",
        "好的",
        "对",
        "对对",
        "是",
        "是的",
        "行",
        "可以",
        "明白",
        "知道",
    ),
    "en": ("uh", "huh", "mm", "mhm", "hm", "yeah", "yes", "yep", "ok", "okay", "right", "sure", "oh", "i", "see"),
}
"""Words that say no more than "I am listening" (backchannels)."""

_PARTIES = (Role.AGENT, Role.CUSTOMER)
_OTHER = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
# Roles that were found channel by channel: only then can both parties be heard at the same time (`Casting.basis`).
_BY_CHANNEL = ("setting", "metadata", "channel")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the call, in seconds on its own clock."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Interruption:
    """`by` began to speak at `start_s` while the other party spoke, and both went on for `overlap_s`."""

    by: Role
    start_s: float
    overlap_s: float


def dead_air(transcript: Transcript, at_least_s: float = DEAD_AIR_S) -> tuple[Stretch, ...] | None:
    """Stretches after the answer in which nobody speaks and no tone, music or announcement is heard, in order.

    They run to the end of the recording: who is left waiting until he hangs up waited in dead air. It does not matter
    whose speech ends them, so one channel with both parties is enough. None without speech spans.
    """
    if not transcript.speech:
        return None
    sounds = sorted((s.start_s, s.end_s) for s in (*transcript.speech, *transcript.tones))
    at = transcript.answered_at_s if transcript.answered_at_s is not None else transcript.speech[0].start_s
    end_s = transcript.duration_s if transcript.duration_s is not None else max(end for _, end in sounds)
    found = []
    for start, end in [*sounds, (end_s, end_s)]:
        if min(start, end_s) - at >= at_least_s:
            found.append(Stretch(at, min(start, end_s)))
        at = max(at, end)
    return tuple(found)


def overlaps(transcript: Transcript, at_least_s: float = OVERLAP_S) -> tuple[Stretch, ...] | None:
    """Stretches in which agent and customer speak at the same time, listening sounds included, in order.

    None where the parties were not recorded apart or are not known.
    """
    spans = _by_party(transcript)
    if spans is None:
        return None
    shared = (
        Stretch(max(one.start_s, other.start_s), min(one.end_s, other.end_s))
        for one in spans[Role.AGENT]
        for other in spans[Role.CUSTOMER]
    )
    return tuple(sorted((s for s in shared if s.length_s >= at_least_s), key=lambda s: s.start_s))


def interruptions(transcript: Transcript, at_least_s: float = OVERLAP_S) -> tuple[Interruption, ...] | None:
    """Where one party began to speak while the other was at it, by time.

    Both go on for `at_least_s`, and what the one says is more than a sign of listening (see `LISTENING`). None as with
    `overlaps`. Scorecards in use count from 1 s of overlap; the length is there to tell.
    """
    spans = _by_party(transcript)
    if spans is None:
        return None
    found = []
    for by in _PARTIES:
        for span in spans[by]:
            for other in spans[_OTHER[by]]:
                overlap_s = min(span.end_s, other.end_s) - span.start_s
                had_the_floor = other.start_s + HEADSTART_S <= span.start_s < other.end_s
                if had_the_floor and overlap_s >= at_least_s and not _only_listens(transcript, span):
                    found.append(Interruption(by, span.start_s, round(overlap_s, 3)))
    return tuple(sorted(found, key=lambda i: (i.start_s, i.by)))


def talk_time(transcript: Transcript) -> Mapping[Role, float] | None:
    """Seconds of speech of agent and customer, both counted where they overlap. None as with `overlaps`."""
    spans = _by_party(transcript)
    if spans is None:
        return None
    return {role: round(sum(s.end_s - s.start_s for s in spans[role]), 3) for role in _PARTIES}


def speech_rate(transcript: Transcript, role: Role, said: Iterable[str], language: str) -> float | None:
    """Characters (of a masked number its signs) a minute of the party's speech, in languages with spaces words.

    `said` are the texts that count as its words. None without any, or where it is not known when the party spoke.
    """
    spans = transcript.speech
    if not spans or any(span.role is Role.UNKNOWN for span in spans):
        return None
    spoken_s = sum(span.end_s - span.start_s for span in spans if span.role is role)
    length = sum(spoken_length(text, language) for text in said)
    return 60 * length / spoken_s if spoken_s > 0 and length else None


def spoken_length(text: str, language: str) -> int:
    """Characters without punctuation (of a masked number its signs), or words where the language has spaces."""
    if language == "zh":
        return sum(char.isalnum() or char == MASK for char in text)
    return len(re.findall(r"[\w'’]+", text))


def _by_party(transcript: Transcript) -> Mapping[Role, Sequence[SpeechSpan]] | None:
    apart = transcript.role_basis.startswith(_BY_CHANNEL)
    if not apart or not transcript.speech or any(s.role is Role.UNKNOWN for s in transcript.speech):
        return None
    return {role: [s for s in transcript.speech if s.role is role] for role in _PARTIES}


def _only_listens(transcript: Transcript, span: SpeechSpan) -> bool:
    said = list(_words_in(transcript, span))
    if not said:
        return span.end_s - span.start_s <= BARE_LISTENING_S
    if transcript.language == "zh":
        return _made_of("".join(sign for word in said for sign in word if sign.isalnum()), LISTENING["zh"])
    return all(word in LISTENING["en"] for text in said for word in re.findall(r"\w+", text.lower()))


def _words_in(transcript: Transcript, span: SpeechSpan) -> Iterator[str]:
    """Words of the span's party whose middle lies in the span."""
    for utterance in transcript.utterances:
        if utterance.role is span.role:
            for word in utterance.words:
                if span.start_s <= (word.start_s + word.end_s) / 2 <= span.end_s:
                    yield utterance.text[word.char_start : word.char_end]


def _made_of(text: str, words: Iterable[str]) -> bool:
    """Whether the text is nothing but these words in a row: 嗯好的 is."""
    ordered = sorted(words, key=len, reverse=True)
    while text:
        word = next((word for word in ordered if text.startswith(word)), None)
        if word is None:
            return False
        text = text[len(word) :]
    return True
