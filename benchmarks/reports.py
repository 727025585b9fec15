"""Coaching reports of 500 agents over 100,000 stored calls, read, built and written as HTML.

    python -m benchmarks.reports [--calls 100000] [--agents 500] [--database-url URL]

Without an address an SQLite file that is removed afterwards. The calls are those of `benchmarks.store_data`: 400 days,
of which the newer half is the reports' period and the older half the past that it is compared with. So every call is in
the figures, and each report sums up more days than one of a week would. All of it in one process.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.store_data import DAYS, FIRST_DAY, agent_of, fill
from callqa.practice import find_practice
from callqa.reports.render import render_coaching
from callqa.services.coaching import coaching_report
from callqa.services.overview import Period
from models.person import EVERYBODY
from storage import Database, schema

_GOAL_S = 300


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
        _measure(url, options.agents, Path(folder))


def _measure(url: str, agents: int, folder: Path) -> None:
    practice = find_practice("", "zh")
    period = Period(FIRST_DAY + timedelta(days=DAYS // 2), FIRST_DAY + timedelta(days=DAYS - 1))
    now = datetime.combine(period.until, datetime.min.time(), UTC) + timedelta(days=1)
    database = Database(url)
    written = quoted = size = 0
    begun, begun_cpu = time.perf_counter(), time.process_time()
    for number in range(agents):
        agent_id, _ = agent_of(number)
        found = coaching_report(agent_id, period, practice, "zh", now, EVERYBODY, database.unit_of_work)
        if found is not None:
            page = render_coaching(found, None)
            (folder / f"{agent_id}.html").write_text(page, encoding="utf-8")
            written, size = written + 1, size + len(page)
            quoted += sum(len(point.quotes) for point in (*found.strengths, *found.habits))
    took_s, cpu_s = time.perf_counter() - begun, time.process_time() - begun_cpu
    database.close()
    print(
        f"{written} reports with {quoted} quotes in {took_s:.1f} s ({cpu_s:.1f} s of processor), goal {_GOAL_S} s;"
        f" {1000 * took_s / max(1, written):.0f} ms and {size / max(1, written) / 1000:.0f} kB each"
    )


if __name__ == "__main__":
    main()
