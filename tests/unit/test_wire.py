"""Transcript lines from elsewhere: what is read, and what is refused with file and line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from models.errors import InputError
from models.transcript import Role
from models.wire import receipt_from_json, receipt_to_json, transcript_from_json, transcript_to_json
from tests import factories

WHERE = "night.jsonl:7"
HALF = "\ud83d"


def line(**changes: Any) -> dict[str, Any]:
    return {"call_id": "C1", "utterances": [turn()], **changes}


def turn(**changes: Any) -> dict[str, Any]:
    return {"speaker": "agent", "text": "您好", **changes}


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (line(utterances=[turn(), turn(start_s=float("nan"))]), "utterance 1: start_s is nan"),
        (line(utterances=[turn(end_s=float("inf"))]), "utterance 0: end_s is inf"),
        (line(utterances=[turn(end_s=10**400)]), "utterance 0: end_s is 1000"),
        (line(utterances=[turn(confidence="nan")]), "utterance 0: confidence is nan"),
        (line(utterances=[turn(text="您好" + HALF)]), r"utterance 0: text holds half of a surrogate pair, '\\ud83d'"),
        (line(utterances=[turn(text=None)]), "utterance 0: text is a NoneType, not text"),
        (line(utterances=[turn(text=["您好"])]), "utterance 0: text is a list, not text"),
        (line(utterances=[turn(speaker="robot")]), "'robot' is not a valid Role"),
        (line(utterances=[{"speaker": "agent"}]), "'text' is missing"),
        (line(utterances=[turn(words=[[0, 3, 0.0, 0.2, 0.9]])]), "utterance 0: word 0 spans 0 to 3"),
        (line(utterances=[turn(words=[[0, 1, 0, 0.2, 1], [2, 1, 0.0, 0.2, 0.9]])]), "utterance 0: word 1 spans 2 to 1"),
        (line(utterances=[turn(words=[[-1, 1, 0.0, 0.2, 0.9]])]), "utterance 0: word 0 spans -1 to 1"),
        (line(utterances=[turn(words=[[0, float("inf"), 0.0, 0.2, 0.9]])]), "not a transcript line"),
        (line(utterances=[turn(words=[[0, 1, 0.0, float("nan"), 0.9]])]), "utterance 0: word 0 is nan"),
        (line(utterances=[turn(words=[[0, 1]])]), "not a transcript line"),
        (line(duration_s="abc"), "duration_s is 'abc', which is not a number"),
        (line(duration_s=float("inf")), "duration_s is inf"),
        (line(duration_s=[12]), r"duration_s is \[12\], which is not a number"),
        (line(answered_at_s=float("nan")), "answered_at_s is nan"),
        (line(ring_s=float("nan")), "ring_s is nan"),
        (line(role_confidence=float("nan")), "role_confidence is nan"),
        (line(speech=[["agent", 0.0, float("inf")]]), "speech is inf"),
        (line(tones=[["system", "soon", 1.0]]), "tones is 'soon'"),
        (line(call_id=None), "call_id is a NoneType, not text"),
        (line(call_id="C" + HALF), "call_id holds half of a surrogate pair"),
        (line(agent_name={"first": "小"}), "agent_name is a dict, not text"),
        (line(team=HALF), "team holds half"),
        (line(engine={"model": float("nan"), "weights_digest": "", "options_digest": "", "digest": ""}), "engine model"),
        (line(started_at="1969-12-31T23:59:59+00:00"), "started_at .* is not between the years 1970 and 2200"),
        (line(started_at="2201-01-01T00:00:00+08:00"), "started_at .* is not between the years 1970 and 2200"),
        (line(started_at="0001-01-01T00:00:00+08:00"), "started_at .* is not between the years 1970 and 2200"),
        (line(started_at="2026-11-20T09:31:00"), "has no time zone"),
        (line(started_at="yesterday"), "not a transcript line"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_refused_with_its_place(read: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        transcript_from_json(read, WHERE)
    assert str(caught.value).startswith(f"{WHERE}: ")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "read",
    [
        line(),
        line(utterances=[]),
        line(call_id=1001, agent_name=None, team=None, duration_s=None),
        line(duration_s=65, started_at="1970-01-01T00:00:00+00:00"),
        line(started_at="2200-12-31T23:59:59+08:00"),
        line(utterances=[turn(text="", words=[[0, 0, 0.0, 0.0, 0.5]]), turn(text="😀", words=[[0, 1, 0, 1, 1]])]),
    ],
)
def test_near_misses_are_read(read: dict[str, Any]) -> None:
    transcript, meta = transcript_from_json(read, WHERE)
    assert meta.call_id == str(read["call_id"])
    assert [u.text for u in transcript.utterances] == [u["text"] for u in read["utterances"]]
    json.dumps(transcript_to_json(transcript, meta), allow_nan=False, ensure_ascii=False).encode()


def test_a_transcript_line_is_read_as_it_was_written() -> None:
    transcript = factories.transcript(("agent", "您好"), ("customer", "我要退订"))
    written = json.loads(json.dumps(transcript_to_json(transcript, factories.meta())))
    assert transcript_from_json(written, WHERE) == (transcript, factories.meta())


@pytest.mark.parametrize("heard", [True, False])
def test_a_receipt_is_read_as_it_was_written(heard: bool) -> None:
    card = factories.scorecard().receipt
    receipt = card if heard else type(card)(None, "sha256:1", None, factories.STANDARD, "clf", "0.1.0", "", 0.5)
    assert receipt_from_json(json.loads(json.dumps(receipt_to_json(receipt)))) == receipt


def test_who_hung_up_is_written_where_it_is_known_and_digests_of_before_stay() -> None:
    transcript = factories.transcript(("agent", "您好"))
    plain = transcript_to_json(transcript, factories.meta())
    assert "hung_up_by" not in plain
    known = transcript_to_json(transcript, replace(factories.meta(), hung_up_by=Role.AGENT))
    assert known == plain | {"hung_up_by": "agent"}
    assert transcript_from_json(known, WHERE)[1].hung_up_by is Role.AGENT


def test_a_receipt_from_before_the_rules_were_named_is_read() -> None:
    written = receipt_to_json(factories.scorecard().receipt)
    del written["rules"]
    assert receipt_from_json(written).rules is None
