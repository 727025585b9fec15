"""The issuer as the console uses it: where browsers are sent, and what the code that they bring back is worth."""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode, urlsplit

from callqa.oidc.faults import IssuerAwayError, LogInRefusedError, UnknownKeyError
from callqa.oidc.fetch import TIMEOUT_S, Fetcher, basic, is_local, is_secure
from callqa.oidc.id_token import checked_claims
from models.person import Identity

_Value = TypeVar("_Value")

KEEP_S = 3600.0
"""So long are the issuer's addresses and keys believed; a key that it has withdrawn is trusted no longer than that."""
AT_ONCE = 16
"""So many log-ins may wait for the issuer. More would take the threads of those who are logged in already."""


@dataclass(frozen=True, slots=True)
class Client:
    """The console as the issuer knows it. `claim` names the person, `redirect_uri` is where browsers come back to."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What one log-in is recognised by. The browser keeps it; of `verifier` the issuer first sees the digest alone.

    All three are drawn anew, URL-safe and without a full stop.
    """

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Challenge:
        """A fresh one."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the issuer vouches for. `name` is the claim's value, "" where it gives none."""

    identity: Identity
    name: str


class Provider:
    """One issuer. Its addresses and keys are asked for when they are needed; nothing is asked when it is made."""

    def __init__(self, client: Client, context: ssl.SSLContext, label: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self.client = client
        self.label = label
        self._fetch = Fetcher(context, timeout_s)
        self._metadata = _Kept(self._read_metadata)
        self._keys = _Kept(self._read_keys)
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def address(self, challenge: Challenge) -> str:
        """Where the browser is sent to log in. Raises IssuerAwayError."""
        with self._place():
            begin = self._endpoint("authorization_endpoint")
        digest = hashlib.sha256(challenge.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": "openid profile email",
            "state": challenge.state,
            "nonce": challenge.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{begin}{'&' if urlsplit(begin).query else '?'}{urlencode(asked)}"

    def redeem(self, code: str, challenge: Challenge) -> Vouched:
        """Whom the code stands for. Raises IssuerAwayError, or LogInRefusedError when it proves nobody's log-in."""
        with self._place():
            answer = self._tokens(code, challenge)
            claims = self._claims(answer.get("id_token"), challenge.nonce)
            if self.client.claim not in claims:
                claims = self._more_claims(claims, answer.get("access_token"))
        return Vouched(Identity(self.client.issuer, claims["sub"]), _name(claims, self.client.claim))

    def look(self) -> str:
        """What `callqa doctor` tells of it. Raises IssuerAwayError."""
        self._endpoint("authorization_endpoint")
        self._endpoint("token_endpoint")
        return (
            f"{self.client.issuer} answers and has {len(self._keys())} keys; people are named by the claim "
            f"{self.client.claim}; the redirect URI to enter there is {self.client.redirect_uri}"
        )

    def _tokens(self, code: str, challenge: Challenge) -> Mapping[str, Any]:
        client = self.client
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": challenge.verifier,
        }
        ways = self._metadata().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        proof = ""
        if "client_secret_basic" in ways:
            proof = basic(client.client_id, client.client_secret)
        else:
            form |= {"client_id": client.client_id, "client_secret": client.client_secret}
        return self._fetch.post(self._endpoint("token_endpoint"), form, proof)

    def _claims(self, token: object, nonce: str) -> Mapping[str, Any]:
        if not isinstance(token, str):
            raise LogInRefusedError("the issuer sent no ID token")
        client = self.client
        try:
            return checked_claims(token, self._keys(), client.issuer, client.client_id, nonce)
        except UnknownKeyError:
            # Keys are changed from time to time. The token came from the issuer itself: nobody else can make us ask.
            return checked_claims(token, self._keys(anew=True), client.issuer, client.client_id, nonce)

    def _more_claims(self, claims: Mapping[str, Any], access_token: object) -> Mapping[str, Any]:
        """The claims with those that some issuers only tell who asks for them."""
        if "userinfo_endpoint" not in self._metadata() or not isinstance(access_token, str):
            return claims
        told = self._fetch.get(self._endpoint("userinfo_endpoint"), f"Bearer {access_token}")
        if told.get("sub") != claims["sub"]:
            raise LogInRefusedError("the issuer's userinfo is about somebody else (sub)")
        return {**told, **claims}

    def _endpoint(self, name: str) -> str:
        """An address of the issuer, by https like itself. Raises IssuerAwayError."""
        url = self._metadata().get(name)
        if not isinstance(url, str) or not (is_secure(url) or (is_local(url) and is_local(self.client.issuer))):
            raise IssuerAwayError(f"the issuer's {name} is no https address")
        return url

    def _read_metadata(self) -> Mapping[str, Any]:
        found = self._fetch.get(f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.client.issuer:
            raise IssuerAwayError("what answers there calls itself otherwise: oidc_issuer must be exactly its own name")
        return found

    def _read_keys(self) -> Sequence[Mapping[str, Any]]:
        keys = self._fetch.get(self._endpoint("jwks_uri")).get("keys")
        if not isinstance(keys, list):
            raise IssuerAwayError("the issuer's jwks_uri holds no keys")
        return [key for key in keys if isinstance(key, dict)]

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise IssuerAwayError(f"{AT_ONCE} log-ins wait for the issuer already")
        try:
            yield
        finally:
            self._places.release()


class _Kept(Generic[_Value]):
    """Something of the issuer's that is read once in `KEEP_S`."""

    def __init__(self, read: Callable[[], _Value]) -> None:
        self._read = read
        self._kept: tuple[float, _Value] | None = None

    def __call__(self, *, anew: bool = False) -> _Value:
        """What was read last, unless that is long ago. What `read` raises is not kept."""
        kept = self._kept
        if anew or kept is None or time.monotonic() - kept[0] > KEEP_S:
            self._kept = kept = (time.monotonic(), self._read())
        return kept[1]


def _name(claims: Mapping[str, Any], claim: str) -> str:
    """Whom the claim names; "" where it names nobody, or an e-mail address that the issuer has not verified."""
    name = claims.get(claim, "")
    if not isinstance(name, str) or (claim == "email" and claims.get("email_verified") is not True):
        return ""
    return name
