"""What lasts, in a unit of work."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self

from models.appeal import Appeals
from models.attendance import Attendance
from models.calibration import Calibrations
from models.call import CallMeta, Quarantine, Recording
from models.call_order import CallOrder
from models.claim import Claims
from models.coaching import Instances
from models.coaching_note import CoachingNotes
from models.daily import Daily
from models.desk import Desk
from models.draft import StandardDrafts
from models.example_consent import ExampleConsents
from models.glance import Glances
from models.keeping import AuditLog, Keeping
from models.ledger import LedgerEntry, StatusEvent
from models.night import Census, Diary
from models.person import EVERYBODY, People, Scope
from models.proposal import ProposalDecisions
from models.queue import ReviewQueue
from models.review import Review
from models.rollup import Rollups
from models.roster import Roster
from models.run import NightBefore, Run, RunCounts, RunStatus, RunView, StoredCall
from models.sample import Samples
from models.scorecard import Scorecard, StandardRef
from models.sealing import SealedTexts
from models.service import ServedCalls
from models.standard import PublishedStandard
from models.survey import Surveys
from models.token import Tokens
from models.transcript import Transcript


class Calls(Protocol):
    """Recordings, the calls they hold, and where they were seen."""

    def get(self, recording_id: str) -> StoredCall | None:
        """The recording, or None when its bytes were never registered."""

    def recording_of(self, call_id: str) -> str | None:
        """Id of the recording that holds this call, or None."""

    def of_customers(self, customer_refs: Collection[str]) -> Sequence[StoredCall]:
        """The calls of these customers that have a transcript and are not quarantined, ordered by call id."""

    def add(self, recording: Recording, meta: CallMeta, quarantine: Quarantine | None = None) -> None:
        """Register a recording as received, or as quarantined from the start; does nothing if its id is known."""

    def saw(self, run_id: str, uri: str, recording_id: str) -> None:
        """Note that this run found the recording under this address; the same note twice is one."""

    def addresses(self, run_id: str, recording_id: str) -> tuple[str, ...]:
        """Where this run found the recording, in alphabetical order; empty when it did not."""

    def quarantine(self, recording_id: str, quarantine: Quarantine) -> None:
        """Set the recording aside until a person acts."""

    def readmit(self, recording: Recording, meta: CallMeta) -> None:
        """Take a quarantined recording in again, as received and with this metadata: what set it aside was mended.

        Raises RecordingError (call_id_conflict) when another recording holds that call.
        """

    def idle(self, recording_id: str) -> StoredCall | None:
        """The call, held until the transaction ends; None when it is unknown or a process is at it.

        Who takes it meanwhile waits, or takes others: what is read of it before stays true.
        """

    def correct(self, recording_id: str, meta: CallMeta) -> None:
        """Put these metadata in place of the stored ones, and the call where it now counts; the call id must stay.

        Raises StateError when the recording is unknown.
        """

    def set_aside(self) -> Sequence[StoredCall]:
        """All quarantined recordings, dropped ones too, ordered by call id and recording id."""

    def let_out(self, recording_id: str) -> None:
        """Undo a quarantine, and that it was dropped: as far as its results are stored, with no failures counted.

        Raises StateError when it is not quarantined, RecordingError (call_id_conflict) as `readmit` does.
        """

    def drop(self, recording_id: str, now: datetime) -> None:
        """No run shows the quarantined recording any more or takes it in; it stays known, and may be let out.

        Raises StateError when it is not quarantined.
        """

    def failed_attempt(self, recording_id: str, error: str) -> None:
        """Count a failure that may pass; the state stays as it is."""


class Transcripts(Protocol):
    """Transcripts, one per recording and engine."""

    def get(self, recording_id: str, engine_digest: str) -> Transcript | None:
        """The transcript this engine made of the recording, or None."""

    def put(self, transcript: Transcript) -> bool:
        """Store it and set the recording to transcribed; False when one is there already, which stays.

        Needs `transcript.engine`.
        """

    def latest_ids(self) -> Sequence[tuple[str, str]]:
        """(recording id, engine digest) of the newest transcript of every recording, ordered by recording id."""

    def latest(self, call_ids: Collection[str] = ()) -> Iterator[tuple[StoredCall, Transcript]]:
        """The newest transcript of these calls, or of every call when none is named, ordered by call id."""

    def heard_since(self, moment: datetime, after: str, most: int) -> Sequence[str]:
        """Ids of transcribed recordings whose call began at this moment or later: the first `most` behind `after`.

        In the database's own order of ids, so that "" and then the last id of each answer walk through all of them.
        """

    def undated(self) -> int:
        """How many transcribed recordings hold a call without a date."""

    def of(self, recording_ids: Collection[str]) -> Sequence[tuple[StoredCall, Transcript]]:
        """The newest transcript of each of these recordings, ordered by call id; those without one are left out."""


class Scorecards(Protocol):
    """Scorecards, one per transcript, standard digest and scorer."""

    def get(self, recording_id: str, engine_digest: str, standard: StandardRef, scorer: str) -> Scorecard | None:
        """The scorecard under exactly these, or None."""

    def put(self, recording_id: str, engine_digest: str, scorer: str, scorecard: Scorecard) -> None:
        """Store scorecard, findings, evidence and promises and set the recording to scored; nothing if it is there."""

    def supersede(self, recording_id: str, engine_digest: str, standard: StandardRef, scorer: str) -> None:
        """The scorecard under these, if there is one, is no longer that: the call can be scored under them anew.

        It stays, as all earlier ones do, and counts until there is a newer one.
        """

    def of(self, recording_id: str) -> Scorecard | None:
        """The newest scorecard of a recording, or None."""

    def latest(self) -> Iterator[tuple[StoredCall, Scorecard]]:
        """The newest scorecard of every call, ordered by call id."""


class Runs(Protocol):
    """Nights of work."""

    def start(self, run: Run) -> Run:
        """Store the run if its id is new; returns the stored one, with its own `started_at`."""

    def taken_in_for_another_day(self, run: Run, recording_id: str) -> bool:
        """Whether a run that differs from this one only in its day has found the recording."""

    def nights_before(self, run: Run, since: date) -> Sequence[NightBefore]:
        """What runs of the same source for earlier days, from `since` on, have found, ordered by day."""

    def found_before(self, run: Run, since: date, uris: Collection[str]) -> Mapping[str, StoredCall]:
        """By address, the recordings first seen there that runs of the same source for those days have found."""

    def reopen(self, run_id: str, now: datetime) -> None:
        """The run has work again: RUNNING, begun now, not finished. Does nothing to a run that is RUNNING."""

    def waiting(self, run_id: str) -> Sequence[StoredCall]:
        """Recordings of this run not quarantined and still without a scorecard under its engine, standard and scorer.

        Ordered by recording id.
        """

    def counts(self, run_id: str) -> RunCounts:
        """Where the run stands now."""

    def finish(self, run_id: str, status: RunStatus, finished_at: datetime) -> None:
        """Close the run. A run that is closed with this status already keeps its `finished_at`."""

    def customers(self, run_id: str) -> frozenset[str]:
        """References of the customers whose calls the run took in; calls without one count for nothing."""

    def view(self, run_id: str) -> RunView | None:
        """The run with all its calls, or None when there is no such run."""

    def newest(self, most: int, after: str | None = None) -> Sequence[Run]:
        """The runs that started last, the newest first; with `after` those behind the run of this id.

        Raises InputError when there is no such run.
        """

    def latest_id(self) -> str | None:
        """Id of the run that started last, or None in an empty database."""


class Standards(Protocol):
    """Published versions of service standards."""

    def publish(self, standard: PublishedStandard) -> bool:
        """Keep it; False when exactly this version is there already.

        Raises StandardError when the version is published with another content.
        """

    def get(self, standard_id: str, version: str) -> PublishedStandard | None:
        """One version, or None."""

    def versions(self, standard_id: str | None = None) -> Sequence[PublishedStandard]:
        """All versions of one standard, or of every one, ordered by id and by when they began to hold."""


class Reviews(Protocol):
    """Verdicts of people."""

    def add(self, review: Review) -> None:
        """Keep it; the same review twice is one. Raises StateError for a call that is not stored."""

    def of(self, call_ids: Collection[str]) -> Sequence[Review]:
        """All reviews of these calls, ordered by call, item and time."""

    def recordings(self) -> Sequence[str]:
        """Ids of recordings with reviews, ordered."""

    def corrected(self) -> Sequence[Review]:
        """What people say of each item now, where the machine has ever said otherwise; ordered by call and item.

        All scorecards of a call count, also those that a newer one has replaced: what was put right stays here.
        """


class Ledger(Protocol):
    """What became of the promises in the newest scorecards."""

    def entries(
        self,
        recording_ids: Collection[str] | None = None,
        scope: Scope = EVERYBODY,
        begun_since: datetime | None = None,
    ) -> Sequence[LedgerEntry]:
        """The promises of these recordings, or of all, ordered by call id and place in the call.

        With them those that no newest scorecard holds any more but of which something was said. Only calls of the
        scope; with `begun_since` only those that began then or later, or have no date.
        """

    def recordings(self, scope: Scope, after: str, most: int) -> Sequence[str]:
        """Ids of recordings of the scope that may have promises: the first `most` behind `after`.

        In the database's own order of ids, so that "" and then the last id of each answer walk through all of them.
        """

    def record(self, entry: LedgerEntry, event: StatusEvent) -> bool:
        """Add to what is known of the entry; False when it adds nothing.

        So it is when the newest event of the same source and reference says the same; of a person, when the newest of
        all does, because a person answers what was said last. Nothing is ever taken back or written over.
        """


class UnitOfWork(Protocol):
    """One transaction: `with uow:` begins it, `commit()` keeps it, leaving without commit rolls it back."""

    calls: Calls
    transcripts: Transcripts
    scorecards: Scorecards
    runs: Runs
    standards: Standards
    reviews: Reviews
    ledger: Ledger
    claims: Claims
    attendance: Attendance
    audit: AuditLog
    keeping: Keeping
    diary: Diary
    census: Census
    daily: Daily
    served: ServedCalls
    people: People
    sealed: SealedTexts
    rollups: Rollups
    queue: ReviewQueue
    tokens: Tokens
    glances: Glances
    instances: Instances
    coaching_notes: CoachingNotes
    example_consents: ExampleConsents
    desk: Desk
    samples: Samples
    order: CallOrder
    appeals: Appeals
    calibrations: Calibrations
    drafts: StandardDrafts
    proposals: ProposalDecisions
    surveys: Surveys
    roster: Roster

    def __enter__(self) -> Self:
        """Begin. Raises TransientError when the database cannot be reached or stays locked."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back whatever was not committed."""

    def commit(self) -> None:
        """Keep everything done since `with`."""


class UnitOfWorkFactory(Protocol):
    """Makes a fresh unit of work; safe to call from several threads."""

    def __call__(self) -> UnitOfWork:
        """A new, not yet begun transaction."""
