"""What `callqa quarantine` says. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

QUARANTINE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "quarantine.recording": ("录音", "Recording"),
    "quarantine.call": ("通话 / 坐席", "Call / agent"),
    "quarantine.file": ("文件", "File"),
    "quarantine.reason": ("原因", "Reason"),
    "quarantine.detail": ("说明", "Details"),
    "quarantine.dropped": ("已于 {when} 放弃", "dropped {when}"),
    "quarantine.none": ("没有隔离的录音。", "Nothing is quarantined."),
    "quarantine.count": ("共 {count} 条。", "{count} recordings."),
    "quarantine.retried": (
        "已解除隔离 {count} 条；下次对其来源执行 callqa run 时重新处理。",
        "{count} recordings were released; the next callqa run on their source takes them up again.",
    ),
    "quarantine.gave_up": (
        "已放弃 {count} 条；今后不再处理，也不再提示。要恢复请用 callqa quarantine retry。",
        "{count} recordings were dropped: they are not processed and not shown any more. callqa quarantine retry "
        "brings them back.",
    ),
    "quarantine.refused": ("录音 {recording} 未解除：{problem}", "recording {recording} was not released: {problem}"),
    "quarantine.problem.call_id_taken": (
        "其通话编号已被另一段录音使用。请在清单中改正编号后再运行",
        "another recording holds its call id; correct the id in the manifest and run again",
    ),
    "quarantine.problem.never_read": (
        "当时文件打不开，内容未知。修复文件后再运行即会作为新录音处理，随后可放弃此条",
        "its file could never be read; mend the file and run again, which takes it in as a new recording, then drop "
        "this one",
    ),
    "quarantine.problem.released_meanwhile": ("它已不在隔离中", "it is not quarantined any more"),
}
