"""Reads windows: decodes them in batches, judges the text, and mends or drops what is not to be believed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from asr.budget import Budget
from asr.channels import Channel
from asr.hearing import Heard, Hearer
from asr.judge import Judgement, better, judge
from asr.packing import FULL_WINDOW_S, Window, fitted, render
from asr.text import prompt_for, simplify
from asr.timings import Stage, StageClock
from asr.words import SpokenWord, on_call_clock

GREEDY_BEAM = 1
REPAIR_BEAM = 5
"""Wider than the first search: what was doubtful is worth a second look."""


@dataclass(frozen=True, slots=True)
class WindowJob:
    """A window, the channel that its sound comes from, and what its recording may still cost."""

    window: Window
    channel: Channel
    budget: Budget

    def sound(self, length_s: int) -> NDArray[np.float32]:
        """The window's sound, `length_s` seconds long."""
        return render(self.window, self.channel, length_s)


@dataclass(frozen=True, slots=True)
class Invented:
    """Text that Whisper wrote for a stretch of a channel (its index among the analysed ones) and nobody said."""

    channel: int
    start_s: float
    end_s: float
    text: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a window in time order, and the texts that were judged invented and left out, likewise."""

    words: tuple[SpokenWord, ...] = ()
    dropped: tuple[Invented, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    heard: Heard
    words: tuple[SpokenWord, ...]
    judged: Judgement


class WindowReader:
    """Turns windows into words with one hearer, prompt and beam. Safe to use from several threads."""

    def __init__(self, hearer: Hearer, prompt: str, language: str, beam_size: int, clock: StageClock) -> None:
        self._hearer = hearer
        self._clock = clock
        self._prompt = prompt
        self._language = language
        self._beam_size = beam_size

    def read(self, jobs: Sequence[WindowJob]) -> list[Reading]:
        """Read windows of one length. What a window yields does not depend on the others. No jobs, no readings.

        Raises RecordingError when one of their recordings has cost too much.
        """
        if not jobs:
            return []
        length_s = jobs[0].window.length_s
        first = self._attempts(jobs, length_s, self._prompt, self._beam_size)
        return [self._believed(job, attempt) for job, attempt in zip(jobs, first, strict=True)]

    def _believed(self, job: WindowJob, attempt: _Attempt) -> Reading:
        """Keep a good text; else the best of the other ways to decode; else what each piece gives on its own.

        A loop is mostly one piece's fault, and the window's other pieces are worth saving.
        """
        best = attempt
        if best.judged.faults:
            for other in self._other_ways(job):
                if better(best.heard, best.judged, other.heard, other.judged):
                    best = other
                if not best.judged.faults:
                    break
        if best.judged.believable:
            return Reading(best.words)
        if len(job.window.pieces) == 1:
            [piece] = job.window.pieces
            text = simplify(best.heard.text)
            return Reading(
                dropped=(
                    Invented(job.window.channel, piece.speech.start_s, piece.speech.end_s, text, best.judged.faults),
                )
            )
        parts = [self._alone(job, i) for i in range(len(job.window.pieces))]
        return Reading(tuple(w for part in parts for w in part.words), tuple(d for part in parts for d in part.dropped))

    def _other_ways(self, job: WindowJob) -> Iterator[_Attempt]:
        """Without the terms; greedily, if that can be chosen; as Whisper was trained: 30 s long, without any prompt."""
        length_s, lead = job.window.length_s, prompt_for(self._language)
        if lead != self._prompt:
            yield from self._attempts([job], length_s, lead, self._beam_size)
        if self._hearer.chooses_beam:
            yield from self._attempts([job], length_s, lead, GREEDY_BEAM)
        yield from self._attempts([job], FULL_WINDOW_S, "", REPAIR_BEAM)

    def _alone(self, job: WindowJob, index: int) -> Reading:
        piece = replace(job.window.pieces[index], offset_s=0.0)
        alone = WindowJob(fitted(job.window.channel, (piece,)), job.channel, job.budget)
        [attempt] = self._attempts([alone], alone.window.length_s, self._prompt, self._beam_size)
        return self._believed(alone, attempt)

    def _attempts(self, jobs: Sequence[WindowJob], length_s: int, prompt: str, beam_size: int) -> list[_Attempt]:
        for job in jobs:
            job.budget.check()
        sounds = [job.sound(length_s) for job in jobs]
        begun_s = time.perf_counter()
        heard = self._hearer.hear(sounds, [job.window.content_s for job in jobs], prompt, beam_size)
        share_s = (time.perf_counter() - begun_s) / len(jobs)
        for job in jobs:
            job.budget.spend(share_s)
        with self._clock.at(Stage.TEXT):
            return [self._attempt(job.window, h) for job, h in zip(jobs, heard, strict=True)]

    def _attempt(self, window: Window, heard: Heard) -> _Attempt:
        words = on_call_clock(window, heard.words, self._language)
        return _Attempt(heard, words, judge(heard, window, words, self._prompt))
