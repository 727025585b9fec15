"""What customers think of calls, and whether it goes with the score. Pure."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from callqa.reports.context import ScoreSummary
from callqa.reports.figures import MIN_SAMPLE, summarise
from models.service import ServedCall
from models.survey import HIGHEST, LOWEST, JoinedAnswer, SurveyAnswer

SATISFIED = 4.0
"""From here on (of 5) a customer is satisfied."""
FEW_RATED = 30
"""Below so many rated calls a relation is told with a warning: one more call may turn it round."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Spearman's rank correlation of score and satisfaction over `n` calls, with its interval at 95 %.

    None where fewer than MIN_SAMPLE calls have both, or where all are alike.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Of calls whose customers said how satisfied they are, from LOWEST to HIGHEST; `mean` is of that.

    `satisfied` and `unsatisfied` are the scores of calls whose customers gave SATISFIED or more, and less.
    """

    mean: ScoreSummary
    satisfied: ScoreSummary
    unsatisfied: ScoreSummary
    relation: Relation

    @property
    def is_small(self) -> bool:
        """Whether there is a relation, but of few calls."""
        return self.relation.value is not None and self.relation.n < FEW_RATED


def satisfaction(calls: Iterable[ServedCall]) -> Satisfaction:
    """Of these calls, whatever their scores; those of which nobody gave it say nothing."""
    rated = [(call.csat, call.total) for call in calls if call.csat is not None]
    graded = [(csat, total) for csat, total in rated if total is not None]
    mean = summarise([csat for csat, _ in rated])
    if mean.low is not None and mean.high is not None:
        mean = replace(mean, low=max(LOWEST, mean.low), high=min(HIGHEST, mean.high))
    return Satisfaction(
        mean,
        summarise([total for csat, total in graded if csat >= SATISFIED]),
        summarise([total for csat, total in graded if csat < SATISFIED]),
        relation(graded),
    )


def last_answers(answers: Iterable[JoinedAnswer]) -> dict[str, SurveyAnswer]:
    """By recording, of several answers the last; answers that were joined to none are left out."""
    return {one.recording_id: one.answer for one in answers if one.recording_id is not None}


def with_answers(calls: Iterable[ServedCall], answers: Mapping[str, SurveyAnswer]) -> list[ServedCall]:
    """The calls with what their customers answered; without an answer, with what their metadata say."""
    found = []
    for call in calls:
        answer = answers.get(call.recording_id)
        if answer is not None:
            resolved = call.resolved if answer.resolved is None else answer.resolved
            call = replace(call, csat=answer.score, resolved=resolved)
        found.append(call)
    return found


def relation(pairs: Sequence[tuple[float, float]]) -> Relation:
    """Of pairs of satisfaction and score.

    Interval: Fisher's transformation with the error of Bonett and Wright (2000, Psychometrika 65:23-28).
    """
    n = len(pairs)
    if n < MIN_SAMPLE:
        return Relation(n, None, None, None)
    first, second = (_ranks([pair[side] for pair in pairs]) for side in (0, 1))
    middle = (n + 1) / 2
    spreads = [math.fsum((rank - middle) ** 2 for rank in ranks) for ranks in (first, second)]
    if not all(spreads):
        return Relation(n, None, None, None)
    together = math.fsum((a - middle) * (b - middle) for a, b in zip(first, second, strict=True))
    value = max(-1.0, min(1.0, together / math.sqrt(spreads[0] * spreads[1])))
    if abs(value) > 1 - 1e-12:
        return Relation(n, value, value, value)
    half = 1.96 * math.sqrt((1 + value**2 / 2) / (n - 3))
    return Relation(n, value, math.tanh(math.atanh(value) - half), math.tanh(math.atanh(value) + half))


def _ranks(values: Sequence[float]) -> list[float]:
    """From 1; equal values share the mean of their ranks."""
    ordered = sorted(values)
    return [(bisect.bisect_left(ordered, v) + 1 + bisect.bisect_right(ordered, v)) / 2 for v in values]
