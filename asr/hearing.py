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


@dataclass(frozen=True, slots=True)
class Way:
    """How to hear a window: words told beforehand (empty: none), width of the search, and how fast the sound goes by.

    With a `tempo` of 1.2 there are a fifth fewer time steps in a second of sound: cheaper, and a little less well read.
    """

    prompt: str
    beam_size: int
    tempo: float = 1.0


class Hearer(Protocol):
    """Hears windows. Safe to use from several threads."""

    @property
    def takes_prompt_only(self) -> bool:
        """Whether nothing of a way but its prompt has an effect: then ways that differ in the rest are the same."""

    def load(self) -> object:
        """Make ready what takes time, once; raises ModelError."""

    def hear(
        self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], way: Way
    ) -> Sequence[Heard | RecordingError | TransientError]:
        """What each window holds, in their order, or what went wrong with that window alone.

        `sounds` are equally long, 16 kHz, of which the first `contents_s` seconds are content. What a window yields
        does not depend on the others. Raises RuntimeError when the windows together
        could not be heard, ModelError when no window will ever be.
        """
