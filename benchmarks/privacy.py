"""Spoken personal numbers: how many are masked and bleeped through the real model, and what is masked in vain.

    python -m benchmarks.privacy CALLS...     folders of recordings, each ID.flac with its truth in ID.json

A number is found when something is masked while it is said, and hidden when no digit of it is left in the text. The
truth tells the time of the turn, so bleeps are measured on turns that hold only a number: they cover it when they
leave out no more than `EDGE_S` at either end. What is masked while no personal number is said is false. Numbers of
other kinds in the truth (accounts, the last four of an ID card) are told apart: masking them is neither wanted nor
wrong. `benchmarks/privacy_calls` holds scripts of calls that no rule was written from.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.agreement import wilson
from callqa.bootstrap import probe, transcriber_for
from callqa.cli.common import settings_from
from callqa.services.audio import bleeps_of
from callqa.sources import hash_file
from callqa.standards import find_standard
from models.call import CallMeta
from models.run import AudioJob
from models.transcript import MASK, SecretKind, Transcript, Utterance

EDGE_S = 0.15
NEAR_S = 0.5
DIGITS = frozenset("0123456789零〇一二三四五六七八九幺")


@dataclass(slots=True)
class Tally:
    """Numbers of one kind; of those `alone` in their turn `seconds` long, `heard_s` of it under no bleep."""

    said: int = 0
    found: int = 0
    hidden: int = 0
    alone: int = 0
    covered: int = 0
    seconds: float = 0.0
    heard_s: float = 0.0


@dataclass(slots=True)
class Result:
    """All calls so far. `false` are masked stretches of text where nothing personal was said."""

    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    masked_characters: int = 0
    false_characters: int = 0
    digits_left: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def measure(result: Result, name: str, transcript: Transcript, truth: dict[str, Any]) -> None:
    """Add one call."""
    bleeps = bleeps_of(transcript) or ()
    numbers = truth["truth"]["pii"]
    for number in numbers:
        kind = number["type"] if number["type"] in set(SecretKind) else "other"
        start_s, end_s = number["start"], number["end"]
        tally = result.kinds[kind]
        tally.said += 1
        hit = any(start < end_s and end > start_s for start, end in bleeps)
        left = sum(c in DIGITS for u in transcript.utterances for c in _said_between(u, start_s, end_s))
        tally.found += hit
        tally.hidden += hit and not left
        if "".join(c for c in truth["turns"][number["turn"]]["text"] if c not in "，。") == number["spoken"]:
            tally.alone += 1
            tally.covered += _uncovered_s(start_s + EDGE_S, end_s - EDGE_S, bleeps) < 1e-6
            tally.seconds += end_s - start_s
            tally.heard_s += _uncovered_s(start_s, end_s, bleeps)
        if kind != "other" and not (hit and not left):
            result.missed.append(f"{name} {kind} at {start_s:.1f} s: {left} digits left")
    for utterance in transcript.utterances:
        result.masked_characters += utterance.text.count(MASK)
        result.digits_left += sum(c in DIGITS for c in utterance.text)
        for masked in utterance.masked:
            at_s, until_s = masked.start_s or 0.0, masked.end_s or 0.0
            if not any(n["start"] < until_s + NEAR_S and n["end"] > at_s - NEAR_S for n in numbers):
                count = utterance.text[masked.char_start : masked.char_end].count(MASK)
                result.false_characters += count
                result.false.append(f"{name} {masked.kind.value} at {at_s:.1f} s: {utterance.text}")


def _said_between(utterance: Utterance, start_s: float, end_s: float) -> Iterator[str]:
    for word in utterance.words:
        if start_s <= (word.start_s + word.end_s) / 2 <= end_s:
            yield from utterance.text[word.char_start : word.char_end]


def _uncovered_s(start_s: float, end_s: float, bleeps: Sequence[tuple[float, float]]) -> float:
    at_s, missing_s = start_s, 0.0
    for start, end in sorted(bleeps):
        if end > at_s and start < end_s:
            missing_s += max(0.0, start - at_s)
            at_s = max(at_s, end)
    return missing_s + max(0.0, end_s - at_s)


def table(result: Result) -> str:
    """Counts with Wilson intervals (95 %)."""
    lines = []
    for kind in (*(k.value for k in SecretKind), "all", "other"):
        tally = _total(result.kinds, kind)
        if tally.said:
            lines.append(
                f"{kind:10} {tally.said:3} said   found {_share(tally.found, tally.said)}   "
                f"hidden {_share(tally.hidden, tally.said)}   covered {_share(tally.covered, tally.alone)}   "
                f"{tally.seconds - tally.heard_s:.1f} of {tally.seconds:.1f} s bleeped"
            )
    lines.append(
        f"masked in vain: {_share(result.false_characters, result.masked_characters)} of masked characters; "
        f"{result.digits_left} digits of other numbers stayed"
    )
    return "\n".join([*lines, *(f"  false: {f}" for f in result.false), *(f"  missed: {m}" for m in result.missed)])


def _total(kinds: dict[str, Tally], kind: str) -> Tally:
    if kind != "all":
        return kinds.get(kind, Tally())
    own = [tally for name, tally in kinds.items() if name != "other"]
    return Tally(
        sum(t.said for t in own), sum(t.found for t in own), sum(t.hidden for t in own), sum(t.alone for t in own),
        sum(t.covered for t in own), sum(t.seconds for t in own), sum(t.heard_s for t in own),
    )  # fmt: skip


def _share(hits: int, count: int) -> str:
    low, high = wilson(hits, count)
    return f"{hits}/{count} [{low:.0%}, {high:.0%}]"


def recordings(folders: Iterable[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Stereo recordings that have a truth file, with its content."""
    for folder in folders:
        for truth in sorted(folder.glob("*.json")):
            sound = truth.with_suffix(".flac")
            if sound.is_file():
                yield sound, json.loads(truth.read_text(encoding="utf-8"))


def main() -> None:
    """Transcribe, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("calls", nargs="+", type=Path)
    parser.add_argument("--home", type=Path, help="where the model's weights are, or are put")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = settings_from(home=arguments.home or Path(scratch))
        truths = {hash_file(sound): (sound, truth) for sound, truth in recordings(arguments.calls)}
        jobs = [
            AudioJob(recording_id, str(sound), probe(str(sound)), CallMeta(sound.stem))
            for recording_id, (sound, _) in truths.items()
        ]
        result = Result()
        for outcome in transcriber_for(settings, find_standard(settings.standard)).transcribe(jobs):
            if outcome.transcript is None:
                raise SystemExit(f"{truths[outcome.recording_id][0]}: {outcome.error}")
            sound, truth = truths[outcome.recording_id]
            measure(result, sound.stem, outcome.transcript, truth)
        print(f"{len(jobs)} calls")
        print(table(result))


if __name__ == "__main__":
    main()
