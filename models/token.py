"""What programs come in with: a key that somebody made, with some of the rights that they have themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """A program's way in, in the name of who made it.

    `key_sha256` is the digest of its key, which is stored nowhere. It may do what is both in `rights` (see
    `callqa.services.rights`) and a right of its owner's post, to calls of the owner's scope. `used_at` is when it was
    used last, to the minute, None for never.
    """

    key_sha256: str
    owner: str
    name: str
    rights: frozenset[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class Tokens(Protocol):
    """All tokens, of whomever."""

    def add(self, token: Token) -> None:
        """Keep a new one."""

    def get(self, key_sha256: str) -> Token | None:
        """The token, or None."""

    def of(self, owner: str) -> Sequence[Token]:
        """Somebody's, the newest first."""

    def used(self, key_sha256: str, at: datetime) -> None:
        """Note when it was used last."""

    def end(self, owner: str, key_sha256: str) -> bool:
        """Forget one of somebody's; False when they have no such token."""
