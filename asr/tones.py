"""Ring-back, keys and hold music: sound of the system, found by its pure spectrum and its rhythm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.audio import FULL_SCALE
from asr.channels import FRAME_SAMPLES, Channel
from asr.options import RATE_HZ
from asr.speech import FRAME_S, Levels, Span, echo

_WINDOW = 2 * FRAME_SAMPLES
_BIN_HZ = RATE_HZ / _WINDOW
_BAND = slice(round(200 / _BIN_HZ), round(3600 / _BIN_HZ))
_HALF_WIDTH = 2
_AUDIBLE_DB = -50.0
_PEAKS = 4
_PURE = 0.75
_CHUNK = 4096

# Ring-back is one frequency around 400 to 480 Hz: 450 Hz in China, 425 Hz in most of Europe, 440 + 480 Hz in America.
_RING_LOW_HZ, _RING_HIGH_HZ = 390.0, 490.0
_RING_BURST_S = (0.75, 2.4)
_RING_PERIOD_S = 6.5
_RING_CYCLE_S = 5.0
_GAP_S = 0.5
_SHORTEST_S = 0.9


@dataclass(frozen=True, slots=True)
class Tones:
    """What one channel carried besides speech: `rings` from the first burst to the end of the last, and all `spans`.

    `bursts` are the single ring-back bursts within `rings`.
    """

    spans: tuple[Span, ...] = ()
    rings: tuple[Span, ...] = ()
    bursts: tuple[Span, ...] = ()


def find_tones(channel: Channel, own_db: Levels, other_db: Levels | None, speech: Sequence[Span]) -> Tones:
    """Look for tones where the channel is audible, is not the other party's echo, and nobody speaks on it."""
    candidates = own_db > _AUDIBLE_DB
    if other_db is not None:
        candidates &= ~echo(own_db, other_db)
    for span in speech:
        candidates[int(span.start_s / FRAME_S) : round(span.end_s / FRAME_S)] = False
    pure = np.zeros(len(candidates), bool)
    ringing = np.zeros(len(candidates), bool)
    for frames, power in _spectra(channel, np.flatnonzero(candidates)):
        share, peak_hz = _purity(power)
        pure[frames] = share >= _PURE
        ringing[frames] = (share >= _PURE) & (peak_hz > _RING_LOW_HZ) & (peak_hz < _RING_HIGH_HZ)
    bursts = [b for b in _runs(ringing, 3 * FRAME_S) if _RING_BURST_S[0] <= b.end_s - b.start_s <= _RING_BURST_S[1]]
    groups = _groups(bursts)
    sounding = [s for s in _runs(pure, _GAP_S) if s.end_s - s.start_s >= _SHORTEST_S]
    return Tones(
        spans=_merged([*sounding, *groups]),
        rings=tuple(groups),
        bursts=tuple(b for b in bursts if any(g.start_s <= b.start_s < g.end_s for g in groups)),
    )


def answered_at(tones: Sequence[Tones], first_person_s: float | None) -> float | None:
    """When the call was answered: the end of the ring-back before the first person speaks, else when they speak.

    The answer falls into the pause after the last burst, so it is put where somebody speaks in that pause, or where
    the next burst was due and did not come. None when there is neither ring-back nor speech.
    """
    bursts = sorted(
        (burst for tone in tones for burst in tone.bursts if first_person_s is None or burst.start_s < first_person_s),
        key=lambda burst: burst.start_s,
    )
    if not bursts or first_person_s is None:
        return first_person_s
    return min(first_person_s, round(bursts[-1].start_s + _RING_CYCLE_S, 3))


def _spectra(channel: Channel, frames: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
    """Power spectra of the given frames (each with the frame after it), some thousand frames at a time."""
    window = np.hanning(_WINDOW).astype(np.float32) * np.float32(channel.gain / FULL_SCALE)
    whole = frames[(frames + 2) * FRAME_SAMPLES <= len(channel.samples)]
    for first in range(0, len(whole), _CHUNK):
        chosen = whole[first : first + _CHUNK]
        at = chosen[:, None] * FRAME_SAMPLES + np.arange(_WINDOW)
        yield chosen, np.abs(np.fft.rfft(channel.samples[at] * window, axis=1)).astype(np.float32) ** 2


def _purity(power: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Share of the power that lies in the few strongest lines, and the frequency of the strongest one in Hz."""
    band = power[:, _BAND].copy()
    total = power.sum(axis=1) + 1e-12
    rows = np.arange(len(band))[:, None]
    taken = np.zeros(len(band), np.float32)
    strongest = band.argmax(axis=1)
    for _ in range(_PEAKS):
        peak = band.argmax(axis=1)[:, None] + np.arange(-_HALF_WIDTH, _HALF_WIDTH + 1)
        peak = np.clip(peak, 0, band.shape[1] - 1)
        taken += band[rows, peak].sum(axis=1)
        band[rows, peak] = 0
    return taken / total, ((strongest + _BAND.start) * _BIN_HZ).astype(np.float32)


def _runs(mask: NDArray[np.bool_], gap_s: float) -> list[Span]:
    """Stretches of True; gaps up to `gap_s` are bridged."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))).reshape(-1, 2)
    found: list[Span] = []
    for first, end in edges.tolist():
        start_s, end_s = round(first * FRAME_S, 3), round((end + 1) * FRAME_S, 3)
        if found and start_s - found[-1].end_s <= gap_s:
            found[-1] = Span(found[-1].start_s, end_s)
        else:
            found.append(Span(start_s, end_s))
    return found


def _groups(bursts: Sequence[Span]) -> list[Span]:
    """Bursts that follow each other in the rhythm of ring-back, each group as one span."""
    groups: list[Span] = []
    last_start_s = 0.0
    for burst in bursts:
        if groups and burst.start_s - last_start_s <= _RING_PERIOD_S:
            groups[-1] = Span(groups[-1].start_s, burst.end_s)
        else:
            groups.append(burst)
        last_start_s = burst.start_s
    return groups


def _merged(found: Sequence[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(found, key=lambda s: (s.start_s, s.end_s)):
        if merged and span.start_s <= merged[-1].end_s:
            merged[-1] = Span(merged[-1].start_s, max(merged[-1].end_s, span.end_s))
        else:
            merged.append(span)
    return tuple(merged)
