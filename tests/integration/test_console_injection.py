"""Signs that mean something to a database, a search index or a spreadsheet: sent everywhere, they are only text."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from callqa.services.rights import Right
from callqa.services.tokens import make_token
from models.review import Review
from models.scorecard import Verdict
from storage import Database
from tests import factories
from tests.console import NOW, STAFF, Browser, Console
from tests.databases import dump
from tests.ledger_calls import at, commands, entries, promise, put_call

SIGNS = (
    "'", '"', "' OR '1'='1", "x' OR 1=1 --", "') OR ('1'='1", "'; DROP TABLE recordings; --", "' UNION SELECT * FROM people --",
    "%", "_", "%%%", "*", "?", "\\", "\\'", "$$", "E'\\\\'", ":name", "%s", "%(name)s", "{0}", "\x00", "\ufffd", "１' OR '1'='1",
    "NULL", "您好 OR 1", '"您好" OR "再见"', "您好*", "NEAR(您好 再见)", "text:您好", "{text}:您好", "^您好", "您好 AND NOT x", "-您好", "(", ")", "\"",
    "call_texts MATCH 'x'", "您%", "_好您",
)  # fmt: skip
NUMBERS = (
    "-1",
    "0",
    "1e999",
    "NaN",
    "-Infinity",
    "9" * 18,
    "9" * 19,
    "9" * 400,
    "0x10",
    "１２",
    "1;SELECT 1",
    "1 OR 1=1",
    "2147483648",
    "",
)
FIELDS = (
    "q",
    "team",
    "agent",
    "item",
    "verdict",
    "urgency",
    "state",
    "section",
    "since",
    "until",
    "least",
    "most",
    "after",
)
PAGES = {
    "/queue": FIELDS,
    "/promises": ("view", "days", "team", "agent", "due", "page"),
    "/audit": ("action", "actor", "before", "head"),
    "/quality": ("days", "item"),
    "/quality/fairness": ("days",),
    "/overview": ("days",),
    "/teams": ("days",),
    "/agents/A17": ("days",),
    "/standards/telecom-hotline-zh/2026.1": ("against",),
    "/login": ("next", "ended"),
}
API = {
    "queue": (
        "team",
        "agent",
        "item",
        "verdict",
        "urgency",
        "part",
        "since",
        "until",
        "least_total",
        "most_total",
        "size",
        "cursor",
    ),
    "agents": ("since", "until"),
    "rates": ("since", "until"),
    "promises": ("status", "overdue", "agent", "size", "cursor"),
}
OTHERS = re.compile("THEIRS|B20|二班")


WORDS = {"q", "team", "agent", "item", "after", "cursor", "actor", "action", "head", "against", "next"}
"""Fields that are handed on as text; the others are read as something else first."""


def signs_for(name: str) -> tuple[str, ...]:
    return SIGNS if name in WORDS else (*SIGNS[:6], *NUMBERS)


@pytest.fixture
def console(database: Database) -> Console:
    """A call in the supervisor's team and one in another."""
    for name, agent, team in (("MINE", "A17", "一班"), ("THEIRS", "B20", "二班")):
        said = promise("明天给您回电", "callback", at(12, month=11, year=2026))
        put_call(database, name, said, agent_id=agent, team=team, started_at=at(10, month=11, year=2026))
    return Console(database.unit_of_work)


@pytest.mark.slow
def test_no_filter_search_or_cursor_fails_or_shows_more(console: Console, database_url: str) -> None:
    lead = console.browser("lead")
    before = dump(database_url)
    for path, names in PAGES.items():
        for name in names:
            for sign in signs_for(name):
                answer = lead.get(
                    path, params={name: sign, **({"section": "all"} if path == "/queue" and name != "section" else {})}
                )
                assert answer.status_code < 500, (path, name, sign)
                shown = re.sub(r"<input[^>]*>|<a [^>]*>", "", answer.text)
                assert not OTHERS.search(shown), (path, name, sign)
    assert dump(database_url) == before


@pytest.mark.slow
def test_what_is_searched_is_searched_as_it_was_written(console: Console) -> None:
    lead = console.browser("lead")

    def found(**asked: str) -> bool:
        return 'href="/calls/MINE"' in lead.get("/queue", params={"section": "all", **asked}).text

    assert found(q="您好")
    assert found(team="一班")
    assert found(agent="A17")
    for sign in SIGNS:
        if re.sub(r"\W|_", "", sign):
            assert not found(q=sign) or sign.strip("-*^") == "您好", sign
        assert not found(team=sign), sign
        assert not found(agent=sign), sign
        assert not found(item=sign), sign


@pytest.mark.slow
def test_the_api_neither_fails_nor_shows_more(console: Console, database_url: str) -> None:
    rights = [Right.SEE_QUEUE, Right.SEE_TEAM, Right.SEE_PROMISES, Right.SEE_CALL, Right.SEE_MACHINE_QUALITY]
    made = make_token(STAFF["lead"], "x", rights, 30, NOW, console.new_unit)
    program = Browser(console.app, headers={"Authorization": f"Bearer {made.key}"}, follow_redirects=False)
    for path, names in API.items():
        for name in names:
            for sign in signs_for(name):
                answer = program.get(f"/api/v1/{path}", params={name: sign})
                assert answer.status_code in {200, 400}, (path, name, sign)
                assert not OTHERS.search(answer.text), (path, name, sign)
    for sign in SIGNS:
        assert program.get(f"/api/v1/calls/{quote(sign, safe='')}").status_code == 404, sign
        sent = {b"Authorization": f"Bearer {sign}".encode()}
        assert console.browser().get("/api/v1/queue", headers=sent).status_code == 401, sign


@pytest.mark.slow
def test_nobody_gets_in_and_nothing_is_changed_by_signs_in_forms(console: Console, database: Database) -> None:
    console.browser("root")
    for sign in SIGNS[::3]:
        browser = console.browser()
        assert browser.log_in(sign, sign).status_code in {403, 429}
        assert browser.log_in(f"root{sign}", "x").status_code in {403, 429}
        console.clock.go_on(minutes=16)
    lead, (entry, *_) = console.browser("lead"), [e for e in entries(database) if e.meta.call_id == "THEIRS"]
    for sign in SIGNS[::2]:
        for path, fields in (
            ("/queue/assign", {"calls": sign, "reviewer": sign}),
            ("/queue/assign", {"calls": factories.recording("MINE").id, "reviewer": sign}),
            ("/calls/MINE/items/x", {"verdict": "met", "comment": sign}),
            ("/appeals/1", {"verdict": sign, "reason": sign}),
            (f"/promises/{entry.recording_id}/{entry.id}", {"status": "kept", "note": sign}),
            ("/calibration", {"title": sign, "calls": f"THEIRS{sign}", "reviewer": sign}),
        ):
            assert lead.submit(path, **fields).status_code in {303, 400, 404, 409}, (path, sign)
        assert lead.submit("/queue/views", name=sign[:40], query=f"q={sign}").status_code in {303, 400}, sign
        assert lead.submit("/queue/views/drop", name=sign[:40], query=f"q={sign}").status_code in {303, 400}, sign
    with console.new_unit() as uow:
        assert uow.reviews.of(["MINE", "THEIRS"]) == []
        assert uow.desk.views("lead") == []
        assert set(uow.desk.reviewers_of([factories.recording(name).id for name in ("MINE", "THEIRS")])) == set()


FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", "＝1+1")


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_no_export_holds_a_formula_that_people_or_data_wrote(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, formula: str
) -> None:
    said = promise(formula, "callback", at(12, month=11, year=2026))
    put_call(
        database, formula, said, agent_id=f"{formula}A", agent_name=formula, team=formula, customer_ref=formula,
        started_at=at(10, month=11, year=2026),
    )  # fmt: skip
    with database.unit_of_work() as uow:
        uow.reviews.add(Review(formula, "greeting", Verdict.MET, "qa", NOW, formula))
        uow.commit()
    run = next(commands(database_url, tmp_path, monkeypatch))
    held = 0
    for what in ("scorecards", "promises", "conduct"):
        for format in ("csv", "xlsx"):
            path = Path(f"{what}.{format}")
            done = run("export", what, "--format", format, "-o", str(path))
            assert done.exit_code == 0, (what, format, done.exception, done.stdout)
            if format == "csv":
                cells = [cell for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))) for cell in row]
                assert not [cell for cell in cells if cell.startswith(formula[0])], (what, cells)
                held += sum(cell == f"'{formula}" for cell in cells)
            else:
                sheet = load_workbook(path).active
                assert sheet is not None
                found = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(formula[0])]
                assert all(cell.data_type == "s" and cell.quotePrefix for cell in found)
                held += len(found)
    assert held >= 6
