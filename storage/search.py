"""Searching what was said: keeping the texts in step with transcripts, and finding phrases in them.

A phrase is found wherever its characters stand in one turn in a row, whatever punctuation the recogniser put between
them. Where its texts are sealed nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, column, delete, literal, select, table, update
from sqlalchemy import Text as PlainText

from models.transcript import Transcript
from storage.column_types import storable
from storage.search_index import NAME
from storage.search_tables import call_texts
from storage.transaction import Transaction

INDEXED_CHARACTERS = 3
"""Shorter phrases are in no index."""
_PUNCTUATION = str.maketrans("", "", "，。？！、；：,.?!;:“”\"'「」《》（）() \t　\r\n")
_AROUND = 14
"""Characters that a finding is shown with, on either side."""
_index = table(NAME, column("rowid"), column(NAME, PlainText))


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
    return and_(*(call_texts.c.text.contains(phrase, autoescape=True) for phrase in phrases))


def found_by_index(transaction: Transaction, phrases: Sequence[str], most: int) -> Select[Any] | None:
    """Recording ids of `most` texts that hold the phrases, found without a look at the others.

    None where that cannot be: no index, or no phrase that is long enough.
    """
    long = [phrase for phrase in phrases if len(phrase) >= INDEXED_CHARACTERS]
    if not long or not transaction.has_search_index():
        return None
    statement = select(call_texts.c.recording_id).where(says(phrases)).limit(most)
    if transaction.dialect == "sqlite":
        # Quoted as FTS5 has it. Without places it knows no phrases, only which texts hold all of the trigrams.
        trigrams = {phrase[at : at + 3] for phrase in long for at in range(len(phrase) - 2)}
        wanted = " AND ".join('"{}"'.format(trigram.replace('"', '""')) for trigram in sorted(trigrams))
        of_index = _index.c[NAME].op("MATCH")(literal(wanted, PlainText))
        statement = statement.select_from(_index.join(call_texts, call_texts.c.id == _index.c.rowid)).where(of_index)
    return statement


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
