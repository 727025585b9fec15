"""What `callqa join` and `callqa runs` say. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RUNS_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "runs.joined": (
        "运行 {run}：本进程处理了 {calls} 条录音，共 {hours:.1f} 小时音频；结果见主运行的汇总。",
        "run {run}: {calls} recordings, {hours:.1f} hours of sound, heard here; the process that began it sums up.",
    ),
    "runs.run": ("运行", "Run"),
    "runs.began": ("开始时间", "Began"),
    "runs.scored": ("已评分", "Scored"),
    "runs.waiting": ("等待", "Waiting"),
    "runs.processes": ("处理进程数", "Processes at it"),
    "runs.abandoned": ("无（已中断）", "none (abandoned)"),
    "runs.none": ("没有未结束的运行。", "No run is open."),
    "runs.was_closed": (
        "运行 {run} 的进程已不存在，现已关闭（{status}）；{waiting} 条录音等待，重新执行同一命令即可继续。",
        "run {run} had no process left and is closed ({status}); {waiting} recordings wait for the next time.",
    ),
    "runs.nothing_to_close": ("没有需要关闭的运行。", "There is nothing to close."),
}
