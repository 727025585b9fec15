"""Checking an ID token (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jwt

from callqa.oidc.faults import LogInRefusedError, UnknownKeyError

LEEWAY_S = 60
"""So far may the issuer's clock be from ours."""
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""Signatures by a private key only: neither "none", nor one whose key is a secret, which a public key could be made."""


def checked_claims(
    token: str, keys: Sequence[Mapping[str, Any]], issuer: str, client_id: str, nonce: str
) -> Mapping[str, Any]:
    """What the token says. `keys` are the issuer's, as JWKs.

    Raises UnknownKeyError when none of them signed it, LogInRefusedError for anything else that is wrong with it.
    """
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise LogInRefusedError(f"the ID token cannot be read: {type(error).__name__}") from None
    if header.get("alg") not in ALGORITHMS:
        raise LogInRefusedError("the ID token is not signed by a private key")
    claims = _signed_claims(token, _usable(keys, header["alg"], header.get("kid")), issuer, client_id)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise LogInRefusedError("the ID token is from another log-in (nonce)")
    _check_party(claims, client_id)
    if not claims["sub"]:
        raise LogInRefusedError("the ID token names nobody (sub)")
    return claims


def _signed_claims(token: str, keys: Iterable[jwt.PyJWK], issuer: str, client_id: str) -> Mapping[str, Any]:
    for key in keys:
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=client_id,
                issuer=issuer,
                leeway=LEEWAY_S,
                options={"require": ["iss", "sub", "aud", "exp", "iat"], "enforce_minimum_key_length": True},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError as error:
            # Its message may quote the token.
            raise LogInRefusedError(f"the ID token is refused: {type(error).__name__}") from None
        return claims
    raise UnknownKeyError("the ID token is signed by none of the issuer's keys")


def _usable(keys: Sequence[Mapping[str, Any]], algorithm: str, key_id: object) -> Iterable[jwt.PyJWK]:
    """The keys that may have signed: of that id where the token names one, and for that algorithm."""
    for key in keys:
        if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
            continue
        if key_id is not None and key.get("kid") != key_id:
            continue
        try:
            yield jwt.PyJWK(dict(key), algorithm)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            # A key of another kind, or a broken one, is no reason not to look at the others.
            continue


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """Whom the token was made for: a token for several must say that it was we who asked."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise LogInRefusedError("the ID token was made for another client (azp)")
