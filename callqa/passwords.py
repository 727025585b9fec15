"""Passwords as argon2id hashes (RFC 9106)."""

from __future__ import annotations

import argon2
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Hasher:
    """Implements `callqa.services.people.PasswordHasher`. By default RFC 9106's second recommendation: 64 MiB."""

    def __init__(self, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        # Checked in place of a hash that is not there, so that an unknown name takes as long as a known one.
        self._nobody = self._hasher.hash("nobody")

    def hash(self, password: str) -> str:
        """A salted hash."""
        return self._hasher.hash(password)

    def fits(self, password_hash: str, password: str) -> bool:
        """Whether the password has that hash."""
        try:
            return self._hasher.verify(password_hash or self._nobody, password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False
