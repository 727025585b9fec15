"""What is believed of an OpenID Connect issuer: tokens, keys and addresses that are wrong let nobody in."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from callqa.oidc.faults import IssuerAwayError
from callqa.oidc.provider import AT_ONCE, Challenge
from callqa.tls import trusting
from callqa.web.app import create_app
from callqa.web.doors import COOKIE
from storage import Database
from tests.certificates import Authority
from tests.console import Browser, Console
from tests.oidc_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    OidcProvider,
    client_of,
    comes_back,
    ec_key,
    log_in,
    providing,
    rsa_key,
)


@pytest.fixture
def console(database: Database, issuer: OidcProvider) -> Console:
    return Console(database.unit_of_work, oidc=client_of(issuer))


def by_hand(header: Mapping[str, Any], claims: Mapping[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token that no honest library makes."""
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    return b".".join([*parts, urlsafe_b64encode(sign(b".".join(parts))).rstrip(b"=")]).decode()


def by_the_public_key(claims: Mapping[str, Any]) -> str:
    """HS256, with what everybody knows as the secret."""
    public = rsa_key("first").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": "k1"}
    return by_hand(header, claims, lambda text: hmac.new(public, text, hashlib.sha256).digest())


def tampered(claims: Mapping[str, Any]) -> str:
    """Other claims under a signature that was good."""
    head, _, signature = jwt.encode(dict(claims), rsa_key("first"), "RS256", headers={"kid": "k1"}).split(".")
    body = urlsafe_b64encode(json.dumps({**claims, "sub": "sub-2"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another log-in's": {"nonce": "another"},
    "without a nonce": {"nonce": None},
    "for others": {"aud": "another client"},
    "for others too, who asked": {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
    "for others too, not said who asked": {"aud": [CLIENT_ID, "another client"]},
    "that others asked for": {"azp": "another client"},
    "another issuer's": {"iss": "https://elsewhere.example"},
    "expired": {"exp": int(time.time()) - 120},
    "without an end": {"exp": None},
    "of tomorrow": {"iat": int(time.time()) + 86_400},
    "without a beginning": {"iat": None},
    "for nobody": {"sub": None},
    "for an empty name": {"sub": ""},
    "for a number": {"sub": 7},
}
WRONG_SIGNATURES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "tampered with": tampered,
    "by a key of others": lambda claims: jwt.encode(dict(claims), rsa_key("other"), "RS256", headers={"kid": "k1"}),
    "by an unknown key": lambda claims: jwt.encode(dict(claims), rsa_key("other"), "RS256", headers={"kid": "k9"}),
    "by a key of another kind": lambda claims: jwt.encode(
        dict(claims), ec_key("other"), "ES256", headers={"kid": "k1"}
    ),
    "alg none": lambda claims: by_hand({"alg": "none", "typ": "JWT"}, claims, lambda _: b""),
    "alg None": lambda claims: by_hand({"alg": "None", "typ": "JWT"}, claims, lambda _: b""),
    "HS256 with the public key": by_the_public_key,
    "none": lambda claims: "eyJ.x.",
    "no token": lambda claims: "rubbish",
}


def test_a_token_that_proves_nothing_lets_nobody_in_and_stays_out_of_the_log(
    console: Console, issuer: OidcProvider, caplog: pytest.LogCaptureFixture
) -> None:
    browser = console.browser()
    for wrong in (*WRONG_CLAIMS, *WRONG_SIGNATURES):
        issuer.claims, issuer.sign = WRONG_CLAIMS.get(wrong, {}), WRONG_SIGNATURES.get(wrong)
        caplog.clear()
        answer = log_in(browser, issuer)
        assert (answer.status_code, "未能证明您的身份" in answer.text) == (403, True), wrong
        assert COOKIE not in browser.cookies, wrong
        (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("callqa")]
        assert not any(secret in line for secret in (*issuer.given, CLIENT_SECRET, "sub-1")), wrong
    issuer.claims, issuer.sign = {}, None
    assert log_in(browser, issuer).status_code == 303


def test_clocks_may_differ_a_little_and_a_token_may_be_for_several(console: Console, issuer: OidcProvider) -> None:
    now = int(time.time())
    issuer.claims = {"exp": now - 20, "iat": now + 20, "aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert log_in(console.browser(), issuer).status_code == 303


def test_keys_may_be_changed_and_are_read_once_until_then(console: Console, issuer: OidcProvider) -> None:
    for _ in range(2):
        assert log_in(console.browser(), issuer).status_code == 303
    assert issuer.asked.count("/keys") == 1
    issuer.keys = {"k1": rsa_key("first"), "k2": rsa_key("second")}
    assert log_in(console.browser(), issuer).status_code == 303
    issuer.keys = {None: ec_key("third")}
    issuer.algorithm = "ES256"
    assert log_in(console.browser(), issuer).status_code == 303
    assert issuer.asked.count("/keys") == 3


def test_an_issuer_that_is_away_is_told_and_may_come_back(
    console: Console, issuer: OidcProvider, caplog: pytest.LogCaptureFixture
) -> None:
    browser = console.browser()
    for status in (500, 404, 302):
        back = comes_back(browser, issuer)
        issuer.status = status
        answer = browser.get(back)
        assert (answer.status_code, "登录服务暂时没有应答" in answer.text) == (503, True), status
        assert f"status {status}" in caplog.text
        issuer.status = 200
        assert log_in(browser, issuer).status_code == 303
    assert "/elsewhere" not in issuer.asked


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_an_issuer_that_keeps_silent_or_is_not_there_is_waited_for_a_bounded_time(console: Console) -> None:
    with providing() as issuer:
        browser = Browser(create_app(replace(console.services, oidc=client_of(issuer))), follow_redirects=False)
        issuer.pause_s = 3
        begun = time.monotonic()
        assert browser.get("/login/oidc").status_code == 503
        assert time.monotonic() - begun < 2.5
    browser.cookies.set("callqa_language", "en")
    answer = browser.get("/login/oidc")
    assert (answer.status_code, "does not answer at the moment" in answer.text) == (503, True)


def test_an_issuer_that_is_slow_keeps_few_waiting(issuer: OidcProvider) -> None:
    issuer.pause_s = 1
    oidc = client_of(issuer, timeout_s=20)

    def ask(_number: int) -> str:
        try:
            return oidc.address(Challenge.new())
        except IssuerAwayError as error:
            return str(error)

    with ThreadPoolExecutor(AT_ONCE + 4) as pool:
        told = list(pool.map(ask, range(AT_ONCE + 4)))
    assert sum("wait for the issuer already" in one for one in told) == 4
    assert oidc.address(Challenge.new()).startswith(issuer.issuer)


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_addresses_that_cannot_be_trusted_are_not_used(console: Console, issuer: OidcProvider) -> None:
    for metadata in (
        {"issuer": "https://elsewhere.example"},
        {"authorization_endpoint": "http://elsewhere.example/"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://elsewhere.example/"},
        {"jwks_uri": "http://elsewhere.example/"},
    ):
        issuer.metadata = metadata
        browser = Browser(create_app(replace(console.services, oidc=client_of(issuer))), follow_redirects=False)
        answer = browser.get("/login/oidc")
        if "authorization_endpoint" not in metadata and "issuer" not in metadata:
            answer = browser.get(issuer.log_in(answer.headers["location"]))
        assert answer.status_code == 503, metadata


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_certificates_are_checked_against_an_authority_that_the_setting_names(
    console: Console, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = Authority(tmp_path)
    with providing(authority.server()) as issuer:
        for file, status in (("", 503), (str(authority.file), 303)):
            oidc = client_of(issuer, context=trusting(file, "oidc_ca_file"))
            browser = Browser(create_app(replace(console.services, oidc=oidc)), follow_redirects=False)
            assert browser.get("/login/oidc").status_code == status
        assert log_in(browser, issuer).status_code == 303
    assert "oidc_ca_file" in caplog.text


def test_the_secret_may_be_sent_in_the_form_where_the_issuer_wants_it_there(
    console: Console, issuer: OidcProvider
) -> None:
    issuer.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert log_in(console.browser(), issuer).status_code == 303


def test_what_the_issuer_refuses_is_told(
    console: Console, issuer: OidcProvider, caplog: pytest.LogCaptureFixture
) -> None:
    browser = console.browser()
    for error, shown in (("access_denied", "access_denied"), ("<b>\nforged", "an error without a code")):
        back = comes_back(browser, issuer)
        state = back.rpartition("state=")[2]
        answer = browser.get("/login/oidc/callback", params={"error": error, "state": state})
        assert (answer.status_code, "未能证明您的身份" in answer.text) == (403, True)
        assert caplog.messages[-1].endswith(shown)
    answer = browser.get(f"{comes_back(browser, issuer)}&iss=https://elsewhere.example")
    assert answer.status_code == 403
    assert browser.get(f"{comes_back(browser, issuer)}&iss={issuer.issuer}").status_code == 303
