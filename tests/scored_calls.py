"""Calls with scores in a database, and what follows from them there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa

from models.call import CallMeta, Quarantine
from models.errors import ReasonCode
from models.keeping import ForgottenPart
from models.ports import UnitOfWork
from models.scorecard import Scorecard, StandardRef, Verdict
from storage.standing_tables import agent_day_items, agent_days, current_scorecards, queue_findings, run_calls
from tests import factories
from tests.databases import bare_engine

OTHER_STANDARD = StandardRef("service-desk-en", "1", "sha256:" + "4" * 64)
NOISE = Quarantine(ReasonCode.CORRUPT_AUDIO, "half of it cannot be read")
ITEMS = ("greeting", "apology", "prohibited")


def put(
    uow: UnitOfWork,
    name: str,
    meta: CallMeta,
    card: Scorecard,
    scorer: str = factories.SCORER,
    turns: Sequence[tuple[str, str]] = (("agent", "您好"),),
) -> None:
    """A call from its registration to this scorecard, or scored once more."""
    recording = factories.recording(name)
    uow.calls.add(recording, meta)
    uow.transcripts.put(factories.transcript(*turns, seed=name))
    card = replace(card, call_id=meta.call_id, agent_id=meta.agent_id)
    uow.scorecards.put(recording.id, factories.ENGINE.digest, scorer, card)


def followed(url: str) -> dict[str, Any]:
    """What the tables that follow from scorecards hold, without the row ids of days."""
    names = [column for column in agent_days.c if column.name != "id"]
    items = [column for column in agent_day_items.c if column.name != "agent_day_id"]
    of_days = sa.select(*names, *items).join_from(agent_day_items, agent_days)
    with bare_engine(url).connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(statement).all()), key=repr)
            for name, statement in {
                "current": sa.select(current_scorecards),
                "queue": sa.select(queue_findings),
                "days": sa.select(*names),
                "items": of_days,
                "runs": sa.select(run_calls),
            }.items()
        }


@dataclass
class Events:
    """Whatever may happen to scored calls, by chance."""

    rng: random.Random
    names: list[str] = field(default_factory=list)
    aside: set[str] = field(default_factory=set)
    made: int = 0

    def happen(self, uow: UnitOfWork) -> None:
        """One of them."""
        if not self.names or self.rng.random() < 0.4:
            self._new(uow)
            return
        name = self.rng.choice(self.names)
        recording_id = factories.recording(name).id
        if name in self.aside:
            self.aside.remove(name)
            chance = self.rng.random()
            if chance < 0.2:
                uow.calls.drop(recording_id, factories.STARTED_AT)
                self.names.remove(name)
            elif chance < 0.6:
                uow.calls.let_out(recording_id)
            else:
                uow.calls.readmit(factories.recording(name), self._meta(name))
            return
        match self.rng.randrange(4):
            case 0:
                uow.calls.quarantine(recording_id, NOISE)
                self.aside.add(name)
            case 1:
                uow.keeping.forget([recording_id, "unknown"], ForgottenPart.CALL, factories.STARTED_AT)
                self.names.remove(name)
            case _:
                self._score(uow, name)

    def _new(self, uow: UnitOfWork) -> None:
        self.made += 1
        name = f"call-{self.made}"
        self.names.append(name)
        put(uow, name, self._meta(name), self._card())
        self._find(uow, name)

    def _find(self, uow: UnitOfWork, name: str) -> None:
        """By a run, perhaps under an address where it has found another recording before, or this one twice."""
        run = uow.runs.start(factories.run(f"run-{self.rng.randint(1, 2)}", scorer=f"rules-{self.rng.randint(1, 2)}"))
        for _ in range(self.rng.randint(0, 2)):
            uow.calls.saw(run.id, f"file:///calls/{self.rng.randrange(12)}.wav", factories.recording(name).id)

    def _score(self, uow: UnitOfWork, name: str) -> None:
        call = uow.calls.get(factories.recording(name).id)
        assert call is not None
        put(uow, name, call.meta, self._card(), f"rules-{self.rng.randint(1, 9)}")
        self._find(uow, name)

    def _meta(self, name: str) -> CallMeta:
        zone = timezone(timedelta(hours=self.rng.choice((-5, 0, 8))))
        began = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=self.rng.uniform(0, 3 * 86_400))
        agent_id, team = self.rng.choice((("A1", "T1"), ("A2", "T1"), ("A2", "T2"), ("A3", None)))
        started_at = None if self.rng.random() < 0.1 else began.astimezone(zone)
        return CallMeta(name, agent_id, team=team, started_at=started_at)

    def _card(self) -> Scorecard:
        found = tuple(
            factories.finding(item, self.rng.choice(list(Verdict)), round(self.rng.uniform(-5, 10), 1))
            for item in self.rng.sample(ITEMS, self.rng.randint(0, 3))
        )
        total = None if self.rng.random() < 0.1 else round(self.rng.uniform(0, 100), 1)
        card = factories.scorecard(
            total=total, findings=found, fatal=self.rng.random() < 0.2, needs_review=self.rng.random() < 0.3
        )
        return replace(card, standard=self.rng.choice((factories.STANDARD, OTHER_STANDARD)))


MONTH = (date(2026, 11, 1), date(2026, 11, 30))
