"""Calls for the scoring tests: short dialogues under the shipped standards."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from callqa.standards import find_standard
from models.scorecard import Finding, Scorecard
from models.transcript import Role, Transcript, Utterance
from scoring import ServiceStandard, score_call
from tests import factories

FRIDAY = {"zh": "2026-11-20T09:31:00+08:00", "en": "2026-11-20T09:31:00+00:00"}
NAMES = {"zh": "telecom-hotline-zh", "en": "service-desk-en"}


def shipped_text(name: str) -> str:
    """The YAML of a shipped standard."""
    return (resources.files("scoring") / "standards" / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def standard(language: str = "zh") -> ServiceStandard:
    """The shipped standard of a language, which all tests of a process share."""
    return find_standard(NAMES[language])


def table(name: str) -> Any:
    """A table of labelled sentences."""
    text = (Path(__file__).parent / "phrases" / f"{name}.yaml").read_text(encoding="utf-8")
    # In C: all tables are read in every test process.
    return yaml.load(text, yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)


def dialogue(*turns: tuple[str, str], language: str = "zh") -> Transcript:
    """A transcript without times."""
    said = tuple(Utterance(i, Role(role), None, None, text) for i, (role, text) in enumerate(turns))
    return Transcript("", language, None, said)


def score(*turns: tuple[str, str], language: str = "zh") -> Scorecard:
    """The scorecard of a dialogue without times that took place on a Friday morning."""
    meta = factories.meta(started_at=datetime.fromisoformat(FRIDAY[language]))
    return score_call(dialogue(*turns, language=language), meta, standard(language), "test")


def finding(card: Scorecard, item: str) -> Finding:
    """The finding on one item."""
    return next(f for f in card.findings if f.item_id == item)
