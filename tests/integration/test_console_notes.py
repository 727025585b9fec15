"""What people write about calls is masked as what was said in them, before it is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callqa.bootstrap import note_mask
from callqa.settings import load_settings
from callqa.web.app import create_app
from models.transcript import MASK
from storage import Database
from tests import factories
from tests.console import Browser, Console
from tests.databases import dump
from tests.ledger_calls import at, entries, promise, put_call

PHONE, CARD = "13800138000", "6222021234567890123"


@pytest.fixture
def console(database: Database) -> Console:
    said = promise("明天给您回电", "callback", at(12, month=11, year=2026))
    put_call(database, "C1", said, team="一班", started_at=at(10, month=11, year=2026))
    made = Console(database.unit_of_work)
    # Scores are stored by the database's clock.
    made.clock.now = datetime.now(UTC)
    return made


def write_everywhere(console: Console, database: Database) -> None:
    """A comment, a reason to object, one to rule, and a note on a promise, each with a number."""
    (entry,) = entries(database)
    reviewer, agent, lead = (console.browser(name) for name in ("qa", "a17", "lead"))
    for browser, path, fields in (
        (reviewer, "/calls/C1/items/greeting", {"verdict": "missed", "comment": f"回拨{PHONE}核实过"}),
        (agent, "/calls/C1/appeals", {"item": "greeting", "reason": f"客户号码{PHONE}可以作证"}),
        (lead, "/appeals/1", {"verdict": "met", "reason": f"卡号{CARD}是客户报的"}),
        (reviewer, f"/promises/{entry.recording_id}/{entry.id}", {"status": "kept", "note": f"已致电{PHONE}"}),
    ):
        assert browser.submit(path, **fields).status_code == 303, path


def test_no_number_that_somebody_wrote_is_stored_or_shown(
    console: Console, database: Database, database_url: str
) -> None:
    write_everywhere(console, database)
    assert PHONE not in repr(dump(database_url))
    assert CARD not in repr(dump(database_url))
    with console.new_unit() as uow:
        comments = {review.reviewer: review.comment for review in uow.reviews.of(["C1"])}
        (appeal,) = uow.appeals.of_call(factories.recording("C1").id)
    phone, card = MASK * len(PHONE), MASK * len(CARD)
    assert comments == {"qa": f"回拨{phone}核实过", "lead": f"卡号{card}是客户报的"}
    assert appeal.ruling is not None
    assert (appeal.reason, appeal.ruling.reason) == (f"客户号码{phone}可以作证", f"卡号{card}是客户报的")
    assert entries(database)[0].events[0].note == f"已致电{phone}"
    agent: Browser = console.browser("a17")
    assert f"客户号码{phone}可以作证" in agent.get("/appeals/1").text
    assert f"卡号{card}是客户报的" in agent.get("/calls/C1").text


def test_where_transcripts_are_not_masked_notes_are_not_either(console: Console, database: Database) -> None:
    settings, _ = load_settings({}, {"CALLQA_MASK_PII": "false"}, console.home)
    console.app = create_app(replace(console.services, mask_note=note_mask(settings)))
    write_everywhere(console, database)
    with console.new_unit() as uow:
        assert f"回拨{PHONE}核实过" in {review.comment for review in uow.reviews.of(["C1"])}
    settings, _ = load_settings({}, {}, console.home)
    assert PHONE not in note_mask(settings)(f"回拨{PHONE}")
