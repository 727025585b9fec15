"""What is sealed under which key: nouns and ports of encryption at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

PLAIN = ""
"""Stands for a key's id where there is none: what is not sealed."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """What one step brought under the newest key: `texts`, of recordings up to and with `last`."""

    last: str
    texts: int


class SealedTexts(Protocol):
    """What was said in calls, as the database holds it."""

    def usage(self) -> Mapping[str, int]:
        """How many texts are sealed under each key id; those under `PLAIN` are not."""

    def sealed_last(self) -> bool:
        """Whether the newest transcript is sealed; False without any."""

    def reseal(self, after: str, most: int) -> Resealed | None:
        """Bring texts of the first `most` recordings behind `after` under the newest key; None when none are left.

        In the database's own order of ids, so that "" and then the last id of each answer walk through all of them.
        Behind the last recording come the texts that are kept of agents and of customers' answers. Raises
        MissingKeyError and IntegrityError for what cannot be opened.
        """
