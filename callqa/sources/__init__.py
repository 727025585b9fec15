"""What lies in the sources of a run: which files are recordings, whether they are whole, and their bytes."""

from __future__ import annotations

from callqa.sources.addresses import is_object_address, shown_address
from callqa.sources.files import confined, hash_file, local_path
from callqa.sources.finder import AddressFinder
from callqa.sources.listing import Listing, SourceFile, Unfinished, list_source, list_sources, open_sources
from callqa.sources.names import MOST_ID_CHARACTERS, without_sound_suffix
from callqa.sources.objects import Objects
from callqa.sources.s3 import S3, StoreAccess
from callqa.sources.settling import still_written

__all__ = [
    "MOST_ID_CHARACTERS",
    "S3",
    "AddressFinder",
    "Listing",
    "Objects",
    "SourceFile",
    "StoreAccess",
    "Unfinished",
    "confined",
    "hash_file",
    "is_object_address",
    "list_source",
    "list_sources",
    "local_path",
    "open_sources",
    "shown_address",
    "still_written",
    "without_sound_suffix",
]
