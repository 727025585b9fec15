"""What customers think of calls, beside the scores: on the page of a team and on that of the machine's quality."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.call import CallMeta
from models.survey import SurveyAnswer
from storage import Database
from tests import factories
from tests.console import Browser, Console

DAY = datetime(2026, 11, 18, 1, tzinfo=UTC)


def put(
    database: Database,
    call_id: str,
    total: float | None,
    answered: float | None = None,
    team: str = "一班",
    **facts: Any,
) -> None:
    """A scored call whose customer answers an hour later where `answered` is given."""
    started_at = facts.pop("started_at", DAY)
    meta = CallMeta(call_id, agent_id=f"A-{team}", team=team, started_at=started_at, **facts)
    recording = factories.recording(call_id)
    with database.unit_of_work() as uow:
        uow.calls.add(recording, meta)
        uow.transcripts.put(factories.transcript(("agent", "您好"), seed=call_id))
        card = factories.scorecard(call_id, total=total, agent_id=meta.agent_id)
        uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, card)
        if answered is not None:
            uow.surveys.add_all(
                [SurveyAnswer(f"S-{call_id}", call_id, None, None, started_at + timedelta(hours=1), answered)]
            )
        uow.commit()


def panel(browser: Browser, path: str) -> str:
    """The text of the panel."""
    page = browser.get(path).text
    (found,) = re.findall(r"<h2>客户满意度与质检得分</h2>(.*?)</section>", page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


@pytest.fixture
def console(database: Database) -> Console:
    """Team one: eight rated calls, the better the score the more satisfied; team two: two with metadata alone."""
    for number in range(8):
        put(database, f"C{number}", 60.0 + 5 * number, 1.0 + number // 2)
    put(database, "UNRATED", 10.0)
    put(database, "OLD", 10.0, 5.0, started_at=DAY - timedelta(days=200))
    # The answer goes before the metadata.
    put(database, "D0", 50.0, 2.0, "二班", csat=5.0)
    put(database, "D1", 90.0, team="二班")
    put(database, "D2", 95.0, team="二班", csat=None)
    return Console(database.unit_of_work)


def test_a_team_s_answers_and_scores_are_related_with_their_interval(console: Console) -> None:
    told = panel(console.browser("lead"), "/teams/一班")
    assert "有客户评价的通话 8" in told
    assert "客户满意度（1 至 5） 2.5 " in told
    assert re.search(r"等级相关 0\.98（95% 区间 0\.\d\d 至 1\.00，8 通）", told)
    assert "▲ 不足 30 通，样本较少，仅供参考" in told


def test_too_few_say_so_and_none_say_what_to_do(console: Console, database: Database) -> None:
    qa = console.browser("qa")
    told = panel(qa, "/teams/二班")
    assert "有客户评价的通话 1" in told
    assert "只有 1 通，至少 5 通才能计算" in told
    put(database, "E1", 90.0, team="三班")
    assert "还没有客户评价" in panel(qa, "/teams/三班")


def test_each_sees_the_answers_of_their_teams_alone(console: Console) -> None:
    assert "有客户评价的通话 9" in panel(console.browser("qa"), "/quality")
    assert "有客户评价的通话 8" in panel(console.browser("lead"), "/quality")
    assert "有客户评价的通话 10" in panel(console.browser("qa"), "/quality?days=365")


def test_where_no_link_can_be_seen_it_says_so_and_a_large_sample_has_no_warning(
    console: Console, database: Database
) -> None:
    for number in range(40):
        put(database, f"N{number}", 60.0 + number % 2, 1.0 + number // 2 % 5, "四班")
    told = panel(console.browser("qa"), "/teams/四班")
    assert "区间包含 0" in told
    assert "▲" not in told
