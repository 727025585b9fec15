"""Alerts by e-mail."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime

from callqa.alerts.words import body_of, subject_of
from callqa.tls import why
from models.alert import Alert
from models.errors import PartlyDeliveredError, TransientError

TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Mail:
    """Sends alerts as plain text through one mail server.

    `security` is starttls, tls or none. With a user, log-in needs the first two: a password is never sent in the clear.
    """

    host: str
    port: int
    security: str
    sender: str
    recipients: Sequence[str]
    language: str
    context: ssl.SSLContext
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The mail server."""
        return f"mail {self.host}:{self.port}"

    def send(self, alert: Alert) -> None:
        """Hand it to the mail server, for all recipients at once. Raises TransientError, PartlyDeliveredError."""
        message = EmailMessage()
        message["Subject"] = subject_of(alert, self.language)
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        message["Date"] = format_datetime(alert.at)
        message["Message-ID"] = f"<{alert.id}@callqa>"
        # What a mail reader does with answers: nobody reads them.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body_of(alert, self.language))
        try:
            with self._connect() as server:
                if self.user:
                    server.login(self.user, self.password)
                refused = server.send_message(message)
        except smtplib.SMTPResponseException as error:
            # Its text is the server's and may quote what was sent.
            raise TransientError(f"the mail server answered {error.smtp_code}") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise TransientError(f"the mail server refused all {len(error.recipients)} recipients") from None
        except (OSError, ValueError) as error:
            raise TransientError(f"the mail server could not be used: {why(error, 'alert_ca_file')}") from None
        if refused:
            raise PartlyDeliveredError(f"the mail server refused {len(refused)} of {len(self.recipients)} recipients")

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=self.context)
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        if self.security == "starttls":
            try:
                server.starttls(context=self.context)
            except BaseException:
                server.close()
                raise
        return server
