"""One transaction and the repositories that work in it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from models import (
    appeal,
    attendance,
    calibration,
    call_order,
    claim,
    coaching,
    coaching_note,
    daily,
    desk,
    draft,
    example_consent,
    glance,
    keeping,
    night,
    person,
    ports,
    proposal,
    queue,
    rollup,
    roster,
    sample,
    sealing,
    service,
    survey,
    token,
)
from storage.appeals import Appeals
from storage.attendance import Attendance
from storage.audit import AuditLog
from storage.calibrations import Calibrations
from storage.call_order import CallOrder
from storage.calls import Calls
from storage.census import Census
from storage.claims import Claims
from storage.coaching_notes import CoachingNotes
from storage.daily import Daily
from storage.desk import Desk
from storage.diary import Diary
from storage.drafts import StandardDrafts
from storage.example_consents import ExampleConsents
from storage.glances import Glances
from storage.instances import Instances
from storage.keeping import Keeping
from storage.ledger import Ledger
from storage.people import People
from storage.proposals import ProposalDecisions
from storage.queue import ReviewQueue
from storage.reviews import Reviews
from storage.rollups import Rollups
from storage.roster import Roster
from storage.runs import Runs
from storage.samples import Samples
from storage.scorecards import Scorecards
from storage.sealed_texts import SealedTexts
from storage.sealing import Sealer
from storage.service import ServedCalls
from storage.standards import Standards
from storage.surveys import Surveys
from storage.tokens import Tokens
from storage.transaction import Transaction
from storage.transcripts import Transcripts


class UnitOfWork:
    """`models.ports.UnitOfWork` on a database. Belongs to one thread; may be entered again after it was left.

    Begins by reading, which on SQLite blocks nobody; the first write takes the write lock. After `commit()` the next
    transaction begins. Whatever is iterated (`scorecards.latest`) is consumed before leaving.
    """

    calls: ports.Calls
    transcripts: ports.Transcripts
    scorecards: ports.Scorecards
    runs: ports.Runs
    standards: ports.Standards
    reviews: ports.Reviews
    ledger: ports.Ledger
    claims: claim.Claims
    attendance: attendance.Attendance
    audit: keeping.AuditLog
    keeping: keeping.Keeping
    diary: night.Diary
    census: night.Census
    daily: daily.Daily
    served: service.ServedCalls
    people: person.People
    sealed: sealing.SealedTexts
    rollups: rollup.Rollups
    queue: queue.ReviewQueue
    tokens: token.Tokens
    glances: glance.Glances
    instances: coaching.Instances
    coaching_notes: coaching_note.CoachingNotes
    example_consents: example_consent.ExampleConsents
    desk: desk.Desk
    samples: sample.Samples
    order: call_order.CallOrder
    appeals: appeal.Appeals
    calibrations: calibration.Calibrations
    drafts: draft.StandardDrafts
    proposals: proposal.ProposalDecisions
    surveys: survey.Surveys
    roster: roster.Roster

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self._engine = engine
        self._sealer = sealer
        self._transaction: Transaction | None = None

    def __enter__(self) -> Self:
        if self._transaction is not None:
            raise RuntimeError("this unit of work has begun already; ask the database for another one")
        transaction = Transaction(self._engine, self._sealer)
        self._transaction = transaction
        self.calls = Calls(transaction)
        self.transcripts = Transcripts(transaction)
        self.scorecards = Scorecards(transaction)
        self.runs = Runs(transaction)
        self.standards = Standards(transaction)
        self.reviews = Reviews(transaction)
        self.ledger = Ledger(transaction)
        self.claims = Claims(transaction)
        self.attendance = Attendance(transaction)
        self.audit = AuditLog(transaction)
        self.keeping = Keeping(transaction)
        self.diary = Diary(transaction)
        self.census = Census(transaction)
        self.daily = Daily(transaction)
        self.served = ServedCalls(transaction)
        self.people = People(transaction)
        self.sealed = SealedTexts(transaction)
        self.rollups = Rollups(transaction)
        self.queue = ReviewQueue(transaction)
        self.tokens = Tokens(transaction)
        self.glances = Glances(transaction)
        self.instances = Instances(transaction)
        self.coaching_notes = CoachingNotes(transaction)
        self.example_consents = ExampleConsents(transaction)
        self.desk = Desk(transaction)
        self.samples = Samples(transaction)
        self.order = CallOrder(transaction)
        self.appeals = Appeals(transaction)
        self.calibrations = Calibrations(transaction)
        self.drafts = StandardDrafts(transaction)
        self.proposals = ProposalDecisions(transaction)
        self.surveys = Surveys(transaction)
        self.roster = Roster(transaction)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._transaction is not None:
            transaction, self._transaction = self._transaction, None
            transaction.close()

    def commit(self) -> None:
        if self._transaction is None:
            raise RuntimeError("this unit of work has not begun; use it in a `with` statement")
        self._transaction.commit()
