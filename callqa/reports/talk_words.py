"""What the commands on coaching talks say. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TALK_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "talks.noted": ("已记录，编号 {number}", "kept as note {number}"),
    "talks.closed": ("编号 {number} 已了结", "note {number} is closed"),
    "talks.none": ("没有辅导记录", "no coaching notes"),
    "talks.open": ("未了结", "open"),
    "talks.done": ("已做到", "done"),
    "talks.dropped": ("不再需要", "dropped"),
}
