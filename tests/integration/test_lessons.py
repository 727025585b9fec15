"""What people teach the classifier: whose word counts, and what `callqa export lessons` writes, on both databases."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callqa.cli import app
from callqa.services.classifiers import load_examples
from callqa.services.lessons import lessons
from models.calibration import Calibration, Judgement
from models.keeping import ForgottenPart
from models.lesson import Lesson, LessonSource, held_out
from models.person import Person, Post
from models.ports import UnitOfWork
from models.review import Review, ReviewSource
from models.scorecard import Verdict
from scoring.classifier.examples import read_examples
from storage import Database
from tests import factories
from tests.scored_calls import NOISE

AT = factories.STARTED_AT
MET, VIOLATED = Verdict.MET, Verdict.VIOLATED
CONSOLE, IMPORT, APPEAL = ReviewSource.CONSOLE, ReviewSource.IMPORT, ReviewSource.APPEAL
WORDS = "那个事情不归我管呀"
Said = tuple[tuple[str, Verdict, ReviewSource], ...]


def keep(uow: UnitOfWork, name: str, words: str = WORDS) -> None:
    """A call whose agent is charged with these words."""
    proof = factories.evidence("不归我管", 2, words.index("不归我管"), "deflection")
    charge = replace(factories.finding("prohibited", VIOLATED, -5, 0, proof=(proof,)), criterion="prohibited")
    uow.calls.add(factories.recording(name), factories.meta(name))
    uow.transcripts.put(factories.transcript(("agent", "您好"), ("customer", "我要投诉"), ("agent", words), seed=name))
    card = factories.scorecard(name, findings=(charge,))
    uow.scorecards.put(factories.recording(name).id, factories.ENGINE.digest, factories.SCORER, card)


def say(uow: UnitOfWork, name: str, *said: tuple[str, Verdict, ReviewSource]) -> None:
    for minute, (reviewer, verdict, source) in enumerate(said):
        uow.reviews.add(Review(name, "prohibited", verdict, reviewer, AT + timedelta(minutes=minute), source=source))


def judge(uow: UnitOfWork, name: str, verdicts: str, *, close: bool = True) -> None:
    """A calibration in which reviewers find it met (m) or violated (v)."""
    recording, names = factories.recording(name).id, tuple(f"j{i}" for i in range(len(verdicts)))
    for who in ("lead", *names):
        uow.people.put(Person(who, who, Post.QA, None, None, AT))
    number = uow.calibrations.add(Calibration(0, "十一月", "lead", AT, (recording,), names))
    given = [
        Judgement(recording, "prohibited", who, MET if one == "m" else VIOLATED, AT)
        for who, one in zip(names, verdicts, strict=True)
    ]
    assert not given or uow.calibrations.judge(number, given)
    if close:
        assert uow.calibrations.close(number, AT)


@pytest.mark.parametrize(
    ("said", "judged", "taught"),
    [
        ((), "", None),
        ((("a", MET, CONSOLE),), "", ("other", LessonSource.REVIEW, ("a",))),
        ((("a", VIOLATED, IMPORT),), "", ("deflection", LessonSource.REVIEW, ("a",))),
        ((("a", VIOLATED, CONSOLE), ("a", MET, CONSOLE)), "", ("other", LessonSource.REVIEW, ("a",))),
        ((("a", MET, CONSOLE), ("b", MET, CONSOLE)), "", ("other", LessonSource.REVIEW, ("a", "b"))),
        ((("a", VIOLATED, CONSOLE), ("b", MET, CONSOLE)), "", None),
        ((("a", VIOLATED, CONSOLE), ("lead", MET, APPEAL)), "vv", ("other", LessonSource.APPEAL, ("lead",))),
        ((("lead", MET, APPEAL), ("a", VIOLATED, IMPORT)), "", ("other", LessonSource.APPEAL, ("lead",))),
        ((), "mmv", ("other", LessonSource.CALIBRATION, ("j0", "j1"))),
        ((), "mv", None),
        ((("a", MET, CONSOLE),), "mmv", ("other", LessonSource.REVIEW, ("a",))),
        ((("a", MET, CONSOLE),), "vvm", None),
    ],
)
def test_whose_word_is_taught(
    database: Database, said: Said, judged: str, taught: tuple[str, LessonSource, tuple[str, ...]] | None
) -> None:
    with database.unit_of_work() as uow:
        keep(uow, "C1")
        say(uow, "C1", *said)
        if judged:
            judge(uow, "C1", judged)
        found = lessons(uow, "zh")
        assert lessons(uow, "en") == []
    assert [(*lesson.labels, lesson.source, lesson.taught_by) for lesson in found] == (
        [] if taught is None else [taught]
    )
    assert all((lesson.text, lesson.utterance, lesson.call_id) == (WORDS, 2, "C1") for lesson in found)


def test_an_open_calibration_teaches_nothing(database: Database) -> None:
    with database.unit_of_work() as uow:
        keep(uow, "C1")
        judge(uow, "C1", "mm", close=False)
        assert lessons(uow, "zh") == []


def test_the_same_words_are_taught_once_and_as_what_most_say_they_are(database: Database) -> None:
    with database.unit_of_work() as uow:
        for name in ("C1", "C2", "C3", "C4"):
            keep(uow, name)
        say(uow, "C1", ("a", MET, CONSOLE))
        say(uow, "C2", ("b", MET, CONSOLE))
        assert [lesson.labels for lesson in lessons(uow, "zh")] == [("other",)]
        say(uow, "C3", ("c", VIOLATED, CONSOLE))
        assert [lesson.labels for lesson in lessons(uow, "zh")] == [("other",)]
        say(uow, "C4", ("c", VIOLATED, CONSOLE))
        assert lessons(uow, "zh") == []


@pytest.mark.parametrize("part", [ForgottenPart.CALL, ForgottenPart.TEXT])
def test_lessons_go_with_the_call_or_its_text(database: Database, part: ForgottenPart) -> None:
    with database.unit_of_work() as uow:
        keep(uow, "C1")
        say(uow, "C1", ("a", MET, CONSOLE))
        uow.keeping.forget([factories.recording("C1").id], part, AT)
        assert lessons(uow, "zh") == []


def test_calls_of_quarantined_recordings_teach_nothing(database: Database) -> None:
    with database.unit_of_work() as uow:
        keep(uow, "C1")
        say(uow, "C1", ("a", MET, CONSOLE))
        uow.calls.quarantine(factories.recording("C1").id, NOISE)
        assert lessons(uow, "zh") == []


def test_the_export_is_what_the_training_reads(database: Database, database_url: str, tmp_path: Path) -> None:
    with database.unit_of_work() as uow:
        for number in range(30):
            keep(uow, f"C{number}", f"第{number}件事不归我管")
            say(uow, f"C{number}", ("王复核", MET, CONSOLE))
        found = lessons(uow, "zh")
        uow.commit()
    os.environ |= {"CALLQA_DATABASE_URL": database_url, "CALLQA_HOME": str(tmp_path), "COLUMNS": "200"}
    path = tmp_path / "lessons.jsonl"
    done = CliRunner().invoke(app, ["export", "lessons", "--format", "jsonl", "-o", str(path)])
    assert done.exit_code == 0, done.exception
    text = path.read_text(encoding="utf-8")
    assert "王复核" not in text
    examples = read_examples([("lessons.jsonl", text)])
    assert [(e.id, e.text, e.labels, e.held_out) for e in examples] == [
        (lesson.id, lesson.text, lesson.labels, lesson.held_out) for lesson in found
    ]
    kept = sum(example.held_out for example in examples)
    assert 0 < kept < len(examples) == 30
    assert f"30 lessons, {kept} of them for testing, 0 known before" in done.stdout
    assert examples[0].hard
    assert "review of 2026-11-20 corrects the machine on prohibited" in examples[0].note


def test_what_callqa_brings_along_is_not_taught_again(database: Database, database_url: str, tmp_path: Path) -> None:
    (shipped, *_) = (e.text for e in load_examples("zh", []) if "不归我管" in e.text)
    with database.unit_of_work() as uow:
        keep(uow, "C1", shipped)
        say(uow, "C1", ("a", MET, CONSOLE))
        uow.commit()
    os.environ |= {"CALLQA_DATABASE_URL": database_url, "CALLQA_HOME": str(tmp_path), "COLUMNS": "200"}
    path = tmp_path / "lessons.jsonl"
    done = CliRunner().invoke(app, ["export", "lessons", "-o", str(path)])
    assert "0 lessons, 0 of them for testing, 1 known before" in done.stdout
    assert path.read_text(encoding="utf-8") == ""


def test_all_lessons_of_a_call_are_on_one_side() -> None:
    one = Lesson(
        "甲",
        ("other",),
        "prohibited",
        "prohibited",
        LessonSource.REVIEW,
        "r1",
        "C1",
        2,
        machine_was_right=False,
        taught_at=AT,
        taught_by=("a",),
    )
    other = replace(one, text="乙", item_id="greeting", utterance=0, source=LessonSource.APPEAL)
    assert one.held_out == other.held_out == held_out("call-r1")
    assert one.id != other.id
