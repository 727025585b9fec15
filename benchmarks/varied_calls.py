"""Calls of invented text for measurements of speed: clauses of the repository's own examples, put together anew.

No utterance is made twice, so that nothing is gained from having met a text before. The same seed gives the same calls.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from models.call import CallMeta
from models.transcript import EngineReceipt, Role, Transcript, Utterance, Word

ROOT = Path(__file__).parent.parent
UTTERANCES = 40
ENGINE = EngineReceipt("none", "sha256:0", "sha256:0", "sha256:0")
_STARTED_AT = datetime.fromisoformat("2026-11-01T08:00:00+08:00")
_FIGURES = re.compile("[0-9]")
_CLAUSE = re.compile("[^，。？！]+[，。？！]?")
# How many clauses are in an utterance, as in the calls of tests/data/truth: some 16 characters on average.
_CLAUSES, _HOW_OFTEN = (1, 2, 3, 4), (45, 30, 18, 7)
_AGENTS = 400


class VariedCalls:
    """A source of calls; `words` also gives every character its time and probability, as stored transcripts have."""

    def __init__(self, seed: int, words: bool = False) -> None:
        self._rng = random.Random(seed)
        self._words = words
        self._pool = _clauses()
        self._made: set[str] = set()

    def calls(self, count: int, first: int = 0) -> Iterator[tuple[Transcript, CallMeta]]:
        """`count` calls of `UTTERANCES` utterances each, numbered from `first`."""
        for number in range(first, first + count):
            yield self._call(number)

    def _call(self, number: int) -> tuple[Transcript, CallMeta]:
        said: list[Utterance] = []
        clock_s = 0.3
        for index in range(UTTERANCES):
            role = Role.AGENT if index % 2 == 0 else Role.CUSTOMER
            text = self._text(role)
            end_s = round(clock_s + 0.2 * len(text), 3)
            words = self._spoken(text, clock_s) if self._words else ()
            said.append(Utterance(index, role, round(clock_s, 3), end_s, text, words, round(self._chance(), 3)))
            clock_s = end_s + self._rng.choice((0.3, 0.4, 0.6, 1.2))
        transcript = Transcript(
            recording_id=f"{number:064x}", language="zh", duration_s=round(clock_s, 3), utterances=tuple(said),
            answered_at_s=0.0, role_confidence=0.97, role_basis="channels", engine=ENGINE,
        )  # fmt: skip
        agent = self._rng.randrange(_AGENTS)
        started_at = _STARTED_AT + timedelta(seconds=8 * number)
        return transcript, CallMeta(f"C{number:07}", f"A{agent:03}", started_at=started_at, ring_s=5.0)

    def _text(self, role: Role) -> str:
        while True:
            count = self._rng.choices(_CLAUSES, _HOW_OFTEN)[0]
            text = "".join(self._rng.choice(self._pool[role]) for _ in range(count)).rstrip("，。？！") + "。"
            text = _FIGURES.sub(lambda _: str(self._rng.randrange(10)), text)
            if text not in self._made:
                self._made.add(text)
                return text

    def _spoken(self, text: str, start_s: float) -> tuple[Word, ...]:
        return tuple(
            Word(i, i + 1, round(start_s + 0.2 * i, 3), round(start_s + 0.2 * i + 0.19, 3), round(self._chance(), 3))
            for i, char in enumerate(text)
            if char.isalnum()
        )

    def _chance(self) -> float:
        return self._rng.uniform(0.6, 1.0)


def _clauses() -> dict[Role, list[str]]:
    """Clauses by speaker, from the true texts of the bundled calls and the labelled sentences of the tests."""
    texts: dict[Role, list[str]] = {Role.AGENT: [], Role.CUSTOMER: []}
    for path in sorted((ROOT / "tests" / "data" / "truth").glob("*.json")):
        for turn in json.loads(path.read_text(encoding="utf-8"))["turns"]:
            if turn["role"] in ("agent", "customer"):
                texts[Role(turn["role"])] += [turn["text"]] * 2
    apologies, promises, prohibited = (_table(name) for name in ("zh_apologies", "zh_promises", "zh_prohibited"))
    texts[Role.CUSTOMER] += apologies["needed"] + apologies["not_needed"]
    texts[Role.AGENT] += promises["nothing"] + prohibited["innocent"] + [row["text"] for row in promises["promises"]]
    # A tenth of them: more would be a hotline where everybody swears.
    texts[Role.AGENT] += [row["text"] for row in prohibited["violations"][::10]]
    return {role: [clause for text in said for clause in _CLAUSE.findall(text)] for role, said in texts.items()}


def _table(name: str) -> Any:
    return yaml.safe_load((ROOT / "tests" / "unit" / "phrases" / f"{name}.yaml").read_text(encoding="utf-8"))
