"""What the inspection found: evidence, findings, promises and the scorecard that sums them up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.transcript import EngineReceipt


class Verdict(StrEnum):
    """The answer for one item. Silence, a time-out or missing audio is NOT_EVALUATED, never a pass."""

    MET = "met"
    PARTIAL = "partial"
    MISSED = "missed"
    VIOLATED = "violated"
    NOT_APPLICABLE = "not_applicable"
    NOT_EVALUATED = "not_evaluated"


class MatchKind(StrEnum):
    """How the words were found: as written, by sound, or by the classifier."""

    EXACT = "exact"
    HOMOPHONE = "homophone"
    CLASSIFIER = "classifier"


class ReviewCode(StrEnum):
    """Why a person is asked about an item, for programs that filter and count; the sentences are among its reasons."""

    LOW_RECOGNITION = "low_recognition"
    """The recogniser was not sure of the words that prove it."""
    BY_SOUND = "by_sound"
    """The words that prove it only sound like it, or were put right by the glossary."""
    CLASSIFIER_OPPOSES = "classifier_opposes"
    """The rules found it, the classifier takes it for something else."""
    CLASSIFIER_ALONE = "classifier_alone"
    """Only the classifier found it."""
    ROLES_UNCERTAIN = "roles_uncertain"
    """Who is the agent is not known well enough."""
    ROLES_FLIP = "roles_flip"
    """The verdict would be another one if agent and customer were exchanged."""
    SPEAKERS_UNKNOWN = "speakers_unknown"
    """Words that matter were said by nobody knows whom, or when."""
    NO_AGENT = "no_agent"
    """Nothing was said that is known to be the agent's."""
    OTHER_LANGUAGE = "other_language"
    """The agent spoke another language than the standard is for."""
    TOO_LITTLE_SAID = "too_little_said"
    """The agent said next to nothing."""
    WEAK_GROUNDS = "weak_grounds"
    """The signs it rests on are weak."""
    ALWAYS_ASKED = "always_asked"
    """The standard wants a person to decide."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that prove a point: `text[char_start:char_end] == quote` holds for the utterance at that index.

    `utterance` is `Utterance.index`. Times are seconds on the call's clock, None when the transcript has none.
    `kind` says what the words are (e.g. "salutation", "abuse"); `match` how they were found.
    """

    utterance: int
    char_start: int
    char_end: int
    start_s: float | None
    end_s: float | None
    quote: str
    kind: str
    match: MatchKind


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one item of the standard.

    `points` of `max_points` are what the item earned before renormalisation; a deduction item has `max_points` 0 and
    `points` <= 0. `reasons` are sentences in the standard's language; the first is the one to show when there
    is room for one. `confidence` is 0 to 1. `needs_review` is set whenever the machine is not sure; `review_codes` then
    say why, each once, in the order in which the doubts arose (none on findings from before they were kept).
    """

    item_id: str
    criterion: str
    title: str
    verdict: Verdict
    points: float
    max_points: float
    confidence: float
    needs_review: bool
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    fatal: bool = False
    review_codes: tuple[ReviewCode, ...] = ()


@dataclass(frozen=True, slots=True)
class ComplaintStage:
    """One step in handling a complaint, as the standard names it: the first words that show it, None when none do."""

    id: str
    title: str
    evidence: Evidence | None


class Specificity(StrEnum):
    """How firm a promise is."""

    CONCRETE = "concrete"
    VAGUE = "vague"
    OVERPROMISE = "overpromise"


class PromiseStatus(StrEnum):
    """Life of a promise. The machine opens it; tickets, later calls or people close it."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Promise:
    """What the agent promised to have done. `due_at` is aware, None for vague promises or undated calls.

    `action` is a key of the standard's action list (e.g. "callback", "visit", "refund"). The quote's place is kept as
    in `Evidence`.
    """

    utterance: int
    char_start: int
    char_end: int
    start_s: float | None
    end_s: float | None
    quote: str
    action: str
    specificity: Specificity
    due_at: datetime | None
    deadline: str | None = None
    status: PromiseStatus = PromiseStatus.OPEN


@dataclass(frozen=True, slots=True)
class StandardRef:
    """Which written standard was applied. `digest` is "sha256:<hex>" of its canonical content."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything a score depends on. From equal receipts the same score comes again, bit for bit.

    `audio_sha256` and `engine` are None when the transcript came from elsewhere; `transcript_sha256` pins the input.
    `company_days` is the digest of the company's own days off, None where there are none.
    `rules` is the version of the rules in code, None on scorecards that were made before receipts named it.
    """

    audio_sha256: str | None
    transcript_sha256: str
    engine: EngineReceipt | None
    standard: StandardRef
    classifier: str | None
    callqa_version: str
    role_basis: str
    role_confidence: float
    company_days: str | None = None
    rules: str | None = None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The result for one call. `total` is 0 to 100, None when no item could be evaluated.

    A fatal violation sets `total` to 0; `total_before_fatal` keeps what it would have been. `complaint` are the stages
    of handling it, in the standard's order; None where the call holds no complaint or the standard names no stages.
    """

    call_id: str
    agent_id: str
    standard: StandardRef
    total: float | None
    total_before_fatal: float | None
    band: str
    fatal: bool
    needs_review: bool
    findings: tuple[Finding, ...]
    promises: tuple[Promise, ...]
    receipt: Receipt
    complaint: tuple[ComplaintStage, ...] | None = None
