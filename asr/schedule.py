"""One queue for many calls: threads prepare recordings, decode full batches, and finish calls as they complete."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Job = TypeVar("Job")
Item = TypeVar("Item")
Result = TypeVar("Result")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Prepared(Generic[Item, Result, Outcome]):
    """A job made ready: its items, each with a kind (only items of one kind share a batch) and a cost in seconds.

    `finish` turns the results, one per item in the same order, into the job's outcome. `held_s` are the seconds of
    sound that stay in memory until then.
    """

    items: tuple[tuple[int, float, Item], ...]
    finish: Callable[[Sequence[Result]], Outcome]
    held_s: float


@dataclass(slots=True, eq=False)
class _Open(Generic[Item, Result, Outcome]):
    """A prepared job some of whose results are still missing."""

    prepared: Prepared[Item, Result, Outcome]
    results: dict[int, Result] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting(Generic[Item, Result, Outcome]):
    order: int
    open_job: _Open[Item, Result, Outcome]
    index: int
    cost_s: float
    item: Item


class Schedule(Generic[Job, Item, Result, Outcome]):
    """Runs `prepare` on each job and `run` on batches of equal kind, with a fixed number of threads.

    A thread takes the oldest full batch; else prepares the next job, as long as less than `backlog_s` is waiting and no
    more than `open_s` of sound is held; else takes the oldest batch that is not full, so that open jobs get finished.
    So no thread idles while there is work, and memory stays bounded: a job counts from the moment that its preparation
    begins, with the seconds of sound that `expected_s` gives, until it is finished. One job alone may be longer.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        prepare: Callable[[Job], Prepared[Item, Result, Outcome]],
        run: Callable[[Sequence[Item]], Sequence[Result]],
        *,
        expected_s: Callable[[Job], float],
        threads: int,
        batch: int,
        backlog_s: float,
        open_s: float,
    ) -> None:
        self._prepare, self._run = prepare, run
        self._expected_s = expected_s
        self._threads, self._batch, self._backlog_s, self._open_s = threads, batch, backlog_s, open_s
        self._jobs = deque(jobs)
        self._buckets: dict[int, deque[_Waiting[Item, Result, Outcome]]] = {}
        self._outcomes: deque[Outcome] = deque()
        self._error: BaseException | None = None
        self._unfinished = len(self._jobs)
        self._waiting_s = 0.0
        self._held_s = 0.0
        self._open = 0
        self._busy = 0
        self._order = 0
        self._stopped = False
        self._changed = threading.Condition()

    def outcomes(self) -> Generator[Outcome, None, None]:
        """Start the threads and yield outcomes as jobs finish; closing the iterator early stops the rest.

        What `prepare`, `run` or `finish` raise is raised here, after the outcomes of the jobs that were finished by
        then; a failure that concerns one job only they must turn into its outcome.
        """
        threads = [threading.Thread(target=self._work, name=f"asr-{i}", daemon=True) for i in range(self._threads)]
        for thread in threads:
            thread.start()
        try:
            while True:
                with self._changed:
                    while not self._outcomes and self._unfinished and (self._error is None or self._busy):
                        self._changed.wait()
                    if not self._outcomes:
                        if self._error is not None:
                            raise self._error
                        return
                    outcome = self._outcomes.popleft()
                yield outcome
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()
            for thread in threads:
                thread.join()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            try:
                task()
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for the outcomes
                with self._changed:
                    self._error = self._error or error
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _next(self) -> Callable[[], None] | None:
        """Wait for something to do; None when there will be nothing more."""
        with self._changed:
            while not self._stopped and self._error is None:
                task = self._pick()
                if task is not None:
                    self._busy += 1
                    return task
                if not self._busy:
                    return None
                self._changed.wait()
            return None

    def _pick(self) -> Callable[[], None] | None:
        full = [bucket for bucket in self._buckets.values() if len(bucket) >= self._batch]
        if not full and self._jobs and self._waiting_s < self._backlog_s:
            expected_s = self._expected_s(self._jobs[0])
            if not self._open or self._held_s + expected_s <= self._open_s:
                job = self._jobs.popleft()
                self._open += 1
                self._held_s += expected_s
                return lambda: self._start(job, expected_s)
        open_buckets = full or [bucket for bucket in self._buckets.values() if bucket]
        if not open_buckets:
            return None
        oldest = min(open_buckets, key=lambda bucket: bucket[0].order)
        batch = [oldest.popleft() for _ in range(min(self._batch, len(oldest)))]
        self._waiting_s -= sum(waiting.cost_s for waiting in batch)
        return lambda: self._decode(batch)

    def _start(self, job: Job, expected_s: float) -> None:
        prepared = self._prepare(job)
        opened = _Open(prepared)
        with self._changed:
            self._held_s += prepared.held_s - expected_s
        if not prepared.items:
            self._finish(opened)
            return
        with self._changed:
            for index, (kind, cost_s, item) in enumerate(prepared.items):
                bucket = self._buckets.setdefault(kind, deque())
                bucket.append(_Waiting(self._order, opened, index, cost_s, item))
                self._waiting_s += cost_s
                self._order += 1

    def _decode(self, batch: Sequence[_Waiting[Item, Result, Outcome]]) -> None:
        results = self._run([waiting.item for waiting in batch])
        complete: list[_Open[Item, Result, Outcome]] = []
        with self._changed:
            for waiting, result in zip(batch, results, strict=True):
                waiting.open_job.results[waiting.index] = result
                if len(waiting.open_job.results) == len(waiting.open_job.prepared.items):
                    complete.append(waiting.open_job)
        for opened in complete:
            self._finish(opened)

    def _finish(self, opened: _Open[Item, Result, Outcome]) -> None:
        outcome = opened.prepared.finish([opened.results[i] for i in range(len(opened.prepared.items))])
        with self._changed:
            self._outcomes.append(outcome)
            self._unfinished -= 1
            self._open -= 1
            self._held_s -= opened.prepared.held_s
            self._changed.notify_all()
