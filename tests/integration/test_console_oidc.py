"""Logging in by OpenID Connect, against a provider with real keys: who gets in, as whom, and where to."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from callqa.services.people import add_person, change_password
from callqa.web.app import create_app
from callqa.web.doors import COOKIE
from callqa.web.pages.oidc import WAITING_COOKIE
from models.person import Identity, Person, Post
from storage import Database
from tests.console import HASHER, NOW, PASSWORD, Browser, Console
from tests.oidc_provider import (
    Account,
    OidcProvider,
    client_of,
    comes_back,
    ec_key,
    log_in,
    rsa_key,
)

NEWCOMER = Person("new.one", "新人", Post.QA, None, None, NOW)


@pytest.fixture
def console(database: Database, issuer: OidcProvider) -> Console:
    return Console(database.unit_of_work, oidc=client_of(issuer))


def test_where_no_issuer_is_set_there_is_no_trace_of_it(database: Database) -> None:
    console = Console(database.unit_of_work)
    assert "oidc" not in console.browser().get("/login").text
    assert console.browser().get("/login/oidc").status_code == 404
    assert "oidc" not in console.browser("root").get("/people").text


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", rsa_key), ("PS256", rsa_key), ("ES256", ec_key)])
def test_who_the_issuer_vouches_for_is_logged_in_with_the_rights_they_have_here(
    console: Console, issuer: OidcProvider, database: Database, algorithm: str, key: Callable[[str], Any]
) -> None:
    issuer.keys, issuer.algorithm = {"k1": key("first")}, algorithm
    browser = console.browser()
    page = browser.get("/login", params={"next": "/me"}).text
    assert 'href="/login/oidc?next=/me"' in page
    assert "公司账号" in page
    browser.cookies.set(COOKIE, "planted", domain="testserver.local")
    begun = browser.get("/login/oidc")
    kept = begun.headers["set-cookie"]
    assert all(part in kept for part in ("HttpOnly", "SameSite=lax", "Max-Age=600", "Path=/login/oidc"))
    answer = browser.get(issuer.log_in(begun.headers["location"]))
    assert (answer.status_code, answer.headers["location"]) == (303, "/overview")
    assert browser.cookies[COOKIE] != "planted"
    assert WAITING_COOKIE not in browser.cookies
    assert "李质检" in browser.get("/me").text
    assert browser.get("/people").status_code == 403
    with database.unit_of_work() as uow:
        assert uow.people.identity("qa") == Identity(issuer.issuer, "sub-1")
        event = list(uow.audit.entries())[-1].event
        assert (event.action, event.actor, event.details["subject"]) == ("identity_bound", "qa", "sub-1")
    browser.submit("/logout")
    assert browser.get("/me").status_code == 303


def test_the_password_goes_on_to_work_beside_it(console: Console, issuer: OidcProvider) -> None:
    log_in(console.browser(), issuer)
    assert console.browser("qa").get("/me").status_code == 200


def test_after_logging_in_one_is_where_one_wanted_to_go_and_nowhere_else(
    console: Console, issuer: OidcProvider
) -> None:
    browser = console.browser()
    for goal, led_to in (
        ("/me?x=1&y=二", "/me?x=1&y=%E4%BA%8C"),
        ("https://elsewhere.example/", "/overview"),
        ("//elsewhere.example", "/overview"),
        ("/\\elsewhere.example", "/overview"),
        ("/" + "x" * 5000, "/overview"),
    ):
        assert log_in(browser, issuer, goal).headers["location"] == led_to, goal


def test_a_planted_cookie_leads_nowhere_else(console: Console, issuer: OidcProvider) -> None:
    browser = console.browser()
    back = comes_back(browser, issuer)
    *challenge, _ = browser.cookies[WAITING_COOKIE].split(".")
    planted = ".".join([*challenge, urlsafe_b64encode(b"//elsewhere.example").decode()])
    browser.cookies.delete(WAITING_COOKIE)
    browser.cookies.set(WAITING_COOKIE, planted, domain="testserver.local", path="/login/oidc")
    assert browser.get(back).headers["location"] == "/overview"


def test_what_comes_back_belongs_to_the_browser_that_was_sent_and_counts_once(
    console: Console, issuer: OidcProvider
) -> None:
    browser, other = console.browser(), console.browser()
    back = comes_back(browser, issuer)
    refused = [other.get(back)]
    comes_back(other, issuer)
    refused.append(other.get(back))
    refused += [other.get(back), other.get("/login/oidc/callback?code=x&state="), other.get("/login/oidc/callback")]
    for answer in refused:
        assert answer.status_code == 403
        assert "页面已过期" in answer.text
        assert COOKIE not in other.cookies
    kept = browser.cookies[WAITING_COOKIE]
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 403
    # Whoever kept cookie and address gets no further: the code is used up.
    thief = console.browser()
    thief.cookies.set(WAITING_COOKIE, kept, domain="testserver.local", path="/login/oidc")
    assert thief.get(back).status_code == 403
    assert COOKIE not in thief.cookies


def test_a_broken_cookie_is_an_old_page(console: Console) -> None:
    browser = console.browser()
    for cookie in ("", "x", "a.b.c", "a.b.c.%", "a.b.c.4", "...x", "a.b.c.\xff"):
        headers = {b"Cookie": f"{WAITING_COOKIE}={cookie}".encode("latin-1")}
        answer = browser.get("/login/oidc/callback?code=x&state=a", headers=headers)
        assert (answer.status_code, "重新登录" in answer.text) == (403, True), cookie


def test_somebody_who_is_nobody_here_is_told_so(console: Console, issuer: OidcProvider) -> None:
    browser = console.browser()
    issuer.userinfo = {"sub": "sub-9"}
    for name in ("nobody", "QA", " qa", "", None, 7, ["qa"], "<b>x</b>"):
        issuer.account = Account("sub-9", {"preferred_username": name})
        answer = log_in(browser, issuer)
        assert (answer.status_code, "您还不是本系统的用户" in answer.text) == (403, True), name
        assert "<b>" not in answer.text
        assert COOKIE not in browser.cookies


def test_somebody_who_is_disabled_is_told_so_and_not_bound(
    console: Console, issuer: OidcProvider, database: Database
) -> None:
    admin = console.browser("root")
    admin.submit("/people/qa/state", "/people", disabled="true")
    answer = log_in(console.browser(), issuer)
    assert (answer.status_code, "您的账号已停用" in answer.text) == (403, True)
    with database.unit_of_work() as uow:
        assert uow.people.identity("qa") is None
    admin.submit("/people/qa/state", "/people", disabled="false")
    browser = console.browser()
    assert log_in(browser, issuer).status_code == 303
    admin.submit("/people/qa/state", "/people", disabled="true")
    assert browser.get("/me").status_code == 303
    assert log_in(browser, issuer).status_code == 403


def test_an_account_stays_its_persons_whatever_it_or_others_are_called(console: Console, issuer: OidcProvider) -> None:
    assert log_in(console.browser(), issuer).status_code == 303
    issuer.account = Account("sub-1", {"preferred_username": "root"})
    renamed = console.browser()
    assert log_in(renamed, issuer).status_code == 303
    assert "李质检" in renamed.get("/me").text
    issuer.account = Account("sub-2", {"preferred_username": "qa"})
    answer = log_in(console.browser(), issuer)
    assert (answer.status_code, "已关联另一个登录账号" in answer.text) == (403, True)
    admin = console.browser("root")
    assert admin.get("/people").text.count("解除单点登录账号") == 1
    assert admin.submit("/people/qa/unbind", "/people").status_code == 303
    assert renamed.get("/me").status_code == 303
    assert log_in(console.browser(), issuer).status_code == 303
    admin.submit("/people/qa/unbind", "/people")
    assert admin.submit("/people/qa/unbind", "/people").status_code == 400


def test_the_name_may_be_told_by_userinfo_alone_but_of_the_same_account(console: Console, issuer: OidcProvider) -> None:
    issuer.account = Account("sub-1", {})
    issuer.userinfo = {"sub": "sub-2", "preferred_username": "qa"}
    assert log_in(console.browser(), issuer).status_code == 403
    issuer.userinfo["sub"] = "sub-1"
    assert log_in(console.browser(), issuer).status_code == 303


@pytest.mark.parametrize(("verified", "status"), [(True, 303), (False, 403), (None, 403), ("true", 403)])
def test_an_e_mail_address_names_somebody_when_it_is_verified(
    console: Console, issuer: OidcProvider, verified: object, status: int
) -> None:
    add_person(replace(NEWCOMER, name="li@example.com"), None, "root", HASHER, console.new_unit)
    issuer.account = Account("sub-1", {"email": "li@example.com", "email_verified": verified})
    services = replace(console.services, oidc=client_of(issuer, "email"))
    browser = Browser(create_app(services), follow_redirects=False)
    assert log_in(browser, issuer).status_code == status


def test_who_has_no_password_logs_in_by_the_issuer_alone(console: Console, issuer: OidcProvider) -> None:
    admin = console.browser("root")
    page = admin.submit("/people", "/people", name="New.One", shown_name="新人", post="qa", by_oidc="true").text
    assert "已新增 new.one" in page
    assert "临时密码" not in page
    browser = console.browser()
    for password in ("", "nobody", PASSWORD):
        assert browser.log_in("new.one", password).status_code == 403
    issuer.account = Account("sub-3", {"preferred_username": "new.one"})
    assert log_in(browser, issuer).headers["location"] == "/overview"
    assert "没有密码" in browser.get("/me").text
    assert browser.submit("/me/password", old="", new=PASSWORD, again=PASSWORD).status_code == 403


def test_a_password_that_others_chose_bothers_only_who_logs_in_with_it(console: Console, issuer: OidcProvider) -> None:
    change_password("qa", PASSWORD, "root", NOW, HASHER, console.new_unit)
    browser = console.browser("qa")
    assert browser.get("/overview").headers["location"] == "/me"
    assert log_in(browser, issuer).headers["location"] == "/overview"
    assert browser.get("/overview").status_code == 200
    assert "请先改成自己的密码" not in browser.get("/me").text
