"""What is said of the life of a standard: reminders, checks, changes, back-tests. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from models.standard import ReviewReminder

STANDARD_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "remind.due": (
        "服务标准 {id}（版本 {version}）的季度复审将于 {day} 到期，还有 {days} 天，负责人：{owner}。",
        "The quarterly review of service standard {id}, version {version}, is due by {day}, in {days} day(s); "
        "owner: {owner}.",
    ),
    "remind.today": (
        "服务标准 {id}（版本 {version}）的季度复审今天（{day}）到期，负责人：{owner}。",
        "The quarterly review of service standard {id}, version {version}, is due today ({day}); owner: {owner}.",
    ),
    "remind.overdue": (
        "服务标准 {id}（版本 {version}）的季度复审已逾期 {days} 天（应于 {day} 前完成），负责人：{owner}。",
        "The quarterly review of service standard {id}, version {version}, was due by {day} and is {days} day(s) "
        "overdue; owner: {owner}.",
    ),
    "check.ok": (
        "{id} {version}：检查通过，示例 {examples} 条，用例 {cases} 个。\n"
        "生效 {start} 至 {end}，复审期限 {review_by}，{digest}",
        "{id} {version}: ok, {examples} examples and {cases} cases hold.\n"
        "Holds from {start} to {end}, to be reviewed by {review_by}, {digest}",
    ),
    "check.open_end": ("下一版本生效", "the next version"),
    "check.fails": ("{source}：{n} 处结论与预期不符：", "{source}: {n} verdicts are not as expected:"),
    "check.failure": (
        "{name}：{item} 应为“{expected}”，实为“{found}”。{reasons}",
        "{name}: {item} should be “{expected}” and is “{found}”. {reasons}",
    ),
    "check.stored": (
        "已用库中 {n} 条人工更正和申诉裁定核对：变差 {worse} 条，仍未学会 {open} 条。",
        "{n} corrections and rulings of people were tried: {worse} got worse, {open} are still open.",
    ),
    "check.worse": (
        "{source}：{n} 条人工结论现行版本判对，此版本判错：",
        "{source}: {n} verdicts of people that the version in use has right come out wrong:",
    ),
    "check.got_worse": ("变差：", "Got worse:"),
    "check.still_open": ("仍未学会：", "Still open:"),
    "check.stored_failure": (
        "通话 {call}：{item} 应为“{expected}”（{by}），实为“{found}”。{reasons}",
        "call {call}: {item} should be “{expected}” ({by}) and is “{found}”. {reasons}",
    ),
    "check.by_console": ("人工复核", "reviewed"),
    "check.by_import": ("导入的复核", "imported review"),
    "check.by_appeal": ("申诉裁定", "ruled on appeal"),
    "publish.done": (
        "已发布 {name}，{start} 起生效；{digest}",
        "{name} is published and holds from {start}; {digest}",
    ),
    "publish.already": ("{name} 此前已发布，内容相同，没有变化。", "{name} was published before with this content."),
    "list.id": ("编号", "id"),
    "list.version": ("版本", "version"),
    "list.title": ("名称", "title"),
    "list.from": ("生效", "from"),
    "list.to": ("失效", "to"),
    "list.review_by": ("复审期限", "review by"),
    "list.published_at": ("发布时间", "published"),
    "list.note": ("变更说明", "change note"),
    "list.state": ("状态", "state"),
    "list.in_force": ("现行", "in force"),
    "list.later": ("待生效", "not yet"),
    "list.past": ("已失效", "past"),
    "list.none": ("还没有发布过服务标准。", "No standard is published yet."),
    "diff.none": ("两个版本内容相同。", "Both say the same."),
    "diff.head": ("文件头", "Head"),
    "diff.shared": ("公共部分", "What all items share"),
    "diff.item": ("检查项 {title}（{id}）", "Item {title} ({id})"),
    "diff.points_total": ("满分合计：{old} → {new}", "Points in all: {old} → {new}"),
    "diff.added": ("新增{place}{facts}", "New: {place}{facts}"),
    "diff.removed": ("删除{place}{facts}", "Removed: {place}{facts}"),
    "diff.texts_added": ("新增 {n} 条 {texts}", "{n} added: {texts}"),
    "diff.texts_removed": ("删除 {n} 条 {texts}", "{n} removed: {texts}"),
    "diff.open": ("（", " ("),
    "diff.close": ("）", ")"),
    "diff.more": ("等", " and more"),
    "diff.order": ("只是顺序变了", "only the order changed"),
    "diff.nothing": ("（无）", "(none)"),
    "diff.yes": ("是", "yes"),
    "diff.no": ("否", "no"),
    "value.severity.soft": ("轻微", "soft"),
    "value.severity.hard": ("严重", "hard"),
    "value.severity.fatal": ("红线", "fatal"),
    "value.role.agent": ("坐席", "agent"),
    "value.role.customer": ("客户", "customer"),
    "value.said_by.agent": ("坐席", "agent"),
    "value.said_by.customer": ("客户", "customer"),
    "value.direction.forward": ("向后", "forward"),
    "value.direction.backward": ("向前", "backward"),
    "value.direction.either": ("双向", "either"),
    "value.within.clause": ("分句", "clause"),
    "value.within.sentence": ("句", "sentence"),
    "value.within.utterance": ("整段发言", "utterance"),
    "value.criterion.greeting": ("开头语", "greeting"),
    "value.criterion.apology": ("致歉", "apology"),
    "value.criterion.commitment": ("服务承诺", "commitment"),
    "value.criterion.prohibited": ("禁语", "prohibited"),
    "value.criterion.closing": ("结束语", "closing"),
    "value.criterion.hold": ("等待", "hold"),
    "value.criterion.phrase": ("用语", "phrase"),
    "value.criterion.sequence": ("步骤顺序", "sequence"),
    "value.criterion.timing": ("时间与节奏", "timing"),
    "value.criterion.combined": ("组合", "combined"),
    "value.measure.ring": ("振铃时长", "ring"),
    "value.measure.speech_rate": ("语速", "speech rate"),
    "value.measure.talk_share": ("说话占比", "talk share"),
    "value.measure.dead_air": ("静默", "dead air"),
    "value.measure.interruption": ("抢话", "interruption"),
    "value.measure.wait": ("等待", "wait"),
}


def reminder_text(reminder: ReviewReminder, language: str) -> str:
    """The reminder as one sentence in "zh" or "en"."""
    key = "due" if reminder.days_left > 0 else "today" if reminder.days_left == 0 else "overdue"
    return STANDARD_WORDS[f"remind.{key}"][("zh", "en").index(language)].format(
        id=reminder.ref.id,
        version=reminder.ref.version,
        day=reminder.review_by.isoformat(),
        days=abs(reminder.days_left),
        owner=reminder.owner,
    )
