"""What is promised for a time, and by whom: the action that stands nearest to it, and whether it binds the company."""

from __future__ import annotations

import re

from scoring.context import overlaps_any
from scoring.deadline import Deadline
from scoring.lexicon import Hit
from scoring.standard import ServiceStandard
from scoring.view import Said

_HEAD = 12
_TIME_WORDS = ("时候", "时间", "话", "上午", "下午", "早上", "晚上", "中午")
# 三天，我们把它移走: an act that is not in the list of actions must stand close by.
_ANY_ACT_REACH = 6
_DEED_REACH = 10
_ADDRESSEES = ("您", "你", "您们", "你们")
_GIVEN_TO = tuple("给帮为跟和与向替把找回打对让请")
# The customer as the one who acts: 您三天内上传, but not 给您, 您的, 您就能用上; and what only a customer does.
_CUSTOMER_ACTS = re.compile(
    "(?<![给帮为跟和与向替把找回打对让到去来上退发寄送知系诉催约等])[您你](?!的|家|们|这|那|手|卡|就[能会可]|[会能][收接])"
    "|自己|自行|本人|^凭|携带|带上|带着|带好|登录|关注|下载|点击|点一下|扫码|拨打|缴费|充值|续费|办理"
)
# 熔好估计要到六点: the time that a deed will last to.
_LASTS_TO = re.compile(
    "(?:[，最快估计预大概可能少晚也]{0,8})(?:要|得|需要)(?:到|等到)?|(?:估计|预计|大概)(?:在|是|到)?"
)
# 发短信到服务号，两分钟后就开通了: the customer does it.
_SELF_SERVICE = re.compile(
    "发短信|编辑|拨打|登录|关注|下载|扫码|重启|携带|带上|带身份证|带证件|去营业厅|到营业厅|拔掉|按住|点击"
)
# 七天内寄回都可以, 月底前激活才有效: what is open to anybody is nobody's promise.
_OPEN_TO_ANYONE = re.compile(
    "就行|就可以|即可|都[行可有能]|才[能可有算]|有效|享受|不收|免费|优惠|作废|的话|最[好划]"
    "|到期|清零|失效|过期|下班|关门|结束|截止|就是|回收|满了|休"
)
_THEN = 10
_OWN, _TO_US = ("我", "咱"), ("给", "跟", "向", "找", "问")
# 三天修好: without 内 or 之后 the action must follow at once.
_BARE_REACH = {"zh": 3, "en": 2}


def is_attribute(said: Said, deadline: Deadline) -> bool:
    """Whether the time only tells which thing is meant: 今天的工单. An hour may follow: 明天的时候."""
    text, end = said.reading.text, deadline.end
    # The reader of deadlines takes a 的 along in which an hour could follow.
    end -= text[end - 1] == "的"
    return deadline.day is not None and text[end : end + 1] == "的" and not text.startswith(_TIME_WORDS, end + 1)


def customers_time(said: Said, when: Hit) -> bool:
    """Whether the customer is told to act within the time: 请您在三天内上传; 发短信到服务号，两分钟后开通.

    To be asked to wait is no such thing.
    """
    start, _ = said.reading.clause(when.start)
    waits, company = said.found("promises.customer_waits"), _company(said)
    first, last = said.reading.sentence(when.start)
    told = _SELF_SERVICE.search(said.reading.text, first, when.start)
    if told and not any(first <= own.start < last for own in company):
        return True
    return any(
        start <= cue.start
        and cue.end <= when.start
        and not overlaps_any(cue, waits)
        and not any(cue.end <= own.start < when.start for own in company)
        for cue in said.found("promises.customer_acts")
    )


def may_act(standard: ServiceStandard, said: Said) -> bool:
    """Whether there may be anything that a time can limit: of most utterances no more need be asked."""
    return not said.heard.names.isdisjoint(standard.act_lists)


def action_near(standard: ServiceStandard, said: Said, deadline: Deadline) -> tuple[str, Hit] | None:
    """The action that the time limits, with its id, or None."""
    start, end = said.reading.sentence(deadline.start)
    alone = said.reading.clause(deadline.start) == (deadline.start, deadline.end)
    if deadline.bare and not alone:
        return nearest(
            standard, said, deadline.start, deadline.end, deadline.end, end, _BARE_REACH[standard.language]
        )  # fmt: skip
    return (
        nearest(standard, said, deadline.start, deadline.end, start, end)
        or any_act(standard, said, deadline.end)
        or _deed(standard, said, deadline)
    )


def any_act(standard: ServiceStandard, said: Said, place: int) -> tuple[str, Hit] | None:
    """An act of ours, whatever it is, right after `place`; it goes under the last action."""
    last = said.reading.sentence(place)[1] if place < len(said.reading.text) else place
    for hit in said.found("promises.any_act"):
        if place <= hit.start <= place + _ANY_ACT_REACH and hit.end <= last and not _is_done(said, hit):
            return standard.actions[-1].id, hit
    return None


def _deed(standard: ServiceStandard, said: Said, deadline: Deadline) -> tuple[str, Hit] | None:
    """A deed of any other kind soon after the time, or before one that it will last to (熔好估计要到六点)."""
    text, place = said.reading.text, deadline.end
    first, last = said.reading.sentence(deadline.start)
    for hit in said.found("promises.deeds"):
        if _is_done(said, hit) or hit.start < first or hit.end > last:
            continue
        until = hit.end <= deadline.start and _LASTS_TO.fullmatch(text[hit.end : deadline.start])
        if until or place <= hit.start <= place + _DEED_REACH:
            return standard.actions[-1].id, hit
    return None


def nearest(
    standard: ServiceStandard, said: Said, start: int, end: int, first: int, last: int, reach: int | None = None
) -> tuple[str, Hit] | None:
    """The action nearest to `start:end` within `first:last`; what comes after the time goes before what precedes it."""
    best: tuple[int, int, str, Hit] | None = None
    limit = standard.document.promises.reach if reach is None else reach
    names = said.heard.names
    for order, (name, action) in enumerate(standard.action_lists):
        for hit in said.found(name) if name in names else ():
            if hit.start < first or hit.end > last or _is_done(said, hit):
                continue
            follows = hit.start >= start
            between = said.reading.text[end : hit.start] if follows else said.reading.text[hit.end : start]
            distance = len(between.split()) if standard.language != "zh" else len(between)
            if distance > limit:
                continue
            rank = (distance if follows else distance + limit, order, action.id, hit)
            if best is None or rank[:2] < best[:2]:
                best = rank
    return (best[2], best[3]) if best else None


def _is_done(said: Said, action: Hit) -> bool:
    """Whether the words say that the action lies behind: 帮您取消了, 您反映的问题."""
    look_alikes = said.found("promises.done_look_alikes")
    return any(
        not overlaps_any(done, look_alikes) for done in said.found("promises.done") if overlaps_any(action, [done])
    )


def action_at_start(standard: ServiceStandard, said: Said) -> str | None:
    """The id of an action at the start of an utterance whose time ended the one before."""
    found = nearest(standard, said, 0, 0, 0, min(said.reading.sentence(0)[1], _HEAD * 2))
    return found[0] if found and found[1].start <= _HEAD else None


def ours(said: Said, span: Hit, action: Hit) -> bool:
    """Whether the company is bound: its actor stands in the sentence, or only it can bring the outcome about."""
    if _customer_acts(said, span, action):
        return False
    start, end = said.reading.sentence(span.start)
    if any(start <= hit.start and hit.end <= end for hit in _company(said)):
        return True
    return any(hit.start < span.end and span.start < hit.end for hit in said.found("promises.outcome"))


def ours_unnamed(said: Said, when: Hit, action: Hit) -> bool:
    """Whether, in Chinese, the agent's side must be meant although nobody is named: 一小时内补进去."""
    until = _LASTS_TO.fullmatch(said.reading.text[action.end : when.start])
    if (when.end > action.start and not until) or _customer_acts(said, when, action):
        return False
    text, end = said.reading.text, said.reading.sentence(when.start)[1]
    clause, _ = said.reading.clause(when.start)
    behind = max(action.end, when.end)
    acts, then = text[clause:behind], text[when.end : min(end, behind + _THEN)]
    return not _CUSTOMER_ACTS.search(acts) and not _OPEN_TO_ANYONE.search(then)


def _customer_acts(said: Said, span: Hit, action: Hit) -> bool:
    """Whether the customer is told to act, or addressed right before the span without anybody of ours in it."""
    if binds_customer(said, action, span):
        return True
    before = said.reading.text[: span.start]
    if not before.endswith(_ADDRESSEES) or before.rstrip("您你们")[-1:] in _GIVEN_TO:
        return False
    return not any(span.start <= own.start < action.end for own in _company(said))


def binds_customer(said: Said, action: Hit, span: Hit | None = None) -> bool:
    """Whether the customer is told to act and nobody of ours stands between that and the action."""
    start, _ = said.reading.clause((span or action).start)
    for cue in said.found("promises.customer_acts"):
        if not start <= cue.start < action.start:
            continue
        if not any(cue.end <= own.start < action.end for own in _company(said)):
            return True
    return False


def _company(said: Said) -> list[Hit]:
    """Where our side is named as the one who acts; 再给我打 names it as the one acted upon."""
    text = said.reading.text
    return [
        hit
        for hit in said.found("promises.our_side")
        if not (text[hit.start] in _OWN and text[hit.start - 1 : hit.start] in _TO_US)
    ]
