"""Words of the page of tokens."""

from __future__ import annotations

from typing import Final

TOKENS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "tokens.title": ("接口令牌", "API tokens"),
    "tokens.what": (
        "供其他程序通过 /api/v1 读取数据。令牌只能读，看到的通话与您本人相同；您失去的权限，令牌同时失去。",
        "For programs that read data under /api/v1. A token only reads, sees the calls that you see, and loses "
        "every right that you lose.",
    ),
    "tokens.once": (
        "新令牌（仅显示这一次，请立即保存）：",
        "The new token, shown only this once; keep it now:",
    ),
    "tokens.wrong": (
        "未能创建：请填写名称、至少勾选一项权限；每人最多 20 个令牌。",
        "Not made: give it a name and at least one right; nobody has more than 20.",
    ),
    "tokens.name": ("名称（用途）", "Name (what it is for)"),
    "tokens.rights": ("可读取", "May read"),
    "tokens.days": ("有效期", "Lives"),
    "tokens.days_n": ("{days} 天", "{days} days"),
    "tokens.make": ("创建令牌", "Make a token"),
    "tokens.made": ("创建", "Made"),
    "tokens.expires": ("到期", "Expires"),
    "tokens.expired": ("已到期", "expired"),
    "tokens.used": ("最近使用", "Used last"),
    "tokens.never": ("从未", "never"),
    "tokens.end": ("撤销", "Revoke"),
    "tokens.none": ("还没有令牌。", "No tokens yet."),
    "token_right.see_queue": ("复核队列", "the review queue"),
    "token_right.see_call": ("单通评分", "scores of single calls"),
    "token_right.see_team": ("坐席数据", "figures of agents"),
    "token_right.see_promises": ("承诺台账", "promises"),
    "token_right.see_machine_quality": ("运行记录", "runs"),
    "token_right.see_audit": ("审计日志", "the audit log"),
}
