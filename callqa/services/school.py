"""Where a challenger is taught, and tried on the calls that people judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from callqa.services.judged import JudgedCall
from models.lesson import Lesson, family_of, held_out
from models.scorecard import Finding
from models.wire import digest
from scoring import ServiceStandard
from scoring.classifier import Classifier, Example
from scoring.classifier.adaptation import Taught, Teacher
from scoring.classifier.contest import Case, answer
from scoring.classifier.labels import OUTPUTS
from scoring.classifier.model import Content
from scoring.classifier.taught import TEACHABLE, outputs_taught
from scoring.engine import findings_of
from scoring.opinions import stretches

_FOLDS = 5
"""What people newly say of a call is tried by a challenger that was not taught by the fifth of the calls it is in."""


class School:
    """Teaches under one standard, from one base; `examples` are what the base was trained and tested on."""

    def __init__(self, standard: ServiceStandard, base: Classifier, examples: Sequence[Example]) -> None:
        self._standard, self._base, self.examples = standard, base, tuple(examples)
        self._teacher = Teacher(base, [self.read(e.text) for e in examples if not e.held_out])

    def read(self, said: str) -> str:
        """What the classifier sees of a text."""
        return self._standard.normaliser.read(said).text

    def data(self, lessons: Sequence[Lesson]) -> str:
        """`sha256:<hex>` of all that a classifier taught here depends on."""
        return digest([self._base.version, *sorted([one.id, one.text, list(one.labels)] for one in lessons)])

    def teach(self, lessons: Sequence[Lesson]) -> Content:
        """The content of the classifier that knows these lessons as well."""
        until = max((one.taught_at for one in lessons), default=None)
        taught = [piece for one in lessons for piece in self._pieces(one)]
        return self._teacher.teach(taught, self.data(lessons), until.isoformat() if until is not None else "")

    def cases(
        self,
        champion: Classifier,
        challenger: Classifier,
        calls: Sequence[JudgedCall],
        lessons: Sequence[Lesson],
    ) -> Iterator[Case]:
        """What people say of calls from which neither has learnt it, against both; `lessons` taught the challenger.

        Calls that are held out count for ever; of the others the words that came after the champion's last lesson.
        """
        last = datetime.fromisoformat(champion.taught_until) if champion.taught_until else None
        folds = {fold: Classifier.of(self.teach(rest), "") for fold, rest in _without_each(lessons).items()}
        for call in calls:
            kept = held_out(family_of(call.recording_id))
            words = {item: word for item, word in call.words.items() if kept or last is None or word.said_at > last}
            if not words:
                continue
            tried = challenger if kept else folds.get(_fold(call.recording_id), challenger)
            both = [self._verdicts(call, classifier) for classifier in (champion, tried)]
            for finding in both[0].values():
                word = words.get(finding.item_id)
                if word is not None and finding.criterion in TEACHABLE:
                    sides = [answer(finding.criterion, word.verdict, found[finding.item_id].verdict) for found in both]
                    yield Case(call.recording_id, finding.item_id, sides[0][0], sides[0][1], sides[1][1])

    def _verdicts(self, call: JudgedCall, classifier: Classifier) -> dict[str, Finding]:
        found = findings_of(call.transcript, call.meta, self._standard, classifier)
        return {finding.item_id: finding for finding in found}

    def _pieces(self, lesson: Lesson) -> Iterator[Taught]:
        """The parts of a long utterance as the classifier will see them.

        All of them are innocent if the whole is. Of anything else one is an instance, the likeliest in the base's eyes.
        """
        reading = self._standard.normaliser.read(lesson.text)
        texts = [reading.text[start:end] for start, end in stretches(reading)]
        truth = dict[str, bool]()
        for label in lesson.labels:
            truth |= outputs_taught(lesson.criterion, label)
        if not any(truth.values()):
            yield from (Taught(text, truth) for text in texts)
            return
        sought = [OUTPUTS.index(output) for output, has in truth.items() if has]
        likely = self._base.classify(texts)[:, sought].max(axis=1)
        yield Taught(texts[int(likely.argmax())], truth)


def _without_each(lessons: Sequence[Lesson]) -> dict[int, list[Lesson]]:
    """By fold: the lessons of all other folds. A fold that teaches nothing is left out."""
    places = [_fold(lesson.recording_id) for lesson in lessons]
    return {
        fold: [lesson for lesson, place in zip(lessons, places, strict=True) if place != fold] for fold in set(places)
    }


def _fold(recording_id: str) -> int:
    return hashlib.sha256(f"fold:{recording_id}".encode()).digest()[0] % _FOLDS
