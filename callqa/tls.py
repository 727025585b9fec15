"""Whom requests trust: certificates are always checked, against the system's authorities and a company's own."""

from __future__ import annotations

import ssl

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
