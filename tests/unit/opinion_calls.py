"""Calls with made-up opinions of the classifier, for the tests of how rules and classifier decide together."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from models.scorecard import Finding, Scorecard
from models.transcript import Transcript
from scoring import score_call
from scoring.classifier import Classifier, load_classifier
from scoring.classifier.labels import OUTPUTS
from scoring.opinions import Opinion
from scoring.outcome import Outcome
from scoring.schema import AnyItem
from scoring.view import CallView, view
from tests import factories
from tests.unit.scoring_calls import dialogue, finding, standard

OPENING = ("agent", "您好，云联通信，工号八零二六，请问有什么可以帮您？")
TROUBLE = ("customer", "你们师傅说好昨天来的，等了一天也没人来，太过分了。")
SHIRK = "这个不归我管，您找别人。"
SORRY = "实在对不起，让您白等了。"


@cache
def classifier() -> Classifier:
    return load_classifier((files("scoring") / "classifier" / "shipped" / "zh.skops").read_bytes())


def judge(transcript: Transcript, used: Classifier | None) -> Scorecard:
    return score_call(transcript, factories.meta(), standard(), "0.1.0", used)


def both(*turns: tuple[str, str], item: str) -> tuple[Finding, Finding]:
    """The finding by rules alone and with the classifier."""
    without, with_it = (finding(judge(dialogue(*turns), used), item) for used in (None, classifier()))
    return without, with_it


def seen(*turns: tuple[str, str], **probabilities: float) -> tuple[CallView, tuple[Opinion, ...]]:
    """A call, and opinions that give each of the agent's utterances these probabilities and 0.2 to all else."""
    call = view(dialogue(*turns), factories.meta(), standard())
    row = np.array([probabilities.get(output, 0.2) for output in OUTPUTS])
    return call, tuple(Opinion(said, 0, len(said.reading.text), row) for said in call.agent)


def rules(call: CallView, item: str) -> Outcome:
    """What the rules say of the item, as far as the policy looks at it."""
    card = score_call(call.transcript, call.meta, call.standard, "")
    found = finding(card, item)
    return Outcome(found.verdict, found.points, found.max_points, found.reasons, found.evidence)


def item_of(call: CallView, item: str) -> AnyItem:
    return next(i for i in call.standard.items if i.id == item)
