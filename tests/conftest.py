"""What every test shares."""

from functools import cache

import typer.main
import typer.testing

# The runner builds all of callqa's commands anew each time it runs one, which takes longer than most of them do.
setattr(typer.testing, "_get_command", cache(typer.main.get_command))  # noqa: B010
