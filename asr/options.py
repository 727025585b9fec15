"""What a user may set about listening, and the constants behind the recipe that nobody needs to set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.errors import SettingsError

RATE_HZ = 16_000
"""Sampling rate at which Whisper and the speech detector listen."""

ALGORITHM = "packed-2"
"""Name of this way from sound to text. Change it whenever the same sound may come out as another transcript."""

LANGUAGES = ("zh", "en")
"""Languages whose prompts, clean-up and role cues are built in."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Settings of the speech engine.

    `model` is "base" (carried by installed packages), another faster-whisper name (downloaded once) or a local folder
    with a CTranslate2 model. Weights live under `data_dir`/weights. `device` is auto, cpu or cuda; `compute_type` is
    auto or one that CTranslate2 supports there. `workers` None means one per core. `prompt` is a short text that tells
    Whisper the style and a few words of the field; empty means the language's default (see `asr.text.prompt_for`).
    `agent_channel` says which channel (0 is left) carries the agent; None means: metadata, else inferred.
    """

    data_dir: Path
    model: str = "base"
    device: str = "auto"
    compute_type: str = "auto"
    workers: int | None = None
    language: str = "zh"
    prompt: str = ""
    agent_channel: int | None = None
    beam_size: int = 5

    def __post_init__(self) -> None:
        """Refuse values that cannot work; raises SettingsError."""
        if self.language not in LANGUAGES:
            raise SettingsError(f"language {self.language!r} is not supported; use one of {', '.join(LANGUAGES)}")
        if self.workers is not None and self.workers < 1:
            raise SettingsError(f"workers is {self.workers}; give 1 or more, or leave it out for one per core")
        if self.agent_channel is not None and self.agent_channel < 0:
            raise SettingsError(f"agent_channel is {self.agent_channel}; channels count from 0 (left)")
        if not 1 <= self.beam_size <= 10:
            raise SettingsError(f"beam_size is {self.beam_size}; give 1 (fast) to 10 (slow)")
