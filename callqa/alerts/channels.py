"""The channels that the settings ask for."""

from __future__ import annotations

from callqa.alerts.mail import Mail
from callqa.alerts.webhook import Webhook, host_of
from callqa.settings import Settings, words_of
from callqa.tls import trusting
from models.alert import AlertChannel
from models.errors import SettingsError


def channels_for(settings: Settings) -> tuple[AlertChannel, ...]:
    """The channels that are set, in a fixed order; none where nothing is. Raises SettingsError for what cannot work."""
    channels: list[AlertChannel] = []
    context = trusting(settings.alert_ca_file, "alert_ca_file")
    if url := settings.alert_webhook_url.get_secret_value():
        secret = settings.alert_webhook_secret.get_secret_value()
        if not url.startswith(("https://", "http://")) or not host_of(url):
            raise SettingsError("alert_webhook_url is no address; write one that begins with https://")
        if not secret:
            raise SettingsError("alert_webhook_url is set without alert_webhook_secret, by which alerts are signed")
        channels.append(Webhook(url, secret, context))
    if recipients := words_of(settings.alert_mail_to):
        if not settings.alert_smtp_host or not settings.alert_mail_from:
            raise SettingsError("alert_mail_to is set; set alert_smtp_host and alert_mail_from as well")
        if settings.alert_smtp_user and settings.alert_smtp_security == "none":
            raise SettingsError(
                "alert_smtp_user is set, and a password is never sent in the clear: use starttls or tls"
            )
        for address in (settings.alert_mail_from, *recipients):
            if "@" not in address.strip("@") or not address.isprintable():
                raise SettingsError(f"{address!r} in alert_mail_from or alert_mail_to is no e-mail address")
        channels.append(
            Mail(
                settings.alert_smtp_host,
                settings.alert_smtp_port,
                settings.alert_smtp_security,
                settings.alert_mail_from,
                recipients,
                settings.language,
                context,
                settings.alert_smtp_user,
                settings.alert_smtp_password.get_secret_value(),
            )
        )
    return tuple(channels)
