"""`callqa demo`: the whole pipeline on the bundled recordings."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Annotated

import typer

from callqa.cli.common import HomeOption, console, notes, settings_from
from callqa.cli.demo_console import check_is_demo_home, serve_demo
from callqa.cli.run import inspect_sources
from callqa.cli.tables import print_run
from callqa.reports.build import build_run_report
from callqa.reports.render import render_run_report
from callqa.reports.text_files import write_text


def demo(
    home: HomeOption = None,
    web: Annotated[
        bool,
        typer.Option("--web", help="Then serve the console here, with a person of each post, until Ctrl-C."),
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of --web; 0: any that is free.")] = 8080,
) -> None:
    """Inspect the bundled recordings with no set-up, print the scores, and write the report."""
    settings = settings_from(home=home)
    # A database of its own: demonstration calls never mix with a company's.
    database = settings.home.absolute() / "demo.db"
    # The bundled calls are whole, however lately they were installed, and described in callqa's own way.
    own = {"settle_s": 0, "preset": "", "filename_pattern": "", "agents": ""}
    # Its console is this machine's, and its people log in by the passwords that it prints.
    own |= {"web_https": False, "oidc_issuer": "", "oidc_client_id": "", "oidc_client_secret": "", "oidc_ca_file": ""}
    settings = settings_from(home=home, database_url=f"sqlite:///{database}", **own)
    if web:
        check_is_demo_home(settings)
    notes.print("callqa demo: taking in, transcribing and scoring the bundled calls (about a minute) ...")
    with as_file(files("callqa") / "demo_calls") as folder:
        view, _ = inspect_sources(settings, [str(folder)], day=None, limit=None, quiet=False)
    print_run(view, settings.language)
    report = build_run_report(view, settings.language, settings.time_zone, generated_at=datetime.now(UTC))
    path = settings.home / "reports" / "demo.html"
    write_text(path, render_run_report(report))
    console.print(f"{'报告' if settings.language == 'zh' else 'Report'}: {path.absolute().as_uri()}", soft_wrap=True)
    if web:
        serve_demo(settings, port)
