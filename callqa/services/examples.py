"""Letting colleagues see what one said well."""

from __future__ import annotations

from datetime import datetime

from models.audit import AuditAction, By, deed, name_of
from models.example_consent import ExampleConsent
from models.person import EVERYBODY
from models.ports import UnitOfWorkFactory


def consent_to_examples(
    agent_id: str, is_given: bool, by: By, now: datetime, new_unit_of_work: UnitOfWorkFactory
) -> bool:
    """Keep whether the agent's words may be shown to colleagues; False for an unknown agent.

    What holds already is not recorded again.
    """
    with new_unit_of_work() as uow:
        if uow.rollups.agent_month(agent_id, now.date(), now.date(), 0, EVERYBODY) is None:
            return False
        said = uow.example_consents.of(agent_id)
        if is_given != (said is not None and said.is_given):
            uow.example_consents.put(ExampleConsent(agent_id, is_given, now, name_of(by)))
            uow.audit.record(deed(now, by, AuditAction.EXAMPLES_CONSENTED, agent_id, {"is_given": is_given}))
            uow.commit()
    return True


def consents_to_examples(agent_id: str, new_unit_of_work: UnitOfWorkFactory) -> bool:
    """Whether the agent's words may be shown to colleagues; not without a word of theirs."""
    with new_unit_of_work() as uow:
        said = uow.example_consents.of(agent_id)
    return said is not None and said.is_given
