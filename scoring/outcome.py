"""From what a criterion saw to a `Finding`: confidence, review reasons, places and quotes in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from models.scorecard import Evidence, Finding, MatchKind, Verdict
from models.transcript import Utterance
from scoring.doubts import Doubt, doubt
from scoring.reasons import say
from scoring.schema import AnyItem
from scoring.view import CallView

# Starting confidence of a verdict by how its evidence was found: rules on words as written agree with people in
# about 95 of 100 cases on our tuning calls; what only sounds alike is a coin weighted a little to our side.
CERTAIN, _BY_SOUND = 0.95, 0.6
_LONGEST_QUOTE = 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """A criterion's answer before uncertainty is added. `doubts` are reasons that call for a person.

    `whoever_spoke`: the answer stays the same whoever said what, because everybody's words were searched.
    """

    verdict: Verdict
    points: float
    max_points: float
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    certainty: float = CERTAIN
    fatal: bool = False
    whoever_spoke: bool = False


def finish(call: CallView, item: AnyItem, outcome: Outcome) -> Finding:
    """Add what recognition and roles leave uncertain."""
    judged = outcome.verdict is not Verdict.NOT_EVALUATED
    confidence, doubts = _uncertainty(call, outcome) if judged else (0.0, outcome.doubts)
    return Finding(
        item_id=item.id,
        criterion=item.criterion,
        title=item.title,
        verdict=outcome.verdict,
        # As a database gives them back: 0 and 0.0 are not the same bytes.
        points=round(float(outcome.points), 1),
        max_points=round(float(outcome.max_points), 1),
        confidence=round(float(confidence), 3),
        needs_review=bool(doubts),
        reasons=tuple(dict.fromkeys((*outcome.reasons, *(d.sentence for d in doubts)))),
        evidence=tuple(
            sorted(set(outcome.evidence), key=lambda e: (e.utterance, e.char_start, e.char_end, e.kind, e.match))
        ),
        fatal=outcome.fatal,
        review_codes=tuple(dict.fromkeys(d.code for d in doubts)),
    )


def settle(call: CallView, outcome: Outcome) -> Outcome:
    """The rules' last word: no verdict where too much was said by nobody knows whom, and less trust in sound alone."""
    outcome = _abstain(call, outcome)
    if not outcome.evidence or any(e.match is not MatchKind.HOMOPHONE for e in outcome.evidence):
        return outcome
    alone = outcome.verdict is Verdict.VIOLATED and not outcome.doubts
    doubts = (doubt(call.standard.language, "review_homophone"),) if alone else outcome.doubts
    return replace(outcome, certainty=min(outcome.certainty, _BY_SOUND), doubts=doubts)


def rests_on_absence(outcome: Outcome) -> bool:
    """Whether it was reached because words were not found, rather than by words that prove it."""
    unproven = outcome.verdict is Verdict.MET and not outcome.evidence
    return outcome.verdict in (Verdict.MISSED, Verdict.NOT_APPLICABLE) or unproven


def _abstain(call: CallView, outcome: Outcome) -> Outcome:
    """What was not found may stand in the words of those whom nobody could name."""
    limit = call.standard.document.review.unknown_share_above
    if not rests_on_absence(outcome) or outcome.whoever_spoke or len(call.unknown) <= limit * _speaking(call):
        return outcome
    why = doubt(call.standard.language, "too_many_unknown", n=len(call.unknown), all=_speaking(call))
    return Outcome(
        Verdict.NOT_EVALUATED, 0, outcome.max_points, (why.sentence,), outcome.evidence, (why, *outcome.doubts)
    )  # fmt: skip


def _uncertainty(call: CallView, outcome: Outcome) -> tuple[float, tuple[Doubt, ...]]:
    rules, language = call.standard.document.review, call.standard.language
    doubts = list(outcome.doubts)
    confidence = outcome.certainty
    known = (recognition(call, evidence) for evidence in outcome.evidence)
    heard = min((p for p in known if p is not None), default=None)
    if heard is not None:
        confidence *= 0.5 + 0.5 * heard
        if heard < rules.recognition_below:
            doubts.append(doubt(language, "review_recognition", p=heard))
    roles = call.transcript.role_confidence
    confidence *= roles
    if roles < rules.role_confidence_below:
        doubts.append(doubt(language, "review_roles", p=roles))
    if call.unknown:
        confidence *= 1 - len(call.unknown) / _speaking(call)
        doubts.append(doubt(language, "review_unknown", n=len(call.unknown)))
    return confidence, tuple(doubts)


def _speaking(call: CallView) -> int:
    return len(call.agent) + len(call.customer) + len(call.unknown)


def nobody(call: CallView, max_points: float) -> Outcome:
    """The answer when no agent can be heard."""
    return unheard(call, max_points, "no_agent")


def unheard(call: CallView, max_points: float, why: str) -> Outcome:
    """No verdict, for a reason that lies in all that was said: a key of `scoring.doubts`."""
    reason = doubt(call.standard.language, why)
    return Outcome(Verdict.NOT_EVALUATED, 0, max_points, (reason.sentence,), doubts=(reason,))


def at(call: CallView, evidence: Evidence) -> str:
    """Where it was said, in words: the second, else the number of the utterance."""
    if evidence.start_s is None:
        return say(call.standard.language, "no_second", n=evidence.utterance + 1)
    return say(call.standard.language, "second", s=evidence.start_s)


def quote(call: CallView, *evidence: Evidence) -> str:
    """What was said, in quotation marks, shortened."""
    parts = []
    for one in evidence:
        words = one.quote if len(one.quote) <= _LONGEST_QUOTE else one.quote[:_LONGEST_QUOTE] + "…"
        parts.append(say(call.standard.language, "quote", q=words))
    return say(call.standard.language, "and").join(dict.fromkeys(parts))


def listed(call: CallView, names: Iterable[str]) -> str:
    """Names in a row."""
    return say(call.standard.language, "and").join(names)


def _utterance(call: CallView, index: int) -> Utterance:
    """The utterance of this index, which nearly always is its place."""
    if index < len(call.said) and call.said[index].utterance.index == index:
        return call.said[index].utterance
    return next(said.utterance for said in call.said if said.utterance.index == index)


def recognition(call: CallView, evidence: Evidence) -> float | None:
    """How sure the recogniser was of the words of the evidence, 0 to 1; None when it did not say."""
    utterance = _utterance(call, evidence.utterance)
    inside = [
        word.probability
        for word in utterance.words
        if word.char_start < evidence.char_end and word.char_end > evidence.char_start
    ]
    return sum(inside) / len(inside) if inside else utterance.confidence
