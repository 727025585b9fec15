"""Metadata of calls: three places, one order of trust, nothing guessed."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callqa.metadata import MOST_SIDECAR_BYTES, MetadataReader, NameRules
from callqa.metadata.facts import parse_time
from callqa.sources import list_source
from models.call import CallMeta, Direction
from models.errors import InputError, SettingsError
from models.transcript import Role


def read(folder: Path, pattern: str = "") -> dict[str, CallMeta]:
    listing = list_source(str(folder))
    reader = MetadataReader(listing, "Asia/Shanghai", NameRules(filename_pattern=pattern))
    return {Path(file.name).name: reader.read(file) for file in listing.files}


def test_nothing_known_is_said_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "call.wav").touch()
    meta = read(tmp_path)["call.wav"]
    assert meta == CallMeta("call", flags=("started_at_missing", "agent_missing"))


def test_manifest_wins_over_sidecar_over_file_name(tmp_path: Path) -> None:
    name = "A99-20261120-093100-8001.wav"
    (tmp_path / name).touch()
    (tmp_path / "manifest.csv").write_text(f"file,agent_id,team\n{name},A17,夜班\n", encoding="utf-8-sig")
    (tmp_path / name.replace(".wav", ".json")).write_text(
        json.dumps({"id": "C1", "agent_id": "A18", "team": "早班", "direction": "OUTBOUND", "ring_s": 6.5, "csat": 4})
    )
    pattern = r"(?P<agent_id>A\d+)-(?P<call_id>(?P<started_at>\d{8}-\d{6})-(?P<queue>\d+))"

    meta = read(tmp_path, pattern)[name]

    assert meta.call_id == "C1"
    assert (meta.agent_id, meta.team, meta.queue) == ("A17", "夜班", "8001")
    assert (meta.direction, meta.ring_s, meta.csat) == (Direction.OUTBOUND, 6.5, 4.0)
    assert meta.started_at == datetime(2026, 11, 20, 1, 31, tzinfo=UTC)
    assert meta.flags == ()


@pytest.mark.parametrize(
    ("written", "who", "flags"),
    [
        ("agent", Role.AGENT, ()),
        ("Customer", Role.CUSTOMER, ()),
        (" 坐席 ", Role.AGENT, ()),
        ("座席挂机", Role.AGENT, ()),
        ("客户", Role.CUSTOMER, ()),
        ("系统", Role.SYSTEM, ()),
        ("unknown", None, ()),
        ("未知", None, ()),
        # Who called is not who the customer is: in outbound calls it is the agent.
        ("主叫", None, ("hung_up_by_unreadable",)),
        ("caller", None, ("hung_up_by_unreadable",)),
        ("2", None, ("hung_up_by_unreadable",)),
    ],
)
def test_who_hung_up(tmp_path: Path, written: str, who: Role | None, flags: tuple[str, ...]) -> None:
    (tmp_path / "call.wav").touch()
    facts = {"hung_up_by": written, "agent_id": "A17", "started_at": "2026-11-20T09:31:00+08:00"}
    (tmp_path / "call.json").write_text(json.dumps(facts), encoding="utf-8")
    meta = read(tmp_path)["call.wav"]
    assert (meta.hung_up_by, meta.flags) == (who, flags)


@pytest.mark.parametrize(
    ("fact", "value", "flag"),
    [
        ("started_at", "昨天", "started_at_unreadable"),
        ("started_at", "0001-01-01T00:00:00", "started_at_unreadable"),
        ("started_at", "1601-01-01T00:00:00Z", "started_at_unreadable"),
        ("started_at", "1969-12-31 23:59:59", "started_at_unreadable"),
        ("started_at", "2201-01-01 00:00:00", "started_at_unreadable"),
        ("started_at", "9999-12-31T23:59:59Z", "started_at_unreadable"),
        ("ring_s", "six", "ring_s_unreadable"),
        ("ring_s", "nan", "ring_s_unreadable"),
        ("direction", "sideways", "direction_unreadable"),
        ("resolved", "perhaps", "resolved_unreadable"),
        ("channels", {"left": "agent"}, "channels_unreadable"),
        ("channels", ["agent", "dog"], "channels_unreadable"),
        ("channels", ["agent"], "channels_unreadable"),
        ("channels", ["agent", "agent"], "channels_unreadable"),
        ("channels", ["agent", "system"], "channels_unreadable"),
        ("channels", ["unknown", "unknown"], "channels_unreadable"),
        ("channels", ["system", "agent", "customer"], "channels_unreadable"),
        ("channels", ["agent", "customer", "customer"], "channels_unreadable"),
        ("agent_id", ["A1"], "agent_id_unreadable"),
        ("csat", -1, "csat_unreadable"),
        ("agent_id", "A" * 300, "agent_id_unreadable"),
        ("team", "夜班\0", "team_unreadable"),
    ],
)
def test_an_unreadable_fact_is_flagged_and_left_out(tmp_path: Path, fact: str, value: object, flag: str) -> None:
    (tmp_path / "c.wav").touch()
    (tmp_path / "c.json").write_text(json.dumps({fact: value}))
    meta = read(tmp_path)["c.wav"]
    assert flag in meta.flags
    assert meta.started_at is None
    assert (meta.ring_s, meta.direction, meta.resolved, meta.channel_roles) == (None, None, None, ())


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[1]",
        "\xff",
        "",
        "null",
        '{"queue": ' + "[" * 200_000 + "]" * 200_000 + "}",
        json.dumps({"team": "夜班", "notes": "x" * MOST_SIDECAR_BYTES}),
    ],
    ids=["cut", "list", "latin-1", "empty", "null", "deep", "huge"],
)
def test_a_broken_sidecar_is_flagged(tmp_path: Path, content: str) -> None:
    (tmp_path / "c.wav").touch()
    (tmp_path / "c.json").write_text(content, encoding="latin-1")
    meta = read(tmp_path)["c.wav"]
    assert "sidecar_unreadable" in meta.flags
    assert (meta.team, meta.queue) == (None, None)


def test_a_sidecar_that_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "c.wav").touch()
    os.mkfifo(tmp_path / "c.json")
    assert "sidecar_unreadable" in read(tmp_path)["c.wav"].flags


def test_a_sidecar_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "c.wav").touch()
    (tmp_path / "c.json").write_text('{"team": "夜班"}', encoding="utf-8-sig")
    assert read(tmp_path)["c.wav"].team == "夜班"


@pytest.mark.parametrize(
    ("sidecar", "manifest", "pattern", "given"),
    [
        ({}, "", "", False),
        ({"agent_id": "A1"}, "file,team\nc.wav,夜班\n", "", False),
        ({"id": ""}, "", "", False),
        ({"id": ["c"]}, "", "", False),
        ({"id": "x" * 201}, "", "", False),
        ({"id": "c"}, "", "", True),
        ({"call_id": 17}, "", "", True),
        ({}, "file,call_id\nc.wav,c\n", "", True),
        ({}, "", r"(?P<call_id>\w)\.wav", True),
    ],
)
def test_a_given_call_id_is_told_from_a_made_up_one(
    tmp_path: Path, sidecar: dict[str, object], manifest: str, pattern: str, given: bool
) -> None:
    (tmp_path / "c.wav").touch()
    (tmp_path / "c.json").write_text(json.dumps(sidecar))
    if manifest:
        (tmp_path / "manifest.csv").write_text(manifest)
    listing = list_source(str(tmp_path))
    assert MetadataReader(listing, "UTC", NameRules(filename_pattern=pattern)).call_id_given(listing.files[0]) is given


@pytest.mark.parametrize(
    ("value", "others"),
    [
        ({"left": "agent", "right": "customer"}, ()),
        (["agent", "customer"], ()),
        ("agent,customer", ()),
        ("Agent, Customer", ()),
        (["agent", "customer", "system", "unknown"], (Role.SYSTEM, Role.UNKNOWN)),
    ],
)
def test_channel_roles_from_the_switchboard(tmp_path: Path, value: object, others: tuple[Role, ...]) -> None:
    (tmp_path / "c.wav").touch()
    (tmp_path / "c.json").write_text(json.dumps({"channels": value}))
    assert read(tmp_path)["c.wav"].channel_roles == (Role.AGENT, Role.CUSTOMER, *others)


def test_files_that_the_manifest_names_and_nobody_delivered(tmp_path: Path) -> None:
    (tmp_path / "here.wav").touch()
    (tmp_path / "manifest.csv").write_text("file,agent_id\nhere.wav,A1\ngone.wav,A2\n")
    assert MetadataReader(list_source(str(tmp_path)), "UTC").manifest_rows_without_file() == ("gone.wav",)
    alone = list_source(str(tmp_path / "here.wav"))
    assert MetadataReader(alone, "UTC").manifest_rows_without_file() == ()
    assert MetadataReader(alone, "UTC").read(alone.files[0]).agent_id == "A1"


def test_manifest_rows_that_contradict_each_other_stop_the_run(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("file,agent_id,notes\na.wav,A1,\nb.wav,A1,\na.wav,A2,\n")
    with pytest.raises(InputError, match=r"manifest\.csv: lines 2 and 4 .*'a\.wav'"):
        MetadataReader(list_source(str(tmp_path)), "UTC")


def test_a_manifest_may_say_the_same_twice(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    # Columns that are no facts are not callqa's business.
    (tmp_path / "manifest.csv").write_text("file,agent_id,notes\na.wav,A1,first\na.wav,A1,second\n,,\n")
    assert read(tmp_path)["a.wav"].agent_id == "A1"


@pytest.mark.parametrize("content", ["name,agent\na.wav,A1\n", "\xff\xfe"])
def test_a_manifest_that_cannot_be_used_stops_the_run(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.csv").write_text(content, encoding="latin-1")
    with pytest.raises(InputError, match=r"manifest\.csv"):
        MetadataReader(list_source(str(tmp_path)), "UTC")


@pytest.mark.parametrize(
    ("pattern", "said"),
    [("(", "regular expression"), ("(?P<agnet>.)", "agnet"), (r"(?P<agent_id>A\d+)", r"\(\?P<call_id>")],
)
def test_a_wrong_file_name_pattern_is_a_settings_error(tmp_path: Path, pattern: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        MetadataReader(list_source(str(tmp_path)), "UTC", NameRules(filename_pattern=pattern))


@pytest.mark.parametrize(
    "text",
    ["2026-11-20T09:31:00+08:00", "2026-11-20T01:31:00Z", "2026-11-20 09:31:00", "20261120-093100", "20261120093100"],
)
def test_times_as_switchboards_write_them(text: str) -> None:
    assert parse_time(text, "Asia/Shanghai") == datetime(2026, 11, 20, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize("text", ["1970-01-01 00:00:00", "2200-12-31 23:59:59"])
def test_the_first_and_the_last_year_are_read(text: str) -> None:
    assert parse_time(text, "Asia/Shanghai").isoformat(" ") == f"{text}+08:00"
