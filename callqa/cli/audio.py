"""`callqa audio`: the sound that callqa keeps."""

from __future__ import annotations

from typing import Annotated

import typer

from callqa.bootstrap import audio_keeper, finder, open_database
from callqa.cli.common import DatabaseOption, HomeOption, complain, console, settings_from
from callqa.services import audio as sound
from models.errors import SettingsError

audio_app = typer.Typer(help="The sound that callqa keeps.", no_args_is_help=True)


@audio_app.callback()
def audio() -> None:
    """The sound that callqa keeps."""


@audio_app.command()
def playback(
    call: Annotated[list[str] | None, typer.Option(help="Only this call; may be given more than once.")] = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Make the copies to listen to that stored calls lack, where their recordings still are; prints how many.

    Copies that were deleted after playback_days are made again only for calls named by --call.
    """
    settings = settings_from(database_url=database_url, home=home)
    if not settings.playback:
        raise SettingsError("playback is false: no copies are kept; set it to true (CALLQA_PLAYBACK), then ask again")
    keeper = audio_keeper(settings, originals=False)
    done = sound.make_playback(keeper, finder(settings), open_database(settings, create=False), call or ())
    for call_id, why in done.missing:
        complain(f"call {call_id}: no copy to listen to: {why}")
    console.print(
        f"made: {done.made}\nthere: {done.there}\nexpired: {done.expired}\nmissing: {len(done.missing)}",
        highlight=False,
    )
