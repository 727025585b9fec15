"""Alerts at the receiver: what arrives, that its signature holds, and that nothing that goes wrong costs the run."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

from callqa.alerts.channels import channels_for
from callqa.alerts.mail import Mail
from callqa.alerts.webhook import Webhook
from callqa.alerts.words import body_of, subject_of
from callqa.services.alarm import Alarm, AlarmRules
from callqa.settings import load_settings
from callqa.tls import trusting
from models.alert import Alert, AlertKind
from models.errors import SettingsError, TransientError
from models.night import Backlog
from models.run import RunCounts
from scoring.drift import DriftRules
from tests import factories
from tests.alert_servers import mail_server, receiving

AT = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
SECRET = "whsec-abc"
ENDED = Alert(AlertKind.RUN_END, AT, "run-1", {"status": "partial", "recordings": 12, "scored": 9, "stopped": True})
TLS = trusting("", "alert_ca_file")
RULES = AlarmRules(frozenset(AlertKind), 0.1, 24.0, DriftRules())


def no_database() -> NoReturn:
    raise AssertionError("nothing is to be looked up")


def test_a_posted_alert_is_signed_over_time_and_body() -> None:
    with receiving() as receiver:
        Webhook(receiver.url, SECRET, TLS, now=lambda: AT).send(ENDED)
    (posted,) = receiver.posted
    timestamp = posted.headers["X-Callqa-Timestamp"]
    # As docs/operations.md tells receivers to check it, with nothing of callqa.
    expected = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + posted.body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(posted.headers["X-Callqa-Signature"], f"sha256={expected}")
    assert timestamp == str(int(AT.timestamp()))
    assert posted.headers["X-Callqa-Delivery"] == ENDED.id
    assert json.loads(posted.body) == {
        "id": ENDED.id,
        "kind": "run_end",
        "at": "2026-11-21T04:30:00+00:00",
        "run_id": "run-1",
        "facts": {"status": "partial", "recordings": 12, "scored": 9, "stopped": True},
    }


@pytest.mark.parametrize(
    ("answers", "requests", "arrived"),
    [
        ((), 1, True),
        ((500,), 2, True),
        ((429, 503), 3, True),
        ((503, 503, 503), 3, False),
        ((400,), 1, False),
        ((401,), 1, False),
    ],
)
def test_a_busy_receiver_is_asked_again_and_one_that_refuses_is_not(
    answers: tuple[int, ...], requests: int, arrived: bool
) -> None:
    with receiving(*answers) as receiver:
        hook = Webhook(receiver.url, SECRET, TLS, delays_s=(0.0, 0.0))
        if arrived:
            hook.send(ENDED)
        else:
            with pytest.raises(TransientError, match=f"status {answers[-1]}"):
                hook.send(ENDED)
    assert len(receiver.posted) == requests
    assert {one.headers["X-Callqa-Delivery"] for one in receiver.posted} == {ENDED.id}


def test_a_redirect_is_not_followed() -> None:
    with (
        receiving() as other,
        receiving(307, location=other.url) as receiver,
        pytest.raises(TransientError, match="status 307"),
    ):
        Webhook(receiver.url, SECRET, TLS, delays_s=()).send(ENDED)
    assert other.posted == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/hook?token=tok-secret", "http://[tok-secret/"])
def test_a_receiver_that_is_away_costs_nothing_and_no_secret_is_logged(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    mail = Mail("127.0.0.1", 1, "none", "qa@example.com", ["lead@example.com"], "zh", TLS, "", "pw-secret")
    alarm = Alarm((Webhook(url, SECRET, TLS, delays_s=()), mail), RULES, no_database)
    with caplog.at_level(logging.DEBUG):
        assert not alarm.send(ENDED)
        alarm.run_broke(RuntimeError("13800138000 said so"), AT)
    assert len(caplog.records) == 4
    for secret in ("tok-secret", SECRET, "pw-secret", "13800138000"):
        assert secret not in caplog.text


def test_the_repr_of_channels_holds_no_secret() -> None:
    mail = Mail("127.0.0.1", 1, "tls", "qa@example.com", ["lead@example.com"], "zh", TLS, "qa", "pw-secret")
    hook = Webhook("https://chat.example.com/hooks/tok-secret", SECRET, TLS)
    assert "secret" not in repr(mail) + repr(hook) + hook.name + mail.name
    assert SECRET not in repr(hook)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_mail_arrives_with_its_figures(language: str) -> None:
    with mail_server() as server:
        recipients = ["lead@example.com", "ops@example.com"]
        Mail("127.0.0.1", server.port, "none", "qa@example.com", recipients, language, TLS).send(ENDED)
    (mail,) = server.mails
    assert server.recipients == [recipients]
    assert mail["Subject"] == subject_of(ENDED, language)
    assert mail["From"] == "qa@example.com"
    assert mail["Message-ID"] == f"<{ENDED.id}@callqa>"
    text = mail.get_content()
    assert text.splitlines() == body_of(ENDED, language).splitlines()
    assert "9/12" in text
    assert ("部分完成" if language == "zh" else "partial") in text


@pytest.mark.parametrize(
    ("refuse", "said"),
    [(("lead@example.com",), "refused 1 of 2"), (("lead@example.com", "ops@example.com"), "refused all 2")],
)
def test_a_refused_recipient_is_told(refuse: tuple[str, ...], said: str) -> None:
    with mail_server(refuse) as server:
        mail = Mail("127.0.0.1", server.port, "none", "qa@e.com", ["lead@example.com", "ops@example.com"], "en", TLS)
        with pytest.raises(TransientError, match=said):
            mail.send(ENDED)


def test_who_has_an_alert_does_not_get_it_again_because_another_address_is_wrong(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with mail_server(["gone@example.com"]) as server:
        mail = Mail("127.0.0.1", server.port, "none", "qa@e.com", ["lead@example.com", "gone@example.com"], "en", TLS)
        assert Alarm((mail,), RULES, no_database).send(ENDED)
    assert server.recipients == [["lead@example.com"]]
    assert "refused 1 of 2" in caplog.text
    assert "gone@" not in caplog.text


def test_a_mail_server_without_encryption_gets_no_password() -> None:
    with mail_server() as server:
        mail = Mail(
            "127.0.0.1", server.port, "starttls", "qa@e.com", ["lead@example.com"], "en", TLS, "qa", "pw-secret"
        )
        with pytest.raises(TransientError, match="could not be used"):
            mail.send(ENDED)
    assert server.mails == []


@pytest.mark.parametrize("kind", list(AlertKind))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_alert_has_words(kind: AlertKind, language: str) -> None:
    by_kind: dict[AlertKind, dict[str, Any]] = {
        AlertKind.RUN_END: {"status": "failed", "recordings": 1, "scored": 0},
        AlertKind.FATAL: {"calls": 2, "call_ids": ["C1", "C2"]},
        AlertKind.FAILURE_RATE: {"rate": 0.25, "threshold": 0.1},
        AlertKind.PROMISES_DUE: {"promises": 3, "hours": 24.0},
        AlertKind.DRIFT: {
            "shifts": 1,
            "since": "2026-11-18",
            "until": "2026-11-20",
            "figures": ["faults+ greeting 一班"],
            "before": [0.1],
            "now": [0.3],
        },
        AlertKind.TEST: {},
    }
    facts = by_kind[kind]
    subject = subject_of(Alert(kind, AT, None, facts), language)
    assert subject.startswith("callqa: ")
    assert "{" not in body_of(Alert(kind, AT, None, facts), language)


@pytest.mark.parametrize(
    ("quarantined", "failed", "scored", "told"),
    [(0, 0, 100, False), (10, 0, 90, False), (11, 0, 89, True), (6, 5, 89, True), (9, 0, 0, False), (10, 0, 0, True)],
)
def test_a_failure_rate_is_told_above_its_threshold_once_it_says_something(
    quarantined: int, failed: int, scored: int, told: bool
) -> None:
    total = quarantined + failed + scored
    counts = RunCounts(total, total, 0, scored, quarantined, failed, 0, 0, 0.0, 0.0)
    with receiving() as receiver:
        alarm = Alarm((Webhook(receiver.url, SECRET, TLS),), RULES, no_database)
        assert alarm.failure_rate(factories.run(), counts, Backlog(failed=failed), AT) is told
    assert len(receiver.posted) == told
    if told:
        facts = json.loads(receiver.posted[0].body)["facts"]
        assert (facts["failed"], facts["finished"]) == (quarantined + failed, total)


def test_only_what_is_asked_for_is_told() -> None:
    with receiving() as receiver:
        rules = AlarmRules(frozenset({AlertKind.FATAL}), 0.1, 24.0, DriftRules())
        alarm = Alarm((Webhook(receiver.url, SECRET, TLS),), rules, no_database)
        alarm.run_ended(
            factories.run(), RunCounts(1, 1, 0, 1, 0, 0, 0, 0, 0, 0), Backlog(), "completed", False, None, AT
        )
        alarm.promises_due("run-1", AT)
    assert receiver.posted == []


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"ALERT_WEBHOOK_URL": "https://h/x"}, "alert_webhook_secret"),
        ({"ALERT_WEBHOOK_URL": "ftp://h/tok", "ALERT_WEBHOOK_SECRET": "s"}, "https://"),
        ({"ALERT_MAIL_TO": "a@b.c"}, "alert_smtp_host"),
        (
            {
                "ALERT_MAIL_TO": "a@b.c",
                "ALERT_MAIL_FROM": "q@b.c",
                "ALERT_SMTP_HOST": "h",
                "ALERT_SMTP_USER": "u",
                "ALERT_SMTP_SECURITY": "none",
            },
            "in the clear",
        ),
        ({"ALERT_MAIL_TO": "a@b.c,nobody", "ALERT_MAIL_FROM": "q@b.c", "ALERT_SMTP_HOST": "h"}, "'nobody' in"),
        ({"ALERT_MAIL_TO": "a@b.c", "ALERT_MAIL_FROM": "q@b.c\nBcc: x@y.z", "ALERT_SMTP_HOST": "h"}, "no e-mail"),
        ({"ALERT_CA_FILE": "none.pem"}, "No such file"),
        ({"ALERT_CA_FILE": __file__}, "it holds no certificate"),
        ({"ALERT_ON": "run_end,weather"}, "weather is no alert"),
    ],
)
def test_a_channel_that_cannot_work_is_refused_before_the_night(
    tmp_path: Path, environ: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as error:
        channels_for(load_settings({}, {f"CALLQA_{k}": v for k, v in environ.items()}, tmp_path)[0])
    assert "tok" not in str(error.value)


def test_secrets_come_from_files_and_are_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("whsec-abc\n")
    (tmp_path / "callqa.toml").write_text(
        f'alert_webhook_url = "https://chat.example.com/hook"\nalert_webhook_secret_file = "{tmp_path}/secret"\n'
    )
    settings, sources = load_settings({}, {}, tmp_path)
    (hook,) = channels_for(settings)
    assert isinstance(hook, Webhook)
    assert (hook.url, hook.secret) == ("https://chat.example.com/hook", "whsec-abc")
    assert sources.of["alert_webhook_secret"] == "callqa.toml"
    assert "whsec" not in repr(settings) + str(settings)
    both = {"CALLQA_ALERT_WEBHOOK_SECRET": "a", "CALLQA_ALERT_WEBHOOK_SECRET_FILE": str(tmp_path / "secret")}
    with pytest.raises(SettingsError, match="both"):
        load_settings({}, both, tmp_path)
    with pytest.raises(SettingsError, match=r"CALLQA_REMOTE_KEY_FILE: .*none cannot be read"):
        load_settings({}, {"CALLQA_REMOTE_KEY_FILE": str(tmp_path / "none")}, tmp_path)
