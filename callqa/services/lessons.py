"""What people teach the classifier: reviews, rulings and calibrations, sentence by sentence, from what is stored.

There is no copy: the lessons of an erased call are gone with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from callqa.services.judged import JudgedCall, judged_calls
from models.lesson import Lesson
from models.ports import UnitOfWork
from models.review import words_digest
from models.transcript import Role
from scoring.classifier.taught import taught


def lessons(uow: UnitOfWork, language: str) -> Sequence[Lesson]:
    """All lessons of calls in this language, as `lessons_of` gives them."""
    return lessons_of(judged_calls(uow, language))


def lessons_of(calls: Iterable[JudgedCall]) -> Sequence[Lesson]:
    """Their lessons, ordered as the calls and by place in the call; each text once.

    Only what agents said is taught, and no words that would be taught as different things.
    """
    return _each_text_once([lesson for call in calls for lesson in _of_call(call)])


def _of_call(call: JudgedCall) -> Iterator[Lesson]:
    said = {utterance.index: utterance for utterance in call.transcript.utterances if utterance.role is Role.AGENT}
    for finding in call.card.findings:
        word = call.words.get(finding.item_id)
        if word is None:
            continue
        # What was said of other words, before the call was heard anew, points to nothing now.
        pointed = [
            (meant.utterance, meant.kind)
            for meant in word.sentences
            if meant.utterance in said and meant.digest == words_digest(said[meant.utterance].text)
        ]
        for place, label in sorted(taught(finding, word.verdict, pointed).items()):
            if place in said and said[place].text.strip():
                yield Lesson(
                    text=said[place].text,
                    labels=(label,),
                    item_id=finding.item_id,
                    criterion=finding.criterion,
                    source=word.source,
                    recording_id=call.recording_id,
                    call_id=call.meta.call_id,
                    utterance=place,
                    machine_was_right=word.verdict is finding.verdict,
                    taught_at=word.said_at,
                    taught_by=word.said_by,
                )


def _each_text_once(found: Sequence[Lesson]) -> list[Lesson]:
    labels: defaultdict[str, set[str]] = defaultdict(set)
    first: dict[str, Lesson] = {}
    for lesson in found:
        labels[lesson.text].update(lesson.labels)
        first.setdefault(lesson.text, lesson)
    return [lesson for text, lesson in first.items() if len(labels[text]) == 1]
