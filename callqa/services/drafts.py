"""New versions of standards on their way to being published: checked, compared, tried on stored calls.

They are kept in memory only: whoever serves the console forgets them when it ends, and they are brought again.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from callqa.reports.backtest import BacktestReport
from callqa.services.publish import publish_version, published_version
from callqa.standards import FoundStandard
from models.errors import StandardError, StateError, origin_of
from models.ports import UnitOfWorkFactory
from scoring import CaseFailure, CompanyDays, ServiceStandard, check_cases, examples_of

log = logging.getLogger(__name__)

MOST_DRAFTS = 8
MOST_CHARACTERS = 2_000_000

Try = Callable[[FoundStandard, int, Callable[[int], None]], BacktestReport]
"""Makes a back-test of a standard on the calls of so many days; is told how to say how many are done."""


class TrialState(StrEnum):
    """How far a back-test is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trial:
    """A back-test of a draft. `calls` are done so far; `report` is there when it is done."""

    days: int
    state: TrialState = TrialState.RUNNING
    calls: int = 0
    report: BacktestReport | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A standard that can be loaded. `failures` are those of its examples; with any it cannot be published."""

    found: FoundStandard
    examples: int
    failures: tuple[CaseFailure, ...]
    brought_by: str
    brought_at: datetime
    trial: Trial | None = None

    @property
    def standard(self) -> ServiceStandard:
        """The standard."""
        return self.found.standard

    @property
    def key(self) -> str:
        """What it is asked for by: the digest of its content, without the kind of digest."""
        return self.standard.ref.digest.removeprefix("sha256:")


class Drafts:
    """The newest drafts; safe to use from several threads. One back-test runs at a time."""

    def __init__(self, try_out: Try) -> None:
        self._try = try_out
        self._lock = threading.Lock()
        self._drafts: OrderedDict[str, Draft] = OrderedDict()
        self._at_work = False

    def bring(self, text: str, source: str, days: CompanyDays, by: str, now: datetime) -> Draft:
        """Keep a standard as a draft. Raises StandardError, which names every problem with its line."""
        if len(text) > MOST_CHARACTERS:
            raise StandardError(f"{source}: longer than {MOST_CHARACTERS} characters; no standard is")
        found = FoundStandard(source, text, source, None, days)
        examples = examples_of(found.standard)
        draft = Draft(found, len(examples), check_cases(found.standard, examples), by, now)
        with self._lock:
            self._drafts.pop(draft.key, None)
            self._drafts[draft.key] = draft
            while len(self._drafts) > MOST_DRAFTS:
                self._drafts.popitem(last=False)
        return draft

    def get(self, key: str) -> Draft | None:
        """The draft; None for one that was never brought, or was forgotten."""
        with self._lock:
            return self._drafts.get(key)

    def all(self) -> tuple[Draft, ...]:
        """Every draft, the newest first."""
        with self._lock:
            return tuple(reversed(self._drafts.values()))

    def try_out(self, key: str, days: int) -> None:
        """Begin a back-test of the draft. Raises StateError while another one runs, and for no such draft."""
        with self._lock:
            draft = self._drafts.get(key)
            if draft is None or self._at_work:
                raise StateError("a back-test is running already, or the draft is gone; try again later")
            self._at_work = True
            self._drafts[key] = replace(draft, trial=Trial(days))
        threading.Thread(target=self._run, args=(key, draft.found, days), name="callqa-backtest", daemon=True).start()

    def publish(self, key: str, by: str, now: datetime, new_unit: UnitOfWorkFactory) -> bool:
        """Keep the draft as a version for good; False when exactly that one is published already.

        Raises StateError for no such draft, StandardError where its examples fail or nobody wrote what changed.
        """
        draft = self.get(key)
        if draft is None:
            raise StateError("the draft is gone; bring the standard again")
        if draft.failures:
            raise StandardError(f"{draft.found.source}: {len(draft.failures)} of its examples fail; see to them first")
        version = published_version(draft.standard, draft.found.text, now)
        return publish_version(version, draft.found.source, by, new_unit)

    def _run(self, key: str, found: FoundStandard, days: int) -> None:
        try:
            report = self._try(found, days, lambda calls: self._tell(key, Trial(days, calls=calls)))
            self._tell(key, Trial(days, TrialState.DONE, report.overall.calls, report))
        except Exception as error:  # noqa: BLE001 - nobody waits for this thread: the page says that it failed
            log.error("back-test: %s", origin_of(error))
            self._tell(key, Trial(days, TrialState.FAILED))
        finally:
            with self._lock:
                self._at_work = False

    def _tell(self, key: str, trial: Trial) -> None:
        with self._lock:
            draft = self._drafts.get(key)
            if draft is not None:
                self._drafts[key] = replace(draft, trial=trial)
