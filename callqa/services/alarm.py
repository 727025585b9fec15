"""Telling people: whatever goes wrong with that is logged and never costs a run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from callqa.reports.ledger import ledger_lines
from callqa.reports.vcon import shown_id
from callqa.services.drift import look_for_drift
from models.alert import Alert, AlertChannel, AlertKind
from models.audit import AuditHead
from models.errors import PartlyDeliveredError, TransientError
from models.night import Backlog
from models.person import EVERYBODY
from models.ports import UnitOfWorkFactory
from models.run import Run, RunCounts
from models.scorecard import PromiseStatus
from scoring.drift import Cause, DriftRules, Shift

log = logging.getLogger(__name__)

FEWEST_FOR_A_RATE = 10
"""A failure rate over fewer recordings says nothing."""
MOST_LISTED = 20
"""Ids in one alert; the rest is a count, and `callqa` has the list."""


@dataclass(frozen=True, slots=True)
class AlarmRules:
    """Of what to tell, and from when on."""

    kinds: frozenset[AlertKind]
    failure_rate: float
    promise_hours: float
    drift: DriftRules


@dataclass(frozen=True, slots=True)
class Alarm:
    """Sends alerts through all channels. Without channels nothing is looked up and nothing is sent."""

    channels: Sequence[AlertChannel]
    rules: AlarmRules
    new_unit_of_work: UnitOfWorkFactory

    def wants(self, kind: AlertKind) -> bool:
        """Whether anybody is to be told of this."""
        return bool(self.channels) and kind in self.rules.kinds

    def send(self, alert: Alert) -> bool:
        """Send it through every channel; true when it reached somebody. Never raises."""
        taken = False
        for channel in self.channels:
            try:
                channel.send(alert)
                taken = True
            except PartlyDeliveredError as error:
                log.warning("alert %s was not sent to all by %s: %s", alert.kind.value, channel.name, error)
                # Asked for again and again, it would fill the mailboxes of those who have it.
                taken = True
            except TransientError as error:
                log.warning("alert %s was not sent by %s: %s", alert.kind.value, channel.name, error)
            except Exception as error:  # noqa: BLE001 - telling of a night must not cost the night
                # The message may quote an address or a password.
                log.error("alert %s was not sent by %s: %s", alert.kind.value, channel.name, type(error).__name__)
        return taken

    def run_ended(
        self,
        run: Run,
        counts: RunCounts,
        left: Backlog,
        status: str,
        stopped: bool,
        audit_head: AuditHead | None,
        at: datetime,
    ) -> None:
        """Tell how the run ended. `stopped`: by its time, with `left` waiting.

        The head of the audit log goes along: whoever has it can tell later that the log's end was not cut off.
        """
        if self.wants(AlertKind.RUN_END):
            facts = {
                "status": status,
                "recordings": counts.recordings,
                "scored": counts.scored,
                "quarantined": counts.quarantined,
                "waiting": counts.waiting,
                "waiting_audio_h": round(left.audio_s / 3600, 2),
                "needs_review": counts.needs_review,
                "fatal": counts.fatal,
                "stopped": stopped,
                "audit_head": str(audit_head) if audit_head else None,
            }
            self.send(Alert(AlertKind.RUN_END, at, run.id, facts))

    def run_broke(self, error: BaseException, at: datetime) -> None:
        """Tell that the run ended with an error, of which only the kind is told."""
        if self.wants(AlertKind.RUN_END):
            facts = {"status": "failed", "error": type(error).__name__}
            self.send(Alert(AlertKind.RUN_END, at, None, facts))

    @contextmanager
    def watching(self, now: Callable[[], datetime]) -> Iterator[None]:
        """Tell of an error that ends the block, and let it go on."""
        try:
            yield
        except Exception as error:
            self.run_broke(error, now())
            raise

    def fatal_calls(self, run: Run, at: datetime) -> None:
        """Tell of fatal calls of the run that nobody was told of; again and again until a channel takes it."""
        if not self.wants(AlertKind.FATAL):
            return
        with self.new_unit_of_work() as uow:
            calls = uow.census.fatal_calls(run)
            told = uow.diary.told(AlertKind.FATAL, [call.recording_id for call in calls])
        news = [call for call in calls if call.recording_id not in told]
        if not news:
            return
        facts = {
            "calls": len(news),
            "call_ids": [shown_id(call.call_id) for call in news[:MOST_LISTED]],
            "agent_ids": sorted({call.agent_id for call in news[:MOST_LISTED]}),
            "more": len(news[MOST_LISTED:]),
        }
        if self.send(Alert(AlertKind.FATAL, at, run.id, facts)):
            self._note(AlertKind.FATAL, [call.recording_id for call in news], at)

    def failure_rate(self, run: Run, counts: RunCounts, left: Backlog, at: datetime) -> bool:
        """Tell when too large a share of what was tried failed; true when that was so and somebody was told."""
        failed = counts.quarantined + left.failed
        tried = counts.scored + failed
        if not self.wants(AlertKind.FAILURE_RATE) or tried < FEWEST_FOR_A_RATE:
            return False
        if failed / tried <= self.rules.failure_rate:
            return False
        facts = {
            "rate": round(failed / tried, 4),
            "threshold": self.rules.failure_rate,
            "failed": failed,
            "finished": tried,
        }
        return self.send(Alert(AlertKind.FAILURE_RATE, at, run.id, facts))

    def promises_due(self, run_id: str | None, at: datetime) -> None:
        """Tell of open promises that fall due within the hours set and that nobody was told of."""
        if not self.wants(AlertKind.PROMISES_DUE):
            return
        horizon = at + timedelta(hours=self.rules.promise_hours)
        with self.new_unit_of_work() as uow:
            recording_ids = uow.census.with_promises_due(at, horizon)
            entries = uow.ledger.entries(recording_ids) if recording_ids else ()
            near = [
                line.entry
                for line in ledger_lines(entries, at)
                if line.standing.status is PromiseStatus.OPEN
                and line.entry.promise.due_at is not None
                and at < line.entry.promise.due_at <= horizon
            ]
            told = uow.diary.told(AlertKind.PROMISES_DUE, [entry.id for entry in near])
        news = [entry for entry in near if entry.id not in told]
        if not news:
            return
        earliest = min(entry.promise.due_at for entry in news if entry.promise.due_at is not None)
        facts = {
            "promises": len(news),
            "hours": self.rules.promise_hours,
            "promise_ids": [entry.id for entry in news[:MOST_LISTED]],
            "agent_ids": sorted({entry.meta.agent_id for entry in news[:MOST_LISTED]}),
            "earliest_due_at": earliest.isoformat(),
            "more": len(news[MOST_LISTED:]),
        }
        if self.send(Alert(AlertKind.PROMISES_DUE, at, run_id, facts)):
            self._note(AlertKind.PROMISES_DUE, [entry.id for entry in news], at)

    def drift(self, run_id: str | None, at: datetime) -> None:
        """Tell of figures that have shifted without a known cause; of each once in a week, while it lasts."""
        if not self.wants(AlertKind.DRIFT):
            return
        # By the clock furthest ahead: the day of a call is that of its own clock.
        found = look_for_drift((at + timedelta(days=1)).date(), self.rules.drift, EVERYBODY, self.new_unit_of_work)
        if found is None:
            return
        year, week, _ = found.newest.until.isocalendar()
        subjects = {f"{year}-W{week:02d} {_shift_name(shift)}": shift for shift in found.alarms}
        with self.new_unit_of_work() as uow:
            told = uow.diary.told(AlertKind.DRIFT, subjects)
        news = {subject: shift for subject, shift in subjects.items() if subject not in told}
        if not news:
            return
        facts = {
            "shifts": len(news),
            "since": found.newest.since.isoformat(),
            "until": found.newest.until.isoformat(),
            "figures": [_shift_name(shift) for shift in list(news.values())[:MOST_LISTED]],
            "before": [round(shift.before, 4) for shift in list(news.values())[:MOST_LISTED]],
            "now": [round(shift.now, 4) for shift in list(news.values())[:MOST_LISTED]],
            "more": len(list(news)[MOST_LISTED:]),
        }
        if any(shift.routine for shift in news.values()):
            facts["also_changed"] = Cause.SCORER.value
        if self.send(Alert(AlertKind.DRIFT, at, run_id, facts)):
            self._note(AlertKind.DRIFT, news, at)

    def _note(self, kind: AlertKind, subjects: Collection[str], at: datetime) -> None:
        with self.new_unit_of_work() as uow:
            uow.diary.tell(kind, subjects, at)
            uow.commit()


def _shift_name(shift: Shift) -> str:
    """Such as `faults+ greeting Team 2 telecom-hotline-zh`: what has risen or fallen, and whose it is."""
    one = shift.subject
    sign = "+" if shift.now > shift.before else "-"
    return " ".join([f"{one.measure.value}{sign}", *filter(None, (one.item_id, one.team, one.standard_id))])
