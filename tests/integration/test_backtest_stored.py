"""Back-tests of stored calls: through both databases, in one process and in several, and as a command."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from callqa.bootstrap import open_database
from callqa.classifiers import classifiers_in_use
from callqa.cli import app
from callqa.reports.backtest_tally import Tally
from callqa.services import backtest as service
from callqa.services.backtest import Backtest, Written, run_backtest
from callqa.settings import load_settings
from models.errors import InputError
from models.scorecard import Verdict
from scoring import load_standard
from scoring.compare import Comparison
from storage import Database
from tests import factories
from tests.unit.report_html import read_html
from tests.unit.small_standard import SMALL

NEW = SMALL.replace("phrases: [不归我管]", "phrases: [没办法]").replace('version: "1"', 'version: "2"')
NOW = datetime.now(UTC)
SAID = ("您好，工号8026，很高兴为您服务。", "不归我管。", "没办法。", "好的。")


@pytest.fixture
def calls(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """Forty calls of the last days, one of last year, one without a date; two reviews of one of them."""
    with database.unit_of_work() as uow:
        for i in range(42):
            started_at = {40: NOW - timedelta(days=400), 41: None}.get(i, NOW - timedelta(days=i % 5))
            uow.calls.add(factories.recording(f"s{i}"), factories.meta(f"C{i}", f"A{i % 3}", started_at))
            heard = factories.transcript(("agent", SAID[i % 4]), ("customer", "好。"), seed=f"s{i}")
            uow.transcripts.put(replace(heard, engine=factories.ENGINE))
        uow.reviews.add(factories.review("C1", "prohibited", Verdict.MET, "R1", NOW - timedelta(hours=2)))
        uow.reviews.add(factories.review("C1", "prohibited", Verdict.VIOLATED, "R2", NOW - timedelta(hours=1)))
        uow.commit()
    monkeypatch.chdir(tmp_path)
    os.environ |= {"CALLQA_DATABASE_URL": database_url, "CALLQA_HOME": str(tmp_path / "home"), "COLUMNS": "200"}
    Path("old.yaml").write_text(SMALL, encoding="utf-8")
    Path("new.yaml").write_text(NEW, encoding="utf-8")


def tally(workers: int) -> tuple[Tally, int]:
    settings, _ = load_settings({})
    classifiers = classifiers_in_use(settings.home)
    plan = Backtest(
        Written(SMALL, "old.yaml"),
        Written(NEW, "new.yaml"),
        classifiers,
        NOW - timedelta(days=30),
        partial(open_database, settings, create=False),
    )
    comparison = Comparison(load_standard(SMALL, "old.yaml"), load_standard(NEW, "new.yaml"), classifiers)
    told: list[int] = []
    found = run_backtest(plan, comparison, workers, told.append)
    assert told == sorted(told)
    assert told[-1] == 40
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("calls")
def test_pages_and_processes_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tally(1)
    assert whole[1] == 1
    assert whole[0].overall.calls == 40
    assert whole[0].flips["prohibited", Verdict.VIOLATED, Verdict.MET] == 10
    assert whole[0].flips["prohibited", Verdict.MET, Verdict.VIOLATED] == 10
    # The later review counts.
    assert whole[0].reviewed == {(("prohibited", Verdict.VIOLATED, Verdict.MET), Verdict.VIOLATED): 1}
    monkeypatch.setattr(service, "PAGE", 7)
    monkeypatch.setattr(service, "PAGES_ALONE", 1)
    assert tally(1) == whole
    assert tally(2) == whole


@pytest.mark.usefixtures("calls")
def test_a_call_that_cannot_be_scored_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Comparison.judge

    def stumbles(self: Comparison, transcript: Any, meta: Any) -> Any:
        if meta.call_id == "C3":
            raise ZeroDivisionError(transcript.utterances[0].text)
        return judge(self, transcript, meta)

    monkeypatch.setattr(Comparison, "judge", stumbles)
    found, _ = tally(1)
    assert (found.failed, found.overall.calls) == (1, 39)


def backtest(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["standard", "backtest", *arguments])


@pytest.mark.usefixtures("calls")
def test_the_command_writes_a_page_and_prints_what_flips() -> None:
    done = backtest("new.yaml", "--standard", "old.yaml", "--days", "30")
    assert done.exit_code == 0, done.exception
    assert "违规 → 符合: 10" in done.stdout
    page = read_html(Path("home/reports/backtest-small-zh-2.html").read_text(encoding="utf-8"))
    assert "禁语类 not_my_job · 说法：新增 1 条 “没办法”；删除 1 条 “不归我管”" in page.text
    assert "C41" not in page.text
    assert len(list(page.by_id("sample").one("ol", "look").all("li", "item"))) == 40


@pytest.mark.usefixtures("calls")
def test_the_command_prints_json_alone() -> None:
    done = backtest("new.yaml", "--standard", "old.yaml", "--days", "1000", "--json", "-o", "page.html")
    assert done.exit_code == 0, done.exception
    document = json.loads(done.stdout)
    assert (document["overall"]["calls"], document["undated"], document["failed"]) == (41, 1, 0)
    prohibited = next(item for item in document["items"] if item["item_id"] == "prohibited")
    assert prohibited["accuracy_before"]["recall"]["share"] == 1.0
    assert prohibited["accuracy_after"]["recall"]["share"] == 0.0
    assert Path("page.html").exists()
    assert not Path("home/reports").exists()


@pytest.mark.usefixtures("calls")
def test_a_quiet_time_is_said_and_no_database_is_refused(tmp_path: Path) -> None:
    os.environ["CALLQA_DATABASE_URL"] = f"sqlite:///{tmp_path / 'none.db'}"
    done = backtest("new.yaml", "--standard", "old.yaml")
    assert isinstance(done.exception, InputError)
    assert CliRunner().invoke(app, ["db", "upgrade"]).exit_code == 0
    quiet = backtest("new.yaml", "--standard", "old.yaml")
    assert quiet.exit_code == 0, quiet.exception
    assert "这段时间没有已转写的通话" in quiet.stdout
