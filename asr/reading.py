"""Reads windows: decodes them in batches, judges the text, and mends or drops what is not to be believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from asr.budget import Budget, Turnstile
from asr.channels import Channel
from asr.hearing import Heard, Hearer, Way
from asr.judge import Judgement, better, judge
from asr.packing import FULL_WINDOW_S, Window, fitted, render
from asr.text import prompt_for, simplify
from asr.timings import Stage, StageClock
from asr.words import SpokenWord, on_call_clock, sift, written
from models.errors import RecordingError, TransientError, UsageError

GREEDY_BEAM = 1
REPAIR_BEAM = 5
"""Wider than the first search: what was doubtful is worth a second look."""

_HARMLESS = frozenset({"phantom", "doubtful", "skipped"})
"""Faults of a text that may be believed when its invented sentences are taken out."""


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
class Unread:
    """A window that could not be read, and why."""

    error: Exception


@dataclass(frozen=True, slots=True)
class _Attempt:
    heard: Heard
    words: tuple[SpokenWord, ...]
    invented: tuple[tuple[SpokenWord, ...], ...]
    judged: Judgement

    @property
    def worth_sifting(self) -> bool:
        """Whether nothing but invented sentences is wrong, and most of the text is none."""
        lost = sum(len(word.text) for sentence in self.invented for word in sentence)
        return _HARMLESS.issuperset(self.judged.faults) and sum(len(word.text) for word in self.words) > lost

    def sifted(self) -> Reading:
        """The words, and each invented sentence as dropped."""
        return Reading(
            self.words,
            tuple(Invented(s[0].channel, s[0].start_s, s[-1].end_s, written(s), ("phantom",)) for s in self.invented),
        )


class WindowReader:
    """Turns windows into words with one hearer, in one way at first. Safe to use from several threads.

    Without `charged` hearing costs the recordings nothing: a service on another machine bounds each request itself, and
    the time until it answers says more about its other users than about the recording.
    """

    def __init__(self, hearer: Hearer, way: Way, language: str, clock: StageClock, *, charged: bool = True) -> None:
        self._hearer = hearer
        self._clock = clock
        self._way = way
        self._language = language
        self._charged = charged
        self._turnstile = Turnstile()

    def read(self, jobs: Sequence[WindowJob]) -> list[Reading | Unread]:
        """Read windows of one length. What a window yields does not depend on the others. No jobs, no readings.

        A window that fails, or whose recording has cost too much, is unread and takes nothing from its neighbours.
        Raises UsageError, which no other window would escape.
        """
        return [self._settled(job, first) for job, first in zip(jobs, self._first(jobs), strict=True)]

    def _settled(self, job: WindowJob, first: _Attempt | Unread) -> Reading | Unread:
        if isinstance(first, Unread):
            return first
        try:
            return self._believed(job, first)
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001 - as in _first
            return _unread(error)

    def _first(self, jobs: Sequence[WindowJob]) -> list[_Attempt | Unread]:
        """The first attempt at each window: all that may still cost something in one batch, one by one if that fails.

        Together they may need more memory than there is, or one of them may be what the hearer stumbles over.
        """
        found: dict[int, _Attempt | Unread] = {}
        affordable: list[int] = []
        for i, job in enumerate(jobs):
            try:
                job.budget.check()
                affordable.append(i)
            except RecordingError as error:
                found[i] = Unread(error)
        batches = [affordable] if affordable else []
        while batches:
            batch = batches.pop(0)
            try:
                some = [jobs[i] for i in batch]
                attempts = self._attempts(some, some[0].window.length_s, self._way)
                found.update(zip(batch, attempts, strict=True))
            except UsageError:
                raise
            except Exception as error:  # noqa: BLE001 - a window that breaks the hearer must not stop the others
                if len(batch) > 1:
                    batches = [[i] for i in batch]
                else:
                    found[batch[0]] = _unread(error)
        return [found[i] for i in range(len(jobs))]

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
        if best.judged.believable or (len(job.window.pieces) == 1 and best.worth_sifting):
            return best.sifted()
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
        """Without the terms; greedily at the tempo of speech; as Whisper was trained: 30 s long, without any prompt."""
        lead = prompt_for(self._language)
        tried = [self._way]
        for way in (replace(self._way, prompt=lead), Way(lead, GREEDY_BEAM)):
            if not any(self._same(way, other) for other in tried):
                tried.append(way)
                yield self._again(job, job.window.length_s, way)
        yield self._again(job, FULL_WINDOW_S, Way("", REPAIR_BEAM))

    def _same(self, way: Way, other: Way) -> bool:
        return way == other or (self._hearer.takes_prompt_only and way.prompt == other.prompt)

    def _alone(self, job: WindowJob, index: int) -> Reading:
        piece = replace(job.window.pieces[index], offset_s=0.0)
        alone = WindowJob(fitted(job.window.channel, (piece,)), job.channel, job.budget)
        return self._believed(alone, self._again(alone, alone.window.length_s, self._way))

    def _again(self, job: WindowJob, length_s: int, way: Way) -> _Attempt:
        """One more attempt at one window; raises what went wrong with it, and when the recording cost too much."""
        job.budget.check()
        [attempt] = self._attempts([job], length_s, way)
        if isinstance(attempt, Unread):
            raise attempt.error
        return attempt

    def _attempts(self, jobs: Sequence[WindowJob], length_s: int, way: Way) -> list[_Attempt | Unread]:
        sounds = [job.sound(length_s) for job in jobs]

        def charge(seconds: float) -> None:
            for job in jobs if self._charged else ():
                job.budget.spend(seconds / len(jobs))

        with self._turnstile.inside(charge):
            heard = self._hearer.hear(sounds, [job.window.content_s for job in jobs], way)
        with self._clock.at(Stage.TEXT):
            return [
                self._attempt(job.window, one) if isinstance(one, Heard) else Unread(one)
                for job, one in zip(jobs, heard, strict=True)
            ]

    def _attempt(self, window: Window, heard: Heard) -> _Attempt:
        words, invented = sift(on_call_clock(window, heard.words, self._language))
        return _Attempt(heard, words, invented, judge(heard, window, words, self._way.prompt))


def _unread(error: Exception) -> Unread:
    if isinstance(error, RuntimeError):  # what CTranslate2 raises, out of memory included
        return Unread(
            TransientError(f"Whisper failed on a window: {error}; run again, with fewer workers if memory ran out")
        )
    return Unread(error)
