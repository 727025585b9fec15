"""Who lets colleagues see what they said well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update

from models.example_consent import ExampleConsent
from storage.coaching_tables import example_consents
from storage.column_types import storable
from storage.transaction import Transaction


class ExampleConsents:
    """`models.example_consent.ExampleConsents` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, agent_id: str) -> ExampleConsent | None:
        own = select(example_consents).where(example_consents.c.agent_id == storable(agent_id))
        row = self._transaction.first(own)
        return None if row is None else _consent(row)

    def put(self, consent: ExampleConsent) -> None:
        values = {"is_given": consent.is_given, "at": consent.at, "by": consent.by}
        if not self._transaction.insert_new(example_consents, {"agent_id": consent.agent_id, **values}):
            own = example_consents.c.agent_id == storable(consent.agent_id)
            self._transaction.update(update(example_consents).where(own).values(**values))

    def all(self) -> Sequence[ExampleConsent]:
        return sorted(map(_consent, self._transaction.rows(select(example_consents))), key=lambda one: one.agent_id)


def _consent(row: Row[Any]) -> ExampleConsent:
    return ExampleConsent(row.agent_id, row.is_given, row.at, row.by)
