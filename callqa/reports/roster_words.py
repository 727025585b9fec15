"""What is said of agents whose calls and roster do not meet. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ROSTER_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "roster.listed": ("名册上在岗 {n} 人", "{n} agents at work on the roster"),
    "roster.fine": (
        "最近 {days} 天的通话与名册一致",
        "it agrees with the calls of the last {days} days",
    ),
    "roster.unlisted": (
        "最近 {days} 天有通话但不在名册上的坐席 {n} 名：{who}",
        "{n} with calls in the last {days} days are not on it: {who}",
    ),
    "roster.silent": (
        "名册上最近 {days} 天没有任何通话的坐席 {n} 名：{who}",
        "{n} on it had no call in the last {days} days: {who}",
    ),
    "roster.unlisted_here": (
        "这些录音中有 {n} 名坐席不在名册上：{who}；其通话没有名册中的姓名和班组（callqa import roster）",
        "{n} agents of these recordings are not on the roster: {who}; their calls get no name or team from it "
        "(callqa import roster)",
    ),
    "roster.and_more": ("{who} 等", "{who}, …"),
}
