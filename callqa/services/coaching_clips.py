"""The sound of the words that a coaching report quotes, from masked copies only."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from callqa.reports.coaching_context import CoachingReport, Point, Quote
from callqa.services.listening import Listening
from models.audit import AuditAction, By, deed
from models.errors import IntegrityError, MissingKeyError, RecordingError
from models.ports import ClipCutter, UnitOfWork, UnitOfWorkFactory

log = logging.getLogger(__name__)

BEFORE_S, AFTER_S = 1.0, 2.0
MOST_S = 10.0
"""Of one clip; there are at most ten, two for each of four points and two examples: they add half a megabyte or so."""


def with_clips(
    report: CoachingReport,
    listening: Listening,
    cut: ClipCutter,
    by: By,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
) -> CoachingReport:
    """The report with the sound of its quotes, from BEFORE_S before the words to AFTER_S after them.

    A quote without words, or of a call whose masked copy is gone, does not fit its text or cannot be read, stays
    silent. Each call that is heard is recorded as listened to. Raises OSError.
    """
    heard: dict[str, str] = {}
    with new_unit_of_work() as uow:

        def sounding(points: Sequence[Point]) -> tuple[Point, ...]:
            return tuple(
                replace(p, quotes=tuple(map(spoken, p.quotes)), example=p.example and spoken(p.example)) for p in points
            )

        def spoken(quote: Quote) -> Quote:
            clip = _clip(quote, listening, cut, uow)
            if clip:
                heard[quote.recording_id] = quote.call_id
            return replace(quote, clip=clip)

        done = replace(report, strengths=sounding(report.strengths), habits=sounding(report.habits))
        for recording_id, call_id in heard.items():
            details = {"recording": recording_id}
            uow.audit.record(deed(now, by, AuditAction.RECORDING_PLAYED, call_id, details))
        uow.commit()
    return done


def _clip(quote: Quote, listening: Listening, cut: ClipCutter, uow: UnitOfWork) -> bytes:
    if quote.start_s is None or quote.end_s is None:
        return b""
    texts = uow.transcripts.of([quote.recording_id])
    if not texts:
        # Nobody can tell whether the copy hides what the text hides.
        return b""
    copy = listening.copy_of(quote.recording_id, texts[0][1])
    if copy.path is None:
        return b""
    start_s = max(0.0, quote.start_s - BEFORE_S)
    try:
        with listening.store.opened(copy.path) as sound:
            return cut(sound, start_s, min(quote.end_s + AFTER_S, start_s + MOST_S))
    except (RecordingError, IntegrityError, MissingKeyError, FileNotFoundError) as error:
        log.warning("recording %s: no clip of it: %s", quote.recording_id, error)
        return b""
