"""`callqa web`: health and metrics by HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from callqa.cli.common import DatabaseOption, HomeOption, settings_from
from callqa.logs import set_up_logging


def web(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")] = 8080,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Serve /healthz and /metrics until Ctrl-C; prints the address."""
    # The web framework costs every other command a second.
    from callqa.web.app import create_app
    from callqa.web.serve import serve
    from callqa.web.services import services_for

    settings = settings_from(database_url=database_url, home=home)
    set_up_logging(settings.log_level, settings.log_format)
    serve(create_app(services_for(settings)), host, port, lambda address: typer.echo(f"callqa web: {address}"))
