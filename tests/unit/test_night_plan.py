"""The plan of a night: which calls come first, when it is through, and where it stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.services.forecast import (
    Speed,
    SpeedBasis,
    forecast,
    parse_until,
    progress,
    resolve_until,
    speed_of,
)
from callqa.services.nightwatch import duration_text, progress_text
from callqa.services.order import RiskReason, RiskWeights, rank, riskiest_first
from callqa.services.plan import UNKNOWN_DURATION_S
from callqa.services.stint import Stint, timed
from models.call import UNASSIGNED_AGENT, AudioFacts
from models.errors import InputError, RecordingError, TransientError
from models.night import Backlog, Sitting
from models.run import AudioJob, StoredCall
from models.transcript import Transcript
from tests import factories
from tests.fakes import ScriptedTranscriber

BEGAN = datetime(2026, 11, 20, 17, tzinfo=UTC)  # 01:00 in Shanghai
SPEED = Speed(10.0, SpeedBasis.THIS_MACHINE, 3)


def call(
    seed: str = "one",
    duration_s: float | None = 0.0,
    queue: str | None = None,
    agent_id: str = "A17",
    dated: bool = True,
) -> StoredCall:
    stored = factories.stored_call(seed)
    meta = replace(stored.meta, queue=queue, agent_id=agent_id)
    if not dated:
        meta = replace(meta, started_at=None)
    recording = replace(stored.recording, audio=AudioFacts(duration_s, 8000, 2, "pcm"))
    return replace(stored, recording=recording, meta=meta)


MONTH_AGO = factories.STARTED_AT - timedelta(days=31)
JUST_NOW = factories.STARTED_AT - timedelta(days=29)


@pytest.mark.parametrize(
    ("one", "first_call", "risk", "reasons"),
    [
        (call(), MONTH_AGO, 0.0, ()),
        (call(queue="投诉专席"), MONTH_AGO, 3.0, (RiskReason.COMPLAINT,)),
        (call(queue="Complaints-2"), MONTH_AGO, 3.0, (RiskReason.COMPLAINT,)),
        (call(queue="宽带"), MONTH_AGO, 0.0, ()),
        (call(), JUST_NOW, 2.0, (RiskReason.NEW_AGENT,)),
        (call(), factories.STARTED_AT, 2.0, (RiskReason.NEW_AGENT,)),
        (call(), None, 0.0, ()),
        (call(dated=False), JUST_NOW, 0.0, ()),
        (call(agent_id=UNASSIGNED_AGENT), JUST_NOW, 0.0, ()),
        (call(duration_s=300.0), MONTH_AGO, 0.5, ()),
        (call(duration_s=600.0), MONTH_AGO, 1.0, (RiskReason.LONG_CALL,)),
        (call(duration_s=9000.0), MONTH_AGO, 1.0, (RiskReason.LONG_CALL,)),
        (call(duration_s=None), MONTH_AGO, 0.0, ()),
        (call(queue="投诉", duration_s=900.0), JUST_NOW, 6.0, tuple(RiskReason)),
    ],
)
def test_risk(one: StoredCall, first_call: datetime | None, risk: float, reasons: tuple[RiskReason, ...]) -> None:
    ranked = rank(one, first_call, RiskWeights())
    assert (ranked.risk, ranked.reasons) == (risk, reasons)


def test_the_riskiest_come_first_and_weights_decide() -> None:
    calls = [
        call("plain"),
        call("long", 700.0),
        call("new", agent_id="A99"),
        call("complaint", queue="投诉"),
        call("complaint and long", 700.0, "投诉"),
    ]
    seeds = {one.recording.id: one.recording.uri for one in calls}

    def order(weights: RiskWeights) -> list[str]:
        first_calls = {"A17": MONTH_AGO, "A99": JUST_NOW}
        ranked = riskiest_first(calls, first_calls, weights)
        return [seeds[one.call.recording.id].removeprefix("file:///calls/").removesuffix(".wav") for one in ranked]

    assert order(RiskWeights()) == ["complaint and long", "complaint", "new", "long", "plain"]
    assert order(RiskWeights(long_call=9.0))[:2] == ["complaint and long", "long"]
    assert order(RiskWeights(complaint_queues=()))[-2:] != ["long", "plain"]
    by_id = sorted(calls, key=lambda one: one.recording.id)
    nothing = riskiest_first(calls, {}, RiskWeights(0.0, 0.0, 0.0))
    assert [one.call for one in nothing] == by_id
    assert all(one.reasons == () for one in nothing)


LENGTHS = st.lists(st.one_of(st.none(), st.floats(0, 7200)), max_size=40)


@given(LENGTHS, st.sampled_from([None, "投诉", "宽带"]), st.randoms(use_true_random=False))
def test_the_order_holds_every_call_once_whatever_order_they_came_in(
    lengths: list[float | None], queue: str | None, random: Random
) -> None:
    calls = [call(str(i), one, queue if i % 3 else None) for i, one in enumerate(lengths)]
    shuffled = list(calls)
    random.shuffle(shuffled)
    ranked = riskiest_first(calls, {"A17": JUST_NOW}, RiskWeights())
    assert ranked == riskiest_first(shuffled, {"A17": JUST_NOW}, RiskWeights())
    assert sorted(one.call.recording.id for one in ranked) == sorted(one.recording.id for one in calls)
    assert [one.risk for one in ranked] == sorted((one.risk for one in ranked), reverse=True)


@pytest.mark.parametrize(
    ("lengths", "until_s", "finish_s", "by_until", "left_s"),
    [
        ([], None, 0, 0, 0),
        ([], 60, 0, 0, 0),
        ([600.0, 600.0], None, 120, 2, 0),
        ([600.0, 600.0], 120, 120, 2, 0),
        ([600.0, 600.0], 119, 120, 1, 600),
        ([600.0, 600.0], 60, 120, 1, 600),
        ([600.0, 600.0], 59, 120, 0, 1200),
        ([600.0, 600.0], 0, 120, 0, 1200),
        ([600.0], -5, 60, 0, 600),
        ([None], 60, UNKNOWN_DURATION_S / 10, 1, 0),
    ],
)
def test_forecast(
    lengths: list[float | None], until_s: float | None, finish_s: float, by_until: int, left_s: float
) -> None:
    until = None if until_s is None else BEGAN + timedelta(seconds=until_s)
    found = forecast([call(str(i), one) for i, one in enumerate(lengths)], SPEED, BEGAN, until)
    assert found.finish_at == BEGAN + timedelta(seconds=finish_s)
    assert (found.by_until, found.left, found.left_audio_s) == (by_until, len(lengths) - by_until, left_s)
    assert found.unknown == lengths.count(None)


@given(LENGTHS, st.floats(0.1, 100), st.floats(0, 40_000), st.floats(0, 10_000))
def test_more_time_never_does_less_and_what_fits_is_through(
    lengths: list[float | None], speed: float, until_s: float, more_s: float
) -> None:
    calls = [call(str(i), one) for i, one in enumerate(lengths)]

    def at(seconds: float) -> tuple[int, float]:
        until = BEGAN + timedelta(seconds=seconds)
        found = forecast(calls, Speed(speed, SpeedBasis.DEFAULT, 0), BEGAN, until)
        assert 0 <= found.by_until <= len(calls)
        assert found.left_audio_s <= found.audio_s + 1e-6
        if found.left == 0:
            assert found.finish_at <= until + timedelta(milliseconds=1) or not calls
        return found.by_until, found.left_audio_s

    less, more = at(until_s), at(until_s + more_s)
    assert more[0] >= less[0]
    assert more[1] <= less[1]


def sitting(audio_s: float, wall_s: float) -> Sitting:
    return Sitting("run-1", BEGAN, BEGAN + timedelta(seconds=wall_s), "m", "e", 1, audio_s, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("sittings", "speed"),
    [
        ([], None),
        ([sitting(0.0, 10.0)], None),
        ([sitting(10.0, 0.0)], None),
        ([sitting(600.0, 60.0)], 10.0),
        ([sitting(36_000.0, 3600.0), sitting(10.0, 100.0)], pytest.approx(9.733, abs=0.001)),
    ],
)
def test_speed_weighs_long_sittings_more(sittings: list[Sitting], speed: float | None) -> None:
    assert speed_of(sittings) == speed


@pytest.mark.parametrize(
    ("first", "left", "elapsed_s", "share", "left_s"),
    [
        (Backlog(0, 0.0), Backlog(0, 0.0), 0, 1.0, 0),
        (Backlog(2, 1200.0), Backlog(2, 1200.0), 0, 0.0, 120),
        (Backlog(2, 1200.0), Backlog(2, 1200.0), 500, 0.0, 120),
        (Backlog(2, 1200.0), Backlog(1, 600.0), 30, 0.5, 30),
        (Backlog(2, 1200.0), Backlog(0, 0.0), 60, 1.0, 0),
        (Backlog(2, 600.0, 1), Backlog(1, 0.0, 1), 60, 2 / 3, 30),
        (Backlog(2, 600.0), Backlog(3, 900.0), 60, 0.0, 90),
    ],
)
def test_progress(first: Backlog, left: Backlog, elapsed_s: float, share: float, left_s: float) -> None:
    now = BEGAN + timedelta(seconds=elapsed_s)
    found = progress(first, left, SPEED, BEGAN, now)
    assert found.share == pytest.approx(share)
    assert found.left_s == pytest.approx(left_s)
    assert found.finish_at == now + timedelta(seconds=found.left_s)
    assert f"{5 - left.calls} of 5 recordings" in progress_text(found, 5)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "1 h 00 min"), (7830, "2 h 10 min")]
)
def test_durations_in_words(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("until", "zone", "expected"),
    [
        (None, "Asia/Shanghai", None),
        ("06:00", "Asia/Shanghai", "2026-11-21T06:00:00+08:00"),
        ("00:59", "Asia/Shanghai", "2026-11-22T00:59:00+08:00"),
        ("01:00", "Asia/Shanghai", "2026-11-22T01:00:00+08:00"),
        ("01:00:01", "Asia/Shanghai", "2026-11-21T01:00:01+08:00"),
        ("06:00", "UTC", "2026-11-21T06:00:00+00:00"),
        ("2026-11-20T06:00", "Asia/Shanghai", "2026-11-20T06:00:00+08:00"),
        ("2026-11-21T06:00:00Z", "Asia/Shanghai", "2026-11-21T06:00:00+00:00"),
        ("06:00Z", "Asia/Shanghai", "2026-11-21T06:00:00+00:00"),
        ("06:00-05:00", "Asia/Shanghai", "2026-11-21T06:00:00-05:00"),
    ],
)
def test_until_is_the_next_such_time(until: str | None, zone: str, expected: str | None) -> None:
    found = resolve_until(parse_until(until), zone, BEGAN)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    ("begins_at", "until", "utc"),
    [
        # Berlin's clocks show 02:30 twice in the night of 25 October 2026 and not at all in that of 29 March.
        ("2026-10-25T00:10+00:00", "02:30", "2026-10-25T00:30"),
        ("2026-10-25T00:40+00:00", "02:30", "2026-10-25T01:30"),
        ("2026-10-25T01:40+00:00", "02:30", "2026-10-26T01:30"),
        ("2026-10-24T20:00+00:00", "06:00", "2026-10-25T05:00"),
        ("2026-03-29T00:10+00:00", "02:30", "2026-03-29T01:30"),
        ("2026-03-28T21:00+00:00", "06:00", "2026-03-29T04:00"),
    ],
)
def test_until_in_a_night_in_which_the_clocks_change(begins_at: str, until: str, utc: str) -> None:
    found = resolve_until(parse_until(until), "Europe/Berlin", datetime.fromisoformat(begins_at))
    assert found is not None
    assert found.astimezone(UTC) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_header_that_promises_more_than_a_calendar_holds_does_not_break_the_plan() -> None:
    found = forecast([call("1", 1e18)], SPEED, BEGAN, None)
    assert found.finish_at > BEGAN + timedelta(days=36_000)
    left = progress(Backlog(2, 1e18), Backlog(1, 1e18 - 200), SPEED, BEGAN, BEGAN + timedelta(hours=1))
    assert left.finish_at > BEGAN + timedelta(days=36_000)


@pytest.mark.parametrize("until", ["six", "25:00", "2026-13-01T00:00", ""])
def test_a_time_that_is_none_is_refused(until: str) -> None:
    with pytest.raises(InputError, match="06:00"):
        parse_until(until)


@given(st.times(), st.timedeltas(timedelta(), timedelta(days=30_000)), st.integers(-12, 14))
def test_until_lies_in_the_day_that_follows(until: time, later: timedelta, offset_h: int) -> None:
    begins_at = (BEGAN + later).astimezone(timezone(timedelta(hours=offset_h)))
    found = resolve_until(until, "Asia/Shanghai", begins_at)
    assert found is not None
    assert timedelta() < found - begins_at <= timedelta(days=1)


def jobs(count: int) -> list[AudioJob]:
    return [
        AudioJob(factories.recording(str(i)).id, f"/calls/{i}.wav", None, factories.meta(f"C{i}")) for i in range(count)
    ]


class Clock:
    """Goes on by a minute with every call that is heard."""

    def __init__(self) -> None:
        self.now = BEGAN

    def hear(self, transcriber: ScriptedTranscriber) -> ScriptedTranscriber:
        inner = transcriber.hear

        def and_go_on(job: AudioJob) -> Transcript | RecordingError | TransientError:
            self.now += timedelta(minutes=1)
            return inner(job)

        transcriber.hear = and_go_on
        return transcriber


@pytest.mark.parametrize(
    ("minutes", "heard"),
    [(-1, 0), (0, 0), (1, 1), (1.5, 2), (2, 2), (3, 3), (99, 3)],
)
def test_nothing_is_begun_once_the_time_is_up(minutes: float, heard: int) -> None:
    clock = Clock()
    transcriber = clock.hear(ScriptedTranscriber())
    stint = Stint(transcriber, BEGAN + timedelta(minutes=minutes), now=lambda: clock.now)
    outcomes = list(stint.transcribe(jobs(3)))
    assert [outcome.recording_id for outcome in outcomes] == transcriber.heard == [j.recording_id for j in jobs(heard)]
    assert stint.calls == heard


def test_a_stint_says_what_it_took() -> None:
    ticks = iter(range(0, 1000, 2))
    stint = Stint(ScriptedTranscriber(), None, seconds=lambda: float(next(ticks)))

    def work() -> None:
        for outcome in stint.transcribe(jobs(2)):
            assert outcome.transcript is not None

    took = timed(stint, work)
    # Seven looks at the clock: before and after the work, and around each of three steps, the last of which finds none.
    assert (took.calls, took.hear_s, took.score_s) == (2, 6.0, 8.0)
    assert took.audio_s > 0
