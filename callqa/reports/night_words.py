"""What the commands say of a night, in Simplified Chinese and English."""

from __future__ import annotations

from typing import Final

NIGHT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "night.calls": (
        "待处理 {calls} 条录音，共 {hours:.1f} 小时音频",
        "{calls} recordings to do, {hours:.1f} hours of sound",
    ),
    "night.unknown": (
        "其中 {unknown} 条未注明时长，每条按 {minutes:.0f} 分钟计",
        "{unknown} of them do not say how long they are and count as {minutes:.0f} minutes each",
    ),
    "night.done": (
        "已完成 {done} 条，无法作为音频打开 {unusable} 条，属于其他日期 {other_days} 条",
        "{done} are done already, {unusable} cannot be opened as sound, {other_days} are of other days",
    ),
    "night.speed.this_machine": (
        "速度：每秒处理 {speed:.1f} 秒音频（本机最近 {sittings} 次运行实测）",
        "speed: {speed:.1f} s of sound per second (measured in the last {sittings} runs on this machine)",
    ),
    "night.speed.other_machines": (
        "速度：每秒处理 {speed:.1f} 秒音频（其他机器最近 {sittings} 次运行实测）",
        "speed: {speed:.1f} s of sound per second (measured in the last {sittings} runs on other machines)",
    ),
    "night.speed.default": (
        "速度：每秒处理 {speed:.1f} 秒音频（尚无实测，取自设置 plan_speed）",
        "speed: {speed:.1f} s of sound per second (nothing measured yet; the setting plan_speed)",
    ),
    "night.finish": (
        "现在开始，预计 {finish} 完成（用时 {took}）",
        "begun now, it is through at {finish} ({took})",
    ),
    "night.fits": ("{until} 之前可以全部完成", "all of it is done by {until}"),
    "night.too_long": (
        "到 {until} 可完成 {by_until} 条，余下 {left} 条（{hours:.1f} 小时音频）留待下次运行",
        "by {until} {by_until} are done; {left} ({hours:.1f} hours of sound) are left for the next run",
    ),
    "night.stopped": (
        "已在 {until} 停止：{left} 条录音（{hours:.1f} 小时音频）留待下次运行",
        "stopped at {until}: {left} recordings ({hours:.1f} hours of sound) are left for the next run",
    ),
    "night.order": ("处理顺序（风险高者优先）", "order, the riskiest first"),
    "night.call": ("通话", "call"),
    "night.agent": ("坐席", "agent"),
    "night.minutes": ("分钟", "minutes"),
    "night.risk": ("风险", "risk"),
    "night.why": ("原因", "why"),
    "night.reason.complaint": ("投诉队列", "complaint queue"),
    "night.reason.new_agent": ("新坐席", "new agent"),
    "night.reason.long_call": ("长通话", "long call"),
    "night.reason.none": ("", ""),
    "night.alert_sent": ("{channel}：已发送", "{channel}: sent"),
}
