"""What lasts: calls, transcripts, scorecards and runs in SQLite or PostgreSQL.

`Database` gives units of work (models/ports.py); `storage.schema` makes and checks the tables.
"""

from storage.database import Database

__all__ = ["Database"]
