"""The issuer that the settings name."""

from __future__ import annotations

from urllib.parse import urlsplit

from callqa.oidc.fetch import is_local, is_secure
from callqa.oidc.provider import Client, Provider
from callqa.settings import Settings
from callqa.tls import trusting
from models.errors import SettingsError

CALLBACK = "/login/oidc/callback"
"""Where browsers come back to, below the console's own address."""


def is_chosen(settings: Settings) -> bool:
    """Whether people are to log in by OpenID Connect, though settings for it may be missing still."""
    secret = settings.oidc_client_secret.get_secret_value()
    return bool(settings.oidc_issuer or settings.oidc_client_id or secret)


def provider_for(settings: Settings) -> Provider:
    """The issuer. Asks it nothing. Raises SettingsError for settings that are missing or cannot work."""
    secret = settings.oidc_client_secret.get_secret_value()
    needed = {
        "oidc_issuer": settings.oidc_issuer,
        "oidc_client_id": settings.oidc_client_id,
        "oidc_client_secret": secret,
        "web_url": settings.web_url,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise SettingsError(f"logging in by OpenID Connect needs {', '.join(missing)} as well")
    _check_address("oidc_issuer", settings.oidc_issuer)
    _check_address("web_url", settings.web_url)
    if urlsplit(settings.web_url).path.strip("/"):
        raise SettingsError("web_url is an address without a path, such as https://qa.example.com")
    if is_secure(settings.web_url) and not settings.web_https:
        raise SettingsError("web_url is https: set web_https as well, so that log-ins are sent by nothing else")
    client = Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        secret,
        settings.oidc_claim,
        settings.web_url.rstrip("/") + CALLBACK,
    )
    return Provider(client, trusting(settings.oidc_ca_file, "oidc_ca_file"), settings.oidc_label)


def _check_address(name: str, url: str) -> None:
    if not (is_secure(url) or is_local(url)) or urlsplit(url).query or urlsplit(url).fragment:
        raise SettingsError(f"{name} is no address that begins with https:// (http:// only on this machine)")
