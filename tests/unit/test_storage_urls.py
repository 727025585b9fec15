"""Database addresses: accepted forms, clear refusals, no secrets in messages."""

from __future__ import annotations

import pytest

from models.errors import SettingsError
from storage.sqlite_file import SqliteFile
from storage.urls import parse, shown


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///calls.db", "sqlite"),
        ("sqlite:////data/通话 录音/calls.db", "sqlite"),
        ("postgresql://qa@host/calls", "postgresql+psycopg"),
        ("postgresql+psycopg://qa@host/calls", "postgresql+psycopg"),
    ],
)
def test_accepted(url: str, driver: str) -> None:
    assert parse(url).drivername == driver


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "cannot be read"),
        ("calls.db", "cannot be read"),
        ("postgresql://qa:topsecret@host:port/calls", "cannot be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://qa:topsecret@host/calls", "'mysql', which is not supported"),
        ("postgresql+asyncpg://qa:topsecret@host/calls", "which is not supported"),
    ],
)
def test_refused(url: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        parse(url)
    assert "topsecret" not in str(caught.value)
    assert "write sqlite:///calls.db or postgresql://" in str(caught.value)


def test_shown_without_secrets() -> None:
    assert shown(parse("postgresql://qa:topsecret@host:5433/calls?sslpassword=other")) == (
        "postgresql+psycopg://qa:***@host:5433/calls"
    )


def test_what_other_tools_are_given_holds_no_password() -> None:
    address = "postgresql://qa:geheim@db.example.com:5433/calls?sslmode=require&password=geheim"
    with pytest.raises(SettingsError) as refused:
        SqliteFile(address)
    assert 'pg_dump --format=custom --file=callqa.dump "postgresql://qa@db.example.com:5433/calls"' in str(
        refused.value
    )
    assert "geheim" not in str(refused.value)
