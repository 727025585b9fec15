"""Which columns hold what was said, and are sealed where there is a key; everything else stays plain.

Plain stays what databases search and sort by and what figures are made of: who, when, which customer, times and places
in the text, verdicts, points, kinds, receipts. A value that is NULL stays NULL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, Select, Table, select

from storage.appeal_tables import appeal_rulings, appeals
from storage.coaching_tables import coaching_notes
from storage.column_types import Json, storable
from storage.proposal_tables import proposal_decisions
from storage.sealing import Sealer, damaged, is_sealed
from storage.survey_tables import survey_answers
from storage.tables import (
    evidence,
    findings,
    ledger_events,
    ledger_promises,
    promises,
    reviews,
    scorecards,
    transcripts,
)


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns.

    `place` are the columns that say which of a recording's rows it is; `path` the tables between it and the one with
    the recording's id, both by their foreign keys. `owner` is the column of that id: of what is kept of an agent, it is
    the agent's, of what customers answer their own, of what is decided about a standard the standard's.
    """

    table: Table
    columns: tuple[str, ...]
    place: tuple[str, ...]
    path: tuple[Table, ...] = ()
    owner: str = "recording_id"

    def with_owner(self) -> Select[Any]:
        """All rows, each with the id of its owner."""
        tables = (self.table, *self.path)
        statement = select(self.table)
        if self.path:
            statement = select(self.table, tables[-1].c.recording_id).select_from(self.table)
        for table in self.path:
            statement = statement.join(table)
        return statement


_CARD = (scorecards, transcripts)

SEALED: Mapping[Table, SealedTable] = {
    sealed.table: sealed
    for sealed in (
        SealedTable(transcripts, ("document",), ("engine_digest",)),
        SealedTable(scorecards, ("complaint",), ("transcript_id", "standard_digest", "scorer"), (transcripts,)),
        # Reasons quote the call, and name the words that a rule found in it.
        SealedTable(findings, ("reasons",), ("scorecard_id", "position"), _CARD),
        SealedTable(evidence, ("quote",), ("scorecard_id", "finding_position", "position"), (findings, *_CARD)),
        SealedTable(promises, ("quote", "deadline"), ("scorecard_id", "position"), _CARD),
        SealedTable(
            ledger_promises,
            ("quote", "deadline"),
            ("engine_digest", "utterance", "char_start", "char_end", "action"),
        ),
        # What a later call says of a promise is quoted as its note.
        SealedTable(
            ledger_events, ("note",), ("promise_id", "status", "source", "reference", "recorded_at"), (ledger_promises,)
        ),
        # Whoever gives a reason quotes the call; of a short sentence the digest tells the words to who guesses them.
        SealedTable(reviews, ("comment", "words_digest"), ("item_id", "reviewer", "reviewed_at")),
        SealedTable(appeals, ("reason",), ("item_id",)),
        SealedTable(appeal_rulings, ("reason",), ("appeal_id",), (appeals,)),
        # What is said in a talk quotes calls as well.
        SealedTable(coaching_notes, ("note", "action", "answer"), ("written_by", "written_at"), owner="agent_id"),
        SealedTable(survey_answers, ("comment",), (), owner="id"),
        # A phrase was said in several calls.
        SealedTable(
            proposal_decisions,
            ("phrase", "why"),
            ("kind", "item_id", "family_kind", "decided_by", "decided_at"),
            owner="standard_id",
        ),
    )
}


def seal_row(sealer: Sealer, table: Table, row: Mapping[str, Any], owner_id: str) -> dict[str, Any]:
    """A row as it is stored, of one with all columns of its place; the owner is a recording, or an agent."""
    if sealer.newest is None:
        return dict(row)
    sealed = SEALED[table]
    return {
        **row,
        **{
            name: sealer.seal(_to_text(table, name, row[name]), _place(sealed, name, row, owner_id))
            for name in sealed.columns
            if row[name] is not None
        },
    }


def seal_rows(
    sealer: Sealer, table: Table, rows: Iterable[Mapping[str, Any]], recording_id: str
) -> list[dict[str, Any]]:
    """Rows of one recording as they are stored."""
    return [seal_row(sealer, table, row, recording_id) for row in rows]


def open_row(sealer: Sealer, table: Table, row: Row[Any], owner_id: str) -> Any:
    """A stored row, plain or sealed, as one that is plain: with the same attributes.

    Raises MissingKeyError and IntegrityError as `Sealer.open` does.
    """
    values = dict(row._mapping)
    opened = {
        name: _from_text(table, name, sealer.open(values[name], _place(SEALED[table], name, values, owner_id)))
        for name in SEALED[table].columns
        if _is_sealed(table, name, values[name])
    }
    return SimpleNamespace(**{**values, **opened}) if opened else row


def _is_sealed(table: Table, name: str, value: Any) -> bool:
    # In a column of documents any text is one that was sealed.
    return isinstance(value, str) and (_is_json(table, name) or is_sealed(value))


def _place(sealed: SealedTable, name: str, row: Mapping[str, Any], owner_id: str) -> str:
    """Where a value belongs. Part of what is sealed, and of messages: it holds ids only."""
    at = [_as_read(row[part]) for part in sealed.place]
    owner = f"{sealed.owner.removesuffix('_id')} {storable(owner_id)}"
    return f"{sealed.table.name}.{name} of {owner} {json.dumps(at, ensure_ascii=False)}"


def _as_read(value: Any) -> Any:
    """The value as it will be read again."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else storable(value)


def _to_text(table: Table, name: str, value: Any) -> str:
    stored = storable(value)
    if _is_json(table, name):
        return json.dumps(stored, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return str(stored)


def _from_text(table: Table, name: str, text: str) -> Any:
    if not _is_json(table, name):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise damaged(f"{table.name}.{name}") from None


def _is_json(table: Table, name: str) -> bool:
    return isinstance(table.c[name].type, Json)
