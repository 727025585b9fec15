"""Teaching the classifier that comes with callqa a few more sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from callqa.classifiers import SHIPPED, find_classifier
from callqa.services.classifiers import load_examples
from callqa.standards import find_standard
from models.errors import ModelError
from scoring.classifier import Classifier, load_classifier
from scoring.classifier.adaptation import Taught, Teacher
from scoring.classifier.file import pack
from scoring.classifier.labels import OUTPUTS

# A house's own phrase, which the classifier takes for plain talk.
PHRASE = "这单子我给您挂上，礼拜三准能看到数"
PROMISE = {"commitment_concrete": True, "commitment_vague": False}


@pytest.fixture(scope="module")
def base() -> Classifier:
    return find_classifier(Path("nowhere"), SHIPPED)


@pytest.fixture(scope="module")
def remembered() -> list[str]:
    read = find_standard("telecom-hotline-zh").normaliser.read
    return [read(example.text).text for example in load_examples("zh", [])[::20]]


@pytest.fixture(scope="module")
def teacher(base: Classifier, remembered: list[str]) -> Teacher:
    return Teacher(base, remembered)


def taught(teacher: Teacher, *lessons: Taught) -> Classifier:
    return Classifier.of(teacher.teach(lessons, "sha256:lessons", "2026-11-20T00:00:00+00:00"), "")


def likely(classifier: Classifier, output: str, text: str) -> float:
    return float(classifier.classify([text])[0, OUTPUTS.index(output)])


def test_it_learns_a_sentence_and_its_variations(base: Classifier, teacher: Teacher) -> None:
    after = taught(teacher, Taught(PHRASE, PROMISE))
    for text in (PHRASE, "嗯这单子我给您挂上，礼拜三准能看到数了", "那个，这单子我给您挂上，礼拜五准能看到数"):
        assert likely(after, "commitment_concrete", text) > max(0.5, likely(base, "commitment_concrete", text))


def test_a_sentence_taken_back_is_unlearnt(base: Classifier, teacher: Teacher) -> None:
    rude = "你到底听没听懂我说的话"
    assert likely(base, "unfit", rude) > 0.5
    assert likely(taught(teacher, Taught(rude, {"unfit": False})), "unfit", rude) < 0.5


def test_what_is_not_taught_stays(base: Classifier, teacher: Teacher, remembered: list[str]) -> None:
    after = taught(teacher, Taught(PHRASE, PROMISE))
    columns = [column for column, output in enumerate(OUTPUTS) if output not in PROMISE]
    assert np.array_equal(after.weights[:, columns], base.weights[:, columns])
    moved = np.abs(after.classify(remembered) - base.classify(remembered))
    assert moved.mean() < 0.001
    assert ((after.classify(remembered) >= 0.5) == (base.classify(remembered) >= 0.5)).mean() > 0.999


def test_without_lessons_nothing_moves(base: Classifier, teacher: Teacher) -> None:
    assert np.array_equal(taught(teacher).weights, base.weights)
    # Without any known character there is nothing to move.
    assert np.array_equal(taught(teacher, Taught("\U0001f600", {"unfit": True})).weights, base.weights)


def test_the_file_says_what_it_was_taught_on_top_of(base: Classifier, teacher: Teacher) -> None:
    content = teacher.teach([Taught(PHRASE, PROMISE)], "sha256:lessons", "2026-11-20T00:00:00+00:00")
    file = pack(content)
    assert file == pack(teacher.teach([Taught(PHRASE, PROMISE)], "sha256:lessons", "2026-11-20T00:00:00+00:00"))
    after = load_classifier(file)
    assert (after.base, after.data, after.taught_until) == (
        base.version,
        "sha256:lessons",
        "2026-11-20T00:00:00+00:00",
    )
    assert (base.base, base.taught_until) == ("", "")
    with pytest.raises(ModelError, match="cannot be read"):
        load_classifier(file[:1000])
