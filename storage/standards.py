"""Published versions of service standards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from models.errors import StandardError
from models.scorecard import StandardRef
from models.standard import PublishedStandard
from storage.column_types import storable
from storage.mapping import standard_to_row
from storage.tables import published_standards, standards
from storage.transaction import Transaction


class Standards:
    """`models.ports.Standards` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def publish(self, standard: PublishedStandard) -> bool:
        """As in the port. Of two that publish a version at once the first one's text stays."""
        self._transaction.insert_new(standards, standard_to_row(standard.ref))
        row = {
            "id": standard.ref.id,
            "version": standard.ref.version,
            "digest": standard.ref.digest,
            "title": standard.title,
            "owner": standard.owner,
            "effective_from": standard.effective_from,
            "effective_to": standard.effective_to,
            "review_by": standard.review_by,
            "change_note": standard.change_note,
            "published_at": standard.published_at,
            "text": standard.text,
        }
        if self._transaction.insert_new(published_standards, row):
            return True
        stored = self.get(standard.ref.id, standard.ref.version)
        if stored is None or stored.ref.digest != standard.ref.digest:
            raise StandardError(
                f"{standard.name} is published with another content, and a published version never changes: "
                f"give the new text a version of its own"
            )
        return False

    def get(self, standard_id: str, version: str) -> PublishedStandard | None:
        row = self._transaction.first(
            select(published_standards).where(
                published_standards.c.id == storable(standard_id), published_standards.c.version == storable(version)
            )
        )
        return None if row is None else _from_row(row)

    def versions(self, standard_id: str | None = None) -> Sequence[PublishedStandard]:
        statement = select(published_standards)
        if standard_id is not None:
            statement = statement.where(published_standards.c.id == storable(standard_id))
        found = [_from_row(row) for row in self._transaction.rows(statement)]
        # Sorted here, because databases order text by their own collations.
        return sorted(found, key=lambda v: (v.ref.id, v.effective_from, v.published_at, v.ref.version))


def _from_row(row: Row[Any]) -> PublishedStandard:
    return PublishedStandard(
        ref=StandardRef(row.id, row.version, row.digest),
        title=row.title,
        owner=row.owner,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        review_by=row.review_by,
        change_note=row.change_note,
        published_at=row.published_at,
        text=row.text,
    )
