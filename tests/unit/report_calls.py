"""Calls of an invented hotline, made of what was said and what was found. All names are made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from urllib.parse import quote

from models.call import AudioFacts, CallMeta, Recording, RecordingState
from models.run import InspectedCall, StoredCall
from models.scorecard import (
    Evidence,
    Finding,
    MatchKind,
    Promise,
    Receipt,
    Scorecard,
    Specificity,
    Verdict,
)
from models.transcript import Transcript
from tests import factories

SOURCE = "file:///recordings/hotline"
M, P, X, V = Verdict.MET, Verdict.PARTIAL, Verdict.MISSED, Verdict.VIOLATED
NA, NE = Verdict.NOT_APPLICABLE, Verdict.NOT_EVALUATED

SHANGHAI = timezone(timedelta(hours=8))


DAY = date(2026, 11, 20)


GREETING = "您好，云联通信，工号8026，很高兴为您服务，请问有什么可以帮您？"


@dataclass(frozen=True)
class Item:
    """A finding in the making; `proof` are (turn, words, kind[, match])."""

    item_id: str
    title: str
    verdict: Verdict
    points: float
    max_points: float
    reason: str
    proof: tuple[tuple[int, str, str] | tuple[int, str, str, MatchKind], ...] = ()
    needs_review: bool = False
    fatal: bool = False
    confidence: float = 0.95


@dataclass(frozen=True)
class Said:
    """A promise in the making."""

    turn: int
    words: str
    action: str
    due_at: datetime | None = None
    deadline: str | None = None
    specificity: Specificity = Specificity.CONCRETE


def uri(name: str) -> str:
    """Address of a file of the night, as the intake writes it."""
    return f"{SOURCE}/{quote(name)}"


def at(hour: int, minute: int, day: int = 20) -> datetime:
    """A moment of the night's month in Shanghai."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


MORNING = at(9, 31)


def call(
    call_id: str,
    turns: Sequence[tuple[str, str]],
    items: Sequence[Item],
    total: float | None,
    *,
    band: str = "良好",
    agent: tuple[str, str | None, str | None] = ("A17", "林晓舟", "一班"),
    started_at: datetime | None = MORNING,
    promises: Sequence[Said] = (),
    before_fatal: float | None = None,
    role_confidence: float = 1.0,
    role_basis: str = "metadata",
    flags: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    needs_review: bool = False,
) -> InspectedCall:
    """A scored call whose quotes are found in its turns."""
    transcript = factories.transcript(*turns, seed=call_id)
    findings = tuple(
        Finding(
            item.item_id,
            item.item_id,
            item.title,
            item.verdict,
            item.points,
            item.max_points,
            item.confidence,
            item.needs_review,
            (item.reason,),
            tuple(_evidence(transcript, *proof) for proof in item.proof),
            item.fatal,
        )
        for item in items
    )
    fatal = any(item.fatal for item in items)
    card = Scorecard(
        call_id=call_id,
        agent_id=agent[0],
        standard=factories.STANDARD,
        total=0.0 if fatal else total,
        total_before_fatal=before_fatal if fatal else total,
        band=band,
        fatal=fatal,
        needs_review=needs_review or any(item.needs_review for item in items),
        findings=findings,
        promises=tuple(_promise(transcript, said) for said in promises),
        receipt=Receipt(
            transcript.recording_id, "sha256:" + "f" * 64, factories.ENGINE, factories.STANDARD, None, "0.1.0",
            role_basis, role_confidence,
        ),
    )  # fmt: skip
    uris = tuple(uri(name) for name in names or (f"{call_id}.wav",))
    recording = Recording(transcript.recording_id, uris[0], AudioFacts(transcript.duration_s, 8000, 2, "pcm_alaw"))
    meta = CallMeta(call_id, agent[0], agent[1], agent[2], started_at=started_at, flags=flags)
    return InspectedCall(StoredCall(recording, meta, RecordingState.SCORED), uris, transcript, card)


def _evidence(transcript: Transcript, turn: int, words: str, kind: str, match: MatchKind = MatchKind.EXACT) -> Evidence:
    utterance = transcript.utterances[turn]
    start = utterance.text.index(words)
    end = start + len(words)
    return Evidence(
        turn, start, end, utterance.words[start].start_s, utterance.words[end - 1].end_s, words, kind, match
    )  # fmt: skip


def _promise(transcript: Transcript, said: Said) -> Promise:
    place = _evidence(transcript, said.turn, said.words, "promise")
    return Promise(
        place.utterance, place.char_start, place.char_end, place.start_s, place.end_s, said.words, said.action,
        said.specificity, said.due_at, said.deadline,
    )  # fmt: skip


def greeting(verdict: Verdict = M, turn: int = 0) -> Item:
    """The greeting item, met with three parts or missed."""
    if verdict is M:
        proof = ((turn, "您好", "salutation"), (turn, "云联通信", "brand"), (turn, "请问有什么可以帮您", "offer"))
        return Item("greeting", "开头语", M, 10, 10, "坐席在第 0.0 秒开场，含问候、品牌、工号和主动询问。", proof)
    return Item("greeting", "开头语", verdict, 0, 10, "坐席的前两句中没有问候，也没有报品牌或工号。")


def closing(verdict: Verdict = M, turn: int = 6) -> Item:
    """The closing item."""
    if verdict is M:
        return Item(
            "closing", "结束语", M, 10, 10, "通话末尾有致谢和道别。", ((turn, "感谢您的来电，再见", "farewell"),)
        )
    return Item("closing", "结束语", verdict, 0, 10, "客户先挂机，不要求结束语。")


CLEAN = Item("prohibited", "服务禁语", M, 0, 0, "未发现服务禁语。")


NO_APOLOGY = Item("apology", "致歉", NA, 0, 15, "通话中没有投诉、故障或我方差错，不要求致歉。")


NO_PROMISE = Item("commitment", "服务承诺", NA, 0, 20, "问题当场办结，无需承诺时限。")
