"""One recording before Whisper: its channels, where each party speaks, its tones, and the windows to decode."""

from __future__ import annotations

from dataclasses import dataclass

from asr.audio import decode
from asr.channels import Channel, frame_levels_db, parties
from asr.packing import PAD_S, Window, pack
from asr.speech import MIN_SILENCE_S, MIXED_MIN_SILENCE_S, Span, SpeechDetector, cut_long, spans
from asr.timings import Stage, StageClock
from asr.tones import Tones, find_tones


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a recording. `speech`, `tones` and `windows` are per channel, in the order of `channels`."""

    duration_s: float
    channels: tuple[Channel, ...]
    speech: tuple[tuple[Span, ...], ...]
    tones: tuple[Tones, ...]
    windows: tuple[tuple[Window, ...], ...]


def analyse(path: str, detector: SpeechDetector, clock: StageClock, limit_s: float) -> Analysis:
    """Decode the recording and find out what is worth hearing, in windows of `limit_s` at most.

    Raises RecordingError, OSError.
    """
    with clock.at(Stage.DECODE):
        sound = decode(path)
        channels = parties(sound)
    with clock.at(Stage.SPEECH):
        levels = [frame_levels_db(channel) for channel in channels]
        found = [
            detector.probabilities(channel, levels[i], levels[1 - i] if len(channels) > 1 else None)
            for i, channel in enumerate(channels)
        ]
        mixed = len(channels) == 1
        silence_s = MIXED_MIN_SILENCE_S if mixed else MIN_SILENCE_S
        speech = tuple(spans(probabilities, silence_s) for probabilities in found)
        tones = tuple(
            find_tones(channel, levels[i], levels[1 - i] if len(channels) > 1 else None, speech[i])
            for i, channel in enumerate(channels)
        )
        windows = tuple(
            pack(i, cut_long(speech[i], found[i], limit_s - 2 * PAD_S), sound.duration_s, limit_s, alone=mixed)
            for i in range(len(channels))
        )
    return Analysis(sound.duration_s, channels, speech, tones, windows)
