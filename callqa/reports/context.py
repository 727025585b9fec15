"""What the run page shows: plain facts, chosen and counted; words and layout come later, in render.

Every moment is time-zone aware and already in the report's zone. Seconds are on a call's own clock. Text from
recordings, files and metadata is kept as it is: making it safe to show is the work of render.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.errors import ReasonCode
from models.ledger import StatusSource
from models.run import RunCounts, RunStatus
from models.scorecard import MatchKind, PromiseStatus, ReviewCode, Specificity, StandardRef, Verdict
from models.transcript import Role
from scoring.conduct import Conduct
from scoring.rates import Rate

RATED = frozenset({Verdict.MET, Verdict.PARTIAL, Verdict.MISSED, Verdict.VIOLATED})
"""Verdicts on items that applied and could be judged; only these count towards a score."""


class Concern(StrEnum):
    """Why a person should look at a call before the others, the gravest first."""

    FATAL = "fatal"
    VIOLATION = "violation"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """Mean of `n` scores with its 95 % interval, both within 0 to 100.

    `mean` is None when n is 0; `low` and `high` are None when n is too small to state an interval.
    """

    n: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ItemTally:
    """How often each verdict was given for one item of the standard; `counts` follows the order of Verdict."""

    title: str
    counts: tuple[int, ...]

    @property
    def rated(self) -> int:
        """Calls in which the item applied and could be judged."""
        return sum(calls for verdict, calls in zip(Verdict, self.counts, strict=True) if verdict in RATED)

    @property
    def met(self) -> int:
        """Calls that met the item in full."""
        return self.counts[tuple(Verdict).index(Verdict.MET)]


@dataclass(frozen=True, slots=True)
class BandCount:
    """How many scored calls fell into one band of the standard."""

    band: str
    calls: int


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One agent's calls of this run. `items` has one tally per item of the run, in the same order.

    `violations` are calls with at least one violated item. `promises` counts all promises, `vague` those of them
    without a firm time.
    """

    agent_id: str
    name: str | None
    team: str | None
    calls: int
    score: ScoreSummary
    items: tuple[ItemTally, ...]
    fatal: int
    violations: int
    to_review: int
    promises: int
    vague: int


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """Words that prove a point. `number` is printed beside the words in the conversation as well.

    `role` is None when the conversation is not at hand.
    """

    number: int
    role: Role | None
    start_s: float | None
    end_s: float | None
    quote: str
    kind: str
    match: MatchKind


@dataclass(frozen=True, slots=True)
class ItemLine:
    """The verdict on one item of one call, with why. `confidence` is 0 to 1, `review_codes` why a person is asked."""

    title: str
    verdict: Verdict
    points: float
    max_points: float
    confidence: float
    needs_review: bool
    review_codes: tuple[ReviewCode, ...]
    fatal: bool
    reasons: tuple[str, ...]
    evidence: tuple[EvidenceLine, ...]

    @property
    def rated(self) -> bool:
        """Whether the points count towards the score."""
        return self.verdict in RATED


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage of handling a complaint: `number` of its words in the conversation and when they were said.

    `number` and `quote` are None when the stage was not found, `start_s` also when the words have no times.
    """

    title: str
    number: int | None
    start_s: float | None
    quote: str | None


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One promise with the call it was made in, and how it stands (see `scoring.ledger`).

    `overdue` is true for an open or merely claimed one whose time has passed. `source` says where the status is known
    from, None where nobody has told it, `reference` is the ticket's number or the later call's id. `claim` is what the
    customer said against it in the call `claimed_in`, None when there is nothing or a person has looked at it;
    `claimed`: the status rests on that alone.
    `anchor` is the number of the call on the page, `number` that of the words in its conversation.
    """

    anchor: int
    call_id: str
    agent_id: str
    agent_name: str | None
    number: int
    start_s: float | None
    quote: str
    action: str
    specificity: Specificity
    deadline: str | None
    due_at: datetime | None
    status: PromiseStatus
    overdue: bool
    source: StatusSource | None
    reference: str
    claimed: bool
    claim: str | None
    claimed_in: str
    language: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a turn that is highlighted as a whole or not at all.

    `ends` are the numbers of the quotes that end with this piece; empty for plain text. `heard` is what was recognised
    where the piece (or the word it is part of) was corrected, else None.
    """

    text: str
    marked: bool
    ends: tuple[int, ...]
    heard: str | None = None


@dataclass(frozen=True, slots=True)
class TurnLine:
    """One turn of the conversation; its pieces joined are its text, unchanged."""

    role: Role
    start_s: float | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class CorrectedWord:
    """A word of the conversation that stands in place of `heard`, and how often it does in this call."""

    word: str
    heard: str
    times: int


@dataclass(frozen=True, slots=True)
class CallCard:
    """Everything the page shows of one scored call.

    `anchor` numbers the call on this page from 1. `turns` is None when the conversation was left out for the page's
    size or is not stored, and empty when nobody was heard to speak; `left_out` tells the two None apart.
    `earned` of `possible` are the points of the items that applied, `deducted` (<= 0) those of the deduction items.
    `role_basis` is None when the roles are certain, `conduct` when the conversation is not at hand, `complaint` for a
    call without one. `concerns` is empty for a call nobody needs to see first.
    """

    anchor: int
    call_id: str
    agent_id: str
    agent_name: str | None
    team: str | None
    started_at: datetime | None
    duration_s: float | None
    file_names: tuple[str, ...]
    flags: tuple[str, ...]
    total: float | None
    total_before_fatal: float | None
    band: str
    concerns: tuple[Concern, ...]
    earned: float
    possible: float
    deducted: float
    items: tuple[ItemLine, ...]
    promises: tuple[PromiseLine, ...]
    complaint: tuple[StageLine, ...] | None
    role_basis: str | None
    role_confidence: float
    language: str
    dropped: int
    conduct: Conduct | None
    corrected: tuple[CorrectedWord, ...]
    turns: tuple[TurnLine, ...] | None
    left_out: bool
    engine: str | None
    standard: StandardRef
    audio_sha256: str | None

    @property
    def scaled(self) -> float | None:
        """The earned points on a scale of 100, before deductions; None when no item applied."""
        return 100 * self.earned / self.possible if self.possible else None


@dataclass(frozen=True, slots=True)
class QuarantinedFile:
    """A recording set aside, under all the names this run found it by, and what was found wrong with it."""

    file_names: tuple[str, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """The recordings set aside for one reason, which have one remedy; never empty."""

    reason: ReasonCode
    files: tuple[QuarantinedFile, ...]


@dataclass(frozen=True, slots=True)
class DuplicateFile:
    """One recording that this run found under several names."""

    call_id: str
    file_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A recording neither scored nor quarantined yet; `last_error` is the fault that held it up, if any."""

    call_id: str
    file_names: tuple[str, ...]
    attempts: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One metadata problem and the calls that have it, ordered by call id."""

    flag: str
    call_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateLine:
    """How often an item truly goes wrong, by the reviewed part of the random sample."""

    title: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class RunReport:
    """The whole page, ready for words and layout.

    `histogram` has ten counts, for scores from 0 to under 10 up to 90 to 100. `first_look` are the calls a person
    should see first, gravest first and then by call id; `other_calls` all others by call id. `due` is sorted by due
    time; `undated` holds the promises without one. `left_out_calls` is how many conversations the page leaves out for
    its size. `rates` is empty while nothing of the random sample is reviewed; they leave out the calls of days that
    were not drawn (`undrawn`), and were drawn without those that came `late`. `sure` of `judged` verdicts are not
    sent to a person (what could not be evaluated is never sure). `callqa_versions` are those that made the scores,
    empty when there are none.
    """

    language: str
    time_zone: str
    generated_at: datetime
    source: str
    day: date | None
    standard: StandardRef
    engine: str | None
    engine_digest: str
    scorer: str
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    counts: RunCounts
    score: ScoreSummary
    not_scorable: int
    sure: int
    judged: int
    histogram: tuple[int, ...]
    bands: tuple[BandCount, ...]
    items: tuple[ItemTally, ...]
    rates: tuple[RateLine, ...]
    late: int
    undrawn: int
    agents: tuple[AgentLine, ...]
    first_look: tuple[CallCard, ...]
    other_calls: tuple[CallCard, ...]
    due: tuple[PromiseLine, ...]
    undated: tuple[PromiseLine, ...]
    quarantined: tuple[QuarantineGroup, ...]
    duplicates: tuple[DuplicateFile, ...]
    waiting: tuple[WaitingFile, ...]
    flags: tuple[FlagLine, ...]
    left_out_calls: int
    callqa_versions: tuple[str, ...]
