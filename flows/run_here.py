"""Running a flow in this process, for the command line: with the configured Prefect server, or one of its own."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows.local_server import local_server
from models.errors import SettingsError, TransientError

_API_URL = "PREFECT_API_URL"
_PATIENCE_S = 10


def inspect_calls_here(
    home: Path,
    sources: Sequence[str],
    day: date | None,
    standard: str | None,
    limit: int | None,
    until: datetime | None = None,
    metadata_accepted_by: str | None = None,
) -> dict[str, Any]:
    """Run `inspect_calls` and return its summary, also when not one recording could be scored.

    Raises what the flow raised: UsageError for what the caller can mend.
    """
    # Where the flow looks for its settings; a relative folder is the caller's.
    os.environ["CALLQA_HOME"] = str(home.absolute())
    with prefect_ready(home):
        from flows.inspect_calls_flow import inspect_calls

        state = inspect_calls(
            list(sources), day or "all", standard, limit, until, metadata_accepted_by, return_state=True
        )
        result: Any = state.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    return dict(result)


def inspect_shard_here(
    home: Path, run_id: str | None, standard: str | None, wait_minutes: float, until: datetime | None = None
) -> dict[str, Any]:
    """Run `inspect_shard` and return what this process did. Raises what the flow raised."""
    os.environ["CALLQA_HOME"] = str(home.absolute())
    with prefect_ready(home):
        from flows.shard_flow import inspect_shard

        return dict(inspect_shard(run_id, standard, wait_minutes, until))


@contextmanager
def prefect_ready(home: Path) -> Iterator[None]:
    """Prefect with an API to talk to: the configured server, else one of its own until the block ends.

    Sets a private home, no phone-home and a quiet console before Prefect is first imported, and the server's address
    for child processes too, which would otherwise start a server each.
    """
    defaults = {
        "PREFECT_HOME": str((home / "prefect").absolute()),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # The caller reports what goes wrong in its own words; nobody could read logs sent to a server that ends here.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
    }
    if configured := os.environ.get(_API_URL):
        _check_answers(configured)
        with _failures_told(f"{_API_URL}, {configured},"):
            yield
        return
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    with local_server(home) as server:
        # Before Prefect is imported: threads that it starts without a context know what was set then and nothing else,
        # and would start a server that survives a kill.
        os.environ[_API_URL] = server.api_url
        try:
            # The import takes seconds; the server gets ready meanwhile.
            from prefect.settings import PREFECT_API_URL, temporary_settings

            server.wait_until_ready()
            where = f"callqa's own, which writes in {home / 'prefect'},"
            with temporary_settings({PREFECT_API_URL: server.api_url}), _failures_told(where):
                yield
        finally:
            del os.environ[_API_URL]


@contextmanager
def _failures_told(server: str) -> Iterator[None]:
    """In one message instead of Prefect's own pages: its server could not do what it was asked."""
    from prefect.exceptions import PrefectHTTPStatusError

    try:
        yield
    except PrefectHTTPStatusError as error:
        # Its text may hold what the server answered.
        raise TransientError(
            f"Prefect's server, {server} answered with {error.response.status_code}: look at its disk and its log, and "
            "run again; what was done is kept"
        ) from error


def _check_answers(api_url: str) -> None:
    try:
        urllib.request.urlopen(f"{api_url}/health", timeout=_PATIENCE_S).close()
    except urllib.error.HTTPError:
        # An answer all the same; Prefect Cloud has no such page.
        return
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{_API_URL} is {api_url}, and nothing answers there ({error}); start that server, or unset it to run "
            "without one"
        ) from error
