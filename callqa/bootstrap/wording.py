"""How reports are written."""

from __future__ import annotations

from callqa.bootstrap.clock import today
from callqa.bootstrap.standards import standard_for
from callqa.practice import find_practice
from callqa.services.weekly import Wording
from callqa.settings import Settings


def wording(settings: Settings) -> Wording:
    """How reports are written. Raises StandardError, or InputError for a library of exercises that cannot be used."""
    standard = standard_for(settings, today(settings)).standard
    practice = find_practice(settings.practice, settings.language)
    return Wording(settings.language, practice, standard.dimensions, settings.web_url.rstrip("/") or None)
