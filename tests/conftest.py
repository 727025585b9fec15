"""What every test shares."""

import os
from collections.abc import Iterator
from functools import cache

import pytest
import typer.main
import typer.testing

from callqa.bootstrap.database import _databases as opened_databases

# The runner builds all of callqa's commands anew each time it runs one, which takes longer than most of them do.
setattr(typer.testing, "_get_command", cache(typer.main.get_command))  # noqa: B010


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """The environment is as before after each test.

    A command puts its options there for the flow that it starts. Run in a test, it would name its database to every
    later test of the same process.
    """
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ |= before


@pytest.fixture(autouse=True)
def opened() -> Iterator[None]:
    """What a command opened is closed after its test: a forgotten connection is an error of whatever test runs then."""
    yield
    while opened_databases:
        opened_databases.popitem()[1].close()
