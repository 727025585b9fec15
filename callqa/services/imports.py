"""Taking in what survey systems and rosters tell: the same file again changes nothing, and no row is lost unsaid."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, TypeVar

from models.audit import AuditAction, By, deed
from models.imported import ReadTable, Refusal, RefusedRow, Stored
from models.ports import UnitOfWorkFactory
from models.review import NoteMask
from models.roster import RosterEntry
from models.survey import Match, SurveyAnswer

_Row = TypeVar("_Row", SurveyAnswer, RosterEntry)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows, or would: how many are new, changed what was stored, or told what was known.

    `refused` are those not taken in, by line.
    """

    new: int
    changed: int
    same: int
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True)
class ImportedSurveys:
    """`ambiguous` are lines of answers that may be about several calls; `without_call` counts those whose call is not
    stored, of which some may come later. All of these are kept.
    """

    rows: Imported
    ambiguous: tuple[int, ...]
    without_call: int


def import_surveys(
    table: ReadTable[SurveyAnswer],
    by: By,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
    *,
    mask: NoteMask,
    dry_run: bool,
) -> ImportedSurveys:
    """Keep the answers of a file, all in one transaction, comments masked; a dry run changes nothing.

    An answer that is stored and told otherwise now is changed. One that was erased does not come back.
    """
    rows, refused, repeated = _agreed(table, lambda answer: answer.answer_id)
    with new_unit_of_work() as uow:
        gone = uow.surveys.forgotten([answer.answer_id for _, answer in rows])
        refused += [RefusedRow(line, Refusal.ERASED) for line, one in rows if one.answer_id in gone]
        lines = {one.answer_id: line for line, one in rows if one.answer_id not in gone}
        kept = [one for _, one in rows if one.answer_id not in gone]
        stored = uow.surveys.add_all(
            [replace(one, comment=None if one.comment is None else mask(one.comment)) for one in kept]
        )
        joined = uow.surveys.joined(lines)
        if not dry_run and (stored.new or stored.changed):
            changed = [
                {
                    "answer_id": now_is.answer_id,
                    "facts": _differing(was, now_is),
                    "score_before": was.score,
                    "score": now_is.score,
                }
                for was, now_is in stored.changed
            ]
            details = {"new": len(stored.new), "changed": changed}
            uow.audit.record(deed(now, by, AuditAction.SURVEYS_IMPORTED, "", details))
            uow.commit()
    matches = Counter(one.match for one in joined)
    ambiguous = sorted(lines[one.answer.answer_id] for one in joined if one.match is Match.AMBIGUOUS)
    return ImportedSurveys(_imported(stored, refused, repeated), tuple(ambiguous), matches[Match.NONE])


def import_roster(
    table: ReadTable[RosterEntry], by: By, now: datetime, new_unit_of_work: UnitOfWorkFactory, *, dry_run: bool
) -> Imported:
    """Keep the entries of a file, all in one transaction; a dry run changes nothing.

    Entries that the file does not name stay.
    """
    rows, refused, repeated = _agreed(table, lambda entry: (entry.agent_id, entry.valid_from))
    with new_unit_of_work() as uow:
        stored = uow.roster.put_all([entry for _, entry in rows])
        if not dry_run and (stored.new or stored.changed):
            changed = [
                {
                    "agent_id": now_is.agent_id,
                    "valid_from": now_is.valid_from.isoformat(),
                    "facts": _differing(was, now_is),
                    "team_before": was.team,
                    "team": now_is.team,
                }
                for was, now_is in stored.changed
            ]
            details = {"new": len(stored.new), "changed": changed}
            uow.audit.record(deed(now, by, AuditAction.ROSTER_IMPORTED, "", details))
            uow.commit()
    return _imported(stored, refused, repeated)


def _agreed(
    table: ReadTable[_Row], key: Callable[[_Row], Hashable]
) -> tuple[list[tuple[int, _Row]], list[RefusedRow], int]:
    """Each row once, in order, with the refused ones and how many were repeated; rows that differ are all refused."""
    told: defaultdict[Hashable, list[tuple[int, _Row]]] = defaultdict(list)
    for line, row in table.rows:
        told[key(row)].append((line, row))
    rows, refused, repeated = [], list(table.refused), 0
    for same in told.values():
        if any(row != same[0][1] for _, row in same):
            others: Mapping[int, str] = {line: ", ".join(str(n) for n, _ in same if n != line) for line, _ in same}
            refused += [RefusedRow(line, Refusal.DISAGREE, lines) for line, lines in others.items()]
            continue
        rows.append(same[0])
        repeated += len(same) - 1
    return rows, refused, repeated


def _differing(was: _Row, now_is: _Row) -> list[str]:
    return [field.name for field in fields(was) if getattr(was, field.name) != getattr(now_is, field.name)]


def _imported(stored: Stored[Any], refused: list[RefusedRow], repeated: int) -> Imported:
    by_line = tuple(sorted(refused, key=lambda row: row.line))
    return Imported(len(stored.new), len(stored.changed), stored.same + repeated, by_line)
