"""What the drift alarm says, in Simplified Chinese and English."""

from __future__ import annotations

from typing import Final

DRIFT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "drift.title": ("指标偏移", "Shifted figures"),
    "drift.figure": ("指标", "Figure"),
    "drift.whose": ("范围", "Whose"),
    "drift.before": ("此前四周", "Four weeks before"),
    "drift.now": ("现在", "Now"),
    "drift.effect": ("幅度（通话间标准差）", "Size (standard deviations between calls)"),
    "drift.cause": ("可能原因", "Likely cause"),
    "drift.everybody": ("全部", "everybody"),
    "drift.unknown": ("原因未知", "unknown"),
    "drift.cause.standard": ("标准换了版本", "another version of the standard"),
    "drift.cause.engine": ("识别引擎或模型已更换", "another engine or speech model"),
    "drift.cause.scorer": ("评分规则或分类器已更换", "other scoring rules or another classifier"),
    "drift.routine.scorer": (
        "其间评分规则或分类器更换多次，偏移超出历次更换的影响",
        "scoring rules or classifier were exchanged several times; it exceeds what that did before",
    ),
    "drift.measure.faults": ("扣分率", "Faults"),
    "drift.measure.judged": ("可评率", "Judged"),
    "drift.measure.review": ("需人工复核率", "To be reviewed"),
    "drift.measure.fatal": ("一票否决率", "Fatal"),
    "drift.measure.score": ("平均得分", "Mean score"),
    "drift.measure.confidence": ("识别把握", "Recognition"),
    "drift.measure.low_words": ("识别不清的字词", "Guessed words"),
    "drift.measure.speech_rate": ("语速（每分钟字数）", "Speech rate (a minute)"),
    "drift.windows": (
        "{since} 至 {until} 与此前四周相比，共比较 {compared} 项指标",
        "{since} to {until} beside the four weeks before; {compared} figures compared",
    ),
    "drift.none": ("没有发现偏移", "Nothing has shifted"),
    "drift.no_calls": ("还没有已评的通话", "There are no scored calls yet"),
    "drift.note": (
        "只列出超出日常波动、且幅度够大的偏移。标准、引擎或评分规则更换后，列出的是可能原因，不报警；"
        "评分规则或分类器经常更换时照常报警。识别把握与语速每晚另行比较，见 callqa models drift。",
        "Listed is what exceeds how days differ anyway, and is large enough to matter. Where standard, engine or "
        "scoring rules were changed, they are named as the likely cause and no alarm is sent, unless rules or "
        "classifier are exchanged all the time. Recognition and speech rate are compared each night, and by callqa "
        "models drift.",
    ),
}
