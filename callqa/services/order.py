"""Which calls of a night are heard first: the riskiest, so that a night that is cut short has seen those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.call import UNASSIGNED_AGENT
from models.ports import UnitOfWork
from models.run import StoredCall


class RiskReason(StrEnum):
    """Why a call is heard early."""

    COMPLAINT = "complaint"
    NEW_AGENT = "new_agent"
    LONG_CALL = "long_call"


@dataclass(frozen=True, slots=True)
class RiskWeights:
    """How much each reason counts; all 0: calls are heard in the order of their ids.

    A queue is one for complaints when its name contains one of `complaint_queues`, in whatever case. An agent is new
    for `new_agent_days` after the first call of theirs that the database holds. A call of `long_call_s` and more counts
    fully as long, a shorter one in proportion.
    """

    complaint: float = 3.0
    new_agent: float = 2.0
    long_call: float = 1.0
    complaint_queues: tuple[str, ...] = ("投诉", "complaint")
    new_agent_days: int = 30
    long_call_s: float = 600.0


@dataclass(frozen=True, slots=True)
class RankedCall:
    """A call, its risk (0: none that is known) and the reasons that count fully."""

    call: StoredCall
    risk: float
    reasons: tuple[RiskReason, ...]


def rank(call: StoredCall, first_call: datetime | None, weights: RiskWeights) -> RankedCall:
    """The risk of one call. `first_call` is when its agent's first one began; what is not known adds nothing."""
    shares = {
        RiskReason.COMPLAINT: float(_is_complaint(call, weights)),
        RiskReason.NEW_AGENT: float(_is_new_agent(call, first_call, weights)),
        RiskReason.LONG_CALL: _length_share(call, weights),
    }
    weight = {
        RiskReason.COMPLAINT: weights.complaint,
        RiskReason.NEW_AGENT: weights.new_agent,
        RiskReason.LONG_CALL: weights.long_call,
    }
    risk = sum(weight[reason] * share for reason, share in shares.items())
    reasons = tuple(reason for reason, share in shares.items() if share == 1.0 and weight[reason])
    return RankedCall(call, round(risk, 6), reasons)


def riskiest_first(
    calls: Sequence[StoredCall], first_calls: Mapping[str, datetime], weights: RiskWeights
) -> tuple[RankedCall, ...]:
    """All calls, the riskiest first, equally risky ones by recording id. `first_calls` by agent id."""
    ranked = (rank(call, first_calls.get(call.meta.agent_id), weights) for call in calls)
    return tuple(sorted(ranked, key=lambda one: (-one.risk, one.call.recording.id)))


def ranked(calls: Sequence[StoredCall], weights: RiskWeights, uow: UnitOfWork) -> tuple[RankedCall, ...]:
    """`riskiest_first` with the agents' first calls as the database has them."""
    agents = {call.meta.agent_id for call in calls} - {UNASSIGNED_AGENT}
    return riskiest_first(calls, uow.census.first_calls(agents), weights)


def _is_complaint(call: StoredCall, weights: RiskWeights) -> bool:
    queue = (call.meta.queue or "").casefold()
    return any(word.casefold() in queue for word in weights.complaint_queues)


def _is_new_agent(call: StoredCall, first_call: datetime | None, weights: RiskWeights) -> bool:
    if first_call is None or call.meta.started_at is None or call.meta.agent_id == UNASSIGNED_AGENT:
        return False
    return call.meta.started_at - first_call < timedelta(days=weights.new_agent_days)


def _length_share(call: StoredCall, weights: RiskWeights) -> float:
    known_s = call.recording.audio.duration_s if call.recording.audio else None
    return min((known_s or 0.0) / weights.long_call_s, 1.0)
