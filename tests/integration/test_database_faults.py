"""The database fails in mid-run: one clear error, nothing half written, and the next try ends in the same rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.errors import TransientError
from models.run import AudioJob
from models.transcript import Transcript
from storage import engine, schema
from storage.urls import parse
from tests.databases import bare_engine, dump
from tests.fakes import ScriptedTranscriber, hear_polite_call
from tests.own_postgresql import Line, line_to, own_server, postgresql_programs
from tests.shared_night import SharedNight, inspect_night, make_recordings, result, statements, this_worker, watched

CALLS = 6


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_recordings(tmp_path_factory.mktemp("faults") / "recordings", CALLS)


@pytest.fixture(scope="module")
def undisturbed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, int]:
    """What a run nobody disturbs finds, and the number of its statements."""
    url = f"sqlite:///{tmp_path_factory.mktemp('undisturbed') / 'calls.db'}"
    schema.upgrade(url)
    night = SharedNight(source, url, source / "unused")
    points = statements(night)
    return result(url), points


def work(night: SharedNight, before_call: Callable[[int], None] = lambda _: None) -> None:
    """What a run does, in this process; `before_call` is told how many calls were heard."""
    heard = 0

    def hear(job: AudioJob) -> Transcript:
        nonlocal heard
        before_call(heard)
        heard += 1
        return replace(hear_polite_call(job), recording_id=job.recording_id)

    inspect_night(night, ScriptedTranscriber(hear), this_worker())


def check_complete(url: str, found: Any) -> None:
    assert result(url) == found
    rows = {table: len(there) for table, there in dump(url).items()}
    assert (rows["recordings"], rows["transcripts"], rows["scorecards"], rows["claims"]) == (CALLS, CALLS, CALLS, 0)


def check_nothing_half_written(url: str) -> None:
    """A call that counts as scored has its scorecard, and a scorecard has all its findings."""
    rows = dump(url)
    with bare_engine(url).connect() as connection:
        scored = connection.execute(sa.text("SELECT count(*) FROM recordings WHERE state = 'scored'")).scalar_one()
        each = connection.execute(sa.text("SELECT count(*) FROM findings GROUP BY scorecard_id")).scalars().all()
    assert scored == len(rows["scorecards"]) == len(each)
    assert len(set(each)) <= 1


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody keeps everybody else out."""
    with bare_engine(url).connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        else:
            connection.exec_driver_sql("LOCK TABLE recordings, transcripts, claims IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def test_a_lock_that_stays_stops_the_run_with_one_clear_error(
    source: Path, database_url: str, undisturbed: tuple[Any, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_WAIT_S", 0.1)
    night = SharedNight(source, database_url, source / "unused")
    holder = locked(database_url)

    def lock(heard: int) -> None:
        if heard == 3:
            holder.__enter__()

    with pytest.raises(TransientError, match=r"lock.*try again when it is free") as caught:
        work(night, lock)
    assert "\n" not in str(caught.value)
    holder.__exit__(None, None, None)
    check_nothing_half_written(database_url)
    work(night)
    check_complete(database_url, undisturbed[0])


def test_a_full_disk_stops_the_run_with_one_clear_error(
    source: Path, tmp_path: Path, undisturbed: tuple[Any, int]
) -> None:
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    schema.upgrade(url)
    night = SharedNight(source, url, source / "unused")
    with bare_engine(url).connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def fill(connection: sa.Connection) -> None:
        connection.connection.cursor().execute(f"PRAGMA max_page_count = {pages + 4}")

    sa.event.listen(sa.Engine, "begin", fill)
    try:
        with pytest.raises(TransientError, match=r"disk is full.*has room"):
            work(night)
    finally:
        sa.event.remove(sa.Engine, "begin", fill)
    check_nothing_half_written(url)
    work(night)
    check_complete(url, undisturbed[0])


@pytest.mark.parametrize(("asked", "set_to"), [("", "60000"), ("&tcp_user_timeout=5000", "5000")])
def test_a_line_that_goes_silent_is_noticed_after_a_minute_or_as_the_address_says(
    postgresql_url: str, asked: str, set_to: str
) -> None:
    opened = engine.build_engine(parse(postgresql_url + asked))
    with opened.connect() as connection:
        driven = connection.connection.driver_connection
        assert driven is not None
        parameters = driven.info.get_parameters()
    opened.dispose()
    assert parameters["tcp_user_timeout"] == set_to
    assert parameters["keepalives_idle"] == "30"


@pytest.fixture
def line(request: pytest.FixtureRequest) -> Iterator[tuple[Line, str]]:
    """A line to a PostgreSQL server, and the address by it of a database with its tables."""
    server = request.getfixturevalue("postgresql_url")
    address = sa.make_url(server)
    with line_to(address.host or "127.0.0.1", address.port or 5432) as line:
        by_line = address.set(host="127.0.0.1", port=line.port)
        yield line, by_line.render_as_string(hide_password=False)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_line_that_is_cut_anywhere_costs_no_row(
    line: tuple[Line, str], source: Path, undisturbed: tuple[Any, int], seed: int
) -> None:
    """Cut at a random statement, and mended: the same process tries again, as a flow does."""
    (wire, url), (found, points) = line, undisturbed
    night = SharedNight(source, url, source / "unused")
    point = random.Random(seed).randint(1, points)

    def cut(seen: int) -> None:
        if seen == point:
            wire.cut()
            wire.mend()

    # Where nothing was under way, the next statement has a new connection and nobody notices.
    with watched(cut), suppress(TransientError):
        work(night)
    check_nothing_half_written(url)
    work(night)
    check_complete(url, found)


@pytest.mark.slow
def test_a_server_that_stops_as_in_a_power_cut_has_lost_nothing_that_was_stored(
    source: Path, undisturbed: tuple[Any, int], postgresql_url: str
) -> None:
    """Where PostgreSQL's own programs are not, cut lines (above) must do."""
    programs = postgresql_programs()
    if programs is None:
        return
    with own_server(programs) as server:
        schema.upgrade(server.url)
        night = SharedNight(source, server.url, source / "unused")

        def stop(heard: int) -> None:
            if heard == 4:
                server.stop()

        with pytest.raises(TransientError, match="did not answer as it should"):
            work(night, stop)
        server.start()
        check_nothing_half_written(server.url)
        work(night)
        check_complete(server.url, undisturbed[0])
