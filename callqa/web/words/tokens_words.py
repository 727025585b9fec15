"""Words of the page of tokens."""

from __future__ import annotations

from typing import Final

TOKENS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "tokens.title": ("接口令牌", "API tokens"),
    "tokens.what": (
        "供其他程序使用 /api/v1。令牌看到的通话与您本人相同；除导入数据外只能读；您失去的权限，令牌同时失去。",
        "For programs that use /api/v1. A token sees the calls that you see, only reads, unless it may import, and "
        "loses every right that you lose.",
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
    "tokens.rights": ("权限", "May"),
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
    "token_right.see_queue": ("查看复核队列", "see the review queue"),
    "token_right.see_call": ("查看单通评分", "see scores of single calls"),
    "token_right.see_team": ("查看坐席数据", "see figures of agents"),
    "token_right.see_promises": ("查看承诺台账", "see promises"),
    "token_right.see_machine_quality": ("查看运行记录", "see runs"),
    "token_right.see_audit": ("查看审计日志", "see the audit log"),
    "token_right.import_tables": ("导入问卷与名册", "bring survey answers and the roster"),
}
