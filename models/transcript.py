"""Who said what, when: the result of listening to one recording."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """Who speaks. SYSTEM is the recorded announcement, ring-back and music; UNKNOWN is an honest answer."""

    AGENT = "agent"
    CUSTOMER = "customer"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Word(NamedTuple):
    """A recognised word (for Chinese: one character or a few) on the call's own clock, in seconds.

    `char_start:char_end` is its place in the text of its utterance; `probability` is the recogniser's, 0 to 1.
    """

    char_start: int
    char_end: int
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Correction:
    """A word or sign put in place of one that sounds like it: a word of the standard's glossary, or a spoken digit.

    `char_start:char_end` is its place in the text of its utterance; `heard` is what was recognised. Where a number is
    masked no correction within it is kept, and of one that reaches into it what was heard is masked.
    """

    char_start: int
    char_end: int
    heard: str


MASK = "＊"
"""Stands for one character of a masked number each, so that every place in the text stays what it was."""


class SecretKind(StrEnum):
    """What a masked number was."""

    PHONE = "phone"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Masked:
    """A number of a person that was masked before the text was stored.

    `char_start:char_end` is its place in the text of its utterance, now without its digits; `start_s` to `end_s` is
    when it was said, both None when the text has no times.
    """

    char_start: int
    char_end: int
    kind: SecretKind
    start_s: float | None
    end_s: float | None


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn or part of a turn by one speaker. Times are None when the source of the text had none.

    `confidence` is the mean word probability, 0 to 1, or None when unknown. `words` is empty for text without times.
    `corrections` and `masked` are in order and say where the text differs from what was recognised.
    """

    index: int
    role: Role
    start_s: float | None
    end_s: float | None
    text: str
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    corrections: tuple[Correction, ...] = ()
    masked: tuple[Masked, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch in which `role` was heard speaking, from the speech detector; independent of recognised text."""

    role: Role
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stretch of sound whose recognised text was judged invented and left out, kept for inspection.

    `faults` names what was wrong with it (see `asr.judge`), in the order in which it was found.
    """

    role: Role
    start_s: float
    end_s: float
    text: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EngineReceipt:
    """What a transcript depends on besides the audio. Equal digests mean: the same audio gives the same transcript.

    `model` is a name for people, `weights_digest` and `options_digest` are "sha256:<hex>"; `options_digest` covers
    every setting that can change a transcript. Of a service on another machine nobody knows the weights:
    `weights_digest` is then "remote:<address and model>", and equal digests mean only that the same was asked of it.
    """

    model: str
    weights_digest: str
    options_digest: str
    digest: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """The transcript of one call, utterances in order of start time.

    `role_confidence` is 0 to 1: how sure the assignment of roles is; `role_basis` says on what it rests (setting,
    metadata, channels or speakers and what they say). `answered_at_s` is when ringing ended or the first person spoke,
    None when neither is known. `tones` are ring-back, keys and music as SYSTEM spans. `dropped` holds what was left out
    as invented, in time order. An empty `utterances` means that nobody was heard to speak.
    """

    recording_id: str
    language: str
    duration_s: float | None
    utterances: tuple[Utterance, ...]
    speech: tuple[SpeechSpan, ...] = ()
    tones: tuple[SpeechSpan, ...] = ()
    answered_at_s: float | None = None
    role_confidence: float = 1.0
    role_basis: str = ""
    dropped: tuple[Dropped, ...] = ()
    engine: EngineReceipt | None = None
