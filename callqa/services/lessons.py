"""What people teach the classifier: reviews, rulings and calibrations, sentence by sentence, from what is stored.

There is no copy: the lessons of an erased call are gone with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from callqa.services.judged import JudgedCall, judged_calls
from models.lesson import Lesson
from models.ports import UnitOfWork
from models.review import words_digest
from models.transcript import Role
from scoring.classifier.taught import cleared, taught


def lessons(uow: UnitOfWork, language: str) -> Sequence[Lesson]:
    """The lessons of calls in this language that are about the sentence itself, as `lessons_of` gives them."""
    return [lesson for lesson in lessons_of(judged_calls(uow, language)) if not lesson.by_whole_call]


def lessons_of(calls: Iterable[JudgedCall]) -> Sequence[Lesson]:
    """Their lessons, ordered as the calls and by place in the call; each text once for each criterion.

    Only what agents said is taught. Where the same words were called different things most lessons decide, and nothing
    is taught when none has more.
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
        about_it = taught(finding, word.verdict, pointed)
        for place, label in sorted({**cleared(finding.criterion, word.verdict, said), **about_it}.items()):
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
                    by_whole_call=place not in about_it,
                )


def _each_text_once(found: Sequence[Lesson]) -> list[Lesson]:
    same: defaultdict[tuple[str, str], list[Lesson]] = defaultdict(list)
    for lesson in found:
        same[lesson.criterion, lesson.text].append(lesson)
    kept = []
    for lessons in same.values():
        (most, votes), *others = Counter(lesson.labels for lesson in lessons).most_common(2)
        if not others or others[0][1] < votes:
            # Of those that say so, the first that is about the sentence itself.
            kept.append(min((one for one in lessons if one.labels == most), key=lambda one: one.by_whole_call))
    return kept
