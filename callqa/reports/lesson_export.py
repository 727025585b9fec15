"""Lessons as the lines that `callqa models train --data` reads. Texts are masked; nobody is named."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.lesson import Lesson
from models.transcript import Role
from scoring.classifier.labels import INNOCENT


class LessonFormat(StrEnum):
    """Kinds of file."""

    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ExportedLessons:
    """Lines written, those of them kept for testing, and lessons left out because callqa brings their words along."""

    lessons: int
    held_out: int
    known: int


def export_lessons(lessons: Sequence[Lesson], known: Collection[str], path: Path) -> ExportedLessons:
    """Write a line per lesson whose text is not among the `known` ones: the training refuses a text twice.

    Raises OSError.
    """
    new = [lesson for lesson in _each_text_once(lessons) if lesson.text not in known]
    lines = (json.dumps(_row(lesson), ensure_ascii=False) + "\n" for lesson in new)
    path.write_text("".join(lines), encoding="utf-8")
    return ExportedLessons(len(new), sum(lesson.held_out for lesson in new), len(lessons) - len(new))


def _each_text_once(lessons: Sequence[Lesson]) -> list[Lesson]:
    """With all that its criteria say of a text; what is innocent of one may be something in the eyes of another."""
    first: dict[str, Lesson] = {}
    for lesson in lessons:
        before = first.get(lesson.text, lesson)
        labels = dict.fromkeys((*before.labels, *lesson.labels))
        named = tuple(label for label in labels if label != INNOCENT)
        first[lesson.text] = replace(before, labels=named or tuple(labels))
    return list(first.values())


def _row(lesson: Lesson) -> dict[str, Any]:
    right = "confirms" if lesson.machine_was_right else "corrects"
    return {
        "id": lesson.id,
        "text": lesson.text,
        "speaker": Role.AGENT.value,
        "labels": list(lesson.labels),
        "family": lesson.family,
        "hard": not lesson.machine_was_right,
        "note": f"{lesson.source.value} of {lesson.taught_at:%Y-%m-%d} {right} the machine on {lesson.item_id}, "
        f"call {lesson.call_id}, utterance {lesson.utterance}",
    }
