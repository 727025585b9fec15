"""`callqa demo`: scores that agree with the ground truth, a report, and nothing changed by running it again."""

from __future__ import annotations

import pytest

from benchmarks.agreement import TRUTH, compare, table
from storage import Database
from tests.databases import dump
from tests.e2e.conftest import Demo, callqa

pytestmark = pytest.mark.slow

LEAST_AGREEMENT = 0.90
"""Share of call-criterion pairs that must agree with the ground truth; the calls were held out from rule writing."""


def test_the_four_criteria_agree_with_the_ground_truth(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(demo.database_url)
    with database.unit_of_work() as uow:
        run_id = uow.runs.latest_id()
        assert run_id is not None
        view = uow.runs.view(run_id)
    database.close()
    assert view is not None
    pairs = compare(view, TRUTH)
    with capsys.disabled():
        print("\n" + table(pairs))  # noqa: T201 - the table is the result
    assert len(pairs) == 8 * 4
    assert sum(p.agrees for p in pairs) / len(pairs) >= LEAST_AGREEMENT


def test_every_call_is_shown_with_quotes_and_seconds_and_every_agent_with_a_mean(demo: Demo) -> None:
    for shown in ("D01", "D06", "D07", "D08", "D10", "D13", "D18", "D19", "A801", "A802", "A803", "A804", "开头语"):
        assert shown in demo.output
    assert "“" in demo.output
    assert (demo.home / "reports" / "demo.html").is_file()


def test_again_changes_no_row(demo: Demo) -> None:
    before = dump(demo.database_url)
    again = callqa("demo", cwd=demo.home.parent)
    assert again.returncode == 0, again.stderr
    assert dump(demo.database_url) == before
