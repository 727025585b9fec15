"""Figures per agent and day: right after whatever happens to calls, also when it happens at once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from typer.testing import CliRunner

from callqa.cli import app
from models.call import CallMeta
from models.keeping import ForgottenPart
from models.ports import UnitOfWork
from models.rollup import DayTally, Rebuilt, Tally
from models.scorecard import Verdict
from storage import Database, schema
from storage.tables import metadata
from tests import factories
from tests.databases import bare_engine
from tests.scored_calls import MONTH, NOISE, Events, followed, put

DAY = date(2026, 11, 20)


def rebuilt(database: Database) -> Rebuilt:
    with database.unit_of_work() as uow:
        made = uow.rollups.rebuild()
        uow.commit()
    return made


def after_many_events(database: Database, url: str, seed: int, events: int, check_every: int) -> None:
    chance = Events(random.Random(seed))
    for number in range(1, events + 1):
        with database.unit_of_work() as uow:
            chance.happen(uow)
            uow.commit()
        if number % check_every == 0:
            kept = followed(url)
            rebuilt(database)
            assert kept == followed(url), f"after {number} events"


def test_what_is_kept_up_is_what_would_be_made_anew(database: Database, database_url: str) -> None:
    after_many_events(database, database_url, seed=3, events=30, check_every=10)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_the_same_after_many_more_events(database: Database, database_url: str, seed: int) -> None:
    after_many_events(database, database_url, seed, events=120, check_every=20)


def test_workers_at_calls_of_one_agent_and_day_lose_nothing(database: Database, database_url: str) -> None:
    def work(worker: int) -> None:
        for number in range(3):
            name = f"{worker}-{number}"
            meta = CallMeta(name, "A1", team="T1", started_at=factories.STARTED_AT)
            for total, scorer in ((80.0, "rules-1"), (60.0 + worker, "rules-2")):
                with database.unit_of_work() as uow:
                    put(uow, name, meta, factories.scorecard(total=total), scorer)
                    uow.commit()
            with database.unit_of_work() as uow:
                recording_id = factories.recording(name).id
                if number == 0:
                    uow.calls.quarantine(recording_id, NOISE)
                if number == 1:
                    uow.keeping.forget([recording_id], ForgottenPart.CALL, factories.STARTED_AT)
                uow.commit()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    with database.unit_of_work() as uow:
        tally = uow.rollups.of_agent("A1", DAY, DAY).tally
    assert (tally.calls, tally.total_sum) == (3, 100 * (60 + 61 + 62))
    kept = followed(database_url)
    assert rebuilt(database) == Rebuilt(3, 1)
    assert kept == followed(database_url)


@pytest.mark.slow
def test_standards_exchanged_at_once_in_both_directions_end(database: Database, database_url: str) -> None:
    """Each takes from the day of the standard that the other adds to."""
    other = replace(factories.STANDARD, digest="sha256:" + "9" * 64)
    meta = {name: replace(factories.meta(name), call_id=name) for name in ("one", "two")}
    first = {"one": factories.STANDARD, "two": other}
    with database.unit_of_work() as uow:
        for name in ("one", "two"):
            put(uow, name, meta[name], replace(factories.scorecard(), standard=first[name]))
        uow.commit()

    def exchange(name: str) -> None:
        for turn in range(8):
            standard = (factories.STANDARD, other)[(turn + (name == "one")) % 2]
            with database.unit_of_work() as uow:
                put(uow, name, meta[name], replace(factories.scorecard(), standard=standard), f"rules-{turn}")
                uow.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(exchange, ("one", "two")))
    kept = followed(database_url)
    rebuilt(database)
    assert kept == followed(database_url)


def three_calls(uow: UnitOfWork) -> None:
    """Two of A1, the second one late in the evening of its own clock, and one of a colleague; one has no date."""
    evening = datetime(2026, 11, 20, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    missed = factories.finding("apology", Verdict.MISSED, 0, 15)
    met = factories.finding("apology", Verdict.MET, 15, 15)
    away = factories.finding("apology", Verdict.NOT_APPLICABLE, 0, 15)
    a1, a2 = CallMeta("C1", "A1", "Li", "T1"), CallMeta("C3", "A2", None, "T1")
    put(uow, "one", replace(a1, started_at=factories.STARTED_AT), factories.scorecard(total=90.5, findings=(met,)))
    put(uow, "two", replace(a1, call_id="C2", started_at=evening), factories.scorecard(total=70.0, findings=(missed,)))
    put(uow, "three", replace(a2, started_at=factories.STARTED_AT),
        factories.scorecard(total=50.0, findings=(away,), fatal=True, needs_review=True))  # fmt: skip
    put(uow, "four", replace(a1, call_id="C4"), factories.scorecard(total=1.0))
    uow.commit()


def test_the_month_of_an_agent_beside_the_team_and_everybody(database: Database) -> None:
    with database.unit_of_work() as uow:
        three_calls(uow)
        month = uow.rollups.agent_month("A1", *MONTH)
        assert month is not None
        assert (month.agent_name, month.team) == ("Li", "T1")
        both = Tally(2, 2, 16_050, 9_050**2 + 7_000**2)
        assert month.figures.tally == both
        assert (both.mean, round(both.deviation or 0, 3)) == (80.25, 14.496)
        assert month.figures.days == (DayTally(DAY, both),)
        (item,) = month.figures.items
        assert (item.item_id, item.points, item.max_points, item.pass_rate) == ("apology", 15.0, 30.0, 0.5)
        team = month.team_figures
        assert team is not None
        assert (team.tally.calls, team.tally.fatal, team.tally.needs_review) == (3, 1, 1)
        assert team.items[0].verdicts == dict.fromkeys(Verdict, 0) | {
            Verdict.MET: 1, Verdict.MISSED: 1, Verdict.NOT_APPLICABLE: 1
        }  # fmt: skip
        assert [call.call_id for call in month.worst] == ["C2", "C1"]
        assert [(call.call_id, call.total) for call in month.best] == [("C1", 90.5), ("C2", 70.0)]
        assert uow.rollups.agent_month("A9", *MONTH) is None
        put(uow, "five", CallMeta("C5", "A3", started_at=factories.STARTED_AT), factories.scorecard(total=None))
        assert {team: tally.calls for team, tally in uow.rollups.teams(*MONTH).items()} == {"T1": 3, None: 1}
        assert {agent: tally.calls for agent, tally in uow.rollups.agents(*MONTH).items()} == {
            "A1": 2,
            "A2": 1,
            "A3": 1,
        }
        assert list(uow.rollups.agents(*MONTH, team="T1")) == ["A1", "A2"]
        assert uow.rollups.of_all(DAY, DAY).tally == Tally(4, 3, 16_050, 9_050**2 + 7_000**2, 1, 1)
        day_after = uow.rollups.of_all(date(2026, 11, 21), MONTH[1])
        assert (day_after.tally.mean, day_after.tally.deviation, day_after.days) == (None, None, ())


def test_a_database_of_before_is_counted_when_it_is_upgraded(empty_database_url: str, tmp_path: Path) -> None:
    """The rows that another database has, in the tables of before."""
    other = f"sqlite:///{tmp_path / 'other.db'}"
    schema.upgrade(other)
    database = Database(other)
    chance = Events(random.Random(5))
    with database.unit_of_work() as uow:
        for _ in range(15):
            chance.happen(uow)
        uow.commit()
    database.close()
    with bare_engine(other).connect() as source, bare_engine(empty_database_url).begin() as target:
        command.upgrade(schema._config(target), "0008")
        there = sa.inspect(target)
        for table in metadata.sorted_tables:
            if there.has_table(table.name):
                columns = [table.c[column["name"]] for column in there.get_columns(table.name)]
                if rows := source.execute(sa.select(*columns)).mappings().all():
                    target.execute(table.insert(), [dict(row) for row in rows])
    schema.upgrade(empty_database_url)
    assert followed(empty_database_url) == followed(other)


def test_the_command_puts_figures_right_that_somebody_spoiled(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with database.unit_of_work() as uow:
        three_calls(uow)
    kept = followed(database_url)
    with bare_engine(database_url).begin() as connection:
        connection.execute(sa.text("UPDATE agent_days SET calls = 99"))
    done = CliRunner().invoke(app, ["db", "rebuild-rollups", "--database-url", database_url])
    assert done.exit_code == 0, done.output
    assert "4 calls, 2 days of agents" in done.output
    assert followed(database_url) == kept
