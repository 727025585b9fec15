"""Tokens of programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from models.token import Token
from storage.people_tables import tokens
from storage.transaction import Transaction


class Tokens:
    """`models.token.Tokens` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, token: Token) -> None:
        self._transaction.insert(
            tokens,
            {
                "key_sha256": token.key_sha256,
                "owner": token.owner,
                "name": token.name,
                "rights": sorted(token.rights),
                "created_at": token.created_at,
                "expires_at": token.expires_at,
                "used_at": token.used_at,
            },
        )

    def get(self, key_sha256: str) -> Token | None:
        row = self._transaction.first(select(tokens).where(tokens.c.key_sha256 == key_sha256))
        return None if row is None else _token(row)

    def of(self, owner: str) -> Sequence[Token]:
        mine = select(tokens).where(tokens.c.owner == owner).order_by(tokens.c.created_at.desc(), tokens.c.key_sha256)
        return [_token(row) for row in self._transaction.rows(mine)]

    def used(self, key_sha256: str, at: datetime) -> None:
        self._transaction.update(update(tokens).where(tokens.c.key_sha256 == key_sha256).values(used_at=at))

    def end(self, owner: str, key_sha256: str) -> bool:
        mine = delete(tokens).where(tokens.c.owner == owner, tokens.c.key_sha256 == key_sha256)
        return self._transaction.delete(mine) > 0


def _token(row: Row[Any]) -> Token:
    return Token(
        row.key_sha256, row.owner, row.name, frozenset(row.rights), row.created_at, row.expires_at, row.used_at
    )  # fmt: skip
