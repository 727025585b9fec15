"""How a night is planned and told of."""

from __future__ import annotations

import platform

from callqa.alerts.channels import channels_for
from callqa.services.alarm import Alarm, AlarmRules
from callqa.services.order import RiskWeights
from callqa.services.outlook import Planner
from callqa.services.retention import Ages
from callqa.settings import Settings, words_of
from models.alert import AlertKind
from models.ports import UnitOfWorkFactory
from scoring.drift import DriftRules


def machine_name() -> str:
    """What this machine calls itself: speeds measured on it say most about it."""
    return platform.node() or "unknown"


def planner(settings: Settings, new_unit_of_work: UnitOfWorkFactory) -> Planner:
    """How nights are planned by these settings."""
    weights = RiskWeights(
        settings.weight_complaint,
        settings.weight_new_agent,
        settings.weight_long_call,
        words_of(settings.complaint_queues),
        settings.new_agent_days,
        settings.long_call_minutes * 60,
    )
    return Planner(weights, machine_name(), settings.plan_speed, new_unit_of_work)


def alarm_for(settings: Settings, new_unit_of_work: UnitOfWorkFactory) -> Alarm:
    """The alerts that these settings ask for. Raises SettingsError for a channel that cannot work."""
    kinds = frozenset(AlertKind(kind) for kind in words_of(settings.alert_on))
    rules = AlarmRules(kinds, settings.alert_failure_rate, settings.alert_promise_hours, drift_rules(settings))
    return Alarm(channels_for(settings), rules, new_unit_of_work)


def drift_rules(settings: Settings) -> DriftRules:
    """What counts as a shift of a figure."""
    return DriftRules(settings.drift_days, settings.drift_level, settings.drift_effect)


def ages(settings: Settings) -> Ages:
    """After how many days each kind of what is kept goes."""
    return Ages(settings.originals_days, settings.playback_days, settings.transcripts_days, settings.scores_days)
