"""The benchmarks that compare with true texts and times: what they count, on calls made up by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.glossary import blocks, row
from benchmarks.lines import with_truth
from benchmarks.times import interruption_hits, shown, silence_hits, summary, turn_times
from models.transcript import Role, SpeechSpan, Transcript
from models.wire import transcript_to_json
from tests import factories

TRUTH = {
    "turns": [
        {"role": "agent", "start": 1.0, "end": 2.0, "text": "您好工单"},
        {"role": "customer", "start": 2.5, "end": 3.0, "text": "喂"},
        {"role": "agent", "start": 2.4, "end": 3.4, "text": "请讲"},
        {"role": "ivr", "start": 8.0, "end": 9.0, "text": "话费查询"},
    ],
    "truth": {
        "dead_air": [{"start": 3.4, "end": 8.0}],
        "interruptions": [{"by": "customer", "start": 2.5, "overlap": 0.5}],
    },
}


def call() -> Transcript:
    said = (
        factories.utterance(0, Role.AGENT, "您好公单", 1.1),
        factories.utterance(1, Role.AGENT, "请讲", 2.3),
        factories.utterance(2, Role.SYSTEM, "话费查询", 8.0),
    )
    speech = (
        SpeechSpan(Role.AGENT, 1.0, 3.4),
        SpeechSpan(Role.CUSTOMER, 2.5, 3.9),
        SpeechSpan(Role.SYSTEM, 8.0, 9.0),
    )
    return replace(
        factories.transcript(), utterances=said, speech=speech, duration_s=9.0, role_basis="channel:greeting"
    )


def test_words_go_to_the_turn_of_their_own_party() -> None:
    times = [
        (t.start_error_s and round(t.start_error_s, 3), t.end_error_s and round(t.end_error_s, 3))
        for t in turn_times("c", call(), TRUTH)
    ]
    # The customer's turn was missed, although the agent was heard while it lasted.
    assert times == [(0.1, -0.1), (None, None), (-0.1, -0.7), (0.0, -0.2)]


def test_silence_and_interruption() -> None:
    silence, cut = silence_hits("c", call(), TRUTH), interruption_hits("c", call(), TRUTH)
    assert (silence.found, silence.true, silence.false, silence.missed) == (1, 1, (), ())
    assert (cut.found, cut.true, cut.false, cut.missed) == (1, 1, (), ())
    alone = replace(call(), role_basis="text")
    assert interruption_hits("c", alone, TRUTH).missed == ("c customer 2.5 (0.50 s)",)
    assert "found 1 of 2" in summary("both", [cut, interruption_hits("c", alone, TRUTH)])


def test_shares_within_the_tolerance() -> None:
    assert "within 0.3 s: 2 of 3 = 66.7%" in shown("turn starts", [0.1, -0.3, 0.31])


def test_terms_are_compared_party_by_party() -> None:
    found = [("".join(u.text for u in b.heard), b.said) for b in blocks("c", call(), TRUTH)]
    assert found == [("您好公单", "您好工单"), ("请讲", "请讲"), ("", "喂"), ("话费查询", "话费查询")]
    assert row("off", [("工单工单", "工单话费")], ["工单", "话费"]).split("[")[0].split() == [
        "off",
        "1",
        "of",
        "2",
        "terms",
    ]
    assert row("off", [("工单工单", "工单话费")], ["工单", "话费"]).endswith("false 1")


@pytest.mark.parametrize("call_id", ["d01_x", "d01_x.mono"])
def test_lines_meet_the_truth_of_their_call(call_id: str, tmp_path: Path) -> None:
    (tmp_path / "d01_x.json").write_text(json.dumps(TRUTH), encoding="utf-8")
    lines = [transcript_to_json(call(), factories.meta(name)) for name in (call_id, "d02_y")]
    (tmp_path / "lines.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    ((name, transcript, truth),) = with_truth(tmp_path / "lines.jsonl", tmp_path)
    assert (name, transcript.utterances, truth) == (call_id, call().utterances, TRUTH)
