"""Presets: names and sidecars as five systems write them, what must come out, and near misses that must not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.metadata import PRESETS, MetadataReader, NameRules
from callqa.metadata.presets import Told
from callqa.settings import Settings
from callqa.sources import list_source
from models.call import UNASSIGNED_AGENT, CallMeta, Direction
from models.errors import InputError, SettingsError
from models.transcript import Role

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
MORNING = datetime(2026, 11, 20, 1, 31, tzinfo=UTC)
"""09:31 in Shanghai."""
CONTACT = "12345678-90ab-cdef-1234-567890abcdef"
OTHER = "0f8fad5b-d9cb-469f-a165-70867728950e"
THIRD = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
LEFT_CUSTOMER = (Role.CUSTOMER, Role.AGENT)
LEFT_AGENT = (Role.AGENT, Role.CUSTOMER)


def read(folder: Path, name: str, preset: str, sidecars: dict[str, Any] | None = None, agents: str = "") -> CallMeta:
    """What is known of one recording of that name, with these files beside it (bytes as they are, else as JSON)."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    for beside, content in (sidecars or {}).items():
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        (path.parent / beside).write_bytes(raw)
    listing = list_source(str(folder))
    [file] = [file for file in listing.files if folder / file.name == path]
    return MetadataReader(listing, "Asia/Shanghai", NameRules(preset=preset, agents=agents)).read(file)


def test_the_setting_offers_the_presets_that_exist() -> None:
    assert set(get_args(Settings.model_fields["preset"].annotation)) == {"", *PRESETS}


def test_a_preset_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"'avaya' is none of freepbx, freeswitch"):
        MetadataReader(list_source(str(tmp_path)), "UTC", NameRules(preset="avaya"))


FREEPBX = [
    # name, call id, direction, agent, customer, queue
    ("out-13800138000-101-20261120-093100-1795138260.123.wav", "1795138260.123", OUT, "101", "13800138000", None),
    ("external-101-13800138000-20261120-093100-1795138260.7.wav", "1795138260.7", IN, "101", "13800138000", None),
    ("external-101-+8613800138000-20261120-093100-1795138260.7.WAV", "1795138260.7", IN, "101", "+8613800138000", None),
    ("exten-101-13800138000-20261120-093100-1795138260.8.wav", "1795138260.8", IN, "101", "13800138000", None),
    ("in-01088886666-13800138000-20261120-093100-1795138260.9.wav", "1795138260.9", IN, None, "13800138000", None),
    ("q-400-13800138000-20261120-093100-1795138260.10.wav", "1795138260.10", IN, None, "13800138000", "400"),
    ("rg-600-anonymous-20261120-093100-1795138260.11.mp3", "1795138260.11", IN, None, None, "600"),
    ("in-s-unknown-20261120-093100-1795138260.12.wav", "1795138260.12", IN, None, None, None),
    ("internal-1101-1100-20261120-093100-1795138260.2.wav", "1795138260.2", None, None, None, None),
    ("exten-101-102-20261120-093100-1795138260.3.wav", "1795138260.3", None, None, None, None),
    ("generic-01088886666-13800138000-20261120-093100-1795138260.9.wav", "1795138260.9", IN, None, "13800138000", None),
    ("generic--101-20261120-093100-1795138260.9.wav", "1795138260.9", None, None, None, None),
    ("parked-101-13800138000-20261120-093100-1795138260.9.wav", "1795138260.9", None, None, None, None),
    ("force-13800138000-101-20261120-093100-1795138260.4.wav", "1795138260.4", None, None, None, None),
    ("out-13800138000-101-20261120-093100-pbx1-1795138260.5.wav", "pbx1-1795138260.5", OUT, "101", "13800138000", None),
    # A long caller of ours is no extension: the agent is not known.
    ("out-13800138000-01088886666-20261120-093100-1795138260.6.wav", "1795138260.6", OUT, None, "13800138000", None),
    # The bare name of a recording without a suffix keeps the second half of its id.
    ("q-400-13800138000-20261120-093100-1795138260.13", "1795138260.13", IN, None, "13800138000", "400"),
]


@pytest.mark.parametrize(("name", "call_id", "direction", "agent", "customer", "queue"), FREEPBX)
def test_freepbx_names(
    tmp_path: Path,
    name: str,
    call_id: str,
    direction: Direction | None,
    agent: str | None,
    customer: str | None,
    queue: str | None,
) -> None:
    meta = read(tmp_path, f"2026/11/20/{name}", "freepbx")
    assert (meta.call_id, meta.started_at, meta.direction) == (call_id, MORNING, direction)
    assert (meta.agent_id, meta.customer_ref, meta.queue) == (agent or UNASSIGNED_AGENT, customer, queue)
    assert meta.flags == (() if agent else ("agent_missing",))


ASTERISK = [
    # name, call id, start, direction, agent, queue
    ("1795138260.123.wav", "1795138260.123", MORNING, None, None, None),
    ("1795138260.123.gsm", "1795138260.123", MORNING, None, None, None),
    ("20261120-093100-1795138299.1.wav", "1795138299.1", MORNING, None, None, None),
    ("q600-20261120-093100-1795138260.1234.wav", "1795138260.1234", MORNING, IN, None, "600"),
    ("g610-20261120-093100-1795138260.1.wav", "1795138260.1", MORNING, IN, None, "610"),
    ("OUT101-20261120-093100-1795138260.5.WAV", "1795138260.5", MORNING, OUT, "101", None),
    ("support_13800138000_20261120_093100_1795138260.5.wav", "1795138260.5", MORNING, None, None, None),
    ("auto-1795138260-101-13800138000.wav", "auto-1795138260-101-13800138000", MORNING, None, None, None),
    ("pbx1-1795138260.77.wav", "pbx1-1795138260.77", MORNING, None, None, None),
]


@pytest.mark.parametrize(("name", "call_id", "start", "direction", "agent", "queue"), ASTERISK)
def test_asterisk_names(
    tmp_path: Path,
    name: str,
    call_id: str,
    start: datetime,
    direction: Direction | None,
    agent: str | None,
    queue: str | None,
) -> None:
    meta = read(tmp_path, name, "asterisk")
    assert (meta.call_id, meta.started_at, meta.direction) == (call_id, start, direction)
    assert (meta.agent_id, meta.queue) == (agent or UNASSIGNED_AGENT, queue)


FREESWITCH = [
    # name, call id, start, direction, agent, customer, queue, channels
    (f"archive/2026/Nov/20/{CONTACT}.wav", CONTACT, None, None, None, None, None, ()),
    (
        f"2026-11-20-09-31-00.8001.13800138000.{CONTACT}.wav",
        *(CONTACT, MORNING, IN, None, "13800138000", "8001", LEFT_CUSTOMER),
    ),
    (
        "2026-11-20-09-31-00_8001_13800138000.wav",
        *("2026-11-20-09-31-00_8001_13800138000", MORNING, None, None, None, None, ()),
    ),
    (
        "outbound_2026-11-20-09-31-00_13800138000_1001.mp3",
        *("outbound_2026-11-20-09-31-00_13800138000_1001", MORNING, OUT, "1001", "13800138000", None, LEFT_AGENT),
    ),
    (
        "inbound-2026-11-20-09-31-00_1001_13800138000.mp3",
        # What the caller dialled may be a queue: it is no agent.
        *("inbound-2026-11-20-09-31-00_1001_13800138000", MORNING, IN, None, "13800138000", None, LEFT_CUSTOMER),
    ),
]


@pytest.mark.parametrize(
    ("name", "call_id", "start", "direction", "agent", "customer", "queue", "channels"), FREESWITCH
)
def test_freeswitch_names(
    tmp_path: Path,
    name: str,
    call_id: str,
    start: datetime | None,
    direction: Direction | None,
    agent: str | None,
    customer: str | None,
    queue: str | None,
    channels: tuple[Role, ...],
) -> None:
    meta = read(tmp_path, name, "freeswitch")
    assert (meta.call_id, meta.started_at, meta.direction) == (call_id, start, direction)
    assert (meta.agent_id, meta.customer_ref, meta.queue) == (agent or UNASSIGNED_AGENT, customer, queue)
    assert meta.channel_roles == channels


AMAZON = [
    # name, call id, start, agent, customer, channels
    (f"{CONTACT}_20261120T01:31_UTC.wav", CONTACT, MORNING, None, None, LEFT_CUSTOMER),
    (f"{CONTACT}_20261120T01_31_UTC.wav", CONTACT, MORNING, None, None, LEFT_CUSTOMER),
    (f"{CONTACT}_20261120T01%3A31_UTC.wav", CONTACT, MORNING, None, None, LEFT_CUSTOMER),
    (f"ivr/2026/11/20/{CONTACT}_20261120T01:31_UTC.wav", f"{CONTACT}-ivr", MORNING, None, None, ()),
    ("Auto0_GUID_000_AGENT_ChrisL_DT_2026-11-20T09-31-00_Mono.wav", "000", MORNING, "ChrisL", None, ()),
    ("x_GUID_a1-b2_CUST_12345_AGENT_王芳_2026-11-20T09-31-00.mp3", "a1-b2", MORNING, "王芳", "12345", ()),
    ("x_GUID_a1.wav", "a1", None, None, None, ()),
]


@pytest.mark.parametrize(("name", "call_id", "start", "agent", "customer", "channels"), AMAZON)
def test_amazon_names(
    tmp_path: Path,
    name: str,
    call_id: str,
    start: datetime | None,
    agent: str | None,
    customer: str | None,
    channels: tuple[Role, ...],
) -> None:
    meta = read(tmp_path, name, "amazon-connect")
    assert (meta.call_id, meta.started_at) == (call_id, start)
    assert (meta.agent_id, meta.customer_ref) == (agent or UNASSIGNED_AGENT, customer)
    assert meta.channel_roles == channels


@pytest.mark.parametrize(
    ("name", "call_id"),
    [
        (f"year=2026/month=11/day=20/hour=1/conversation_id={CONTACT}/{OTHER}.opus", f"{CONTACT}.{OTHER}"),
        (f"{CONTACT}.opus", CONTACT),
        (f"{CONTACT}_{OTHER}.wav", f"{CONTACT}.{OTHER}"),
    ],
)
def test_genesys_names(tmp_path: Path, name: str, call_id: str) -> None:
    meta = read(tmp_path, name, "genesys")
    assert (meta.call_id, meta.flags) == (call_id, ("started_at_missing", "agent_missing"))


@pytest.mark.parametrize(
    ("preset", "name"),
    [
        ("freepbx", "out-13800138000-101-20261120-1795138260.123.wav"),
        ("freepbx", "out-13800138000-101-20261120-093100.wav"),
        ("freepbx", "OUT101-20261120-093100-1795138260.5.wav"),
        ("freepbx", "vm-101-13800138000-20261120-093100-1795138260.5.wav"),
        ("freepbx", "out-13800138000-101-20261120-093100-1795138260.123 (1).wav"),
        # Monitor's halves, one party each: together they are no call's sound, apart they must not be one call.
        ("asterisk", "1795138260.123-in.wav"),
        ("asterisk", "1795138260.wav"),
        ("asterisk", "179513826.123.wav"),
        ("freeswitch", f"{CONTACT[:-1]}.wav"),
        ("freeswitch", "2026-11-20-09-31_8001_13800138000.wav"),
        ("amazon-connect", f"{CONTACT}_20261120T01:31.wav"),
        ("amazon-connect", f"{CONTACT[:-1]}_20261120T01:31_UTC.wav"),
        ("amazon-connect", "AGENT_ChrisL_2026-11-20T09-31-00.wav"),
        ("genesys", f"conversation_id={CONTACT}/recording.opus"),
        ("genesys", f"{CONTACT}-{OTHER}.opus"),
    ],
)
def test_near_misses_say_nothing_and_are_flagged(tmp_path: Path, preset: str, name: str) -> None:
    meta = read(tmp_path, name, preset)
    assert meta == CallMeta(Path(name).stem, flags=("name_unmatched", "started_at_missing", "agent_missing"))


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("out-13800138000-101-20261399-093100-1795138260.1.wav", ("started_at_unreadable",)),
        ("out-13800138000-101-00010101-000000-1795138260.1.wav", ("started_at_unreadable",)),
    ],
)
def test_a_date_that_cannot_be_is_flagged(tmp_path: Path, name: str, flags: tuple[str, ...]) -> None:
    meta = read(tmp_path, name, "freepbx")
    assert (meta.call_id, meta.started_at, meta.flags) == ("1795138260.1", None, flags)


def test_the_agent_at_an_extension_comes_from_a_table(tmp_path: Path) -> None:
    table = tmp_path / "agents.csv"
    table.write_bytes("分机,工号,姓名,班组\n101,A17,王芳,夜班\n102,A18,,\n101,A17,王芳,夜班\n".encode("gb18030"))
    source = tmp_path / "in"
    known = read(source, "out-13800138000-101-20261120-093100-1795138260.1.wav", "freepbx", agents=str(table))
    assert (known.agent_id, known.agent_name, known.team) == ("A17", "王芳", "夜班")
    nobody = read(source, "out-13800138000-103-20261120-093100-1795138260.2.wav", "freepbx", agents=str(table))
    assert (nobody.agent_id, nobody.flags) == (UNASSIGNED_AGENT, ("agent_missing",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("ext,agent\n1,2\n", r"agents\.csv.*'extension' \(分机号\)"),
        ("extension,agent_id\n101,\n", r"agents\.csv:2: extension '101' has no agent_id"),
        ("extension,agent_id\n101,A1\n101,A2\n", r"agents\.csv:3: extension '101' stood before"),
        ("extension,分机\n101,102\n", "both give extension"),
        (None, r"agents\.csv: cannot be read"),
    ],
)
def test_a_table_of_agents_that_cannot_be_used_is_an_error(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "agents.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        MetadataReader(list_source(str(tmp_path)), "UTC", NameRules(agents=str(tmp_path / "agents.csv")))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from(sorted(PRESETS)))
def test_no_name_breaks_a_preset(name: str, preset: str) -> None:
    path = PurePosixPath("folder") / (name.replace("/", "_").strip(".") or "x")
    told = PRESETS[preset].from_name(path)
    assert told is None or isinstance(told, Told)
    for sidecar in PRESETS[preset].sidecars(path):
        assert sidecar.parent == path.parent, "sidecars lie beside the recording"


_KEYS = [
    "participants",
    "sessions",
    "segments",
    "purpose",
    "userIds",
    "variables",
    "callflow",
    "ContactId",
    "Agent",
    "Username",
    "conversationId",
    "id",
    "startTime",
    "endTime",
    "segmentStart",
    "segmentEnd",
    "segmentType",
    "start_epoch",
    "call_direction",
    "caller_profile",
    "direction",
    "disconnectType",
]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_KEYS),
            inner | st.sampled_from(["agent", "customer", "inbound", "interact", "9" * 30, "2026-11-20T01:31:00Z"]),
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(_JSON, st.sampled_from(sorted(PRESETS)))
def test_no_sidecar_breaks_a_preset(content: Any, preset: str) -> None:
    told = PRESETS[preset].from_sidecars(PurePosixPath(f"{CONTACT}.wav"), [content])
    assert isinstance(told, Told)
