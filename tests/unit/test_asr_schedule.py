"""One queue for many calls: everything done once, batches of one kind, errors heard."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.schedule import Prepared, Schedule

Job = tuple[int, tuple[int, ...]]
"""A job's number and the kind of each of its items."""
Item = tuple[int, int, int]
"""Job, index and kind."""
Run = Callable[[Sequence[Item]], Sequence[Item]]


class Work:
    """Doubles nothing, loses nothing, and writes down what it was asked to do."""

    def __init__(self) -> None:
        self.batches: list[tuple[Item, ...]] = []
        self.open = 0
        self.most_open = 0
        self.lock = threading.Lock()
        self.sound_s: defaultdict[int, float] = defaultdict(lambda: 10.0)
        """What each job holds, by its number."""
        self.held: dict[int, float] = {}
        self.most_held_s = 0.0
        self.pause_s = 0.0

    def finish(self, number: int, results: Sequence[Item]) -> tuple[int, list[Item]]:
        with self.lock:
            del self.held[number]
        return number, list(results)

    def prepare(self, job: Job) -> Prepared[Item, Item, tuple[int, list[Item]]]:
        number, kinds = job
        with self.lock:
            self.open += len(kinds)
            self.most_open = max(self.most_open, self.open)
            self.held[number] = self.sound_s[number]
            self.most_held_s = max(self.most_held_s, sum(self.held.values()))
        time.sleep(self.pause_s)
        items = tuple((kind, 10.0, (number, index, kind)) for index, kind in enumerate(kinds))
        return Prepared(items, lambda results: self.finish(number, results), self.sound_s[number])

    def run(self, items: Sequence[Item]) -> list[Item]:
        with self.lock:
            self.batches.append(tuple(items))
            self.open -= len(items)
        return list(items)

    def schedule(
        self,
        jobs: Sequence[Job],
        threads: int = 2,
        batch: int = 4,
        backlog_s: float = 200.0,
        open_s: float = 1e9,
        run: Run | None = None,
    ) -> Schedule[Job, Item, Item, tuple[int, list[Item]]]:
        return Schedule(
            jobs,
            self.prepare,
            run or self.run,
            expected_s=lambda job: self.sound_s[job[0]],
            threads=threads,
            batch=batch,
            backlog_s=backlog_s,
            open_s=open_s,
        )


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.integers(5, 9), max_size=12).map(tuple), max_size=20),
    st.integers(1, 4),
    st.integers(1, 8),
    st.sampled_from([1.0, 50.0, 10_000.0]),
    st.sampled_from([1.0, 30.0, 10_000.0]),
)
def test_every_job_finishes_once_with_its_own_results(
    kinds: list[tuple[int, ...]], threads: int, batch: int, backlog_s: float, open_s: float
) -> None:
    work = Work()
    outcomes = dict(work.schedule(list(enumerate(kinds)), threads, batch, backlog_s, open_s).outcomes())
    assert work.most_held_s <= max(open_s, 10.0)
    assert outcomes == {n: [(n, i, kind) for i, kind in enumerate(row)] for n, row in enumerate(kinds)}
    assert all(len({kind for _, _, kind in items}) == 1 for items in work.batches)
    assert all(len(items) <= batch for items in work.batches)
    assert sum(map(len, work.batches)) == sum(map(len, kinds))


def test_little_waits_at_a_time() -> None:
    work = Work()
    jobs = [(n, (5, 6, 7)) for n in range(200)]
    assert len(list(work.schedule(jobs, threads=2, batch=8, backlog_s=200.0).outcomes())) == 200
    # The backlog of 20 items, a job that each thread was just preparing, and a batch that each was just decoding.
    assert work.most_open <= 20 + 2 * 3 + 2 * 8


def test_jobs_count_while_they_are_prepared() -> None:
    """Nothing waits yet when all threads could begin a long one."""
    work = Work()
    work.pause_s = 0.02
    work.sound_s.update(dict.fromkeys(range(8), 7200.0))
    assert len(list(work.schedule([(n, (5,)) for n in range(8)], threads=4, open_s=10_800.0).outcomes())) == 8
    assert work.most_held_s == 7200.0


def test_short_jobs_are_prepared_side_by_side() -> None:
    work = Work()
    work.pause_s = 0.05
    list(work.schedule([(n, (5,)) for n in range(4)], threads=4, batch=4, open_s=40.0).outcomes())
    assert work.most_held_s == 40.0


def test_a_job_longer_than_the_bound_is_done_alone() -> None:
    work = Work()
    work.sound_s[1] = 1000.0
    outcomes = work.schedule([(n, (5,)) for n in range(3)], threads=3, open_s=100.0).outcomes()
    assert sorted(number for number, _ in outcomes) == [0, 1, 2]
    assert work.most_held_s == 1000.0


def test_jobs_that_wait_for_a_rare_kind_are_finished_before_more_are_begun() -> None:
    """Each has one item of a kind of its own, which no batch of eight ever fills."""
    work = Work()
    jobs = [(n, (5, 100 + n)) for n in range(200)]
    list(work.schedule(jobs, threads=2, batch=8, backlog_s=1e9, open_s=200.0).outcomes())
    assert work.most_held_s <= 200.0


def test_what_a_job_turned_out_to_hold_counts() -> None:
    work = Work()
    work.pause_s = 0.01
    work.sound_s = defaultdict(lambda: 90.0)
    schedule = Schedule(
        [(n, (5,)) for n in range(20)],
        work.prepare,
        work.run,
        expected_s=lambda _: 1.0,
        threads=1,
        batch=100,
        backlog_s=1e9,
        open_s=200.0,
    )
    list(schedule.outcomes())
    assert work.most_held_s <= 200.0 + 90.0


def test_batches_are_filled_across_jobs() -> None:
    work = Work()
    list(work.schedule([(n, (5,)) for n in range(16)], threads=1, batch=8, backlog_s=10_000.0).outcomes())
    assert [len(items) for items in work.batches] == [8, 8]


def test_outcomes_come_while_work_goes_on() -> None:
    work = Work()
    schedule = work.schedule([(n, (5,) * 4) for n in range(50)], threads=1, batch=4, backlog_s=1.0)
    outcomes = schedule.outcomes()
    next(outcomes)
    time.sleep(0)
    assert len(list(outcomes)) == 49


def test_an_error_reaches_the_caller() -> None:
    def fail(_: Sequence[Item]) -> list[Item]:
        raise LookupError("no such model")

    work = Work()
    schedule = work.schedule([(0, (5,)), (1, (5,))], threads=2, batch=1, backlog_s=100.0, run=fail)
    with pytest.raises(LookupError, match="no such model"):
        list(schedule.outcomes())


def test_an_error_comes_after_what_was_finished() -> None:
    """One thread finishes a job while the other has failed already."""
    at_work, failed = threading.Event(), threading.Event()

    def run(items: Sequence[Item]) -> list[Item]:
        if items[0][0] == 0:
            assert at_work.wait(10)
            failed.set()
            raise LookupError("no such model")
        at_work.set()
        assert failed.wait(10)
        time.sleep(0.05)
        return list(items)

    work = Work()
    schedule = work.schedule([(0, (5,)), (1, (6,))], threads=2, batch=1, backlog_s=100.0, run=run)
    outcomes = schedule.outcomes()
    assert next(outcomes)[0] == 1
    with pytest.raises(LookupError):
        next(outcomes)


def test_leaving_early_stops_the_threads() -> None:
    work = Work()
    outcomes = work.schedule([(n, (5,)) for n in range(10_000)], threads=2, batch=1, backlog_s=10.0).outcomes()
    next(outcomes)
    outcomes.close()
    done = len(work.batches)
    time.sleep(0.05)
    assert len(work.batches) == done < 10_000
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("asr-")]
