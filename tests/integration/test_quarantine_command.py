"""`callqa quarantine` as its users call it, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from callqa.metadata import MetadataReader
from callqa.services.intake import IntakeRules, register, stand_in_id
from callqa.services.runs import finish_run
from callqa.sources import list_source
from models.call import AudioFacts, Quarantine, RecordingState
from models.errors import InputError, ReasonCode, RecordingError, SchemaError
from models.run import Run, RunStatus, StoredCall
from storage import Database
from tests import factories
from tests.fakes import probe_anything
from tests.ledger_calls import commands

Command = Callable[..., Result]
RUN = factories.run()


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs `callqa quarantine ARGUMENTS` in a folder of its own."""
    yield from commands(database_url, tmp_path, monkeypatch, "quarantine")


@pytest.fixture
def ward(database: Database) -> Database:
    """A call that is well, a poison one, a damaged one that was heard before, two with one call id."""
    put(database, "well", "C1", None)
    put(database, "poison", "C2", ReasonCode.POISON)
    put(database, "cut", "C3", ReasonCode.CORRUPT_AUDIO)
    put(database, "twice", "C1", ReasonCode.CALL_ID_CONFLICT)
    return database


def put(database: Database, seed: str, call_id: str, reason: ReasonCode | None) -> None:
    recording = factories.recording(seed)
    with database.unit_of_work() as uow:
        uow.runs.start(RUN)
        quarantine = None if reason is None else Quarantine(reason, f"why {seed}")
        uow.calls.add(recording, factories.meta(call_id), quarantine)
        uow.calls.saw(RUN.id, recording.uri, recording.id)
        uow.commit()


def id_of(seed: str) -> str:
    return factories.recording(seed).id


def stored(database: Database, seed: str) -> StoredCall:
    with database.unit_of_work() as uow:
        call = uow.calls.get(id_of(seed))
    assert call is not None
    return call


def printed(result: Result, exit_code: int = 0) -> Any:
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def test_list_says_what_is_set_aside_and_why(command: Command, ward: Database) -> None:
    shown = command("list")
    assert shown.exit_code == 0, shown.output
    for part in ("反复使处理中断", "音频已损坏", "通话编号重复", "/calls/poison.wav", id_of("cut")[:12], "共 3 条"):
        assert part in shown.stdout
    assert "well.wav" not in shown.stdout
    assert "Keeps breaking its processing" in command("list", "--language", "en").stdout
    assert printed(command("list", "--reason", "poison", "--json")) == {
        "quarantined": [
            {
                "recording_id": id_of("poison"),
                "call_id": "C2",
                "agent_id": "A17",
                "started_at": "2026-11-20T01:31:00+00:00",
                "file": "/calls/poison.wav",
                "reason": "poison",
                "detail": "why poison",
                "dropped_at": None,
            }
        ]
    }


def test_nothing_set_aside(command: Command, database: Database) -> None:
    assert "没有隔离的录音" in command("list").stdout
    assert printed(command("list", "--json")) == {"quarantined": []}


@pytest.mark.parametrize("name", ["C2", id_of("poison"), id_of("poison")[:8]])
def test_retry_releases_what_is_named_for_the_next_run(command: Command, ward: Database, name: str) -> None:
    with ward.unit_of_work() as uow:
        uow.calls.failed_attempt(id_of("poison"), "network gone")
        uow.claims.hold({id_of("poison"): 3}, None, 0.0)
        uow.commit()
    assert "已解除隔离 1 条" in command("retry", name).stdout
    call = stored(ward, "poison")
    assert (call.state, call.quarantine, call.attempts, call.last_error) == (RecordingState.RECEIVED, None, 0, None)
    with ward.unit_of_work() as uow:
        left = {call.recording.id: claim for call, claim in uow.claims.left(RUN.id)}
    assert left == {id_of("poison"): None, id_of("well"): None}


def test_retry_goes_on_from_what_is_stored(command: Command, ward: Database) -> None:
    with ward.unit_of_work() as uow:
        uow.transcripts.put(factories.transcript(("agent", "您好"), seed="well"))
        uow.calls.quarantine(id_of("well"), Quarantine(ReasonCode.POISON, "why"))
        uow.commit()
    assert printed(command("retry", "--reason", "poison", "--json"))["refused"] == []
    assert stored(ward, "well").state is RecordingState.TRANSCRIBED


def test_what_cannot_be_released_is_named_and_ends_in_exit_code_3(command: Command, ward: Database) -> None:
    unread = "file:///calls/unread.wav"
    with ward.unit_of_work() as uow:
        recording = replace(factories.recording(), id=stand_in_id(unread), uri=unread)
        uow.calls.add(recording, factories.meta("C9"), Quarantine(ReasonCode.UNREADABLE_FILE, "no rights"))
        uow.commit()
    done = printed(command("retry", "--all", "--json"), exit_code=3)
    assert sorted(done["retried"]) == sorted([id_of("poison"), id_of("cut")])
    assert {r["recording_id"]: r["problem"] for r in done["refused"]} == {
        id_of("twice"): "call_id_taken",
        stand_in_id(unread): "never_read",
    }
    again = command("retry", "--all")
    assert again.exit_code == 3
    assert "其通话编号已被另一段录音使用" in again.stdout


def test_drop_takes_it_out_of_every_run_and_retry_brings_it_back(command: Command, ward: Database) -> None:
    assert printed(command("drop", "C3", "--json")) == {"dropped": [id_of("cut")]}
    assert id_of("cut")[:12] not in command("list").stdout
    assert "放弃" in command("list", "--dropped").stdout
    with ward.unit_of_work() as uow:
        counts = uow.runs.counts(RUN.id)
    assert (counts.files, counts.quarantined) == (3, 2)
    assert printed(command("retry", "--all", "--json"), exit_code=3)["retried"] == [id_of("poison")], "only by name"
    assert printed(command("retry", "C3", "--json"))["retried"] == [id_of("cut")]
    assert stored(ward, "cut").dropped_at is None


def test_a_dropped_recording_is_not_taken_in_again(command: Command, database: Database, tmp_path: Path) -> None:
    source = tmp_path / "recordings"
    source.mkdir()
    for name in ("a.wav", "bad.wav"):
        (source / name).write_bytes(name.encode())

    def probe(path: str) -> AudioFacts:
        if path.endswith("bad.wav"):
            raise RecordingError(ReasonCode.NOT_AUDIO, "text")
        return probe_anything(path)

    def take_in(run: Run) -> tuple[int, int]:
        listing = list_source(str(source))
        register([MetadataReader(listing, "UTC")], run, IntakeRules("UTC", 0), probe, database.unit_of_work)
        with database.unit_of_work() as uow:
            counts = uow.runs.counts(run.id)
        return counts.recordings, counts.quarantined

    assert take_in(RUN) == (2, 1)
    assert command("drop", "bad").exit_code == 0
    assert take_in(RUN) == take_in(factories.run("run-2")) == (1, 0)
    assert finish_run(RUN.id, RUN.started_at, database.unit_of_work)[0] is RunStatus.FAILED, "a.wav was not scored"
    assert command("retry", "bad").exit_code == 0
    assert take_in(RUN) == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("retry",), "--all"),
        (("drop",), "--all"),
        (("drop", "C1", "--all"), "contradict"),
        (("retry", "nobody"), "'nobody' is quarantined under no such name"),
        (("drop", "C2", id_of("well")), "no such name"),
        (("drop", id_of("cut")[:7]), "no such name"),
    ],
)
def test_a_wrong_call_is_refused_and_changes_nothing(
    command: Command, ward: Database, arguments: tuple[str, ...], said: str
) -> None:
    refused = command(*arguments)
    assert isinstance(refused.exception, InputError)
    assert said in str(refused.exception)
    assert len(printed(command("list", "--json"))["quarantined"]) == 3


@pytest.mark.parametrize("arguments", [("list",), ("retry", "--all"), ("drop", "C1")])
def test_no_database_is_made(arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    for run in commands(url, tmp_path, monkeypatch, "quarantine"):
        assert isinstance(run(*arguments).exception, InputError | SchemaError)
    assert not (tmp_path / "none.db").exists()
