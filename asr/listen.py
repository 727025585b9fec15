"""One recording before Whisper: its channels, where each party speaks, its tones, and the windows to decode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from asr.budget import Budget
from asr.channels import Channel, frame_levels_db, parties
from asr.decoder import decode
from asr.packing import PAD_S, Window, pack
from asr.speakers import separate
from asr.speech import MIXED_MIN_SILENCE_S, Probabilities, Span, SpeechDetector, cut_long, spans
from asr.timings import Stage, StageClock
from asr.tones import Tones, find_tones
from asr.voices import VoiceModel

NOBODY_S = 1.0
"""With less speech than this on one channel of two, everybody may be on the other."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a recording. `speech` and `windows` are per channel, in the order of `channels`.

    Each speaker on a shared channel counts as a channel of its own, with the same samples; `distance` (0 to 1) then
    says how well they could be told apart. It is None where every channel is a party's own, or only one person speaks.
    `tones` are per channel of the recording.
    """

    duration_s: float
    channels: tuple[Channel, ...]
    speech: tuple[tuple[Span, ...], ...]
    tones: tuple[Tones, ...]
    windows: tuple[tuple[Window, ...], ...]
    distance: float | None = None


def analyse(
    path: str,
    detector: SpeechDetector,
    voices: VoiceModel,
    clock: StageClock,
    limit_s: float,
    budget: Budget,
    *,
    sides_known: bool = False,
) -> Analysis:
    """Decode the recording and find out what is worth hearing, in windows of `limit_s` at most.

    `sides_known` says that each of two channels is known to be one party's: then several voices on one are colleagues,
    and are not told apart, however little the other side speaks. Where the other side never speaks, everybody may be
    on this one. Raises RecordingError, also when that costs more than the budget, and OSError.
    """
    with clock.at(Stage.DECODE), budget.spending():
        sound = decode(path, budget)
        channels = parties(sound)
    with clock.at(Stage.SPEECH):
        levels = [frame_levels_db(channel) for channel in channels]
        found: list[Probabilities] = []
        for i, channel in enumerate(channels):
            with budget.spending():
                found.append(detector.probabilities(channel, levels[i], levels[1 - i] if len(channels) > 1 else None))
        speech = tuple(_until(sound.duration_s, spans(probabilities)) for probabilities in found)
        tones = tuple(
            find_tones(channel, levels[i], levels[1 - i] if len(channels) > 1 else None, speech[i])
            for i, channel in enumerate(channels)
        )
        heard = [_Row(channels[i], found[i], speech[i]) for i in range(len(channels))]
        distance: float | None = None
        own_sides = sides_known and len(channels) > 1 and all(speech)
        shared = None if own_sides else _shared(speech)
        if shared is not None:
            mixed = _until(sound.duration_s, spans(found[shared], MIXED_MIN_SILENCE_S))
            with budget.spending():
                speakers = separate(mixed, voices.hear(channels[shared], mixed), levels[shared])
            if len(speakers.speech) > 1:
                distance = speakers.distance
                rest = [row for i, row in enumerate(heard) if i != shared and row.speech]
                heard = [*[replace(heard[shared], speech=own) for own in speakers.speech], *rest]
        windows = tuple(
            pack(
                i,
                cut_long(row.speech, row.probabilities, limit_s - 2 * PAD_S),
                sound.duration_s,
                limit_s,
                [span for other in heard if other.channel is row.channel and other is not row for span in other.speech],
            )
            for i, row in enumerate(heard)
        )
    return Analysis(
        sound.duration_s,
        tuple(row.channel for row in heard),
        tuple(row.speech for row in heard),
        tones,
        windows,
        distance,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One party: where its sound is, how likely there is speech in each frame, and the spans that are this party's."""

    channel: Channel
    probabilities: Probabilities
    speech: tuple[Span, ...]


def _until(duration_s: float, found: Sequence[Span]) -> tuple[Span, ...]:
    """The spans, none of which goes on after the sound: its last frame may be a part of one."""
    return tuple(Span(span.start_s, min(span.end_s, duration_s)) for span in found)


def _shared(speech: Sequence[Sequence[Span]]) -> int | None:
    """The channel on which everybody may be: the only one, or the only one with speech to speak of."""
    spoken_s = [sum(span.end_s - span.start_s for span in own) for own in speech]
    most = max(range(len(spoken_s)), key=lambda i: (spoken_s[i], -i))
    quiet = all(seconds < NOBODY_S for i, seconds in enumerate(spoken_s) if i != most)
    return most if spoken_s[most] and quiet else None
