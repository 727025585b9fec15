"""Searching what was said: keeping the texts in step with transcripts, and finding phrases in them.

A phrase is found wherever its characters stand in one turn in a row, whatever punctuation the recogniser put between
them. Where its texts are sealed nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal,
    select,
    table,
    true,
    update,
)
from sqlalchemy import Text as PlainText
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.transcript import Transcript
from storage.column_types import Text, storable
from storage.places import queue_day
from storage.search_index import HELD, NAME, TOO_LONG, day_part
from storage.search_tables import call_texts
from storage.standing_tables import current_scorecards
from storage.transaction import Transaction

_PART = 3
"""Characters of each part of a text that is indexed."""
_LAST = "\U0010ffff"
_AS_INDEXED = str.maketrans({"\ufffe": "\ufffd", "\uffff": "\ufffd"})
"""What FTS5 puts in the place of two signs that are none."""
_PUNCTUATION = str.maketrans("", "", "，。？！、；：,.?!;:“”\"'「」《》（）() \t　\r\n")
_AROUND = 14
"""Characters that a finding is shown with, on either side."""
_ENOUGH = "64MB"
_PREPARED = select(
    func.set_config("max_parallel_workers_per_gather", "0", True),
    func.set_config("work_mem", _ENOUGH, True),
)
"""To the end of the transaction. Which texts the index found must be remembered one by one, not by pages, whose texts
would all be taken apart anew: this is enough for five million. Other processes would take longer to start than to help.
"""
_index = table(NAME, column("rowid"), column(NAME, PlainText))
_held = table(HELD, column("term", PlainText), column("doc"))


def folded(text: str) -> str:
    """The text as it is searched: small letters, without punctuation and blanks."""
    return str(storable(text)).lower().translate(_PUNCTUATION)


def keep_text(transaction: Transaction, transcript: Transcript) -> None:
    """Let the newest transcript of a recording be found; nothing is kept where texts are sealed."""
    if transaction.sealer.newest is not None:
        drop_texts(transaction, [transcript.recording_id])
        return
    text = "\n".join(folded(utterance.text) for utterance in transcript.utterances)
    row = {"recording_id": transcript.recording_id, "text": text}
    if not transaction.insert_new(call_texts, row):
        of_recording = call_texts.c.recording_id == transcript.recording_id
        transaction.update(update(call_texts).where(of_recording).values(text=text))
    follow_queue(transaction, transcript.recording_id)


def follow_queue(transaction: Transaction, recording_id: str) -> None:
    """Let the recording's text be found where its call is in the review queue, or not while it is not in it."""
    of_recording = call_texts.c.recording_id == bindparam("recording", type_=Text)
    transaction.update(_follow(of_recording), {"recording": recording_id})


def follow_whole_queue(transaction: Transaction) -> None:
    """The same for every text."""
    transaction.update(_follow(true()))


def drop_texts(transaction: Transaction, recording_ids: Collection[str]) -> None:
    """Let nothing that was said in these recordings be found any more."""
    transaction.delete(delete(call_texts).where(call_texts.c.recording_id.in_(recording_ids)))


def _follow(of_recording: ColumnElement[bool]) -> Update:
    at = select(queue_day(current_scorecards.c.place)).where(
        current_scorecards.c.recording_id == call_texts.c.recording_id
    )
    day = at.scalar_subquery()
    return update(call_texts).where(of_recording, call_texts.c.queue_day.is_distinct_from(day)).values(queue_day=day)


def says(phrases: Sequence[str]) -> ColumnElement[bool]:
    """Whether a text holds every one of the folded phrases."""
    return and_(*(_PlaceIn(call_texts.c.text, literal(phrase, PlainText)) > 0 for phrase in phrases))


class _PlaceIn(FunctionElement[int]):
    """Where the second begins in the first, from 1; 0: nowhere. LIKE goes through a text sign by sign, this by bytes:
    looking through texts takes a third less time in PostgreSQL.
    """

    type = Integer()
    inherit_cache = True


@compiles(_PlaceIn)
def _place_in(element: _PlaceIn, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


@compiles(_PlaceIn, "sqlite")
def _place_in_sqlite(element: _PlaceIn, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


def found_by_index(
    transaction: Transaction, phrases: Sequence[str], most: int, days: range | None = None
) -> Select[Any] | None:
    """`recording_id` and `is_said` of at most `most` texts that may hold the phrases, without a look at the others.

    With `days` only texts of calls on these days of the queue. None where that cannot be: no index, or only phrases of
    one and two characters that so many texts hold, each.
    """
    if not transaction.has_search_index():
        return None
    # LIKE and not `says`: of that PostgreSQL expects too many texts, and goes through the table.
    like = and_(*(call_texts.c.text.contains(phrase, autoescape=True) for phrase in phrases))
    statement = select(call_texts.c.recording_id, like.label("is_said")).limit(most)
    on_days = [] if days is None else [day_part(day) for day in days]
    if transaction.dialect == "sqlite":
        return _from_sqlite(transaction, statement, phrases, on_days, most)
    transaction.rows(_PREPARED)
    query = cast(literal(_query(phrases, on_days), PlainText), TSQUERY)
    indexed = getattr(func, NAME)(call_texts.c.text, call_texts.c.queue_day)
    return statement.where(call_texts.c.queue_day.is_not(None), indexed.op("@@")(query))


def _from_sqlite(
    transaction: Transaction, statement: Select[Any], phrases: Sequence[str], on_days: Sequence[str], most: int
) -> Select[Any] | None:
    # Quoted as FTS5 has it. Without places it knows no phrases, only which texts hold all of the parts.
    wanted = [_in_fts(part) for part in _parts(phrases)]
    days = [f"({' OR '.join(map(_in_fts, on_days))})"] if on_days else []
    of_index = _index.c[NAME].op("MATCH")
    if wanted:
        joined = statement.select_from(_index.join(call_texts, call_texts.c.id == _index.c.rowid))
        return joined.where(of_index(literal(" AND ".join([*wanted, *days]), PlainText)))
    if days:
        on_these = select(_index.c.rowid).where(of_index(literal(days[0], PlainText)))
        statement = statement.where(call_texts.c.id.in_(on_these))
    for phrase in sorted(phrases, key=len, reverse=True):
        first = phrase.translate(_AS_INDEXED)
        last = first.ljust(_PART, _LAST)
        holding = select(_held.c.doc).where(_held.c.term >= first, _held.c.term <= last).distinct()
        [counted] = transaction.rows(select(func.count().label("texts")).select_from(holding.limit(most).subquery()))
        if counted.texts < most:
            return statement.where(call_texts.c.id.in_(holding))
    return None


def _in_fts(part: str) -> str:
    return '"{}"'.format(part.replace('"', '""'))


def _query(phrases: Sequence[str], on_days: Sequence[str]) -> str:
    """As a tsquery: what holds all parts of the phrases, and what begins with those that are shorter than one."""
    begun = [f"{_quoted(phrase)}:*" for phrase in phrases if len(phrase) < _PART]
    days = [f"({' | '.join(map(_quoted, on_days))})"] if on_days else []
    return f"({' & '.join([*map(_quoted, _parts(phrases)), *begun, *days])}) | {_quoted(TOO_LONG)}"


def _quoted(part: str) -> str:
    return "'{}'".format(part.replace("\\", "\\\\").replace("'", "''"))


def _parts(phrases: Sequence[str]) -> list[str]:
    return sorted({phrase[at : at + _PART] for phrase in phrases for at in range(len(phrase) - _PART + 1)})


def quotes(transaction: Transaction, recording_ids: Collection[str], phrases: Sequence[str]) -> Mapping[str, str]:
    """For each recording a few folded words around the first phrase."""
    rows = transaction.rows(
        select(call_texts.c.recording_id, call_texts.c.text).where(call_texts.c.recording_id.in_(recording_ids))
    )
    return {row.recording_id: _around(row.text, phrases[0]) for row in rows}


def _around(text: str, phrase: str) -> str:
    turn = next((line for line in text.split("\n") if phrase in line), "")
    at = turn.find(phrase)
    begin, end = max(0, at - _AROUND), at + len(phrase) + _AROUND
    return f"{'…' if begin > 0 else ''}{turn[begin:end]}{'…' if end < len(turn) else ''}"
