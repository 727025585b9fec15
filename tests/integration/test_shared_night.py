"""Processes that share a night, and processes that die: each call once, and the rows of an undisturbed run."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.call import RecordingState
from models.errors import ReasonCode
from models.run import RunStatus
from storage import schema
from tests.databases import dump
from tests.shared_night import MOST_ATTEMPTS, SharedNight, barrier, ended, make_recordings, result, statements

CALLS = 12


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_recordings(tmp_path_factory.mktemp("shared") / "recordings", CALLS)


@pytest.fixture(scope="module")
def undisturbed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, int]:
    """What a run nobody disturbs finds, and the number of its statements."""
    folder = tmp_path_factory.mktemp("undisturbed")
    url = f"sqlite:///{folder / 'calls.db'}"
    schema.upgrade(url)
    points = statements(SharedNight(source, url, folder / "heard"))
    return result(url), points


@pytest.fixture
def night(source: Path, database_url: str, tmp_path: Path) -> SharedNight:
    return SharedNight(source, database_url, tmp_path / "heard")


def check_complete(night: SharedNight, undisturbed: Any) -> None:
    """The same rows, each once, and no claim is left."""
    assert result(night.url) == undisturbed
    rows = {table: len(found) for table, found in dump(night.url).items()}
    assert (rows["recordings"], rows["transcripts"], rows["scorecards"], rows["claims"]) == (CALLS, CALLS, CALLS, 0)


def test_processes_at_once_do_each_call_once(night: SharedNight, undisturbed: tuple[Any, int]) -> None:
    together = barrier(3)
    processes = [night.start(hear_s=0.01, together=together) for _ in range(3)]
    assert [ended(process) for process in processes] == [0, 0, 0]
    assert sorted(night.heard()) == [f"{number:03d}.wav" for number in range(CALLS)]
    check_complete(night, undisturbed[0])


def kill_once(night: SharedNight, undisturbed: tuple[Any, int], seed: int) -> None:
    """Kill at a random statement; another process of the same machine goes on, with nothing waited for."""
    found, points = undisturbed
    point = random.Random(seed).randint(1, points)
    assert night.run(kill_at=point) == -9, point
    assert night.run() == 0
    check_complete(night, found)
    # The work that was in hand may be heard again, and nothing else.
    assert Counter(night.heard()).most_common(1)[0][1] <= 2


@pytest.mark.parametrize("seed", range(4))
def test_killed_anywhere_the_next_process_ends_in_the_same_rows(
    night: SharedNight, undisturbed: tuple[Any, int], seed: int
) -> None:
    kill_once(night, undisturbed, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 24))
def test_killed_at_many_more_points(night: SharedNight, undisturbed: tuple[Any, int], seed: int) -> None:
    kill_once(night, undisturbed, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_killed_again_and_again(night: SharedNight, undisturbed: tuple[Any, int], seed: int) -> None:
    """Five kills in a row at random points blame nobody, as long as they are fewer than the tries that each may have.

    With three tries a recording that was alone in three processes that died is quarantined, whoever killed them.
    """
    found, points = undisturbed
    night = replace(night, most_attempts=6)
    chance = random.Random(seed)
    for _ in range(5):
        night.run(kill_at=chance.randint(1, points))
    assert night.run() == 0
    check_complete(night, found)


@pytest.mark.parametrize("seed", range(2))
def test_a_process_at_work_takes_over_from_one_that_is_killed(
    night: SharedNight, undisturbed: tuple[Any, int], seed: int
) -> None:
    found, points = undisturbed
    together = barrier(2)
    victim = night.start(kill_at=random.Random(seed).randint(points // 3, points // 2), together=together, hear_s=0.01)
    other = night.start(together=together, hear_s=0.01)
    assert ended(other) == 0
    assert ended(victim) in (-9, 0)
    check_complete(night, found)


def test_a_recording_that_kills_its_process_ends_in_quarantine_and_the_rest_is_done(night: SharedNight) -> None:
    codes = [night.run(poison="007.wav") for _ in range(MOST_ATTEMPTS + 2)]
    assert codes == [-9] * (MOST_ATTEMPTS + 1) + [0]
    _, status, counts, calls = result(night.url)
    assert status is RunStatus.PARTIAL
    assert (counts.scored, counts.quarantined, counts.waiting) == (CALLS - 1, 1, 0)
    (poison,) = [c.stored for c in calls if c.stored.state is RecordingState.QUARANTINED]
    assert poison.recording.uri.endswith("007.wav")
    assert poison.quarantine.reason is ReasonCode.POISON
    assert Counter(night.heard())["007.wav"] == MOST_ATTEMPTS + 1, "once with others, which proves nothing, then alone"
    assert dump(night.url)["claims"] == []


def test_a_process_waits_for_another_one_and_both_say_the_same(
    night: SharedNight, undisturbed: tuple[Any, int]
) -> None:
    slow = night.start(hear_s=0.05)
    while not night.heard():
        assert slow.is_alive()
        time.sleep(0.01)
    assert night.run() == 0
    check_complete(night, undisturbed[0])
    assert ended(slow) == 0
    check_complete(night, undisturbed[0])
    assert max(Counter(night.heard()).values()) == 1
