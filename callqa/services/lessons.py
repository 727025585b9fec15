"""What people teach the classifier: reviews, rulings and calibrations, sentence by sentence, from what is stored.

There is no copy: the lessons of an erased call are gone with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from callqa.services.review import ReviewedCall, find_call, read_call
from models.calibration import Judgement
from models.lesson import Lesson, LessonSource
from models.person import EVERYBODY
from models.ports import UnitOfWork
from models.review import Review, ReviewSource, in_force
from models.scorecard import Finding, Verdict
from models.transcript import Role
from scoring.classifier.taught import taught


@dataclass(frozen=True, slots=True)
class _Word:
    """What people say of an item of a call."""

    verdict: Verdict
    source: LessonSource
    said_at: datetime
    said_by: tuple[str, ...]


def lessons(uow: UnitOfWork, language: str) -> Sequence[Lesson]:
    """All lessons of calls in this language, ordered by recording and place in the call; each text once.

    Only what agents said is taught. A ruling wins. Else the newest verdict of every reviewer counts, and of closed
    calibrations that of the majority; where these are not all the same there is no lesson, nor where the same words
    would be taught as different things.
    """
    judged: defaultdict[str, list[Judgement]] = defaultdict(list)
    for calibration in uow.calibrations.all():
        for one in uow.calibrations.judgements(calibration.id) if calibration.closed_at is not None else ():
            judged[one.recording_id].append(one)
    found: list[Lesson] = []
    for recording_id in sorted({*uow.reviews.recordings(), *judged}):
        stored = find_call(uow, recording_id, EVERYBODY)
        if stored is not None:
            found += _of_call(read_call(uow, stored), judged[recording_id], language)
    return _each_text_once(found)


def _of_call(call: ReviewedCall, judged: Sequence[Judgement], language: str) -> Iterator[Lesson]:
    heard, card = call.transcript, call.card
    if heard is None or card is None or heard.language != language:
        return
    said = {utterance.index: utterance for utterance in heard.utterances if utterance.role is Role.AGENT}
    for finding in card.findings:
        word = _word(finding, call.reviews, judged)
        for place, label in sorted(taught(finding, word.verdict).items()) if word is not None else ():
            if word is not None and place in said and said[place].text.strip():
                yield Lesson(
                    text=said[place].text,
                    labels=(label,),
                    item_id=finding.item_id,
                    source=word.source,
                    recording_id=call.stored.recording.id,
                    call_id=call.stored.meta.call_id,
                    utterance=place,
                    machine_was_right=word.verdict is finding.verdict,
                    taught_at=word.said_at,
                    taught_by=word.said_by,
                )


def _word(finding: Finding, reviews: Iterable[Review], judged: Iterable[Judgement]) -> _Word | None:
    """None where nobody says anything of the item, or people differ."""
    said = sorted((r for r in reviews if r.item_id == finding.item_id), key=in_force)
    if said and said[-1].source is ReviewSource.APPEAL:
        ruling = said[-1]
        return _Word(ruling.verdict, LessonSource.APPEAL, ruling.reviewed_at, (ruling.reviewer,))
    own = {review.reviewer: review for review in said}
    blind = [one for one in judged if one.item_id == finding.item_id]
    verdicts = {review.verdict for review in own.values()}
    counted = Counter(one.verdict for one in blind)
    if blind:
        most, votes = counted.most_common(1)[0]
        if 2 * votes <= len(blind):
            return None
        verdicts.add(most)
    if len(verdicts) != 1:
        return None
    (verdict,) = verdicts
    if said:
        return _Word(verdict, LessonSource.REVIEW, said[-1].reviewed_at, tuple(sorted(own)))
    agreeing = [one for one in blind if one.verdict is verdict]
    names = tuple(sorted({one.reviewer for one in agreeing}))
    return _Word(verdict, LessonSource.CALIBRATION, max(one.judged_at for one in agreeing), names)


def _each_text_once(found: Sequence[Lesson]) -> list[Lesson]:
    labels: defaultdict[str, set[str]] = defaultdict(set)
    first: dict[str, Lesson] = {}
    for lesson in found:
        labels[lesson.text].update(lesson.labels)
        first.setdefault(lesson.text, lesson)
    return [lesson for text, lesson in first.items() if len(labels[text]) == 1]
