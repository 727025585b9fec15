"""Searching what was said: keeping the texts in step with transcripts, and finding phrases in them.

A phrase is found wherever its characters stand in one turn in a row, whatever punctuation the recogniser put between
them. Where its texts are sealed nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, column, delete, func, literal, select, table, update
from sqlalchemy import Text as PlainText
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.transcript import Transcript
from storage.column_types import storable
from storage.search_index import HELD, NAME, TOO_LONG
from storage.search_tables import call_texts
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


def drop_texts(transaction: Transaction, recording_ids: Collection[str]) -> None:
    """Let nothing that was said in these recordings be found any more."""
    transaction.delete(delete(call_texts).where(call_texts.c.recording_id.in_(recording_ids)))


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


def found_by_index(transaction: Transaction, phrases: Sequence[str], most: int) -> Select[Any] | None:
    """Recording ids of `most` texts that hold the phrases, found without a look at the others.

    None where that cannot be: no index, or only phrases of one and two characters that so many texts hold, each.
    """
    if not transaction.has_search_index():
        return None
    # LIKE and not `says`: of that PostgreSQL expects too many texts, and goes through the table.
    like = and_(*(call_texts.c.text.contains(phrase, autoescape=True) for phrase in phrases))
    statement = select(call_texts.c.recording_id).where(like).limit(most)
    if transaction.dialect == "sqlite":
        return _from_sqlite(transaction, statement, phrases, most)
    transaction.rows(_PREPARED)
    query = cast(literal(_query(phrases), PlainText), TSQUERY)
    return statement.where(getattr(func, NAME)(call_texts.c.text).op("@@")(query))


def _from_sqlite(
    transaction: Transaction, statement: Select[Any], phrases: Sequence[str], most: int
) -> Select[Any] | None:
    if parts := _parts(phrases):
        # Quoted as FTS5 has it. Without places it knows no phrases, only which texts hold all of the parts.
        wanted = " AND ".join('"{}"'.format(part.replace('"', '""')) for part in parts)
        of_index = _index.c[NAME].op("MATCH")(literal(wanted, PlainText))
        return statement.select_from(_index.join(call_texts, call_texts.c.id == _index.c.rowid)).where(of_index)
    for phrase in sorted(phrases, key=len, reverse=True):
        first = phrase.translate(_AS_INDEXED)
        last = first.ljust(_PART, _LAST)
        holding = select(_held.c.doc).where(_held.c.term >= first, _held.c.term <= last).distinct()
        [counted] = transaction.rows(select(func.count().label("texts")).select_from(holding.limit(most).subquery()))
        if counted.texts < most:
            return statement.where(call_texts.c.id.in_(holding))
    return None


def _query(phrases: Sequence[str]) -> str:
    """The phrases as a tsquery: what holds all of their parts, and what begins with those that are shorter than one."""
    begun = [f"{_quoted(phrase)}:*" for phrase in phrases if len(phrase) < _PART]
    return f"({' & '.join([*map(_quoted, _parts(phrases)), *begun])}) | {_quoted(TOO_LONG)}"


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
