"""Scoring stored transcripts again, under another standard, classifier or newer rules, without listening again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from models.call import CallMeta, RecordingState
from models.errors import StateError, origin_of
from models.ports import UnitOfWorkFactory
from scoring import ServiceStandard, score_call, scorer_of
from scoring.classifier import Classifiers

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RescoreResult:
    """`unchanged` calls had a scorecard under exactly this standard and scorer; `failed` ones keep what they had.

    `outside` are calls of days on which no version of the standard holds.
    """

    scored: int
    unchanged: int
    failed: int
    outside: int


def rescore(
    standard_of: Callable[[CallMeta], ServiceStandard | None],
    classifiers: Classifiers,
    new_unit_of_work: UnitOfWorkFactory,
    callqa_version: str,
) -> RescoreResult:
    """Score the newest transcript of every call not in quarantine; earlier scorecards stay beside the new ones.

    `standard_of` says which standard applies to a call, or None; `classifiers` are those in use.
    """
    with new_unit_of_work() as uow:
        keys = uow.transcripts.latest_ids()
    scored = unchanged = failed = outside = 0
    for recording_id, engine_digest in keys:
        with new_unit_of_work() as uow:
            call = uow.calls.get(recording_id)
            transcript = uow.transcripts.get(recording_id, engine_digest)
            if call is None or transcript is None or call.state is RecordingState.QUARANTINED:
                continue
            standard = standard_of(call.meta)
            if standard is None:
                outside += 1
                continue
            classifier = classifiers.get(standard.language)
            scorer = scorer_of(standard, classifier)
            if uow.scorecards.get(recording_id, engine_digest, standard.ref, scorer) is not None:
                unchanged += 1
                continue
            try:
                card = score_call(transcript, call.meta, standard, callqa_version, classifier)
            except Exception as error:  # noqa: BLE001 - one call must not keep the others from their new score
                # Its message may quote the call, so only its origin is told.
                log.error("scoring failed for recording %s: %s", recording_id, origin_of(error))
                failed += 1
                continue
            try:
                uow.scorecards.put(recording_id, engine_digest, scorer, card)
            except StateError as error:
                # Quarantined, erased or known better since it was read.
                log.warning("recording %s: %s", recording_id, error)
                failed += 1
                continue
            uow.commit()
            scored += 1
    return RescoreResult(scored, unchanged, failed, outside)
