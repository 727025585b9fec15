"""Damaged files of every format in one night: the run ends by itself, each is processed or set aside with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ReasonCode
from tests.mutated_night import PROCESSED, WAITING, counted, endure, write_mutations

FILES = 66
"""Two of each format."""


@pytest.mark.slow
def test_damaged_files_of_every_format_are_processed_or_set_aside(tmp_path: Path) -> None:
    written = write_mutations(tmp_path / "calls", FILES, seed=1, seconds=2.0)
    assert len({original for original, _ in written.values()}) == FILES // 2
    code, toll = endure(tmp_path / "calls", tmp_path)
    assert code == 0
    assert toll is not None
    assert toll.fates.keys() == written.keys()
    fates = counted(toll.fates)
    assert fates[WAITING] == fates[ReasonCode.PROCESSING_FAILED] == 0
    assert fates[PROCESSED] > FILES // 3
