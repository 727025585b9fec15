"""`callqa web`: the review console, health and metrics by HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from callqa.cli.common import DatabaseOption, HomeOption, complain, settings_from
from callqa.logs import set_up_logging
from callqa.services.people import first_admin
from models.errors import CallqaError


def web(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")] = 8080,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Serve the review console, /healthz and /metrics until Ctrl-C; prints the address.

    Where nobody may use the console yet, it makes an admin and prints the password, this once.
    """
    # The web framework costs every other command a second.
    from callqa.web.app import create_app
    from callqa.web.serve import serve
    from callqa.web.services import services_for

    settings = settings_from(database_url=database_url, home=home)
    set_up_logging(settings.log_level, settings.log_format)
    services = services_for(settings)
    try:
        first = first_admin(services.now(), services.hasher, services.new_unit_of_work)
    except CallqaError as error:
        # /healthz is there to say so; what watches it must be answered.
        complain(str(error))
    else:
        if first is not None:
            typer.echo("callqa web: log in as {}, password {} (not shown again)".format(*first))
    serve(create_app(services), host, port, lambda address: typer.echo(f"callqa web: {address}"))
