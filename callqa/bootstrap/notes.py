"""What people write of calls."""

from __future__ import annotations

from asr.pii.notes import mask_note
from callqa.settings import Settings
from models.review import NoteMask


def note_mask(settings: Settings) -> NoteMask:
    """What hides personal numbers in what people write, where the setting has them hidden in what was said."""
    return mask_note if settings.mask_pii else str
