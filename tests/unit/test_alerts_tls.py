"""Encryption of alerts, against servers with throw-away certificates: nothing goes to who cannot prove to be it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from callqa.alerts.channels import channels_for
from callqa.settings import load_settings
from models.alert import Alert, AlertChannel, AlertKind
from models.errors import TransientError
from tests.alert_servers import mail_server, receiving
from tests.certificates import Authority

TEST = Alert(AlertKind.TEST, datetime(2026, 11, 21, tzinfo=UTC), None, {})


def channel(folder: Path, **given: object) -> AlertChannel:
    """The one channel of these settings."""
    environ = {f"CALLQA_ALERT_{name.upper()}": str(value) for name, value in given.items()}
    (found,) = channels_for(load_settings({}, environ, folder)[0])
    return found


def mail(folder: Path, port: int, security: str, **more: object) -> AlertChannel:
    return channel(
        folder,
        mail_to="lead@example.com",
        mail_from="qa@example.com",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security=security,
        smtp_user="qa",
        smtp_password="pw-secret",
        **more,
    )


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_to_a_server_of_an_own_authority_is_encrypted_before_the_password(tmp_path: Path, security: str) -> None:
    authority = Authority(tmp_path)
    with mail_server(context=authority.server(), security=security) as server:
        mail(tmp_path, server.port, security, ca_file=authority.file).send(TEST)
    assert server.logins == [("\0qa\0pw-secret", True)]
    assert [found["Subject"] for found in server.mails] == ["callqa: 测试提醒"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("trusted", "address", "days", "said"),
    [
        (False, "127.0.0.1", 1, "alert_ca_file"),
        (True, "127.0.0.2", 1, "not valid for '127.0.0.1'"),
        (True, "127.0.0.1", -1, "expired"),
    ],
)
def test_a_mail_server_that_cannot_prove_who_it_is_gets_nothing(
    tmp_path: Path, security: str, trusted: bool, address: str, days: int, said: str
) -> None:
    authority = Authority(tmp_path)
    with mail_server(context=authority.server(address, days), security=security) as server:
        sender = mail(tmp_path, server.port, security, ca_file=authority.file if trusted else "")
        with pytest.raises(TransientError, match=f"certificate was refused.*{said}"):
            sender.send(TEST)
    assert (server.mails, server.logins) == ([], [])


def test_an_alert_is_posted_by_https_to_whom_the_own_authority_vouches_for_and_to_nobody_else(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with receiving(context=authority.server()) as receiver:
        channel(tmp_path, webhook_url=receiver.url, webhook_secret="s", ca_file=authority.file).send(TEST)
        with pytest.raises(TransientError, match="certificate was refused") as error:
            channel(tmp_path, webhook_url=receiver.url, webhook_secret="s").send(TEST)
    assert len(receiver.posted) == 1
    assert "tok-secret" not in str(error.value)
