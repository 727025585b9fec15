"""The record of how a call was conducted: what it says, and what it leaves open."""

from __future__ import annotations

import csv
import json
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.reports.conduct_export import ConductRow, export_conduct
from callqa.reports.export import ExportFormat
from models.call import CallMeta
from models.transcript import Role, SpeechSpan, Transcript
from scoring.conduct import HOLD_S, Conduct, conduct, holds
from tests import factories

A, C, S, U = Role.AGENT, Role.CUSTOMER, Role.SYSTEM, Role.UNKNOWN
META = replace(factories.meta(), ring_s=6.0, hung_up_by=C)


def heard(*spans: tuple[Role, float, float], basis: str = "channel:greeting") -> Transcript:
    said = factories.transcript(("agent", "您好，请讲。"), ("customer", "我想查一下账单。"))
    speech = tuple(SpeechSpan(*span) for span in spans)
    return replace(said, speech=speech, duration_s=120.0, answered_at_s=0.0, role_basis=basis)


def test_a_call_on_two_channels_shows_everything() -> None:
    found = conduct(heard((A, 0, 20), (C, 18.5, 30), (A, 45, 110)), META)
    assert found == Conduct(
        ring_s=6.0,
        hung_up_by=C,
        silences=2,
        longest_silence_s=15.0,
        holds=1,
        longest_hold_s=15.0,
        held_s=15.0,
        agent_cuts=0,
        customer_cuts=1,
        longest_overlap_s=1.5,
        agent_share=round(85 / 96.5, 4),
        # Four characters in 85 s, and seven in 11.5 s.
        agent_rate=round(60 * 4 / 85, 1),
        customer_rate=round(60 * 7 / 11.5, 1),
    )


def test_text_without_speech_spans_shows_what_the_metadata_say_and_nothing_else() -> None:
    found = conduct(heard(), META)
    known = {name for name in (f.name for f in fields(Conduct)) if getattr(found, name) is not None}
    assert known == {"ring_s", "hung_up_by"}
    assert conduct(heard(), CallMeta("C1")) == Conduct(*(None,) * len(fields(Conduct)))


def test_on_one_channel_silences_and_holds_are_known_and_interruptions_are_not() -> None:
    found = conduct(heard((A, 0, 20), (C, 19, 40), (A, 60, 119), basis="speakers:greeting"), META)
    assert (found.silences, found.holds) == (1, 1)
    assert (found.agent_cuts, found.customer_cuts, found.longest_overlap_s, found.agent_share) == (None,) * 4


@pytest.mark.parametrize(
    ("spans", "lengths"),
    [
        (((A, 0, 10), (C, 20, 30)), [10.0]),
        (((A, 0, 10), (C, 19.9, 30)), []),
        # An announcement or music does not end a hold; whoever it is that speaks does.
        (((A, 0, 10), (S, 12, 25), (C, 30, 40)), [20.0]),
        (((A, 0, 10), (U, 15, 16), (C, 30, 40)), [14.0]),
        # Before the first word and after the last nobody is kept waiting between words.
        (((A, 30, 40),), []),
        # One who talks through the other's pause leaves no gap.
        (((A, 0, 50), (C, 5, 6), (A, 55, 60)), []),
    ],
)
def test_holds(spans: tuple[tuple[Role, float, float], ...], lengths: list[float]) -> None:
    found = holds(heard(*spans))
    assert found is not None
    assert [round(stretch.length_s, 3) for stretch in found] == lengths


@given(st.lists(st.tuples(st.sampled_from([A, C, S, U]), st.floats(0, 100), st.floats(0, 20)), max_size=8))
def test_holds_lie_apart_and_nobody_speaks_in_them(drawn: list[tuple[Role, float, float]]) -> None:
    spans = [(role, start, start + length) for role, start, length in drawn]
    found = holds(heard(*spans)) or ()
    for stretch in found:
        assert stretch.length_s >= HOLD_S
        for role, start, end in spans:
            assert role is S or end <= stretch.start_s or start >= stretch.end_s
    assert all(one.end_s <= other.start_s for one, other in pairwise(found))


def test_the_export_has_a_row_per_call_and_empty_cells_for_what_is_not_known(tmp_path: Path) -> None:
    stored = replace(factories.stored_call(), meta=META)
    pairs = [(stored, heard((A, 0, 20), (C, 35, 50), basis="speakers:greeting"))]
    assert export_conduct(pairs, tmp_path / "c.csv", ExportFormat.CSV) == 1
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == [f.name for f in fields(ConductRow)]
    assert (row["call_id"], row["hung_up_by"], row["holds"], row["agent_cuts"]) == ("C1", "customer", "1", "")
    assert export_conduct(pairs, tmp_path / "c.jsonl", ExportFormat.JSONL) == 1
    line = json.loads((tmp_path / "c.jsonl").read_text(encoding="utf-8"))
    assert (line["holds"], line["agent_cuts"], line["started_at"]) == (1, None, "2026-11-20T01:31:00+00:00")
    for form in (ExportFormat.XLSX, ExportFormat.PARQUET):
        assert export_conduct(pairs, tmp_path / f"c.{form.value}", form) == 1
