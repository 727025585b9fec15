"""Phrases proposed from reviews on the console: shown with what they would do, accepted into a draft, or declined."""

from __future__ import annotations

from dataclasses import replace

import pytest
from httpx2 import Response
from typer.testing import CliRunner

from callqa.cli import app
from callqa.services.proposals import Deciding
from callqa.standards import FoundStandard
from callqa.web.app import create_app
from models.audit import AuditAction, AuditFilter
from models.errors import StateError
from models.proposal import Change, Choice, ProposalKind
from models.scorecard import Verdict
from storage import Database
from storage.sealing import Sealer, new_key, read_keys
from tests.console import NOW, Browser, Console
from tests.databases import dump
from tests.integration.test_propose import RUDE, TOLD, keep, review
from tests.unit.small_standard import SMALL

PAGE = "/standards/-/proposals"
IN_USE = FoundStandard("small-zh", SMALL, "small.yaml", None)
RUDE_ONE = Change(ProposalKind.ADDITION, "prohibited", "deflection", "你爱找谁找谁")
TOLD_ONE = Change(ProposalKind.EXCEPTION, "prohibited", "deflection", "不归我管那张卡")
NEXT_WEEK = "下周再打过来吧"
LONG = f"{'好的我这边帮您看一下' * 9}{RUDE_ONE.phrase}{'好的我这边帮您看一下' * 9}"


def fill(database: Database) -> None:
    """Calls in which reviewers pointed to one phrase, and others in which they took a charge back."""
    with database.unit_of_work() as uow:
        for number, text in enumerate((LONG, *RUDE)):
            keep(uow, f"C{number}", text)
            review(uow, f"C{number}", Verdict.VIOLATED, text)
        for number, text in enumerate(TOLD):
            keep(uow, f"D{number}", text)
            review(uow, f"D{number}", Verdict.MET)
        uow.commit()


@pytest.fixture
def console(database: Database) -> Console:
    fill(database)
    made = Console(database.unit_of_work)
    made.services = replace(made.services, standard_in_use=lambda: IN_USE)
    made.app = create_app(made.services)
    return made


def send(browser: Browser, what: str, change: Change, **more: str) -> Response:
    return browser.submit(
        f"{PAGE}/{what}", "/me", kind=change.kind.value, item=change.item_id, family=change.family_kind,
        phrase=change.phrase, **more,
    )  # fmt: skip


def test_what_is_accepted_comes_into_one_draft_and_is_not_proposed_again(console: Console, database: Database) -> None:
    browser = console.browser("root")
    assert PAGE in browser.get("/standards").text
    page = browser.get(PAGE).text
    for words in (RUDE_ONE.phrase, TOLD_ONE.phrase, "新增禁语", "误判例外", "0% → 100%", "/calls/C1"):
        assert words in page
    assert LONG not in page
    first = send(browser, "accept", RUDE_ONE)
    assert first.status_code == 303
    draft = browser.get(first.headers["location"]).text
    assert "新增禁语“你爱找谁找谁”" in draft
    assert "phrases: [&#34;你爱找谁找谁&#34;]" in draft
    page = browser.get(PAGE).text
    assert f'value="{RUDE_ONE.phrase}"' not in page
    assert first.headers["location"] in page
    # Further ones come into the same draft, in place of what it was.
    second = send(browser, "accept", TOLD_ONE).headers["location"]
    assert browser.get(first.headers["location"]).status_code == 404
    draft = browser.get(second).text
    for change in (RUDE_ONE, TOLD_ONE):
        assert change.phrase in draft
    page = browser.get(PAGE).text
    assert "没有待决定的建议" in page
    assert page.count(second) == 2
    assert browser.submit(f"{second}/publish", second).headers["location"] == "/standards/small-zh/2"
    with database.unit_of_work() as uow:
        entries = uow.audit.newest(AuditFilter(AuditAction.PROPOSAL_ACCEPTED), 5)
        assert [one.choice for one in uow.proposals.of("small-zh")] == [Choice.ACCEPTED] * 2
    assert [entry.event.actor for entry in entries] == ["root", "root"]
    assert RUDE_ONE.phrase not in str(entries)


def test_a_draft_that_is_gone_leaves_its_phrases_open(console: Console, database: Database) -> None:
    browser = console.browser("root")
    address = send(browser, "accept", RUDE_ONE).headers["location"]
    assert f'value="{RUDE_ONE.phrase}"' not in browser.get(PAGE).text
    with database.unit_of_work() as uow:
        uow.drafts.drop(address.rpartition("/")[2])
        uow.commit()
    assert f'value="{RUDE_ONE.phrase}"' in browser.get(PAGE).text
    assert send(browser, "accept", RUDE_ONE).headers["location"] == address


def test_what_is_declined_is_remembered_with_who_and_why(console: Console, database: Database) -> None:
    browser = console.browser("root")
    assert send(browser, "decline", RUDE_ONE, why="客户打 13800138000 说的").status_code == 303
    page = browser.get(f"{PAGE}?again=true").text
    assert f'value="{RUDE_ONE.phrase}"' not in page
    assert f'value="{TOLD_ONE.phrase}"' in page
    assert "13800138000" not in page
    assert "客户打 " in page
    assert "管理员" in page
    again = send(browser, "accept", RUDE_ONE)
    assert (again.status_code, "已有决定" in again.text) == (400, True)
    longer = send(browser, "decline", replace(RUDE_ONE, phrase="那你爱找谁找谁"))
    assert longer.status_code == 400, "a longer phrase that holds it was declined with it"
    with database.unit_of_work() as uow:
        (one,) = uow.proposals.of("small-zh")
        (entry,) = uow.audit.newest(AuditFilter(AuditAction.PROPOSAL_DECLINED), 5)
    assert (one.choice, one.decided_by, one.decided_at, one.draft) == (Choice.DECLINED, "root", NOW, None)
    assert (entry.event.actor, entry.event.subject) == ("root", "small-zh")


@pytest.mark.parametrize(
    "change",
    [
        replace(RUDE_ONE, item_id="greeting"),
        replace(RUDE_ONE, family_kind="nonsense"),
        replace(RUDE_ONE, phrase="<数>位"),
        replace(RUDE_ONE, phrase="很" * 11),
        replace(RUDE_ONE, phrase="好\nitems: []"),
    ],
)
def test_what_cannot_be_proposed_cannot_be_decided(console: Console, database: Database, change: Change) -> None:
    browser = console.browser("root")
    for what in ("accept", "decline"):
        assert send(browser, what, change).status_code == 400
    with database.unit_of_work() as uow:
        assert uow.proposals.of("small-zh") == []


def test_only_who_publishes_standards_decides(console: Console) -> None:
    for name in ("lead", "qa", "a17"):
        browser = console.browser(name)
        assert browser.get(PAGE).status_code == 403
        assert send(browser, "accept", RUDE_ONE).status_code == 403
        assert PAGE not in browser.get("/standards").text


def test_two_that_decide_at_once_do_not_lose_what_the_other_accepted(database: Database) -> None:
    one, other = (Deciding(IN_USE, name, NOW, database.unit_of_work) for name in ("one", "other"))
    with database.unit_of_work() as uow:
        known = uow.proposals.of("small-zh")
    one.accept(RUDE_ONE, NOW.date())
    with pytest.raises(StateError, match="at this moment"):
        other._decide(TOLD_ONE, Choice.ACCEPTED, None, "k", len(known), AuditAction.PROPOSAL_ACCEPTED, lambda _: None)
    key = other.accept(TOLD_ONE, NOW.date())
    with database.unit_of_work() as uow:
        stored = uow.drafts.get(key)
    assert stored is not None
    assert RUDE_ONE.phrase in stored.text
    assert TOLD_ONE.phrase in stored.text


def test_phrases_and_reasons_are_sealed(database_url: str) -> None:
    keys = [new_key(), new_key()]
    sealed = Database(database_url, Sealer(read_keys(keys[0])))
    Deciding(IN_USE, "root", NOW, sealed.unit_of_work).decline(RUDE_ONE, "多是转述", str)
    with sealed.unit_of_work() as uow:
        (before,) = uow.proposals.of("small-zh")
    assert (before.change, before.why) == (RUDE_ONE, "多是转述")
    renewed = Database(database_url, Sealer(read_keys("\n".join(reversed(keys)))))
    with renewed.unit_of_work() as uow:
        assert uow.sealed.reseal("", 10) is not None
        uow.commit()
    shown = str(dump(database_url)["proposal_decisions"])
    assert RUDE_ONE.phrase not in shown
    assert "转述" not in shown
    only_new = Database(database_url, Sealer(read_keys(keys[1])))
    with only_new.unit_of_work() as uow:
        assert uow.proposals.of("small-zh") == [before]
    for opened in (sealed, renewed, only_new):
        opened.close()


def test_the_command_decides_too(
    database: Database, database_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    folder = tmp_path_factory.mktemp("standard")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    for name, value in (
        ("STANDARD", str(folder / "small.yaml")),
        ("DATABASE_URL", database_url),
        ("HOME", str(folder)),
    ):
        monkeypatch.setenv(f"CALLQA_{name}", value)

    def propose(*more: str) -> str:
        done = CliRunner().invoke(app, ["standard", "propose", *more], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "/standards/-/" in propose("--accept", RUDE_ONE.phrase, "-o", str(folder / "draft.yaml"))
    assert RUDE_ONE.phrase in (folder / "draft.yaml").read_text(encoding="utf-8")
    assert "不再建议" in propose("--decline", TOLD_ONE.phrase, "--why", "多是转述")
    assert "没有可建议的短语" in propose()
    with database.unit_of_work() as uow:
        assert [one.choice for one in uow.proposals.of("small-zh")] == [Choice.DECLINED, Choice.ACCEPTED]
    for wrong in (("--accept", NEXT_WEEK), ("--accept", "a", "--decline", "b"), ("--why", "x")):
        assert CliRunner().invoke(app, ["standard", "propose", *wrong]).exit_code != 0
