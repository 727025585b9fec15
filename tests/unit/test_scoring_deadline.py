"""Deadlines: the words, and the instants they mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scorecard import MatchKind
from scoring import deadline_en, deadline_zh
from scoring.deadline import OfficeTime, resolve
from scoring.numerals import chinese_number, english_number
from scoring.workdays import LAST_YEAR, china_workday, weekdays_only
from tests.unit.scoring_calls import finding, score

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = OfficeTime(SHANGHAI, time(18), china_workday)
FRIDAY = datetime(2026, 11, 20, 9, 31, tzinfo=SHANGHAI)


def due(text: str, said_at: datetime = FRIDAY) -> str | None:
    (deadline,) = deadline_zh.find_deadlines(text)
    instant = resolve(deadline, said_at, OFFICE)
    return instant.strftime("%m-%d %H:%M") if instant else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24小时内", "11-21 09:31"),
        ("四十八小时之内", "11-22 09:31"),
        ("半小时内", "11-20 10:01"),
        ("一个半小时内", "11-20 11:01"),
        ("两三天内", "11-23 09:31"),
        ("一周之内", "11-27 09:31"),
        ("三个工作日", "11-25 18:00"),
        ("3-5个工作日内", "11-27 18:00"),
        ("明天下午五点前", "11-21 17:00"),
        ("明天上午九点到十一点之间", "11-21 11:00"),
        ("今晚八点半", "11-20 20:30"),
        ("今天下班前", "11-20 18:00"),
        ("本周五下班前", "11-20 18:00"),
        ("下周三之前", "11-25 23:59"),
        ("周一上午", "11-23 12:00"),
        ("周末前", "11-22 23:59"),
        ("月底前", "11-30 23:59"),
        ("下个月五号之前", "12-05 23:59"),
        ("11月30号前", "11-30 23:59"),
        ("17:30之前", "11-20 17:30"),
        ("五点钟", "11-20 17:00"),
        ("十点", "11-20 10:00"),
        ("第二天", None),
        ("一刻钟内", "11-20 09:46"),
        ("一个钟之内", "11-20 10:31"),
        ("个把小时", "11-20 11:31"),
        ("十来分钟", "11-20 09:41"),
        ("俩工作日", "11-24 18:00"),
        ("不超过两个小时", "11-20 11:31"),
        ("今晚十二点前", "11-20 23:59"),
        ("24点前", "11-20 23:59"),
        ("后天傍晚六点前", "11-22 18:00"),
        ("明早", "11-21 09:00"),
        ("十五号前", "12-15 23:59"),
        ("这个月中旬之前", "11-20 23:59"),
        ("年底前", "12-31 23:59"),
        ("春节前", None),
        ("当天给您办结", "11-20 23:59"),
        ("到账当天", None),
    ],
)
def test_chinese_deadlines(text: str, expected: str | None) -> None:
    assert due(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "昨天下午三点",
        "过几天",
        "几点",
        "三月",
        "工号8026",
        "上周五",
        "每天",
        "过两天",
        "二十五点",
        "三天前",
        "出国前一天",
        "快一点",
        "工号16号",
        "三号楼",
    ],
)
def test_what_names_no_time_to_come(text: str) -> None:
    assert deadline_zh.find_deadlines(text) == []


def test_the_same_day_is_the_day_named_before() -> None:
    named, same, following = deadline_zh.find_deadlines("约的明天，师傅当天上午联系您，第二天就能用")
    instants = [resolve(d, FRIDAY, OFFICE) for d in (named, same, following)]
    assert [i and i.strftime("%m-%d %H:%M") for i in instants] == ["11-21 23:59", "11-21 12:00", "11-22 23:59"]


@pytest.mark.parametrize(
    ("text", "due_at"),
    [
        ("3个工作人员内给您答复。", "2026-11-25T18:00:00+08:00"),
        ("24小时类给您打副。", "2026-11-21T09:31:00+08:00"),
        ("两天类给您回店。", "2026-11-22T09:31:00+08:00"),
    ],
)
def test_a_misheard_deadline_counts_as_heard_by_sound(text: str, due_at: str) -> None:
    card = score(("agent", text))
    assert [p.due_at.isoformat() for p in card.promises if p.due_at] == [due_at]
    assert {e.match for e in finding(card, "commitment").evidence} == {MatchKind.HOMOPHONE}


def test_staff_counted_are_no_working_days() -> None:
    assert deadline_zh.find_deadlines("我们有三个工作人员") == []


def test_working_days_step_over_the_national_holidays() -> None:
    # 2026: 1 to 7 October are free, Saturday 10 October is worked.
    assert due("一个工作日内", datetime(2026, 9, 30, 10, tzinfo=SHANGHAI)) == "10-08 18:00"
    assert due("三个工作日内", datetime(2026, 9, 30, 10, tzinfo=SHANGHAI)) == "10-10 18:00"


def test_beyond_the_announced_holidays_weekdays_are_assumed() -> None:
    first_of_may = date(LAST_YEAR + 1, 5, 1)
    assert china_workday(first_of_may) == weekdays_only(first_of_may)


def test_a_call_in_another_zone_is_judged_in_the_standards_zone() -> None:
    late = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # 01:00 on Saturday in Shanghai
    assert due("今天下班前", late) == "11-21 18:00"


@pytest.mark.parametrize("text", ["31号前", "明年2月30号前"])
def test_days_that_do_not_exist_have_no_instant(text: str) -> None:
    for deadline in deadline_zh.find_deadlines(text):
        resolve(deadline, datetime(2026, 11, 30, 9, tzinfo=SHANGHAI), OFFICE)


@pytest.mark.parametrize("count", ["500000", "99999999999", "9" * 400])
@pytest.mark.parametrize(
    "words", ["{}周内", "{}天内", "{}个月内", "{}个工作日", "within {} weeks", "in {} business days"]
)
def test_more_than_a_hundred_years_name_no_date(words: str, count: str) -> None:
    find = deadline_zh.find_deadlines if "内" in words or "日" in words else deadline_en.find_deadlines
    (deadline,) = find(words.format(count))
    assert resolve(deadline, FRIDAY, OFFICE) is None


@pytest.mark.parametrize(("text", "year"), [("5000周内", 2122), ("36525天内", 2126), ("36526天内", None)])
def test_a_hundred_years_are_a_date_and_a_day_more_is_none(text: str, year: int | None) -> None:
    (deadline,) = deadline_zh.find_deadlines(text)
    instant = resolve(deadline, FRIDAY, OFFICE)
    assert (instant.year if instant else None) == year


@pytest.mark.parametrize("text", ["下个月99999999999号前", f"11月{'9' * 400}号前", f"{'9' * 400}月1号前"])
def test_days_that_no_month_has_name_no_date(text: str) -> None:
    (deadline,) = deadline_zh.find_deadlines(text)
    assert resolve(deadline, FRIDAY, OFFICE) is None


def test_a_promise_without_a_date_is_kept_as_a_promise() -> None:
    [promise] = score(("agent", "我们500000周内给您回电。")).promises
    assert promise.due_at is None
    assert "500000周内" in promise.quote


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("within 24 hours", "11-21 09:31"),
        ("within forty eight hours", "11-22 09:31"),
        ("in half an hour", "11-20 10:01"),
        ("in two business days", "11-24 18:00"),
        ("by 5 pm tomorrow", "11-21 17:00"),
        ("by end of day friday", "11-20 18:00"),
        ("by the end of the week", "11-20 23:59"),
        ("on monday at 10 am", "11-23 10:00"),
        ("by noon", "11-20 12:00"),
        ("this afternoon", "11-20 18:00"),
        ("by tomorrow", "11-21 23:59"),
    ],
)
def test_english_deadlines(text: str, expected: str) -> None:
    (deadline,) = deadline_en.find_deadlines(text)
    instant = resolve(deadline, FRIDAY, OFFICE)
    assert instant is not None
    assert instant.strftime("%m-%d %H:%M") == expected


@pytest.mark.parametrize("text", ["at 5", "by two", "in may", "the day"])
def test_english_words_that_name_no_time(text: str) -> None:
    assert deadline_en.find_deadlines(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("四十八", 48),
        ("48", 48),
        ("两", 2),
        ("十", 10),
        ("十五", 15),
        ("一百二十", 120),
        ("一百零五", 105),
        ("半", 0.5),
        ("一个半", 1.5),
        ("两三", 3),
        ("三五", 5),
        ("二四", 4),
        ("几", None),
        ("好", None),
        ("", None),
    ],
)
def test_chinese_numbers(text: str, value: float | None) -> None:
    assert chinese_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("24", 24), ("forty eight", 48), ("1,000", 1000), ("a", 1), ("soon", None)]
)
def test_english_numbers(text: str, value: float | None) -> None:
    assert english_number(text) == value


@settings(deadline=None)
@given(st.text(alphabet="今明后天周五下上午点半0123456789两三个工作日小时内前月底号到:-十本", max_size=16))
def test_any_words_resolve_or_do_not_and_never_fail(text: str) -> None:
    for deadline in deadline_zh.find_deadlines(text):
        assert 0 <= deadline.start < deadline.end <= len(text)
        instant = resolve(deadline, FRIDAY, OFFICE)
        assert instant is None or instant.utcoffset() == timedelta(hours=8)
