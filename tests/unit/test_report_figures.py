"""The report's numbers: intervals that are right or refused, bins with their edges in the right place, formats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.reports import formats
from callqa.reports.charts import SHARE_WIDTH, histogram_bars, share_parts
from callqa.reports.context import ItemTally
from callqa.reports.figures import MIN_SAMPLE, count_bands, histogram, summarise, t_975, tally_items
from callqa.reports.words import Words
from models.scorecard import Verdict
from tests import factories

SCORES = st.lists(st.floats(0, 100, allow_nan=False), max_size=60)


@pytest.mark.parametrize(
    ("freedom", "printed"),
    # Two-sided 95 % points as printed in tables of Student's t.
    [(4, 2.776), (5, 2.571), (9, 2.262), (19, 2.093), (29, 2.045), (120, 1.980), (10**6, 1.960)],
)
def test_student_t_agrees_with_printed_tables(freedom: int, printed: float) -> None:
    assert t_975(freedom) == pytest.approx(printed, rel=0.003)


def test_interval_of_a_worked_example() -> None:
    """80, 82, 84, 86, 88: mean 84, standard deviation 3.162, half width 2.776 * 3.162 / sqrt(5) = 3.93."""
    summary = summarise([80, 82, 84, 86, 88])

    assert (summary.n, summary.mean) == (5, 84)
    assert summary.low == pytest.approx(80.07, abs=0.02)
    assert summary.high == pytest.approx(87.93, abs=0.02)


@given(SCORES)
def test_interval_holds_the_mean_and_stays_on_the_scale(scores: list[float]) -> None:
    summary = summarise(scores)

    assert summary.n == len(scores)
    if len(scores) < MIN_SAMPLE:
        assert summary.low is None
        assert summary.high is None
    else:
        assert summary.mean is not None
        assert summary.low is not None
        assert summary.high is not None
        assert 0 <= summary.low <= summary.mean + 1e-9
        assert summary.mean - 1e-9 <= summary.high <= 100


def test_no_scores_have_no_mean() -> None:
    assert summarise([]).mean is None


@pytest.mark.parametrize(
    ("score", "place"), [(0, 0), (9.9, 0), (10, 1), (59.9, 5), (60, 6), (89.9, 8), (90, 9), (100, 9)]
)
def test_histogram_edges(score: float, place: int) -> None:
    assert histogram([score]).index(1) == place


@given(SCORES)
def test_histogram_counts_every_score_once(scores: list[float]) -> None:
    bins = histogram(scores)

    assert len(bins) == 10
    assert sum(bins) == len(scores)
    assert [bar.calls for bar in histogram_bars(bins)] == list(bins)


def test_highest_bar_is_the_commonest_score() -> None:
    bars = histogram_bars((0, 4, 0, 0, 0, 0, 8, 0, 0, 2))

    assert [round(bar.height / bars[6].height, 2) for bar in (bars[1], bars[6], bars[9])] == [0.5, 1.0, 0.25]
    assert all(bar.height == 0 for bar in histogram_bars((0,) * 10))


def test_bands_run_from_the_best_score_down() -> None:
    cards = [factories.scorecard(total=total) for total in (86, 95, None)]

    assert [(band.band, band.calls) for band in count_bands(cards)] == [("良好", 2)]


def test_items_are_tallied_per_verdict() -> None:
    verdicts = (Verdict.MET, Verdict.MET, Verdict.PARTIAL, Verdict.VIOLATED, Verdict.NOT_APPLICABLE)
    cards = [factories.scorecard(findings=(factories.finding(verdict=verdict),)) for verdict in verdicts]

    greeting, closing = tally_items(cards, [("greeting", "开头语"), ("closing", "结束语")])

    assert (greeting.met, greeting.rated) == (2, 4)
    assert dict(zip(Verdict, greeting.counts, strict=True))[Verdict.NOT_APPLICABLE] == 1
    assert (closing.met, closing.rated) == (0, 0)


@given(st.tuples(*[st.integers(0, 3000)] * len(Verdict)))
def test_parts_of_an_item_fill_its_bar_in_order(counts: tuple[int, ...]) -> None:
    parts = share_parts(ItemTally("开头语", counts))

    assert [part.verdict for part in parts] == [v for v, n in zip(Verdict, counts, strict=True) if n]
    if parts:
        assert sum(part.width for part in parts) == pytest.approx(SHARE_WIDTH, abs=0.5)
        assert all(part.width >= 22 + 8 * len(part.label) for part in parts if part.label)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "—"), (0, "00:00.0"), (6.408, "00:06.4"), (59.96, "01:00.0"), (65.42, "01:05.4"), (3599.96, "1:00:00.0")],
)
def test_clock(seconds: float | None, text: str) -> None:
    assert formats.clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 秒"), (59.4, "59 秒"), (59.6, "1 分 0 秒"), (3599.7, "1 小时 0 分"), (9000, "2 小时 30 分")],
)
def test_duration(seconds: float, text: str) -> None:
    assert formats.duration(seconds, Words("zh")) == text


@pytest.mark.parametrize(("value", "text"), [(10, "10"), (7.5, "7.5"), (0, "0"), (-5, "−5"), (-0.04, "0")])
def test_points(value: float, text: str) -> None:
    assert formats.points(value) == text
