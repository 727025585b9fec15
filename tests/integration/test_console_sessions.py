"""Sessions under attack: planted, taken over, left behind; and what a browser is told of them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from callqa.services.people import FREE_TRIES
from callqa.web.app import create_app
from callqa.web.doors import COOKIE
from storage import Database
from tests.console import PASSWORD, Browser, Console

KEY = re.compile(r'name="form_key" value="([^"]+)"')
ON_SQLITE = pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
"""For what no database has a part in."""


@pytest.fixture
def console(database: Database) -> Console:
    return Console(database.unit_of_work)


@ON_SQLITE
def test_the_form_of_logging_in_is_bound_to_the_browser_that_asked_for_it(console: Console) -> None:
    browser, other = console.browser(), console.browser()
    keys = [KEY.search(b.get("/login").text) for b in (browser, other)]
    assert keys[0] is not None
    assert keys[1] is not None
    for key in ("", "guessed", keys[1][1]):
        browser.get("/login") if not key else None
        answer = browser.post("/login", data={"name": "qa", "password": PASSWORD, "form_key": key})
        assert answer.status_code == 403, key
        assert COOKIE not in browser.cookies
    assert console.browser().post("/login", data={"name": "qa", "password": PASSWORD}).status_code == 403


def test_no_cookie_of_before_is_one_of_after(console: Console) -> None:
    browser = console.browser()
    browser.cookies.set(COOKIE, "planted", domain="testserver.local")
    browser.get("/login")
    before = set(browser.cookies.values())
    browser.log_in("qa", PASSWORD)
    assert not before & set(browser.cookies.values())
    kept = browser.cookies[COOKIE]
    with console.new_unit() as uow:
        assert uow.people.session(kept) is None, "what the browser keeps is stored as its digest only"
    # Logging in again on top is another session, and one that is left cannot be taken up again.
    browser.log_in("lead", PASSWORD)
    assert browser.cookies[COOKIE] != kept
    browser.submit("/logout")
    for key, answer in ((kept, 200), ("planted", 303)):
        replayed = Browser(console.app, follow_redirects=False, cookies={COOKIE: key})
        assert replayed.get("/me").status_code == answer, key
    left = Browser(console.app, follow_redirects=False, cookies={COOKIE: kept})
    left.submit("/logout")
    assert Browser(console.app, follow_redirects=False, cookies={COOKIE: kept}).get("/me").status_code == 303


def test_another_password_ends_every_session_that_the_old_one_opened(console: Console) -> None:
    own, stolen, admin = console.browser("qa"), console.browser("qa"), console.browser("root")
    other = console.browser("lead")
    assert own.submit("/me/password", old=PASSWORD, new="a new long one", again="a new long one").status_code == 303
    assert [b.get("/me").status_code for b in (own, stolen, other)] == [303, 303, 200]
    assert admin.submit("/people/lead/password", "/people").status_code == 200
    assert [b.get("/me").status_code for b in (other, admin)] == [303, 200]


def test_a_session_that_was_taken_over_is_no_way_to_try_passwords(console: Console) -> None:
    stolen = console.browser("qa")
    tries = [stolen.submit("/me/password", old=f"guess {n}", new="x" * 12, again="x" * 12) for n in range(FREE_TRIES)]
    assert {answer.status_code for answer in tries} == {403}
    assert stolen.submit("/me/password", old=PASSWORD, new="x" * 12, again="x" * 12).status_code == 429
    console.clock.go_on(minutes=16)
    assert stolen.submit("/me/password", old=PASSWORD, new="x" * 12, again="x" * 12).status_code == 303


def test_log_ins_by_password_are_in_the_audit_log(console: Console) -> None:
    """What was typed as a name and is nobody's is not: it may be a password."""
    browser = console.browser()
    for name in ("QA", "my secret password"):
        assert browser.log_in(name, "wrong password").status_code == 403
    assert browser.log_in("qa", PASSWORD).status_code == 303
    assert browser.submit("/me/password", old="a guess", new="x" * 12, again="x" * 12).status_code == 403
    for _ in range(FREE_TRIES + 3):
        console.browser().log_in("qa", "wrong password")
    with console.new_unit() as uow:
        events = [entry.event for entry in uow.audit.entries() if entry.event.action != "person_added"]
    failed = ("callqa", "log_in_failed", "qa")
    assert [(event.actor, event.action, event.subject) for event in events] == [
        failed,
        ("callqa", "log_in_failed", ""),
        ("qa", "logged_in", "qa"),
        *[failed] * (FREE_TRIES - 1),
        ("callqa", "log_ins_held", "qa"),
    ]
    assert "secret" not in repr(events)


@ON_SQLITE
@pytest.mark.parametrize("is_https", [False, True])
def test_cookies_are_kept_from_scripts_other_sites_and_plain_lines(console: Console, is_https: bool) -> None:
    app = create_app(replace(console.services, is_https=is_https))
    browser = Browser(app, follow_redirects=False, base_url="https://testserver" if is_https else "http://testserver")
    page = browser.get("/login")
    key = KEY.search(page.text)
    assert key is not None
    answer = browser.post("/login", data={"name": "qa", "password": PASSWORD, "form_key": key[1]})
    given = page.headers.get_list("set-cookie") + answer.headers.get_list("set-cookie")
    given += browser.submit("/me/looks", language="en").headers.get_list("set-cookie")
    kept = [cookie for cookie in given if "Max-Age=0" not in cookie]
    assert len(kept) == 3
    for cookie in kept:
        assert "HttpOnly" in cookie
        assert re.search("SameSite=(lax|strict)", cookie)
        assert "domain" not in cookie.lower()
        assert ("Secure" in cookie) is is_https


@ON_SQLITE
@pytest.mark.parametrize(
    "goal",
    [
        "//[",
        "/\\[",
        "http://[",
        "//elsewhere.example",
        "https://elsewhere.example/",
        "/\\elsewhere.example",
        "javascript:x",
        "/\t/elsewhere.example",
        "/a\nb",
        "/\x00",
    ],
)
def test_where_to_go_on_is_a_page_of_ours_or_none(console: Console, goal: str) -> None:
    browser = console.browser()
    assert browser.get("/login", params={"next": goal}).status_code == 200
    assert browser.log_in("qa", PASSWORD, goal).headers["location"] == "/overview"
    assert browser.submit("/me/looks", back=goal).headers["location"] == "/me"
