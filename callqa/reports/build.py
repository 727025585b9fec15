"""From a run as stored to the facts its page shows. Pure: no clock, no disk, no words of any language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callqa.reports.call_card import call_card, concerns_of
from callqa.reports.context import (
    AgentLine,
    CallCard,
    Concern,
    DuplicateFile,
    FlagLine,
    PromiseLine,
    QuarantinedFile,
    QuarantineGroup,
    RateLine,
    RunReport,
    WaitingFile,
)
from callqa.reports.figures import count_bands, histogram, items_of, summarise, tally_items
from callqa.reports.file_names import file_names, source_names
from callqa.reports.words import check_language
from models.call import RecordingState
from models.errors import ReasonCode, SettingsError
from models.ledger import LedgerEntry
from models.run import InspectedCall, RunView
from models.scorecard import Finding, Scorecard, Specificity, Verdict
from scoring.rates import Rates

MAX_TURNS = 60_000
"""Turns of conversation on one page, about 15 MB of HTML: 2,000 calls of two minutes. Beyond it a browser labours."""

NO_RATES = Rates(MappingProxyType({}))

ScoredCall = tuple[InspectedCall, Scorecard]


def build_run_report(
    view: RunView,
    language: str = "zh",
    time_zone: str = "Asia/Shanghai",
    *,
    generated_at: datetime,
    ledger: Sequence[LedgerEntry] = (),
    rates: Rates = NO_RATES,
) -> RunReport:
    """Choose, count and order what the run's page shows; an empty run gives an empty page.

    `language` is that of the page ("zh" or "en"), `time_zone` an IANA name, `generated_at` the aware moment that
    decides which promises are overdue, `ledger` what is known of the promises of these calls, `rates` how often each
    item truly goes wrong, as far as the random sample was reviewed. Raises SettingsError for an unknown language or
    time zone, ValueError for a naive `generated_at`.
    """
    check_language(language)
    zone = _zone(time_zone)
    if generated_at.tzinfo is None:
        raise ValueError("generated_at must be time-zone aware")
    run = view.run
    scored = [(call, call.scorecard) for call in view.calls if call.scorecard is not None]
    cards = [card for _, card in scored]
    totals = [card.total for card in cards if card.total is not None]
    items = items_of(cards)
    shown = _cards(scored, run.source, zone, generated_at, ledger)
    promises = [promise for card in shown for promise in card.promises]
    return RunReport(
        language=language,
        time_zone=time_zone,
        generated_at=generated_at.astimezone(zone),
        source=source_names(run.source),
        day=run.day,
        standard=run.standard,
        engine=_engine(view),
        engine_digest=run.engine_digest,
        scorer=run.scorer,
        started_at=run.started_at.astimezone(zone),
        finished_at=run.finished_at.astimezone(zone) if run.finished_at else None,
        status=run.status,
        counts=view.counts,
        score=summarise(totals),
        not_scorable=len(cards) - len(totals),
        sure=sum(_is_sure(finding) for card in cards for finding in card.findings),
        judged=sum(len(card.findings) for card in cards),
        histogram=histogram(totals),
        bands=count_bands(cards),
        items=tally_items(cards, items),
        rates=tuple(RateLine(title, rates.items[item_id]) for item_id, title in items if item_id in rates.items),
        late=rates.late,
        undrawn=rates.undrawn,
        agents=_agents(scored, items),
        first_look=tuple(card for card in shown if card.concerns),
        other_calls=tuple(card for card in shown if not card.concerns),
        due=tuple(sorted((p for p in promises if p.due_at), key=_due_order)),
        undated=tuple(sorted((p for p in promises if not p.due_at), key=lambda p: (p.call_id, p.start_s or 0.0))),
        quarantined=_quarantined(view),
        duplicates=tuple(
            DuplicateFile(call.stored.meta.call_id, file_names(call, run.source))
            for call in view.calls
            if len(call.uris) > 1
        ),
        waiting=_waiting(view),
        flags=_flags(view),
        left_out_calls=sum(card.left_out for card in shown),
        callqa_versions=tuple(sorted({card.receipt.callqa_version for card in cards})),
    )


def _is_sure(finding: Finding) -> bool:
    return not finding.needs_review and finding.verdict is not Verdict.NOT_EVALUATED


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"time zone {name!r} is unknown; use an IANA name such as Asia/Shanghai") from error


def _cards(
    scored: Sequence[ScoredCall], source: str, zone: ZoneInfo, generated_at: datetime, ledger: Sequence[LedgerEntry]
) -> list[CallCard]:
    """All cards, those to look at first in front; conversations are taken in until the page is full."""
    gravity = {concern: place for place, concern in enumerate(Concern)}

    def order(pair: ScoredCall) -> tuple[int, str]:
        concerns = concerns_of(pair[1])
        return (gravity[concerns[0]] if concerns else len(gravity), pair[1].call_id)

    known: dict[str, list[LedgerEntry]] = {}
    for entry in ledger:
        known.setdefault(entry.recording_id, []).append(entry)
    cards, turns = [], 0
    for anchor, (call, card) in enumerate(sorted(scored, key=order), start=1):
        turns += len(call.transcript.utterances) if call.transcript else 0
        cards.append(
            call_card(
                call,
                card,
                anchor=anchor,
                source=source,
                zone=zone,
                generated_at=generated_at,
                with_turns=turns <= MAX_TURNS,
                ledger=known.get(call.stored.recording.id, ()),
            )
        )
    return cards


def _agents(scored: Sequence[ScoredCall], items: Sequence[tuple[str, str]]) -> tuple[AgentLine, ...]:
    """Ordered by agent id: a table to look people up in, not to rank them by."""
    calls_of: dict[str, list[ScoredCall]] = {}
    for pair in scored:
        calls_of.setdefault(pair[1].agent_id, []).append(pair)
    lines = []
    for agent_id, pairs in sorted(calls_of.items()):
        metas, cards = [call.stored.meta for call, _ in pairs], [card for _, card in pairs]
        promises = [promise for card in cards for promise in card.promises]
        lines.append(
            AgentLine(
                agent_id=agent_id,
                name=next((meta.agent_name for meta in metas if meta.agent_name), None),
                team=next((meta.team for meta in metas if meta.team), None),
                calls=len(cards),
                score=summarise([card.total for card in cards if card.total is not None]),
                items=tally_items(cards, items),
                fatal=sum(card.fatal for card in cards),
                violations=sum(any(f.verdict is Verdict.VIOLATED for f in card.findings) for card in cards),
                to_review=sum(Concern.REVIEW in concerns_of(card) for card in cards),
                promises=len(promises),
                vague=sum(promise.specificity is Specificity.VAGUE for promise in promises),
            )
        )
    return tuple(lines)


def _due_order(promise: PromiseLine) -> tuple[datetime, str, float]:
    return promise.due_at or datetime.max.replace(tzinfo=UTC), promise.call_id, promise.start_s or 0.0


def _quarantined(view: RunView) -> tuple[QuarantineGroup, ...]:
    """One group per reason, in the order of the reason codes, so that one remedy is read once."""
    files_of: dict[ReasonCode, list[QuarantinedFile]] = {reason: [] for reason in ReasonCode}
    for call in view.calls:
        if (quarantine := call.stored.quarantine) is not None:
            names = file_names(call, view.run.source)
            files_of[quarantine.reason].append(QuarantinedFile(names, quarantine.detail))
    return tuple(QuarantineGroup(reason, tuple(files)) for reason, files in files_of.items() if files)


def _waiting(view: RunView) -> tuple[WaitingFile, ...]:
    return tuple(
        WaitingFile(
            call.stored.meta.call_id, file_names(call, view.run.source), call.stored.attempts, call.stored.last_error
        )
        for call in view.calls
        if call.scorecard is None and call.stored.state is not RecordingState.QUARANTINED
    )


def _flags(view: RunView) -> tuple[FlagLine, ...]:
    """Problems in the metadata of calls; those of quarantined files would only hide what is wrong with the file."""
    calls_of: dict[str, list[str]] = {}
    for call in view.calls:
        if call.stored.state is RecordingState.QUARANTINED:
            continue
        for flag in call.stored.meta.flags:
            calls_of.setdefault(flag, []).append(call.stored.meta.call_id)
    return tuple(FlagLine(flag, tuple(sorted(calls))) for flag, calls in sorted(calls_of.items()))


def _engine(view: RunView) -> str | None:
    """Name of the run's engine, known from any transcript it made."""
    for call in view.calls:
        if call.transcript and call.transcript.engine and call.transcript.engine.digest == view.run.engine_digest:
            return call.transcript.engine.model
    return None
