"""The model card: what a classifier is for, what it was made of, how good it is, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Sequence

from models.lesson import Lesson
from scoring.classifier.contest import ALL, Duel
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


_TAUGHT = """\
## What reviewers taught it

It was taught {lessons} sentences of {calls} calls by {people} people, on top of classifier `{base}`: reviews, rulings
on appeals and calibrations. Said between {since} and {until}. No call of those kept out for testing is among them.

F1 of the classifier in use at the time (before) and of this one (after), with the 95 % interval of the difference:
where neither had learnt what people say of calls, and on the utterances above.

| | of | before | after | difference |
|---|---|---|---|---|
{duels}
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


def taught_card(
    classifier: Classifier,
    evaluation: Evaluation,
    examples: Sequence[Example],
    lessons: Sequence[Lesson],
    calls: Sequence[Duel],
    labels: Sequence[Duel],
) -> str:
    """The card of one that was taught some more: `model_card`, with its lessons (not none) and its contest."""
    said = sorted(lesson.taught_at for lesson in lessons)
    rows = [_row(f"calls: {_item(d)}", d) for d in calls] + [_row(f"utterances: {_item(d)}", d) for d in labels]
    taught = _TAUGHT.format(
        lessons=len(lessons),
        calls=len({lesson.recording_id for lesson in lessons}),
        people=len({name for lesson in lessons for name in lesson.taught_by}),
        base=classifier.base,
        since=f"{said[0]:%Y-%m-%d}",
        until=f"{said[-1]:%Y-%m-%d}",
        duels="\n".join(rows),
    )
    return f"{model_card(classifier, evaluation, examples)}\n{taught}"


def _item(duel: Duel) -> str:
    return "mean of all" if duel.item == ALL else duel.item


def _row(name: str, duel: Duel) -> str:
    reach = f"{duel.low:+.3f} to {duel.high:+.3f}"
    return f"| {name} | {duel.units} | {duel.champion:.3f} | {duel.challenger:.3f} | {reach} |"


def _text(share: Share) -> str:
    return "–" if share.value is None else f"{share.value:.2f} ({share.low:.2f} to {share.high:.2f})"
