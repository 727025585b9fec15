"""Transcripts as files: names that are safe, one file or many, and the vCon form."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.reports.file_names import safe_stem
from callqa.reports.transcript_export import HeardCall, TranscriptFormat, Written, export_transcripts
from callqa.reports.vcon import vcon
from models.call import AudioFacts, CallMeta, Direction, Recording
from models.errors import InputError, TransientError
from models.transcript import Dropped, Masked, Role, SecretKind, Utterance
from models.wire import transcript_to_json
from tests import factories

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
EACH_ITS_FILE = [TranscriptFormat.VTT, TranscriptFormat.SRT, TranscriptFormat.VCON]


def call(call_id: str = "C1", *turns: tuple[str, str]) -> HeardCall:
    said = turns or (("agent", "您好，请讲。"), ("customer", "宽带断了。"))
    return HeardCall(factories.recording(call_id), factories.meta(call_id), factories.transcript(*said, seed=call_id))


def export(calls: list[HeardCall], path: Path, format_: TranscriptFormat, language: str = "zh") -> Written:
    return export_transcripts(calls, path, format_, language, NOW)


def test_lines_of_all_calls_are_the_wire_form(tmp_path: Path) -> None:
    calls = [call("C1"), call("C2")]
    assert export(calls, tmp_path / "t.jsonl", TranscriptFormat.JSONL) == Written(2)
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == [transcript_to_json(c.transcript, c.meta) for c in calls]


@pytest.mark.parametrize("format_", EACH_ITS_FILE)
def test_a_folder_with_a_file_per_call(tmp_path: Path, format_: TranscriptFormat) -> None:
    assert export([call("C1"), call("2026/11 二十")], tmp_path / "new" / "t", format_) == Written(2)
    odd, plain = sorted(file.name for file in (tmp_path / "new" / "t").iterdir())
    assert plain == f"C1.{format_}"
    assert re.fullmatch(rf"2026_11_二十-[0-9a-f]{{16}}\.{format_}", odd)


@pytest.mark.parametrize(
    ("format_", "language", "holds"),
    [
        (TranscriptFormat.VTT, "zh", "<v 客户>宽带断了。"),
        (TranscriptFormat.VTT, "en", "<v Customer>宽带断了。"),
        (TranscriptFormat.SRT, "zh", "\n坐席：您好，请讲。"),
        (TranscriptFormat.VCON, "zh", '"宽带断了。"'),
    ],
)
def test_one_call_into_one_file(tmp_path: Path, format_: TranscriptFormat, language: str, holds: str) -> None:
    path = tmp_path / f"one.{format_}"
    assert export([call()], path, format_, language) == Written(1)
    assert holds in path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("format_", EACH_ITS_FILE)
@pytest.mark.parametrize(("calls", "said"), [([], "none was found"), ([call("C1"), call("C2")], "more than one")])
def test_one_file_holds_one_call(tmp_path: Path, format_: TranscriptFormat, calls: list[HeardCall], said: str) -> None:
    with pytest.raises(InputError, match=said):
        export(calls, tmp_path / f"one.{format_}", format_)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format_", EACH_ITS_FILE)
def test_no_calls_and_no_words(tmp_path: Path, format_: TranscriptFormat) -> None:
    assert export([], tmp_path / "t", format_) == Written(0)
    assert list((tmp_path / "t").iterdir()) == []
    silent = replace(call(), transcript=replace(call().transcript, utterances=()))
    assert export([silent], tmp_path / "t", format_) == Written(1)
    assert (tmp_path / "t" / f"C1.{format_}").exists()


@pytest.mark.parametrize(
    ("format_", "missing"), [(TranscriptFormat.VTT, 1), (TranscriptFormat.SRT, 1), (TranscriptFormat.VCON, 0)]
)
def test_what_has_no_times_is_left_out_of_subtitles_and_said(
    tmp_path: Path, format_: TranscriptFormat, missing: int
) -> None:
    timed = call().transcript
    mixed = replace(timed, utterances=(timed.utterances[0], Utterance(1, Role.CUSTOMER, None, None, "宽带断了。")))
    written = export([replace(call(), transcript=mixed)], tmp_path / "t", format_)
    assert written == Written(1, (("C1", 1),) if missing else ())
    assert ("宽带断了。" in (tmp_path / "t" / f"C1.{format_}").read_text(encoding="utf-8")) is not bool(missing)


def test_calls_whose_names_some_systems_mix_up_get_files_of_their_own(tmp_path: Path) -> None:
    export([call("A1"), call("a1"), call("A1")], tmp_path, TranscriptFormat.SRT)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["A1-3.srt", "A1.srt", "a1-2.srt"]


@pytest.mark.parametrize("format_", list(TranscriptFormat))
def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path, format_: TranscriptFormat) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"file/t: cannot be"):
        export([call()], tmp_path / "file" / "t", format_)


def test_a_failed_export_leaves_no_half_written_file(tmp_path: Path) -> None:
    def breaks_off() -> Iterator[HeardCall]:
        yield call("C1")
        raise TransientError("the database is gone")

    with pytest.raises(TransientError):
        export_transcripts(breaks_off(), tmp_path, TranscriptFormat.VTT, "zh", NOW)
    assert [file.name for file in tmp_path.iterdir()] == ["C1.vtt"]


@pytest.mark.parametrize("call_id", ["C1", "2026-11-20_0931", "通话1", "a.b", "-x"])
def test_plain_ids_are_their_own_names(call_id: str) -> None:
    assert safe_stem(call_id) == call_id


HOSTILE = ["", ".", "..", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", ".hidden", "x.", "a b", "a\nb", "a\x00b", "CON", "nul.txt",
           "com1", "客" * 200, "a" * 300, "\u202egpj", "e\u0301", "\ud800", "a:b", "a*b?", "<a>", "~", "$(rm)"]  # fmt: skip


@pytest.mark.parametrize("call_id", HOSTILE)
def test_hostile_ids_become_safe_names(tmp_path: Path, call_id: str) -> None:
    stem = safe_stem(call_id)
    assert re.fullmatch(r"[\w\-.]+-[0-9a-f]{16}", stem)
    assert not stem.startswith(".")
    assert len(stem.encode()) < 200
    assert (tmp_path / f"{stem}.vtt").resolve().parent == tmp_path.resolve()
    (tmp_path / f"{stem}.vtt").touch()


@given(st.lists(st.text(max_size=20), unique=True, min_size=2, max_size=2))
def test_two_calls_never_share_a_name(ids: list[str]) -> None:
    assert safe_stem(ids[0]) != safe_stem(ids[1])


META = CallMeta(
    "C1",
    agent_id="A17",
    agent_name="林晓",
    team="宽带组",
    customer_ref="VIP-13800001234",
    started_at=datetime(2026, 11, 20, 9, 31, tzinfo=timezone(timedelta(hours=8))),
    direction=Direction.INBOUND,
    channel_roles=(Role.AGENT, Role.CUSTOMER),
)


def made(meta: CallMeta = META, *turns: tuple[str, str], **changes: Any) -> dict[str, Any]:
    transcript = replace(call("C1", *turns).transcript, **{"role_basis": "metadata"} | changes)
    document = vcon(factories.recording("C1"), meta, transcript, NOW)
    check_form(document)
    return document


def check_form(document: dict[str, Any]) -> None:
    """What draft-ietf-vcon-vcon-core-04 demands of the parts that callqa writes."""
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["vcon"] == "0.4.0"
    assert uuid.UUID(document["uuid"]).version == 8
    assert uuid.UUID(document["uuid"]).variant == uuid.RFC_4122
    assert datetime.fromisoformat(document["created_at"]).tzinfo is not None
    assert document["extensions"] == ["CC"]
    count = len(document["parties"])
    for party in document["parties"]:
        assert set(party) <= {"name", "uuid", "type", "dept", "role"}
        assert all(isinstance(value, str) and value for value in party.values())
    [dialog] = document["dialog"]
    allowed = {"type", "start", "duration", "parties", "originator", "mediatype", "content_hash"}
    assert set(dialog) <= allowed
    assert dialog["type"] == "recording"
    if "start" in dialog:
        assert datetime.fromisoformat(dialog["start"]).tzinfo is not None
    assert dialog["duration"] >= 0
    named = [index for entry in dialog["parties"] for index in (entry if isinstance(entry, list) else [entry])]
    assert all(0 <= index < count for index in named)
    if "originator" in dialog:
        assert dialog["originator"] != named[0]
    assert re.fullmatch(r"sha256-[A-Za-z0-9_-]{43}", dialog["content_hash"])
    [analysis] = document["analysis"]
    assert (analysis["type"], analysis["vendor"], analysis["dialog"]) == ("transcript", "callqa", 0)
    assert (analysis["encoding"], analysis["mediatype"]) == ("json", "application/json")
    assert all(0 <= u["party"] < count for u in analysis["body"]["utterances"])


def test_a_vcon_names_parties_recording_and_transcript() -> None:
    document = made()
    assert document["subject"] == "C1"
    assert document["created_at"] == "2026-11-26T03:00:00+00:00"
    assert document["parties"] == [
        {"role": "agent", "type": "person", "name": "林晓", "uuid": "A17", "dept": "宽带组"},
        {"role": "customer", "type": "person", "uuid": "VIP-*******1234"},
    ]
    [dialog] = document["dialog"]
    assert dialog["start"] == "2026-11-20T09:31:00+08:00"
    assert dialog["mediatype"] == "audio/x-wav"
    assert (dialog["parties"], dialog["originator"]) == ([0, 1], 1)
    hashed = base64.urlsafe_b64decode(dialog["content_hash"].removeprefix("sha256-") + "=")
    assert hashed.hex() == factories.recording("C1").id
    utterances = document["analysis"][0]["body"]["utterances"]
    assert [(u["party"], u["text"]) for u in utterances] == [(0, "您好，请讲。"), (1, "宽带断了。")]
    assert utterances[0]["words"][0] == [0, 1, 0.0, 0.2, 0.9]


def test_announcements_and_unknown_voices_are_parties_of_their_own() -> None:
    document = made(META, ("system", "请稍候"), ("unknown", "喂"), ("agent", "您好"))
    assert document["parties"][2:] == [{"role": "system", "type": "bot"}, {"role": "unknown"}]
    assert [u["party"] for u in document["analysis"][0]["body"]["utterances"]] == [2, 3, 0]


def test_what_is_not_known_is_not_made_up() -> None:
    document = made(CallMeta("C1"))
    assert document["parties"] == [{"role": "agent", "type": "person"}, {"role": "customer", "type": "person"}]
    [dialog] = document["dialog"]
    assert "start" not in dialog
    assert "originator" not in dialog
    assert dialog["parties"] == [[0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("direction", "roles", "parties", "originator"),
    [
        (Direction.OUTBOUND, (Role.AGENT, Role.CUSTOMER), [0, 1], None),
        (Direction.OUTBOUND, (Role.CUSTOMER, Role.AGENT), [1, 0], 0),
        (Direction.INBOUND, (Role.CUSTOMER, Role.AGENT), [1, 0], None),
        (Direction.INBOUND, (), [[0, 1], [0, 1]], 1),
        (None, (Role.CUSTOMER, Role.AGENT), [1, 0], None),
    ],
)
def test_channels_and_who_rang(
    direction: Direction | None, roles: tuple[Role, ...], parties: list[Any], originator: int | None
) -> None:
    [dialog] = made(replace(META, direction=direction, channel_roles=roles))["dialog"]
    assert (dialog["parties"], dialog.get("originator")) == (parties, originator)


@pytest.mark.parametrize(
    "basis",
    ["setting", "setting:contradicted", "metadata:contradicted", "metadata:swapped", "channel:wording", "none", ""],
)
def test_channels_have_all_parties_where_the_roles_do_not_rest_on_the_metadata(basis: str) -> None:
    [dialog] = made(role_basis=basis)["dialog"]
    assert (dialog["parties"], dialog["originator"]) == ([[0, 1], [0, 1]], 1)


@pytest.mark.parametrize(
    ("call_id", "shown"),
    [
        ("20261120_13800138000", "20261120_*******8000"),
        ("20261120-093100_13800138000", "20261120-093100_*******8000"),
        ("13800138000-20261120-093100", "*******8000-20261120-093100"),
        ("13800138000_20261120093100", "*******8000_20261120093100"),
        ("138-0013-8000", "***-****-8000"),
        ("138 0013 8000.20261120", "*** **** 8000.20261120"),
        ("in_6222021344556678", "in_************6678"),
        ("2026112013800138000", "***************8000"),
        ("call８３６２５５６１", "call****５５６１"),
        ("83625571", "****5571"),
        ("2026112", "***6112"),
        ("20261120", "20261120"),
        ("20261120-093100", "20261120-093100"),
        ("2026-11-20_09.31.00", "2026-11-20_09.31.00"),
        ("20261120T093100", "20261120T093100"),
        ("20261120093100", "20261120093100"),
        ("20261120-093100_A17_0123", "20261120-093100_A17_0123"),
        ("20261320", "****1320"),
        ("C1", "C1"),
        ("", ""),
    ],
)
def test_long_numbers_in_a_vcons_subject_are_masked_and_times_stay(call_id: str, shown: str) -> None:
    assert made(replace(META, call_id=call_id))["subject"] == shown


def test_names_of_vcon_files_hold_no_long_number_and_stay_unique(tmp_path: Path) -> None:
    calls = [call("20261120_13800138000"), call("20261120_13900138000"), call("20261120-093100")]
    assert export(calls, tmp_path, TranscriptFormat.VCON) == Written(3)
    hashes = [c.recording.id[:16] for c in calls]
    assert {file.stem for file in tmp_path.iterdir()} == {
        f"20261120_xxxxxxx8000-{hashes[0]}",
        f"20261120_xxxxxxx8000-{hashes[1]}",
        "20261120-093100",
    }
    assert not any("00138000" in file.read_text(encoding="utf-8") for file in tmp_path.iterdir())


def test_one_channel_has_both_parties() -> None:
    recording = Recording("0" * 64, "file:///calls/C1.opus", AudioFacts(12.0, 8000, 1, "opus"))
    document = vcon(recording, META, call().transcript, NOW)
    check_form(document)
    assert document["dialog"][0]["parties"] == [0, 1]
    assert document["dialog"][0]["mediatype"] == "audio/ogg"


def test_the_same_transcript_has_the_same_uuid_and_another_has_another() -> None:
    transcript = replace(call().transcript, role_basis="metadata")
    later = vcon(factories.recording("C1"), META, transcript, NOW + timedelta(days=1))
    assert later["uuid"] == made()["uuid"]
    assert made(META, ("agent", "您好"))["uuid"] != made()["uuid"]
    assert vcon(factories.recording("C2"), META, transcript, NOW)["uuid"] != made()["uuid"]


def test_masked_numbers_stay_masked_and_inventions_stay_here() -> None:
    masked = Utterance(
        0, Role.CUSTOMER, 0.0, 2.0, "我的号码是138****5678", (), None, (), (Masked(5, 16, SecretKind.PHONE, 1.0, 2.0),)
    )
    document = made(
        utterances=(masked,), dropped=(Dropped(Role.AGENT, 3.0, 4.0, "请不吝点赞13800001234", ("phantom",)),)
    )
    text = json.dumps(document, ensure_ascii=False)
    assert "138****5678" in text
    assert document["analysis"][0]["body"]["utterances"][0]["masked"] == [[5, 16, "phone", 1.0, 2.0]]
    assert "13800001234" not in text
    assert "点赞" not in text
    assert "/calls/" not in text
