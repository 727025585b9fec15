"""What `callqa doctor --tune` makes of its measurements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

import pytest

from callqa.cli import tune as command
from callqa.services.tune import Trial, advise, measure, worker_counts
from callqa.settings import Settings
from models.call import AudioFacts, CallMeta
from models.errors import TransientError
from models.ports import TranscribeOutcome
from models.run import AudioJob
from models.transcript import EngineReceipt
from tests.factories import ENGINE


class Listener:
    """Notes how many jobs it was given."""

    engine: EngineReceipt = ENGINE

    def __init__(self) -> None:
        self.given: list[int] = []

    def transcribe(self, jobs: Sequence[AudioJob]) -> Iterator[TranscribeOutcome]:
        self.given.append(len(jobs))
        yield from (TranscribeOutcome(job.recording_id, None, None) for job in jobs)


def test_speed_is_of_all_recordings_after_one_that_does_not_count() -> None:
    jobs = [AudioJob(str(i), "", AudioFacts(60.0, 8000, 2, "pcm"), CallMeta(str(i))) for i in range(3)]
    listener = Listener()
    ticks = count(100, 9)
    assert measure(listener, jobs, lambda: float(next(ticks))) == pytest.approx(180 / 9)
    assert listener.given == [1, 3]


class Failing(Listener):
    """Fails at once from a call on, as a GPU without memory does."""

    def __init__(self, good: int) -> None:
        super().__init__()
        self.good = good

    def transcribe(self, jobs: Sequence[AudioJob]) -> Iterator[TranscribeOutcome]:
        for outcome in super().transcribe(jobs):
            self.good -= 1
            yield outcome if self.good >= 0 else replace(outcome, error=TransientError("CUDA out of memory"))


JOBS = [AudioJob(str(i), "", AudioFacts(60.0, 8000, 2, "pcm"), CallMeta(str(i))) for i in range(3)]


@pytest.mark.parametrize("good", [0, 1, 3])
def test_what_fails_is_not_fast(good: int) -> None:
    with pytest.raises(TransientError, match=r"CUDA out of memory\); .*fewer workers"):
        measure(Failing(good), JOBS, lambda: 0.0)


def test_a_setting_that_fails_is_left_out_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "usable_cores", lambda: 2)
    monkeypatch.setattr(command, "passing_transcriber", lambda tried, _: Failing(0 if tried.workers == 2 else 1000))
    trials = command.tune_machine(Settings())
    assert [(trial.profile, trial.workers) for trial in trials] == [("accurate", 1), ("fast", 1)]
    assert "left out: a call could not be heard" in capsys.readouterr().err
    monkeypatch.setattr(command, "passing_transcriber", lambda *_: Failing(0))
    with pytest.raises(TransientError, match="CUDA out of memory"):
        command.tune_machine(Settings())


@pytest.mark.parametrize(("cores", "counts"), [(1, (1,)), (2, (1, 2)), (3, (1, 3)), (8, (1, 4, 8))])
def test_worker_counts(cores: int, counts: tuple[int, ...]) -> None:
    assert worker_counts(cores) == counts


@pytest.mark.parametrize(
    ("speeds", "workers"),
    [
        ({1: 20.0, 2: 39.0}, 2),
        ({1: 20.0, 2: 20.9}, 1),  # not worth a worker
        ({1: 10.0, 4: 38.0, 8: 39.0}, 4),
        ({1: 12.0, 2: 9.0}, 1),
        ({2: 5.0}, 2),
    ],
)
def test_the_fewest_workers_that_are_nearly_the_fastest(speeds: dict[int, float], workers: int) -> None:
    assert advise([Trial("accurate", n, speed) for n, speed in speeds.items()]).workers == workers
