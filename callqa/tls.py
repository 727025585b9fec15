"""Whom requests trust: certificates are always checked, against the system's authorities and a company's own, and no
answer sends a request elsewhere."""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import IO

from models.errors import SettingsError


def trusting(ca_file: str, setting: str) -> ssl.SSLContext:
    """What checks certificates and names; `ca_file` adds an authority to the system's, "" none.

    `setting` is the one that names the file. Raises SettingsError for a file that holds no certificate.
    """
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ValueError) as error:
            reason = None if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None)
            raise SettingsError(
                f"{setting} {ca_file!r} cannot be used: {reason or 'it holds no certificate'}; "
                "name the PEM file of the authority that the certificate is from"
            ) from error
    return context


def why(error: BaseException, setting: str) -> str:
    """The kind of an error, whose message may quote an address or what was sent; of a certificate also what to do.

    `setting` is the one that may name an authority.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate was refused ({error.verify_message}); {setting} may name an authority of your own"
    return type(error).__name__


def direct_opener(context: ssl.SSLContext) -> urllib.request.OpenerDirector:
    """Opens an address and no other: secrets go where they were meant to, and a redirection is an HTTPError."""
    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        _request: urllib.request.Request,
        _body: IO[bytes],
        _code: int,
        _message: str,
        _headers: Message[str, str] | Mapping[str, str],
        _url: str,
    ) -> None:
        return None
