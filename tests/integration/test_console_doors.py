"""Who may go where in the console: every route against every post, log-in, sessions, forms from elsewhere."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.routing import BaseRoute, Mount

from callqa.oidc.provider import Client, Provider
from callqa.services.people import FREE_TRIES, IDLE, LONGEST
from callqa.web.app import create_app
from callqa.web.doors import COOKIE, Needs
from storage import Database
from tests.console import PASSWORD, STAFF, Browser, Console

PUBLIC = {"GET /healthz", "GET /metrics", "GET /login", "POST /login"}
BY_OIDC = {"GET /login/oidc", "GET /login/oidc/callback"}
"""Public as well, where an issuer is set."""

# r: admin, l: supervisor, q: QA, a: agent.
ALLOWED = {
    "GET /": "rlqa",
    "POST /logout": "rlqa",
    "GET /me": "rlqa",
    "POST /me/password": "rlqa",
    "POST /me/looks": "rlqa",
    "GET /me/tokens": "rlq",
    "POST /me/tokens": "rlq",
    "POST /me/tokens/{key_sha256}/end": "rlq",
    "GET /queue": "rlq",
    "POST /queue/assign": "rlq",
    "POST /queue/views": "rlq",
    "POST /queue/views/drop": "rlq",
    "GET /people": "r",
    "POST /people": "r",
    "POST /people/{name}/password": "r",
    "POST /people/{name}/state": "r",
    "POST /people/{name}/unbind": "r",
    "GET /audit": "r",
    "GET /standards": "rlqa",
    "GET /standards/{standard_id}/{version}": "rlqa",
    "POST /standards/-": "r",
    "GET /standards/-/proposals": "r",
    "POST /standards/-/proposals/accept": "r",
    "POST /standards/-/proposals/decline": "r",
    "GET /standards/-/{key}": "r",
    "POST /standards/-/{key}/trial": "r",
    "POST /standards/-/{key}/publish": "r",
    "GET /promises": "rlq",
    "POST /promises/import": "rlq",
    "POST /promises/{recording_id}/{promise_id}": "rlq",
    "GET /imports": "r",
    "POST /imports/surveys": "r",
    "POST /imports/roster": "r",
    "POST /imports/refused": "r",
    "GET /overview": "rlq",
    "GET /teams": "rlq",
    "GET /teams/{team}": "rlq",
    "GET /teams/{team}/report": "rlq",
    "GET /centre": "rlq",
    "GET /agents/{agent_id}": "rlqa",
    "GET /agents/{agent_id}/coaching": "rlqa",
    "POST /agents/{agent_id}/coaching": "rl",
    "POST /agents/{agent_id}/coaching/{note}/close": "rl",
    "POST /agents/{agent_id}/coaching/{note}/answer": "a",
    "POST /agents/{agent_id}/coaching/example": "a",
    "GET /quality": "rlq",
    "GET /quality/fairness": "rlq",
    "GET /calls/{call_id}": "rlqa",
    "GET /calls/{call_id}/audio": "rlqa",
    "HEAD /calls/{call_id}/audio": "rlqa",
    "GET /calls/{call_id}/waveform": "rlqa",
    "POST /calls/{call_id}/items/{item_id}": "rlq",
    "GET /appeals": "rlqa",
    "GET /appeals/{appeal_id}": "rlqa",
    "POST /appeals/{appeal_id}": "rl",
    "GET /calls/{call_id}/appeals/{item_id}": "a",
    "POST /calls/{call_id}/appeals": "a",
    "GET /calibration": "rlq",
    "POST /calibration": "rl",
    "GET /calibration/{calibration_id}": "rlq",
    "POST /calibration/{calibration_id}/close": "rl",
    "GET /calibration/{calibration_id}/calls/{number}": "rlq",
    "POST /calibration/{calibration_id}/calls/{number}": "rlq",
}
"""Every route that is not public, with who may. A route that is not here fails."""
LETTERS = dict(zip("rlqa", STAFF, strict=True))


@pytest.fixture
def console(database: Database) -> Console:
    return Console(database.unit_of_work)


def walk(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif inner := getattr(route, "original_router", None):
            yield from walk(inner.routes)
        else:
            assert isinstance(route, Mount)
            assert isinstance(route.app, StaticFiles)


def routes(app: FastAPI) -> dict[str, APIRoute]:
    """Those of pages; what lets programs into the API is in test_console_api.py."""
    found = [route for route in walk(app.routes) if not route.path.startswith("/api/")]
    return {f"{method} {route.path}": route for route in found for method in route.methods or ()}


def test_every_route_is_public_on_purpose_or_needs_a_right(console: Console) -> None:
    found = routes(create_app(console.services))
    assert set(found) == PUBLIC | set(ALLOWED)
    for name, route in found.items():
        guards = [depends.dependency for depends in route.dependencies if isinstance(depends.dependency, Needs)]
        assert len(guards) == (name not in PUBLIC), name
    client = Client("https://id.example", "callqa", "secret", "email", "https://qa.example/login/oidc/callback")
    oidc = Provider(client, ssl.create_default_context())
    assert set(routes(create_app(replace(console.services, oidc=oidc)))) == PUBLIC | BY_OIDC | set(ALLOWED)


@pytest.mark.parametrize("letter", LETTERS)
def test_every_route_opens_for_who_may_and_for_nobody_else(console: Console, letter: str) -> None:
    browser = console.browser(LETTERS[letter])
    for name in sorted(ALLOWED, key=lambda name: ("logout" in name, name)):
        method, path = name.split()
        address = re.sub(r"\{\w+\}", "qa", path)
        answer = browser.submit(address) if method == "POST" else browser.get(address)
        if letter in ALLOWED[name]:
            assert answer.status_code not in {401, 403, 500} or "/me/password" in name, (name, answer.text)
        else:
            assert answer.status_code == 403, name


def test_nobody_gets_in_without_logging_in(console: Console) -> None:
    browser = console.browser()
    for name in sorted(ALLOWED):
        method, path = name.split()
        address = re.sub(r"\{\w+\}", "qa", path)
        answer = browser.request(method, address)
        if method == "GET":
            assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={address}"), name
        else:
            assert answer.status_code == 403, name


def test_pages_hold_nothing_that_their_policy_forbids(console: Console) -> None:
    for name in STAFF:
        browser = console.browser(name)
        for route in ALLOWED:
            page = browser.get(route.removeprefix("GET ")).text if route.startswith("GET") else ""
            assert not re.search(
                r"<style|style=|<script(?![^>]*src=\"/static/)|\son\w+=|https?://(?!www\.w3\.org)", page
            ), route


def test_a_session_ends_by_leaving_by_idling_and_after_a_day_at_work(console: Console) -> None:
    browser = console.browser("qa")
    browser.submit("/logout")
    assert browser.get("/me").status_code == 303
    browser = console.browser("qa")
    kept = browser.cookies[COOKIE]
    console.clock.go_on(seconds=IDLE.total_seconds() + 61)
    assert browser.get("/me").status_code == 303
    browser = console.browser("qa")
    assert browser.cookies[COOKIE] != kept
    for _ in range(int(LONGEST / IDLE)):
        assert browser.get("/me").status_code == 200
        console.clock.go_on(seconds=IDLE.total_seconds() - 1)
    console.clock.go_on(minutes=1)
    assert browser.get("/me").status_code == 303


def test_trying_passwords_is_slowed_down_for_known_and_unknown_names_alike(console: Console) -> None:
    browser = console.browser()
    for name in ("qa", "nobody"):
        for _ in range(FREE_TRIES):
            assert browser.log_in(name, "wrong password").status_code == 403
        answer = browser.log_in(name, PASSWORD)
        assert answer.status_code == 429
        assert "900" in answer.text
    assert console.browser("lead").get("/me").status_code == 200
    console.clock.go_on(minutes=16)
    assert browser.log_in("qa", PASSWORD).status_code == 303


def test_who_is_disabled_is_out_at_once_and_the_last_admin_stays(console: Console) -> None:
    reviewer, admin = console.browser("qa"), console.browser("root")
    assert admin.submit("/people/qa/state", "/people", disabled="true").status_code == 303
    assert reviewer.get("/me").status_code == 303
    assert Browser(console.app, follow_redirects=False).log_in("qa", PASSWORD).status_code == 403
    answer = admin.submit("/people/root/state", "/people", disabled="true")
    assert (answer.status_code, "only admin" in answer.text) == (400, True)
    assert admin.get("/people").status_code == 200


def test_a_password_that_others_chose_must_be_changed_first(console: Console) -> None:
    admin = console.browser("root")
    page = admin.submit("/people", "/people", name="New.One", shown_name="新人", post="qa").text
    told = re.search(r"new\.one 的临时密码（仅显示一次）：([a-z0-9-]+)", page)
    assert told is not None
    assert told[1] not in admin.get("/people").text
    browser = console.browser()
    assert browser.log_in("new.one", told[1]).status_code == 303
    assert browser.get("/").headers["location"] == "/me" or browser.get("/").status_code == 303
    assert "请先改成自己的密码" in browser.get("/me").text
    for old, new, again in (("wrong", PASSWORD, PASSWORD), (told[1], PASSWORD, "other"), (told[1], "short", "short")):
        assert browser.submit("/me/password", old=old, new=new, again=again).status_code in {400, 403}
    assert browser.submit("/me/password", old=told[1], new=PASSWORD, again=PASSWORD).status_code == 303
    assert browser.get("/me").status_code == 303
    assert browser.log_in("new.one", PASSWORD).headers["location"] == "/overview"


def test_after_logging_in_one_is_where_one_wanted_to_go(console: Console) -> None:
    assert console.browser().log_in("qa", PASSWORD, "/me?x=1").headers["location"] == "/me?x=1"


def test_names_are_shown_as_text(console: Console) -> None:
    admin = console.browser("root")
    page = admin.submit("/people", "/people", name="x", shown_name="<script>alert(1)</script>", post="qa").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_language_and_colours_are_ones_own_choice(console: Console) -> None:
    browser = console.browser("qa")
    assert "我的账号" in browser.get("/me").text
    browser.submit("/me/looks", language="en", back="/me")
    browser.submit("/me/looks", theme="dark", back="/me")
    page = browser.get("/me").text
    assert "My account" in page
    assert 'data-theme="dark"' in page


def test_passwords_and_keys_are_stored_as_hashes_only(console: Console, database: Database) -> None:
    browser = console.browser("qa")
    with database.unit_of_work() as uow:
        assert uow.people.password_hash("qa").startswith("$argon2id$")
        assert uow.people.session(browser.cookies[COOKIE]) is None
        actions = [entry.event.action for entry in uow.audit.entries()]
    assert actions == ["person_added"] * len(STAFF) + ["logged_in"]
