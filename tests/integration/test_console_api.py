"""The API: who may read what with which token, pages by cursor, and nothing that makes it fail."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from callqa.services.people import change_person
from callqa.services.rights import Right
from callqa.services.tokens import make_token, rights_offered
from callqa.web.api.doors import NeedsToken
from callqa.web.app import create_app
from models.audit import AuditAction, AuditFilter
from models.wire import scorecard_to_json
from storage import Database
from tests import factories
from tests.console import NOW, STAFF, Browser, Console
from tests.ledger_calls import at, promise, put_call

RIGHT_OF = {
    "/api/v1/openapi.json": None,
    "/api/v1/queue": Right.SEE_QUEUE,
    "/api/v1/calls/{call_id}": Right.SEE_CALL,
    "/api/v1/agents": Right.SEE_TEAM,
    "/api/v1/promises": Right.SEE_PROMISES,
    "/api/v1/rates": Right.SEE_MACHINE_QUALITY,
    "/api/v1/runs": Right.SEE_MACHINE_QUALITY,
    "/api/v1/audit": Right.SEE_AUDIT,
    "/api/v1/imports/surveys": Right.IMPORT_TABLES,
    "/api/v1/imports/roster": Right.IMPORT_TABLES,
}
"""Every route with the right that it needs. A route that is not here fails."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DAY = {"since": "2026-11-01", "until": "2026-11-30"}


@pytest.fixture
def console(database: Database) -> Console:
    for number, (agent, team) in enumerate((("A17", "一班"), ("B20", "二班"), ("B20", None))):
        put_call(
            database, f"C{number}", promise("明天给您回电", "callback", at(12, month=11, year=2026)), agent_id=agent,
            team=team, customer_ref="13800138000", started_at=at(10 + number, month=11, year=2026),
        )  # fmt: skip
    with database.unit_of_work() as uow:
        for number in range(3):
            uow.runs.start(factories.run(f"run-{number}", factories.STARTED_AT + timedelta(days=number // 2)))
        uow.commit()
    return Console(database.unit_of_work)


def caller(console: Console, name: str, *rights: Right) -> Browser:
    """A program with a token of somebody's, with these rights or all that they can give."""
    wanted = rights or rights_offered(STAFF[name].post)
    made = make_token(STAFF[name], "test", wanted, 30, NOW, console.new_unit)
    return Browser(console.app, headers={"Authorization": f"Bearer {made.key}"}, follow_redirects=False)


def method_of(path: str) -> str:
    """Tables are brought, everything else is read."""
    return "POST" if "/imports/" in path else "GET"


def pages(browser: Browser, path: str, key: str) -> list[Any]:
    """Everything behind an address, two at a time."""
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = browser.get(path, params={"size": 2, "cursor": cursor}).json()
        found += answer[key]
        cursor = answer["next"]
    return found


def test_every_route_needs_a_token_with_its_right(console: Console) -> None:
    def all_of(routes: Any) -> list[APIRoute]:
        return [
            one
            for route in routes
            for one in (
                [route]
                if isinstance(route, APIRoute)
                else all_of(getattr(getattr(route, "original_router", None), "routes", ()))
            )
        ]

    found = {
        route.path: route for route in all_of(create_app(console.services).routes) if route.path.startswith("/api/")
    }
    guards = {
        path: [d.dependency.right for d in route.dependencies if isinstance(d.dependency, NeedsToken)]
        for path, route in found.items()
    }
    assert guards == {path: [right] for path, right in RIGHT_OF.items()}
    logged_in, agent = console.browser("root"), caller(console, "root", Right.SEE_AUDIT)
    for path, right in RIGHT_OF.items():
        address, method = path.replace("{call_id}", "C1"), method_of(path)
        for browser in (logged_in, Browser(console.app, headers={"Authorization": "Bearer callqa_guessed"})):
            answer = browser.request(method, address)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), path
            assert answer.json().keys() == {"error"}
        allowed = 200 if right in {None, Right.SEE_AUDIT} else 403
        assert agent.request(method, address).status_code == allowed, path
        assert agent.request("GET" if method == "POST" else "POST", address).status_code == 405


def test_the_same_data_as_elsewhere_and_no_customers_number(console: Console, database: Database) -> None:
    browser = caller(console, "root")
    queue = pages(browser, "/api/v1/queue", "calls")
    assert [call["call_id"] for call in queue] == ["C2", "C1", "C0"]
    assert (queue[0]["urgency"], queue[0]["parts"]) == ("none", [])
    assert browser.get("/api/v1/queue?part=must").json()["calls"] == []
    answer = browser.get("/api/v1/calls/C1")
    assert "13800138000" not in answer.text
    with database.unit_of_work() as uow:
        card = uow.scorecards.of(factories.recording("C1").id)
    assert card is not None
    assert answer.json()["scorecard"] == scorecard_to_json(card)
    told = pages(browser, "/api/v1/promises", "promises")
    assert sorted(one["call_id"] for one in told) == ["C0", "C1", "C2"]
    assert {one["customer"] for one in told} == {"*******8000"}
    assert browser.get("/api/v1/promises?status=kept").json()["promises"] == []
    assert len(browser.get("/api/v1/promises?overdue=true&agent=B20").json()["promises"]) == 2
    agents = browser.get("/api/v1/agents", params=DAY).json()["agents"]
    assert [(one["agent_id"], one["calls"], one["mean"]) for one in agents] == [("A17", 1, 86.0), ("B20", 2, 86.0)]
    assert [one["id"] for one in pages(browser, "/api/v1/runs", "runs")] == ["run-2", "run-1", "run-0"]
    log = pages(browser, "/api/v1/audit", "entries")
    assert [one["number"] for one in log] == list(range(len(log), 0, -1))
    assert log[0]["action"] == AuditAction.TOKEN_MADE
    for bad in (
        "queue?cursor=x",
        "queue?cursor=1-99999999999",
        "runs?cursor=x",
        "audit?cursor=-1",
        "queue?size=0",
        "queue?part=x",
    ):
        answer = browser.get(f"/api/v1/{bad}")
        assert (answer.status_code, bool(answer.json()["detail"])) == (400, True), bad


def test_a_token_sees_no_more_than_its_owner(console: Console) -> None:
    browser = caller(console, "lead")
    assert [call["call_id"] for call in pages(browser, "/api/v1/queue", "calls")] == ["C0"]
    assert browser.get("/api/v1/queue?item=greeting&verdict=violated").json()["calls"] == []
    assert browser.get("/api/v1/calls/C0").status_code == 200
    assert browser.get("/api/v1/calls/C1").status_code == browser.get("/api/v1/calls/C2").status_code == 404
    assert browser.get("/api/v1/calls/nothing").json() == browser.get("/api/v1/calls/C1").json()
    assert [one["call_id"] for one in pages(browser, "/api/v1/promises", "promises")] == ["C0"]
    assert [one["agent_id"] for one in browser.get("/api/v1/agents", params=DAY).json()["agents"]] == ["A17"]
    assert browser.get("/api/v1/audit").status_code == 403


def test_a_token_goes_with_its_time_its_owner_and_its_owners_rights(console: Console) -> None:
    browser = caller(console, "root")
    lead = replace(STAFF["lead"], post=STAFF["qa"].post, teams=frozenset({"二班"}))
    of_lead = caller(console, "lead")
    change_person(lead, "root", NOW, console.new_unit)
    assert [call["call_id"] for call in pages(of_lead, "/api/v1/queue", "calls")] == ["C1"]
    change_person(replace(lead, is_disabled=True), "root", NOW, console.new_unit)
    assert of_lead.get("/api/v1/queue").status_code == 401
    console.clock.go_on(days=30)
    assert browser.get("/api/v1/queue").status_code == 401


def test_tokens_are_made_and_revoked_on_ones_own_account(console: Console, database: Database) -> None:
    browser = console.browser("qa")
    name = "<script>alert(1)</script>"
    page = browser.submit("/me/tokens", "/me/tokens", name=name, rights="see_queue", days="90").text
    key = re.search(r"<code>(callqa_[\w-]{43})</code>", page)
    assert key is not None
    assert name not in page
    program = Browser(console.app, headers={"Authorization": f"Bearer {key[1]}"})
    assert program.get("/api/v1/queue").status_code == 200
    assert program.get("/api/v1/promises").status_code == 403
    page = browser.get("/me/tokens").text
    assert key[1] not in page
    assert "2026-11-20 09:00" in page
    for wrong in (
        {"name": "x"},
        {"name": "", "rights": "see_queue"},
        {"name": "x", "rights": "see_audit"},
        {"name": "x", "rights": "see_queue", "days": "9999"},
    ):
        assert browser.submit("/me/tokens", "/me/tokens", **wrong).status_code == 400
    end = re.search(r'action="(/me/tokens/\w+/end)"', page)
    assert end is not None
    assert console.browser("root").submit(end[1]).status_code == 404
    assert browser.submit(end[1]).status_code == 303
    assert program.get("/api/v1/queue").status_code == 401
    with database.unit_of_work() as uow:
        deeds = [e.event.action for e in uow.audit.newest(AuditFilter(), 10) if "token" in e.event.action]
    assert deeds == [AuditAction.TOKEN_ENDED, AuditAction.TOKEN_MADE]
    assert console.browser("a17").get("/me/tokens").status_code == 403


@pytest.mark.slow
def test_no_request_makes_the_api_fail(console: Console) -> None:
    browser = caller(console, "root")
    document = browser.get("/api/v1/openapi.json").json()
    assert set(document["paths"]) == set(RIGHT_OF)
    own = {"Authorization": browser.headers["authorization"]}
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", console.app, headers=own)

    for path in RIGHT_OF:
        for mode in GenerationMode:

            @given(case=schema[path][method_of(path)].as_strategy(generation_mode=mode))
            @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            def ask(case: Any) -> None:
                case.call_and_validate(headers=own, checks=CHECKS)

            try:
                ask()
            except Unsatisfiable:
                # Where nothing can be wrong, nothing wrong can be sent.
                assert mode is GenerationMode.NEGATIVE
