"""What carries a flow's tasks: threads, processes, or the workers of a cluster, by the settings."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from typing import Any, Self, cast
from urllib.parse import urlsplit

from prefect.settings import get_current_settings
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from callqa.bootstrap import uses_gpu
from callqa.settings import Settings
from flows.flow_settings import flow_settings
from models.errors import SettingsError, TransientError

CHUNKS_AT_ONCE = 2
"""One chunk fills every core; the second keeps them busy while the first one's last windows finish."""
_PARENT_LOOK_S = 1.0
_LOST = ("KilledWorker", "WorkerCrashedError")
"""What Dask and Ray raise when they have given up replacing a worker; named, because they need not be installed."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class RunnerBySettings(ThreadPoolTaskRunner[Any]):
    """Stands in a flow's decorator, which is read at import, for the runner that the settings ask for.

    Prefect duplicates a flow's runner whenever the flow begins, from the command line and in a deployment alike, and
    that is when the settings are read.
    """

    def __init__(self, max_workers: int = CHUNKS_AT_ONCE) -> None:
        """As Prefect's own; by itself it runs nothing."""
        super().__init__(max_workers=max_workers)

    def duplicate(self) -> Self:
        """The runner to use. Raises SettingsError for one that is not installed or cannot work with these settings."""
        # Prefect says that a duplicate is of the same kind; it only enters it as a runner, which every kind is.
        return cast("Self", runner_for(flow_settings(None)))


def runner_for(settings: Settings) -> TaskRunner[Any]:
    """The task runner of these settings. What is listed here is all that callqa knows of where tasks run.

    Raises SettingsError for one that is not installed or cannot work with these settings.
    """
    if settings.runner in ("dask", "ray"):
        _check_reachable(settings)
    elif settings.runner_address:
        raise SettingsError(
            f"runner_address is {settings.runner_address} and runner is {settings.runner}, which has no address; "
            "set runner to dask or ray, or leave the address out"
        )
    local = settings.runner != "threads" and not settings.runner_address
    if local and settings.runner_workers > 1 and uses_gpu(settings):
        raise SettingsError(
            f"runner is {settings.runner} with {settings.runner_workers} processes, and this machine hears on one GPU, "
            "which serves one process: set runner to threads, or runner_workers to 1"
        )
    match settings.runner:
        case "threads":
            return ThreadPoolTaskRunner(max_workers=CHUNKS_AT_ONCE)
        case "processes":
            return ProcessPoolTaskRunner(
                max_workers=settings.runner_workers, initializer=end_with, initargs=(os.getpid(),)
            )
        case "dask":
            return _dask(settings)
        case "ray":
            return _ray(settings)


@contextmanager
def lost_workers_told() -> Iterator[None]:
    """Raise TransientError, which says what to do, where the runner found its processes dead and cannot go on."""
    try:
        yield
    except Exception as error:
        if isinstance(error, BrokenExecutor) or type(error).__name__ in _LOST:
            raise TransientError(
                "a process that heard recordings ended in the middle of it (memory ran out, or it was killed); run "
                "again: what is stored stays, and a recording that ends its process again and again is set aside"
            ) from error
        raise


def end_with(parent: int) -> None:
    """From now on this process ends soon after its parent does, whatever it is at.

    A pool's processes would wait for work for ever when the flow is killed, and a run nobody sees would go on.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_LOOK_S)
        os._exit(1)

    threading.Thread(target=watch, name="callqa-parent", daemon=True).start()


def _dask(settings: Settings) -> TaskRunner[Any]:
    # Read when Dask is imported, here and in its workers. What goes wrong is told in callqa's own words.
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise _not_installed("dask", error) from error
    if settings.runner_address:
        return DaskTaskRunner(address=settings.runner_address)
    return DaskTaskRunner(
        cluster_class="distributed.LocalCluster",
        cluster_kwargs={
            "n_workers": settings.runner_workers,
            "threads_per_worker": 1,
            # No page that anybody on the network may open. Its figures are still served at some port, by default at
            # one that a second run, or anybody else's Dask, has taken: any free one, for this machine only.
            "dashboard_address": None,
            "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"},
            # Dask would end a worker that takes more than its share, and the recordings in it would be blamed.
            "memory_limit": 0,
            "silence_logs": logging.CRITICAL,
        },
    )


def _ray(settings: Settings) -> TaskRunner[Any]:
    try:
        from prefect_ray import RayTaskRunner
    except ImportError as error:
        raise _not_installed("ray", error) from error
    runner: TaskRunner[Any]
    if settings.runner_address:
        runner = RayTaskRunner(address=settings.runner_address)
    else:
        options = {"num_cpus": settings.runner_workers, "include_dashboard": False, "log_to_driver": False}
        runner = RayTaskRunner(init_kwargs=options)
    return runner


def _not_installed(runner: str, error: ImportError) -> SettingsError:
    return SettingsError(
        f"runner is {runner}, and {error.name or runner} is not installed here: install callqa[{runner}] on this "
        "machine and on every worker, or set runner to threads or processes"
    )


def _check_reachable(settings: Settings) -> None:
    """Workers on other machines need a database and a Prefect server that they can reach."""
    if not settings.runner_address or _host_of(settings.runner_address) in _LOOPBACK:
        return
    if settings.resolved_database_url.startswith("sqlite"):
        raise SettingsError(
            f"runner_address is {settings.runner_address}, and the database is a file of this machine: set "
            "database_url to PostgreSQL, here and for every worker"
        )
    api_url = get_current_settings().api.url
    if not api_url or _host_of(api_url) in _LOOPBACK:
        raise SettingsError(
            f"runner_address is {settings.runner_address}, and its workers cannot reach the Prefect server of this "
            "process: start a server that they can reach and set PREFECT_API_URL, here and for every worker"
        )


def _host_of(address: str) -> str:
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    return parts.hostname or ""
