"""What a user may set about listening, and the constants behind the recipe that nobody needs to set."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from asr.budget import LONGEST_H
from models.errors import SettingsError
from models.glossary import GlossaryTerm

RATE_HZ = 16_000
"""Sampling rate at which Whisper and the speech detector listen."""

ALGORITHM = "packed-4"
"""Name of this way from sound to text. Change it whenever the same sound may come out as another transcript."""

LANGUAGES = ("zh", "en")
"""Languages whose prompts, clean-up and role cues are built in."""


@dataclass(frozen=True, slots=True)
class RemoteOptions:
    """An OpenAI-compatible transcription service that hears windows in place of the model on this machine.

    `url` is the address up to and with its version, such as http://gpu-box:8000/v1, `model` the service's own name of a
    model. An empty `key` sends none; it is never shown. `timeout_s` is how long one window may take.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout_s: float = 120.0

    def __post_init__(self) -> None:
        """Refuse values that cannot work; raises SettingsError, which never shows a secret in the address."""
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port or an IPv6 address that is none
            usable = False
        if not usable:
            raise SettingsError("remote_url is no http or https address; write one such as http://gpu-box:8000/v1")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise SettingsError(
                "remote_url holds a user, a query or a fragment; give the bare address, and the key as remote_key"
            )
        if not self.key.isascii() or not all(c.isprintable() and c != " " for c in self.key):
            raise SettingsError("remote_key holds a space, a line break or a letter that no key has; copy it again")
        if not self.model:
            raise SettingsError("remote_model is empty; name the model that the service is to use")
        if self.timeout_s <= 0:
            raise SettingsError(f"remote_timeout_s is {self.timeout_s}; give the seconds that one window may take")

    def address(self, path: str) -> str:
        """The address of one of the service's resources."""
        return f"{self.url.rstrip('/')}/{path}"


@dataclass(frozen=True, slots=True)
class Profile:
    """How much care is taken.

    `window_s` is the most speech in one window, `beam_size` the width of the search; `prompt_terms`: the recogniser is
    told words of the standard's glossary beforehand; `tempo`: how many times faster than it was spoken it hears.
    """

    window_s: float
    beam_size: int
    prompt_terms: bool
    tempo: float = 1.0


PROFILES = {"accurate": Profile(17.0, 2, True), "fast": Profile(17.0, 1, False, tempo=1.2)}
"""What was measured to pay (docs/performance.md): longer windows read better, shorter ones are cheaper by the second.

Beam 5, which the peers use by default, costs twice as much as beam 2 and on packed windows reads no better. Each token
of a prompt is carried through every step: ten terms cost a fifth of the search. A faster tempo shortens what encoder
and decoder look at, for less loss than shorter windows with the same number of steps.
"""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Settings of the speech engine.

    `model` is "base" (carried by installed packages), another faster-whisper name (downloaded once) or a local folder
    with a CTranslate2 model. Weights live under `data_dir`/weights. `device` is auto, cpu or cuda; `compute_type` is
    auto or one that CTranslate2 supports there. `workers` None means one per core. `prompt` is a short text that tells
    Whisper the style and a few words of the field; empty means the language's default (see `asr.text.prompt_for`).
    `glossary` are the words that `corrections` puts right where they were misheard; without it, no word is changed.
    `agent_channel` says which channel (0 is left) carries the agent; None means: metadata, else inferred.
    With `remote` that service hears the windows; `model`, `device` and `compute_type` then do not matter.
    `profile` is a name in `PROFILES`. `mask_pii` masks personal numbers in the text before it is handed out (see
    `asr.pii`). `work_s_per_s` bounds the work on one recording, `longest_h` its length in
    hours (see `asr.budget`).
    """

    data_dir: Path
    model: str = "base"
    device: str = "auto"
    compute_type: str = "auto"
    workers: int | None = None
    language: str = "zh"
    prompt: str = ""
    glossary: tuple[GlossaryTerm, ...] = ()
    corrections: bool = True
    agent_channel: int | None = None
    profile: str = "accurate"
    mask_pii: bool = True
    work_s_per_s: float = 10.0
    longest_h: float = LONGEST_H
    remote: RemoteOptions | None = None

    def __post_init__(self) -> None:
        """Refuse values that cannot work; raises SettingsError."""
        if self.language not in LANGUAGES:
            raise SettingsError(f"language {self.language!r} is not supported; use one of {', '.join(LANGUAGES)}")
        if self.workers is not None and self.workers < 1:
            raise SettingsError(f"workers is {self.workers}; give 1 or more, or leave it out for one per core")
        if self.agent_channel is not None and self.agent_channel < 0:
            raise SettingsError(f"agent_channel is {self.agent_channel}; channels count from 0 (left)")
        if self.work_s_per_s <= 0:
            raise SettingsError(
                f"work_s_per_s is {self.work_s_per_s}; give the seconds that a second of sound may cost"
            )
        if self.longest_h <= 0:
            raise SettingsError(f"longest_h is {self.longest_h}; give the hours that the longest recording may have")
        if self.profile not in PROFILES:
            raise SettingsError(f"profile {self.profile!r} is unknown; use {' or '.join(PROFILES)}")
