"""What the switchboard knows of a call, from manifests, sidecars and file names."""

from __future__ import annotations

from callqa.metadata.columns import cells_of, column_places, parse_day, parse_span
from callqa.metadata.csv_text import bytes_of, rows_in
from callqa.metadata.facts import FACTS, as_text, yes_or_no
from callqa.metadata.pattern import check_pattern
from callqa.metadata.presets import PRESETS
from callqa.metadata.reader import MetadataReader, NameRules
from callqa.metadata.sidecar import MOST_SIDECAR_BYTES, UNREADABLE
from callqa.metadata.table import Fault, table_in

__all__ = [
    "FACTS",
    "MOST_SIDECAR_BYTES",
    "PRESETS",
    "UNREADABLE",
    "Fault",
    "MetadataReader",
    "NameRules",
    "as_text",
    "bytes_of",
    "cells_of",
    "check_pattern",
    "column_places",
    "parse_day",
    "parse_span",
    "rows_in",
    "table_in",
    "yes_or_no",
]
