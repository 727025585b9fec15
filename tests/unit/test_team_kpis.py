"""Key figures of a centre, its dimensions of quality, and before and after a change of standard."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.reports.coaching_build import item_figures
from callqa.reports.ledger import LedgerCounts
from callqa.reports.satisfaction import FEW_RATED, last_answers, relation, satisfaction, with_answers
from callqa.reports.team_kpis import Kpis, by_customer, kpis
from callqa.reports.team_quality import dimensions, standard_changes
from models.daily import DayVerdicts
from models.rollup import ItemTally
from models.scorecard import StandardRef, Verdict
from models.service import ServedCall
from models.survey import JoinedAnswer, Match, SurveyAnswer

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOW = AT + timedelta(days=30)
NOTHING = LedgerCounts(0, 0, 0, 0, 0, 0, 0, 0, 0)


def call(
    customer: str | None = None, day: float = 0, ring_s: float | None = None, csat: float | None = None,
    resolved: bool | None = None, total: float | None = 80.0, is_complaint: bool = False,
) -> ServedCall:  # fmt: skip
    return ServedCall("r", customer, AT + timedelta(days=day), 90.0, ring_s, csat, resolved, total, is_complaint)


def figures(*calls: ServedCall, visits: list[tuple[str, float]] | None = None, now: datetime = NOW) -> Kpis:
    own = [(one.customer_ref, one.started_at) for one in calls if one.customer_ref is not None]
    others = [(name, AT + timedelta(days=day)) for name, day in visits or []]
    return kpis(calls, by_customer([*own, *others]), NOTHING, now)


def test_what_nobody_recorded_is_not_known() -> None:
    found = figures(call())
    for one in (found.in_time, found.solved, found.not_again, found.promises_kept):
        assert (one.n, one.share) == (0, None)
    rated = found.satisfaction
    assert (rated.mean.mean, rated.mean.n, rated.relation.value) == (None, 0, None)
    assert (found.complaints.hits, found.complaints.n) == (0, 1)
    assert (found.hours, found.talk_s) == (0.025, 90.0)


def test_of_no_calls_there_are_no_figures() -> None:
    found = kpis([], {}, NOTHING, NOW)
    assert (found.hours, found.talk_s, found.complaints.share, found.satisfaction.satisfied.mean) == (
        0.0,
        None,
        None,
        None,
    )


def test_shares_are_of_the_calls_that_have_the_fact() -> None:
    found = figures(
        call(ring_s=20.0, resolved=True, is_complaint=True), call(ring_s=20.1, resolved=False), call(ring_s=3.0), call()
    )
    assert [(one.hits, one.n) for one in (found.in_time, found.solved, found.complaints)] == [(2, 3), (1, 2), (1, 4)]


@pytest.mark.parametrize(
    ("later", "came_again"),
    [([], 0), ([("C", 0.01)], 1), ([("C", 7.0)], 1), ([("C", 7.01)], 0), ([("D", 1.0)], 0), ([("C", -1.0)], 0)],
)
def test_a_customer_who_calls_within_seven_days_was_not_helped(later: list[tuple[str, float]], came_again: int) -> None:
    found = figures(call("C"), visits=later)
    assert (found.not_again.n - found.not_again.hits, found.not_again.n) == (came_again, 1)


def test_calls_that_are_too_young_say_nothing_yet() -> None:
    found = figures(call("C"), call("D", day=25), call(None))
    assert (found.not_again.n, found.unsettled) == (1, 1)


def test_promises_kept_are_of_those_due() -> None:
    found = kpis([], {}, LedgerCounts(10, 2, 1, 5, 1, 1, 0, 0, 8), NOW)
    assert (found.promises_kept.hits, found.promises_kept.n) == (5, 8)


def test_scores_of_satisfied_customers_and_of_the_others() -> None:
    found = figures(
        *(call(csat=5.0, total=90.0) for _ in range(5)), call(csat=3.9, total=60.0), call(csat=1.0, total=None)
    ).satisfaction
    assert (found.satisfied.n, found.satisfied.mean, found.unsatisfied.n, found.unsatisfied.mean) == (5, 90.0, 1, 60.0)
    assert found.mean.n == 7
    assert found.mean.mean == pytest.approx((25 + 3.9 + 1) / 7)
    assert found.mean.high == 5.0, "nobody is more satisfied than that"


def test_an_answer_to_a_survey_goes_before_the_metadata_and_the_last_before_others() -> None:
    def answered(recording_id: str | None, score: float, resolved: bool | None) -> JoinedAnswer:
        answer = SurveyAnswer("1", None, None, None, AT, score, resolved)
        return JoinedAnswer(answer, Match.CALL_ID, recording_id, "C1", "A17", None)

    own = call(csat=3.0, resolved=True)
    others = last_answers([answered(None, 1.0, False), answered("other", 1.0, False)])
    assert with_answers([own], others) == [own]
    (found,) = with_answers([own], last_answers([answered("r", 1.0, False), answered("r", 5.0, None)]))
    assert (found.csat, found.resolved) == (5.0, True)


def test_the_relation_is_spearman_s() -> None:
    # As scipy.stats.spearmanr has it.
    pairs = [(1.0, 40.0), (2.0, 40.0), (2.0, 55.0), (3.0, 70.0), (4.0, 60.0), (5.0, 90.0), (5.0, 65.0)]
    found = relation(pairs)
    assert found.value == pytest.approx(0.8348975)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low < found.value < found.high <= 1


@pytest.mark.parametrize(("calls", "small"), [(4, False), (5, True), (FEW_RATED - 1, True), (FEW_RATED, False)])
def test_a_relation_of_few_calls_says_so(calls: int, small: bool) -> None:
    assert satisfaction(call(csat=1.0 + n % 5, total=float(n)) for n in range(calls)).is_small is small


@pytest.mark.parametrize("pairs", [[(1.0, 1.0)] * 4, [(3.0, 50.0 + n) for n in range(9)]])
def test_too_few_or_all_alike_have_no_relation(pairs: list[tuple[float, float]]) -> None:
    assert relation(pairs).value is None


def test_perfect_order_is_one() -> None:
    assert relation([(n, n * n) for n in range(6)]).value == pytest.approx(1.0)
    assert relation([(n, -n) for n in range(6)]).value == pytest.approx(-1.0)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 100)), min_size=5, max_size=40))
def test_the_relation_is_the_same_both_ways(pairs: list[tuple[int, int]]) -> None:
    one, other = relation([(float(a), float(b)) for a, b in pairs]), relation([(float(b), float(a)) for a, b in pairs])
    assert one == other


def tally(item_id: str, met: int, missed: int) -> ItemTally:
    counts = {**dict.fromkeys(Verdict, 0), Verdict.MET: met, Verdict.MISSED: missed}
    return ItemTally(item_id, counts, 10.0 * met, 10.0 * (met + missed))


def test_items_of_a_dimension_are_put_together() -> None:
    items = item_figures(
        [tally("greeting", 8, 2), tally("closing", 9, 1), tally("own", 1, 9)], [tally("greeting", 2, 8)], (), {}
    )
    (one,) = dimensions(items, {"greeting": "assurance", "closing": "assurance", "apology": "empathy"})
    assert (one.name, one.now.hits, one.now.n, one.before.hits, one.before.n) == ("assurance", 17, 20, 2, 10)
    assert one.change is not None
    assert one.change.low > 0


def day(number: int, version: str, met: int, judged: int, item_id: str = "apology") -> DayVerdicts:
    ref = StandardRef("s", version, f"sha256:{version}")
    return DayVerdicts(date(2026, 11, number), None, ref, item_id, judged, judged, met)


def test_a_version_is_set_beside_the_one_before_it() -> None:
    rows = [day(1, "1", 10, 50), day(2, "1", 12, 50), day(3, "2", 40, 50), day(3, "2", 45, 50, "greeting")]
    (change,) = standard_changes(rows, {"apology": "致歉"})
    assert (change.old, change.new, change.since, change.compared) == ("1", "2", date(2026, 11, 3), 1)
    (item,) = change.items
    assert (item.title, item.now.hits, item.before.hits, item.before.n) == ("致歉", 40, 22, 100)


def test_what_chance_explains_is_not_named_and_one_version_is_no_change() -> None:
    assert standard_changes([day(1, "1", 10, 50), day(2, "1", 12, 50)], {}) == ()
    (change,) = standard_changes([day(1, "1", 25, 50), day(2, "2", 27, 50)], {})
    assert (change.items, change.compared) == ((), 1)
    # Two versions from the same day on: nobody knows which is the newer.
    assert standard_changes([day(1, "1", 1, 50), day(1, "2", 49, 50)], {}) == ()
