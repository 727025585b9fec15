"""Making the tables, bringing them up to date, and saying what is wrong with them."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from models.call import Quarantine, RecordingState
from models.errors import ReasonCode, SchemaError, SettingsError, TransientError
from storage import Database, mapping, schema, search_index, tables
from storage.tables import metadata
from tests import factories
from tests.databases import bare_engine, dump

HEAD, NEXT = "0028", "0029"

LATER = frozenset({"hung_up_by", "review_codes", "complaint", "dropped_at"})
"""Columns that the first migration lacks."""

TEAM_LEAD = f"""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{NEXT}", "{HEAD}"
def upgrade():
    op.add_column("teams", sa.Column("lead", sa.Text()))
"""

LOSES_AGENTS = f"""
from alembic import op
revision, down_revision = "{NEXT}", "{HEAD}"
def upgrade():
    op.execute("DELETE FROM agents")
"""


def migrations_of_another_program(folder: Path, more: str) -> str:
    """Migrations with one revision more."""
    shutil.copytree(Path(schema.__file__).parent / "migrations", folder)
    (folder / "versions" / f"{NEXT}_more.py").write_text(more)
    return str(folder).replace("%", "%%")


def test_an_empty_database_becomes_ready(empty_database_url: str) -> None:
    assert schema.state(empty_database_url) == schema.SchemaState(None, HEAD, empty=True)
    schema.upgrade(empty_database_url)
    assert schema.state(empty_database_url) == schema.SchemaState(HEAD, HEAD, empty=False)
    schema.check(empty_database_url)


def test_upgrading_again_keeps_every_row(database: Database, database_url: str) -> None:
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording(), factories.meta())
        uow.commit()
    before = dump(database_url)
    schema.upgrade(database_url)
    assert dump(database_url) == before


def test_a_database_of_the_first_release_keeps_its_rows(empty_database_url: str) -> None:
    """Made by the first migration alone, filled, then brought up to date."""
    engine = bare_engine(empty_database_url)
    with engine.begin() as connection:
        command.upgrade(schema._config(connection), "0001")
        connection.execute(sa.text("INSERT INTO standards (digest, id, version) VALUES ('d', 's', '1')"))
    schema.upgrade(empty_database_url)
    schema.check(empty_database_url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT id FROM standards")).scalars().all() == ["s"]
        assert connection.execute(sa.text("SELECT count(*) FROM published_standards")).scalar() == 0


def test_looking_at_a_database_that_is_not_there_makes_no_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'calls.db'}"
    assert schema.state(url).empty
    with pytest.raises(SchemaError, match=r"is not set up: run `callqa db upgrade`"):
        schema.check(url)
    Database(url).close()
    assert list(tmp_path.iterdir()) == []


def test_upgrade_makes_the_folder_of_an_sqlite_file(tmp_path: Path) -> None:
    schema.upgrade(f"sqlite:///{tmp_path / 'new' / 'deep' / 'calls.db'}")
    with sqlite3.connect(tmp_path / "new" / "deep" / "calls.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_migrations_and_tables_say_the_same(database_url: str) -> None:
    with bare_engine(database_url).connect() as connection:
        options = {
            "version_table": schema.VERSION_TABLE,
            "compare_type": True,
            # Not in the tables: it is made where a database lets it be made.
            "include_name": lambda name, _kind, _parents: not str(name).startswith(search_index.NAME),
        }
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_the_database_checks_the_values_of_every_enum(database_url: str) -> None:
    """A new member of an enum needs a migration of its constraint."""
    inspector = sa.inspect(bare_engine(database_url))
    for table in metadata.tables.values():
        found = {check["name"]: check["sqltext"] for check in inspector.get_check_constraints(table.name)}
        expected = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        assert set(found) == expected
        for column in table.columns:
            if isinstance(column.type, sa.Enum):
                enum = column.type.python_type
                assert issubclass(enum, StrEnum)
                allowed = set(re.findall(r"'(\w+)'", found[f"ck_{table.name}_{column.name}"]))
                assert allowed == {member.value for member in enum}


def test_one_call_id_cannot_be_held_twice(database_url: str) -> None:
    """The index is partial, which comparing the metadata does not see."""
    insert = sa.text(
        "INSERT INTO recordings (id, uri, call_id, agent_id, channel_roles, flags, state, quarantine_reason, attempts)"
        " VALUES (:id, 'u', 'C1', 'A', '[]', '[]', :state, :reason, 0)"
    )
    with bare_engine(database_url).begin() as connection:
        connection.execute(sa.text("INSERT INTO agents (id) VALUES ('A')"))
        connection.execute(insert, {"id": "1", "state": "received", "reason": None})
        connection.execute(insert, {"id": "2", "state": "quarantined", "reason": "corrupt_audio"})
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(insert, {"id": "3", "state": "scored", "reason": None})


@pytest.mark.parametrize(
    ("state", "reason"),
    [("quarantined", None), ("received", "corrupt_audio"), ("forgotten", None), ("received", "mood")],
)
def test_the_database_refuses_states_that_make_no_sense(database_url: str, state: str, reason: str | None) -> None:
    with bare_engine(database_url).begin() as connection:
        connection.execute(sa.text("INSERT INTO agents (id) VALUES ('A')"))
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(
                sa.text(
                    "INSERT INTO recordings (id, uri, call_id, agent_id, channel_roles, flags, state,"
                    " quarantine_reason, attempts) VALUES ('1', 'u', 'C1', 'A', '[]', '[]', :state, :reason, 0)"
                ),
                {"state": state, "reason": reason},
            )


def test_a_database_behind_and_a_database_ahead(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording(), factories.meta())
        uow.commit()
    before = dump(database_url)
    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", migrations_of_another_program(tmp_path / "newer 100%", TEAM_LEAD))
        behind = f"is at revision {HEAD}, this program needs {NEXT}: run `callqa db upgrade`"
        with pytest.raises(SchemaError, match=behind):
            schema.check(database_url)
        schema.upgrade(database_url)
        schema.check(database_url)
    for step in (schema.check, schema.upgrade):
        with pytest.raises(SchemaError, match=rf"is at revision {NEXT}, .* upgraded by a newer callqa"):
            step(database_url)
    assert dump(database_url) == before | {"teams": [(*row, None) for row in before["teams"]]}


def test_a_database_in_use_is_brought_up_to_date_with_its_rows(empty_database_url: str) -> None:
    """Filled at the first migration, whose tables lack what came later: new reasons, codes, stages, who hung up."""
    call, noise, hours = (factories.recording(seed) for seed in "abc")
    card = factories.scorecard()
    transcript = factories.transcript(("agent", "您好"), seed="a")
    twice = Quarantine(ReasonCode.PROCESSING_FAILED, "twice")
    rows: list[tuple[sa.Table, dict[str, Any]]] = [
        (tables.teams, {"name": "T1"}),
        (tables.agents, {"id": "A17", "team": "T1"}),
        (tables.recordings, mapping.recording_to_row(call, factories.meta(), None) | {"state": RecordingState.SCORED}),
        (tables.recordings, mapping.recording_to_row(noise, factories.meta(call_id="C2"), twice)),
        (tables.recordings, mapping.recording_to_row(hours, factories.meta(call_id="C3"), None)),
        (tables.standards, mapping.standard_to_row(card.standard)),
        (
            tables.transcripts,
            {
                "id": 1,
                "recording_id": call.id,
                "engine_digest": factories.ENGINE.digest,
                "document": mapping.transcript_to_document(transcript),
            },
        ),
        (tables.scorecards, {"id": 1} | mapping.scorecard_to_row(card, 1, factories.SCORER)),
        (tables.findings, mapping.finding_to_row(card.findings[0], 1, 0)),
        (tables.evidence, mapping.evidence_to_row(card.findings[0].evidence[0], 1, 0, 0)),
    ]
    with bare_engine(empty_database_url).begin() as connection:
        command.upgrade(schema._config(connection), "0001")
        for table, row in rows:
            connection.execute(sa.insert(table).values({k: v for k, v in row.items() if k not in LATER}))
    schema.upgrade(empty_database_url)
    database = Database(empty_database_url)
    with database.unit_of_work() as uow:
        assert [(stored.recording.id, heard) for stored, heard in uow.transcripts.latest()] == [(call.id, transcript)]
        # What no scorer of then could tell is not known.
        assert uow.scorecards.of(call.id) == card
        quarantined = uow.calls.get(noise.id)
        assert quarantined is not None
        assert quarantined.quarantine == twice
        assert quarantined.meta.hung_up_by is None
        uow.calls.quarantine(hours.id, Quarantine(ReasonCode.TOO_LONG, "7 hours"))
        uow.commit()
        found = uow.calls.get(hours.id)
        assert found is not None
        assert found.quarantine == Quarantine(ReasonCode.TOO_LONG, "7 hours")
    with bare_engine(empty_database_url).begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.text("DELETE FROM recordings"))
    database.close()


def test_an_upgrade_that_would_lose_what_rows_point_at_changes_nothing(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording(), factories.meta())
        uow.commit()
    before = dump(database_url)
    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", migrations_of_another_program(tmp_path / "newer", LOSES_AGENTS))
        with pytest.raises(SchemaError, match="recordings"):
            schema.upgrade(database_url)
    assert dump(database_url) == before
    schema.check(database_url)


def test_tables_of_another_program_are_left_alone(empty_database_url: str) -> None:
    """Prefect's server, for one, keeps its own Alembic table; only equal table names are in the way."""
    with bare_engine(empty_database_url).begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('f00')"))
    schema.upgrade(empty_database_url)
    schema.check(empty_database_url)
    with bare_engine(empty_database_url).begin() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one() == "f00"


def test_a_database_with_tables_of_the_same_names_is_refused(empty_database_url: str) -> None:
    with bare_engine(empty_database_url).begin() as connection:
        connection.execute(sa.text("CREATE TABLE agents (number INTEGER)"))
    assert schema.state(empty_database_url) == schema.SchemaState(None, HEAD, empty=False)
    with pytest.raises(SchemaError, match="holds tables that callqa did not make"):
        schema.upgrade(empty_database_url)


@pytest.mark.parametrize("step", [schema.state, schema.check, schema.upgrade])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, step: object) -> None:
    (tmp_path / "calls.db").write_text("call_id,agent_id\n" * 100)
    assert callable(step)
    with pytest.raises(SchemaError, match=r"calls\.db cannot be used: file is not a database"):
        step(f"sqlite:///{tmp_path / 'calls.db'}")


@pytest.mark.parametrize("place", ["file/calls.db", "file/deep/calls.db", f"{'x' * 300}/calls.db"])
def test_a_place_where_no_folder_can_be_is_a_wrong_setting(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"sqlite:.*calls\.db cannot be there: \w+"):
        schema.upgrade(f"sqlite:///{tmp_path / place}")


def test_looking_for_a_database_where_none_can_be_is_a_wrong_setting(tmp_path: Path) -> None:
    for look in (schema.state, schema.check):
        with pytest.raises(SettingsError, match="cannot be there: File name too long"):
            look(f"sqlite:///{tmp_path / ('x' * 300)}")


def test_a_server_that_cannot_be_reached_may_come_back() -> None:
    url = "postgresql://someone:topsecret@127.0.0.1:1/calls?sslpassword=alsosecret"
    with pytest.raises(TransientError, match=r"someone:\*\*\*@127\.0\.0\.1:1/calls") as caught:
        schema.check(url)
    assert "secret" not in str(caught.value)
    with pytest.raises(TransientError), Database(url).unit_of_work():
        pass


@pytest.mark.parametrize("step", [schema.state, schema.check, schema.upgrade, Database])
def test_an_address_of_another_kind_is_refused(step: object) -> None:
    assert callable(step)
    with pytest.raises(SettingsError, match="'mysql', which is not supported"):
        step("mysql://someone:topsecret@host/calls")


@pytest.mark.slow
def test_processes_that_upgrade_at_once_take_turns(empty_database_url: str) -> None:
    program = "import sys; from storage import schema; sys.stdin.readline(); schema.upgrade(sys.argv[1])"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_database_url],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    assert [(child.communicate()[1], child.returncode) for child in children] == [("", 0)] * 4
    schema.check(empty_database_url)


def test_threads_that_upgrade_at_once_take_turns(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / name}" for name in ("a.db", "a.db", "b.db", "c.db")]
    with ThreadPoolExecutor(len(urls)) as pool:
        list(pool.map(schema.upgrade, urls))
    for url in urls:
        schema.check(url)
