"""What is promised for a time, and by whom: the action that stands nearest to it, and whether it binds the company."""

from __future__ import annotations

from scoring.context import overlaps_any
from scoring.deadline import Deadline
from scoring.lexicon import Hit
from scoring.standard import ServiceStandard
from scoring.view import Said

_HEAD = 12
_TIME_WORDS = ("时候", "时间", "话", "上午", "下午", "早上", "晚上", "中午")
# 三天，我们把它移走: an act that is not in the list of actions must stand close by.
_ANY_ACT_REACH = 6
_ADDRESSEES = ("您", "你", "您们", "你们")
_GIVEN_TO = tuple("给帮为跟和与向替把找回打对让请")
# 三天修好: without 内 or 之后 the action must follow at once.
_BARE_REACH = {"zh": 3, "en": 2}


def is_attribute(said: Said, deadline: Deadline) -> bool:
    """Whether the time only tells which thing is meant: 今天的工单. An hour may follow: 明天的时候."""
    text, end = said.reading.text, deadline.end
    # The reader of deadlines takes a 的 along in which an hour could follow.
    end -= text[end - 1] == "的"
    return deadline.day is not None and text[end : end + 1] == "的" and not text.startswith(_TIME_WORDS, end + 1)


def customers_time(said: Said, when: Hit) -> bool:
    """Whether the customer is told to act within the time: 请您在三天内上传. To be asked to wait is no such thing."""
    start, _ = said.reading.clause(when.start)
    waits, company = said.found("promises.customer_waits"), said.found("promises.our_side")
    return any(
        start <= cue.start
        and cue.end <= when.start
        and not overlaps_any(cue, waits)
        and not any(cue.end <= own.start < when.start for own in company)
        for cue in said.found("promises.customer_acts")
    )


def action_near(standard: ServiceStandard, said: Said, deadline: Deadline) -> tuple[str, Hit] | None:
    """The action that the time limits, with its id, or None."""
    start, end = said.reading.sentence(deadline.start)
    if deadline.bare:
        return nearest(
            standard, said, deadline.start, deadline.end, deadline.end, end, _BARE_REACH[standard.language]
        )  # fmt: skip
    return nearest(standard, said, deadline.start, deadline.end, start, end) or any_act(standard, said, deadline.end)


def any_act(standard: ServiceStandard, said: Said, place: int) -> tuple[str, Hit] | None:
    """An act of ours, whatever it is, right after `place`; it goes under the last action."""
    last = said.reading.sentence(place)[1] if place < len(said.reading.text) else place
    for hit in said.found("promises.any_act"):
        if place <= hit.start <= place + _ANY_ACT_REACH and hit.end <= last and not _is_done(said, hit):
            return standard.actions[-1].id, hit
    return None


def nearest(
    standard: ServiceStandard, said: Said, start: int, end: int, first: int, last: int, reach: int | None = None
) -> tuple[str, Hit] | None:
    """The action nearest to `start:end` within `first:last`; what comes after the time goes before what precedes it."""
    best: tuple[int, int, str, Hit] | None = None
    limit = standard.document.promises.reach if reach is None else reach
    for order, action in enumerate(standard.actions):
        for hit in said.found(f"promises.actions.{action.id}.phrases"):
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
    if binds_customer(said, action, span):
        return False
    before = said.reading.text[: span.start]
    if before.endswith(_ADDRESSEES) and before.rstrip("您你们")[-1:] not in _GIVEN_TO:
        between = [h for h in said.found("promises.our_side") if span.start <= h.start < action.end]
        if not between:
            return False
    start, end = said.reading.sentence(span.start)
    if any(start <= hit.start and hit.end <= end for hit in said.found("promises.our_side")):
        return True
    return any(hit.start < span.end and span.start < hit.end for hit in said.found("promises.outcome"))


def binds_customer(said: Said, action: Hit, span: Hit | None = None) -> bool:
    """Whether the customer is told to act and nobody of ours stands between that and the action."""
    start, _ = said.reading.clause((span or action).start)
    for cue in said.found("promises.customer_acts"):
        if not start <= cue.start < action.start:
            continue
        if not any(cue.end <= own.start < action.end for own in said.found("promises.our_side")):
            return True
    return False
