"""`callqa standard`: reading and checking service standards."""

from __future__ import annotations

from typing import Annotated

import typer

from callqa.cli.common import JsonOption, console, print_json, settings_from
from callqa.standards import find_standard, read_standard
from models.errors import StandardError
from scoring import check_cases, examples_of

standard_app = typer.Typer(help="Read and check service standards.", no_args_is_help=True)


@standard_app.command()
def show(
    standard: Annotated[str | None, typer.Argument(help="Name or YAML file; none: the one in use.")] = None,
) -> None:
    """Print a service standard as written."""
    settings = settings_from(standard=standard)
    find_standard(settings.standard)
    text, _ = read_standard(settings.standard)
    typer.echo(text, nl=False)


@standard_app.command()
def check(
    standard: Annotated[str | None, typer.Argument(help="Name or YAML file; none: the one in use.")] = None,
    json: JsonOption = False,
) -> None:
    """Validate a standard and run the examples in it; every problem is named with its line."""
    settings = settings_from(standard=standard)
    loaded = find_standard(settings.standard)
    failures = check_cases(loaded, examples_of(loaded))
    if json:
        print_json({"standard": loaded.ref.id, "version": loaded.ref.version, "digest": loaded.ref.digest,
                    "failures": [str(f) for f in failures]})  # fmt: skip
    if failures:
        raise StandardError(f"{settings.standard}: {len(failures)} examples fail:\n" + "\n".join(map(str, failures)))
    if not json:
        console.print(f"{loaded.ref.id} {loaded.ref.version} {loaded.ref.digest}: ok", highlight=False)
