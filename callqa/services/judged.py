"""What people say of the items of stored calls, put together: reviews, rulings on appeals and blind calibrations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from callqa.services.review import find_call, read_call
from models.calibration import Judgement
from models.call import CallMeta
from models.lesson import LessonSource
from models.person import EVERYBODY
from models.ports import UnitOfWork
from models.review import Review, ReviewSource, Sentence, in_force
from models.scorecard import Scorecard, Verdict
from models.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Word:
    """What people say of an item of a call; `said_at` (aware) is when the newest of `said_by` (login names) did."""

    verdict: Verdict
    source: LessonSource
    said_at: datetime
    said_by: tuple[str, ...]
    sentences: tuple[Sentence, ...] = ()
    """What reviewers pointed to, each once."""


@dataclass(frozen=True, slots=True)
class JudgedCall:
    """A scored call with its text, and people's word by item id: at least one."""

    recording_id: str
    meta: CallMeta
    transcript: Transcript
    card: Scorecard
    words: Mapping[str, Word]


def judged_calls(uow: UnitOfWork, language: str) -> Iterator[JudgedCall]:
    """Calls in this language of which people say something, by recording. Consume it inside the unit of work.

    A ruling wins. Else the newest verdict of every reviewer counts, and of closed calibrations that of the majority;
    where these are not all the same nobody's does.
    """
    judged: defaultdict[str, list[Judgement]] = defaultdict(list)
    for calibration in uow.calibrations.all():
        for one in uow.calibrations.judgements(calibration.id) if calibration.closed_at is not None else ():
            judged[one.recording_id].append(one)
    for recording_id in sorted({*uow.reviews.recordings(), *judged}):
        stored = find_call(uow, recording_id, EVERYBODY)
        call = read_call(uow, stored) if stored is not None else None
        if call is None or call.card is None or call.transcript is None or call.transcript.language != language:
            continue
        words = {f.item_id: _word(f.item_id, call.reviews, judged[recording_id]) for f in call.card.findings}
        known = {item_id: word for item_id, word in words.items() if word is not None}
        if known:
            yield JudgedCall(call.stored.recording.id, call.stored.meta, call.transcript, call.card, known)


def _word(item_id: str, reviews: Iterable[Review], judged: Sequence[Judgement]) -> Word | None:
    """None where nobody says anything of the item, or people differ."""
    said = sorted((r for r in reviews if r.item_id == item_id), key=in_force)
    if said and said[-1].source is ReviewSource.APPEAL:
        ruling = said[-1]
        return Word(ruling.verdict, LessonSource.APPEAL, ruling.reviewed_at, (ruling.reviewer,), _sentences([ruling]))
    own = {review.reviewer: review for review in said}
    blind = [one for one in judged if one.item_id == item_id]
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
        return Word(
            verdict, LessonSource.REVIEW, said[-1].reviewed_at, tuple(sorted(own)), _sentences(own.values())
        )  # fmt: skip
    agreeing = [one for one in blind if one.verdict is verdict]
    names = tuple(sorted({one.reviewer for one in agreeing}))
    return Word(verdict, LessonSource.CALIBRATION, max(one.judged_at for one in agreeing), names)


def _sentences(reviews: Iterable[Review]) -> tuple[Sentence, ...]:
    return tuple(dict.fromkeys(review.sentence for review in reviews if review.sentence is not None))
