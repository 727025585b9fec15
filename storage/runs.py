"""Nights of work: what each took in, how far it came, and everything a report shows of it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, or_, select, update

from models.call import RecordingState
from models.errors import InputError, StateError
from models.run import InspectedCall, NightBefore, Run, RunCounts, RunStatus, RunView, StoredCall
from storage.column_types import storable
from storage.mapping import run_from_row, run_to_row, standard_to_row, stored_call_from_row
from storage.scorecards import read_scorecards
from storage.standing_tables import run_calls
from storage.tables import recordings, run_files, runs, scorecards, standards, transcripts
from storage.transaction import Transaction
from storage.transcripts import read_transcript


class Runs:
    """`models.ports.Runs` in a transaction.

    In all of it a recording counts as scored when it has a scorecard under the run's engine, standard and scorer, no
    matter which run made it, and is not quarantined. Unknown run ids raise StateError, but for `view`.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def start(self, run: Run) -> Run:
        stored = find_run(self._transaction, run.id)
        if stored is None:
            self._transaction.insert_new(standards, standard_to_row(run.standard))
            self._transaction.insert_new(runs, run_to_row(run))
            stored = get_run(self._transaction, run.id)
        return stored

    def taken_in_for_another_day(self, run: Run, recording_id: str) -> bool:
        statement = (
            select(runs.c.id)
            .join(run_files, run_files.c.run_id == runs.c.id)
            .where(
                run_files.c.recording_id == recording_id,
                runs.c.id != run.id,
                runs.c.source == run.source,
                runs.c.standard_digest == run.standard.digest,
                runs.c.engine_digest == run.engine_digest,
                runs.c.scorer == run.scorer,
            )
            .limit(1)
        )
        return self._transaction.first(statement) is not None

    def nights_before(self, run: Run, since: date) -> Sequence[NightBefore]:
        began: dict[date, datetime] = {}
        found: defaultdict[date, set[str]] = defaultdict(set)
        earlier = (runs.c.source == run.source, runs.c.day >= since, runs.c.day < run.day)
        for row in self._transaction.rows(select(runs.c.day, runs.c.started_at).where(*earlier)):
            began[row.day] = min(began.get(row.day, row.started_at), row.started_at)
        joined = run_files.join(runs, runs.c.id == run_files.c.run_id)
        for row in self._transaction.rows(select(runs.c.day, run_files.c.uri).select_from(joined).where(*earlier)):
            found[row.day].add(row.uri)
        return tuple(NightBefore(day, began[day], frozenset(found[day])) for day in sorted(began))

    def found_before(self, run: Run, since: date, uris: Collection[str]) -> Mapping[str, StoredCall]:
        wanted = {hashlib.sha256(storable(uri).encode()).hexdigest(): uri for uri in uris}
        if run.day is None or not wanted:
            return {}
        rows = self._transaction.rows(
            select(recordings, run_files.c.uri_sha256)
            .join(run_files, run_files.c.recording_id == recordings.c.id)
            .join(runs, runs.c.id == run_files.c.run_id)
            .where(
                runs.c.source == run.source,
                runs.c.day.between(since, run.day),
                run_files.c.uri_sha256.in_(list(wanted)),
                run_files.c.uri == recordings.c.uri,
            )
        )
        return {wanted[row.uri_sha256]: stored_call_from_row(row) for row in rows}

    def reopen(self, run_id: str, now: datetime) -> None:
        self._transaction.begin_writing()
        get_run(self._transaction, run_id)
        self._transaction.update(
            update(runs)
            .where(runs.c.id == run_id, runs.c.status != RunStatus.RUNNING)
            .values(status=RunStatus.RUNNING, started_at=now, finished_at=None)
        )

    def waiting(self, run_id: str) -> Sequence[StoredCall]:
        run = get_run(self._transaction, run_id)
        rows = self._transaction.rows(
            select(recordings).select_from(with_scorecards(run)).where(still_waits(run_id)).order_by(recordings.c.id)
        )
        return tuple(stored_call_from_row(row) for row in rows)

    def counts(self, run_id: str) -> RunCounts:
        get_run(self._transaction, run_id)
        scored = run_calls.c.needs_review.is_not(None)
        row = self._transaction.rows(
            select(
                func.coalesce(func.sum(run_calls.c.files), 0).label("files"),
                func.count().label("recordings"),
                _how_many(scored).label("scored"),
                _how_many(run_calls.c.quarantined).label("quarantined"),
                _how_many(run_calls.c.needs_review).label("needs_review"),
                _how_many(run_calls.c.fatal).label("fatal"),
                func.coalesce(func.sum(run_calls.c.duration_s), 0.0).label("audio_s"),
                func.coalesce(func.sum(case((scored, run_calls.c.duration_s))), 0.0).label("scored_audio_s"),
            ).where(run_calls.c.run_id == run_id)
        )[0]
        return RunCounts(
            files=int(row.files),
            recordings=row.recordings,
            duplicates=int(row.files) - row.recordings,
            scored=row.scored,
            quarantined=row.quarantined,
            waiting=row.recordings - row.scored - row.quarantined,
            needs_review=row.needs_review,
            fatal=row.fatal,
            # To the millisecond: the order in which databases add floats is their own.
            audio_s=round(row.audio_s, 3),
            scored_audio_s=round(row.scored_audio_s, 3),
        )

    def finish(self, run_id: str, status: RunStatus, finished_at: datetime) -> None:
        if status is RunStatus.RUNNING:
            raise ValueError(f"run {run_id} cannot be finished as running")
        self._transaction.begin_writing()
        get_run(self._transaction, run_id)
        self._transaction.update(
            update(runs)
            .where(runs.c.id == run_id, runs.c.status != status)
            .values(status=status, finished_at=finished_at)
        )

    def customers(self, run_id: str) -> frozenset[str]:
        get_run(self._transaction, run_id)
        rows = self._transaction.rows(
            select(recordings.c.customer_ref).where(taken_in(run_id), recordings.c.customer_ref.is_not(None)).distinct()
        )
        return frozenset(row.customer_ref for row in rows)

    def view(self, run_id: str) -> RunView | None:
        """As in the port, in a fixed number of queries, four more for each further thousand scorecards."""
        run = find_run(self._transaction, run_id)
        if run is None:
            return None
        calls = self._transaction.rows(
            select(recordings, scorecards.c.id.label("card_id"))
            .select_from(with_scorecards(run))
            .where(taken_in(run_id))
        )
        cards = read_scorecards(self._transaction, [row.card_id for row in calls if row.card_id is not None])
        heard = {
            row.recording_id: transcript
            for row in self._transaction.rows(
                select(transcripts).where(
                    transcripts.c.engine_digest == run.engine_digest,
                    transcripts.c.recording_id.in_(_files_of(run_id, run_files.c.recording_id)),
                )
            )
            if (transcript := read_transcript(self._transaction, row)) is not None
        }
        uris: defaultdict[str, list[str]] = defaultdict(list)
        for row in self._transaction.rows(_files_of(run_id, run_files.c.recording_id, run_files.c.uri)):
            uris[row.recording_id].append(row.uri)
        inspected = (
            InspectedCall(
                stored=stored_call_from_row(row),
                uris=tuple(sorted(uris[row.id])),
                transcript=heard.get(row.id),
                scorecard=cards.get(row.card_id),
            )
            for row in calls
        )
        by_call_id = sorted(inspected, key=lambda call: (call.stored.meta.call_id, call.stored.recording.id))
        return RunView(run, self.counts(run_id), tuple(by_call_id))

    def newest(self, most: int, after: str | None = None) -> Sequence[Run]:
        wanted = _runs().order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(most)
        if after is not None:
            last = find_run(self._transaction, after)
            if last is None:
                raise InputError(f"{after!r} is no run of this database; begin again at the first page")
            earlier = and_(runs.c.started_at == last.started_at, runs.c.id < after)
            wanted = wanted.where(or_(runs.c.started_at < last.started_at, earlier))
        return [run_from_row(row) for row in self._transaction.rows(wanted)]

    def latest_id(self) -> str | None:
        row = self._transaction.first(select(runs.c.id).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(1))
        return None if row is None else str(row.id)


def find_run(transaction: Transaction, run_id: str) -> Run | None:
    """The run, or None when there is none with this id."""
    row = transaction.first(_runs().where(runs.c.id == run_id))
    return None if row is None else run_from_row(row)


def _runs() -> Select[Any]:
    return select(runs, standards.c.id.label("standard_id"), standards.c.version.label("standard_version")).join(
        standards, standards.c.digest == runs.c.standard_digest
    )


def get_run(transaction: Transaction, run_id: str) -> Run:
    """The run. Raises StateError when there is none with this id."""
    run = find_run(transaction, run_id)
    if run is None:
        raise StateError(f"run {run_id} is not in the database; start it first")
    return run


def _files_of(run_id: str, *columns: Any) -> Select[Any]:
    return select(*columns).select_from(run_files).where(run_files.c.run_id == run_id)


def taken_in(run_id: str) -> ColumnElement[bool]:
    """Whether a recording is one of the run's."""
    return recordings.c.id.in_(_files_of(run_id, run_files.c.recording_id))


def still_waits(run_id: str) -> ColumnElement[bool]:
    """Whether a recording of `with_scorecards` is one of the run's that still lacks its score."""
    return and_(taken_in(run_id), scorecards.c.id.is_(None), recordings.c.state != RecordingState.QUARANTINED)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def with_scorecards(run: Run) -> FromClause:
    """Recordings with the transcript and the scorecard that belong to this run's engine, standard and scorer."""
    return recordings.outerjoin(
        transcripts,
        and_(transcripts.c.recording_id == recordings.c.id, transcripts.c.engine_digest == run.engine_digest),
    ).outerjoin(
        scorecards,
        and_(
            scorecards.c.transcript_id == transcripts.c.id,
            scorecards.c.standard_digest == run.standard.digest,
            scorecards.c.scorer == run.scorer,
        ),
    )
