"""What all parts of a service standard's form share: kinds of values, and the bases of parts and items."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[float, Field(gt=0, le=100)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]?\d|2[0-3]):[0-5]\d$")]
Phrases = Annotated[tuple[Text, ...], Field(min_length=1)]
Dimension = Literal["tangibles", "reliability", "responsiveness", "assurance", "empathy"]
"""The five dimensions of service quality (SERVQUAL; Parasuraman, Zeithaml and Berry, 1988)."""


class Part(BaseModel):
    """Everything of the document is frozen and takes no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(Part):
    """What all items have. `points` is what the item is worth."""

    id: Key
    title: Text
    dimension: Dimension
