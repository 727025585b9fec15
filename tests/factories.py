"""Small, valid nouns for tests; every argument has a default, so a test names only what it is about."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from models.call import AudioFacts, CallMeta, Recording, RecordingState
from models.review import Review
from models.run import Run, StoredCall
from models.scorecard import (
    Evidence,
    Finding,
    MatchKind,
    Promise,
    Receipt,
    Scorecard,
    Specificity,
    StandardRef,
    Verdict,
)
from models.standard import PublishedStandard
from models.transcript import EngineReceipt, Role, SpeechSpan, Transcript, Utterance, Word

ENGINE = EngineReceipt("test-model", "sha256:" + "a" * 64, "sha256:" + "b" * 64, "sha256:" + "c" * 64)
STANDARD = StandardRef("telecom-hotline-zh", "2026.1", "sha256:" + "d" * 64)
SCORER = "rules-test"
STARTED_AT = datetime(2026, 11, 20, 1, 31, tzinfo=UTC)


def recording(seed: str = "one", duration_s: float | None = 12.0) -> Recording:
    """A stereo telephone recording whose id depends on `seed`."""
    return Recording(
        hashlib.sha256(seed.encode()).hexdigest(),
        f"file:///calls/{seed}.wav",
        AudioFacts(duration_s, 8000, 2, "pcm_s16le"),
    )


def utterance(index: int, role: Role, text: str, start_s: float | None = None, confidence: float = 0.9) -> Utterance:
    """A turn of 0.2 s per character, one word per character, starting at `start_s` (default: 3 s per index)."""
    start = 3.0 * index if start_s is None else start_s
    words = tuple(
        Word(i, i + 1, round(start + 0.2 * i, 3), round(start + 0.2 * (i + 1), 3), confidence) for i in range(len(text))
    )
    return Utterance(index, role, start, round(start + 0.2 * len(text), 3), text, words, confidence)


def transcript(*turns: tuple[str, str], seed: str = "one", language: str = "zh") -> Transcript:
    """A transcript of (role, text) turns, 3 s apart or end to end, whichever is later."""
    said: list[Utterance] = []
    clock_s = 0.0
    for index, (role, text) in enumerate(turns):
        said.append(utterance(index, Role(role), text, round(clock_s, 3)))
        clock_s = max(clock_s + 3.0, (said[-1].end_s or 0.0) + 0.4)
    return Transcript(
        recording_id=recording(seed).id,
        language=language,
        duration_s=round(clock_s, 3),
        utterances=tuple(said),
        speech=tuple(SpeechSpan(u.role, u.start_s or 0.0, u.end_s or 0.0) for u in said),
        answered_at_s=0.0,
        role_basis="test",
        engine=ENGINE,
    )


def meta(call_id: str = "C1", agent_id: str = "A17", started_at: datetime | None = STARTED_AT) -> CallMeta:
    """Metadata of an answered call."""
    return CallMeta(call_id=call_id, agent_id=agent_id, team="T1", started_at=started_at, ring_s=6.0)


def stored_call(seed: str = "one", call_id: str = "C1", state: RecordingState = RecordingState.SCORED) -> StoredCall:
    """A recording as the database returns it."""
    return StoredCall(recording(seed), meta(call_id), state)


def evidence(quote: str = "您好", utterance_index: int = 0, char_start: int = 0, kind: str = "salutation") -> Evidence:
    """Evidence for `quote` in the turn at `utterance_index`."""
    return Evidence(utterance_index, char_start, char_start + len(quote), 0.0, 0.4, quote, kind, MatchKind.EXACT)


def finding(
    item_id: str = "greeting",
    verdict: Verdict = Verdict.MET,
    points: float = 10,
    max_points: float = 10,
    needs_review: bool = False,
    fatal: bool = False,
    proof: tuple[Evidence, ...] = (),
) -> Finding:
    """A finding with one reason."""
    return Finding(
        item_id, item_id, item_id, verdict, points, max_points, 0.9, needs_review, ("理由",), proof, fatal
    )  # fmt: skip


def promise(quote: str = "24小时内给您回电", due_at: datetime | None = STARTED_AT) -> Promise:
    """A concrete promise of a callback."""
    return Promise(0, 0, len(quote), 0.0, 2.0, quote, "callback", Specificity.CONCRETE, due_at, "24小时内")


def scorecard(
    call_id: str = "C1",
    total: float | None = 86.0,
    findings: tuple[Finding, ...] | None = None,
    promises: tuple[Promise, ...] = (),
    fatal: bool = False,
    needs_review: bool = False,
    agent_id: str = "A17",
) -> Scorecard:
    """A scorecard for one call; by default one met greeting with its evidence."""
    return Scorecard(
        call_id=call_id,
        agent_id=agent_id,
        standard=STANDARD,
        total=0.0 if fatal else total,
        total_before_fatal=total,
        band="良好",
        fatal=fatal,
        needs_review=needs_review,
        findings=findings if findings is not None else (finding(proof=(evidence(),)),),
        promises=promises,
        receipt=Receipt("e" * 64, "sha256:" + "f" * 64, ENGINE, STANDARD, None, "0.1.0", "test", 1.0),
    )


def run(run_id: str = "run-1", started_at: datetime = STARTED_AT, scorer: str = SCORER) -> Run:
    """A run that has just begun."""
    return Run(run_id, "file:///calls", None, STANDARD, ENGINE.digest, scorer, started_at)


def published(
    version: str = "2026.1",
    effective_from: date = date(2026, 11, 1),
    effective_to: date | None = None,
    standard_id: str = "telecom-hotline-zh",
    digest: str = STANDARD.digest,
    published_at: datetime = STARTED_AT,
) -> PublishedStandard:
    """A published version that is to be reviewed three months after it begins to hold."""
    return PublishedStandard(
        ref=StandardRef(standard_id, version, digest),
        title="电信热线服务标准",
        owner="质检组",
        effective_from=effective_from,
        effective_to=effective_to,
        review_by=effective_from + timedelta(days=92),
        change_note="说明",
        published_at=published_at,
        text=f"id: {standard_id}\nversion: {version}\n# 注释\n",
    )


def review(
    call_id: str = "C1",
    item_id: str = "greeting",
    verdict: Verdict = Verdict.MET,
    reviewer: str = "R1",
    reviewed_at: datetime = STARTED_AT,
) -> Review:
    """A person's verdict."""
    return Review(call_id, item_id, verdict, reviewer, reviewed_at)
