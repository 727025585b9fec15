"""Claims on recordings: work is taken by one process at a time, and taken over from one that is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, true, update

from models.claim import Claim
from models.run import StoredCall
from storage.mapping import stored_call_from_row
from storage.runs import get_run, still_waits, with_scorecards
from storage.tables import claims, recordings
from storage.transaction import Transaction


class Claims:
    """`models.claim.Claims` in a transaction.

    Whoever takes work holds the recording's row, whoever renews only the claim's. On SQLite, which has one writer at a
    time, nothing is ever skipped.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def left(self, run_id: str) -> Sequence[tuple[StoredCall, Claim | None]]:
        return self._read(run_id, true())

    def lock(self, run_id: str, recording_ids: Collection[str]) -> Sequence[tuple[StoredCall, Claim | None]]:
        """As in the port. First locks, then looks: what is read before a lock is granted may have changed by then."""
        self._transaction.begin_writing()
        free = self._transaction.rows(
            select(recordings.c.id)
            .where(recordings.c.id.in_(recording_ids))
            .order_by(recordings.c.id)
            .with_for_update(key_share=True, skip_locked=True)
        )
        ids = [row.id for row in free]
        idle = self._transaction.rows(
            select(claims.c.recording_id).where(claims.c.recording_id.in_(ids)).with_for_update(skip_locked=True)
        )
        ours = {row.recording_id for row in idle}
        read = self._read(run_id, recordings.c.id.in_(ids))
        return tuple((call, claim) for call, claim in read if claim is None or call.recording.id in ours)

    def hold(self, deaths: Mapping[str, int], owner: str | None, lease_s: float) -> None:
        if not deaths:
            return
        self._transaction.update(delete(claims).where(claims.c.recording_id.in_(deaths)))
        until = self._transaction.now() + timedelta(seconds=lease_s)
        rows = [
            {"recording_id": recording_id, "owner": owner, "expires_at": until, "deaths": count}
            for recording_id, count in deaths.items()
        ]
        self._transaction.insert_all(claims, rows)

    def renew(self, recording_ids: Collection[str], owner: str, lease_s: float) -> None:
        until = self._transaction.now() + timedelta(seconds=lease_s)
        self._transaction.update(update(claims).where(_of(recording_ids, owner)).values(expires_at=until))

    def finish(self, recording_id: str, owner: str) -> bool:
        return self._transaction.update(delete(claims).where(_of([recording_id], owner)))

    def give_back(self, recording_ids: Collection[str], owner: str) -> None:
        mine = _of(recording_ids, owner)
        self._transaction.update(delete(claims).where(mine, claims.c.deaths == 0))
        self._transaction.update(update(claims).where(mine).values(owner=None))

    def _read(self, run_id: str, which: ColumnElement[bool]) -> Sequence[tuple[StoredCall, Claim | None]]:
        run = get_run(self._transaction, run_id)
        claim = (claims.c.recording_id.label("claimed"), claims.c.owner, claims.c.expires_at, claims.c.deaths)
        rows = self._transaction.rows(
            select(recordings, *claim)
            .select_from(with_scorecards(run).outerjoin(claims, claims.c.recording_id == recordings.c.id))
            .where(which, still_waits(run_id))
            .order_by(recordings.c.id)
        )
        now = self._transaction.now()
        return tuple(
            (
                stored_call_from_row(row),
                None if row.claimed is None else Claim(row.owner, row.expires_at <= now, row.deaths),
            )
            for row in rows
        )


def _of(recording_ids: Collection[str], owner: str) -> ColumnElement[bool]:
    return claims.c.recording_id.in_(recording_ids) & (claims.c.owner == owner)
