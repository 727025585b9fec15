"""What the pages work with, built from settings. A page takes from here what it needs, and nothing is global."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from callqa.bootstrap import check_database, open_database
from callqa.reports.metrics import metrics_text
from callqa.services.figures import night_figures
from callqa.services.health import Health, look_at_health
from callqa.settings import Settings


@dataclass(frozen=True, slots=True)
class WebServices:
    """`health` never raises; `metrics` raises CallqaError when the database cannot be read.

    `metrics_token` is "" where there is none. Answers that take longer than `patience_s` are not waited for.
    """

    health: Callable[[], Health]
    metrics: Callable[[], str]
    metrics_token: str = ""
    patience_s: float = 5.0


def services_for(settings: Settings) -> WebServices:
    """The services on the settings' database and home. Opens nothing, and makes no database that is not there."""
    opened = partial(open_database, settings, create=False)
    return WebServices(
        health=lambda: look_at_health(
            settings.home.absolute(), partial(check_database, settings), opened, datetime.now(UTC)
        ),
        metrics=lambda: metrics_text(night_figures(opened())),
        metrics_token=settings.metrics_token.get_secret_value(),
    )
