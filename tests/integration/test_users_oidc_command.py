"""`callqa users` and `callqa doctor` for those who log in by OpenID Connect, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from callqa.services.identities import OtherAccountError, log_in_as
from callqa.services.people import log_in, resume
from callqa.settings import load_settings
from callqa.web.services import services_for
from models.errors import InputError, SettingsError
from models.person import Identity
from storage import Database
from tests.console import HASHER, NOW
from tests.ledger_calls import commands
from tests.oidc_provider import providing

Command = Callable[..., Result]
FIRST, SECOND = Identity("https://id.example", "sub-1"), Identity("https://id.example", "sub-2")
GOOD = {
    "CALLQA_OIDC_ISSUER": "https://id.example/realm",
    "CALLQA_OIDC_CLIENT_ID": "callqa",
    "CALLQA_OIDC_CLIENT_SECRET": "top-secret",
    "CALLQA_WEB_URL": "https://qa.example/",
    "CALLQA_WEB_HTTPS": "true",
}


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs `callqa ARGUMENTS` in a folder of its own."""
    yield from commands(database_url, tmp_path, monkeypatch)


def test_somebody_is_let_in_without_a_password_and_may_get_another_account(
    command: Command, database: Database
) -> None:
    done = command("users", "add", "New.One", "--post", "qa", "--oidc")
    assert done.stdout.strip() == ""
    new_unit = database.unit_of_work
    assert log_in("new.one", "", "here", NOW, HASHER, new_unit) is None
    opened = log_in_as(FIRST, "new.one", NOW, new_unit)
    with pytest.raises(OtherAccountError):
        log_in_as(SECOND, "new.one", NOW, new_unit)
    (listed,) = json.loads(command("users", "list", "--json").stdout)
    assert (listed["name"], listed["oidc"]) == ("new.one", True)
    command("users", "unbind", "new.one")
    assert resume(opened.key, NOW, new_unit) is None
    assert log_in_as(SECOND, "new.one", NOW, new_unit).person.name == "new.one"
    with new_unit() as uow:
        actions = [entry.event.action for entry in uow.audit.entries()]
    assert actions == ["person_added", "log_in_failed", "identity_bound", "identity_unbound", "identity_bound"]


def test_only_what_is_bound_can_be_undone(command: Command) -> None:
    command("users", "add", "qa", "--post", "qa")
    for name, said in (("qa", "has not logged in by OpenID Connect"), ("nobody", "is nobody who uses the console")):
        refused = command("users", "unbind", name).exception
        assert isinstance(refused, InputError)
        assert said in str(refused)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"OIDC_CLIENT_SECRET": ""}, "needs oidc_client_secret as well"),
        ({"OIDC_ISSUER": "", "WEB_URL": ""}, "needs oidc_issuer, web_url as well"),
        ({"OIDC_ISSUER": "http://id.example"}, "oidc_issuer is no address that begins with https://"),
        ({"OIDC_ISSUER": "https://user:pass@id.example"}, "oidc_issuer is no address"),
        ({"OIDC_ISSUER": "https://id.example/?x"}, "oidc_issuer is no address"),
        ({"OIDC_ISSUER": "https://[id.example"}, "oidc_issuer is no address"),
        ({"OIDC_ISSUER": "https://id.example:x"}, "oidc_issuer is no address"),
        ({"WEB_URL": "qa.example"}, "web_url is no address"),
        ({"WEB_URL": "https://qa.example/console"}, "web_url is an address without a path"),
        ({"WEB_HTTPS": "false"}, "set web_https as well"),
        ({"OIDC_CA_FILE": "nowhere.pem"}, "oidc_ca_file 'nowhere.pem' cannot be used"),
    ],
)
def test_settings_that_cannot_work_are_told_before_anybody_logs_in(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    environ = GOOD | {f"CALLQA_{name}": value for name, value in changed.items()}
    with pytest.raises(SettingsError) as told:
        services_for(load_settings({}, environ, tmp_path)[0])
    assert said in str(told.value)
    assert "top-secret" not in str(told.value)


def test_the_address_of_the_console_is_the_settings_and_nothing_is_asked_at_first(tmp_path: Path) -> None:
    oidc = services_for(load_settings({}, GOOD, tmp_path)[0]).oidc
    assert oidc is not None
    assert oidc.client.redirect_uri == "https://qa.example/login/oidc/callback"
    assert "top-secret" not in repr(oidc.client)
    assert services_for(load_settings({}, {"CALLQA_WEB_URL": "https://qa.example"}, tmp_path)[0]).oidc is None


def test_doctor_asks_the_issuer_and_says_what_to_enter_there(command: Command, tmp_path: Path) -> None:
    def look(**more: str) -> tuple[bool, str]:
        given = {
            "oidc_issuer": issuer.issuer,
            "oidc_client_id": "callqa",
            "oidc_client_secret_file": str(secret),
        } | more
        (tmp_path / "callqa.toml").write_text("".join(f"{name} = '{value}'\n" for name, value in given.items()))
        done = json.loads(command("doctor", "--json").stdout)
        assert "top-secret" not in str(done)
        (found,) = [check for check in done["checks"] if check["name"] == "log-in"]
        return found["ok"], found["detail"]

    secret, address = tmp_path / "secret", "http://localhost:8080"
    secret.write_text("top-secret\n")
    with providing() as issuer:
        ok, said = look()
        assert (ok, "needs web_url" in said) == (False, True)
        ok, said = look(web_url=address)
        assert ok, said
        assert "has 1 keys" in said
        assert f"{address}/login/oidc/callback" in said
        issuer.status = 500
        ok, said = look(web_url=address)
        assert (ok, "status 500" in said) == (False, True)
