"""Publishing a service standard: what a version needs before it is kept for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.errors import StandardError
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


def check_change_note(version: PublishedStandard, before: Sequence[PublishedStandard], source: str) -> None:
    """Raise StandardError when the newest published version carries the same change note: then nobody wrote one."""
    newest = max(before, key=lambda v: (v.published_at, v.ref.version), default=None)
    if newest is not None and newest.change_note.strip() == version.change_note.strip():
        raise StandardError(
            f"{source}: change_note {version.change_note!r} is that of the published version {newest.ref.version}; "
            f"say what changed since (`callqa standard diff {newest.name} {source}` lists it)"
        )
