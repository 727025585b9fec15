"""What people say about what the machine found. It stands beside the machine's verdict, never over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.scorecard import Verdict


@dataclass(frozen=True, slots=True)
class Review:
    """A person's verdict on one item of one call. `reviewed_at` is aware; of several the latest counts."""

    call_id: str
    item_id: str
    verdict: Verdict
    reviewer: str
    reviewed_at: datetime
