"""The company's own days: what they change, that a receipt tells it, and what is said of a bad file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.bootstrap import standard_by_call, standard_for
from callqa.settings import load_settings
from callqa.standards import find_days
from models.errors import StandardError
from models.scorecard import Scorecard
from models.wire import receipt_from_json, receipt_to_json
from scoring import NO_DAYS, CompanyDays, load_standard, read_company_days, score_call, scorer_of
from scoring.workdays import weekdays_only
from tests import factories
from tests.unit.scoring_calls import dialogue
from tests.unit.small_standard import SMALL

STANDARD = load_standard(SMALL, "small.yaml")
FRIDAY = datetime.fromisoformat("2026-11-20T09:31:00+08:00")
DAYS = CompanyDays(frozenset({date(2026, 11, 23)}), frozenset({date(2026, 11, 22)}))
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def card(own: CompanyDays) -> Scorecard:
    said = dialogue(("customer", "断网了。"), ("agent", "我们一个工作日内给您回电。"))
    return score_call(said, factories.meta(started_at=FRIDAY), STANDARD.with_days(own), "test")


@pytest.mark.parametrize(
    ("off", "on", "due"),
    [
        ([], [], "2026-11-23"),
        (["2026-11-23"], [], "2026-11-24"),
        (["2026-11-23", "2026-11-24"], [], "2026-11-25"),
        ([], ["2026-11-21"], "2026-11-21"),
        (["2026-11-23"], ["2026-11-22"], "2026-11-22"),
        (["2026-11-21"], [], "2026-11-23"),
    ],
)
def test_company_days_move_the_due_time(off: list[str], on: list[str], due: str) -> None:
    own = CompanyDays(frozenset(map(date.fromisoformat, off)), frozenset(map(date.fromisoformat, on)))
    (promise,) = card(own).promises
    assert promise.due_at is not None
    assert promise.due_at.isoformat() == f"{due}T18:00:00+08:00"


def test_the_receipt_and_the_scorer_tell_the_days_and_the_standard_stays_the_same() -> None:
    plain, changed = card(NO_DAYS), card(DAYS)
    assert changed.standard == plain.standard
    assert plain.receipt.company_days is None
    assert changed.receipt.company_days == DAYS.digest
    assert scorer_of(STANDARD, None) != scorer_of(STANDARD.with_days(DAYS), None)
    assert scorer_of(STANDARD, None) == scorer_of(STANDARD.with_days(read_company_days("days_off: []", "x")), None)
    assert receipt_from_json(receipt_to_json(changed.receipt)) == changed.receipt
    older = {name: value for name, value in receipt_to_json(plain.receipt).items() if name != "company_days"}
    assert receipt_from_json(older) == plain.receipt


@given(st.frozensets(days, max_size=6), st.frozensets(days, max_size=6), days)
def test_a_file_in_any_order_means_the_same(off: frozenset[date], on: frozenset[date], day: date) -> None:
    on = on - off
    forwards, backwards = (
        f"days_off: [{', '.join(map(str, sorted(off, reverse=turn)))}]\n"
        f"working_days: [{', '.join(map(str, sorted(on, reverse=turn)))}] # 说明\n"
        for turn in (False, True)
    )
    own = read_company_days(forwards, "days.yaml")
    assert own == CompanyDays(off, on)
    assert own.digest == read_company_days(backwards, "days.yaml").digest
    assert own.over(weekdays_only)(day) == (day in on if day in on | off else weekdays_only(day))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days_off:\n  - 2026-02-30\n", ["days.yaml:2", "days_off.0", "2026-02-30"]),
        ("days_off: 2026-12-24\n", ["days.yaml:1", "days_off"]),
        ("holidays: [2026-12-24]\n", ["days.yaml:1", "holidays", "not a key"]),
        ("days_off: [2026-12-24]\nworking_days:\n  - 2026-12-24\n", ["days.yaml:3", "2026-12-24", "keep one"]),
        ("days_off: [2026-12-24, 2026-12-24]\n", ["days.yaml:1", "stands here twice"]),
        ("- 2026-12-24\n", ["days.yaml:1", "days_off, working_days"]),
        ("days_off: [\n", ["days.yaml", "not YAML"]),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(text: str, said: list[str]) -> None:
    with pytest.raises(StandardError) as error:
        read_company_days(text, "days.yaml")
    for part in said:
        assert part in str(error.value)


def test_the_setting_names_the_file(tmp_path: Path) -> None:
    path, standard = tmp_path / "days.yaml", tmp_path / "small.yaml"
    standard.write_text(SMALL, encoding="utf-8")
    path.write_text("\ufeffdays_off: [2026-11-23]\nworking_days: [2026-11-22]\n", encoding="utf-8")
    given = {"company_days": str(path), "standard": str(standard), "home": str(tmp_path)}
    settings, _ = load_settings(given, {}, tmp_path)
    assert standard_for(settings, FRIDAY.date()).standard.company_days == DAYS
    of_call = standard_by_call(settings)(factories.meta(started_at=FRIDAY))
    assert of_call is not None
    assert of_call.company_days == DAYS
    assert find_days("") == NO_DAYS
    path.write_text("", encoding="utf-8")
    assert find_days(str(path)) == NO_DAYS
    path.unlink()
    with pytest.raises(StandardError, match=r"days\.yaml: cannot be read"):
        standard_for(settings, FRIDAY.date())
