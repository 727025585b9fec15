"""Where each party speaks: the Silero detector, a gate against cross-talk, and spans of speech."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.audio import FULL_SCALE
from asr.channels import FRAME_SAMPLES, Channel
from asr.options import RATE_HZ
from asr.silero import CONTEXT_SAMPLES, SileroNetwork, Stretch
from models.errors import ModelError

FRAME_S = FRAME_SAMPLES / RATE_HZ
Probabilities = NDArray[np.float32]
Levels = NDArray[np.float32]

# The thresholds are Silero's own defaults; silence and padding were measured on telephone calls.
THRESHOLD = 0.5
END_THRESHOLD = 0.35
MIN_SPEECH_S = 0.25

EDGE_THRESHOLD = 0.1
EDGE_S = 0.3
"""The detector takes a moment to be sure: a span begins this much earlier where speech was already possible."""
MIN_SILENCE_S = 0.5

MIXED_MIN_SILENCE_S = 0.25
"""On a channel with both parties: shorter than the pause between two speakers, so that a span holds one of them."""

GATE_MARGIN_DB = 15.0
"""A party this much quieter than the other one is the other one's echo: cross-talk is at about -30 dB."""

GATE_HOLD_S = 0.25
"""Echo arrives late: the other party's level counts for this long."""

# What is quieter than a tenth of the call is its noise, unless nobody ever pauses: then the lead and the lag below
# still reach over the softest sounds. Against listening to everything, 0.5 % of speech changes at the edges.
_NOISE_PERCENTILE = 10
_ABOVE_NOISE_DB = 3.0
_SILENCE_DB = -75.0
LEAD_S = 0.5
LAG_S = 0.25
"""Heard before and behind what is worth it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of speech in seconds on the call's clock, without padding."""

    start_s: float
    end_s: float


class SpeechDetector:
    """Says where somebody speaks, by the Silero network (MIT). Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._network: SileroNetwork | None = None

    def probabilities(self, channel: Channel, own_db: Levels, other_db: Levels | None) -> Probabilities:
        """Probability of speech of this channel's party in each 32 ms frame.

        `own_db` and `other_db` are the levels of the frames of this channel and of the other party's, None where
        everybody is on one. Frames that hold only noise or the other party's echo are 0; the network is spared them.
        """
        worth = worth_listening(own_db, other_db)
        found = np.zeros(len(worth), np.float32)
        for first, some in self.load().listen(lambda first, end: _sound(channel, first, end), _stretches(worth)):
            found[first : first + len(some)] = some
        if other_db is not None:
            # The lead and the lag reach into echo, which is nobody's speech on this channel.
            found[echo(own_db, other_db)] = 0
        return found

    def load(self) -> SileroNetwork:
        """Load the network once; raises ModelError when its file is not installed or damaged."""
        with self._lock:
            if self._network is None:
                self._network = SileroNetwork(network_file())
            return self._network


def worth_listening(own_db: Levels, other_db: Levels | None) -> NDArray[np.bool_]:
    """Frames that may hold speech of this channel's party: above its noise, and not the other party's echo.

    On telephone calls that is half of the time; the model is spared the rest.
    """
    if not len(own_db):
        return np.zeros(0, bool)
    worth = own_db > max(float(np.percentile(own_db, _NOISE_PERCENTILE)) + _ABOVE_NOISE_DB, _SILENCE_DB)
    if other_db is not None:
        worth &= ~echo(own_db, other_db)
    return np.asarray(worth)


def echo(own_db: Levels, other_db: Levels) -> NDArray[np.bool_]:
    """Frames that hold only the other party's echo: the other side was much louder now or a moment ago."""
    hold = round(GATE_HOLD_S / FRAME_S)
    padded = np.pad(other_db, (hold, 1), constant_values=-100.0)
    loudest = np.lib.stride_tricks.sliding_window_view(padded, hold + 2).max(axis=1)
    return np.asarray(loudest - own_db > GATE_MARGIN_DB)


def spans(probabilities: Probabilities, min_silence_s: float = MIN_SILENCE_S) -> tuple[Span, ...]:
    """Stretches of speech: begun above one threshold, ended below a lower one for `min_silence_s`.

    Shorter ones than `MIN_SPEECH_S` are left out. Spans are in order and do not overlap.
    """
    patience = round(min_silence_s / FRAME_S)
    values = probabilities.tolist()
    found: list[Span] = []
    start: int | None = None
    last = -1

    for frame, probability in enumerate([*values, *[0.0] * (patience + 1)]):
        if start is None:
            if probability >= THRESHOLD:
                start = _onset(values, frame, last + 1)
                last = frame
        elif probability >= END_THRESHOLD:
            last = frame
        elif frame - last > patience:
            if (last + 1 - start) * FRAME_S >= MIN_SPEECH_S:
                found.append(Span(round(start * FRAME_S, 3), round((last + 1) * FRAME_S, 3)))
            start = None
    return tuple(found)


def _stretches(worth: NDArray[np.bool_]) -> list[Stretch]:
    """First frame and the one behind the last of each stretch that is worth it, with lead and lag."""
    if not worth.any():
        return []
    lead, lag = round(LEAD_S / FRAME_S), round(LAG_S / FRAME_S)
    padded = np.pad(worth, (lag, lead))
    heard = np.lib.stride_tricks.sliding_window_view(padded, lead + lag + 1).any(axis=1)
    edges = np.flatnonzero(np.diff(np.pad(heard, 1).astype(np.int8))).reshape(-1, 2).tolist()
    return [(first, end) for first, end in edges]


def _sound(channel: Channel, first: int, end: int) -> NDArray[np.float32]:
    """The frames from `first` to before `end` and what the network hears before them; silence where there is none."""
    start, stop = first * FRAME_SAMPLES - CONTEXT_SAMPLES, end * FRAME_SAMPLES
    taken = channel.samples[max(start, 0) : stop]
    sound = np.zeros(stop - start, np.float32)
    heard = sound[max(-start, 0) :][: len(taken)]
    np.multiply(taken, np.float32(channel.gain / FULL_SCALE), out=heard)
    np.clip(heard, -1.0, 1.0, out=heard)
    return sound


def _onset(values: Sequence[float], frame: int, earliest: int) -> int:
    for before in range(frame - 1, max(earliest, frame - round(EDGE_S / FRAME_S)) - 1, -1):
        if values[before] < EDGE_THRESHOLD:
            return before + 1
    return max(earliest, frame - round(EDGE_S / FRAME_S))


def cut_long(found: Sequence[Span], probabilities: Probabilities, limit_s: float) -> tuple[Span, ...]:
    """The same speech in spans of at most `limit_s`, cut where speech is least likely, never near an end."""
    result: list[Span] = []
    waiting = list(reversed(found))
    while waiting:
        span = waiting.pop()
        if span.end_s - span.start_s <= limit_s:
            result.append(span)
            continue
        length_s = span.end_s - span.start_s
        # From the middle half if that is short enough for one window, else from just below the limit.
        low_s = span.start_s + min(length_s / 4, limit_s / 2)
        high_s = span.start_s + min(length_s * 3 / 4, limit_s)
        first, last = int(low_s / FRAME_S) + 1, max(int(high_s / FRAME_S), int(low_s / FRAME_S) + 2)
        cut_s = round((first + int(np.argmin(probabilities[first:last]))) * FRAME_S, 3)
        waiting += [Span(cut_s, span.end_s), Span(span.start_s, cut_s)]
    return tuple(result)


def network_file() -> Path:
    """Where the package silero-vad keeps its sequence model; raises ModelError when it is not installed."""
    # find_spec does not import the package, whose code needs torch; only its data file is wanted.
    spec = find_spec("silero_vad")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "data" / "silero_vad_16k_sequence.onnx"
        if path.is_file():
            return path
    raise ModelError("the speech detector needs the package silero-vad 6.2.3 or later; run `make venv`")
