"""What the switchboard knows of a call, from manifests, sidecars and file names."""

from __future__ import annotations

from callqa.metadata.csv_text import rows_in
from callqa.metadata.facts import FACTS, parse_time
from callqa.metadata.pattern import check_pattern
from callqa.metadata.presets import PRESETS
from callqa.metadata.reader import MetadataReader, NameRules
from callqa.metadata.sidecar import MOST_SIDECAR_BYTES, UNREADABLE

__all__ = [
    "FACTS",
    "MOST_SIDECAR_BYTES",
    "PRESETS",
    "UNREADABLE",
    "MetadataReader",
    "NameRules",
    "check_pattern",
    "parse_time",
    "rows_in",
]
