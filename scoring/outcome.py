"""From what a criterion saw to a `Finding`: confidence, review reasons, places and quotes in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    """A criterion's answer before uncertainty is added. `doubts` are reasons that call for a person."""

    verdict: Verdict
    points: float
    max_points: float
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    doubts: tuple[str, ...] = ()
    certainty: float = CERTAIN
    fatal: bool = False


def finish(call: CallView, item: AnyItem, outcome: Outcome) -> Finding:
    """Add what recognition and roles leave uncertain."""
    rules, language = call.standard.document.review, call.standard.language
    doubts = list(outcome.doubts)
    confidence = outcome.certainty
    judged = outcome.verdict not in (Verdict.NOT_EVALUATED,)
    if judged and outcome.evidence and all(e.match is MatchKind.HOMOPHONE for e in outcome.evidence):
        confidence = min(confidence, _BY_SOUND)
        if outcome.verdict is Verdict.VIOLATED and not doubts:
            doubts.append(say(language, "review_homophone"))
    heard = min(_recognition(call, outcome.evidence), default=None)
    if judged and heard is not None:
        confidence *= 0.5 + 0.5 * heard
        if heard < rules.recognition_below:
            doubts.append(say(language, "review_recognition", p=heard))
    roles = call.transcript.role_confidence
    if judged:
        confidence *= roles
        if roles < rules.role_confidence_below:
            doubts.append(say(language, "review_roles", p=roles))
        if call.unknown:
            known = len(call.agent) + len(call.customer)
            confidence *= known / (known + len(call.unknown))
            doubts.append(say(language, "review_unknown", n=len(call.unknown)))
    return Finding(
        item_id=item.id,
        criterion=item.criterion,
        title=item.title,
        verdict=outcome.verdict,
        points=round(outcome.points, 1),
        max_points=round(outcome.max_points, 1),
        confidence=round(confidence if judged else 0.0, 3),
        needs_review=bool(doubts) or not judged,
        reasons=(*outcome.reasons, *dict.fromkeys(doubts)),
        evidence=tuple(sorted(set(outcome.evidence), key=lambda e: (e.utterance, e.char_start, e.char_end, e.kind))),
        fatal=outcome.fatal,
    )


def nobody(call: CallView, max_points: float) -> Outcome:
    """The answer when no agent can be heard."""
    return Outcome(Verdict.NOT_EVALUATED, 0, max_points, (say(call.standard.language, "no_agent"),))


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


def _recognition(call: CallView, evidence: Sequence[Evidence]) -> tuple[float, ...]:
    """How sure the recogniser was of the words of each piece of evidence; empty when it did not say."""
    by_index = {said.utterance.index: said.utterance for said in call.said}
    out = []
    for one in evidence:
        utterance = by_index[one.utterance]
        inside = [w.probability for w in utterance.words if w.char_start < one.char_end and w.char_end > one.char_start]
        if inside:
            out.append(sum(inside) / len(inside))
        elif utterance.confidence is not None:
            out.append(utterance.confidence)
    return tuple(out)
