"""How rules and classifier decide together. The rules give the verdict; the classifier says how far to trust it.

| the rules found it | the classifier             | verdict     | confidence | asks a person      |
|--------------------|----------------------------|-------------|------------|--------------------|
| as written         | confirms it (0.5 and more) | the rules'  | 0.97       | no                 |
| as written         | is undecided               | the rules'  | 0.90       | no                 |
| as written         | opposes it (under 0.10)    | the rules'  | 0.50       | yes                |
| by sound           | confirms it                | the rules'  | 0.80       | as the rules say   |
| by sound           | is undecided               | the rules'  | 0.60       | as the rules say   |
| by sound           | opposes it                 | the rules'  | 0.40       | yes                |
| unfit wording      | opposes it (under 0.20)    | met         | 0.95       | yes, with evidence |
| no unfit wording   | is sure of it (UNLISTED)   | violated *  | 0.50       | yes, with evidence |
| nothing else       | is sure of it (0.9)        | the rules'  | 0.50       | yes, with evidence |
| not at all         | is not                     | the rules'  | unchanged  | no                 |

Without a classifier confidence is that of the rules. Abuse is stricter: found by sound, it is charged only if the
classifier confirms it. Other violations are fatal only if it confirms them. What
only the classifier finds is shown as evidence (`match` classifier) and takes no points; what counts for the agent all
the same is in `scoring/benefit.py`.

* Where the standard says `unlisted: violated`: no list holds every unfit wording, so a call with one that only the
classifier knows goes to a person as violated, and costs nothing before he has confirmed it. Else the rules' verdict.

The numbers (`benchmarks/policy.py`): on made-up sentences of families that the classifier had not learnt from, many
made to mislead, what the rules found was right in 97 of 100 cases that it confirmed, in 72 where it was undecided and
in 15 that it opposed; what it alone took for unfit, from 0.9 on, was so in 90. Rules were written from some of these
sentences, which flatters the first two. Calls mislead less often, so the two lower confidences lie above that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from models.scorecard import Evidence, MatchKind, Verdict
from scoring.classifier.labels import ANY_UNFIT, UNFIT
from scoring.doubts import doubt
from scoring.opinions import Opinion
from scoring.outcome import Outcome, at, quote
from scoring.promises import Made
from scoring.reasons import say
from scoring.schema import AnyItem, GreetingItem, ProhibitedItem
from scoring.view import CallView

CONFIRMS, OPPOSES, SURE, UNCHARGED = 0.5, 0.1, 0.9, 0.2
"""Probabilities: from the first the classifier confirms what the rules found, under the second it opposes it, from the
third it is sure of what they did not find, and under the fourth it opposes a charge.

On the calls of nine authors who knew neither rules nor classifier 37 of 44 wrong charges of the rules lie under the
fourth, and 3 of 272 right ones (`benchmarks/outside.py`). The calls of one of them taught the classifier."""

UNLISTED, UNPROMISED = 1.0, 0.004
"""Odds for each stretch that the agent said: the more is said, the more looks by chance like what is sought.

From the first on the classifier is sure enough of unfit wording, which costs nothing: a probability of 0.67 in a call
of two, 0.94 in one of fifteen. A fixed one finds too little in short calls or too much in long ones. Under the second,
0.06 in a call of fifteen, what the rules take for a promise is none."""


class Backing(Enum):
    """What the classifier says of words that the rules found."""

    CONFIRMED = "confirmed"
    UNDECIDED = "undecided"
    OPPOSED = "opposed"


CONFIDENCE: Mapping[tuple[MatchKind, Backing], float] = {
    (MatchKind.EXACT, Backing.CONFIRMED): 0.97,
    (MatchKind.EXACT, Backing.UNDECIDED): 0.90,
    (MatchKind.EXACT, Backing.OPPOSED): 0.50,
    (MatchKind.HOMOPHONE, Backing.CONFIRMED): 0.80,
    (MatchKind.HOMOPHONE, Backing.UNDECIDED): 0.60,
    (MatchKind.HOMOPHONE, Backing.OPPOSED): 0.40,
}
"""How sure a verdict is, by how its evidence was found and what the classifier says of it."""

ONLY_CLASSIFIER = 0.5
"""How sure a verdict is that rests on not having found what the classifier is sure of."""

_UNFIT_OUTPUTS = {kind: (kind, ANY_UNFIT) for kind in UNFIT}
_OUTPUTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "apology": {
        "apology": ("apology",),
        "apology_then_blame": ("apology_insincere",),
        "sarcastic_apology": ("apology_insincere",),
    },
    "commitment": {
        "concrete": ("commitment_concrete",),
        "vague": ("commitment_vague",),
        "overpromise": ("overpromise",),
    },
    "prohibited": {**_UNFIT_OUTPUTS, "overpromise": ("overpromise",)},
}
"""By criterion and kind of evidence: the outputs of which one must be likely to confirm it."""

_MISSING: Mapping[str, Mapping[str, str]] = {
    "greeting": {"greeting": "opening"},
    "prohibited": {ANY_UNFIT: "", "overpromise": "overpromise"},
}
"""By criterion: the outputs that would change the verdict, and what evidence of them is called (unfit: by its kind)."""

_FOUND = (Verdict.MET, Verdict.PARTIAL, Verdict.VIOLATED)
_MOST_SUSPICIONS = 3
_FEWEST_CHARACTERS = 4
"""In fewer (你说, 干嘛) there is too little to go by: spoken one way they are rude, another way they are not."""


def backing(opinions: Iterable[Opinion], criterion: str, evidence: Evidence) -> Backing | None:
    """What the classifier says of one piece of evidence; None of evidence that it does not judge, or did not hear."""
    outputs = ("greeting",) if criterion == "greeting" else _OUTPUTS.get(criterion, {}).get(evidence.kind, ())
    heard = [opinion for opinion in opinions if opinion.covers(evidence)] if outputs else []
    if not heard:
        return None
    likely = max(opinion.of(output) for opinion in heard for output in outputs)
    opposed = likely < (UNCHARGED if criterion == "prohibited" else OPPOSES)
    return Backing.CONFIRMED if likely >= CONFIRMS else Backing.OPPOSED if opposed else Backing.UNDECIDED


_PROMISED = ("commitment_concrete", "commitment_vague", "overpromise")
"""Outputs of which one makes words a promise."""


def believed(made: Iterable[Made], opinions: Sequence[Opinion]) -> tuple[Made, ...]:
    """The promises without those that the classifier is sure are none: 七月底拆掉了 has action and time as well."""
    threshold = _by_chance(UNPROMISED, opinions)
    return tuple(m for m in made if _likely(m, opinions) >= threshold)


def _likely(made: Made, opinions: Sequence[Opinion]) -> float:
    evidence = made.said.evidence(made.hit.start, made.hit.end, made.promise.specificity.value)
    heard = [opinion for opinion in opinions if opinion.covers(evidence)]
    return max((opinion.of(output) for opinion in heard for output in _PROMISED), default=1.0)


def combine(call: CallView, item: AnyItem, outcome: Outcome, opinions: Sequence[Opinion]) -> Outcome:
    """The rules' outcome with the classifier's view of it: another certainty, further doubts and evidence."""
    if not opinions or outcome.verdict is Verdict.NOT_EVALUATED:
        return outcome
    judged = [
        (e, b)
        for e in outcome.evidence
        if e.match is not MatchKind.CLASSIFIER and (b := backing(opinions, item.criterion, e)) is not None
    ]
    if item.criterion == "prohibited":
        # What it opposes was not charged.
        judged = [(e, b) for e, b in judged if b is not Backing.OPPOSED]
    if judged and outcome.verdict in _FOUND:
        outcome = _weighed(call, item, outcome, judged)
    if outcome.verdict is Verdict.MISSED or item.criterion == "prohibited":
        outcome = _suspected(call, item, outcome, opinions)
    return outcome


def _weighed(call: CallView, item: AnyItem, outcome: Outcome, judged: Sequence[tuple[Evidence, Backing]]) -> Outcome:
    """Charges are as sure as the least sure of them; other verdicts stand on the best of their proofs."""
    least = item.criterion == "prohibited"
    sure = (min if least else max)(CONFIDENCE[evidence.match, how] for evidence, how in judged)
    opposed = [evidence for evidence, how in judged if how is Backing.OPPOSED]
    if not least and len(opposed) < len(judged):
        opposed = []
    doubts = tuple(
        doubt(call.standard.language, "classifier_opposes", at=at(call, evidence), quote=quote(call, evidence))
        for evidence in opposed
    )
    return replace(outcome, certainty=sure, doubts=(*outcome.doubts, *doubts))


def _by_chance(odds_each: float, opinions: Sequence[Opinion]) -> float:
    """The probability that these odds for each of the opinions come to."""
    odds = odds_each * len(opinions)
    return odds / (1 + odds)


def _suspected(call: CallView, item: AnyItem, outcome: Outcome, opinions: Sequence[Opinion]) -> Outcome:
    """With what the rules did not find and the classifier is sure of, the likeliest first."""
    long_enough = [opinion for opinion in opinions if opinion.characters >= _FEWEST_CHARACTERS]
    found = [
        (opinion.of(output), opinion, kind or max(UNFIT, key=opinion.of))
        for output, kind in _MISSING.get(item.criterion, {}).items()
        for opinion in long_enough
        if opinion.of(output) >= (_by_chance(UNLISTED, long_enough) if output == ANY_UNFIT else SURE)
    ]
    if isinstance(item, GreetingItem):
        opening = {said.place for turn in call.agent_turns[: item.position.agent_turns] for said in turn}
        found = [one for one in found if one[1].said.place in opening]
    if outcome.verdict is not Verdict.MISSED:
        # What a verdict of missed points to is not what was missed.
        found = [one for one in found if not any(one[1].covers(evidence) for evidence in outcome.evidence)]
    if not found:
        return outcome
    found.sort(key=lambda one: (-one[0], one[1].said.place, one[1].start, one[2]))
    language = call.standard.language
    doubts, proofs = [], []
    for likely, opinion, kind in found[:_MOST_SUSPICIONS]:
        proof = opinion.evidence(kind)
        proofs.append(proof)
        name = say(language, f"likely_{kind}" if item.criterion != "prohibited" else kind)
        doubts.append(
            doubt(language, "classifier_alone", at=at(call, proof), quote=quote(call, proof), name=name, p=likely)
        )  # fmt: skip
    unlisted = isinstance(item, ProhibitedItem) and item.unlisted == "violated"
    if unlisted and outcome.verdict is Verdict.MET and any(proof.kind in UNFIT for proof in proofs):
        outcome = replace(outcome, verdict=Verdict.VIOLATED, reasons=())
    return replace(
        outcome,
        certainty=min(outcome.certainty, ONLY_CLASSIFIER),
        doubts=(*outcome.doubts, *doubts),
        evidence=(*outcome.evidence, *proofs),
    )
