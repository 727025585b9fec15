"""Requests to the issuer: JSON by https, bounded in time and size, and never sent on to another address."""

from __future__ import annotations

import base64
import json
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from callqa.oidc.faults import IssuerAwayError, LogInRefusedError
from callqa.tls import direct_opener, why

TIMEOUT_S = 10.0
"""For each step of a request, and for its whole answer to arrive."""
_MOST_BYTES = 2**20
_CODE = re.compile(r"[a-z_]{1,40}")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def is_local(url: str) -> bool:
    """Whether it is http on this machine, which nobody between can read."""
    return _place(url) in {("http", host) for host in _LOCAL}


def is_secure(url: str) -> bool:
    """Whether it is https, to a host and without a user in it."""
    scheme, host = _place(url)
    return scheme == "https" and host != ""


def _place(url: str) -> tuple[str, str]:
    """Scheme and host of an address, both "" for one that holds a user or cannot be one."""
    try:
        parts = urlsplit(url)
        # Reading the port tells whether it is one.
        host = parts.hostname if parts.port != 0 and url.isprintable() and " " not in url else ""
    except ValueError:
        return "", ""
    return (parts.scheme, host or "") if "@" not in parts.netloc else ("", "")


def shown_code(code: object) -> str:
    """An error code of OAuth for the log; of what is none, only that."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "an error without a code"


def basic(client_id: str, client_secret: str) -> str:
    """The header by which a client proves who it is (RFC 6749, 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks the issuer. Raises IssuerAwayError when nothing usable comes back, LogInRefusedError when it says no."""

    context: ssl.SSLContext
    timeout_s: float = TIMEOUT_S

    def get(self, url: str, authorization: str = "") -> Mapping[str, Any]:
        """The JSON object at an address."""
        return self._ask(url, None, authorization)

    def post(self, url: str, form: Mapping[str, str], authorization: str = "") -> Mapping[str, Any]:
        """What is answered to a form."""
        return self._ask(url, urlencode(form).encode(), authorization)

    def _ask(self, url: str, body: bytes | None, authorization: str) -> Mapping[str, Any]:
        headers = {"Accept": "application/json", "User-Agent": "callqa"}
        if authorization:
            headers["Authorization"] = authorization
        where = urlsplit(url).path
        try:
            request = urllib.request.Request(url, body, headers)
            opener = direct_opener(self.context)
            with opener.open(request, timeout=self.timeout_s) as answer:
                found = json.loads(self._read(answer))
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error, where) from None
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            # Its message may quote what was sent.
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            told = why(cause, "oidc_ca_file") if isinstance(cause, BaseException) else type(error).__name__
            raise IssuerAwayError(f"the issuer's {where} could not be used: {told}") from None
        if not isinstance(found, dict):
            raise IssuerAwayError(f"the issuer's {where} answered with no JSON object")
        return found

    def _read(self, answer: HTTPResponse) -> bytes:
        """The body; TimeoutError for one that trickles in."""
        begun, body = time.monotonic(), b""
        while part := answer.read1(65_536):
            body += part
            if len(body) > _MOST_BYTES:
                raise ValueError("too large")
            if time.monotonic() - begun > self.timeout_s:
                raise TimeoutError
        return body

    def _refusal(self, error: urllib.error.HTTPError, where: str) -> IssuerAwayError | LogInRefusedError:
        if error.code not in {400, 401, 403}:
            return IssuerAwayError(f"the issuer's {where} answered with status {error.code}")
        try:
            said = json.loads(error.read(_MOST_BYTES))
        except (OSError, HTTPException, ValueError, RecursionError):
            said = None
        code = shown_code(said.get("error") if isinstance(said, dict) else None)
        return LogInRefusedError(f"the issuer's {where} answered with status {error.code}: {code}")
