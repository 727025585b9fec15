"""Reports of 500 agents, of their 30 teams and of the centre over 100,000 calls, read, built and written as HTML.

    python -m benchmarks.reports [--calls 100000] [--agents 500] [--database-url URL]

Without an address an SQLite file that is removed afterwards. The calls are those of `benchmarks.store_data`: 400 days,
of which the newer half is the reports' period and the older half the past that it is compared with. So every call is in
the figures, and each report sums up more days than one of a week would. One call in five has an answer to a survey. All
of it in one process.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.store_data import DAYS, FIRST_DAY, ITEMS, TEAMS, agent_of, fill
from callqa.practice import find_practice
from callqa.reports.render import render_coaching, render_team
from callqa.services.coaching import coaching_report
from callqa.services.overview import Period
from callqa.services.team_report import team_reports
from models.person import EVERYBODY
from models.survey import SurveyAnswer
from storage import Database, schema

_GOAL_S = 300
_ANSWERED = 5
"""Of so many calls one has an answer."""
_PERIOD = Period(FIRST_DAY + timedelta(days=DAYS // 2), FIRST_DAY + timedelta(days=DAYS - 1))
_NOW = datetime.combine(_PERIOD.until, datetime.min.time(), UTC) + timedelta(days=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=500)
    parser.add_argument("--database-url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database_url or f"sqlite:///{folder}/reports.db"
        schema.upgrade(url)
        fill(url, options.calls)
        database = Database(url)
        _answer(database, options.calls)
        begun = time.perf_counter()
        _write("agents", _agent_pages(database, options.agents), Path(folder))
        _write("teams", _team_pages(database), Path(folder))
        print(f"together {time.perf_counter() - begun:.1f} s, goal {_GOAL_S} s")
        database.close()


def _answer(database: Database, calls: int) -> None:
    answers = []
    for number in range(0, calls, _ANSWERED):
        day = FIRST_DAY + timedelta(days=number * DAYS // calls + 1)
        at = datetime.combine(day, datetime.min.time(), UTC)
        answers.append(SurveyAnswer(f"S{number}", f"C{number:07}", None, None, at, 1.0 + number % 5, None, None))
    with database.unit_of_work() as uow:
        uow.surveys.add_all(answers)
        uow.commit()


def _agent_pages(database: Database, agents: int) -> Iterable[str]:
    practice = find_practice("", "zh")
    for number in range(agents):
        agent_id, _ = agent_of(number)
        found = coaching_report(agent_id, _PERIOD, practice, "zh", _NOW, EVERYBODY, database.unit_of_work)
        if found is not None:
            yield render_coaching(found, None)


def _team_pages(database: Database) -> Iterable[str]:
    named = dict.fromkeys(ITEMS, "reliability")
    teams = (None, *(f"T{number:02}" for number in range(TEAMS)))
    practice = find_practice("", "zh")
    return map(render_team, team_reports(teams, _PERIOD, practice, named, "zh", _NOW, database.unit_of_work))


def _write(kind: str, pages: Iterable[str], folder: Path) -> None:
    written = size = 0
    begun, begun_cpu = time.perf_counter(), time.process_time()
    for page in pages:
        (folder / f"{kind}-{written}.html").write_text(page, encoding="utf-8")
        written, size = written + 1, size + len(page)
    took_s, cpu_s = time.perf_counter() - begun, time.process_time() - begun_cpu
    print(
        f"{kind}: {written} reports in {took_s:.1f} s ({cpu_s:.1f} s of processor);"
        f" {1000 * took_s / max(1, written):.0f} ms and {size / max(1, written) / 1000:.0f} kB each",
        flush=True,
    )


if __name__ == "__main__":
    main()
