"""Times against the ground truth: turn starts and ends, dead air, interruptions.

    callqa transcribe CALLS/*.flac -o LINES.jsonl
    python -m benchmarks.times CALLS LINES.jsonl [--show]

CALLS holds ID.json ground truth of stereo calls with one party a channel; LINES are what callqa made of them.

Each recognised word goes to the true turn of its own party in which its middle lies, else to the nearest one at most
0.5 s away, else to none. The start of a turn is measured from the start of the first of its words, its end from the end
of the last. A turn without words is missed: counted apart, neither right nor wrong.

Dead air is right when it overlaps a true stretch by more than half of both; an interruption when a true one by the same
party begins within 1 s of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.agreement import wilson
from benchmarks.lines import Truth, with_truth
from models.transcript import Transcript
from scoring.activity import dead_air, interruptions

TOLERANCE_S = 0.3
_NEAR_S = 0.5
_ROLES = {"ivr": "system"}


@dataclass(frozen=True, slots=True)
class TurnTimes:
    """One true turn: how late its first word begins and its last word ends, in seconds; None when it was missed."""

    call: str
    text: str
    start_s: float
    end_s: float
    start_error_s: float | None
    end_error_s: float | None


def turn_times(call: str, transcript: Transcript, truth: Truth) -> Iterator[TurnTimes]:
    """The times of every true turn of the call."""
    turns = truth["turns"]
    words: list[list[tuple[float, float]]] = [[] for _ in turns]
    for utterance in transcript.utterances:
        own = [i for i, t in enumerate(turns) if _ROLES.get(t["role"], t["role"]) == utterance.role.value]
        for word in utterance.words:
            middle_s = (word.start_s + word.end_s) / 2
            distance = {i: max(turns[i]["start"] - middle_s, middle_s - turns[i]["end"], 0.0) for i in own}
            nearest = min(own, key=lambda i: distance[i], default=None)
            if nearest is not None and distance[nearest] <= _NEAR_S:
                words[nearest].append((word.start_s, word.end_s))
    for turn, heard in zip(turns, words, strict=True):
        yield TurnTimes(
            call,
            turn["text"],
            turn["start"],
            turn["end"],
            min(start for start, _ in heard) - turn["start"] if heard else None,
            max(end for _, end in heard) - turn["end"] if heard else None,
        )


@dataclass(frozen=True, slots=True)
class Hits:
    """How many were found of how many true ones, and what was found besides."""

    found: int
    true: int
    false: tuple[str, ...]
    missed: tuple[str, ...]


def silence_hits(call: str, transcript: Transcript, truth: Truth) -> Hits:
    """Dead air found and missed in one call."""
    found = [(s.start_s, s.end_s) for s in dead_air(transcript) or ()]
    true = [(d["start"], d["end"]) for d in truth["truth"]["dead_air"]]

    def same(one: tuple[float, float], other: tuple[float, float]) -> bool:
        shared = min(one[1], other[1]) - max(one[0], other[0])
        return shared > max(one[1] - one[0], other[1] - other[0]) / 2

    return Hits(
        sum(any(same(t, f) for f in found) for t in true),
        len(true),
        tuple(f"{call} {f[0]:.1f}-{f[1]:.1f}" for f in found if not any(same(t, f) for t in true)),
        tuple(f"{call} {t[0]:.1f}-{t[1]:.1f}" for t in true if not any(same(t, f) for f in found)),
    )


def interruption_hits(call: str, transcript: Transcript, truth: Truth) -> Hits:
    """Interruptions found and missed in one call."""
    found = [(i.by.value, i.start_s, i.overlap_s) for i in interruptions(transcript) or ()]
    true = [(i["by"], i["start"], i["overlap"]) for i in truth["truth"]["interruptions"]]

    def same(one: tuple[str, float, float], other: tuple[str, float, float]) -> bool:
        return one[0] == other[0] and abs(one[1] - other[1]) <= 1.0

    return Hits(
        sum(any(same(t, f) for f in found) for t in true),
        len(true),
        tuple(f"{call} {f[0]} {f[1]:.1f} ({f[2]:.2f} s)" for f in found if not any(same(t, f) for t in true)),
        tuple(f"{call} {t[0]} {t[1]:.1f} ({t[2]:.2f} s)" for t in true if not any(same(t, f) for f in found)),
    )


def shown(name: str, errors: Sequence[float]) -> str:
    """One line about how far off times are."""
    off = np.abs(errors)
    right = int((off <= TOLERANCE_S).sum())
    low, high = wilson(right, len(off))
    return (
        f"{name:12} within {TOLERANCE_S} s: {right} of {len(off)} = {right / max(1, len(off)):.1%} "
        f"[{low:.1%}, {high:.1%}]   off by {np.median(off):.2f} s (median), {np.percentile(off, 95):.2f} s (95th "
        f"percentile), {off.max():.2f} s (worst)"
    )


def summary(name: str, rows: Sequence[Hits]) -> str:
    """Precision and recall of what was found over all calls."""
    found, true = sum(r.found for r in rows), sum(r.true for r in rows)
    false = [f for r in rows for f in r.false]
    missed = [m for r in rows for m in r.missed]
    low, high = wilson(found, true)
    return (
        f"{name:14} found {found} of {true} [{low:.1%}, {high:.1%}]   false {len(false)} {false or ''}   "
        f"missed {missed or 'none'}"
    )


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("calls", type=Path)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--show", action="store_true", help="list every turn that is further off")
    arguments = parser.parse_args()
    calls = list(with_truth(arguments.lines, arguments.calls))
    turns = [turn for call in calls for turn in turn_times(*call)]
    print(f"{len(calls)} calls, {len(turns)} turns, missed {sum(t.start_error_s is None for t in turns)}")
    print(shown("turn starts", [t.start_error_s for t in turns if t.start_error_s is not None]))
    print(shown("turn ends", [t.end_error_s for t in turns if t.end_error_s is not None]))
    print(summary("dead air", [silence_hits(*call) for call in calls]))
    print(summary("interruptions", [interruption_hits(*call) for call in calls]))
    for turn in turns if arguments.show else ():
        if turn.start_error_s is None or turn.end_error_s is None:
            print(f"  {turn.call} {turn.start_s:.2f}-{turn.end_s:.2f} missed: {turn.text}")
        elif max(abs(turn.start_error_s), abs(turn.end_error_s)) > TOLERANCE_S:
            print(
                f"  {turn.call} {turn.start_s:.2f}-{turn.end_s:.2f} start {turn.start_error_s:+.2f} "
                f"end {turn.end_error_s:+.2f}: {turn.text}"
            )


if __name__ == "__main__":
    main()
