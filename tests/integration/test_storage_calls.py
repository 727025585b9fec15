"""Recordings: registration, states, call ids, agents."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from models.call import UNASSIGNED_AGENT, CallMeta, Direction, Quarantine, Recording, RecordingState
from models.errors import CallqaError, ReasonCode, RecordingError
from models.run import StoredCall
from models.transcript import Role
from storage import Database
from tests import factories
from tests.databases import dump

BROKEN = Quarantine(ReasonCode.CORRUPT_AUDIO, "the file breaks off after 3 s")
FULL_META = CallMeta(
    call_id="C9",
    agent_id="A17",
    agent_name="林晓",
    team="一组",
    customer_ref="K-1",
    started_at=datetime(2026, 11, 20, 9, 31, 0, 250_000, tzinfo=timezone(timedelta(hours=8))),
    direction=Direction.OUTBOUND,
    ring_s=6.5,
    queue="宽带",
    csat=4.5,
    resolved=False,
    channel_roles=(Role.CUSTOMER, Role.AGENT),
    flags=("csat_out_of_range",),
)


def add(database: Database, recording: Recording, meta: CallMeta, quarantine: Quarantine | None = None) -> None:
    with database.unit_of_work() as uow:
        uow.calls.add(recording, meta, quarantine)
        uow.commit()


def get(database: Database, recording: Recording) -> StoredCall:
    with database.unit_of_work() as uow:
        stored = uow.calls.get(recording.id)
    assert stored is not None
    return stored


def agents(url: str) -> list[tuple[str, str | None, str | None]]:
    return [row[:3] for row in dump(url)["agents"]]


@pytest.mark.parametrize("meta", [FULL_META, CallMeta("C1")], ids=["everything known", "only a call id"])
def test_a_registered_recording_comes_back_as_it_went_in(database: Database, meta: CallMeta) -> None:
    recording = factories.recording()
    add(database, recording, meta)
    assert get(database, recording) == StoredCall(recording, meta, RecordingState.RECEIVED)


def test_the_start_of_a_call_keeps_its_time_zone(database: Database) -> None:
    add(database, factories.recording(), FULL_META)
    started_at = get(database, factories.recording()).meta.started_at
    assert started_at is not None
    assert started_at.isoformat() == "2026-11-20T09:31:00.250000+08:00"


def test_a_file_that_is_no_sound_is_registered_as_quarantined(database: Database) -> None:
    recording = replace(factories.recording(), audio=None)
    add(database, recording, CallMeta("C1"), BROKEN)
    assert get(database, recording) == StoredCall(recording, CallMeta("C1"), RecordingState.QUARANTINED, BROKEN)


def test_an_unknown_recording_is_none(database: Database) -> None:
    with database.unit_of_work() as uow:
        assert uow.calls.get("0" * 64) is None
        assert uow.calls.recording_of("C1") is None


def test_the_same_bytes_again_change_nothing(database: Database, database_url: str) -> None:
    add(database, factories.recording(), FULL_META)
    before = dump(database_url)
    elsewhere = replace(factories.recording(), uri="file:///other/copy.wav")
    add(database, elsewhere, replace(FULL_META, call_id="C10", agent_id="A99", team="二组"), BROKEN)
    assert dump(database_url) == before


def test_a_call_id_belongs_to_one_recording(database: Database, database_url: str) -> None:
    add(database, factories.recording("one"), factories.meta("C1"))
    before = dump(database_url)
    with pytest.raises(RecordingError, match=r"C1 is held by") as caught:
        add(database, factories.recording("two"), factories.meta("C1"))
    assert caught.value.reason is ReasonCode.CALL_ID_CONFLICT
    assert dump(database_url) == before


def test_a_mended_file_takes_the_place_of_a_quarantined_one(database: Database) -> None:
    broken, mended = factories.recording("broken"), factories.recording("mended")
    add(database, broken, factories.meta("C1"), BROKEN)
    add(database, mended, factories.meta("C1"))
    with database.unit_of_work() as uow:
        assert uow.calls.recording_of("C1") == mended.id


def test_two_quarantined_files_may_name_the_same_call(database: Database) -> None:
    add(database, factories.recording("one"), factories.meta("C1"), BROKEN)
    add(database, factories.recording("two"), factories.meta("C1"), BROKEN)
    with database.unit_of_work() as uow:
        assert uow.calls.recording_of("C1") is None


def test_quarantine_keeps_its_first_reason(database: Database, database_url: str) -> None:
    add(database, factories.recording(), factories.meta())
    with database.unit_of_work() as uow:
        uow.calls.quarantine(factories.recording().id, BROKEN)
        uow.commit()
    before = dump(database_url)
    with database.unit_of_work() as uow:
        uow.calls.quarantine(factories.recording().id, BROKEN)
        uow.calls.quarantine(factories.recording().id, Quarantine(ReasonCode.CORRUPT_AUDIO, "later"))
        uow.commit()
    assert get(database, factories.recording()).quarantine == BROKEN
    assert dump(database_url) == before


def test_a_failure_that_may_pass_is_counted_and_leaves_the_state(database: Database) -> None:
    add(database, factories.recording(), factories.meta())
    for error in ("first", "GPU out of memory"):
        with database.unit_of_work() as uow:
            uow.calls.failed_attempt(factories.recording().id, error)
            uow.commit()
    stored = get(database, factories.recording())
    assert (stored.attempts, stored.last_error, stored.state) == (2, "GPU out of memory", RecordingState.RECEIVED)


def test_steps_on_an_unregistered_recording_are_refused(database: Database) -> None:
    with database.unit_of_work() as uow:
        with pytest.raises(CallqaError, match="register it first"):
            uow.calls.quarantine("0" * 64, BROKEN)
        with pytest.raises(CallqaError, match="register it first"):
            uow.calls.failed_attempt("0" * 64, "x")
        with pytest.raises(CallqaError, match="register it first"):
            uow.transcripts.put(factories.transcript(("agent", "您好")))


def test_name_and_team_of_an_agent_follow_the_latest_call(database: Database, database_url: str) -> None:
    at = factories.STARTED_AT
    told = [
        # (days after the first call, name, team, expected name and team then)
        (0, "林晓", "一组", ("林晓", "一组")),
        (2, None, "二组", ("林晓", "二组")),
        (1, "旧名", "三组", ("林晓", "二组")),  # an older call, registered later
        (3, None, None, ("林晓", "二组")),
        (4, "林小晓", None, ("林小晓", "二组")),
    ]
    for day, name, team, expected in told:
        meta = CallMeta(f"C{day}", "A17", name, team, started_at=at + timedelta(days=day))
        add(database, factories.recording(f"day {day}"), meta)
        assert agents(database_url) == [("A17", *expected)]
        assert get(database, factories.recording(f"day {day}")).meta == meta


def test_an_undated_call_does_not_rename_an_agent(database: Database, database_url: str) -> None:
    add(database, factories.recording("one"), CallMeta("C1", "A17", "林晓"))
    add(database, factories.recording("two"), CallMeta("C2", "A17", "别人"))
    assert agents(database_url) == [("A17", "林晓", None)]


def test_the_unassigned_agent_has_no_name_and_no_team(database: Database, database_url: str) -> None:
    meta = CallMeta("C1", agent_name="某人", team="一组", started_at=factories.STARTED_AT)
    add(database, factories.recording(), meta)
    assert agents(database_url) == [(UNASSIGNED_AGENT, None, None)]
    assert get(database, factories.recording()).meta == meta


def test_a_long_chinese_path_seen_twice_is_one_file(database: Database) -> None:
    uri = "file:///" + "/".join("%E5%BD%95%E9%9F%B3" + str(i) * 20 for i in range(300)) + ".wav"
    recording = replace(factories.recording(), uri=uri)
    with database.unit_of_work() as uow:
        run = uow.runs.start(factories.run())
        uow.calls.add(recording, factories.meta())
        uow.calls.saw(run.id, uri, recording.id)
        uow.calls.saw(run.id, uri, recording.id)
        assert uow.runs.counts(run.id).files == 1


@pytest.mark.parametrize("bad", ["\x00", "\ud800"], ids=["NUL", "half a surrogate pair"])
def test_characters_that_cannot_be_stored_are_replaced_one_by_one(database: Database, bad: str) -> None:
    add(database, factories.recording(), CallMeta(f"C{bad}1", flags=(f"{bad}flag",), agent_name=f"林{bad}晓"))
    with database.unit_of_work() as uow:
        assert uow.calls.recording_of(f"C{bad}1") == factories.recording().id
    meta = get(database, factories.recording()).meta
    assert (meta.call_id, meta.flags, meta.agent_name) == ("C\ufffd1", ("\ufffdflag",), "林\ufffd晓")


def test_an_agent_may_be_renamed_to_something_that_cannot_be_stored(database: Database, database_url: str) -> None:
    add(database, factories.recording("one"), factories.meta("C1"))
    later = CallMeta("C2", "A17", "林\x00晓", "一\x00组", started_at=factories.STARTED_AT + timedelta(days=1))
    add(database, factories.recording("two"), later)
    assert agents(database_url) == [("A17", "林\ufffd晓", "一\ufffd组")]


def test_a_clock_without_a_zone_is_refused(database: Database) -> None:
    naive = replace(factories.meta(), started_at=datetime(2026, 11, 20))  # noqa: DTZ001
    with pytest.raises(sa.exc.StatementError, match="has no time zone"):
        add(database, factories.recording(), naive)
