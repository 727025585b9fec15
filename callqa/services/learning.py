"""Retraining: a challenger that knows what people taught, against the classifier in use, the champion.

It is judged where neither has learnt: on the utterances that are kept out for ever, and on whole calls as people judged
them. Of these a fifth is kept out for ever as well; of the others count the verdicts that came after the champion's
last lesson, each by a challenger that was not taught by its call.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from callqa.classifier_history import Deed, DeedKind, add_deed, read_history
from callqa.classifiers import classifier_in_use, classifier_of_version, keep_classifier, name_in_use
from callqa.services.classifiers import evaluate_classifier, load_examples, use_classifier
from callqa.services.judged import judged_calls
from callqa.services.lessons import lessons_of
from models.errors import InputError, ModelError
from models.lesson import family_of, held_out
from models.ports import UnitOfWorkFactory
from scoring import ServiceStandard
from scoring.classifier import Classifier, load_classifier, taught_card
from scoring.classifier.contest import duels, label_cases, should_promote, worse
from scoring.classifier.file import pack


def retrain(
    standard: ServiceStandard, home: Path, by: str, now: datetime, new_unit_of_work: UnitOfWorkFactory
) -> Deed | None:
    """Teach a challenger what people say of stored calls, and use it if it wins; None without anything new to learn.

    It wins when the mean of the items of calls gets better, and nothing worse beyond its interval: no item of calls, no
    label of utterances. Either way it is kept with its card, and what was done stands in the history. Raises InputError
    when no classifier is in use for the standard's language, ModelError when one that is needed is gone.
    """
    # scipy takes a while to load; no other command needs it.
    from callqa.services.school import School

    language = standard.language
    former, champion = name_in_use(home, language), classifier_in_use(home, language)
    if champion is None:
        raise InputError(f"no classifier is in use for {language!r}: train and promote one first")
    with new_unit_of_work() as uow:
        calls = list(judged_calls(uow, language))
    # Those that are held out have no say in what the others' words mean either.
    lessons = lessons_of([call for call in calls if not held_out(family_of(call.recording_id))])
    if not lessons:
        return None
    school = School(standard, _base(home, champion), load_examples(language, ()))
    data = school.data(lessons)
    if champion.data == data or any((d.data, d.former) == (data, former) for d in read_history(home)):
        return None
    file = pack(school.teach(lessons))
    challenger = load_classifier(file)
    labels = duels(label_cases(champion, challenger, school.examples, school.read))
    tried = duels(list(school.cases(champion, challenger, calls, lessons)))
    won = should_promote(tried) and not worse(labels)
    measured = evaluate_classifier(challenger, school.examples, standard)
    name = keep_classifier(home, file, taught_card(challenger, measured, school.examples, lessons, tried, labels))
    kind = DeedKind.PROMOTED if won else DeedKind.KEPT
    deed = Deed(now.isoformat(), by, kind, language, name, former, data, len(lessons), labels, tried)
    if won:
        use_classifier(home, deed, now, new_unit_of_work)
    else:
        add_deed(home, deed)
    return deed


def _base(home: Path, champion: Classifier) -> Classifier:
    """What the champion was taught on top of. All lessons are taught anew each time, so that none is taught twice."""
    if not champion.base:
        return champion
    base = classifier_of_version(home, champion.base)
    if base is None:
        raise ModelError(
            f"the classifier in use was taught on top of {champion.base}, which is not here: restore it from the "
            "backup, or promote another (`callqa models promote shipped`)"
        )
    return base
