"""Run results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from callqa.cli.common import console, notes
from callqa.reports.file_names import file_names, visible_name
from callqa.reports.words import Words
from callqa.services.late_metadata import CALL_ID
from models.run import InspectedCall, RunView
from models.scorecard import Finding, Scorecard, Verdict

_WORDS = {
    "zh": {
        "call": "通话",
        "agent": "坐席",
        "score": "得分",
        "items": "检查项",
        "evidence": "依据",
        "review": "需人工复核",
        "fatal": "一票否决",
        "file": "文件",
        "reason": "原因",
        "quarantined": "已隔离",
        "calls": "通话数",
        "mean": "平均分",
        "violations": "违规",
        "missing": "manifest.csv 里写有“{name}”，来源文件夹里没有这个文件",
        "left": "“{name}”仍在写入，留待下次运行",
        "empty": "来源“{name}”里一条录音也没有，请检查路径，以及是否已挂载",
        "filled": "{n} 通已入库通话的元数据已按来源补全",
        "changed": "{n} 通已入库通话的元数据已按来源更改",
        "conflict": "通话 {name} 在来源中的元数据（{facts}）与已存的不同，未作更改；核对后用 --accept-metadata 采用",
        "call_id": "通话 {name} 在来源中的通话编号已不同；编号入库后不再更改，请改回来源",
        "late": "另有 {n} 条较早日期的录音在当天运行之后才到，已一并处理",
        "summary": "共 {files} 个文件，{recordings} 条录音，已评分 {scored}，待复核 {review}，"
        "隔离 {quarantined}，等待 {waiting}",
    },
    "en": {
        "call": "Call",
        "agent": "Agent",
        "score": "Score",
        "items": "Items",
        "evidence": "Evidence",
        "review": "to review",
        "fatal": "fatal",
        "file": "File",
        "reason": "Reason",
        "quarantined": "Quarantined",
        "calls": "Calls",
        "mean": "Mean score",
        "violations": "Violations",
        "missing": "manifest.csv names {name!r}, which is not in the source",
        "left": "{name!r} is still being written and is left for the next run",
        "empty": "source {name!r} holds not one recording; check its path and that it is mounted",
        "filled": "metadata of {n} known calls were filled in from the source",
        "changed": "metadata of {n} known calls were changed to what the source says",
        "conflict": "call {name}: the source now says otherwise of {facts}, and nothing was changed; look at it, then "
        "accept it with --accept-metadata",
        "call_id": "call {name} has another call id in its source; an id is never changed: put it back there",
        "late": "{n} recordings of earlier days, which came after their own day's run, were taken in as well",
        "summary": "{files} files, {recordings} recordings: {scored} scored, {review} to review, "
        "{quarantined} quarantined, {waiting} waiting",
    },
}
_MOST_QUOTES = 3


def say_what_was_left(intake: Mapping[str, Any], language: str) -> None:
    """Lines on standard error: what is missing, left for the next run, empty, late, or known otherwise than stored."""
    words = _WORDS[language]
    lines = [words[kind].format(name=name) for kind in ("missing", "left", "empty") for name in intake[kind]]
    if intake["late"]:
        lines.append(words["late"].format(n=intake["late"]))
    lines += _corrections(intake["corrections"], words)
    for line in lines:
        notes.print(f"callqa: {line}", style="yellow", markup=False, highlight=False, soft_wrap=True)


def _corrections(corrections: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    for kind in ("filled", "changed"):
        if corrections[kind]:
            yield words[kind].format(n=corrections[kind])
    for conflict in corrections["conflicts"]:
        name, facts = visible_name(conflict["call_id"]), [fact for fact in conflict["facts"] if fact != CALL_ID]
        if facts:
            yield words["conflict"].format(name=name, facts=", ".join(facts))
        if CALL_ID in conflict["facts"]:
            yield words["call_id"].format(name=name)


def print_run(view: RunView, language: str) -> None:
    """The calls with scores and quotes, the agents with means, what was set aside, and one line of totals."""
    words, codes = _WORDS[language], Words(language)
    scored = [(c, c.scorecard) for c in view.calls if c.scorecard is not None]
    table = Table(show_lines=True)
    for name in ("call", "agent", "score", "items", "evidence"):
        table.add_column(words[name], overflow="fold")
    for _, card in scored:
        table.add_row(
            escape(card.call_id),
            escape(card.agent_id),
            _score(card, words),
            _items(card, codes),
            escape(_quotes(card)),
        )
    if scored:
        console.print(table)
        console.print(_agents([card for _, card in scored], words))
    set_aside = [c for c in view.calls if c.stored.quarantine is not None]
    if set_aside:
        console.print(_quarantined(set_aside, view.run.source, words, language))
    counts = view.counts
    console.print(
        words["summary"].format(
            files=counts.files,
            recordings=counts.recordings,
            scored=counts.scored,
            review=counts.needs_review,
            quarantined=counts.quarantined,
            waiting=counts.waiting,
        )
    )


def clock(second: float | None) -> str:
    """Seconds as m:ss.s, or a dash when unknown."""
    return "–" if second is None else f"{int(second // 60)}:{second % 60:04.1f}"


def _score(card: Scorecard, words: dict[str, str]) -> str:
    lines = ["–" if card.total is None else f"{card.total:g}", card.band]
    if card.fatal:
        lines.append(words["fatal"])
    if card.needs_review:
        lines.append(words["review"])
    return "\n".join(lines)


def _items(card: Scorecard, codes: Words) -> str:
    return "\n".join(f"{codes.code('sign', f.verdict.value)} {f.title} {_points(f)}" for f in card.findings)


def _points(finding: Finding) -> str:
    if finding.verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_EVALUATED):
        return ""
    return f"{finding.points:g}/{finding.max_points:g}" if finding.max_points else f"{finding.points:g}"


def _quotes(card: Scorecard) -> str:
    lines = []
    for finding in card.findings:
        shown = [f"{clock(e.start_s)}“{e.quote}”" for e in finding.evidence[:_MOST_QUOTES]]
        if shown:
            lines.append(f"{finding.title}: " + " ".join(shown))
    return "\n".join(lines)


def _agents(cards: list[Scorecard], words: dict[str, str]) -> Table:
    table = Table()
    for name in ("agent", "calls", "mean", "violations", "review"):
        table.add_column(words[name])
    for agent in sorted({card.agent_id for card in cards}):
        own = [card for card in cards if card.agent_id == agent]
        totals = [card.total for card in own if card.total is not None]
        mean = f"{sum(totals) / len(totals):.1f}" if totals else "–"
        violations = sum(f.verdict is Verdict.VIOLATED for card in own for f in card.findings)
        table.add_row(agent, str(len(own)), mean, str(violations), str(sum(c.needs_review for c in own)))
    return table


def _quarantined(calls: list[InspectedCall], source: str, words: dict[str, str], language: str) -> Table:
    codes = Words(language)
    table = Table(title=words["quarantined"])
    table.add_column(words["file"], overflow="fold")
    table.add_column(words["reason"])
    for call in calls:
        assert call.stored.quarantine is not None
        names = "\n".join(visible_name(name) for name in file_names(call, source))
        table.add_row(escape(names), codes.code("reason", call.stored.quarantine.reason.value))
    return table
