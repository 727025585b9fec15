"""What goes onto the run's page, in which order, and what is counted how."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.reports import build
from callqa.reports.build import build_run_report
from callqa.reports.call_card import pieces_of
from callqa.reports.context import Concern, RunReport
from callqa.reports.render import render_run_report
from models.errors import ReasonCode, SettingsError
from models.ledger import LedgerEntry, PlacedPromise, StatusEvent, StatusSource
from models.run import InspectedCall, RunStatus, RunView
from models.scorecard import Finding, PromiseStatus, Specificity
from models.transcript import Correction
from tests import factories
from tests.unit import report_calls
from tests.unit import report_night as night
from tests.unit.report_html import read_html


def report_of(view: RunView, generated_at: datetime = night.GENERATED_AT) -> RunReport:
    return build_run_report(view, generated_at=generated_at)


def test_calls_a_person_should_see_stand_first_gravest_in_front() -> None:
    report = report_of(night.night())

    assert [(card.call_id, card.concerns) for card in report.first_look] == [
        ("TEL-20261120-0007", (Concern.FATAL, Concern.VIOLATION)),
        ("TEL-20261120-0009", (Concern.VIOLATION, Concern.REVIEW)),
        ("TEL-20261120-0013", (Concern.REVIEW,)),
        ("mono 0012", (Concern.REVIEW,)),
    ]
    others = [card.call_id for card in report.other_calls]
    assert others == sorted(others)
    assert len(others) == 7


def test_a_call_without_a_score_needs_a_person_even_when_nothing_says_so() -> None:
    call = report_calls.call("C1", (("customer", "喂？"),), (), None)

    assert report_of(night.view_of([call])).first_look[0].concerns == (Concern.REVIEW,)


def test_every_call_has_its_own_number_on_the_page() -> None:
    report = report_of(night.night())

    assert [card.anchor for card in (*report.first_look, *report.other_calls)] == list(range(1, 12))


def test_agents_are_listed_by_id_and_never_by_score() -> None:
    agents = report_of(night.night()).agents

    assert [(a.agent_id, a.name, a.team, a.calls) for a in agents] == [
        ("A17", "林晓舟", "一班", 5),
        ("A23", "周明远", "二班", 3),
        ("A31", "何沐", None, 2),
        ("unassigned", None, None, 1),
    ]
    a17, a23, a31, _ = agents
    assert (a23.fatal, a23.violations, a23.to_review, a23.promises, a23.vague) == (1, 2, 1, 1, 1)
    assert a17.score.low is not None
    assert (a23.score.low, a23.score.high) == (None, None)
    assert (a31.calls, a31.score.n) == (2, 1)
    assert [item.title for item in a31.items] == [item.title for item in report_of(night.night()).items]


def test_mean_leaves_out_calls_without_a_score_and_counts_fatal_ones_as_zero() -> None:
    report = report_of(night.view_of([night.fatal_call(), night.unscored_call(), night.good_call()]))

    assert (report.score.n, report.score.mean, report.not_scorable) == (2, 50.0, 1)
    assert report.histogram == (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)


def test_points_of_items_that_did_not_apply_are_not_in_the_sum() -> None:
    card = report_of(night.view_of([night.violation_call()])).first_look[0]

    assert (card.earned, card.possible, card.deducted) == (24, 45, -5)


def test_promises_are_sorted_by_due_time_and_the_undated_stand_apart() -> None:
    report = report_of(night.night())

    due = [promise.due_at for promise in report.due]
    assert due == sorted(due, key=lambda moment: moment or datetime.min.replace(tzinfo=UTC))
    assert len(due) == 6
    assert {promise.specificity for promise in report.undated} == {Specificity.VAGUE, Specificity.OVERPROMISE}


@pytest.mark.parametrize(
    ("status", "late_s", "overdue"),
    [
        (PromiseStatus.OPEN, 1, True),
        (PromiseStatus.OPEN, 0, False),
        (PromiseStatus.OPEN, -1, False),
        (PromiseStatus.KEPT, 1, False),
        (PromiseStatus.BROKEN, 1, False),
    ],
)
def test_only_open_promises_whose_time_has_passed_are_overdue(
    status: PromiseStatus, late_s: int, overdue: bool
) -> None:
    call = night.good_call()
    assert call.scorecard is not None
    promise = replace(call.scorecard.promises[0], status=status)
    call = replace(call, scorecard=replace(call.scorecard, promises=(promise,)))
    assert promise.due_at is not None

    report = report_of(night.view_of([call]), generated_at=promise.due_at + timedelta(seconds=late_s))

    assert [line.overdue for line in report.due] == [overdue]


def test_what_the_ledger_knows_stands_beside_the_promise() -> None:
    call = night.good_call()
    assert call.scorecard is not None
    assert call.scorecard.receipt.engine is not None
    engine, recording = call.scorecard.receipt.engine.digest, call.stored.recording.id
    at = report_calls.at(8, 0, 22)
    kept = StatusEvent(PromiseStatus.KEPT, StatusSource.TICKET, "GD-7", at, at, "王")
    claim = StatusEvent(PromiseStatus.BROKEN, StatusSource.LATER_CALL, "C9", at, at, "callqa", "没人上门", claimed=True)
    events = ((kept,), (claim,))
    ledger = [
        LedgerEntry(
            f"p{n}", recording, call.stored.meta, factories.STANDARD, PlacedPromise(engine, promise), (n,), told
        )
        for n, (promise, told) in enumerate(zip(call.scorecard.promises, events, strict=True))
    ]
    other = replace(ledger[0], recording_id="0" * 64, events=(replace(kept, status=PromiseStatus.CANCELLED),))

    report = build_run_report(night.view_of([call]), generated_at=at, ledger=[other, *ledger])

    by_quote = {line.quote: line for line in report.due}
    first, second = (by_quote[promise.quote] for promise in call.scorecard.promises)
    assert (first.status, first.source, first.reference, first.overdue, first.claim) == (
        PromiseStatus.KEPT, StatusSource.TICKET, "GD-7", False, None,
    )  # fmt: skip
    assert (second.status, second.claimed, second.claim, second.claimed_in, second.overdue) == (
        PromiseStatus.BROKEN, True, "没人上门", "C9", True,
    )  # fmt: skip
    text = read_html(render_run_report(report)).by_id("promises").text
    assert "已兑现 工单 GD-7" in text
    assert "客户称未兑现，待核实" in text
    assert "没人上门" in text


def test_quarantined_files_are_grouped_by_reason_with_all_their_names() -> None:
    empty = night.quarantined("a.wav", ReasonCode.EMPTY_FILE, "0 bytes", "sub/b.wav")
    text = night.quarantined("note.wav", ReasonCode.NOT_AUDIO, "looks like HTML")
    more = night.quarantined("page.wav", ReasonCode.NOT_AUDIO, "")

    report = report_of(night.view_of([more, text, empty]))

    assert [(g.reason, [f.file_names for f in g.files]) for g in report.quarantined] == [
        (ReasonCode.EMPTY_FILE, [("a.wav", "sub/b.wav")]),
        (ReasonCode.NOT_AUDIO, [("note.wav",), ("page.wav",)]),
    ]
    assert [line.file_names for line in report.duplicates] == [("a.wav", "sub/b.wav")]


def test_flags_name_the_calls_that_have_them_but_not_the_quarantined() -> None:
    report = report_of(night.night())

    assert [(line.flag, line.call_ids) for line in report.flags] == [
        ("agent_missing", ("mono 0012",)),
        ("direction_unreadable", ("TEL-20261120-0003",)),
        ("started_at_missing", ("mono 0012",)),
    ]


def test_recordings_held_up_are_waiting_with_their_fault() -> None:
    (line,) = report_of(night.view_of([night.waiting(), night.good_call()])).waiting

    assert (line.call_id, line.attempts, line.last_error) == ("TEL-20261120-0030", 3, "storage timed out")


def test_times_are_told_in_the_reports_zone() -> None:
    report = build_run_report(night.night(), "en", "Europe/Berlin", generated_at=night.GENERATED_AT)

    assert report.started_at.isoformat() == "2026-11-20T18:00:00+01:00"
    assert report.due[0].due_at is not None
    assert report.due[0].due_at.isoformat() == "2026-11-21T02:31:00+01:00"
    assert report.other_calls[0].started_at is not None
    assert report.other_calls[0].started_at.utcoffset() == timedelta(hours=1)


def test_roles_are_spoken_of_only_when_they_are_not_certain() -> None:
    cards = {card.call_id: card for card in report_of(night.night()).first_look}

    assert (cards["mono 0012"].role_basis, cards["mono 0012"].role_confidence) == ("speakers:wording", 0.58)
    assert cards["TEL-20261120-0007"].role_basis is None


def test_an_empty_run_has_an_empty_page() -> None:
    report = report_of(night.view_of([], RunStatus.COMPLETED))

    assert report.score.mean is None
    assert (report.agents, report.items, report.first_look, report.other_calls, report.due) == ((), (), (), (), ())
    assert (report.engine, report.callqa_versions) == (None, ())


def test_conversations_beyond_the_pages_size_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MAX_TURNS", 10)

    report = report_of(night.night())

    cards = (*report.first_look, *report.other_calls)
    assert [card.anchor for card in cards if card.turns is not None] == [1, 2]
    assert report.left_out_calls == sum(card.left_out for card in cards) == 9
    assert all(card.items for card in cards)


def test_a_quote_that_is_not_at_its_place_is_not_marked() -> None:
    call = night.violation_call()
    assert call.transcript is not None
    said = tuple(replace(u, text="喂" * len(u.text)) for u in call.transcript.utterances)
    call = replace(call, transcript=replace(call.transcript, utterances=said))

    (card,) = report_of(night.view_of([call])).first_look

    assert card.turns is not None
    assert not any(piece.marked for turn in card.turns for piece in turn.pieces)
    assert card.items[3].evidence[0].quote == "这个不归我们管"


def test_same_words_have_one_number_wherever_they_are_quoted() -> None:
    (card,) = report_of(night.view_of([night.violation_call()])).first_look

    commitment = card.items[2].evidence[0]
    assert (commitment.quote, commitment.number) == (card.promises[0].quote, card.promises[0].number)


def test_scorecard_without_a_stored_conversation_is_still_shown() -> None:
    call = replace(night.violation_call(), transcript=None)

    (card,) = report_of(night.view_of([call])).first_look

    assert card.turns is None
    assert not card.left_out
    assert card.items[3].evidence[0].role is None


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, int]]]:
    text = draw(st.text(min_size=1, max_size=40))
    edges = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(lambda e: e[0] != e[1])
    spans = draw(st.lists(edges, max_size=6, unique_by=lambda e: (min(e), max(e))))
    return text, [(min(a, b), max(a, b), number) for number, (a, b) in enumerate(spans, start=1)]


@given(texts_with_spans())
def test_marks_cover_exactly_the_quoted_characters(case: tuple[str, list[tuple[int, int, int]]]) -> None:
    text, spans = case
    pieces = pieces_of(text, spans)

    assert "".join(piece.text for piece in pieces) == text
    marked = [piece.marked for piece in pieces for _ in piece.text]
    assert marked == [any(start <= i < end for start, end, _ in spans) for i in range(len(text))]
    ends = {
        number: sum(len(p.text) for p in pieces[: i + 1]) for i, piece in enumerate(pieces) for number in piece.ends
    }
    assert ends == {number: end for _, end, number in spans}


def test_a_corrected_word_keeps_what_was_heard_also_where_a_quote_cuts_it() -> None:
    pieces = pieces_of("您好工单8026", [(3, 8, 1)], [Correction(2, 4, "公单")])

    assert [(p.text, p.marked, p.heard) for p in pieces] == [
        ("您好", False, None),
        ("工", False, "公单"),
        ("单", True, "公单"),
        ("8026", True, None),
    ]


def test_empty_text_has_no_pieces() -> None:
    assert pieces_of("", []) == ()


@pytest.mark.parametrize("zone", ["Asia/Peking", "", "../etc/passwd"])
def test_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(SettingsError, match="use an IANA name such as Asia/Shanghai"):
        build_run_report(night.night(), "zh", zone, generated_at=night.GENERATED_AT)


def test_unknown_language_is_refused() -> None:
    with pytest.raises(SettingsError, match="zh, en"):
        build_run_report(night.night(), "de", generated_at=night.GENERATED_AT)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time-zone aware"):
        report_of(night.night(), generated_at=night.GENERATED_AT.replace(tzinfo=None))


def test_findings_reach_the_page_unchanged() -> None:
    """Every finding of every call, with points, reasons and quotes as they were stored."""
    view = night.night()
    shown = {card.call_id: card for card in (*report_of(view).first_look, *report_of(view).other_calls)}

    def stored(finding: Finding) -> tuple[object, ...]:
        return (
            finding.title,
            finding.verdict,
            finding.points,
            finding.max_points,
            finding.reasons,
            [(e.quote, e.start_s, e.end_s, e.kind, e.match) for e in finding.evidence],
        )

    scored: list[InspectedCall] = [call for call in view.calls if call.scorecard]
    assert len(scored) == len(shown) == 11
    for call in scored:
        assert call.scorecard is not None
        lines = shown[call.scorecard.call_id].items
        assert [
            (
                line.title,
                line.verdict,
                line.points,
                line.max_points,
                line.reasons,
                [(e.quote, e.start_s, e.end_s, e.kind, e.match) for e in line.evidence],
            )
            for line in lines
        ] == [stored(finding) for finding in call.scorecard.findings]


def test_coverage_counts_what_no_person_is_asked_about() -> None:
    items = (
        report_calls.Item("greeting", "开头语", report_calls.M, 10, 10, "有。"),
        report_calls.Item("apology", "致歉", report_calls.M, 15, 15, "有。", needs_review=True),
        report_calls.Item("closing", "结束语", report_calls.NE, 0, 10, "没有时间信息。"),
    )
    report = report_of(night.view_of([report_calls.call("C1", (("agent", "您好。"),), items, 90.0)]))

    assert (report.sure, report.judged) == (1, 3)
