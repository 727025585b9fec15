"""The command `callqa`. Exit codes: 0 done; 2 wrong usage or configuration; 3 done, but some recordings were
quarantined or wait for the next run; 1 unexpected."""

from __future__ import annotations

import sys

import typer

from callqa.cli.audio import audio_app
from callqa.cli.audit import audit_app
from callqa.cli.backtest import backtest
from callqa.cli.backup import backup, restore
from callqa.cli.coaching import coaching_app
from callqa.cli.common import EXIT_USAGE, complain
from callqa.cli.data import db_app, export_app
from callqa.cli.demo import demo
from callqa.cli.doctor import doctor
from callqa.cli.imports import import_app
from callqa.cli.keys import keys_app
from callqa.cli.models import models_app
from callqa.cli.night import alerts_app, metrics
from callqa.cli.plan import plan
from callqa.cli.privacy import privacy_app
from callqa.cli.promises import promises_app
from callqa.cli.propose import propose
from callqa.cli.quarantine import quarantine_app
from callqa.cli.report import report_app
from callqa.cli.run import run
from callqa.cli.runs import join, runs_app
from callqa.cli.stages import score, transcribe
from callqa.cli.standard import standard_app
from callqa.cli.users import users_app
from callqa.cli.web import web
from models.errors import CallqaError, UsageError

app = typer.Typer(
    name="callqa",
    help="Inspect call recordings against a written service standard: every point with the words and the second.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (demo, plan, run, join, transcribe, score, metrics, web, doctor, backup, restore):
    app.command()(command)
standard_app.command()(backtest)
standard_app.command()(propose)
app.add_typer(standard_app, name="standard")
app.add_typer(report_app, name="report")
app.add_typer(coaching_app, name="coaching")
app.add_typer(promises_app, name="promises")
app.add_typer(import_app, name="import")
app.add_typer(runs_app, name="runs")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(alerts_app, name="alerts")
app.add_typer(export_app, name="export")
app.add_typer(models_app, name="models")
app.add_typer(db_app, name="db")
app.add_typer(audio_app, name="audio")
app.add_typer(privacy_app, name="privacy")
app.add_typer(audit_app, name="audit")
app.add_typer(users_app, name="users")
app.add_typer(keys_app, name="keys")


def main() -> None:
    """Run the command; what the caller can mend is one clear message and exit code 2, never a stack trace."""
    try:
        app()
    except UsageError as error:
        complain(str(error))
        sys.exit(EXIT_USAGE)
    except CallqaError as error:
        complain(str(error))
        sys.exit(1)
    except OSError as error:
        complain(f"the system refused: {error}")
        sys.exit(1)
