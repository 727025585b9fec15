"""Sidecars of FreeSWITCH, Amazon Connect and Genesys, whole, partial, in odd encodings and broken."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.call import UNASSIGNED_AGENT, Direction
from models.transcript import Role
from tests.unit.test_presets import CONTACT, IN, LEFT_AGENT, LEFT_CUSTOMER, MORNING, OTHER, OUT, THIRD, read

CDR = {
    "core-uuid": "x",
    "variables": {
        "uuid": CONTACT,
        "direction": "inbound",
        "call_direction": "inbound",
        "start_epoch": "1795138260",
        "start_stamp": "2026-11-20%2009%3A31%3A00",
        "cc_queue": "support%40pbx.example",
        "cc_agent": "A17%40pbx.example",
        "RECORD_STEREO": "true",
        "sip_hangup_disposition": "recv_bye",
    },
    "callflow": [{"caller_profile": {"caller_id_number": "13800138000", "destination_number": "8001"}}],
}


def cdr(**variables: str | None) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(CDR)
    changed["variables"] |= variables
    changed["variables"] = {k: v for k, v in changed["variables"].items() if v is not None}
    return changed


@pytest.mark.parametrize("beside", [f"{CONTACT}.cdr.json", f"{CONTACT}.json", f"a_{CONTACT}.cdr.json"])
def test_the_record_of_mod_json_cdr(tmp_path: Path, beside: str) -> None:
    meta = read(tmp_path, f"{CONTACT}.wav", "freeswitch", {beside: CDR})
    assert (meta.call_id, meta.started_at, meta.direction, meta.queue) == (CONTACT, MORNING, IN, "support")
    assert (meta.agent_id, meta.customer_ref, meta.hung_up_by) == ("A17", "13800138000", Role.CUSTOMER)
    assert (meta.channel_roles, meta.flags) == (LEFT_CUSTOMER, ())


@pytest.mark.parametrize(
    ("variables", "direction", "channels"),
    [
        ({}, IN, LEFT_CUSTOMER),
        ({"RECORD_STEREO_SWAP": "true"}, IN, LEFT_AGENT),
        ({"call_direction": "outbound", "user_name": "1001"}, OUT, LEFT_AGENT),
        ({"call_direction": "outbound", "RECORD_STEREO_SWAP": "TRUE"}, OUT, LEFT_CUSTOMER),
        # The direction of the leg is no direction of the call, and of a local call neither side is the customer.
        ({"call_direction": None}, None, ()),
        ({"call_direction": "local"}, None, ()),
    ],
)
def test_freeswitch_s_sides_follow_the_direction_of_the_call(
    tmp_path: Path, variables: dict[str, str | None], direction: Direction | None, channels: tuple[Role, ...]
) -> None:
    meta = read(tmp_path, f"{CONTACT}.wav", "freeswitch", {f"{CONTACT}.cdr.json": cdr(**variables)})
    assert (meta.direction, meta.channel_roles) == (direction, channels)


def test_freeswitch_s_sides_follow_a_direction_in_a_manifest_in_whatever_words(tmp_path: Path) -> None:
    name = "2026-11-20-09-31-00_8001_13800138000.wav"
    (tmp_path / "manifest.csv").write_text(f"文件,呼叫方向\n{name},呼出\n")
    meta = read(tmp_path, name, "freeswitch")
    assert (meta.direction, meta.channel_roles) == (OUT, LEFT_AGENT)


@pytest.mark.parametrize(
    ("method", "direction"),
    [("INBOUND", IN), ("QUEUE_TRANSFER", IN), ("OUTBOUND", OUT), ("CALLBACK", OUT), ("TRANSFER", None), ("API", None)],
)
def test_what_an_agent_passes_on_may_be_a_call_of_either_direction(
    tmp_path: Path, method: str, direction: Direction | None
) -> None:
    meta = read(tmp_path, CONNECT_NAME, "amazon-connect", {f"{CONTACT}.json": RECORD | {"InitiationMethod": method}})
    assert meta.direction is direction


@pytest.mark.parametrize(
    ("variables", "agent", "who"),
    [
        ({"cc_agent": None}, UNASSIGNED_AGENT, Role.CUSTOMER),
        ({"cc_agent": None, "dialed_user": "1001"}, "1001", Role.CUSTOMER),
        ({"sip_hangup_disposition": "send_bye"}, "A17", None),
        ({"call_direction": "outbound", "cc_agent": None, "user_name": "1002"}, "1002", Role.AGENT),
        ({"start_epoch": "0"}, "A17", Role.CUSTOMER),
    ],
)
def test_what_freeswitch_does_not_say_stays_unsaid(
    tmp_path: Path, variables: dict[str, str | None], agent: str, who: Role | None
) -> None:
    meta = read(tmp_path, f"{CONTACT}.wav", "freeswitch", {f"{CONTACT}.cdr.json": cdr(**variables)})
    assert (meta.agent_id, meta.hung_up_by, meta.started_at) == (agent, who, MORNING)


RECORD: dict[str, Any] = {
    "ContactId": CONTACT,
    "Channel": "VOICE",
    "InitiationMethod": "INBOUND",
    "InitiationTimestamp": "2026-11-20T01:31:00Z",
    "Agent": {"Username": "wang.fang", "ConnectedToAgentTimestamp": "2026-11-20T01:31:20Z"},
    "Queue": {"Name": "宽带报障", "ARN": "arn:aws:connect:::queue/1"},
    "CustomerEndpoint": {"Address": "+8613800138000", "Type": "TELEPHONE_NUMBER"},
    "DisconnectReason": "CUSTOMER_DISCONNECT",
}
CONNECT_NAME = f"{CONTACT}_20261120T01:31_UTC.wav"


@pytest.mark.parametrize("beside", [f"{CONTACT}.json", CONNECT_NAME.replace(".wav", ".json")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_the_contact_record_of_amazon_connect(tmp_path: Path, beside: str, encoding: str) -> None:
    raw = json.dumps(RECORD, ensure_ascii=False).encode(encoding)
    meta = read(tmp_path, CONNECT_NAME, "amazon-connect", {beside: raw})
    assert (meta.call_id, meta.started_at, meta.direction) == (CONTACT, MORNING, IN)
    assert (meta.agent_id, meta.queue, meta.customer_ref) == ("wang.fang", "宽带报障", "+8613800138000")
    assert (meta.hung_up_by, meta.channel_roles, meta.flags) == (Role.CUSTOMER, LEFT_CUSTOMER, ())


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(RECORD, ensure_ascii=False).encode("gb18030"),
        json.dumps(RECORD).encode()[:-5],
        b"\xff\xfe\x00",
        b"[1, 2]",
        b"null",
    ],
    ids=["gbk", "cut", "odd", "list", "null"],
)
def test_a_record_that_cannot_be_read_leaves_what_the_name_says(tmp_path: Path, raw: bytes) -> None:
    meta = read(tmp_path, CONNECT_NAME, "amazon-connect", {f"{CONTACT}.json": raw})
    assert (meta.call_id, meta.started_at, meta.agent_id) == (CONTACT, MORNING, UNASSIGNED_AGENT)
    assert ("sidecar_unreadable" in meta.flags) is (raw != b"[1, 2]")


@pytest.mark.parametrize(
    "missing", [{"Agent": None}, {"Queue": None, "CustomerEndpoint": "x"}, {"InitiationMethod": "API"}, {"Agent": []}]
)
def test_missing_keys_of_a_contact_record_are_missing_facts(tmp_path: Path, missing: dict[str, Any]) -> None:
    meta = read(tmp_path, CONNECT_NAME, "amazon-connect", {f"{CONTACT}.json": RECORD | missing})
    assert (meta.agent_id == UNASSIGNED_AGENT) is ("Agent" in missing)
    assert (meta.queue is None) is ("Queue" in missing)
    assert (meta.direction is None) is ("InitiationMethod" in missing)


def test_the_ivr_s_part_of_a_contact_is_not_its_agent_s(tmp_path: Path) -> None:
    name = f"ivr/2026/11/20/{CONNECT_NAME}"
    meta = read(tmp_path, name, "amazon-connect", {f"{CONTACT}.json": RECORD})
    assert (meta.call_id, meta.agent_id, meta.channel_roles) == (f"{CONTACT}-ivr", UNASSIGNED_AGENT, ())


def party(purpose: str, start: str, end: str, **facts: Any) -> dict[str, Any]:
    segment = {
        "segmentType": "interact",
        "segmentStart": f"2026-11-20T01:{start}.000Z",
        "segmentEnd": f"2026-11-20T01:{end}Z",
    }
    disconnect = facts.pop("disconnect", None)
    if disconnect:
        segment["disconnectType"] = disconnect
    return {"purpose": purpose, "sessions": [{"mediaType": "voice", "segments": [segment]}], **facts}


CUSTOMER = party("customer", "31:00", "40:00", disconnect="endpoint")
CUSTOMER["sessions"][0]["ani"] = "tel:+8613800138000"
IVR = party("ivr", "31:00", "32:00", participantName="主菜单")
ACD = party("acd", "32:00", "33:00", participantName="宽带报障")
FIRST = party("agent", "33:00", "36:00", userId="u-1", participantName="王芳", disconnect="transfer")
SECOND = party("agent", "36:00", "40:00", userId="u-2", participantName="李强", disconnect="peer")
CONVERSATION: dict[str, Any] = {
    "conversationId": CONTACT,
    "conversationStart": "2026-11-20T01:31:00.000Z",
    "originatingDirection": "inbound",
    "participants": [CUSTOMER, IVR, ACD, FIRST],
}
GENESYS_NAME = f"conversation_id={CONTACT}/{OTHER}.opus"


@pytest.mark.parametrize("suffix", [".opus_metadata.json", "_metadata.json", ".json"])
def test_a_genesys_conversation_with_ivr_queue_and_agent(tmp_path: Path, suffix: str) -> None:
    meta = read(tmp_path, GENESYS_NAME, "genesys", {f"{OTHER}{suffix}": CONVERSATION})
    assert (meta.started_at, meta.direction, meta.queue) == (MORNING, IN, "宽带报障")
    assert (meta.agent_id, meta.agent_name, meta.customer_ref) == ("u-1", "王芳", "+8613800138000")
    assert (meta.hung_up_by, meta.flags) == (None, ()), "the agent's own record says transfer"
    assert meta.call_id in {CONTACT, f"{CONTACT}.{OTHER}"}


def test_two_recordings_of_one_conversation_are_two_calls(tmp_path: Path) -> None:
    ids = {
        read(
            tmp_path, f"conversation_id={CONTACT}/{name}.opus", "genesys", {f"{name}.opus_metadata.json": CONVERSATION}
        ).call_id
        for name in (OTHER, THIRD)
    }
    assert ids == {f"{CONTACT}.{OTHER}", f"{CONTACT}.{THIRD}"}


@pytest.mark.parametrize(
    ("participants", "agent", "flags"),
    [
        ([CUSTOMER, IVR, ACD], UNASSIGNED_AGENT, ("agent_missing",)),
        ([CUSTOMER, FIRST, SECOND], UNASSIGNED_AGENT, ("agent_several",)),
        # The same person twice (a transfer back) is one agent.
        ([CUSTOMER, FIRST, {**SECOND, "userId": "u-1"}], "u-1", ()),
        # Whom the phone only rang has not talked.
        (
            [CUSTOMER, FIRST, {**SECOND, "sessions": [{"mediaType": "voice", "segments": [{"segmentType": "alert"}]}]}],
            "u-1",
            (),
        ),
        (
            [
                CUSTOMER,
                FIRST,
                {**SECOND, "sessions": [{"mediaType": "screenshare", "segments": SECOND["sessions"][0]["segments"]}]},
            ],
            "u-1",
            (),
        ),
        ([CUSTOMER, {"purpose": "agent"}], UNASSIGNED_AGENT, ("agent_missing",)),
        ([CUSTOMER, {"purpose": "user", "user": {"id": "u-9"}, "name": "赵敏"}], "u-9", ()),
        ("nonsense", UNASSIGNED_AGENT, ("agent_missing",)),
        ([None, 3, "x"], UNASSIGNED_AGENT, ("agent_missing",)),
    ],
)
def test_whose_call_it_is_is_never_guessed(
    tmp_path: Path, participants: Any, agent: str, flags: tuple[str, ...]
) -> None:
    content = CONVERSATION | {"participants": participants}
    meta = read(tmp_path, GENESYS_NAME, "genesys", {f"{OTHER}.opus_metadata.json": content})
    assert (meta.agent_id, meta.flags) == (agent, flags)


def test_of_several_agents_the_one_of_this_recording_s_time_is_known(tmp_path: Path) -> None:
    conversation = CONVERSATION | {"participants": [CUSTOMER, IVR, ACD, FIRST, SECOND]}
    call = {
        "id": OTHER,
        "conversationId": CONTACT,
        "startTime": "2026-11-20T01:36:10.5Z",
        "endTime": "2026-11-20T01:40:00Z",
    }
    beside = {f"{OTHER}.opus_metadata.json": conversation, f"{OTHER}.opus_call_metadata.json": call}
    meta = read(tmp_path, GENESYS_NAME, "genesys", beside)
    assert (meta.agent_id, meta.agent_name, meta.call_id) == ("u-2", "李强", f"{CONTACT}.{OTHER}")
    assert meta.started_at == datetime(2026, 11, 20, 1, 36, 10, 500_000, tzinfo=UTC)
    assert meta.hung_up_by is Role.CUSTOMER


@pytest.mark.parametrize(
    ("users", "agent", "flags"),
    [
        (["u-1"], "u-1", ()),
        (["u-1", "u-2"], UNASSIGNED_AGENT, ("agent_several",)),
        ([], UNASSIGNED_AGENT, ("agent_missing",)),
        ("u-1", UNASSIGNED_AGENT, ("agent_missing",)),
    ],
)
def test_the_record_of_a_bulk_export(tmp_path: Path, users: Any, agent: str, flags: tuple[str, ...]) -> None:
    record = {
        "mediaType": "Call", "conversationId": CONTACT, "recordingId": OTHER, "startTime": "2026-11-20T01:31:00Z",
        "initialDirection": "OUTBOUND", "ani": "tel:+861088886666", "dnis": "tel:+8613800138000", "userIds": users,
    }  # fmt: skip
    meta = read(tmp_path, GENESYS_NAME, "genesys", {f"{OTHER}.opus_metadata.json": record})
    assert (meta.call_id, meta.started_at, meta.direction) == (f"{CONTACT}.{OTHER}", MORNING, OUT)
    assert (meta.customer_ref, meta.agent_id, meta.flags) == ("+8613800138000", agent, flags)


def test_of_a_list_of_recordings_only_its_own_record_is_read(tmp_path: Path) -> None:
    records = [
        {"id": THIRD, "conversationId": CONTACT, "startTime": "2026-11-20T09:00:00Z"},
        {"id": OTHER, "conversationId": CONTACT, "startTime": "2026-11-20T01:31:00Z"},
    ]
    meta = read(tmp_path, GENESYS_NAME, "genesys", {f"{OTHER}.opus_metadata.json": records})
    assert (meta.started_at, meta.call_id) == (MORNING, f"{CONTACT}.{OTHER}")


def test_callqa_s_own_sidecar_is_read_under_a_preset_too_and_a_manifest_wins(tmp_path: Path) -> None:
    name = "q-400-13800138000-20261120-093100-1795138260.10.wav"
    (tmp_path / "manifest.csv").write_text(f"file,team\n{name},夜班\n", encoding="utf-8")
    meta = read(tmp_path, name, "freepbx", {name.replace(".wav", ".json"): {"agent_id": "A17", "team": "早班"}})
    assert (meta.call_id, meta.agent_id, meta.team, meta.queue) == ("1795138260.10", "A17", "夜班", "400")
