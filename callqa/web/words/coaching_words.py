"""What the forms of the coaching page say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOTES_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "notes.new": ("记录一次辅导", "Write down what was agreed"),
    "notes.item": ("项目", "Item"),
    "notes.action": ("商定的行动", "Agreed action"),
    "notes.note": ("谈了什么（可不填）", "What was talked about (may be empty)"),
    "notes.due": ("期限（可不填）", "Until (may be empty)"),
    "notes.keep": ("保存", "Keep"),
    "notes.seen": (
        "本人可以看到，并可回应一次；电话号码等会被隐去。",
        "The agent sees it and may answer once; personal numbers are hidden.",
    ),
    "notes.done": ("已做到", "Done"),
    "notes.dropped": ("不再需要", "No longer wanted"),
    "notes.answer": ("我的回应", "My answer"),
    "notes.send": ("提交回应", "Send the answer"),
    "notes.refused.no_text": ("请写明内容。", "Write what it is."),
    "notes.refused.too_long": ("最多 {most} 字。", "At most {most} characters."),
    "notes.refused.unknown_item": ("没有这个项目。", "There is no such item."),
    "notes.refused.due_before": ("期限已经过去。", "That day is over already."),
    "notes.refused.no_day": ("期限不是日期。", "The last day is no date."),
    "notes.refused.no_outcome": ("请选择结果。", "Choose what became of it."),
    "notes.refused.already": ("已经有人写过，不能更改。", "That was said before, and stays."),
}
