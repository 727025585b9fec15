"""The model card: what a classifier is for, what it was made of, how good it is, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.classifier.evaluation import THRESHOLDS, Evaluation, Share
from scoring.classifier.examples import Example
from scoring.classifier.labels import ANY_UNFIT, LABELS, UNFIT
from scoring.classifier.model import Classifier

_USE = """\
## What it is for

It reads the words of recorded service calls, a sentence or two at a time, and says how likely each label is.
Scoring uses it beside the rules of the service standard (`scoring/agreement.py`): where both agree, the verdict is
surer; where they differ, a person is asked. By itself it never charges an agent with anything.

## What it is not for

- No other language than the one above, and no other trade than that of its training data.
- No verdict about a person, no ranking of agents: its labels are hints for a reviewer.
- Not for whole calls, and not for text without the reading rules that it was trained with.

## Limits

- Its training data was written, not recorded. Real calls are more broken, and what is rare there is common in the data:
  the probabilities fit the mix of labels in the data, not that of a hotline.
- It sees words, not tone: mockery in plain words escapes it. It sees one utterance, not what was said before.
- It is not told who speaks: of a customer's words only `complaint` counts, of an agent's words all but that.
- The kinds of unfit wording run into each other; `unfit` (any of them) is far surer than the kind.
"""

_MADE = """\
## How it was made

A linear model (logistic regression for each label, calibrated by Platt's method on families left out in turn) over
{features} features: characters, pairs of characters, and words of three or four characters found by jieba. It learnt
from {learnt} utterances in {families} families; data `{data}`.
"""

_TESTED = """\
## How good it is

On {examples} utterances in {families} families that it never saw, {hard} of them made to look like another label.
Counted are the agents' utterances, of `complaint` the customers'. A share of no cases is a dash; intervals are
95 %, counting each family once. Calibration error: {error:.3f} (mean distance between the probability said and the
share that came true, where it said 0.1 or more).
"""


def model_card(classifier: Classifier, evaluation: Evaluation, examples: Sequence[Example]) -> str:
    """Markdown. The same classifier and examples give the same text."""
    learnt = [e for e in examples if not e.held_out]
    made = _MADE.format(
        features=classifier.extractor.size,
        learnt=len(learnt),
        families=len({e.family for e in learnt}),
        data=classifier.data,
    )
    tested = _TESTED.format(
        examples=evaluation.examples,
        families=evaluation.families,
        hard=evaluation.hard,
        error=evaluation.calibration_error,
    )
    meaning = {**LABELS, ANY_UNFIT: f"any of {', '.join(UNFIT)}"}
    shares = "".join(f" precision from {t:g} | recall from {t:g} |" for t in THRESHOLDS)
    rows = [
        f"| {r.output} | {meaning[r.output]} | {r.examples} in {r.families} |"
        + "".join(f" {_text(p)} | {_text(q)} |" for p, q in zip(r.precision, r.recall, strict=True))
        for r in evaluation.labels
    ]
    title = f"# Utterance classifier\n\nVersion `{classifier.version}`, language `{classifier.language}`.\n"
    head = f"| label | meaning | held-out utterances, families |{shares}\n|---|---|---|{'---|' * 2 * len(THRESHOLDS)}"
    return "\n".join((title, _USE, made, tested, head, *rows, ""))


def _text(share: Share) -> str:
    return "–" if share.value is None else f"{share.value:.2f} ({share.low:.2f} to {share.high:.2f})"
