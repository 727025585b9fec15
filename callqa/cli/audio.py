"""`callqa audio`: the sound that callqa keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from callqa.bootstrap import audio_store
from callqa.cli.common import HomeOption, console, settings_from
from callqa.services.audio import delete_old_originals

audio_app = typer.Typer(help="The sound that callqa keeps.", no_args_is_help=True)


@audio_app.callback()
def audio() -> None:
    """The sound that callqa keeps."""


@audio_app.command()
def prune(home: HomeOption = None) -> None:
    """Delete kept recordings that are older than the setting originals_days; prints how many. 0 days: none."""
    settings = settings_from(home=home)
    deleted = delete_old_originals(audio_store(settings), settings.originals_days, datetime.now(UTC))
    console.print(str(deleted), highlight=False)
