"""What carries tasks: chosen by settings, refused with what to do, and one process on a GPU."""

from __future__ import annotations

import logging
import multiprocessing
import sys
import tempfile
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner

from asr import gpu_slot
from callqa.settings import Settings, load_settings
from flows import runner
from flows.runner import RunnerBySettings, runner_for
from models.errors import SettingsError, TransientError

FORK = multiprocessing.get_context("forkserver")


def settings(**given: object) -> Settings:
    return load_settings(given, {})[0]


def test_the_runner_is_that_of_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert isinstance(runner_for(settings()), ThreadPoolTaskRunner)
    assert isinstance(runner_for(settings(runner="processes")), ProcessPoolTaskRunner)
    assert type(runner_for(settings(runner="dask"))).__name__ == "DaskTaskRunner"
    monkeypatch.setenv("CALLQA_HOME", str(tmp_path))
    monkeypatch.setenv("CALLQA_RUNNER", "processes")
    # What Prefect does when a flow begins.
    chosen: object = RunnerBySettings().duplicate()
    assert isinstance(chosen, ProcessPoolTaskRunner)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"runner": "processes", "runner_address": "tcp://a:1"}, "which has no address"),
        ({"runner": "dask", "runner_address": "tcp://a:1"}, "a file of this machine"),
        (
            {"runner": "dask", "runner_address": "tcp://a:1", "database_url": "postgresql://u@db/x"},
            "cannot reach the Prefect server",
        ),
        ({"runner": "ray"}, r"install callqa\[ray\]"),
    ],
)
def test_a_runner_that_cannot_work_is_refused_with_what_to_do(
    given: dict[str, object], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prefect_ray", None)
    with pytest.raises(SettingsError, match=message):
        runner_for(settings(**given))


def test_several_processes_are_not_started_on_one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "uses_gpu", lambda _: True)
    with pytest.raises(SettingsError, match="runner_workers to 1"):
        runner_for(settings(runner="dask"))
    assert runner_for(settings(runner="processes", runner_workers=1))
    assert runner_for(settings())


def hold(folder: str, held: Event, enough: Event) -> None:
    tempfile.tempdir = folder
    gpu_slot.hold_slot("GPU-1")
    held.set()
    enough.wait(60)


def test_a_gpu_is_one_process_s_at_a_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(gpu_slot, "_held", {})
    held, enough = FORK.Event(), FORK.Event()
    other = FORK.Process(target=hold, args=(str(tmp_path), held, enough))
    other.start()
    assert held.wait(60)
    gpu_slot.hold_slot("GPU-2")
    with caplog.at_level(logging.WARNING), pytest.raises(TransientError, match=f"process {other.pid} has used"):
        gpu_slot.hold_slot("GPU-1", patience_s=0)
    enough.set()
    other.join()
    # Whoever held it has ended, so it is free, whatever the file says.
    gpu_slot.hold_slot("GPU-1", patience_s=0)
    gpu_slot.hold_slot("GPU-1", patience_s=0)
    for file in gpu_slot._held.values():
        file.close()
