"""What the pages work with, built from settings. A page takes from here what it needs, and nothing is global."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from callqa.bootstrap import (
    check_database,
    drift_rules,
    listening,
    note_mask,
    open_database,
    standard_by_ref,
    standard_for,
    today,
)
from callqa.classifiers import classifiers_in_use
from callqa.oidc.chosen import is_chosen, provider_for
from callqa.oidc.provider import Provider
from callqa.passwords import Argon2Hasher
from callqa.practice import find_practice
from callqa.reports.backtest import BacktestReport
from callqa.reports.metrics import metrics_text
from callqa.reports.practice import Practice
from callqa.services.backtest import Setting, backtest_report
from callqa.services.figures import night_figures
from callqa.services.health import Health, look_at_health
from callqa.services.listening import Listening
from callqa.services.people import PasswordHasher
from callqa.services.review import StandardsByRef
from callqa.settings import Settings
from callqa.standards import FoundStandard
from models.errors import SettingsError, StandardError
from models.ports import UnitOfWorkFactory
from models.review import NoteMask
from models.scorecard import StandardRef
from scoring import ServiceStandard
from scoring.classifier import Classifiers
from scoring.drift import DriftRules


def _now() -> datetime:
    return datetime.now(UTC)


def _no_standard() -> FoundStandard:
    raise StandardError("no service standard is in use here")


def _no_backtest(_new: FoundStandard, _days: int, _progress: Callable[[int], None]) -> BacktestReport:
    raise SettingsError("there are no stored calls to try a standard on")


@dataclass(frozen=True, slots=True)
class WebServices:
    """`health` never raises; `metrics` raises CallqaError when the database cannot be read.

    `language` is that of people who chose none, `time_zone` the one that times are shown in. `is_https` says that
    browsers come by https. `metrics_token` is "" where there is none. Answers of health and metrics that take longer
    than `patience_s` are not waited for. `oidc` is None where people log in by password alone.
    `standard_in_use` raises StandardError when the setting names none. `backtest` tries a standard on the stored calls
    of the last so many days, and tells how many are done; it takes its time.
    """

    health: Callable[[], Health]
    metrics: Callable[[], str]
    new_unit_of_work: UnitOfWorkFactory
    practice: Callable[[str], Practice]
    hasher: PasswordHasher
    listening: Listening
    standards: StandardsByRef
    mask_note: NoteMask
    language: str = "zh"
    time_zone: str = "Asia/Shanghai"
    is_https: bool = False
    metrics_token: str = ""
    patience_s: float = 5.0
    oidc: Provider | None = None
    standard_in_use: Callable[[], FoundStandard] = _no_standard
    backtest: Callable[[FoundStandard, int, Callable[[int], None]], BacktestReport] = _no_backtest
    classifiers: Callable[[], Classifiers] = dict
    drift_rules: DriftRules = field(default_factory=DriftRules)
    now: Callable[[], datetime] = _now


CHECKED_S = 10.0
"""How long a database that was at this program's revision is taken to be: every page opens it several times."""


def services_for(settings: Settings, now: Callable[[], datetime] = _now) -> WebServices:
    """The services on the settings' database and home. Opens nothing, and makes no database that is not there.

    Raises SettingsError for settings of OpenID Connect that cannot work.
    """
    opened = _checked_now_and_then(partial(open_database, settings, create=False))
    return WebServices(
        health=lambda: look_at_health(
            settings.home.absolute(), partial(check_database, settings), opened, datetime.now(UTC)
        ),
        metrics=lambda: metrics_text(night_figures(opened())),
        new_unit_of_work=lambda: opened()(),
        practice=partial(find_practice, settings.practice),
        hasher=Argon2Hasher(),
        listening=listening(settings),
        standards=_kept(partial(standard_by_ref, settings)),
        mask_note=note_mask(settings),
        language=settings.language,
        time_zone=settings.time_zone,
        is_https=settings.web_https,
        metrics_token=settings.metrics_token.get_secret_value(),
        oidc=provider_for(settings) if is_chosen(settings) else None,
        standard_in_use=lambda: standard_for(settings, today(settings)),
        backtest=partial(_backtest, settings, now),
        classifiers=partial(classifiers_in_use, settings.home),
        drift_rules=drift_rules(settings),
        now=now,
    )


def _checked_now_and_then(open_: Callable[[], UnitOfWorkFactory]) -> Callable[[], UnitOfWorkFactory]:
    last: tuple[float, UnitOfWorkFactory] | None = None

    def opened() -> UnitOfWorkFactory:
        nonlocal last
        now_s = time.monotonic()
        if last is None or now_s >= last[0] + CHECKED_S:
            last = (now_s, open_())
        return last[1]

    return opened


def _kept(find: StandardsByRef) -> StandardsByRef:
    """A version never changes; one that is not there may be published."""
    found: dict[StandardRef, ServiceStandard] = {}

    def standard(ref: StandardRef) -> ServiceStandard | None:
        if ref not in found and (version := find(ref)) is not None:
            found[ref] = version
        return found.get(ref)

    return standard


def _backtest(
    settings: Settings, now: Callable[[], datetime], new: FoundStandard, days: int, progress: Callable[[int], None]
) -> BacktestReport:
    connect = partial(open_database, settings, create=False)
    setting = Setting(
        classifiers_in_use(settings.home), connect, now(), settings.language, settings.time_zone
    )  # fmt: skip
    # In this process alone: the machine's other cores may be at work on the night's calls.
    return backtest_report(standard_for(settings, today(settings)), new, days, setting, 1, progress)
