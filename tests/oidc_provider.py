"""A small OpenID Connect provider on this machine, in a thread, that can be told to do things wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from httpx2 import Response
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from callqa.oidc.provider import Client, Provider
from tests.console import Browser

CLIENT_ID, CLIENT_SECRET = "callqa console", "s3cret:%/ 密"
REDIRECT_URI = "http://localhost:8080/login/oidc/callback"

_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@lru_cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A key of that name."""
    return rsa.generate_private_key(65537, 2048)


@lru_cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """A key of that name."""
    return ec.generate_private_key(ec.SECP256R1())


def jwk(key: _Key, key_id: str | None) -> dict[str, Any]:
    """The public half, as a provider shows it."""
    if isinstance(key, rsa.RSAPrivateKey):
        shown = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        shown = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**shown, "use": "sig"} | ({} if key_id is None else {"kid": key_id})


@dataclass
class Account:
    """Somebody at the provider."""

    subject: str
    claims: dict[str, Any]


@dataclass
class OidcProvider:
    """What the provider knows and how it behaves.

    `claims` are put over those of every ID token, None takes one out. `sign` makes the token of the claims. `metadata`
    is put over what it says of itself. `status` is answered to everything when it is not 200, after `pause_s`.
    """

    issuer: str = ""
    account: Account = field(default_factory=lambda: Account("sub-1", {"preferred_username": "qa"}))
    keys: dict[str | None, _Key] = field(default_factory=lambda: {"k1": rsa_key("first")})
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[Mapping[str, Any]], str] | None = None
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    pause_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    _codes: dict[str, tuple[dict[str, str], Account]] = field(default_factory=dict)

    def log_in(self, address: str) -> str:
        """What a browser that was sent to `address` comes back to, once somebody has logged in there."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["redirect_uri"] == REDIRECT_URI
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.given.append(code)
        self._codes[code] = (asked, self.account)
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def about_itself(self) -> dict[str, Any]:
        """The document of discovery."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        } | self.metadata

    def redeem(self, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Tokens for a code: once, to the client alone, and only to who began the log-in."""
        ways = self.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in ways:
            sent = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
            client = tuple(map(unquote_plus, sent))
        else:
            client = (form.get("client_id", ""), form.get("client_secret", ""))
        if client != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client", "error_description": "secret"}
        asked, account = self._codes.pop(form["code"], (None, None))
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or account is None
            or asked["code_challenge"] != digest
            or form["redirect_uri"] != REDIRECT_URI
        ):
            return 400, {"error": "invalid_grant", "error_description": form["code"]}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": account.subject,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
        }
        claims = {k: v for k, v in {**claims, **account.claims, **self.claims}.items() if v is not None}
        token = (self.sign or self.signed)(claims)
        access = secrets.token_urlsafe(16)
        self.given += [token, access]
        return 200, {"token_type": "Bearer", "access_token": access, "id_token": token}

    def signed(self, claims: Mapping[str, Any]) -> str:
        """A token by the newest key."""
        key_id, key = list(self.keys.items())[-1]
        return jwt.encode(dict(claims), key, self.algorithm, headers={} if key_id is None else {"kid": key_id})


@contextmanager
def providing(context: ssl.SSLContext | None = None) -> Iterator[OidcProvider]:
    """A provider until the block ends, by https where it has a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            if path == "/.well-known/openid-configuration":
                self._answer(200, provider.about_itself())
            elif path == "/keys":
                self._answer(200, {"keys": [jwk(key, key_id) for key_id, key in provider.keys.items()]})
            elif path == "/userinfo":
                self._answer(200, provider.userinfo)
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.redeem(form, self.headers.get("Authorization", "")))

        def _answer(self, status: int, content: Mapping[str, Any]) -> None:
            time.sleep(provider.pause_s)
            if provider.status != 200:
                status, content = provider.status, {}
            body = json.dumps(content).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{provider.issuer}/elsewhere")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that gave up is what a test wanted."""

    with Server(("127.0.0.1", 0), Handler) as server:
        scheme = "http"
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        provider = OidcProvider(f"{scheme}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


def client_of(
    issuer: OidcProvider,
    claim: str = "preferred_username",
    context: ssl.SSLContext | None = None,
    timeout_s: float = 1.0,
) -> Provider:
    """The console's side of it."""
    client = Client(issuer.issuer, CLIENT_ID, CLIENT_SECRET, claim, REDIRECT_URI)
    return Provider(client, context or ssl.create_default_context(), "公司账号", timeout_s)


def comes_back(browser: Browser, issuer: OidcProvider, goal: str = "") -> str:
    """The address that a browser is sent back to after logging in at the issuer."""
    answer = browser.get("/login/oidc", params={"next": goal} if goal else {})
    assert answer.status_code == 303, answer.text
    return issuer.log_in(answer.headers["location"])


def log_in(browser: Browser, issuer: OidcProvider, goal: str = "") -> Response:
    """All of it; the last answer."""
    return browser.get(comes_back(browser, issuer, goal))


@pytest.fixture
def issuer() -> Iterator[OidcProvider]:
    """One that answers while the test runs."""
    with providing() as provider:
        yield provider
