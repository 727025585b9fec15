"""Who speaks when on a channel with several people: voices grouped into speakers, and speech cut between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.speech import FRAME_S, Levels, Span
from asr.voices import STEP_S, Heard

Vectors = NDArray[np.float32]
Labels = NDArray[np.intp]

MAX_SPEAKERS = 4
"""An agent, a customer, an announcement, and somebody the call is passed on to."""

SAME_VOICE = 0.8
OTHER_VOICE = 0.7
"""Cosine between the mean vectors of two groups of one person's speech: 0.82 and more; of two persons': up to 0.68.

Measured on 62 sides of telephone calls, each split in two as well as it goes, and on pairs of them.
"""

MIN_RUN_S = 1.2
"""A speaker has spoken this long in a stretch: a change of speakers sounds like a third one for a shorter time."""

CHANGE_COST = 1.0
PAUSE_COST = 0.3
"""What a change of speaker must gain in cosine, summed over vectors: inside a span, and where a new span begins."""

CUT_REACH_S = 0.3
"""A cut is put at the quietest moment within this reach of where the voice changes."""

MIN_PIECE_S = 0.25

_MAX_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Speakers:
    """`speech` holds the spans of each speaker, in order of their first words; together they are the spans given.

    `distance` is 0 to 1: how far apart the two nearest of them sound; 0 when there is only one. No speech, no speaker.
    """

    speech: tuple[tuple[Span, ...], ...]
    distance: float


def separate(spans: Sequence[Span], heard: Heard, levels_db: Levels) -> Speakers:
    """Give each moment of the spans to one speaker, cutting spans where the speaker changes.

    `levels_db` is the level of each 32 ms frame. The same input gives the same speakers; spans of length 0 must not be
    given.
    """
    if not len(heard.vectors):
        return Speakers((tuple(spans),) if spans else (), 0.0)
    centres = _grouped(heard)
    if len(centres) == 1:
        return Speakers((tuple(spans),), 0.0)
    labels = _smoothed(heard, centres)
    pieces = [piece for i, span in enumerate(spans) for piece in _cut(i, span, heard, labels, levels_db)]
    order = list(dict.fromkeys(label for label, _ in pieces))
    speech = tuple(tuple(span for label, span in pieces if label == speaker) for speaker in order)
    if len(speech) == 1:
        return Speakers(speech, 0.0)
    return Speakers(speech, _distance(centres[order]))


def two_voices(heard: Heard) -> Labels | None:
    """Which of the two voices heard most each vector is nearer to (n,); None when there is only one voice."""
    if not len(heard.vectors):
        return None
    centres = _grouped(heard)
    if len(centres) == 1:
        return None
    counts = np.bincount((heard.vectors @ centres.T).argmax(axis=1), minlength=len(centres))
    most = np.sort(np.argsort(-counts, kind="stable")[:2])
    return np.asarray((heard.vectors @ centres[most].T).argmax(axis=1))


def _distance(centres: Vectors) -> float:
    nearest = float((centres @ centres.T)[np.triu_indices(len(centres), 1)].max())
    return round(min(max((SAME_VOICE - nearest) / (SAME_VOICE - OTHER_VOICE), 0.0), 1.0), 4)


def _grouped(heard: Heard) -> Vectors:
    """Mean vectors of the speakers: groups are halved as long as the halves sound like different people.

    Then all vectors go to the nearest mean, again and again (k-means on the sphere, Dhillon and Modha 2001), and means
    that have come close are joined. A mean that lies between two others is of moments when both speak at once.
    """
    vectors = heard.vectors
    centres = _mean(vectors)[None]
    labels = np.zeros(len(vectors), np.intp)
    waiting = [0]
    while waiting and len(centres) < MAX_SPEAKERS:
        group = waiting.pop(0)
        members = np.flatnonzero(labels == group)
        halves = _halved(vectors[members])
        if halves is None:
            continue
        second = members[halves == 1]
        trial = labels.copy()
        trial[second] = len(centres)
        means = np.stack([_mean(vectors[trial == group]), _mean(vectors[second])])
        lasting = _runs(trial, heard.owners)
        if means[0] @ means[1] >= SAME_VOICE or min(lasting[group], lasting[len(centres)]) < MIN_RUN_S:
            continue
        labels = trial
        centres = np.concatenate([centres, means[1:]])
        centres[group] = means[0]
        waiting += [group, len(centres) - 1]
    return _joined(vectors, centres)


def _joined(vectors: Vectors, centres: Vectors) -> Vectors:
    while True:
        centres = _settled(vectors, centres)
        if len(centres) == 1:
            return centres
        likeness = centres @ centres.T - 2 * np.eye(len(centres))
        first, second = sorted(int(i) for i in np.unravel_index(likeness.argmax(), likeness.shape))
        if likeness[first, second] < SAME_VOICE:
            between = _between(centres)
            if between is None:
                return centres
            centres = np.delete(centres, between, axis=0)
            continue
        labels = (vectors @ centres.T).argmax(axis=1)
        centres[first] = _mean(vectors[(labels == first) | (labels == second)])
        centres = np.delete(centres, second, axis=0)


def _between(centres: Vectors) -> int | None:
    """A mean that is no more than two others together; None when there is none."""
    for k, centre in enumerate(centres):
        others = np.delete(centres, k, axis=0)
        for i, other in enumerate(others):
            for third in others[i + 1 :]:
                if centre @ _mean(np.stack([other, third])) >= SAME_VOICE:
                    return k
    return None


def _settled(vectors: Vectors, centres: Vectors) -> Vectors:
    labels = (vectors @ centres.T).argmax(axis=1)
    for _ in range(_MAX_ROUNDS):
        centres = np.stack([_mean(vectors[labels == k]) for k in range(len(centres)) if (labels == k).any()])
        again = (vectors @ centres.T).argmax(axis=1)
        if np.array_equal(again, labels):
            break
        labels = again
    return centres


def _halved(vectors: Vectors) -> Labels | None:
    """Two groups, begun on both sides of the direction in which the vectors differ most; None when they do not."""
    apart = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(apart.T @ apart)
    labels = np.asarray(apart @ directions[:, -1] > 0, np.intp)
    # The sign of an eigenvector is arbitrary; the first vector is in the first group.
    labels ^= labels[0]
    for _ in range(_MAX_ROUNDS):
        if not 0 < labels.sum() < len(labels):
            return None
        means = np.stack([_mean(vectors[labels == 0]), _mean(vectors[labels == 1])])
        again = (vectors @ means.T).argmax(axis=1)
        if np.array_equal(again, labels):
            break
        labels = again
    return labels


def _runs(labels: Labels, owners: Labels) -> dict[int, float]:
    """For each label the longest stretch in seconds that lies in one span."""
    edges = np.flatnonzero((np.diff(labels) != 0) | (np.diff(owners) != 0)) + 1
    starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(labels)]])
    longest: dict[int, float] = {}
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        label = int(labels[start])
        longest[label] = max(longest.get(label, 0.0), (end - start) * STEP_S)
    return longest


def _smoothed(heard: Heard, centres: Vectors) -> Labels:
    """The likeliest row of speakers when changes are rare: Viterbi's algorithm over the likeness to each mean."""
    likeness = (heard.vectors @ centres.T).tolist()
    fresh = (np.diff(heard.owners, prepend=-1) != 0).tolist()
    speakers = range(len(centres))
    best = [0.0] * len(centres)
    back: list[list[int]] = []
    for row, begins in zip(likeness, fresh, strict=True):
        leader = max(speakers, key=lambda k: (best[k], -k))
        bound = best[leader] - (PAUSE_COST if begins else CHANGE_COST)
        back.append([k if best[k] >= bound else leader for k in speakers])
        best = [max(best[k], bound) + row[k] for k in speakers]
    labels = np.zeros(len(back), np.intp)
    label = max(speakers, key=lambda k: (best[k], -k))
    for i in range(len(back) - 1, -1, -1):
        labels[i] = label
        label = back[i][label]
    return labels


def _cut(index: int, span: Span, heard: Heard, labels: Labels, levels_db: Levels) -> list[tuple[int, Span]]:
    """The span in pieces of one speaker each; pieces too short for a word go with what is before them."""
    first, end = np.searchsorted(heard.owners, [index, index + 1]).tolist()
    if first == end:
        return []
    own, centres_s = labels[first:end], heard.centres_s[first:end]
    pieces: list[tuple[int, Span]] = []
    start_s, label = span.start_s, int(own[0])
    for i in np.flatnonzero(np.diff(own)).tolist():
        earliest_s = max(centres_s[i] - CUT_REACH_S, start_s + MIN_PIECE_S)
        cut_s = _quietest(earliest_s, min(centres_s[i + 1] + CUT_REACH_S, span.end_s - MIN_PIECE_S), levels_db)
        if cut_s is None:
            label = int(own[i + 1])
            continue
        pieces.append((label, Span(start_s, cut_s)))
        start_s, label = cut_s, int(own[i + 1])
    return [*pieces, (label, Span(start_s, span.end_s))]


def _quietest(earliest_s: float, latest_s: float, levels_db: Levels) -> float | None:
    """The middle of the quietest frame that begins in the stretch; None when the stretch is empty."""
    first, end = int(np.ceil(earliest_s / FRAME_S)), min(int(latest_s / FRAME_S), len(levels_db))
    if first >= end:
        return None
    return round((first + int(np.argmin(levels_db[first:end])) + 0.5) * FRAME_S, 3)


def _mean(vectors: Vectors) -> Vectors:
    """The mean direction of the vectors, of length 1."""
    total = vectors.sum(axis=0, dtype=np.float64)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)
