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
    "notes.example": ("把我做得好的话给同事作示例", "My good words as an example for colleagues"),
    "notes.example_told": (
        "同意后，您做到某一项时说的那句话（隐去号码等，不写姓名）可能出现在本班组同事的辅导报告里，报告也可能附上那几秒录音，"
        "同事也许听得出是谁。不同意没有任何影响；您的选择只有您和系统管理员看得到，随时可以撤回，之后的报告不再引用。",
        "If you consent, a sentence with which you met an item (numbers hidden, no name) may stand in coaching reports "
        "of your team's colleagues, perhaps with those seconds of sound: they may guess whose it is. Not to consent "
        "has no effect; only you and the administrators see what you chose. Take it back at any time, and later "
        "reports quote you no more.",
    ),
    "notes.example_yes": ("现在：同意", "Now: you consent"),
    "notes.example_no": ("现在：不同意", "Now: you do not consent"),
    "notes.example_start": ("我同意", "I consent"),
    "notes.example_stop": ("撤回同意", "Take it back"),
    "notes.refused.no_text": ("请写明内容。", "Write what it is."),
    "notes.refused.too_long": ("最多 {most} 字。", "At most {most} characters."),
    "notes.refused.unknown_item": ("没有这个项目。", "There is no such item."),
    "notes.refused.due_before": ("期限已经过去。", "That day is over already."),
    "notes.refused.no_day": ("期限不是日期。", "The last day is no date."),
    "notes.refused.no_outcome": ("请选择结果。", "Choose what became of it."),
    "notes.refused.already": ("已经有人写过，不能更改。", "That was said before, and stays."),
}
