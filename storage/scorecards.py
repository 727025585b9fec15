"""Scorecards with their findings, evidence and promises, one per transcript, standard and scorer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Row, Table, func, select, update

from models.call import RecordingState
from models.errors import StateError
from models.run import StoredCall
from models.scorecard import Scorecard, StandardRef
from storage.appeal_tables import score_times
from storage.calls import advance, locked_state
from storage.column_types import storable
from storage.mapping import (
    evidence_to_row,
    finding_to_row,
    promise_to_row,
    scorecard_from_rows,
    scorecard_to_row,
    standard_to_row,
    stored_call_from_row,
)
from storage.sealed_columns import open_row, seal_row, seal_rows
from storage.standing import settle
from storage.standing_tables import current_scorecards
from storage.tables import evidence, findings, promises, recordings, scorecards, standards, transcripts
from storage.transaction import Transaction
from storage.transcripts import find_transcript

_BATCH = 1000
"""Scorecards read at once: few queries, and a bounded number of parameters and of cards in memory."""


class Scorecards:
    """`models.ports.Scorecards` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, recording_id: str, engine_digest: str, standard: StandardRef, scorer: str) -> Scorecard | None:
        transcript_id = find_transcript(self._transaction, recording_id, engine_digest)
        if transcript_id is None:
            return None
        card_id = self._find(transcript_id, standard, scorer)
        return None if card_id is None else read_scorecards(self._transaction, [card_id])[card_id]

    def put(self, recording_id: str, engine_digest: str, scorer: str, scorecard: Scorecard) -> None:
        """As in the port.

        Raises StateError when the recording or its transcript is unknown or the recording quarantined, or when the
        scorecard is about another call or agent: what was known of the call may have been filled in meanwhile.
        """
        state = locked_state(self._transaction, recording_id)
        transcript_id = find_transcript(self._transaction, recording_id, engine_digest)
        if transcript_id is None:
            raise StateError(
                f"recording {recording_id} has no transcript by engine {engine_digest}; transcribe it before scoring"
            )
        if self._find(transcript_id, scorecard.standard, scorer) is not None:
            return
        self._check_call(recording_id, scorecard)
        advance(self._transaction, recording_id, state, RecordingState.SCORED)
        self._transaction.insert_new(standards, standard_to_row(scorecard.standard))
        sealer = self._transaction.sealer
        head = scorecard_to_row(scorecard, transcript_id, scorer)
        card_id: int = self._transaction.insert(scorecards, seal_row(sealer, scorecards, head, recording_id))
        self._transaction.insert(score_times, {"scorecard_id": card_id, "stored_at": self._transaction.now()})
        found_rows = [finding_to_row(found, card_id, place) for place, found in enumerate(scorecard.findings)]
        proof_rows = [
            evidence_to_row(proof, card_id, finding_place, place)
            for finding_place, found in enumerate(scorecard.findings)
            for place, proof in enumerate(found.evidence)
        ]
        promised = [promise_to_row(promise, card_id, place) for place, promise in enumerate(scorecard.promises)]
        for table, rows in ((findings, found_rows), (evidence, proof_rows), (promises, promised)):
            self._transaction.insert_all(table, seal_rows(sealer, table, rows, recording_id))
        # Last: others who score calls of the same agent and day wait from here to the end.
        settle(self._transaction, recording_id)

    def supersede(self, recording_id: str, engine_digest: str, standard: StandardRef, scorer: str) -> None:
        """As in the port. Its scorer is from now on one that no run has."""
        locked_state(self._transaction, recording_id)
        transcript_id = find_transcript(self._transaction, recording_id, engine_digest)
        card_id = None if transcript_id is None else self._find(transcript_id, standard, scorer)
        row = None if card_id is None else self._transaction.first(select(scorecards).where(scorecards.c.id == card_id))
        if row is None:
            return
        sealer = self._transaction.sealer
        card = open_row(sealer, scorecards, row, recording_id)
        # The scorer is part of what is sealed.
        moved = {**{c.name: getattr(card, c.name) for c in scorecards.c}, "scorer": f"{scorer} superseded {card_id}"}
        stored = seal_row(sealer, scorecards, moved, recording_id)
        self._transaction.update(
            update(scorecards)
            .where(scorecards.c.id == card_id)
            .values(scorer=stored["scorer"], complaint=stored["complaint"])
        )
        settle(self._transaction, recording_id)

    def of(self, recording_id: str) -> Scorecard | None:
        row = self._transaction.first(
            select(func.max(scorecards.c.id).label("id"))
            .join(transcripts, transcripts.c.id == scorecards.c.transcript_id)
            .where(transcripts.c.recording_id == recording_id)
        )
        return None if row is None or row.id is None else read_scorecards(self._transaction, [row.id])[row.id]

    def latest(self) -> Iterator[tuple[StoredCall, Scorecard]]:
        """As in the port, without quarantined recordings. Reads in batches; consume it inside the unit of work."""
        newest = self._transaction.rows(
            select(recordings.c.call_id, recordings.c.id, current_scorecards.c.scorecard_id.label("card_id")).join(
                current_scorecards, current_scorecards.c.recording_id == recordings.c.id
            )
        )
        # Sorted here, because databases order text by their own collations.
        remaining = iter(sorted(newest, key=lambda row: str(row.call_id)))
        while batch := list(islice(remaining, _BATCH)):
            cards = read_scorecards(self._transaction, [row.card_id for row in batch])
            calls = {
                row.id: stored_call_from_row(row)
                for row in self._transaction.rows(
                    select(recordings).where(recordings.c.id.in_([row.id for row in batch]))
                )
            }
            for row in batch:
                yield calls[row.id], cards[row.card_id]

    def _find(self, transcript_id: int, standard: StandardRef, scorer: str) -> int | None:
        row = self._transaction.first(
            select(scorecards.c.id).where(
                scorecards.c.transcript_id == transcript_id,
                scorecards.c.standard_digest == standard.digest,
                scorecards.c.scorer == scorer,
            )
        )
        return None if row is None else int(row.id)

    def _check_call(self, recording_id: str, scorecard: Scorecard) -> None:
        call = self._transaction.first(
            select(recordings.c.call_id, recordings.c.agent_id).where(recordings.c.id == recording_id)
        )
        if call is None or [call.call_id, call.agent_id] != storable([scorecard.call_id, scorecard.agent_id]):
            raise StateError(
                f"the scorecard of call {scorecard.call_id}, agent {scorecard.agent_id}, "
                f"is not about recording {recording_id} as it is known now; score it again"
            )


def read_scorecards(transaction: Transaction, ids: Sequence[int]) -> dict[int, Scorecard]:
    """The scorecards with these row ids, in four queries per thousand."""
    cards: dict[int, Scorecard] = {}
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        heads = transaction.rows(
            select(
                scorecards,
                transcripts.c.recording_id,
                recordings.c.call_id,
                recordings.c.agent_id,
                standards.c.id.label("standard_id"),
                standards.c.version.label("standard_version"),
            )
            .join(transcripts, transcripts.c.id == scorecards.c.transcript_id)
            .join(recordings, recordings.c.id == transcripts.c.recording_id)
            .join(standards, standards.c.digest == scorecards.c.standard_digest)
            .where(scorecards.c.id.in_(batch))
        )
        recording_of = {head.id: head.recording_id for head in heads}
        found = _parts(transaction, findings, recording_of)
        proofs = _parts(transaction, evidence, recording_of)
        promised = _parts(transaction, promises, recording_of)
        for row in heads:
            head = open_row(transaction.sealer, scorecards, row, row.recording_id)
            by_finding: defaultdict[int, list[Row[Any]]] = defaultdict(list)
            for proof in proofs[head.id]:
                by_finding[proof.finding_position].append(proof)
            cards[head.id] = scorecard_from_rows(head, found[head.id], by_finding, promised[head.id])
    return cards


def _parts(transaction: Transaction, table: Table, recording_of: Mapping[int, str]) -> defaultdict[int, list[Row[Any]]]:
    """Opened rows of a part's table by scorecard, in the order of their primary key."""
    parts: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    of_these = table.c.scorecard_id.in_(list(recording_of))
    for row in transaction.rows(select(table).where(of_these).order_by(*table.primary_key)):
        parts[row.scorecard_id].append(open_row(transaction.sealer, table, row, recording_of[row.scorecard_id]))
    return parts
