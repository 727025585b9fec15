"""What the switchboard knows of a call, from manifests, sidecars and file names."""

from __future__ import annotations

from callqa.metadata.columns import cells_of, column_places, parse_day, parse_span
from callqa.metadata.csv_text import rows_in
from callqa.metadata.facts import FACTS, as_text, yes_or_no
from callqa.metadata.pattern import check_pattern
from callqa.metadata.presets import PRESETS
from callqa.metadata.reader import MetadataReader, NameRules
from callqa.metadata.sidecar import MOST_SIDECAR_BYTES, UNREADABLE
from callqa.metadata.table import read_table

__all__ = [
    "FACTS",
    "MOST_SIDECAR_BYTES",
    "PRESETS",
    "UNREADABLE",
    "MetadataReader",
    "NameRules",
    "as_text",
    "cells_of",
    "check_pattern",
    "column_places",
    "parse_day",
    "parse_span",
    "read_table",
    "rows_in",
    "yes_or_no",
]
