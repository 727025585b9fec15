"""What manifests say of calls after they were taken in, on both databases: filled in, or told and left as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from callqa.services.intake import IntakeResult
from callqa.services.late_metadata import Corrections
from models.audit import Actor, AuditAction, AuditEvent, AuditFilter, By, check_chain
from models.call import UNASSIGNED_AGENT, CallMeta, Quarantine
from models.errors import ReasonCode
from models.ports import UnitOfWorkFactory
from models.rollup import Tally
from models.run import RunView
from models.wire import digest, transcript_to_json
from storage import Database
from tests.databases import dump
from tests.factories import ENGINE
from tests.nights import files, night
from tests.scored_calls import followed

DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)
HEAD = "file,agent_id,agent_name,team,started_at\n"
KNOWN = HEAD + "a.wav,A1,王伟,一组,2026-11-20T09:00:00+08:00\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    files(tmp_path / "in", "a.wav")
    return tmp_path / "in"


@pytest.fixture
def new_unit_of_work(database: Database) -> UnitOfWorkFactory:
    return database.unit_of_work


def tell(source: Path, manifest: str) -> None:
    (source / "manifest.csv").write_text(manifest)


def again(
    source: Path, connect: UnitOfWorkFactory, day: date | None = None, by: By | None = None
) -> tuple[Corrections, RunView]:
    """The corrections of a run, and the run."""
    result: IntakeResult
    _, result, view = night(source, connect, day=day, metadata_accepted_by=by)
    assert view.counts.waiting == 0
    return result.corrections, view


def the_call(view: RunView) -> CallMeta:
    return view.calls[0].stored.meta


def tally(connect: UnitOfWorkFactory, agent_id: str) -> Tally:
    with connect() as uow:
        return uow.rollups.of_agent(agent_id, DAY, DAY).tally


def deeds(connect: UnitOfWorkFactory) -> list[AuditEvent]:
    with connect() as uow:
        assert check_chain(uow.audit.entries()).problem is None
        return [entry.event for entry in uow.audit.newest(AuditFilter(), 50)][::-1]


def check_figures(database: Database, url: str) -> None:
    """What is kept is what would be made anew."""
    kept = followed(url)
    with database.unit_of_work() as uow:
        uow.rollups.rebuild()
        uow.commit()
    assert kept == followed(url)


def test_what_was_not_known_is_filled_in_with_all_that_follows(
    source: Path, database: Database, database_url: str, new_unit_of_work: UnitOfWorkFactory
) -> None:
    _, view = again(source, new_unit_of_work)
    meta = the_call(view)
    assert (meta.agent_id, meta.team, meta.flags) == (UNASSIGNED_AGENT, None, ("started_at_missing", "agent_missing"))
    tell(source, KNOWN)
    corrections, view = again(source, new_unit_of_work)
    assert corrections == Corrections(filled=1)
    meta = the_call(view)
    assert (meta.agent_id, meta.agent_name, meta.team, meta.flags) == ("A1", "王伟", "一组", ())
    assert meta.started_at == datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert tally(new_unit_of_work, "A1").calls == 1
    with new_unit_of_work() as uow:
        assert uow.rollups.names(["A1"]) == {"A1": "王伟"}
    check_figures(database, database_url)
    [event] = deeds(new_unit_of_work)
    assert (event.actor, event.action, event.subject) == (
        "callqa", AuditAction.METADATA_FILLED, view.calls[0].stored.recording.id,
    )  # fmt: skip
    assert event.details == {
        "facts": ["agent_id", "agent_name", "team", "started_at"], "agent_before": UNASSIGNED_AGENT, "agent": "A1",
    }  # fmt: skip
    before = dump(database_url)
    assert again(source, new_unit_of_work)[0] == Corrections()
    assert dump(database_url) == before


def test_the_score_is_made_anew_of_what_is_known_and_the_one_before_stays(
    source: Path, database_url: str, new_unit_of_work: UnitOfWorkFactory
) -> None:
    _, first = again(source, new_unit_of_work)
    tell(source, KNOWN)
    _, second = again(source, new_unit_of_work)
    [before], [after] = first.calls, second.calls
    assert before.scorecard is not None
    assert after.scorecard is not None
    assert after.transcript is not None
    assert after.scorecard.receipt.transcript_sha256 == digest(transcript_to_json(after.transcript, after.stored.meta))
    assert before.scorecard.receipt.transcript_sha256 != after.scorecard.receipt.transcript_sha256
    assert before.scorecard.promises[0].due_at is None
    assert after.scorecard.promises[0].due_at is not None
    assert len(dump(database_url)["scorecards"]) == 2


def test_another_agent_is_told_every_time_and_changed_only_when_somebody_accepts_it(
    source: Path, database: Database, database_url: str, new_unit_of_work: UnitOfWorkFactory
) -> None:
    tell(source, HEAD + "a.wav,A1,王伟,,2026-11-20T09:00:00+08:00\n")
    again(source, new_unit_of_work)
    before = dump(database_url)
    tell(source, HEAD + "a.wav,A2,,二组,2026-11-20T09:00:00+08:00\n")
    for _ in range(2):
        corrections, view = again(source, new_unit_of_work)
        [conflict] = corrections.conflicts
        # The team is the other agent's: it is not filled in beside the first one.
        assert (conflict.call_id, conflict.facts) == ("a", ("agent_id", "team"))
        assert (corrections.filled, corrections.changed) == (0, 0)
    assert dump(database_url) == before
    corrections, view = again(source, new_unit_of_work, by=Actor("王芳", "wf"))
    assert corrections == Corrections(changed=1)
    meta = the_call(view)
    assert (meta.agent_id, meta.agent_name, meta.team) == ("A2", None, "二组")
    assert (tally(new_unit_of_work, "A1").calls, tally(new_unit_of_work, "A2").calls) == (0, 1)
    check_figures(database, database_url)
    [event] = deeds(new_unit_of_work)
    assert (event.actor, event.action) == ("王芳", AuditAction.METADATA_CHANGED)
    assert event.details == {"facts": ["agent_id", "team"], "agent_before": "A1", "agent": "A2", "login": "wf"}


def test_back_and_forth_keeps_every_score(source: Path, database_url: str, new_unit_of_work: UnitOfWorkFactory) -> None:
    for turn, agent in enumerate(("A1", "A2", "A1", "A2")):
        tell(source, HEAD + f"a.wav,{agent},,,2026-11-20T09:00:00+08:00\n")
        _, view = again(source, new_unit_of_work, by="王芳")
        assert the_call(view).agent_id == agent
        assert len(dump(database_url)["scorecards"]) == turn + 1


def test_a_call_of_a_night_before_is_filled_in_and_scored_by_the_next_one(
    source: Path, database: Database, database_url: str, new_unit_of_work: UnitOfWorkFactory
) -> None:
    again(source, new_unit_of_work, day=DAY)
    files(source, "b.wav")
    tell(source, KNOWN + "b.wav,A2,,,2026-11-21T09:00:00+08:00\n")
    corrections, view = again(source, new_unit_of_work, day=NEXT)
    assert corrections == Corrections(filled=1)
    assert {call.stored.meta.agent_id for call in view.calls if call.scorecard is not None} == {"A1", "A2"}
    assert tally(new_unit_of_work, "A1").calls == 1
    check_figures(database, database_url)
    assert again(source, new_unit_of_work, day=NEXT)[0] == Corrections()


def test_a_file_that_took_the_name_of_a_known_one_tells_nothing_of_it(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    _, first = again(source, new_unit_of_work, day=DAY)
    files(source, "b.wav")
    (source / "a.wav").write_bytes(b"another call")
    tell(source, KNOWN + "b.wav,A2,,,2026-11-21T09:00:00+08:00\n")
    corrections, _ = again(source, new_unit_of_work, day=NEXT)
    assert corrections == Corrections()
    with new_unit_of_work() as uow:
        call = uow.calls.get(first.calls[0].stored.recording.id)
    assert call is not None
    assert call.meta.agent_id == UNASSIGNED_AGENT


def test_what_is_told_no_more_and_what_is_told_of_a_copy_change_nothing(
    source: Path, database_url: str, new_unit_of_work: UnitOfWorkFactory
) -> None:
    tell(source, KNOWN)
    (source / "z.wav").write_bytes((source / "a.wav").read_bytes())
    again(source, new_unit_of_work)
    before = dump(database_url)
    tell(source, HEAD + "a.wav,,,,\nz.wav,A9,,,2026-11-20T10:00:00+08:00\n")
    assert again(source, new_unit_of_work, by="王芳")[0] == Corrections()
    assert dump(database_url) == before


def test_another_call_id_is_told_and_never_taken_over(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    again(source, new_unit_of_work)
    (source / "a.json").write_text(json.dumps({"call_id": "C7", "team": "一组"}))
    corrections, view = again(source, new_unit_of_work, by="王芳")
    assert (corrections.filled, [conflict.facts for conflict in corrections.conflicts]) == (1, [("call_id",)])
    assert (the_call(view).call_id, the_call(view).team) == ("a", "一组")


def test_quarantined_calls_are_compared_when_they_are_released(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    _, view = again(source, new_unit_of_work)
    recording_id = view.calls[0].stored.recording.id
    with new_unit_of_work() as uow:
        uow.calls.quarantine(recording_id, Quarantine(ReasonCode.NOT_AUDIO, "noise"))
        uow.commit()
    tell(source, KNOWN)
    assert again(source, new_unit_of_work)[0] == Corrections()
    with new_unit_of_work() as uow:
        uow.calls.let_out(recording_id)
        uow.commit()
    assert again(source, new_unit_of_work)[0] == Corrections(filled=1)


def test_what_a_process_is_at_is_left_for_the_next_run(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    """Its score would come from the facts of before."""
    _, view = again(source, new_unit_of_work)
    recording_id = view.calls[0].stored.recording.id
    with new_unit_of_work() as uow:
        uow.claims.hold({recording_id: 0}, "another process", 60.0)
        uow.commit()
    tell(source, KNOWN)
    corrections, view = again(source, new_unit_of_work)
    assert (corrections, the_call(view).agent_id) == (Corrections(), UNASSIGNED_AGENT)
    with new_unit_of_work() as uow:
        uow.claims.give_back([recording_id], "another process")
        uow.commit()
    corrections, view = again(source, new_unit_of_work)
    assert (corrections, the_call(view).agent_id) == (Corrections(filled=1), "A1")


def test_what_another_standard_scored_is_left(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    """This run would score it under its own; what no score depends on is filled in all the same."""
    _, view = again(source, new_unit_of_work)
    card = view.calls[0].scorecard
    assert card is not None
    with new_unit_of_work() as uow:
        later = replace(card, standard=replace(card.standard, version="2027.1", digest="sha256:" + "9" * 64))
        uow.scorecards.put(view.calls[0].stored.recording.id, ENGINE.digest, "rules", later)
        uow.commit()
    tell(source, KNOWN)
    corrections, view = again(source, new_unit_of_work)
    assert (corrections, the_call(view).agent_id) == (Corrections(), UNASSIGNED_AGENT)
    tell(source, "file,queue\na.wav,投诉\n")
    corrections, view = again(source, new_unit_of_work)
    assert (corrections, the_call(view).queue) == (Corrections(filled=1), "投诉")


def test_a_team_that_comes_late_reaches_the_agent(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    tell(source, "file,agent_id,started_at\na.wav,A1,2026-11-20T09:00:00+08:00\n")
    again(source, new_unit_of_work)
    tell(source, KNOWN)
    assert again(source, new_unit_of_work)[0] == Corrections(filled=1)
    with new_unit_of_work() as uow:
        assert uow.rollups.names(["A1"]) == {"A1": "王伟"}
