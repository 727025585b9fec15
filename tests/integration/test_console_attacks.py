"""What somebody tries who means harm: forms from elsewhere, paths that lead out, broken ranges and bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from callqa.standards import FoundStandard
from callqa.web.app import create_app
from callqa.web.carried import packed
from callqa.web.guard import HEADERS, MOST_BODY_BYTES
from models.person import Identity
from storage import Database
from tests import factories
from tests.console import PASSWORD, Browser, Console, wait_for_back_tests
from tests.databases import dump
from tests.integration.test_console_call import put_sound
from tests.integration.test_console_doors import ALLOWED, PUBLIC, routes
from tests.ledger_calls import at, entries, promise, put_call
from tests.unit.small_standard import SMALL

KEY = re.compile(r'name="form_key" value="([^"]+)"')
CALLS = ("C1", "C2")
ON_SQLITE = pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
"""For what no database has a part in."""
PROPOSED = {"kind": "addition", "item": "prohibited", "family": "deflection", "phrase": "你爱找谁找谁"}


@pytest.fixture
def console(database: Database) -> Iterator[Console]:
    """Calls of A17 in the supervisor's team, each with a promise."""
    for name in CALLS:
        said = promise("明天给您回电", "callback", at(12, month=11, year=2026))
        put_call(database, name, said, team="一班", started_at=at(10, month=11, year=2026))
    made = Console(database.unit_of_work)
    made.services = replace(made.services, standard_in_use=lambda: FoundStandard("small-zh", SMALL, "small.yaml", None))
    yield made
    wait_for_back_tests()


@dataclass(frozen=True)
class Change:
    """What a person at the console does by a form: who, where, with what."""

    who: str
    path: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Any] | None = None

    def send(self, browser: Browser, key: str | None, **headers: str) -> int:
        """The status of the answer."""
        data = dict(self.fields) if key is None else {"form_key": key, **self.fields}
        return browser.post(self.path, data=data, files=self.files, headers=headers).status_code


def changes(console: Console, database: Database) -> dict[str, Change]:
    """For every route that changes something, what would change it; made ready as far as one needs another."""
    root, lead, agent = (console.browser(name) for name in ("root", "lead", "a17"))
    appeal = agent.submit("/calls/C1/appeals", item="greeting", reason="我问候了").headers["location"]
    token = re.search(
        r"/me/tokens/\w+/end",
        root.submit("/me/tokens", "/me/tokens", name="x", rights="see_queue", days="30").text,
    )
    assert token is not None
    root.submit("/queue/views", name="old", query="section=all")
    made = [
        lead.submit("/calibration", title=title, calls="C1", reviewer=["qa", "lead"]).headers["location"]
        for title in ("one", "two")
    ]
    text = SMALL.encode()
    key = KEY.search(root.get("/standards").text)
    assert key is not None
    draft = root.post("/standards/-", data={"form_key": key[1]}, files={"file": ("a.yaml", text)}).headers["location"]
    with database.unit_of_work() as uow:
        uow.people.bind("a17", Identity("https://id.example", "17"), at(12))
        uow.commit()
    for action in ("先致歉", "先问候"):
        lead.submit("/agents/A17/coaching", action=action)
    entry = entries(database)[0]
    ids = [factories.recording(name).id for name in CALLS]
    return {
        "POST /calls/{call_id}/items/{item_id}": Change("qa", "/calls/C2/items/greeting", {"verdict": "missed"}),
        "POST /calls/{call_id}/appeals": Change("a17", "/calls/C2/appeals", {"item": "greeting", "reason": "x"}),
        "POST /appeals/{appeal_id}": Change("lead", appeal, {"verdict": "rejected", "reason": "没有"}),
        "POST /calibration": Change("lead", "/calibration", {"title": "n", "calls": "C1", "reviewer": ["qa", "lead"]}),
        "POST /calibration/{calibration_id}/close": Change("lead", f"{made[0]}/close"),
        "POST /calibration/{calibration_id}/calls/{number}": Change(
            "qa", f"{made[1]}/calls/1", {"item": "greeting", "verdict": "met"}
        ),
        "POST /agents/{agent_id}/coaching": Change("lead", "/agents/A17/coaching", {"action": "先致歉"}),
        "POST /agents/{agent_id}/coaching/{note}/answer": Change(
            "a17", "/agents/A17/coaching/1/answer", {"answer": "好"}
        ),
        "POST /agents/{agent_id}/coaching/example": Change("a17", "/agents/A17/coaching/example", {"consent": "yes"}),
        "POST /agents/{agent_id}/coaching/{note}/close": Change(
            "lead", "/agents/A17/coaching/2/close", {"outcome": "done"}
        ),
        "POST /me/looks": Change("qa", "/me/looks", {"language": "en"}),
        "POST /me/tokens": Change("qa", "/me/tokens", {"name": "t", "rights": "see_queue", "days": "30"}),
        "POST /me/tokens/{key_sha256}/end": Change("root", token[0]),
        "POST /queue/assign": Change("qa", "/queue/assign", {"calls": ids, "reviewer": "qa"}),
        "POST /queue/views": Change("qa", "/queue/views", {"name": "mine", "query": "section=all"}),
        "POST /queue/views/drop": Change("root", "/queue/views/drop", {"name": "old"}),
        "POST /promises/import": Change(
            "qa", "/promises/import", files={"file": ("t.csv", "通话编号,状态\nC1,已取消\n".encode())}
        ),
        "POST /promises/{recording_id}/{promise_id}": Change(
            "qa", f"/promises/{entry.recording_id}/{entry.id}", {"status": "broken"}
        ),
        "POST /imports/surveys": Change(
            "root", "/imports/surveys", files={"file": ("s.csv", b"answer_id,answered_at,score\nS1,2026-11-20,4\n")}
        ),
        "POST /imports/roster": Change(
            "root", "/imports/roster", files={"file": ("r.csv", "工号,姓名,班组\nA17,赵坐席,一班\n".encode())}
        ),
        "POST /imports/refused": Change("root", "/imports/refused", {"rows": packed("line\r\n")}),
        "POST /standards/-": Change("root", "/standards/-", files={"file": ("b.yaml", text.replace(b'"1"', b'"2"'))}),
        "POST /standards/-/proposals/accept": Change("root", "/standards/-/proposals/accept", PROPOSED),
        "POST /standards/-/proposals/decline": Change(
            "root", "/standards/-/proposals/decline", PROPOSED | {"phrase": "随你便吧"}
        ),
        "POST /standards/-/{key}/publish": Change("root", f"{draft}/publish"),
        "POST /people": Change("root", "/people", {"name": "new", "shown_name": "新人", "post": "qa"}),
        "POST /people/{name}/unbind": Change("root", "/people/a17/unbind"),
        "POST /people/{name}/state": Change("root", "/people/a17/state", {"disabled": "true"}),
        "POST /people/{name}/password": Change("root", "/people/a17/password"),
        "POST /me/password": Change("qa", "/me/password", {"old": PASSWORD, "new": "x" * 12, "again": "x" * 12}),
        "POST /logout": Change("lead", "/logout"),
        # Last: it goes on in the background.
        "POST /standards/-/{key}/trial": Change("root", f"{draft}/trial", {"days": "7"}),
    }


def test_a_change_needs_the_key_of_its_own_session_and_comes_from_our_pages(
    console: Console, database: Database, database_url: str
) -> None:
    forms = changes(console, database)
    assert (
        set(forms)
        == {name for name in routes(create_app(console.services)) if not name.startswith(("GET", "HEAD"))} - PUBLIC
    )
    assert set(forms) < set(ALLOWED)
    for name, change in forms.items():
        browser, other = console.browser(change.who), console.browser(change.who)
        mine, theirs = (KEY.search(b.get("/me").text) for b in (browser, other))
        assert mine is not None
        assert theirs is not None
        before = dump(database_url)
        for key in (None, "", "guessed", theirs[1], mine[1][:-1], f"{mine[1]}x", mine[1].swapcase()):
            assert change.send(browser, key) == 403, (name, key)
        assert change.send(browser, None, **{"X-Form-Key": theirs[1]}) == 403, name
        for origin in (
            "https://elsewhere.example", "null", "http://[", "http://testserver.elsewhere.example", "http://x@testserver",
            "http://testserver:81", "testserver", "",
        ):  # fmt: skip
            assert change.send(browser, mine[1], Origin=origin) == 403, (name, origin)
        assert change.send(Browser(console.app, follow_redirects=False), mine[1]) == 403, name
        assert dump(database_url) == before, name
        # With all of it in order it goes through: nothing else was what refused it.
        assert change.send(browser, mine[1], Origin="http://testserver") in {200, 303}, name


OUT = (
    "..", "../..", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "%2e%2e%2fcallqa.db", "..%5c..%5ccallqa.db",
    "%252e%252e%252fcallqa.db", "/etc/passwd", "%2fetc%2fpasswd", "C1%00", "%00", "C1%00.ogg", "C1/../../callqa.db",
    "....//....//etc/passwd", "file:%2f%2f%2fetc%2fpasswd", "C1%0d%0aSet-Cookie:x=1", "%ff%fe", "a" * 4000,
)  # fmt: skip


@ON_SQLITE
@pytest.mark.parametrize(
    "form", ["/static/{}", "/calls/{}", "/calls/{}/audio", "/calls/{}/waveform", "/standards/{}/1"]
)
def test_no_path_leads_out(console: Console, form: str) -> None:
    browser = console.browser("root")
    (console.home / "callqa.db").write_text("SECRET")
    for out in OUT:
        answer = browser.get(form.format(out))
        # A client may take dots out of an address before it sends it: then it asks for another page.
        assert answer.status_code in {303, 400, 404} or answer.url.path in {"/", "/calls", "/standards"}, (form, out)
        assert not re.search("SECRET|root:x:|import annotations", answer.text), (form, out)
        assert "set-cookie" not in answer.headers, (form, out)


def test_the_copy_of_a_call_is_heard_in_its_scope_only_by_whatever_name(
    console: Console, database: Database, tmp_path: Path
) -> None:
    put_call(database, "../C1", agent_id="B20", team="二班")
    recording_id = factories.recording("../C1").id
    put_sound(console, "../C1".replace("/", "_"), tmp_path, factories.transcript(("agent", "您好"), seed="../C1"))
    for who in ("lead", "a17"):
        browser = console.browser(who)
        for name in (recording_id, recording_id.upper(), "..%2fC1", f"C1/../{recording_id}", f"{recording_id}%00"):
            for tail in ("", "/audio", "/waveform"):
                assert browser.get(f"/calls/{name}{tail}").status_code == 404, (who, name, tail)
    link = re.search(r'href="(/calls/[^"]+)"', console.browser("qa").get("/queue?section=all&agent=B20").text)
    assert link is not None
    assert link[1] == f"/calls/{recording_id}", "no name of a call leads to another page"


@ON_SQLITE
def test_no_answer_goes_without_its_guard(console: Console) -> None:
    def fail() -> Any:
        raise RuntimeError("13800138000")

    app = create_app(replace(console.services, standard_in_use=fail))
    browser = Browser(app, follow_redirects=False, raise_server_exceptions=False)
    assert browser.log_in("root", PASSWORD).status_code == 303
    answers = [browser.get(path) for path in (
        "/people", "/login", "/nowhere", "/healthz", "/metrics", "/me", "/static/app.css", "/static/none", "/static/..%2fapp",
        "/standards", "/calls/C1", "/calls/none/audio", "/queue?since=x", "/api/v1/queue", "/login?next=//[",
    )]  # fmt: skip
    answers += [
        browser.post("/people"),
        browser.put("/people"),
        browser.request("OPTIONS", "/"),
        browser.head("/login"),
    ]
    assert 500 in {answer.status_code for answer in answers}
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.url
        is_static = answer.url.path.startswith("/static/")
        assert answer.headers["cache-control"] == ("no-cache" if is_static else "no-store"), answer.url
        assert "13800138000" not in answer.text
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["Referrer-Policy"] == "same-origin"


@ON_SQLITE
@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=", "bytes=-", "bytes=a-b", "bytes=0-0,1-1", "bytes=--1", "bytes=1", "bytes=0x0-0xf", "BYTES = 0 - 1", "items=0-1",
        "bytes=" + "9" * 400 + "-", "bytes=" + "0-0," * 2000, "bytes=٣-٤", "bytes=0-1\u00a0",
    ],
)  # fmt: skip
def test_a_malformed_range_is_answered_with_no_more_than_the_sound(
    console: Console, tmp_path: Path, wanted: str
) -> None:
    sound = put_sound(console, "C1", tmp_path, factories.transcript(("agent", "您好"), seed="C1"))
    answer = console.browser("qa").get("/calls/C1/audio", headers={b"Range": wanted.encode()})
    assert answer.status_code in {200, 206, 416}
    assert answer.content in sound
    assert len(answer.content) <= len(sound)


@ON_SQLITE
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"language=" + b"x" * MOST_BODY_BYTES),
        ("application/x-www-form-urlencoded", b"a=1&" * 2000),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"x" * MOST_BODY_BYTES),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 2000 + b"--b--",
        ),
        ("multipart/form-data; boundary=b", b"--b\r\nbroken"),
        ("multipart/form-data", b"no boundary"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"\xff\xfe%%%=%zz&&&=="),
        ("application/json", b"{" * 100_000),
    ],
)
def test_a_body_that_is_too_large_or_broken_is_refused(console: Console, kind: str, body: bytes) -> None:
    browser = console.browser("qa")
    answer = browser.post("/me/looks", content=body, headers={"Content-Type": kind})
    assert answer.status_code in {400, 403}
    assert "<html" in answer.text
    assert browser.post("/login", content=body, headers={"Content-Type": kind}).status_code in {400, 403}
