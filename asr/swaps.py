"""When the parties of a stereo recording change channels: suspected by wording, proved by voices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from asr.cues import agent_score
from asr.listen import Analysis
from asr.reading import Invented
from asr.speakers import Labels, two_voices
from asr.speech import Span
from asr.utterances import Turn
from asr.voices import STEP_S, Heard, VoiceModel
from asr.words import SpokenWord

SUSPICION = 1.0
"""Voices are heard if the wording of two parts points opposite ways by this much, as `asr.cues.agent_score` counts."""

END_SHARE = 0.4
"""The beginning and the end of a call are this share of its turns each."""

SAMPLE_S = 1.0
"""So much speech of each channel at each end tells whether voices have crossed over."""

SPAN_S = 2.0
"""So much of each span of speech tells whose voice it is: parties change channels between spans, not within one."""

PURE = 0.9
"""On each side of the change, so much of the speech is one voice per channel."""

PART_S = 1.5
"""On each side of the change there is so much speech on each channel."""

Said = TypeVar("Said", SpokenWord, Invented)


def swapped_at(turns: Sequence[Turn], language: str, analysis: Analysis, voices: VoiceModel) -> float | None:
    """When the parties change channels, in seconds; None when they do not, or their voices do not show it.

    Voices are heard only where the turns (in time order) give reason to: all of them where wording speaks for a change,
    a few seconds from both ends where it does not speak against one.
    """
    if analysis.distance is not None or len(analysis.channels) != 2 or not all(analysis.speech):
        return None
    scores = np.array([agent_score(turn.text, language) * (1 if turn.channel == 0 else -1) for turn in turns])
    if speaks_for_change(scores) or (not speaks_against_change(scores) and _crossed(analysis, voices)):
        return _change_by_voice(analysis, voices)
    return None


def speaks_for_change(scores: NDArray[np.float64]) -> bool:
    """Whether the agent seems to be on one channel first and on the other later.

    `scores` (n,): how much each turn sounds like an agent on channel 0 (above 0) or on channel 1 (below).
    """
    before = np.cumsum(scores)[:-1]
    after = scores.sum() - before
    opposed = before * after < 0
    return bool(opposed.any() and np.minimum(np.abs(before), np.abs(after))[opposed].max() >= SUSPICION)


def speaks_against_change(scores: NDArray[np.float64]) -> bool:
    """Whether the agent seems to be on the same channel at the beginning and at the end; `scores` as above."""
    count = round(END_SHARE * len(scores))
    first, last = float(scores[:count].sum()), float(scores[len(scores) - count :].sum())
    return first * last > 0 and min(abs(first), abs(last)) >= SUSPICION


def _crossed(analysis: Analysis, voices: VoiceModel) -> bool:
    """Whether voices at the end are more like those on the other channel at the beginning than like those on theirs."""
    first, last = (
        [
            voices.hear(channel, _end_of(spans, late=late)).vectors.mean(axis=0)
            for channel, spans in zip(analysis.channels, analysis.speech, strict=True)
        ]
        for late in (False, True)
    )
    return bool(first[0] @ last[1] + first[1] @ last[0] > first[0] @ last[0] + first[1] @ last[1])


def _end_of(spans: Sequence[Span], *, late: bool) -> list[Span]:
    """The first or last `SAMPLE_S` of speech, or as much as there is."""
    taken: list[Span] = []
    left_s = SAMPLE_S
    for span in reversed(spans) if late else spans:
        length_s = min(left_s, span.end_s - span.start_s)
        taken.append(Span(span.end_s - length_s, span.end_s) if late else Span(span.start_s, span.start_s + length_s))
        left_s -= length_s
        if left_s < STEP_S:
            break
    return taken[::-1] if late else taken


def _change_by_voice(analysis: Analysis, voices: VoiceModel) -> float | None:
    left, right = (
        voices.hear(channel, [Span(s.start_s, min(s.end_s, s.start_s + SPAN_S)) for s in spans])
        for channel, spans in zip(analysis.channels, analysis.speech, strict=True)
    )
    both = Heard(
        np.concatenate([left.centres_s, right.centres_s]),
        np.concatenate([left.owners, right.owners + len(analysis.speech[0])]),
        np.concatenate([left.vectors, right.vectors]),
    )
    labels = two_voices(both)
    if labels is None:
        return None
    side = (np.arange(len(labels)) >= len(left.vectors)).astype(np.intp)
    order = np.argsort(both.centres_s, kind="stable")
    return change_of_sides(both.centres_s[order], side[order], labels[order])


def change_of_sides(at_s: NDArray[np.float64], side: Labels, voice: Labels) -> float | None:
    """The moment at which voices 0 and 1 change sides 0 and 1; None when they do not.

    The arrays (n,) say for moments in order of time which voice is heard on which side.
    """
    agrees = np.where(side == voice, 1, -1)
    before = np.cumsum(agrees)[:-1]
    if not len(before):
        return None
    cut = int(np.abs(2 * before - agrees.sum()).argmax()) + 1
    first, second = agrees[:cut].mean(), agrees[cut:].mean()
    opposed = first * second < 0 and min(abs(first), abs(second)) >= 2 * PURE - 1
    shortest = min(int((part == which).sum()) for part in (side[:cut], side[cut:]) for which in (0, 1))
    if not opposed or shortest * STEP_S < PART_S:
        return None
    return round(float(at_s[cut - 1] + at_s[cut]) / 2, 3)


def rejoined(analysis: Analysis, swap_s: float) -> Analysis:
    """The analysis with the speech of each party on one channel: what is after the change is moved to the other one."""
    cut = [[piece for span in spans for piece in _at(span, swap_s)] for spans in analysis.speech]
    speech = tuple(
        tuple(
            sorted(
                [s for s in cut[i] if s.end_s <= swap_s] + [s for s in cut[1 - i] if s.start_s >= swap_s],
                key=lambda s: s.start_s,
            )
        )
        for i in (0, 1)
    )
    return replace(analysis, speech=speech)


def moved(said: Sequence[Said], swap_s: float) -> list[Said]:
    """What is said, in order of time; what comes after the change is on the other channel."""
    found = [replace(s, channel=1 - s.channel) if s.start_s + s.end_s > 2 * swap_s else s for s in said]
    return sorted(found, key=lambda s: (s.start_s, s.end_s))


def _at(span: Span, swap_s: float) -> list[Span]:
    if span.start_s < swap_s < span.end_s:
        return [Span(span.start_s, swap_s), Span(swap_s, span.end_s)]
    return [span]
