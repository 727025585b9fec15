"""`callqa metrics` and `callqa alerts`: what monitoring reads, and whether alerts arrive."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from callqa.bootstrap import alarm_for, open_database
from callqa.cli.common import DatabaseOption, HomeOption, complain, console, print_text, settings_from
from callqa.reports.metrics import metrics_text
from callqa.reports.text_files import write_text
from callqa.reports.words import Words
from callqa.services.figures import night_figures
from models.alert import Alert, AlertKind
from models.errors import SettingsError, TransientError

alerts_app = typer.Typer(help="What people are told without asking.", no_args_is_help=True)


def metrics(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File, such as callqa.prom.")] = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Print figures for Prometheus: recordings by state, the queue, seconds by stage, the realtime factor."""
    settings = settings_from(database_url=database_url, home=home)
    text = metrics_text(night_figures(open_database(settings, create=False)))
    if output is None:
        print_text(text)
    else:
        write_text(output, text)


@alerts_app.callback()
def alerts() -> None:
    """What people are told without asking."""


@alerts_app.command("test")
def send_test(home: HomeOption = None) -> None:
    """Send a test alert through every channel that is set; exit code 2 where one did not take it."""
    settings = settings_from(home=home)
    channels = alarm_for(settings, lambda: open_database(settings)()).channels
    if not channels:
        raise SettingsError("no alerts are set: set alert_webhook_url, or alert_mail_to and what goes with it")
    alert = Alert(AlertKind.TEST, datetime.now(UTC), None, {})
    failed = False
    for channel in channels:
        try:
            channel.send(alert)
        except TransientError as error:
            complain(f"{channel.name}: {error}")
            failed = True
        else:
            words = Words(settings.language)
            console.print(words("night.alert_sent", channel=channel.name), markup=False, highlight=False)
    if failed:
        raise SettingsError("not every channel took the test alert; correct its settings and try again")


@alerts_app.command("promises")
def tell_promises(database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Tell of open promises that are about to be missed and of which nobody was told; each run does so at its end."""
    settings = settings_from(database_url=database_url, home=home)
    alarm = alarm_for(settings, open_database(settings, create=False))
    if not alarm.channels:
        raise SettingsError("no alerts are set: set alert_webhook_url, or alert_mail_to and what goes with it")
    alarm.promises_due(None, datetime.now(UTC))
