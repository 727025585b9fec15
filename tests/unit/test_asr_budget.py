"""The work that one recording may cost: a minute always, then by the length of its sound."""

from __future__ import annotations

import pytest

from asr.budget import ALWAYS_S, Budget
from models.errors import ReasonCode, RecordingError


def test_what_is_granted_may_be_spent_and_no_more() -> None:
    budget = Budget(2.0)
    budget.spend(ALWAYS_S)
    budget.grant(100.0)
    budget.grant(40.0)  # a later, smaller word of it takes nothing back
    budget.spend(200.0)
    budget.check()
    with pytest.raises(RecordingError, match="given up after 261 s of work on 100 s of sound") as error:
        budget.spend(1.0)
    assert error.value.reason is ReasonCode.PROCESSING_FAILED
    with pytest.raises(RecordingError):
        budget.check()


def test_nothing_is_begun_when_the_budget_is_spent() -> None:
    budget = Budget(1.0)
    with pytest.raises(RecordingError):
        budget.spend(ALWAYS_S + 1)
    begun = False
    with pytest.raises(RecordingError), budget.spending():
        begun = True
    assert not begun


def test_time_inside_the_block_counts() -> None:
    budget = Budget(1.0)
    with budget.spending():
        pass
    budget.spend(ALWAYS_S - 1)
    budget.check()


def test_an_error_inside_the_block_is_not_replaced() -> None:
    budget = Budget(1.0)
    with pytest.raises(ValueError, match="of its own"), budget.spending():
        raise ValueError("of its own")
