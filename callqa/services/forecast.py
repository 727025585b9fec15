"""How long a night will take, how far it gets by a given time, and how long what is left will take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from callqa.services.plan import UNKNOWN_DURATION_S, length_s
from models.errors import InputError
from models.night import Backlog, Sitting
from models.ports import UnitOfWork
from models.run import StoredCall

SITTINGS = 5
"""How many of the last sittings tell the speed."""
_FAR_S = 100 * 365 * 86_400.0
"""As far as a forecast sees. A damaged header may promise more sound than there are years in a calendar."""
_DATED = re.compile(r"\d{4}-\d")


class SpeedBasis(StrEnum):
    """What a speed rests on."""

    THIS_MACHINE = "this_machine"
    OTHER_MACHINES = "other_machines"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of recordings heard in a second, from so many `sittings`; by the setting `plan_speed` where 0."""

    audio_s_per_s: float
    basis: SpeedBasis
    sittings: int


def speed_of(sittings: Sequence[Sitting]) -> float | None:
    """Recordings heard over time taken, long sittings counting for more; None where nothing was measured."""
    wall_s, audio_s = sum(s.wall_s for s in sittings), sum(s.audio_s for s in sittings)
    return audio_s / wall_s if wall_s > 0 and audio_s > 0 else None


def measured_speed(engine_digest: str, machine: str, default: float, uow: UnitOfWork) -> Speed:
    """The speed of the last sittings with this engine: on this machine, else on any; else the default."""
    for basis, where in ((SpeedBasis.THIS_MACHINE, machine), (SpeedBasis.OTHER_MACHINES, None)):
        sittings = uow.diary.latest(engine_digest, where, SITTINGS)
        speed = speed_of(sittings)
        if speed is not None:
            return Speed(speed, basis, len(sittings))
    return Speed(default, SpeedBasis.DEFAULT, 0)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a night holds and when it will be through.

    `audio_s` counts `unknown` recordings, which do not say how long they are, as usual calls. `by_until` calls are
    expected to be done by `until` (all of them where there is none), `left_audio_s` is what the others hold.
    """

    calls: int
    audio_s: float
    unknown: int
    speed: Speed
    begins_at: datetime
    finish_at: datetime
    until: datetime | None
    by_until: int
    left_audio_s: float

    @property
    def left(self) -> int:
        """Calls that will not be done by `until`."""
        return self.calls - self.by_until


def forecast(calls: Sequence[StoredCall], speed: Speed, begins_at: datetime, until: datetime | None) -> Forecast:
    """The forecast for calls in the order in which they will be heard. None: through as it begins."""
    lengths_s = [length_s(call) for call in calls]
    total_s = sum(lengths_s)
    by_until, left_s = len(lengths_s), 0.0
    if until is not None:
        reach_s = max((until - begins_at).total_seconds(), 0.0) * speed.audio_s_per_s
        by_until, done_s = 0, 0.0
        for one_s in lengths_s:
            if done_s + one_s > reach_s or reach_s == 0:
                break
            by_until, done_s = by_until + 1, done_s + one_s
        left_s = sum(lengths_s[by_until:])
    unknown = sum(call.recording.audio is None or call.recording.audio.duration_s is None for call in calls)
    finish_at = _later(begins_at, total_s / speed.audio_s_per_s)
    return Forecast(len(calls), total_s, unknown, speed, begins_at, finish_at, until, by_until, left_s)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `share` is done of what this sitting found to do, by length; `left` is what waits."""

    share: float
    left: Backlog
    left_s: float
    finish_at: datetime


def progress(first: Backlog, left: Backlog, speed: Speed, began_at: datetime, now: datetime) -> Progress:
    """Progress since `began_at`, when `first` was waiting; the speed is this sitting's own as soon as it has one."""
    all_s, rest_s, elapsed_s = expected_s(first), expected_s(left), (now - began_at).total_seconds()
    heard_s = max(all_s - rest_s, 0.0)
    pace = heard_s / elapsed_s if heard_s > 0 and elapsed_s > 0 else speed.audio_s_per_s
    left_s = rest_s / pace
    return Progress(heard_s / all_s if all_s else 1.0, left, left_s, _later(now, left_s))


def expected_s(backlog: Backlog) -> float:
    """Seconds of sound in a backlog, recordings of unknown length counted as usual calls."""
    return backlog.audio_s + backlog.unknown * UNKNOWN_DURATION_S


def resolve_until(until: datetime | time | None, time_zone: str, begins_at: datetime) -> datetime | None:
    """The moment at which a run is to stop: of a time of day the next one after `begins_at` (aware).

    Times without a zone of their own are in this one.
    """
    if until is None:
        return None
    zone = until.tzinfo or ZoneInfo(time_zone)
    if isinstance(until, datetime):
        return until.replace(tzinfo=zone)
    begins_at = begins_at.astimezone(UTC)
    today = begins_at.astimezone(zone).date()
    # Two days on, because zones have skipped a day.
    moments = (moment for days in (0, 1, 2) for moment in _moments(today + timedelta(days=days), until, zone))
    return min((one for one in moments if one.astimezone(UTC) > begins_at), key=lambda one: one.astimezone(UTC))


def parse_until(value: str | None) -> datetime | time | None:
    """06:00, or a date and time such as 2026-11-21T06:00. Raises InputError."""
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value) if _DATED.match(value) else time.fromisoformat(value)
    except ValueError as error:
        raise InputError(f"--until {value!r} is no time; write it like 06:00 or 2026-11-21T06:00") from error


def _moments(day: date, at: time, zone: tzinfo) -> Iterator[datetime]:
    """When clocks of the zone show this time on that day: twice in the hour that is repeated as summer time ends."""
    first = datetime.combine(day, at.replace(tzinfo=None), zone)
    again = first.replace(fold=1)
    yield first
    if (again.utcoffset() or timedelta()) < (first.utcoffset() or timedelta()):
        yield again


def _later(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=min(seconds, _FAR_S))
