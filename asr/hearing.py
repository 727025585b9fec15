"""What a speech recogniser must do for the engine: hear windows of sound, here or on another machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import RecordingError, TransientError


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as Whisper wrote it (it may be punctuation or begin with a space), on the window's clock."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What Whisper made of a window: its words, how many tokens they took, and the average log probability."""

    words: tuple[HeardWord, ...]
    tokens: int
    avg_logprob: float

    @property
    def text(self) -> str:
        """All words together."""
        return "".join(word.text for word in self.words).strip()


class Hearer(Protocol):
    """Hears windows. Safe to use from several threads."""

    @property
    def chooses_beam(self) -> bool:
        """Whether `beam_size` has an effect; where it has none, another beam is no other way to hear a window."""

    def load(self) -> object:
        """Make ready what takes time, once; raises ModelError."""

    def hear(
        self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], prompt: str, beam_size: int
    ) -> Sequence[Heard | RecordingError | TransientError]:
        """What each window holds, in their order, or what went wrong with that window alone.

        `sounds` are equally long, 16 kHz, of which the first `contents_s` seconds are content. What a window yields
        does not depend on the others. An empty prompt means none. Raises RuntimeError when the windows together
        could not be heard, ModelError when no window will ever be.
        """
