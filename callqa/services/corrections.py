"""What people put right, as regression cases: a standard that gets one of them wrong again has got worse.

Nothing is copied. The cases are read from what is stored, so those of an erased call are gone with it, and a transcript
is scored as a run would score it: with its times, its tones, its doubts and the classifier in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from callqa.services.review import find_call, read_call
from models.call import CallMeta
from models.person import EVERYBODY
from models.ports import UnitOfWork
from models.review import Review, ReviewSource
from models.scorecard import Verdict
from models.transcript import Transcript
from scoring import ServiceStandard, score_call
from scoring.classifier import Classifier


@dataclass(frozen=True, slots=True)
class Scoring:
    """What calls are scored with. Without a classifier by rules alone."""

    standard: ServiceStandard
    classifier: Classifier | None

    def same_as(self, other: Scoring) -> bool:
        """Whether both give every call the same verdicts."""
        mine, others = (s.classifier.version if s.classifier is not None else None for s in (self, other))
        days = self.standard.company_days.digest == other.standard.company_days.digest
        return self.standard.ref == other.standard.ref and days and mine == others


@dataclass(frozen=True, slots=True)
class CorrectedCall:
    """A call on which people said otherwise than the machine; `expected` holds what they say of each such item."""

    meta: CallMeta
    transcript: Transcript
    expected: Mapping[str, Review]


@dataclass(frozen=True, slots=True)
class StoredFailure:
    """An item that the standard judges otherwise than people do. `taught_by` is where their word comes from."""

    call_id: str
    item: str
    expected: Verdict
    found: Verdict
    reasons: tuple[str, ...]
    taught_by: ReviewSource


@dataclass(frozen=True, slots=True)
class StoredCases:
    """How many verdicts of people were tried. `worse`: what is in use has them right; `open`: it has not either."""

    cases: int
    worse: tuple[StoredFailure, ...]
    open: tuple[StoredFailure, ...]


def corrected_calls(uow: UnitOfWork, standard: ServiceStandard) -> Iterator[CorrectedCall]:
    """Calls scored under a version of this standard, ordered by id. Consume it inside the unit of work.

    An item counts when its standing verdict is of an upheld appeal, or differs from one that the machine ever gave.
    Items that the standard does not have, and calls whose text was let go, are left out.
    """
    known = {item.id for item in standard.items}
    for call_id, reviews in groupby(_corrections(uow), lambda review: review.call_id):
        stored = find_call(uow, call_id, EVERYBODY)
        call = read_call(uow, stored) if stored is not None else None
        if call is None or call.card is None or call.card.standard.id != standard.ref.id:
            continue
        expected = {review.item_id: review for review in reviews if review.item_id in known}
        if expected and call.transcript is not None and call.transcript.utterances:
            yield CorrectedCall(call.stored.meta, call.transcript, expected)


def check_corrected(uow: UnitOfWork, tried: Scoring, before: Scoring | None) -> StoredCases:
    """Score every corrected call as `tried`, and what fails also as `before`, which is what is in use.

    Where nothing is in use (None), or the very same, nothing can have got worse.
    """
    cases = 0
    worse: list[StoredFailure] = []
    still_open: list[StoredFailure] = []
    known = set() if before is None or before.same_as(tried) else {item.id for item in before.standard.items}
    for call in corrected_calls(uow, tried.standard):
        cases += len(call.expected)
        failures = _failures(call, tried)
        wrong = {f.item for f in _failures(call, before)} if failures and known and before is not None else set()
        for failure in failures:
            (worse if failure.item in known - wrong else still_open).append(failure)
    return StoredCases(cases, tuple(worse), tuple(still_open))


def _corrections(uow: UnitOfWork) -> Sequence[Review]:
    found = {(review.call_id, review.item_id): review for review in uow.reviews.corrected()}
    for appeal in uow.appeals.ruled():
        if appeal.ruling is not None and appeal.ruling.upheld:
            # Also where the machine was right all along, and a reviewer wrong.
            ruled = appeal.ruling
            found[appeal.call_id, appeal.item_id] = Review(
                appeal.call_id,
                appeal.item_id,
                ruled.verdict,
                ruled.ruled_by,
                ruled.ruled_at,
                source=ReviewSource.APPEAL,
            )
    return [found[place] for place in sorted(found)]


def _failures(call: CorrectedCall, scoring: Scoring) -> list[StoredFailure]:
    card = score_call(call.transcript, call.meta, scoring.standard, "", scoring.classifier)
    return [
        StoredFailure(call.meta.call_id, finding.item_id, said.verdict, finding.verdict, finding.reasons, said.source)
        for finding in card.findings
        if (said := call.expected.get(finding.item_id)) is not None and said.verdict is not finding.verdict
    ]
