"""What the commands on coaching talks say. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TALK_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "talks.noted": ("已记录，编号 {number}", "kept as note {number}"),
    "talks.closed": ("编号 {number} 已了结", "note {number} is closed"),
    "talks.none": ("没有辅导记录", "no coaching notes"),
    "talks.shown": (
        "坐席 {agent_id} 同意把做得好的话给本班组同事作示例",
        "agent {agent_id} consents to be an example for colleagues of the team",
    ),
    "talks.not_shown": (
        "坐席 {agent_id} 未同意把做得好的话给同事作示例",
        "agent {agent_id} does not consent to be an example for colleagues",
    ),
    "talks.open": ("未了结", "open"),
    "talks.done": ("已做到", "done"),
    "talks.dropped": ("不再需要", "dropped"),
}
