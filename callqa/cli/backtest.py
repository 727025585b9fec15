"""`callqa standard backtest`: what a change of the standard would do to calls that are stored already."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from callqa.bootstrap import open_database, standard_for, today, usable_cores
from callqa.classifiers import classifiers_in_use
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    StandardOption,
    console,
    notes,
    print_json,
    settings_from,
)
from callqa.reports.backtest import BacktestReport, backtest_to_json
from callqa.reports.formats import score, signed
from callqa.reports.render import render_backtest
from callqa.reports.text_files import write_text
from callqa.reports.words import Words
from callqa.services.backtest import Setting, backtest_report
from callqa.settings import Settings


def backtest(
    new: Annotated[str, typer.Argument(help="The new standard: YAML file, shipped name, or published ID[@VERSION].")],
    days: Annotated[int, typer.Option(min=1, max=3660, help="Calls of the last so many days.")] = 30,
    standard: StandardOption = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="HTML file to write; default: in the home folder's reports.")
    ] = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Score stored calls under the standard in use and under NEW: what flips, whom it affects, what people said.

    --standard names another one than that in use. With --json a page is written only if -o names it.
    """
    settings = settings_from(standard=standard, language=language, database_url=database_url, home=home)
    day = today(settings)
    before, after = standard_for(settings, day), standard_for(settings, day, new)
    # What cannot be used is told before anything is read.
    _ = before.standard, after.standard
    connect = partial(open_database, settings, create=False)
    connect()
    classifiers = classifiers_in_use(settings.home)
    setting = Setting(classifiers, connect, datetime.now(UTC), settings.language, settings.time_zone)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bar:
        told = partial(_tell, bar, bar.add_task("callqa: 0", total=None))
        report = backtest_report(before, after, days, setting, usable_cores(), told)
    if json:
        print_json(backtest_to_json(report))
        if output is not None:
            write_text(output, render_backtest(report))
        return
    path = output or _default_path(settings, report)
    write_text(path, render_backtest(report))
    _print(report)
    console.print(path.absolute().as_uri(), soft_wrap=True, highlight=False)


def _tell(bar: Progress, task: TaskID, done: int) -> None:
    bar.update(task, description=f"callqa: {done}")


def _default_path(settings: Settings, report: BacktestReport) -> Path:
    name = "".join(c if c.isalnum() or c in "-._" else "_" for c in f"{report.new.id}-{report.new.version}")
    return settings.home / "reports" / f"backtest-{name}.html"


def _print(report: BacktestReport) -> None:
    words, everyone = Words(report.language), report.overall
    if not everyone.calls:
        console.print(words("backtest.none"))
        return
    table = Table(title=f"{report.old.id} {report.old.version} → {report.new.id} {report.new.version}")
    for name in ("item", "flips", "which"):
        table.add_column(words(f"backtest.{name}"), overflow="fold")
    for item in report.items:
        lines = [
            f"{_verdict(line.before, words('backtest.new_item'), words)} → "
            f"{_verdict(line.after, words('backtest.gone_item'), words)}: {line.calls}"
            for line in item.flips
        ]
        table.add_row(escape(item.title), str(item.flipped), "\n".join(lines))
    console.print(table)
    change = signed(everyone.change) if everyone.change is not None else score(None)
    colon, stop = words("page.colon"), words("page.stop")
    console.print(
        f"{words('backtest.calls')}{colon}{everyone.calls}{stop}{words('backtest.mean')}{colon}"
        f"{score(everyone.mean_before)} → {score(everyone.mean_after)} ({change})",
        highlight=False,
    )


def _verdict(verdict: object, absent: str, words: Words) -> str:
    value = getattr(verdict, "value", None)
    return absent if value is None else words(f"verdict.{value}")
