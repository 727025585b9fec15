"""An invented night of a telecom hotline, with everything the run's page must be able to show. All names are made up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from models.call import UNASSIGNED_AGENT, CallMeta, Quarantine, Recording, RecordingState
from models.errors import ReasonCode
from models.run import InspectedCall, Run, RunCounts, RunStatus, RunView, StoredCall
from models.scorecard import (
    MatchKind,
    Specificity,
)
from tests import factories
from tests.unit.report_calls import (
    CLEAN,
    DAY,
    GREETING,
    MORNING,
    NA,
    NE,
    NO_APOLOGY,
    NO_PROMISE,
    SOURCE,
    Item,
    M,
    P,
    Said,
    V,
    X,
    at,
    call,
    closing,
    greeting,
    uri,
)

GENERATED_AT = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
LONG_NAME = "录" * 60 + "a" * 180 + ".wav"
HOSTILE_NAMES = (
    "quote'\"`$(touch x);&.wav",
    "line\nbreak.wav",
    "emoji😀.WAV",
    "<script>alert('x')</script>.wav",
    " lead and trail .wav ",
    "percent%20%2e%2e%2f.wav",
    "right\u202eto left.wav",
    LONG_NAME,
)


def good_call() -> InspectedCall:
    """A fault report handled well, with a firm promise."""
    turns = (
        ("agent", GREETING),
        ("customer", "你好，我家宽带从昨天晚上就上不了网了，光猫一直闪红灯。"),
        ("agent", "非常抱歉给您带来不便，我马上帮您查一下，请您稍等。"),
        ("customer", "好的，麻烦快一点。"),
        (
            "agent",
            "感谢您的等待，查到是外线故障，已经给您派单，装维师傅明天下午五点前上门处理，24小时内我再给您回电确认。",
        ),
        ("customer", "行，那就等你们电话。"),
        ("agent", "好的，感谢您的来电，再见。"),
    )
    items = (
        greeting(),
        Item("apology", "致歉", M, 15, 15, "客户报障后，坐席在下一句致歉。", ((2, "非常抱歉给您带来不便", "apology"),)),
        Item("commitment", "服务承诺", M, 20, 20, "承诺了事项和时限。", ((4, "明天下午五点前上门处理", "concrete"), (4, "24小时内我再给您回电", "concrete"))),
        CLEAN,
        closing(),
        Item("hold", "等待告知", M, 5, 5, "等待前告知，返回后致谢。", ((2, "请您稍等", "hold_notice"), (4, "感谢您的等待", "hold_thanks"))),
    )  # fmt: skip
    promises = (
        Said(4, "明天下午五点前上门处理", "visit", at(17, 0, 21), "明天下午五点前"),
        Said(4, "24小时内我再给您回电", "callback", at(9, 31, 21), "24小时内"),
    )
    return call("TEL-20261120-0001", turns, items, 100.0, band="优秀", promises=promises)


def plain_call(
    call_id: str,
    total: float,
    band: str,
    agent: tuple[str, str | None, str | None],
    *,
    started_at: datetime = MORNING,
    flags: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
) -> InspectedCall:
    """An everyday question, answered; the greeting was left out when the score is below 90."""
    turns = (
        ("agent", GREETING if total >= 90 else "喂，请讲。"),
        ("customer", "我想问一下这个月话费怎么多了二十块钱。"),
        ("agent", "多出的是您十一月三号订的流量包，已经为您取消，下个月不再收取。"),
        ("customer", "哦，那好，谢谢。"),
        ("agent", "感谢您的来电，再见。"),
    )
    items = (greeting(M if total >= 90 else X), NO_APOLOGY, NO_PROMISE, CLEAN, closing(M, 4))
    return call(
        call_id, turns, items, total, band=band, agent=agent, started_at=started_at, flags=flags, names=names
    )  # fmt: skip


def fatal_call() -> InspectedCall:
    """Abuse of the customer, and an overpromise."""
    turns = (
        ("agent", "喂，什么事？"),
        ("customer", "我申请携号转网都三天了，你们到底办不办？"),
        ("agent", "你有病吧，天天打，烦不烦？"),
        ("customer", "你怎么骂人？我要投诉。"),
        ("agent", "随便投诉，我保证你投诉到哪都没用，百分之百给你办不了。"),
    )
    items = (
        greeting(X),
        Item("apology", "致歉", X, 0, 15, "客户表示不满，坐席没有致歉。"),
        Item("commitment", "服务承诺", X, 0, 20, "问题没有解决，坐席没有给出时限。"),
        Item("prohibited", "服务禁语", V, -15, 0, "坐席辱骂客户，触犯一票否决项；另有推诿一处。", ((2, "你有病吧", "abuse"), (2, "烦不烦", "impatience"), (4, "随便投诉", "deflection", MatchKind.HOMOPHONE)), fatal=True),
        closing(NA),
    )  # fmt: skip
    return call(
        "TEL-20261120-0007", turns, items, 0.0, band="不合格", agent=("A23", "周明远", "二班"),
        started_at=at(10, 5), before_fatal=12.0,
    )  # fmt: skip


def violation_call() -> InspectedCall:
    """A polite deflection, with a vague promise."""
    turns = (
        ("agent", GREETING),
        ("customer", "你们上次说四十八小时答复，现在都第四天了。"),
        ("agent", "不好意思，这个不归我们管，您打营业厅问问吧。"),
        ("customer", "营业厅也让我打你们。"),
        ("agent", "那我帮您反映一下，会尽快给您答复。"),
    )
    items = (
        greeting(),
        Item("apology", "致歉", P, 6, 15, "有致歉的话，但随后推给别的部门。", ((2, "不好意思", "apology"),), needs_review=True, confidence=0.62),
        Item("commitment", "服务承诺", P, 8, 20, "只说尽快，没有具体时限。", ((4, "会尽快给您答复", "vague"),)),
        Item("prohibited", "服务禁语", V, -5, 0, "坐席推诿，把客户推给营业厅。", ((2, "这个不归我们管", "deflection"), (2, "您打营业厅问问吧", "deflection"))),
        closing(NA),
    )  # fmt: skip
    promises = (Said(4, "会尽快给您答复", "reply", None, "尽快", Specificity.VAGUE),)
    return call(
        "TEL-20261120-0009", turns, items, 48.3, band="不合格", agent=("A23", "周明远", "二班"),
        started_at=at(11, 47), promises=promises,
    )  # fmt: skip


def doubtful_call() -> InspectedCall:
    """Mono, roles inferred, no date, no agent, an overpromise."""
    turns = (
        ("unknown", "喂你好，请讲。"),
        ("customer", "我那个套餐想改成三十九块的。"),
        ("agent", "可以，我保证今天给您改好，绝对没有问题。"),
        ("unknown", "好。"),
    )
    items = (
        Item("greeting", "开头语", NE, 0, 10, "第一句不能确定是谁说的，未评。", needs_review=True, confidence=0.4),
        NO_APOLOGY,
        Item("commitment", "服务承诺", P, 8, 20, "承诺说得过满。", ((2, "我保证今天给您改好", "overpromise", MatchKind.CLASSIFIER),)),
        CLEAN,
        closing(NE),
    )  # fmt: skip
    promises = (Said(2, "我保证今天给您改好", "handle", None, "今天", Specificity.OVERPROMISE),)
    return call(
        "mono 0012", turns, items, 40.0, band="不合格", agent=(UNASSIGNED_AGENT, None, None), started_at=None,
        promises=promises, role_confidence=0.58, role_basis="speakers:wording", flags=("started_at_missing", "agent_missing"),
        names=("单声道/mono 0012.amr",),
    )  # fmt: skip


def unscored_call() -> InspectedCall:
    """Nothing could be judged, so there is no score."""
    items = (
        Item("greeting", "开头语", NE, 0, 10, "没有听到坐席说话，未评。"),
        Item("prohibited", "服务禁语", NE, 0, 0, "没有听到坐席说话，未评。"),
    )
    return call(
        "TEL-20261120-0013", (("customer", "喂？喂？听得到吗？"),), items, None, band="",
        agent=("A31", "何沐", None), started_at=at(12, 30), needs_review=True,
    )  # fmt: skip


def long_call(minutes: int = 10) -> InspectedCall:
    """A long explanation with many findings."""
    talk = (
        ("customer", "您说的这个合约期我不太明白，麻烦您再解释一下好吗？"),
        ("agent", "您的合约期是二十四个月，到明年三月到期，到期之前变更套餐会产生违约金，具体金额我可以发短信给您。"),
        ("customer", "可是当时办的时候没有人跟我讲过违约金的事情，我觉得这个不合理。"),
        ("agent", "理解您的心情，我把您的情况记录下来，一个工作日内请专员给您回电，您看可以吗？"),
    )
    turns = [("agent", GREETING), *(talk * (minutes * 60 // 36)), ("agent", "感谢您的来电，再见。")]
    last = len(turns) - 1
    promises = tuple(
        Said(turn, "一个工作日内请专员给您回电", "callback", at(18, 0, 23), "一个工作日内")
        for turn in range(4, last, 16)
    )
    items = (
        greeting(),
        Item("apology", "致歉", P, 8, 15, "有共情而没有致歉。", tuple((turn, "理解您的心情", "empathy") for turn in range(4, last, 8))),
        Item("commitment", "服务承诺", M, 20, 20, "多次给出明确时限。", tuple((turn, "一个工作日内请专员给您回电", "concrete") for turn in range(4, last, 16))),
        CLEAN,
        closing(M, last),
    )  # fmt: skip
    return call(
        "TEL-20261120-0020", turns, items, 87.3, agent=("A17", "林晓舟", "一班"), started_at=at(14, 2), promises=promises
    )  # fmt: skip


def quarantined(name: str, reason: ReasonCode, detail: str, *other_names: str) -> InspectedCall:
    """A file set aside at intake."""
    recording = Recording(hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest(), uri(name))
    stored = StoredCall(
        recording, CallMeta(name, flags=("started_at_missing",)), RecordingState.QUARANTINED, Quarantine(reason, detail)
    )
    return InspectedCall(stored, tuple(uri(n) for n in (name, *other_names)), None, None)


def waiting(call_id: str = "TEL-20261120-0030") -> InspectedCall:
    """A recording held up by a fault that may pass."""
    recording = Recording(hashlib.sha256(call_id.encode()).hexdigest(), uri(f"{call_id}.wav"))
    stored = StoredCall(
        recording, CallMeta(call_id, "A31"), RecordingState.RECEIVED, attempts=3, last_error="storage timed out"
    )
    return InspectedCall(stored, (uri(f"{call_id}.wav"),), None, None)


def quarantined_files() -> tuple[InspectedCall, ...]:
    """One hostile file name per reason code, and more reasons than names."""
    reasons = tuple(ReasonCode)
    files = tuple(
        quarantined(name, reasons[i], f"byte 0 of {len(name)}: not what was expected")
        for i, name in enumerate(HOSTILE_NAMES)
    )
    rest = tuple(
        quarantined(f"file{i}.wav", reason, "") for i, reason in enumerate(reasons[len(HOSTILE_NAMES) :], start=1)
    )
    return files + rest


def night_calls() -> tuple[InspectedCall, ...]:
    """Calls of four agents: good, plain, fatal, violating, doubtful, without score, long."""
    a17, a23, a31 = ("A17", "林晓舟", "一班"), ("A23", "周明远", "二班"), ("A31", "何沐", None)
    return (
        good_call(),
        plain_call("TEL-20261120-0002", 92.0, "优秀", a17, started_at=at(9, 40)),
        plain_call("TEL-20261120-0003", 66.7, "合格", a17, started_at=at(9, 52), flags=("direction_unreadable",)),
        plain_call("TEL-20261120-0004", 95.0, "优秀", a17, names=("a/0004.wav", "b/0004 副本.wav"), started_at=at(10, 1)),
        plain_call("TEL-20261120-0005", 60.0, "合格", a23, started_at=at(10, 3)),
        fatal_call(),
        violation_call(),
        doubtful_call(),
        unscored_call(),
        plain_call("TEL-20261120-0015", 78.0, "良好", a31, started_at=at(13, 0)),
        long_call(),
    )  # fmt: skip


def view_of(calls: Sequence[InspectedCall], status: RunStatus = RunStatus.PARTIAL) -> RunView:
    """A run of these calls, ordered and counted as storage does it."""
    cards = [c.scorecard for c in calls if c.scorecard]
    aside = sum(c.stored.state is RecordingState.QUARANTINED for c in calls)
    files = sum(len(c.uris) for c in calls)
    audio_s = sum(c.stored.recording.audio.duration_s or 0 for c in calls if c.stored.recording.audio)
    counts = RunCounts(
        files, len(calls), files - len(calls), len(cards), aside, len(calls) - len(cards) - aside,
        sum(card.needs_review for card in cards), sum(card.fatal for card in cards), audio_s, audio_s,
    )  # fmt: skip
    run = Run(
        "run-1", SOURCE, DAY, factories.STANDARD, factories.ENGINE.digest, factories.SCORER,
        at(1, 0, 21), None if status is RunStatus.RUNNING else at(1, 42, 21), status,
    )  # fmt: skip
    return RunView(run, counts, tuple(sorted(calls, key=lambda c: c.stored.meta.call_id)))


def night() -> RunView:
    """The whole night."""
    return view_of((*night_calls(), *quarantined_files(), waiting()))


def busy_night(calls: int) -> RunView:
    """`calls` calls of forty agents, one in four to be looked at."""
    kinds = night_calls()
    return view_of([_renamed(kinds[i % len(kinds)], f"TEL-{i:05d}", f"A{i % 40:02d}") for i in range(calls)])


def _renamed(one: InspectedCall, call_id: str, agent_id: str) -> InspectedCall:
    if one.scorecard is None:
        raise ValueError(f"{one.stored.meta.call_id} has no scorecard")
    meta = replace(one.stored.meta, call_id=call_id, agent_id=agent_id, agent_name=None)
    card = replace(one.scorecard, call_id=call_id, agent_id=agent_id)
    return replace(one, stored=replace(one.stored, meta=meta), scorecard=card)
