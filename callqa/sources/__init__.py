"""What lies in the sources of a run: which files are recordings, whether they are whole, and their bytes."""

from __future__ import annotations

from callqa.sources.files import confined, find_recording, hash_file, local_path, printed
from callqa.sources.listing import Listing, SourceFile, Unfinished, list_source, list_sources
from callqa.sources.names import MOST_ID_CHARACTERS, without_sound_suffix
from callqa.sources.settling import stamp_of, still_written

__all__ = [
    "MOST_ID_CHARACTERS",
    "Listing",
    "SourceFile",
    "Unfinished",
    "confined",
    "find_recording",
    "hash_file",
    "list_source",
    "list_sources",
    "local_path",
    "printed",
    "stamp_of",
    "still_written",
    "without_sound_suffix",
]
