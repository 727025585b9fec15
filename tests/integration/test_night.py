"""A night through the services, on both databases: planned, stopped at its time, watched, told of and remembered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callqa.alerts.webhook import Webhook
from callqa.metadata import MetadataReader
from callqa.reports.metrics import metrics_text
from callqa.services.alarm import Alarm, AlarmRules
from callqa.services.figures import night_figures, write_metrics
from callqa.services.forecast import Speed, SpeedBasis, measured_speed
from callqa.services.inspect import Inspector
from callqa.services.intake import IntakeRules, register
from callqa.services.nightwatch import NightWatch
from callqa.services.order import RiskWeights
from callqa.services.outlook import Planner
from callqa.services.runs import finish_run, plan_run, take_up
from callqa.services.stint import ChunkTimes, Stint, timed
from callqa.services.survey import survey
from callqa.sources import AddressFinder, list_source
from callqa.standards import find_standard
from callqa.tls import trusting
from models.alert import AlertKind
from models.audit import AuditAction, AuditEvent
from models.call import AudioFacts, RecordingState
from models.errors import InputError, StateError
from models.keeping import ForgottenPart
from models.night import Backlog, Sitting, SittingTotals
from models.ports import UnitOfWork
from models.run import AudioJob, Planned, Run, RunStatus
from models.transcript import Transcript
from scoring import scorer_of
from scoring.drift import DriftRules
from storage import Database
from tests import factories
from tests.alert_servers import Receiver, receiving
from tests.databases import dump
from tests.fakes import ScriptedTranscriber, hear_polite_call, probe_anything, worker

STANDARD = find_standard("telecom-hotline-zh")
NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=5)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Four calls: one of a complaint queue, one of a new agent, two others."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    rows = ["file,call_id,agent_id,started_at,queue"]
    for name, agent, day, queue in (
        ("a", "A1", 20, "宽带"),
        ("b", "A1", 20, "投诉专席"),
        ("c", "A2", 20, "宽带"),
        ("d", "A1", 1, "宽带"),
    ):
        (folder / f"{name}.wav").write_bytes(name.encode())
        rows.append(f"{name}.wav,C-{name},{agent},2026-11-{day:02}T09:00:00+08:00,{queue}")
    (folder / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def run_of(folder: Path) -> Run:
    uri = list_source(str(folder)).uri
    return plan_run(uri, None, None, STANDARD.ref, factories.ENGINE.digest, scorer_of(STANDARD, None), NOW)


def take_in(folder: Path, database: Database) -> Run:
    listing, run = list_source(str(folder)), run_of(folder)
    metadata = MetadataReader(listing, "Asia/Shanghai")
    register([metadata], run, IntakeRules("Asia/Shanghai", 0), probe_anything, database.unit_of_work)
    return run


class Night:
    """A clock that goes on by an hour with every call heard."""

    def __init__(self) -> None:
        self.now = NOW
        self.transcriber = ScriptedTranscriber(self._hear)

    def _hear(self, job: AudioJob) -> Transcript:
        self.now += timedelta(hours=1)
        heard = hear_polite_call(job)
        assert isinstance(heard, Transcript)
        return heard

    def work(self, run: Run, database: Database, until: datetime | None) -> ChunkTimes:
        planner = Planner(RiskWeights(new_agent_days=10), "m1", 5.0, database.unit_of_work)
        waiting = take_up(run.id, self.now, database.unit_of_work)
        calls = planner.look_ahead(waiting, run.engine_digest, self.now, until).calls
        stint = Stint(self.transcriber, until, now=lambda: self.now)
        inspector = Inspector(run, STANDARD, None, stint, AddressFinder(), database.unit_of_work, "0", 3, worker())
        planned = [Planned(one.recording.id, one.attempts) for one in calls]
        times = timed(stint, lambda: inspector.inspect(planned))
        finish_run(run.id, self.now, database.unit_of_work)
        return times


def names(heard: list[str], database: Database) -> list[str]:
    with database.unit_of_work() as uow:
        calls = [uow.calls.get(one) for one in heard]
    return [one.meta.call_id for one in calls if one is not None]


def test_a_night_stopped_at_its_time_has_heard_the_riskiest_and_the_next_one_hears_the_rest(
    source: Path, database: Database, database_url: str
) -> None:
    run, night = take_in(source, database), Night()
    night.work(run, database, NOW + timedelta(hours=2))
    # d is A1's own first call; which of c and d is first depends on their ids.
    first, second = names(night.transcriber.heard, database)
    assert first == "C-b"
    assert second in {"C-c", "C-d"}
    with database.unit_of_work() as uow:
        view = uow.runs.view(run.id)
        assert view is not None
        assert (view.run.status, view.counts.scored, view.counts.waiting) == (RunStatus.PARTIAL, 2, 2)
        assert uow.census.backlog(run) == Backlog(2, 120.0, 0, 0)
        assert all(one.stored.attempts == 0 for one in view.calls)

    night.work(run, database, None)
    assert len(night.transcriber.heard) == len(set(night.transcriber.heard)) == 4
    with database.unit_of_work() as uow:
        assert uow.runs.counts(run.id).waiting == 0
    stopped = dump(database_url)

    whole = Night()
    whole.work(run, database, None)
    assert whole.transcriber.heard == []
    assert dump(database_url) == stopped


def test_the_order_follows_queue_and_the_agents_first_calls(source: Path, database: Database) -> None:
    run = take_in(source, database)
    with database.unit_of_work() as uow:
        waiting = uow.runs.waiting(run.id)
        first = uow.census.first_calls(["A1", "A2", "nobody"])
    assert {agent: at.day for agent, at in first.items()} == {"A1": 1, "A2": 20}
    planner = Planner(RiskWeights(new_agent_days=10), "m1", 5.0, database.unit_of_work)
    outlook = planner.look_ahead(waiting, run.engine_digest, NOW, NOW + timedelta(seconds=24))
    order = [(one.call.meta.call_id, one.risk) for one in outlook.order]
    assert order[0] == ("C-b", 3.1)
    # d is A1's own first call.
    assert set(order[1:3]) == {("C-c", 2.1), ("C-d", 2.1)}
    assert order[3] == ("C-a", 0.1)
    assert (outlook.forecast.by_until, outlook.forecast.left_audio_s) == (2, 120.0)
    assert outlook.forecast.speed == Speed(5.0, SpeedBasis.DEFAULT, 0)


def test_a_survey_writes_nothing_and_sees_what_the_run_will(
    source: Path, database: Database, database_url: str
) -> None:
    (source / "copy of a.wav").write_bytes(b"a")
    listing, run = list_source(str(source)), run_of(source)

    def look() -> tuple[list[str], int]:
        metadata = MetadataReader(listing, "Asia/Shanghai")
        found = survey([metadata], run, "Asia/Shanghai", None, probe_anything, database.unit_of_work)
        return sorted(one.recording.id for one in found.calls), found.done

    before = dump(database_url)
    planned, done = look()
    assert (len(planned), done) == (4, 0)
    assert dump(database_url) == before
    taken = take_in(source, database)
    with database.unit_of_work() as uow:
        assert planned == [one.recording.id for one in uow.runs.waiting(taken.id)]
    Night().work(taken, database, NOW + timedelta(hours=1))
    assert [len(look()[0]), look()[1]] == [3, 1]


def test_a_survey_reads_nothing_outside_and_plans_nothing_that_was_erased(
    source: Path, database: Database, tmp_path: Path
) -> None:
    outside = tmp_path / "elsewhere.wav"
    outside.write_bytes(b"not ours")
    (source / "link.wav").symlink_to(outside)
    run = take_in(source, database)
    with database.unit_of_work() as uow:
        gone = uow.runs.waiting(run.id)[0].recording.id
        uow.keeping.forget([gone], ForgottenPart.CALL, NOW)
        uow.commit()
    read: list[str] = []

    def probe(path: str) -> AudioFacts:
        read.append(Path(path).name)
        return probe_anything(path)

    metadata = MetadataReader(list_source(str(source)), "Asia/Shanghai")
    found = survey([metadata], run, "Asia/Shanghai", None, probe, database.unit_of_work)
    assert (len(found.calls), found.done, found.unusable) == (3, 1, 1)
    assert gone not in {call.recording.id for call in found.calls}
    assert "elsewhere.wav" not in read


def test_a_survey_of_another_day_says_so(source: Path, database: Database) -> None:
    listing = list_source(str(source))
    run = replace(run_of(source), day=NOW.date())
    metadata = MetadataReader(listing, "Asia/Shanghai")
    with pytest.raises(InputError, match="4 recordings, all of other days"):
        survey([metadata], run, "Asia/Shanghai", None, probe_anything, database.unit_of_work)


def sitting(run_id: str, ended_h: int, audio_s: float, machine: str = "m1", engine: str = "e1") -> Sitting:
    ended_at = NOW + timedelta(hours=ended_h)
    return Sitting(run_id, ended_at - timedelta(seconds=100), ended_at, machine, engine, 2, audio_s, 1.0, 90.0, 9.0)


def test_speed_is_that_of_this_machine_else_of_others_else_the_default(database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.runs.start(factories.run())
        for number in range(7):
            uow.diary.add(sitting("run-1", number, 1000.0 * number))
        uow.diary.add(sitting("run-1", 99, 50.0, "m2"))
        uow.diary.add(sitting("run-1", 99, 50.0, "m2"))  # again: one
        uow.commit()
        assert measured_speed("e1", "m1", 5.0, uow) == Speed(40.0, SpeedBasis.THIS_MACHINE, 5)
        assert measured_speed("e1", "m2", 5.0, uow) == Speed(0.5, SpeedBasis.THIS_MACHINE, 1)
        assert measured_speed("e1", "m3", 5.0, uow).basis is SpeedBasis.OTHER_MACHINES
        assert measured_speed("e2", "m1", 5.0, uow) == Speed(5.0, SpeedBasis.DEFAULT, 0)
        last = uow.diary.last()
        assert last is not None
        assert last.machine == "m2"
        assert uow.diary.totals() == SittingTotals(8, 16, 21_050.0, 8.0, 720.0, 72.0)
        with pytest.raises(StateError):
            uow.diary.add(sitting("unknown", 1, 1.0))


def watch_of(run: Run, database: Database, receiver: Receiver | None, kinds: frozenset[AlertKind]) -> NightWatch:
    channels = (
        () if receiver is None else (Webhook(receiver.url, "secret", trusting("", "alert_ca_file"), delays_s=()),)
    )
    alarm = Alarm(channels, AlarmRules(kinds, 0.1, 24.0, DriftRules()), database.unit_of_work)
    return NightWatch(run, Speed(5.0, SpeedBasis.DEFAULT, 0), NOW, alarm, database.unit_of_work, lambda: UNTIL)


def told(receiver: Receiver) -> list[tuple[str, object]]:
    found = [json.loads(one.body) for one in receiver.posted]
    return [(one["kind"], one["facts"]) for one in found]


def scored(uow: UnitOfWork, seed: str, call_id: str, fatal: bool = False, due: datetime | None = None) -> str:
    recording = factories.recording(seed)
    uow.calls.add(recording, factories.meta(call_id))
    uow.calls.saw("run-1", recording.uri, recording.id)
    uow.transcripts.put(factories.transcript(("agent", "24小时内给您回电"), seed=seed))
    promises = (factories.promise(due_at=due),) if due else ()
    card = factories.scorecard(call_id, fatal=fatal, promises=promises)
    uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, card)
    return recording.id


def test_fatal_calls_are_told_once_as_soon_as_they_are_seen_and_never_lost(database: Database) -> None:
    run, only = factories.run(), frozenset({AlertKind.FATAL})
    with database.unit_of_work() as uow:
        uow.runs.start(run)
        scored(uow, "a", "20261120_13800138000", fatal=True)
        scored(uow, "b", "C2")
        uow.commit()
    with receiving(500) as receiver:
        watch = watch_of(run, database, receiver, only)
        watch.look()  # not taken: told again
        watch.look()
        watch.look()
        with database.unit_of_work() as uow:
            scored(uow, "c", "C3", fatal=True)
            uow.commit()
        # The process was killed; the next one goes on.
        watch_of(run, database, receiver, only).end(None)
    first = {"calls": 1, "call_ids": ["20261120_*******8000"], "agent_ids": ["A17"], "more": 0}
    second = {"calls": 1, "call_ids": ["C3"], "agent_ids": ["A17"], "more": 0}
    assert told(receiver) == [("fatal", first), ("fatal", first), ("fatal", second)]


@pytest.mark.parametrize(
    ("due_h", "is_told"),
    [(-1, False), (0, False), (1, True), (24, True), (24.1, False)],
)
def test_promises_about_to_be_missed_are_told_once(database: Database, due_h: float, is_told: bool) -> None:
    run, only = factories.run(), frozenset({AlertKind.PROMISES_DUE})
    due = UNTIL + timedelta(hours=due_h)
    with database.unit_of_work() as uow:
        uow.runs.start(run)
        scored(uow, "a", "C1", due=due)
        scored(uow, "b", "C2")
        uow.commit()
    with receiving() as receiver:
        for _ in range(2):
            watch_of(run, database, receiver, only).end(None)
    assert len(receiver.posted) == is_told
    if is_told:
        ((kind, facts),) = told(receiver)
        assert kind == "promises_due"
        assert isinstance(facts, dict)
        assert facts["promises"] == 1
        assert datetime.fromisoformat(facts["earliest_due_at"]) == due
        assert "回电" not in receiver.posted[0].body.decode()


def test_the_end_of_a_run_is_told_with_what_is_left(source: Path, database: Database) -> None:
    run, night = take_in(source, database), Night()
    night.work(run, database, NOW + timedelta(hours=1))
    with database.unit_of_work() as uow:
        head = uow.audit.record(AuditEvent(NOW, "王", AuditAction.PROMISE_MARKED, "", {})).head
        uow.commit()
    with receiving() as receiver:
        watch = watch_of(run, database, receiver, frozenset({AlertKind.RUN_END}))
        found = watch.look()
        watch.end(UNTIL)
    assert found is not None
    assert (found.left.calls, found.share) == (3, 0.0)
    ((kind, facts),) = told(receiver)
    assert kind == "run_end"
    assert isinstance(facts, dict)
    assert facts["audit_head"] == str(head), "whoever has it can tell later that the log's end was not cut off"
    expected = {"status": "partial", "recordings": 4, "scored": 1, "waiting": 3, "waiting_audio_h": 0.05}
    assert facts | expected | {"stopped": True} == facts


def test_a_database_that_is_gone_costs_the_watch_and_not_the_run(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    run = factories.run("never started")
    with receiving() as receiver:
        watch = watch_of(run, database, receiver, frozenset(AlertKind))
        assert watch.look() is None
        watch.end(None)
        watch.remember("m1", [ChunkTimes(1, 60.0, 5.0, 1.0)], 0.5, UNTIL)
    assert receiver.posted == []
    assert len(caplog.records) == 3


def test_a_night_is_remembered_for_plans_and_metrics(source: Path, database: Database, tmp_path: Path) -> None:
    run, night = take_in(source, database), Night()
    watch = watch_of(run, database, None, frozenset())
    watch.remember("m1", [ChunkTimes()], 0.5, NOW + timedelta(minutes=1))
    with database.unit_of_work() as uow:
        assert uow.diary.last() is None, "nothing was heard"
    times = night.work(run, database, NOW + timedelta(hours=3))
    watch.remember("m1", [times, ChunkTimes()], 0.5, NOW + timedelta(seconds=10))
    with database.unit_of_work() as uow:
        last = uow.diary.last()
        assert last is not None
        assert (last.run_id, last.calls, last.wall_s, last.intake_s) == (run.id, 3, 10.0, 0.5)
        assert last.audio_s == pytest.approx(times.audio_s, abs=0.001)
        assert measured_speed(run.engine_digest, "m1", 5.0, uow).audio_s_per_s == pytest.approx(last.audio_s / 10)
        assert uow.census.states() == dict.fromkeys(RecordingState, 0) | {
            RecordingState.SCORED: 3,
            RecordingState.RECEIVED: 1,
        }
        assert uow.census.queue() == Backlog(1, 60.0, 0, 0)
    path = tmp_path / "collector" / "callqa.prom"
    write_metrics(path, database.unit_of_work)
    assert path.read_text() == metrics_text(night_figures(database.unit_of_work))
    assert 'callqa_calls_total{state="scored"} 3.0' in path.read_text()
    assert [one.name for one in path.parent.iterdir()] == ["callqa.prom"]
    with pytest.raises(InputError, match="metrics_file"):
        write_metrics(path / "below", database.unit_of_work)
