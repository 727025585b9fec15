"""Words of the pages of service standards."""

from __future__ import annotations

from typing import Final

STANDARDS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "standards.title": ("服务标准", "Service standards"),
    "standards.in_use": ("正在使用", "In use"),
    "standards.none_in_use": (
        "设置中的服务标准无法使用，请告知管理员。",
        "The standard that the settings name cannot be used; tell an admin.",
    ),
    "standards.published": ("已发布版本", "Published versions"),
    "standards.read": ("查看", "Read"),
    "standards.items": ("检查项", "Items"),
    "standards.item": ("检查项", "Item"),
    "standards.kind": ("类型", "Kind"),
    "standards.points": ("分值", "Points"),
    "standards.dimension": ("服务质量维度", "Dimension"),
    "dimension.tangibles": ("有形性", "tangibles"),
    "dimension.reliability": ("可靠性", "reliability"),
    "dimension.responsiveness": ("响应性", "responsiveness"),
    "dimension.assurance": ("保证性", "assurance"),
    "dimension.empathy": ("移情性", "empathy"),
    "standards.bands": ("等级", "Grades"),
    "standards.band": ("{points} 分起", "from {points}"),
    "standards.owner": ("负责人", "Owner"),
    "standards.holds": ("生效", "Holds"),
    "standards.span": ("{start} 至 {end}", "{start} to {end}"),
    "standards.until_next": ("下一版本生效", "the next version"),
    "standards.published_at": ("{when} 发布", "published {when}"),
    "standards.not_published": (
        "未发布（随程序提供，或来自文件）",
        "not published (comes with the program, or a file)",
    ),
    "standards.text": ("全文（YAML）", "Full text (YAML)"),
    "standards.compare": ("与其他版本对比", "Compare with another version"),
    "standards.against": ("对比版本", "Version"),
    "standards.go": ("对比", "Compare"),
    "standards.since": ("相对 {version} 的变化", "Changed since {version}"),
    "standards.fault": (
        "此版本不能用当前程序打开，仅显示原文。",
        "This program cannot use this version; only its text is shown.",
    ),
    "standards.bring": ("新版本", "A new version"),
    "standards.bring_what": (
        "上传 YAML 文件：先检查并与现行标准对比，可对已有通话试算，确认后再发布。已发布的版本不能更改。",
        "Bring a YAML file: it is checked, compared with the one in use, and can be tried on stored calls before it is "
        "published. A published version never changes.",
    ),
    "standards.file": ("标准文件", "File"),
    "standards.check": ("上传并检查", "Bring and check"),
    "draft.title": ("待发布：{name}", "To be published: {name}"),
    "draft.by": ("{who} 于 {when} 上传", "brought by {who}, {when}"),
    "draft.kept": (
        "保留最近的 8 份草稿，更早的需重新上传。",
        "The newest 8 drafts are kept; an older one is brought again.",
    ),
    "draft.refused": ("这份标准不能使用", "This standard cannot be used"),
    "draft.check": ("检查", "Check"),
    "draft.examples_hold": ("示例 {n} 条，全部符合预期", "all {n} examples hold"),
    "draft.examples_fail": (
        "示例 {n} 条，其中 {failed} 处不符合预期，修正后才能发布",
        "{failed} verdicts of {n} examples are not as expected; it cannot be published before they are",
    ),
    "draft.changes": ("与现行标准（{version}）相比", "Against the one in use ({version})"),
    "draft.trial": ("试算（回测）", "Back-test"),
    "draft.trial_what": (
        "按新旧两版给已有通话重新评分并比较，不改动任何已存结果。",
        "Scores stored calls by both versions and compares; nothing stored is changed.",
    ),
    "draft.days": ("通话范围", "Calls of"),
    "draft.days_n": ("最近 {days} 天", "the last {days} days"),
    "draft.try": ("开始试算", "Start"),
    "draft.running": ("试算中，已完成 {calls} 通", "running, {calls} calls done"),
    "draft.refresh": ("刷新", "Refresh"),
    "draft.failed": ("试算未能完成，原因见日志", "it failed; the log says why"),
    "draft.busy": ("已有一次试算正在进行，请稍后再试", "Another back-test is running; try again later"),
    "draft.no_calls": ("这段时间没有可供试算的通话", "No stored calls in this time"),
    "draft.no_flips": ("没有一项结论改变", "No verdict changes"),
    "draft.publish": ("发布此版本", "Publish this version"),
    "draft.publish_what": (
        "自 {start} 起用于当日及之后的通话。发布后不可更改，操作记入审计日志。",
        "It holds for calls from {start} on. It never changes once it is published; the audit log records it.",
    ),
}
