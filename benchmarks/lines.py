"""Transcript lines beside their ground truth, for the benchmarks that look at what was heard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.transcript import Transcript
from models.wire import transcript_from_json

Truth = dict[str, Any]


def with_truth(lines: Path, calls: Path) -> Iterator[tuple[str, Transcript, Truth]]:
    """(id, transcript, truth) of each line whose call id begins with the id of a truth file in `calls`.

    `lines` is what `callqa transcribe` wrote. Lines without a truth are passed over.
    """
    for number, line in enumerate(lines.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        transcript, meta = transcript_from_json(json.loads(line), f"{lines}:{number}")
        path = calls / f"{meta.call_id.split('.')[0]}.json"
        if path.is_file():
            yield meta.call_id, transcript, json.loads(path.read_text(encoding="utf-8"))
