"""Short calls, each with the verdicts that a QA lead would sign for one criterion."""

from __future__ import annotations

from typing import Any

import pytest

from models.scorecard import Finding, ReviewCode, Verdict
from models.transcript import Role, Transcript, Utterance
from scoring import score_call
from tests import factories
from tests.unit.scoring_calls import finding, standard, table

_ROLES = {"a": Role.AGENT, "c": Role.CUSTOMER, "s": Role.SYSTEM, "u": Role.UNKNOWN}
_OPENING = "a 您好，云联通信，请问有什么可以帮您？"
_CHARACTERS_PER_SECOND = 5
_PAUSE_S = 0.5


def _call(turns: list[str]) -> Transcript:
    """The turns one after the other; those that name a second begin there."""
    said, at_s = [], 0.4
    for index, turn in enumerate(turns):
        role, _, text = turn.partition(" ")
        second, _, rest = text.partition(" ")
        if rest and second.replace(".", "", 1).isdigit():
            at_s, text = float(second), rest
        end_s = at_s + len(text) / _CHARACTERS_PER_SECOND
        said.append(Utterance(index, _ROLES[role], at_s, end_s, text))
        at_s = end_s + _PAUSE_S
    answered = next(u.start_s for u in said if u.role is not Role.SYSTEM)
    return Transcript("", "zh", said[-1].end_s, tuple(said), answered_at_s=answered)


def judged(criterion: str, turns: list[str]) -> Finding:
    """The finding on one criterion; all but greetings are preceded by a proper opening."""
    turns = turns if criterion == "greeting" else [_OPENING, *turns]
    return finding(score_call(_call(turns), factories.meta(), standard(), "test"), criterion)


@pytest.mark.parametrize(
    ("criterion", "row"),
    [(name, row) for name in ("greeting", "apology", "commitment") for row in table(f"zh_calls_{name}")],
    ids=lambda value: value if isinstance(value, str) else str(value["turns"]),
)
def test_a_call_gets_a_verdict_that_a_lead_would_sign(criterion: str, row: dict[str, Any]) -> None:
    """`today` is the verdict of a known miss: whoever mends it takes it out of the row."""
    expected = [row["today"]] if "today" in row else row["expect"].split("|")
    assert judged(criterion, row["turns"]).verdict.value in expected


_BROKEN = ["c 宽带断了一上午，烦死了，你们怎么回事。", "a 您看光猫后面那根线是不是松了？"]
_TALK = ["c 没松。", "a 那个灯是什么颜色？", "c 绿的。", "a 嗯，绿的。"]


@pytest.mark.parametrize(
    ("turns", "asks"),
    [
        # The complaint was nearly the last word: it stays open.
        ([*_BROKEN, "c 唉。"], False),
        # They talked on, and nobody said that anything was left to do.
        ([*_BROKEN, *_TALK, "c 嗯，再见。"], True),
        ([*_BROKEN, *_TALK, "c 那什么时候能修好？"], False),
        # Something was done before the customer asked: perhaps that.
        ([*_BROKEN, "a 我已经帮您重置好了。", "c 那押金什么时候能退？", "a 这个我说不好。"], True),
    ],
)
def test_a_missing_promise_is_a_question_where_nobody_said_what_was_left_open(turns: list[str], asks: bool) -> None:
    found = judged("commitment", turns)
    assert (found.verdict, found.needs_review) == (Verdict.MISSED, asks)
    assert found.review_codes == ((ReviewCode.WEAK_GROUNDS,) if asks else ())


def test_the_question_names_who_said_that_it_was_done() -> None:
    customer = judged("commitment", ["c 之前那个短信收到了。", "a 好的。", "c 那我宽带什么时候能修好？", "a 说不好。"])
    agent = judged("commitment", ["a 短信已经给您补发好了。", "c 那我宽带什么时候能修好？", "a 说不好。"])
    assert customer.needs_review
    assert agent.needs_review
    assert "客户说过已解决" in customer.reasons[-1]
    assert "坐席说过已办好" in agent.reasons[-1]
