"""The texts that are searched. What finds them fast is made beside them, see `storage.search_index`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table

from storage.column_types import Text
from storage.tables import metadata

# What was said in each recording by its newest transcript, masked as that is, folded (`storage.search.folded`), a line
# for each turn. None of what is sealed: a text that can be searched can be read. `queue_day` is that of the call's
# place in the review queue (`storage.places`), NULL while it is not in it: only texts of calls in the queue are found.
call_texts = Table(
    "call_texts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recording_id", Text, ForeignKey("recordings.id"), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("queue_day", Integer),
)
