"""Survey exports and rosters: how they are read, and which rows are refused."""

from __future__ import annotations

import codecs
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from callqa.roster import read_roster
from callqa.surveys import COLUMNS, SATISFACTION, Scale, read_surveys, score_of
from models.errors import InputError
from models.imported import ReadTable
from models.roster import ALWAYS, RosterEntry
from models.survey import SurveyAnswer
from tests.ledger_calls import SHANGHAI

HEAD = "answer_id,call_id,customer_ref,agent_id,answered_at,score,resolved,comment\n"


def surveys(folder: Path, raw: bytes | str, scale: Scale = Scale.FIVE) -> ReadTable[SurveyAnswer]:
    path = folder / "s.csv"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return read_surveys(path, scale, "Asia/Shanghai")


def roster(folder: Path, text: str) -> ReadTable[RosterEntry]:
    (folder / "r.csv").write_text(text)
    return read_roster(folder / "r.csv")


ZH = "问卷编号,通话编号,客户号码,坐席工号,评价时间,满意度,是否解决,评语\nS1,C1,13800138000,A1,2025/11/20 9:31,4,是,还行\n"


@pytest.mark.parametrize(
    "raw",
    [
        (HEAD + "S1,C1,13800138000,A1,2025-11-20T09:31:00+08:00,4,yes,还行\n").encode(),
        ZH.encode(),
        codecs.BOM_UTF8 + ZH.encode(),
        ZH.encode("gb18030"),
        ZH.encode("utf-16"),
        ZH.replace(",", ";").encode(),
        ZH.replace(",", "\t").encode(),
        ("sep=;\n" + ZH.replace(",", ";")).encode(),
        ZH.replace("\n", "\r\n").encode(),
        (ZH + "\n,,,,,,,\n").encode(),
        ZH.replace("13800138000", '="13800138000"').encode(),
    ],
)
def test_a_file_is_read_in_every_way_it_is_written(tmp_path: Path, raw: bytes) -> None:
    read = surveys(tmp_path, raw)
    ((_, answer),) = read.rows
    assert not read.refused
    assert answer == SurveyAnswer(
        "S1", "C1", "13800138000", "A1", datetime(2025, 11, 20, 9, 31, tzinfo=SHANGHAI), 4.0, True, "还行"
    )


@pytest.mark.parametrize(
    ("written", "scale", "score"),
    [
        ("1", Scale.FIVE, 1.0), ("5", Scale.FIVE, 5.0), ("4.5", Scale.FIVE, 4.5), ("5.0", Scale.FIVE, 5.0),
        ("1", Scale.TEN, 1.0), ("10", Scale.TEN, 5.0), ("5.5", Scale.TEN, 3.0),
        ("非常满意", Scale.WORDS, 5.0), ("满意", Scale.WORDS, 4.0), ("一般", Scale.WORDS, 3.0),
        ("不满意", Scale.WORDS, 2.0), ("非常不满意", Scale.WORDS, 1.0), ("Very Satisfied", Scale.WORDS, 5.0),
    ],
)  # fmt: skip
def test_scores_on_one_scale(written: str, scale: Scale, score: float) -> None:
    assert score_of(written, scale) == score


@pytest.mark.parametrize(
    ("written", "scale"),
    [
        ("0", Scale.FIVE), ("6", Scale.FIVE), ("5.1", Scale.FIVE), ("-1", Scale.FIVE), ("nan", Scale.FIVE),
        ("满意", Scale.FIVE), ("", Scale.FIVE), ("1e0", Scale.FIVE), ("1_0", Scale.TEN), ("11", Scale.TEN),
        ("0.9", Scale.TEN), ("5", Scale.WORDS), ("还满意", Scale.WORDS), ("", Scale.WORDS),
    ],
)  # fmt: skip
def test_what_is_not_on_the_scale(written: str, scale: Scale) -> None:
    with pytest.raises(ValueError, match=f"{re.escape(written)}$"):
        score_of(written, scale)


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        (",C1,,,2025-11-20,4,,", ("no_id", "answer_id", "")),
        ("S1,C1,,,2025-11-20,6,,", ("bad_score", "score", "6")),
        ("S1,C1,,,2025-11-20,,,", ("bad_score", "score", "")),
        ("S1,C1,,,昨天,4,,", ("bad_time", "answered_at", "昨天")),
        ("S1,C1,,,,4,,", ("bad_time", "answered_at", "")),
        ("S1,C1,,,2025-13-01,4,,", ("bad_time", "answered_at", "2025-13-01")),
        ("S1,C1,,,0001-01-01,4,,", ("bad_time", "answered_at", "0001-01-01")),
        ("S1,C1,,,2025-11-20,4,也许,", ("bad_resolved", "resolved", "也许")),
        (f"S1,{'C' * 201},,,2025-11-20,4,,", ("bad_text", "call_id", "")),
        ("S1,C1,,,2025-11-20,4,,慢,真慢", ("extra_cells", "", "")),
    ],
)
def test_rows_that_are_refused_are_named_and_the_others_stay(
    tmp_path: Path, row: str, refused: tuple[str, str, str]
) -> None:
    read = surveys(tmp_path, f"{HEAD}{row}\nS2,,,,2025-11-20 10:00,1\n")
    assert [(one.line, one.reason.value, one.column, one.detail) for one in read.refused] == [(2, *refused)]
    assert [(line, answer.answer_id) for line, answer in read.rows] == [(3, "S2")]


def test_a_day_alone_is_its_end_and_a_comment_may_have_lines(tmp_path: Path) -> None:
    ((_, first), (line, second)) = surveys(
        tmp_path, HEAD + 'S1,,,,20251120,4,,"慢,\n真慢"\nS2,,,,2025-11-20 9:00,4,,\n'
    ).rows
    assert first.answered_at == datetime(2025, 11, 20, 23, 59, 59, tzinfo=SHANGHAI)
    assert (first.comment, line, second.comment) == ("慢,\n真慢", 4, None)


@pytest.mark.parametrize("name", ["answer_id", "answered_at", "score"])
def test_files_that_cannot_be_read_are_one_message(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=name):
        surveys(tmp_path, HEAD.replace(name, "x"))
    with pytest.raises(InputError, match=f"both give {name}"):
        surveys(tmp_path, HEAD.replace("call_id", COLUMNS[name][0]))
    with pytest.raises(InputError, match="cannot be read"):
        read_surveys(tmp_path / "none.csv", Scale.FIVE, "Asia/Shanghai")
    with pytest.raises(InputError, match="answer_id"):
        surveys(tmp_path, b"")


def test_words_of_satisfaction_are_all_scores() -> None:
    assert sorted(set(SATISFACTION.values())) == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_roster(tmp_path: Path) -> None:
    read = roster(
        tmp_path,
        "工号,姓名,班组,入职日期,离职日期,生效日期\n"
        "A1,张三,一组,2024/3/1,,\n"
        "A1,张三,二组,2024/3/1 0:00,2025-09-30,20250501\n"
        "A2,李四,一组,,,\n",
    )
    joined = date(2024, 3, 1)
    assert [entry for _, entry in read.rows] == [
        RosterEntry("A1", "张三", "一组", joined, None, joined),
        RosterEntry("A1", "张三", "二组", joined, date(2025, 9, 30), date(2025, 5, 1)),
        RosterEntry("A2", "李四", "一组", None, None, ALWAYS),
    ]
    assert not read.refused


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        (",张三,一组", ("no_id", "agent_id", "")),
        ("A1,,一组", ("no_name", "name", "")),
        ("A1,张三,", ("no_team", "team", "")),
        ("A1,张三", ("no_team", "team", "")),
        (f"A1,{'张' * 201},一组", ("bad_text", "name", "")),
        ("A1,张三,一组,三月", ("bad_day", "joined_on", "三月")),
        ("A1,张三,一组,2025-2-30", ("bad_day", "joined_on", "2025-2-30")),
        ("A1,张三,一组,2025111", ("bad_day", "joined_on", "2025111")),
        ("A1,张三,一组,2025-03-01,2025-02-28", ("left_before_joined", "left_on", "2025-02-28")),
        ("A1,张三,一组,,,,x", ("extra_cells", "", "")),
    ],
)
def test_rows_of_a_roster_that_are_refused(tmp_path: Path, row: str, refused: tuple[str, str, str]) -> None:
    read = roster(tmp_path, f"agent_id,name,team,joined_on,left_on,valid_from\n{row}\nA2,李四,一组\n")
    assert [(one.line, one.reason.value, one.column, one.detail) for one in read.refused] == [(2, *refused)]
    assert [line for line, _ in read.rows] == [3]
    with pytest.raises(InputError, match="team"):
        roster(tmp_path, "agent_id,name\nA1,张三\n")
