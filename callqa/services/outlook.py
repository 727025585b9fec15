"""The plan of a night: what it holds in which order, and when it will be through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from callqa.services.forecast import Forecast, forecast, measured_speed
from callqa.services.order import RankedCall, RiskWeights, ranked
from models.ports import UnitOfWorkFactory
from models.run import StoredCall


@dataclass(frozen=True, slots=True)
class Outlook:
    """Calls, the riskiest first, and the forecast for hearing them in this order."""

    order: tuple[RankedCall, ...]
    forecast: Forecast

    @property
    def calls(self) -> tuple[StoredCall, ...]:
        """The calls in their order."""
        return tuple(one.call for one in self.order)


@dataclass(frozen=True, slots=True)
class Planner:
    """How nights are planned here: what counts as risky, and the speed to assume where none was measured."""

    weights: RiskWeights
    machine: str
    default_speed: float
    new_unit_of_work: UnitOfWorkFactory

    def look_ahead(
        self, calls: Sequence[StoredCall], engine_digest: str, begins_at: datetime, until: datetime | None
    ) -> Outlook:
        """Order the calls and forecast the night with this engine."""
        with self.new_unit_of_work() as uow:
            order = ranked(calls, self.weights, uow)
            speed = measured_speed(engine_digest, self.machine, self.default_speed, uow)
        return Outlook(order, forecast([one.call for one in order], speed, begins_at, until))


def forecast_to_json(planned: Forecast) -> dict[str, Any]:
    """The forecast as JSON values; moments as ISO 8601."""
    facts = asdict(planned) | {"left": planned.left, "speed": asdict(planned.speed)}
    for name in ("begins_at", "finish_at", "until"):
        facts[name] = facts[name].isoformat(timespec="seconds") if facts[name] else None
    return facts | {"audio_s": round(planned.audio_s, 1), "left_audio_s": round(planned.left_audio_s, 1)}
