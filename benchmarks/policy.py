"""How far the classifier's word can be trusted beside the rules: the numbers behind `scoring/agreement.py`.

    python -m benchmarks.policy

The families of the training data are left out in turn, a fifth at a time. Each agent utterance is scored by the rules,
as the answer to a complaint, and judged by a classifier that has not seen its family. Needs a minute or two.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from callqa.services.classifiers import load_examples
from callqa.standards import find_standard
from models.call import CallMeta
from models.scorecard import Evidence, MatchKind, Scorecard, Verdict
from models.transcript import Role, Transcript, Utterance
from scoring import ServiceStandard, score_call
from scoring.agreement import CONFIRMS, OPPOSES, SURE
from scoring.classifier import Example, load_classifier
from scoring.classifier.labels import ANY_UNFIT, OUTPUTS, UNFIT
from scoring.classifier.training import train

_FOLDS = 5
_COMPLAINT = "你们师傅说好昨天来的，等了一天也没人来，太过分了，我要投诉，什么时候能解决？"
_ITEMS = ("apology", "commitment", "prohibited")
_OUTPUTS = {
    "apology": ("apology",),
    "concrete": ("commitment_concrete",),
    "vague": ("commitment_vague",),
    "overpromise": ("overpromise",),
    **{kind: (kind, ANY_UNFIT) for kind in UNFIT},
}


def main() -> None:
    """Print how often each side was right."""
    standard = find_standard("telecom-hotline-zh")
    examples = load_examples(standard.language, [])
    found, alone, innocent = Counter[tuple[str, bool]](), Counter[bool](), 0
    for example, likely in _judged(examples, standard):
        card = _scored(example.text, standard)
        for outputs in _found_by_rules(card):
            p = max(likely[output] for output in outputs)
            word = "confirms" if p >= CONFIRMS else "opposes" if p < OPPOSES else "is undecided"
            found[word, any(_truth(example)[output] for output in outputs)] += 1
        unfit = _truth(example)[ANY_UNFIT]
        innocent += not unfit
        if likely[ANY_UNFIT] >= SURE and not any(e.kind in UNFIT for e in _evidence(card, "prohibited")):
            alone[unfit] += 1
    for word in ("confirms", "is undecided", "opposes"):
        _print(f"the rules found it, the classifier {word}", found[word, True], found[word, False])
    _print("the rules found nothing unfit, the classifier is sure", alone[True], alone[False])
    print(f"innocent utterances that it alone would put before a person: {alone[False]} of {innocent}")


def _judged(examples: Sequence[Example], standard: ServiceStandard) -> Iterator[tuple[Example, Mapping[str, float]]]:
    def read(said: str) -> str:
        return standard.normaliser.read(said).text

    for fold in range(_FOLDS):
        left_out = {e for e in examples if hashlib.sha256(e.family.encode()).digest()[0] % _FOLDS == fold}
        out = [e for e in examples if e in left_out and e.speaker is Role.AGENT]
        classifier = load_classifier(train([e for e in examples if e not in left_out], read, standard.language))
        for example, row in zip(out, classifier.classify([read(e.text) for e in out]), strict=True):
            yield example, dict(zip(OUTPUTS, map(float, row), strict=True))


def _scored(text: str, standard: ServiceStandard) -> Scorecard:
    said = (Utterance(0, Role.CUSTOMER, None, None, _COMPLAINT), Utterance(1, Role.AGENT, None, None, text))
    return score_call(Transcript("", standard.language, None, said), CallMeta("C"), standard, "")


def _found_by_rules(card: Scorecard) -> Iterator[tuple[str, ...]]:
    if next(f for f in card.findings if f.item_id == "greeting").verdict in (Verdict.MET, Verdict.PARTIAL):
        yield ("greeting",)
    for kind in sorted({e.kind for item in _ITEMS for e in _evidence(card, item)} & set(_OUTPUTS)):
        yield _OUTPUTS[kind]


def _evidence(card: Scorecard, item: str) -> list[Evidence]:
    finding = next(f for f in card.findings if f.item_id == item)
    return [e for e in finding.evidence if e.utterance == 1 and e.match is not MatchKind.CLASSIFIER]


def _truth(example: Example) -> Mapping[str, bool]:
    return dict(zip(OUTPUTS, example.outputs, strict=True))


def _print(what: str, right: int, wrong: int) -> None:
    print(f"{what}: right in {right} of {right + wrong} ({right / max(right + wrong, 1):.2f})")


if __name__ == "__main__":
    main()
