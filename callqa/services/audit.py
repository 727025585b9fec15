"""The audit log: what the commands read of it. What is audited is recorded where it is done."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from models.audit import AuditEntry, AuditFilter, AuditHead, ChainState, check_chain
from models.ports import UnitOfWorkFactory


def verify_log(noted: Collection[AuditHead], new_unit_of_work: UnitOfWorkFactory) -> ChainState:
    """Look at the whole log; `noted` are heads that it had earlier and must still contain."""
    with new_unit_of_work() as uow:
        return check_chain(uow.audit.entries(), noted)


def newest_entries(most: int, action: str | None, new_unit_of_work: UnitOfWorkFactory) -> Sequence[AuditEntry]:
    """The newest entries, oldest first; only of that action where one is named."""
    with new_unit_of_work() as uow:
        return uow.audit.newest(AuditFilter(action), most)[::-1]
