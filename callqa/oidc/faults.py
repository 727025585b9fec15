"""What can go wrong with a log-in by OpenID Connect. Messages go to the log: no token, code or claim is in them."""

from __future__ import annotations

from models.errors import InputError, TransientError


class IssuerAwayError(TransientError):
    """The issuer does not answer, or not as OpenID Connect says. Trying again may help."""


class LogInRefusedError(InputError):
    """What came back proves nobody's log-in."""


class UnknownKeyError(LogInRefusedError):
    """None of the issuer's keys signed the token: it may have new ones."""
