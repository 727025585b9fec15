"""The work that one recording may cost: a minute always, then by the length of its sound."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from asr.budget import ALWAYS_S, Budget, Turnstile
from models.errors import ReasonCode, RecordingError


def test_what_is_granted_may_be_spent_and_no_more() -> None:
    budget = Budget(2.0)
    budget.spend(ALWAYS_S)
    budget.grant(100.0)
    budget.grant(40.0)  # a later, smaller word of it takes nothing back
    budget.spend(200.0)
    budget.check()
    budget.spend(1.0)  # done is done: an answer that has come is not thrown away
    with pytest.raises(RecordingError, match="given up after 261 s of work on 100 s of sound") as error:
        budget.check()
    assert error.value.reason is ReasonCode.TOO_COSTLY
    with pytest.raises(RecordingError):
        budget.check()


def test_nothing_is_begun_when_the_budget_is_spent() -> None:
    budget = Budget(1.0)
    budget.spend(ALWAYS_S + 1)
    begun = False
    with pytest.raises(RecordingError), budget.spending():
        begun = True
    assert not begun


def test_computing_inside_the_block_counts_and_waiting_does_not() -> None:
    budget = Budget(1.0)
    budget.spend(ALWAYS_S - 0.04)
    with budget.spending():
        time.sleep(0.08)
    budget.check()
    with budget.spending():
        until_s = time.thread_time() + 0.08
        while time.thread_time() < until_s:
            pass
    with pytest.raises(RecordingError):
        budget.check()


def test_more_sound_than_memory_is_for_is_refused_while_it_is_decoded() -> None:
    budget = Budget(1.0, longest_h=2.0)
    budget.grant(7200.0)
    with pytest.raises(RecordingError, match=r"more than 2 hours.*longest_h.*split it") as error:
        budget.grant(7201.0)
    assert error.value.reason is ReasonCode.TOO_LONG


def test_time_is_shared_by_who_is_inside_at_once() -> None:
    now = [50.0]
    turnstile = Turnstile(lambda: now[0])
    first: list[float] = []
    second: list[float] = []
    now[0] += 7
    with turnstile.inside(first.append):
        now[0] += 4
        with turnstile.inside(second.append):
            now[0] += 6
        now[0] += 1
    assert (first, second) == ([8.0], [3.0])
    now[0] += 9
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(turnstile.inside(second.append))
        now[0] += 30
    assert second[1:] == pytest.approx([3.0] * 10)


def test_who_fails_inside_is_charged_nothing_and_leaves() -> None:
    now = [0.0]
    turnstile = Turnstile(lambda: now[0])
    charged: list[float] = []
    with pytest.raises(ValueError, match="of its own"), turnstile.inside(charged.append):
        raise ValueError("of its own")
    with turnstile.inside(charged.append):
        now[0] += 5
    assert charged == [5.0]


def test_an_error_inside_the_block_is_not_replaced() -> None:
    budget = Budget(1.0)
    with pytest.raises(ValueError, match="of its own"), budget.spending():
        raise ValueError("of its own")
