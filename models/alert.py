"""What people are told without asking: by alert channels, in words and as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from models.wire import digest


class AlertKind(StrEnum):
    """Why somebody is told."""

    RUN_END = "run_end"
    FATAL = "fatal"
    FAILURE_RATE = "failure_rate"
    PROMISES_DUE = "promises_due"
    DRIFT = "drift"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell: ids and figures, never a word that was said. `facts` hold JSON values only."""

    kind: AlertKind
    at: datetime
    run_id: str | None
    facts: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The same for the same alert sent again, so that a receiver can drop the second one."""
        content = {"kind": self.kind.value, "at": self.at.isoformat(), "run_id": self.run_id, "facts": dict(self.facts)}
        return digest(content).removeprefix("sha256:")[:32]


class AlertChannel(Protocol):
    """One way to reach people."""

    @property
    def name(self) -> str:
        """What logs call it; holds no secret."""

    def send(self, alert: Alert) -> None:
        """Deliver it, or raise TransientError with a message that holds no secret.

        Raises PartlyDeliveredError where some recipients have it and some do not.
        """
