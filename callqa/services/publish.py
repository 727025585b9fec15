"""Publishing a service standard: what a version needs before it is kept for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.audit import AuditAction, AuditEvent
from models.errors import StandardError
from models.ports import UnitOfWorkFactory
from models.standard import PublishedStandard
from scoring import ServiceStandard


def published_version(standard: ServiceStandard, text: str, now: datetime) -> PublishedStandard:
    """The version as it will be kept."""
    return PublishedStandard(
        ref=standard.ref,
        title=standard.title,
        owner=standard.owner,
        effective_from=standard.effective_from,
        effective_to=standard.document.effective_to,
        review_by=standard.review_by,
        change_note=standard.change_note,
        published_at=now,
        text=text,
    )


def publish_version(version: PublishedStandard, source: str, by: str, new_unit_of_work: UnitOfWorkFactory) -> bool:
    """Keep the version for good and record who did it; False when exactly this one is kept already.

    Raises StandardError when it has the change note of the version before it, or is kept with another content.
    """
    with new_unit_of_work() as uow:
        if uow.standards.get(version.ref.id, version.ref.version) is None:
            check_change_note(version, uow.standards.versions(version.ref.id), source)
        new = uow.standards.publish(version)
        if new:
            digest = {"digest": version.ref.digest}
            event = AuditEvent(version.published_at, by, AuditAction.STANDARD_PUBLISHED, version.name, digest)
            uow.audit.record(event)
        uow.commit()
    return new


def check_change_note(version: PublishedStandard, before: Sequence[PublishedStandard], source: str) -> None:
    """Raise StandardError when the newest published version carries the same change note: then nobody wrote one."""
    newest = max(before, key=lambda v: (v.published_at, v.ref.version), default=None)
    if newest is not None and newest.change_note.strip() == version.change_note.strip():
        raise StandardError(
            f"{source}: change_note {version.change_note!r} is that of the published version {newest.ref.version}; "
            f"say what changed since (`callqa standard diff {newest.name} {source}` lists it)"
        )
