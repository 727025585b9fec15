"""An alert in words, Chinese or English."""

from __future__ import annotations

import re
from typing import Any

from callqa.reports.words import Words
from models.alert import Alert, AlertKind

_SUBJECTS: dict[str, dict[AlertKind | None, str]] = {
    "zh": {
        AlertKind.RUN_END: "夜间质检结束（{status}）：{scored}/{recordings} 条已评分",
        AlertKind.FATAL: "发现 {calls} 通一票否决的通话",
        AlertKind.FAILURE_RATE: "失败率 {rate}，超过 {threshold}",
        AlertKind.PROMISES_DUE: "{promises} 项承诺将在 {hours} 小时内到期",
        AlertKind.DRIFT: "{shifts} 项指标发生偏移，原因未知（{since} 至 {until}）",
        AlertKind.TEST: "测试提醒",
        None: "夜间质检因错误中断（{error}）",
    },
    "en": {
        AlertKind.RUN_END: "night finished ({status}): {scored}/{recordings} scored",
        AlertKind.FATAL: "{calls} calls with a fatal violation",
        AlertKind.FAILURE_RATE: "failure rate {rate}, above {threshold}",
        AlertKind.PROMISES_DUE: "{promises} promises fall due within {hours} hours",
        AlertKind.DRIFT: "{shifts} figures have shifted without a known cause ({since} to {until})",
        AlertKind.TEST: "test alert",
        None: "night broken off by an error ({error})",
    },
}
_FACTS: dict[str, dict[str, str]] = {
    "zh": {
        "status": "状态",
        "recordings": "录音",
        "scored": "已评分",
        "quarantined": "已隔离",
        "waiting": "等待",
        "waiting_audio_h": "等待的音频（小时）",
        "needs_review": "待复核",
        "fatal": "一票否决",
        "stopped": "因截止时间停止",
        "error": "错误",
        "failed": "失败",
        "finished": "已处理",
        "rate": "失败率",
        "threshold": "阈值",
        "calls": "通话数",
        "call_ids": "通话",
        "agent_ids": "坐席",
        "promises": "承诺数",
        "hours": "小时",
        "promise_ids": "承诺",
        "earliest_due_at": "最早到期",
        "shifts": "偏移指标数",
        "since": "起始日",
        "until": "截止日",
        "figures": "指标（+ 上升，- 下降）",
        "before": "此前四周",
        "now": "现在",
        "also_changed": "其间多次更换",
        "more": "未列出",
        "run": "运行",
        "at": "时间",
        "audit_head": "审计日志末条（请保存，用于 callqa audit verify --head）",
    },
    "en": {
        "quarantined": "set aside",
        "waiting_audio_h": "waiting (hours of sound)",
        "needs_review": "to be reviewed",
        "fatal": "fatal",
        "stopped": "stopped at its time",
        "call_ids": "calls by id",
        "agent_ids": "agents",
        "promise_ids": "promises by id",
        "figures": "figures (+ risen, - fallen)",
        "before": "in the four weeks before",
        "also_changed": "exchanged several times meanwhile",
        "earliest_due_at": "first one due",
        "more": "not listed",
        "audit_head": "head of the audit log (keep it, for callqa audit verify --head)",
    },
}
_VALUES: dict[str, dict[str, str]] = {
    "zh": {
        "completed": "完成",
        "partial": "部分完成",
        "failed": "失败",
        "running": "运行中",
        "scorer": "评分规则或分类器",
    },
    "en": {"scorer": "scoring rules or classifier"},
}


def subject_of(alert: Alert, language: str) -> str:
    """One line."""
    shown = {name: _shown(name, value, language) for name, value in alert.facts.items()}
    # None: a run that did not come to its end.
    key = None if "error" in shown else alert.kind
    return "callqa: " + _SUBJECTS[language][key].format(**shown)


def body_of(alert: Alert, language: str) -> str:
    """The subject and a line for every fact."""
    names = _FACTS[language]
    facts = {"at": alert.at.isoformat(timespec="seconds"), "run": alert.run_id, **alert.facts}
    lines = [
        f"{names.get(name, name)}: {_shown(name, value, language)}"
        for name, value in facts.items()
        if value is not None
    ]
    return "\n".join([subject_of(alert, language), "", *lines]) + "\n"


def _shown(name: str, value: Any, language: str) -> str:
    if name in ("rate", "threshold"):
        return f"{value:.0%}"
    if name == "figures":
        words = Words(language)
        # Such as `faults+ greeting`: the sign ends the figure's name.
        named = (re.match(r"\w+", one) for one in value)
        return "; ".join(
            words(f"drift.measure.{found[0]}") + one[found.end() :]
            for one, found in zip(value, named, strict=True)
            if found
        )
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]
    if isinstance(value, float):
        return f"{value:g}"
    return _VALUES[language].get(str(value), str(value))
