"""Answers of customers, each joined to its call when it is read."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, select, update

from models.call import UNASSIGNED_AGENT, RecordingState
from models.customer import customer_key
from models.imported import Stored
from models.person import Scope
from models.roster import RosterEntry, entry_on
from models.survey import ANSWERED_WITHIN, ForgottenAnswer, JoinedAnswer, Match, SurveyAnswer
from storage.column_types import storable
from storage.roster import Roster
from storage.sealed_columns import open_row, seal_row
from storage.survey_tables import forgotten_answers, survey_answers
from storage.tables import recordings
from storage.transaction import Transaction

_BATCH = 1000
"""Ids in one statement: a bounded number of parameters."""
_CALL = select(
    recordings.c.id, recordings.c.call_id, recordings.c.agent_id, recordings.c.team, recordings.c.customer_ref,
    recordings.c.started_at,
).where(recordings.c.state != RecordingState.QUARANTINED)  # fmt: skip


class Surveys:
    """`models.survey.Surveys` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add_all(self, answers: Sequence[SurveyAnswer]) -> Stored[SurveyAnswer]:
        # Somebody else may be bringing the same file.
        self._transaction.lock_table(survey_answers)
        known = {answer.answer_id: answer for answer in self._with_ids(answer.answer_id for answer in answers)}
        new, changed = [], []
        for answer in map(_storable, answers):
            before = known.get(answer.answer_id)
            if before is None:
                new.append(answer)
            elif before != answer:
                own = update(survey_answers).where(survey_answers.c.id == answer.answer_id)
                self._transaction.update(own.values(**self._sealed(answer)))
                changed.append((before, answer))
        self._transaction.insert_all(survey_answers, [self._sealed(answer) for answer in new])
        return Stored(tuple(new), tuple(changed), len(answers) - len(new) - len(changed))

    def forgotten(self, answer_ids: Collection[str]) -> frozenset[str]:
        by_digest = {_digest(answer_id): answer_id for answer_id in answer_ids}
        found: set[str] = set()
        for batch in _batches(by_digest):
            rows = select(forgotten_answers.c.id_sha256).where(forgotten_answers.c.id_sha256.in_(batch))
            found |= {by_digest[row.id_sha256] for row in self._transaction.rows(rows)}
        return frozenset(found)

    def answers(self, since: datetime, until: datetime, scope: Scope) -> Sequence[JoinedAnswer]:
        given = survey_answers.c.answered_at
        found = self._join(self._read(select(survey_answers).where(given >= since, given < until)))
        return tuple(one for one in found if scope.covers(one.agent_id or UNASSIGNED_AGENT, one.team))

    def joined(self, answer_ids: Collection[str]) -> Sequence[JoinedAnswer]:
        return tuple(self._join(self._with_ids(answer_ids)))

    def of_customer(self, key: str, call_ids: Collection[str]) -> Sequence[str]:
        calls = {storable(call_id) for call_id in call_ids}
        facts = select(survey_answers.c.id, survey_answers.c.call_id, survey_answers.c.customer_ref)
        return sorted(
            row.id
            for row in self._transaction.rows(facts)
            if row.call_id in calls or (row.customer_ref is not None and customer_key(row.customer_ref) == key)
        )

    def older_than(self, moment: datetime) -> Sequence[str]:
        rows = self._transaction.rows(select(survey_answers.c.id).where(survey_answers.c.answered_at < moment))
        return sorted(row.id for row in rows)

    def forget(self, answer_ids: Collection[str], now: datetime) -> int:
        gone = 0
        for batch in _batches(answer_ids):
            gone += self._transaction.delete(delete(survey_answers).where(survey_answers.c.id.in_(batch)))
            for answer_id in batch:
                self._transaction.insert_new(forgotten_answers, {"id_sha256": _digest(answer_id), "at": now})
        return gone

    def all_forgotten(self) -> Sequence[ForgottenAnswer]:
        rows = self._transaction.rows(select(forgotten_answers))
        return sorted((ForgottenAnswer(row.id_sha256, row.at) for row in rows), key=lambda one: one.id_sha256)

    def forget_again(self, forgotten: Collection[ForgottenAnswer]) -> int:
        self._transaction.begin_writing()
        for one in forgotten:
            self._transaction.insert_new(forgotten_answers, {"id_sha256": one.id_sha256, "at": one.at})
        gone = {one.id_sha256 for one in forgotten}
        there = [row.id for row in self._transaction.rows(select(survey_answers.c.id)) if _digest(row.id) in gone]
        return sum(
            self._transaction.delete(delete(survey_answers).where(survey_answers.c.id.in_(batch)))
            for batch in _batches(there)
        )

    def _with_ids(self, answer_ids: Iterable[str]) -> list[SurveyAnswer]:
        found: list[SurveyAnswer] = []
        for batch in _batches(answer_ids):
            found += self._read(select(survey_answers).where(survey_answers.c.id.in_(batch)))
        return sorted(found, key=_order)

    def _read(self, statement: Select[Any]) -> list[SurveyAnswer]:
        return sorted(map(self._answer, self._transaction.rows(statement)), key=_order)

    def _join(self, answers: Sequence[SurveyAnswer]) -> Iterator[JoinedAnswer]:
        by_id = self._calls_by_id({answer.call_id for answer in answers if answer.call_id is not None})
        by_customer = self._calls_by_customer([a for a in answers if a.call_id is None and a.customer_ref is not None])
        entries: defaultdict[str, list[RosterEntry]] = defaultdict(list)
        for entry in Roster(self._transaction).all():
            entries[entry.agent_id].append(entry)
        for answer in answers:
            if answer.call_id is not None:
                call = by_id.get(answer.call_id)
                match = Match.NONE if call is None else Match.CALL_ID
            else:
                match, call = _latest(by_customer.get(customer_key(answer.customer_ref or ""), ()), answer)
            agent_id, team = _agent_of(call, answer), None if call is None else call.team
            on_roster = entry_on(entries.get(agent_id or "", ()), answer.answered_at.date())
            if team is None and on_roster is not None:
                team = on_roster.team
            yield JoinedAnswer(
                answer,
                match,
                None if call is None else call.id,
                None if call is None else call.call_id,
                agent_id,
                team,
            )

    def _calls_by_id(self, call_ids: Collection[str]) -> dict[str, Row[Any]]:
        rows = (self._transaction.rows(_CALL.where(recordings.c.call_id.in_(batch))) for batch in _batches(call_ids))
        return {row.call_id: row for batch in rows for row in batch}

    def _calls_by_customer(self, answers: Sequence[SurveyAnswer]) -> dict[str, list[Row[Any]]]:
        """Calls that these answers may be about, by the key of their customer."""
        found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
        if not answers:
            return found
        keys = {customer_key(answer.customer_ref or "") for answer in answers}
        times = [answer.answered_at for answer in answers]
        within = recordings.c.started_at.between(min(times) - ANSWERED_WITHIN, max(times))
        refs = self._transaction.rows(
            select(recordings.c.customer_ref).where(within, recordings.c.customer_ref.is_not(None)).distinct()
        )
        for batch in _batches(row.customer_ref for row in refs if customer_key(row.customer_ref) in keys):
            for row in self._transaction.rows(_CALL.where(within, recordings.c.customer_ref.in_(batch))):
                found[customer_key(row.customer_ref)].append(row)
        return found

    def _sealed(self, answer: SurveyAnswer) -> dict[str, Any]:
        row = {
            "id": answer.answer_id,
            "call_id": answer.call_id,
            "customer_ref": answer.customer_ref,
            "agent_id": answer.agent_id,
            "answered_at": answer.answered_at,
            "score": answer.score,
            "resolved": answer.resolved,
            "comment": answer.comment,
        }
        return seal_row(self._transaction.sealer, survey_answers, row, answer.answer_id)

    def _answer(self, row: Row[Any]) -> SurveyAnswer:
        opened = open_row(self._transaction.sealer, survey_answers, row, row.id)
        return SurveyAnswer(
            answer_id=opened.id,
            call_id=opened.call_id,
            customer_ref=opened.customer_ref,
            agent_id=opened.agent_id,
            answered_at=opened.answered_at,
            score=opened.score,
            resolved=opened.resolved,
            comment=opened.comment,
        )


def _latest(calls: Iterable[Row[Any]], answer: SurveyAnswer) -> tuple[Match, Row[Any] | None]:
    """The latest call before the answer; none when several began at that moment."""
    before = [c for c in calls if answer.answered_at - ANSWERED_WITHIN <= c.started_at <= answer.answered_at]
    if not before:
        return Match.NONE, None
    last = max(call.started_at for call in before)
    latest = [call for call in before if call.started_at == last]
    return (Match.CUSTOMER, latest[0]) if len(latest) == 1 else (Match.AMBIGUOUS, None)


def _agent_of(call: Row[Any] | None, answer: SurveyAnswer) -> str | None:
    if call is not None and call.agent_id != UNASSIGNED_AGENT:
        return str(call.agent_id)
    return answer.agent_id


def _storable(answer: SurveyAnswer) -> SurveyAnswer:
    """The answer as it will be read again."""
    texts = {name: storable(getattr(answer, name)) for name in ("answer_id", "call_id", "customer_ref", "agent_id")}
    return replace(answer, comment=storable(answer.comment), **texts)


def _order(answer: SurveyAnswer) -> tuple[datetime, str]:
    return answer.answered_at, answer.answer_id


def _digest(answer_id: str) -> str:
    return hashlib.sha256(str(storable(answer_id)).encode()).hexdigest()


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    rest = sorted({str(storable(value)) for value in values})
    for start in range(0, len(rest), _BATCH):
        yield rest[start : start + _BATCH]
