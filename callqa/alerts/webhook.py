"""Alerts posted to an address, signed so that the receiver knows who sent them and when."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPException
from urllib.parse import urlsplit

from callqa.tls import direct_opener, why
from models.alert import Alert
from models.errors import TransientError

SIGNATURE, TIMESTAMP, DELIVERY = "X-Callqa-Signature", "X-Callqa-Timestamp", "X-Callqa-Delivery"
TIMEOUT_S = 10.0
RETRY_DELAYS_S = (1.0, 5.0)
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the header says: `sha256=` and the HMAC-SHA256 (hex) of timestamp, full stop and body under the secret."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def host_of(url: str) -> str | None:
    """The host of an address, all that may be shown of it; None where it has none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts alerts as JSON. The address may hold a token: only its host is ever shown."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    context: ssl.SSLContext
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    delays_s: Sequence[float] = RETRY_DELAYS_S
    timeout_s: float = TIMEOUT_S

    @property
    def name(self) -> str:
        """The receiving host."""
        return f"webhook {host_of(self.url)}"

    def send(self, alert: Alert) -> None:
        """Post it, again after each delay when the receiver is away or busy. Raises TransientError."""
        body = json.dumps(
            {
                "id": alert.id,
                "kind": alert.kind.value,
                "at": alert.at.isoformat(),
                "run_id": alert.run_id,
                "facts": dict(alert.facts),
            },
            ensure_ascii=False,
            allow_nan=False,
        ).encode()
        for delay_s in (*self.delays_s, None):
            refused, passing = self._post(alert.id, body)
            if refused is None:
                return
            if delay_s is None or not passing:
                raise TransientError(f"the receiver did not take it: {refused}")
            time.sleep(delay_s)

    def _post(self, delivery: str, body: bytes) -> tuple[str | None, bool]:
        """What went wrong, None for nothing, and whether asking again may help."""
        # Signed anew each time: a receiver refuses what was signed too long ago.
        timestamp = str(int(self.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "callqa",
            TIMESTAMP: timestamp,
            SIGNATURE: signature(self.secret, timestamp, body),
            DELIVERY: delivery,
        }
        try:
            request = urllib.request.Request(self.url, body, headers, method="POST")
            opener = direct_opener(self.context)
            with opener.open(request, timeout=self.timeout_s):
                return None, False
        except urllib.error.HTTPError as error:
            with error:
                return f"status {error.code}", error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code in _BUSY
        except (OSError, HTTPException, ValueError) as error:
            # Its message may quote the address, and with it a token.
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            told = why(cause, "alert_ca_file") if isinstance(cause, BaseException) else type(error).__name__
            return told, isinstance(error, OSError) and not isinstance(cause, ssl.SSLCertVerificationError)
