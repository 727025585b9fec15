"""From what a criterion saw to a `Finding`: confidence, review reasons, places and quotes in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.scorecard import Evidence, Finding, MatchKind, Verdict
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
    doubts: tuple[str, ...] = ()
    certainty: float = CERTAIN
    fatal: bool = False
    whoever_spoke: bool = False


def finish(call: CallView, item: AnyItem, outcome: Outcome) -> Finding:
    """Add what recognition and roles leave uncertain."""
    outcome = _abstain(call, outcome)
    judged = outcome.verdict is not Verdict.NOT_EVALUATED
    confidence, doubts = _uncertainty(call, outcome) if judged else (0.0, outcome.doubts)
    return Finding(
        item_id=item.id,
        criterion=item.criterion,
        title=item.title,
        verdict=outcome.verdict,
        points=round(outcome.points, 1),
        max_points=round(outcome.max_points, 1),
        confidence=round(confidence, 3),
        needs_review=bool(doubts),
        reasons=tuple(dict.fromkeys((*outcome.reasons, *doubts))),
        evidence=tuple(sorted(set(outcome.evidence), key=lambda e: (e.utterance, e.char_start, e.char_end, e.kind))),
        fatal=outcome.fatal,
    )


def _abstain(call: CallView, outcome: Outcome) -> Outcome:
    """What was not found may stand in the words of those whom nobody could name."""
    rests_on_absence = outcome.verdict in (Verdict.MISSED, Verdict.NOT_APPLICABLE) or (
        outcome.verdict is Verdict.MET and not outcome.evidence
    )
    limit = call.standard.document.review.unknown_share_above
    if not rests_on_absence or outcome.whoever_spoke or len(call.unknown) <= limit * _speaking(call):
        return outcome
    reason = say(call.standard.language, "too_many_unknown", n=len(call.unknown), all=_speaking(call))
    return Outcome(
        Verdict.NOT_EVALUATED, 0, outcome.max_points, (reason,), outcome.evidence, (reason, *outcome.doubts)
    )  # fmt: skip


def _uncertainty(call: CallView, outcome: Outcome) -> tuple[float, tuple[str, ...]]:
    rules, language = call.standard.document.review, call.standard.language
    doubts = list(outcome.doubts)
    confidence = outcome.certainty
    if outcome.evidence and all(e.match is MatchKind.HOMOPHONE for e in outcome.evidence):
        confidence = min(confidence, _BY_SOUND)
        if outcome.verdict is Verdict.VIOLATED and not doubts:
            doubts.append(say(language, "review_homophone"))
    known = (recognition(call, evidence) for evidence in outcome.evidence)
    heard = min((p for p in known if p is not None), default=None)
    if heard is not None:
        confidence *= 0.5 + 0.5 * heard
        if heard < rules.recognition_below:
            doubts.append(say(language, "review_recognition", p=heard))
    roles = call.transcript.role_confidence
    confidence *= roles
    if roles < rules.role_confidence_below:
        doubts.append(say(language, "review_roles", p=roles))
    if call.unknown:
        confidence *= 1 - len(call.unknown) / _speaking(call)
        doubts.append(say(language, "review_unknown", n=len(call.unknown)))
    return confidence, tuple(doubts)


def _speaking(call: CallView) -> int:
    return len(call.agent) + len(call.customer) + len(call.unknown)


def nobody(call: CallView, max_points: float) -> Outcome:
    """The answer when no agent can be heard."""
    reason = say(call.standard.language, "no_agent")
    return Outcome(Verdict.NOT_EVALUATED, 0, max_points, (reason,), doubts=(reason,))


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


def recognition(call: CallView, evidence: Evidence) -> float | None:
    """How sure the recogniser was of the words of the evidence, 0 to 1; None when it did not say."""
    utterance = call.of(evidence).utterance
    inside = [
        word.probability
        for word in utterance.words
        if word.char_start < evidence.char_end and word.char_end > evidence.char_start
    ]
    return sum(inside) / len(inside) if inside else utterance.confidence
