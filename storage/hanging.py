"""Which rows hang on a recording, found by the foreign keys: a table that is added later is not forgotten."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Table, select, tuple_

from storage.tables import metadata, recordings


def hanging_on(recording_ids: Collection[str]) -> list[tuple[Table, ColumnElement[bool]]]:
    """Each table with rows that belong to these recordings and the condition for them, in an order to delete in.

    A row belongs to a recording when it points at it, or at a row that does. The recordings themselves come last.
    """
    own: dict[Table, ColumnElement[bool]] = {recordings: recordings.c.id.in_(sorted(recording_ids))}
    for table in metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if key.referred_table in own and table not in own:
                here = [element.parent for element in key.elements]
                there = [element.column for element in key.elements]
                # One column is compared as such: databases find those by their indexes.
                left = here[0] if len(here) == 1 else tuple_(*here)
                own[table] = left.in_(select(*there).where(own[key.referred_table]))
    return [(table, own[table]) for table in reversed(metadata.sorted_tables) if table in own]
