"""Survey exports: CSV as survey systems and spreadsheets write it, to answers, and rows that cannot be taken in.

Files are read as ticket exports are, see `callqa.tickets`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from callqa.metadata import Fault, as_text, bytes_of, parse_span, table_in, yes_or_no
from models.imported import ReadTable, Refusal
from models.survey import HIGHEST, LOWEST, SurveyAnswer

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "answer_id": ("survey_id", "response_id", "问卷编号", "答卷编号", "评价编号", "回访编号"),
    "call_id": ("call", "通话编号", "通话id", "录音编号", "呼叫编号"),
    "customer_ref": ("customer", "客户号码", "客户电话", "客户标识", "客户编号", "联系电话", "用户号码", "主叫号码"),
    "agent_id": ("agent", "坐席编号", "坐席工号", "工号"),
    "answered_at": ("submitted_at", "评价时间", "回访时间", "答复时间", "提交时间"),
    "score": ("csat", "rating", "评分", "满意度", "得分"),
    "resolved": ("是否解决", "问题是否解决", "是否已解决"),
    "comment": ("评语", "意见", "客户意见", "评价内容"),
}
"""What a column may be called besides its first name; in any case, blanks around it do not matter."""
NEEDED = ("answer_id", "answered_at", "score")


class Scale(StrEnum):
    """How the scores of a file are written. It is told, for a file of fours and fives could be of either scale."""

    FIVE = "1-5"
    TEN = "1-10"
    WORDS = "words"


SATISFACTION: Mapping[str, float] = {
    **dict.fromkeys(("非常满意", "很满意", "very satisfied"), 5.0),
    **dict.fromkeys(("满意", "satisfied"), 4.0),
    **dict.fromkeys(("一般", "neutral"), 3.0),
    **dict.fromkeys(("不满意", "dissatisfied"), 2.0),
    **dict.fromkeys(("非常不满意", "很不满意", "very dissatisfied"), 1.0),
}
"""The words of `Scale.WORDS`."""
_NUMBER = re.compile(r"[0-9]{1,2}(\.[0-9]{1,6})?")
_TOP = {Scale.FIVE: 5.0, Scale.TEN: 10.0}
_IDS = ("answer_id", "call_id", "customer_ref", "agent_id")


def read_surveys(path: Path, scale: Scale, time_zone: str) -> ReadTable[SurveyAnswer]:
    """The answers of a file, as `surveys_in` gives them. Raises InputError."""
    return surveys_in(bytes_of(path), str(path), scale, time_zone)


def surveys_in(raw: bytes, where: str, scale: Scale, time_zone: str) -> ReadTable[SurveyAnswer]:
    """Read an export; times without a zone are those of `time_zone`. Blank rows are passed over.

    Comments are as written, and not fit to be stored. Raises InputError, which says `where`, for what cannot be read at
    all, and for columns that are missing or there twice.
    """
    return table_in(raw, where, COLUMNS, NEEDED, lambda cells: _answer(cells, scale, time_zone))


def score_of(written: str, scale: Scale) -> float:
    """The score on the stored scale, LOWEST to HIGHEST. Raises ValueError for what is not on the file's scale."""
    if scale is Scale.WORDS:
        score = SATISFACTION.get(written.casefold())
        if score is None:
            raise ValueError(written)
        return score
    top = _TOP[scale]
    if not _NUMBER.fullmatch(written) or not 1 <= float(written) <= top:
        raise ValueError(written)
    return LOWEST + (float(written) - 1) * (HIGHEST - LOWEST) / (top - 1)


def _answer(cells: Mapping[str, str], scale: Scale, time_zone: str) -> SurveyAnswer | Fault:
    if "answer_id" not in cells:
        return Fault(Refusal.NO_ID, "answer_id")
    ids: dict[str, str | None] = dict.fromkeys(_IDS)
    for name in _IDS:
        try:
            ids[name] = as_text(cells[name]) if name in cells else None
        except ValueError:
            return Fault(Refusal.BAD_TEXT, name)
    try:
        score = score_of(cells.get("score", ""), scale)
    except ValueError:
        return Fault(Refusal.BAD_SCORE, "score", cells.get("score", ""))
    try:
        # Of a day alone the last second: its calls came before.
        answered_at = parse_span(cells.get("answered_at", ""), time_zone)[1]
    except ValueError:
        return Fault(Refusal.BAD_TIME, "answered_at", cells.get("answered_at", ""))
    try:
        resolved = yes_or_no(cells["resolved"]) if "resolved" in cells else None
    except ValueError:
        return Fault(Refusal.BAD_RESOLVED, "resolved", cells["resolved"])
    return SurveyAnswer(
        answer_id=ids["answer_id"] or "",
        call_id=ids["call_id"],
        customer_ref=ids["customer_ref"],
        agent_id=ids["agent_id"],
        answered_at=answered_at,
        score=score,
        resolved=resolved,
        comment=cells.get("comment"),
    )
