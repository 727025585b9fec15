"""Packs the speech of one channel of one call into windows for Whisper, and maps times back.

Whisper always pays for the window it gets and reads best with 14 to 28 s of one speaker. So spans of one channel are
laid end to end, short pauses kept, in windows of similar length that are trimmed to what they hold. A speaker on a
shared channel is a channel of its own here.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from asr.audio import FULL_SCALE
from asr.channels import Channel
from asr.options import RATE_HZ
from asr.speech import Span

LONGEST_CONTENT_S = 28.0
"""What fits into Whisper's 30 s with room at the end."""

MAX_PAUSE_S = 0.5
PAD_S = 0.2
TAIL_S = 0.5
MIN_WINDOW_S = 5
FULL_WINDOW_S = 30
_SLACK_S = 0.1


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the call at its place in a window.

    `speech` is the detected speech; the sound taken runs from `start_s` to `end_s` on the call's clock, a little longer
    at both ends; in the window it begins at `offset_s`.
    """

    speech: Span
    start_s: float
    end_s: float
    offset_s: float

    @property
    def offset_end_s(self) -> float:
        """Where the piece ends in the window."""
        return self.offset_s + self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of one channel of one call, in order; `length_s` whole seconds with silence at the end."""

    channel: int
    pieces: tuple[Piece, ...]
    length_s: int

    @property
    def content_s(self) -> float:
        """Seconds up to the end of the last piece."""
        return self.pieces[-1].offset_end_s

    def locate(self, end_s: float, *, fresh: bool) -> Piece:
        """The piece in which a word that ends at this time of the window was spoken.

        A pause belongs to the piece before it, unless the word is `fresh`, the first after a punctuation mark: then it
        belongs to the piece behind the pause.
        """
        for before, piece in pairwise(self.pieces):
            bound_s = before.offset_s + before.speech.end_s - before.start_s + _SLACK_S if fresh else piece.offset_s
            if end_s <= bound_s:
                return before
        return self.pieces[-1]


def pack(
    channel: int,
    found: Sequence[Span],
    duration_s: float,
    limit_s: float = LONGEST_CONTENT_S,
    others: Sequence[Span] = (),
) -> tuple[Window, ...]:
    """Pack spans (in order, none longer than `limit_s` less padding) into balanced windows of `limit_s` at most.

    Every span lies in exactly one window. No spans, no windows. `others` are spans of other people in the same sound:
    no window takes anything of them.
    """
    edges = _padded(found, duration_s, others)
    lengths = [end_s - start_s for start_s, end_s in edges]
    pauses = [min(after[0] - before[1], max(MAX_PAUSE_S - 2 * PAD_S, 0.0)) for before, after in pairwise(edges)]
    windows: list[Window] = []
    for first, end in _balanced(lengths, pauses, limit_s):
        pieces: list[Piece] = []
        offset_s = 0.0
        for i in range(first, end):
            pieces.append(Piece(found[i], edges[i][0], edges[i][1], offset_s))
            offset_s += lengths[i] + (pauses[i] if i + 1 < end else 0.0)
        windows.append(fitted(channel, tuple(pieces)))
    return tuple(windows)


def fitted(channel: int, pieces: tuple[Piece, ...]) -> Window:
    """The window that holds these pieces: its length in whole seconds, so that many windows are equally long."""
    length_s = min(max(math.ceil(pieces[-1].offset_end_s + TAIL_S), MIN_WINDOW_S), FULL_WINDOW_S)
    return Window(channel, pieces, length_s)


def render(window: Window, channel: Channel, length_s: int) -> NDArray[np.float32]:
    """The window's sound, `length_s` seconds at `RATE_HZ`: its pieces at their places, silence elsewhere."""
    sound = np.zeros(length_s * RATE_HZ, np.float32)
    for piece in window.pieces:
        start = round(piece.start_s * RATE_HZ)
        taken = channel.samples[start : round(piece.end_s * RATE_HZ)]
        offset = round(piece.offset_s * RATE_HZ)
        taken = taken[: len(sound) - offset]
        sound[offset : offset + len(taken)] = taken
    sound *= np.float32(channel.gain / FULL_SCALE)
    return np.clip(sound, -1.0, 1.0, out=sound)


def _padded(found: Sequence[Span], duration_s: float, others: Sequence[Span]) -> list[tuple[float, float]]:
    """Each span with `PAD_S` on both sides, less where a neighbour or the end of the call is near."""
    starts = sorted(span.start_s for span in (*found, *others))
    ends = sorted(span.end_s for span in (*found, *others))
    edges: list[tuple[float, float]] = []
    for span in found:
        before, after = bisect_right(ends, span.start_s), bisect_left(starts, span.end_s)
        room_before_s = (span.start_s - ends[before - 1]) / 2 if before else span.start_s
        room_after_s = (starts[after] - span.end_s) / 2 if after < len(starts) else duration_s - span.end_s
        start_s = span.start_s - min(PAD_S, max(room_before_s, 0.0))
        end_s = min(span.end_s + min(PAD_S, max(room_after_s, 0.0)), duration_s)
        edges.append((start_s, end_s))
    return edges


def _balanced(lengths: Sequence[float], pauses: Sequence[float], limit_s: float) -> list[tuple[int, int]]:
    """Cut a row of pieces into windows so that the sum of squared unused seconds is smallest.

    The squares make windows few and alike, as when a paragraph is set without a ragged edge. Returns (first, end)
    index pairs.
    """
    count = len(lengths)
    cost = [0.0] + [math.inf] * count
    cut = [0] * (count + 1)
    for end in range(1, count + 1):
        content_s = 0.0
        for first in range(end - 1, -1, -1):
            content_s += lengths[first] + (pauses[first] if first + 1 < end else 0.0)
            if content_s > limit_s and first < end - 1:
                break
            total = cost[first] + (limit_s - content_s) ** 2
            if total < cost[end]:
                cost[end], cut[end] = total, first
    windows: list[tuple[int, int]] = []
    end = count
    while end:
        windows.append((cut[end], end))
        end = cut[end]
    return windows[::-1]
