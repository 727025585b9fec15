"""Precision and recall on sentences that no rule was written from.

    python -m benchmarks.sentences

Each sentence stands in a small call that sets the scene: a greeting, a customer who asks or complains, an answer.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.agreement import wilson
from callqa import __version__
from callqa.standards import find_standard
from models.call import CallMeta
from models.scorecard import Finding, Scorecard, Verdict
from models.transcript import Role, Transcript, Utterance
from scoring import ServiceStandard, score_call

SENTENCES = Path(__file__).parent / "heldout" / "sentences.jsonl"
OPENING = ("agent", "您好，云联通信，请问有什么可以帮您？")
COMPLAINT = ("customer", "你们乱扣费，我要投诉！")
QUESTION = ("customer", "我想查话费。")
ANSWER = ("agent", "查到了，是五十八元。")
YES = ("customer", "好的。")


def score(standard: ServiceStandard, *turns: tuple[str, str]) -> Scorecard:
    """The scorecard of a call of these (role, text) turns, three seconds apart."""
    said = tuple(Utterance(i, Role(role), 3.0 * i, 3.0 * i + 2.5, text) for i, (role, text) in enumerate(turns))
    transcript = Transcript("", "zh", 3.0 * len(said), said, answered_at_s=0.0)
    return score_call(transcript, CallMeta("C"), standard, __version__)


def found(row: dict[str, Any], standard: ServiceStandard) -> bool:
    """Whether the machine finds in the sentence what its category is about."""
    sentence = (row["speaker"], row["text"])
    category = row["category"].partition(":")[0]
    if category == "greeting":
        return _item(score(standard, sentence, QUESTION), category).verdict is Verdict.MET
    if category == "closing":
        return _item(score(standard, OPENING, QUESTION, ANSWER, YES, sentence), category).verdict is Verdict.MET
    if category == "apology":
        return _item(score(standard, OPENING, COMPLAINT, sentence, YES), category).verdict is Verdict.MET
    card = score(standard, OPENING, QUESTION, sentence, YES)
    if category == "prohibited":
        return _item(card, category).verdict is Verdict.VIOLATED
    levels = {promise.specificity.value for promise in card.promises if promise.utterance == 2}
    return ("concrete" if category == "concrete_commitment" else "vague") in levels


def _item(card: Scorecard, criterion: str) -> Finding:
    return next(finding for finding in card.findings if finding.criterion == criterion)


def main() -> None:
    """Print recall (of sentences that hold it) and false hits (in sentences that do not) by category."""
    standard = find_standard("telecom-hotline-zh")
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows[::2]:
        if row["label"] == "partial":
            continue
        holds = row["label"] != "must_not_count"
        hit = found(row, standard)
        for name in (row["category"].partition(":")[0], "all"):
            counts = tally[name]
            counts[0 if holds else 2] += hit
            counts[1 if holds else 3] += 1
    for name, (hits, holding, false, innocent) in tally.items():
        low, high = wilson(hits, holding)
        print(f"{name:22} found {hits:3} of {holding:3} [{low:.0%}, {high:.0%}]   false {false:2} of {innocent:2}")


if __name__ == "__main__":
    main()
