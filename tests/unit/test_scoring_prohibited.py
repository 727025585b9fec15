"""Prohibited phrasing on tables of what agents say, kind by kind: violations, and innocent twins beside them.

Only `tuned` is asserted row by row; `unseen` is for measuring: `python -m benchmarks.prohibited`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.scorecard import Scorecard
from tests.unit.scoring_calls import finding, score, table

TABLES = sorted(path.stem for path in (Path(__file__).parent / "phrases" / "prohibited").glob("*.yaml"))


def _call(text: str) -> Scorecard:
    return score(("agent", "您好，云联通信。"), ("customer", "我想查话费。"), ("agent", text), ("customer", "好的。"))


def _tuned(name: str) -> Any:
    return table(f"prohibited/{name}")["tuned"]


@pytest.mark.parametrize("name", TABLES)
def test_every_violation_is_charged(name: str) -> None:
    missed = [text for text in _tuned(name)["violations"] if finding(_call(text), "prohibited").verdict != "violated"]
    assert missed == []


@pytest.mark.parametrize("name", TABLES)
def test_no_innocent_sentence_is_charged(name: str) -> None:
    cards = [(text, _call(text)) for text in _tuned(name)["innocent"]]
    charged = [(text, e.quote) for text, card in cards for e in finding(card, "prohibited").evidence]
    assert (charged, [text for text, card in cards if card.fatal]) == ([], [])


@pytest.mark.parametrize("name", TABLES)
def test_a_sentence_stands_on_one_side_only(name: str) -> None:
    rows = table(f"prohibited/{name}")
    texts = [text for part in rows.values() for side in part.values() for text in side]
    assert len(texts) == len(set(texts))
