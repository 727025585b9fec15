"""Recordings and their states, the calls they hold, the agents who took them, and where the files were seen."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, func, literal, or_, select, update

from models.call import UNASSIGNED_AGENT, CallMeta, Quarantine, Recording, RecordingState
from models.errors import ReasonCode, RecordingError, StateError
from models.run import StoredCall
from storage.column_types import Text, storable
from storage.mapping import meta_to_row, recording_to_row, stored_call_from_row
from storage.run_calls import leave_runs, settle_runs
from storage.standing import settle
from storage.tables import agents, claims, recordings, run_files, scorecards, teams, transcripts
from storage.transaction import Transaction

_BATCH = 1000
"""Customers asked for in one query: a bounded number of parameters."""


class Calls:
    """`models.ports.Calls` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, recording_id: str) -> StoredCall | None:
        row = self._transaction.first(select(recordings).where(recordings.c.id == recording_id))
        return None if row is None else stored_call_from_row(row)

    def recording_of(self, call_id: str) -> str | None:
        """As in the port; a quarantined recording holds no call, so that a mended file can take its place."""
        row = self._transaction.first(
            select(recordings.c.id).where(
                recordings.c.call_id == call_id, recordings.c.state != RecordingState.QUARANTINED
            )
        )
        return None if row is None else str(row.id)

    def of_customers(self, customer_refs: Collection[str]) -> Sequence[StoredCall]:
        heard = (RecordingState.TRANSCRIBED, RecordingState.SCORED)
        found: list[StoredCall] = []
        rest = iter(sorted({str(storable(ref)) for ref in customer_refs}))
        while batch := list(islice(rest, _BATCH)):
            rows = self._transaction.rows(
                select(recordings).where(recordings.c.customer_ref.in_(batch), recordings.c.state.in_(heard))
            )
            found += map(stored_call_from_row, rows)
        return sorted(found, key=lambda call: (call.meta.call_id, call.recording.id))

    def add(self, recording: Recording, meta: CallMeta, quarantine: Quarantine | None = None) -> None:
        """As in the port. The agent and the team come into being with their first call.

        An agent's name and team follow the latest call, by its start, that tells them; each recording keeps what
        its own metadata said. Raises RecordingError (call_id_conflict) when another recording holds this call, also
        when a process at work at the same time has just registered it.
        """
        if self.get(recording.id) is not None:
            return
        self._know_agent(meta)
        if self._transaction.insert_new(recordings, recording_to_row(recording, meta, quarantine)):
            return
        if self.get(recording.id) is None:
            raise _conflict(meta, recording, self.recording_of(meta.call_id))

    def saw(self, run_id: str, uri: str, recording_id: str) -> None:
        """As in the port. When the file at an address is replaced, the newest content counts for the run."""
        uri_sha256 = hashlib.sha256(storable(uri).encode()).hexdigest()
        row = {"run_id": run_id, "uri_sha256": uri_sha256, "uri": uri, "recording_id": recording_id}
        if self._transaction.insert_new(run_files, row):
            locked_state(self._transaction, recording_id)
            settle_runs(self._transaction, recording_id)
            return
        here = (run_files.c.run_id == run_id, run_files.c.uri_sha256 == uri_sha256)
        found = self._transaction.first(select(run_files.c.recording_id).where(*here))
        if found is not None and found.recording_id != recording_id:
            for one in sorted((recording_id, found.recording_id)):
                locked_state(self._transaction, one)
            self._transaction.update(update(run_files).where(*here).values(recording_id=recording_id))
            leave_runs(self._transaction, found.recording_id)
            settle_runs(self._transaction, found.recording_id)
            settle_runs(self._transaction, recording_id)

    def addresses(self, run_id: str, recording_id: str) -> tuple[str, ...]:
        rows = self._transaction.rows(
            select(run_files.c.uri).where(run_files.c.run_id == run_id, run_files.c.recording_id == recording_id)
        )
        return tuple(sorted(row.uri for row in rows))

    def quarantine(self, recording_id: str, quarantine: Quarantine) -> None:
        """As in the port, from any state. What is quarantined already keeps its first reason."""
        if locked_state(self._transaction, recording_id) is not RecordingState.QUARANTINED:
            self._transaction.update(
                update(recordings)
                .where(recordings.c.id == recording_id)
                .values(
                    state=RecordingState.QUARANTINED,
                    quarantine_reason=quarantine.reason,
                    quarantine_detail=quarantine.detail,
                )
            )
            settle(self._transaction, recording_id)

    def readmit(self, recording: Recording, meta: CallMeta) -> None:
        if locked_state(self._transaction, recording.id) is not RecordingState.QUARANTINED:
            raise StateError(f"recording {recording.id} is not quarantined; there is nothing to take in again")
        owner = self.recording_of(meta.call_id)
        if owner is not None:
            raise _conflict(meta, recording, owner)
        self._know_agent(meta)
        row = recording_to_row(recording, meta, None)
        self._transaction.update(update(recordings).where(recordings.c.id == recording.id).values(row))
        settle(self._transaction, recording.id)

    def idle(self, recording_id: str) -> StoredCall | None:
        if self._transaction.locked(recordings, id=recording_id) is None:
            return None
        at_it = select(claims.c.recording_id).where(claims.c.recording_id == recording_id, claims.c.owner.is_not(None))
        return None if self._transaction.first(at_it) is not None else self.get(recording_id)

    def correct(self, recording_id: str, meta: CallMeta) -> None:
        locked_state(self._transaction, recording_id)
        self._know_agent(meta)
        row = meta_to_row(meta)
        self._transaction.update(
            update(recordings)
            .where(recordings.c.id == recording_id, recordings.c.call_id == storable(row.pop("call_id")))
            .values(row)
        )
        settle(self._transaction, recording_id)

    def set_aside(self) -> Sequence[StoredCall]:
        rows = self._transaction.rows(select(recordings).where(recordings.c.state == RecordingState.QUARANTINED))
        return sorted(map(stored_call_from_row, rows), key=lambda call: (call.meta.call_id, call.recording.id))

    def let_out(self, recording_id: str) -> None:
        call = self._quarantined(recording_id)
        owner = self.recording_of(call.meta.call_id)
        if owner is not None:
            raise _conflict(call.meta, call.recording, owner)
        # Deaths that the quarantine was for, or that came before it, are forgiven too.
        self._transaction.update(delete(claims).where(claims.c.recording_id == recording_id))
        self._transaction.update(
            update(recordings)
            .where(recordings.c.id == recording_id)
            .values(
                state=self._reached(recording_id),
                quarantine_reason=None,
                quarantine_detail=None,
                dropped_at=None,
                attempts=0,
                last_error=None,
            )
        )
        settle(self._transaction, recording_id)

    def drop(self, recording_id: str, now: datetime) -> None:
        self._quarantined(recording_id)
        self._transaction.update(delete(run_files).where(run_files.c.recording_id == recording_id))
        leave_runs(self._transaction, recording_id)
        self._transaction.update(update(recordings).where(recordings.c.id == recording_id).values(dropped_at=now))

    def failed_attempt(self, recording_id: str, error: str) -> None:
        counted = self._transaction.update(
            update(recordings)
            .where(recordings.c.id == recording_id)
            .values(attempts=recordings.c.attempts + 1, last_error=error)
        )
        if not counted:
            raise _unknown(recording_id)

    def _quarantined(self, recording_id: str) -> StoredCall:
        """The recording, held until the transaction ends. Raises StateError unless it is quarantined."""
        state = locked_state(self._transaction, recording_id)
        call = self.get(recording_id)
        if call is None or state is not RecordingState.QUARANTINED:
            raise StateError(f"recording {recording_id} is not quarantined; there is nothing to release or to drop")
        return call

    def _reached(self, recording_id: str) -> RecordingState:
        """How far its stored results have brought it."""
        heard = select(transcripts.c.id).where(transcripts.c.recording_id == recording_id)
        if self._transaction.first(heard) is None:
            return RecordingState.RECEIVED
        scored = self._transaction.first(heard.join(scorecards, scorecards.c.transcript_id == transcripts.c.id))
        return RecordingState.TRANSCRIBED if scored is None else RecordingState.SCORED

    def _know_agent(self, meta: CallMeta) -> None:
        if meta.team is not None:
            self._transaction.insert_new(teams, {"name": meta.team})
        if meta.agent_id == UNASSIGNED_AGENT:
            # Many people stand behind this id: it has neither a name nor a team.
            self._transaction.insert_new(agents, {"id": UNASSIGNED_AGENT})
            return
        row = {"id": meta.agent_id, "name": meta.agent_name, "team": meta.team, "as_of": meta.started_at}
        if self._transaction.insert_new(agents, row):
            return
        if meta.started_at is not None and (meta.agent_name is not None or meta.team is not None):
            self._transaction.update(
                update(agents)
                .where(agents.c.id == meta.agent_id, or_(agents.c.as_of.is_(None), agents.c.as_of <= meta.started_at))
                .values(
                    name=func.coalesce(literal(meta.agent_name, Text), agents.c.name),
                    team=func.coalesce(literal(meta.team, Text), agents.c.team),
                    as_of=meta.started_at,
                )
            )


def locked_state(transaction: Transaction, recording_id: str) -> RecordingState:
    """The state of a recording, held until the transaction ends. Raises StateError when the id is unknown."""
    row = transaction.locked(recordings, id=recording_id)
    if row is None:
        raise _unknown(recording_id)
    return RecordingState(row.state)


def advance(transaction: Transaction, recording_id: str, now: RecordingState, then: RecordingState) -> None:
    """Move a recording from its locked state `now` to `then`. Raises StateError when it is quarantined."""
    if now is RecordingState.QUARANTINED:
        raise StateError(
            f"recording {recording_id} is quarantined and cannot become {then.value}; "
            "it stays set aside until a person releases it"
        )
    transaction.update(update(recordings).where(recordings.c.id == recording_id).values(state=then))


def _conflict(meta: CallMeta, recording: Recording, owner: str | None) -> RecordingError:
    return RecordingError(
        ReasonCode.CALL_ID_CONFLICT,
        f"call {meta.call_id} is held by recording {owner} already, and "
        f"{recording.uri} has other content; give it a call id of its own",
    )


def _unknown(recording_id: str) -> StateError:
    return StateError(f"recording {recording_id} is not in the database; register it first")
