"""The calls of outside authors that benchmarks.outside reports on are complete and well formed."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.outside import AUTHORS, Row, rows
from models.scorecard import Verdict
from models.transcript import Role

ROWS = tuple(rows())
SIZES = {"apology": 60, "commitment": 60, "prohibited": 120, "fatal": 40}
WHOLE = {"y": 40, "z": 50, "s": 50, "q": 60, "r": 60, "o": 30, "p": 30, "n": 44, "m": 44}
"""Authors of whole calls, each judged by the four criteria, and how many calls they wrote."""
ANSWERS = {
    "greeting": {"met", "partial", "missed"},
    "apology": {"met", "partial", "missed", "not_applicable"},
    "commitment": {"met", "partial", "missed", "not_applicable"},
    "prohibited": {"violated", "met"},
    "fatal": {"fatal", "not_fatal"},
}


def test_every_author_wrote_as_many_calls() -> None:
    short = {
        (author, criterion): size for author in AUTHORS for criterion, size in SIZES.items() if author not in WHOLE
    }
    four = ("greeting", "apology", "commitment", "prohibited")
    whole = {(author, criterion): size for author, size in WHOLE.items() for criterion in four}
    assert Counter((row.author, row.criterion) for row in ROWS) == short | whole


@pytest.mark.parametrize("criterion", ANSWERS)
def test_answers_are_verdicts_and_both_sides_are_there(criterion: str) -> None:
    answers = [row.expected for row in ROWS if row.criterion == criterion]
    assert set().union(*answers) == ANSWERS[criterion]
    assert criterion == "fatal" or ANSWERS[criterion] <= {verdict.value for verdict in Verdict}


def test_no_call_is_there_twice_and_both_parties_speak() -> None:
    def words(row: Row) -> tuple[str, ...]:
        return tuple(u.text for u in row.transcript.utterances)

    for criterion in ANSWERS:
        said = [words(row) for row in ROWS if row.criterion == criterion]
        assert len(said) == len(set(said))
    assert all({u.role for u in row.transcript.utterances} == {Role.AGENT, Role.CUSTOMER} for row in ROWS)
