"""New versions of standards on their way to being published: checked, compared, tried on stored calls.

They are in the database: every process that serves the console knows them, and one that ends loses none.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from callqa.reports.backtest import BacktestReport
from callqa.reports.trial import TrialOutcome, outcome_from_json, outcome_to_json, trial_outcome
from callqa.services.publish import publish_version, published_version
from callqa.standards import FoundStandard
from models.draft import StoredDraft, StoredTrial, TrialState
from models.errors import CallqaError, StandardError, StateError, origin_of
from models.ports import UnitOfWorkFactory
from scoring import CaseFailure, CompanyDays, ServiceStandard, check_cases, examples_of

log = logging.getLogger(__name__)

MOST_DRAFTS = 8
MOST_CHARACTERS = 2_000_000
QUIET = timedelta(minutes=5)
"""A back-test that says nothing for so long has ended with its process; else it says something every hundred calls."""

Try = Callable[[FoundStandard, int, Callable[[int], None]], BacktestReport]
"""Makes a back-test of a standard on the calls of so many days; is told how to say how many are done."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A back-test of a draft. `calls` are done so far; `report` is there when it is done."""

    days: int
    state: TrialState
    calls: int
    report: TrialOutcome | None


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


@dataclass(frozen=True, slots=True)
class Drafts:
    """The newest drafts. One back-test runs at a time, wherever it was begun."""

    try_it: Try
    new_unit: UnitOfWorkFactory
    now: Callable[[], datetime]

    def bring(self, text: str, source: str, days: CompanyDays, by: str) -> Draft:
        """Keep a standard as a draft. Raises StandardError, which names every problem with its line."""
        if len(text) > MOST_CHARACTERS:
            raise StandardError(f"{source}: longer than {MOST_CHARACTERS} characters; no standard is")
        found = FoundStandard(source, text, source, None, days)
        draft = Draft(found, *_checked(found), by, self.now())
        with self.new_unit() as uow:
            uow.drafts.put(StoredDraft(draft.key, text, source, by, draft.brought_at), MOST_DRAFTS)
            uow.commit()
        return draft

    def get(self, key: str, days: CompanyDays) -> Draft | None:
        """The draft; None for one that was never brought, or was forgotten.

        Raises StandardError where another program has kept what this one cannot use.
        """
        with self.new_unit() as uow:
            stored = uow.drafts.get(key)
        if stored is None:
            return None
        found = FoundStandard(stored.source, stored.text, stored.source, None, days)
        trial = None if stored.trial is None else self._trial(stored.trial)
        return Draft(found, *_checked(found), stored.brought_by, stored.brought_at, trial)

    def try_out(self, draft: Draft, days: int) -> None:
        """Begin a back-test of the draft. Raises StateError while another one runs, and for a draft that is gone."""
        trial = StoredTrial(days, self.now(), self.now())
        with self.new_unit() as uow:
            if not uow.drafts.begin_trial(draft.key, trial, trial.begun_at - QUIET):
                raise StateError("a back-test is running already, or the draft is gone; try again later")
            uow.commit()
        threading.Thread(target=self._run, args=(draft, trial), name="callqa-backtest", daemon=True).start()

    def publish(self, draft: Draft, by: str) -> bool:
        """Keep the draft as a version for good; False when exactly that one is published already.

        Raises StandardError where its examples fail or nobody wrote what changed.
        """
        if draft.failures:
            raise StandardError(f"{draft.found.source}: {len(draft.failures)} of its examples fail; see to them first")
        version = published_version(draft.standard, draft.found.text, self.now())
        return publish_version(version, draft.found.source, by, self.new_unit)

    def _trial(self, stored: StoredTrial) -> Trial:
        is_lost = stored.state is TrialState.RUNNING and self.now() - stored.told_at > QUIET
        report = None if stored.outcome is None else outcome_from_json(stored.outcome)
        return Trial(stored.days, TrialState.FAILED if is_lost else stored.state, stored.calls, report)

    def _run(self, draft: Draft, trial: StoredTrial) -> None:
        def tell(calls: int) -> None:
            self._tell(draft.key, replace(trial, calls=calls))

        try:
            outcome = trial_outcome(self.try_it(draft.found, trial.days, tell))
            ended = replace(
                trial, state=TrialState.DONE, calls=outcome.overall.calls, outcome=outcome_to_json(outcome)
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - nobody waits for this thread: the page says that it failed
            log.error("back-test: %s", origin_of(error))
            ended = replace(trial, state=TrialState.FAILED)
        try:
            self._tell(draft.key, ended)
        except CallqaError as error:
            # It counts as failed when nothing was heard of it for a while.
            log.error("back-test: %s", origin_of(error))

    def _tell(self, key: str, trial: StoredTrial) -> None:
        with self.new_unit() as uow:
            uow.drafts.tell(key, replace(trial, told_at=self.now()))
            uow.commit()


def _checked(found: FoundStandard) -> tuple[int, tuple[CaseFailure, ...]]:
    return _check(found.text, found.source, found.days)


@lru_cache(maxsize=MOST_DRAFTS)
def _check(text: str, source: str, days: CompanyDays) -> tuple[int, tuple[CaseFailure, ...]]:
    # Keyed by content: every look at a draft asks for it.
    standard = FoundStandard(source, text, source, None, days).standard
    examples = examples_of(standard)
    return len(examples), check_cases(standard, examples)
