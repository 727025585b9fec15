"""What the API answers, field by field: these are the schemas of its OpenAPI document."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from callqa.services.rates import ItemRate
from models.audit import AuditEntry
from models.queue import Part, QueuedCall, QueueFinding
from models.rollup import ScoredCall, Tally
from models.run import Run, RunCounts
from models.scorecard import ReviewCode, Verdict


@dataclass(frozen=True, slots=True)
class StandardOut:
    """A version of a service standard."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class FindingOut:
    """A finding that brings its call to a person."""

    item_id: str
    title: str
    verdict: Verdict
    fatal: bool
    review_codes: list[ReviewCode]

    @classmethod
    def of(cls, finding: QueueFinding) -> FindingOut:
        """The finding as it is answered."""
        return cls(finding.item_id, finding.title, finding.verdict, finding.fatal, list(finding.review_codes))


@dataclass(frozen=True, slots=True)
class QueuedCallOut(ScoredCall):
    """A call of the queue. `urgency` is fatal, unsure or none; `total` is null where nothing could be graded.

    `parts` say why it is to be reviewed: must (fatal or unsure), and doubt or drawn if it is of the random sample, by
    whether the machine was unsure of it when it was drawn.
    """

    urgency: str
    parts: list[Part]
    findings: list[FindingOut]

    @classmethod
    def of(cls, queued: QueuedCall) -> QueuedCallOut:
        """The call as it is answered."""
        return cls(
            **asdict(queued.call),
            urgency=queued.urgency.name.lower(),
            parts=list(queued.parts),
            findings=[FindingOut.of(finding) for finding in queued.findings],
        )


@dataclass(frozen=True, slots=True)
class QueueOut:
    """A page of the queue. `next` is the cursor of the following one, null on the last."""

    calls: list[QueuedCallOut]
    next: str | None


@dataclass(frozen=True, slots=True)
class CallOut:
    """A call and its newest scorecard, in the form of docs/contracts.md. Long numbers in `customer` are masked."""

    recording_id: str
    call_id: str
    agent_id: str
    agent_name: str | None
    team: str | None
    customer: str | None
    started_at: datetime | None
    direction: str | None
    queue: str | None
    duration_s: float | None
    state: str
    scorecard: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class AgentOut:
    """Figures of an agent's calls, where the caller sees single teams: those of one team. Points of 100."""

    agent_id: str
    team: str | None
    calls: int
    graded: int
    mean: float | None
    deviation: float | None
    fatal: int
    needs_review: int

    @classmethod
    def of(cls, agent_id: str, team: str | None, tally: Tally) -> AgentOut:
        """The figures as they are answered."""
        return cls(
            agent_id,
            team,
            tally.calls,
            tally.graded,
            tally.mean,
            tally.deviation,
            tally.fatal,
            tally.needs_review,
        )


@dataclass(frozen=True, slots=True)
class AgentsOut:
    """Agents with calls on these days, both included."""

    since: date
    until: date
    agents: list[AgentOut]


@dataclass(frozen=True, slots=True)
class RateOut:
    """The true rate of faults on an item with its 95 % interval, 0 to 1; null while `missing` reviews are lacking.

    Of the drawn calls so many are `reviewed` and so many not. `is_doubtful`: too few of the draw to trust the rate.
    `is_freed`: of what reviewers get wrong.
    """

    item_id: str
    title: str
    share: float | None
    low: float | None
    high: float | None
    reviewed: int
    unreviewed: int
    missing: int
    is_doubtful: bool
    is_freed: bool

    @classmethod
    def of(cls, found: ItemRate) -> RateOut:
        """The rate as it is answered."""
        rate = found.rate
        return cls(
            found.item_id,
            found.title,
            rate.share,
            rate.low,
            rate.high,
            rate.reviewed,
            rate.unreviewed,
            rate.missing,
            rate.is_doubtful,
            rate.is_freed,
        )


@dataclass(frozen=True, slots=True)
class RatesOut:
    """Rates among the calls of these days, both included; none while nothing drawn of them was reviewed.

    `late` calls came after the draw of their day and never had a chance, but are in the machine's count. `undrawn` ones
    are on days without a draw, or of no known agent, and are left out.
    """

    since: date
    until: date
    items: list[RateOut]
    late: int
    undrawn: int


@dataclass(frozen=True, slots=True)
class PromisesOut:
    """Promises of some calls, each as `callqa promises --json` has it. `next` is a cursor, null on the last page.

    A page is of so many calls: it may hold fewer promises than that, or none, and not be the last one.
    """

    as_of: datetime
    promises: list[dict[str, Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class RunOut:
    """A run with its counts, without its source, which may name a customer."""

    id: str
    day: date | None
    standard: StandardOut
    engine_digest: str
    scorer: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    counts: RunCounts

    @classmethod
    def of(cls, run: Run, counts: RunCounts) -> RunOut:
        """The run as it is answered."""
        standard = StandardOut(run.standard.id, run.standard.version, run.standard.digest)
        return cls(
            run.id,
            run.day,
            standard,
            run.engine_digest,
            run.scorer,
            run.started_at,
            run.finished_at,
            run.status.value,
            counts,
        )


@dataclass(frozen=True, slots=True)
class RunsOut:
    """Runs, the newest first. `next` is a cursor, null on the last page."""

    runs: list[RunOut]
    next: str | None


@dataclass(frozen=True, slots=True)
class AuditEntryOut:
    """An entry of the audit log, as docs/contracts.md has it."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    previous: str
    digest: str

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditEntryOut:
        """The entry as it is answered."""
        event = entry.event
        return cls(
            entry.number,
            event.at,
            event.actor,
            event.action,
            event.subject,
            dict(event.details),
            entry.previous,
            entry.digest,
        )


@dataclass(frozen=True, slots=True)
class AuditOut:
    """Entries, the newest first. `head` is the newest of the whole log; `next` is a cursor, null on the last page."""

    entries: list[AuditEntryOut]
    head: str | None
    next: str | None
