"""What imports of surveys and rosters say, on every way in. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

IMPORT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "import.done": (
        "新增 {new} 行，更新 {changed} 行，无变化 {same} 行，未采用 {refused} 行",
        "{new} rows are new, {changed} changed what was stored, {same} were known, {refused} were not used",
    ),
    "import.dry_run": ("试运行，未写入任何内容。", "A dry run: nothing was stored."),
    "import.refused_row": ("第 {line} 行未采用：{why}", "line {line} was not used: {why}"),
    "import.refused_cell": (
        "第 {line} 行“{column}”列未采用：{why}",
        "line {line} was not used, for its column “{column}”: {why}",
    ),
    "import.line": ("行号", "line"),
    "import.why": ("未采用原因", "why it was not used"),
    "import.ambiguous_row": (
        "第 {line} 行已保存，但该客户有不止一通同时开始的通话，无法确定评价的是哪一通；请补填通话编号",
        "line {line} was kept, but several calls of the customer began at that moment; add the call id",
    ),
    "import.without_call": (
        "其中 {count} 行暂无对应的通话，已保存；通话入库后自动关联",
        "{count} of them have no call yet; they are kept, and join it once it is taken in",
    ),
    "import.refusal.no_id": ("没有编号，请补填", "it has no id; add one"),
    "import.refusal.bad_text": (
        "内容过长或含有无法显示的字符，请改短或重新输入",
        "it is too long or holds signs that cannot be shown; shorten it or type it anew",
    ),
    "import.refusal.bad_score": (
        "评分“{detail}”不在所选分制内；请选择文件所用的分制（1-5、1-10 或 words，即文字），或更正评分",
        "score “{detail}” is not on the chosen scale; choose the file's (1-5, 1-10 or words), or correct it",
    ),
    "import.refusal.bad_time": (
        "时间“{detail}”无法识别，请写成 2026-11-20 09:31",
        "“{detail}” is no time; write it like 2026-11-20 09:31",
    ),
    "import.refusal.bad_resolved": (
        "是否解决“{detail}”无法识别，请写 是 或 否，或留空",
        "resolved “{detail}” is not known; write yes or no, or leave it out",
    ),
    "import.refusal.no_name": ("没有姓名，请补填", "it has no name; add it"),
    "import.refusal.no_team": ("没有班组，请补填", "it has no team; add it"),
    "import.refusal.bad_day": (
        "日期“{detail}”无法识别，请写成 2026-11-20",
        "“{detail}” is no day; write it like 2026-11-20",
    ),
    "import.refusal.left_before_joined": (
        "离职日期 {detail} 早于入职日期，请更正其一",
        "{detail}, the last day, is before the first one; correct one of them",
    ),
    "import.refusal.extra_cells": (
        "单元格多于列数；含有逗号的内容请加引号",
        "it has more cells than there are columns; put text with commas in quotes",
    ),
    "import.refusal.disagree": (
        "与第 {detail} 行编号相同而内容不同，均未采用；请只保留正确的一行",
        "line {detail} has the same id and says otherwise; none was used: keep the right one",
    ),
    "import.refusal.erased": (
        "该评价已按要求删除，不再导入",
        "this answer was erased and does not come back",
    ),
}
