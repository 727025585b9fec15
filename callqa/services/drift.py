"""The drift alarm: figures of the newest days beside those of the weeks before, by team, standard and item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import TypeVar

from callqa.services.hearing_days import hearing_days
from callqa.services.overview import Period
from models.daily import DayCalls, DayVerdicts
from models.person import Scope
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.rollup import HUNDREDTHS
from scoring.drift import FEWEST_DAYS, Cause, Course, DaySums, DriftRules, Measure, Shift, Subject, shifts

REFERENCE_DAYS = 28
"""Whole weeks, so that each weekday is in them as often."""
HEARD_CALLS = 20
"""Calls of each day whose transcripts are looked at for recognition: reading all of them would take too long."""
FEWEST_SCORERS = 3
"""In the reference, one after the other, from which on another one is nothing special."""
_LEAST_PART = 0.1
"""What less of a day's calls was made with does not make the day another one: single calls are scored anew any time."""


@dataclass(frozen=True, slots=True)
class Drift:
    """The newest days with calls beside their reference; `compared` figures had enough of both.

    `shifts` with the largest effect first; `titles` name items.
    """

    newest: Period
    reference: Period
    compared: int
    shifts: tuple[Shift, ...]
    titles: Mapping[str, str]

    @property
    def alarms(self) -> tuple[Shift, ...]:
        """The shifts that nothing explains that was changed."""
        return tuple(shift for shift in self.shifts if shift.is_alarm)


@dataclass(frozen=True, slots=True)
class _Making:
    """What a day's figures were made with: digests that a fair part of its calls was made with."""

    standard: frozenset[str]
    engine: frozenset[str]
    scorer: frozenset[str]

    def of(self, causes: Collection[Cause]) -> tuple[frozenset[str], ...]:
        return tuple(getattr(self, cause.value) for cause in causes)


def look_for_drift(
    today: date, rules: DriftRules, scope: Scope, new_unit: UnitOfWorkFactory, with_hearing: bool = True
) -> Drift | None:
    """Compare the newest days with calls, of which none is after today; None where there is no call.

    Hearing means recognition and speech rate, for which transcripts are read. Days whose results were made with
    another standard, engine or scorer are left out of the reference where enough others remain; else the shift
    names the change as its likely cause. A scorer that is exchanged again and again (classifiers that learn are
    promoted weekly) explains nothing: what its exchanges do is part of how the days of the reference differ.
    """
    with new_unit() as uow:
        last = uow.daily.newest_day(today, scope)
        if last is None:
            return None
        newest = Period(last - timedelta(days=rules.days - 1), last)
        reference = Period(newest.since - timedelta(days=REFERENCE_DAYS), newest.since - timedelta(days=1))
        courses = _courses(uow, newest, reference, scope, with_hearing)
        found, compared = shifts(courses, rules)
        return Drift(newest, reference, compared, found, uow.rollups.titles())


def _courses(uow: UnitOfWork, newest: Period, reference: Period, scope: Scope, with_hearing: bool) -> list[Course]:
    span = reference.since, newest.until
    makings = uow.daily.makings(*span, scope)
    engines = _by_day((one.day, one.engine_digest, one.calls) for one in makings)
    scorers = _by_day((one.day, one.scorer, one.calls) for one in makings)
    calls = uow.daily.calls(*span, scope)
    verdicts = uow.daily.verdicts(*span, scope)
    counted, judged = _by_group(calls), _by_group(verdicts)
    found: list[Course] = []
    for (team, standard_id), of_it in counted.items():
        texts = _by_day((one.day, one.standard.digest, one.tally.calls) for one in of_it)
        made = {
            day: _Making(text, engines.get(day, frozenset()), scorers.get(day, frozenset()))
            for day, text in texts.items()
        }
        for (measure, item), days in [*_of_calls(of_it), *_of_items(judged.get((team, standard_id), ()))]:
            found += _course(Subject(measure, item, team, standard_id), days, made, newest, tuple(Cause))
    if with_hearing:
        heard = {day: _Making(frozenset(), engine, frozenset()) for day, engine in engines.items()}
        ids = uow.daily.drawn(*span, HEARD_CALLS, scope)
        for measure, heard_days in hearing_days(ids, uow).items():
            found += _course(Subject(measure), heard_days, heard, newest, (Cause.ENGINE,))
    return found


def _course(
    subject: Subject,
    days: Mapping[date, DaySums],
    made: Mapping[date, _Making],
    newest: Period,
    possible: tuple[Cause, ...],
) -> Iterator[Course]:
    """The figure's course, up to the last day that it has; nothing where it has none of the newest."""
    ordered = sorted(day for day in days if day in made)
    if not ordered or ordered[-1] < newest.since:
        return
    before, now = _alike(ordered, made, newest, possible)
    causes: tuple[Cause, ...] = ()
    routine: tuple[Cause, ...] = ()
    blocks: tuple[int, ...] = ()
    if len(before) < FEWEST_DAYS and Cause.SCORER in possible:
        others = tuple(one for one in possible if one is not Cause.SCORER)
        wider, newer = _alike(ordered, made, newest, others)
        numbered = _blocks(wider, made)
        if len(wider) >= FEWEST_DAYS and len(set(numbered)) >= FEWEST_SCORERS:
            before, now, routine, blocks = wider, newer, (Cause.SCORER,), numbered
    if len(before) < FEWEST_DAYS:
        last = made[ordered[-1]]
        before = [day for day in ordered if day < newest.since]
        causes = tuple(one for one in possible if any(made[day].of([one]) != last.of([one]) for day in before))
    yield Course(subject, tuple(days[day] for day in before), tuple(days[day] for day in now), causes, routine, blocks)


def _alike(
    ordered: Sequence[date], made: Mapping[date, _Making], newest: Period, possible: Collection[Cause]
) -> tuple[list[date], list[date]]:
    """The days of the reference, and the newest ones, that were made with the same as the last day."""
    wanted = made[ordered[-1]].of(possible)
    alike = [day for day in ordered if made[day].of(possible) == wanted]
    return [day for day in alike if day < newest.since], [day for day in alike if day >= newest.since]


def _blocks(ordered: Sequence[date], made: Mapping[date, _Making]) -> tuple[int, ...]:
    """The days numbered, one more whenever a scorer comes that was not there on the day before."""
    comes = (not made[day].scorer <= made[before].scorer for before, day in pairwise(ordered))
    return tuple(accumulate(comes, initial=0))


_Row = TypeVar("_Row", DayCalls, DayVerdicts)


def _by_group(rows: Sequence[_Row]) -> Mapping[tuple[str | None, str], Sequence[_Row]]:
    """By team and standard: everybody's under None, and each team's where there is more than one."""
    several = len({one.team for one in rows}) > 1
    found: defaultdict[tuple[str | None, str], list[_Row]] = defaultdict(list)
    for one in rows:
        found[None, one.standard.id].append(one)
        if several and one.team is not None:
            found[one.team, one.standard.id].append(one)
    return found


def _by_day(parts: Iterator[tuple[date, str, int]]) -> dict[date, frozenset[str]]:
    """What a fair part of each day's calls was made with."""
    sums: defaultdict[date, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for day, name, calls in parts:
        sums[day][name] += calls
    return {
        day: frozenset(name for name, calls in of_day.items() if calls >= _LEAST_PART * sum(of_day.values()))
        for day, of_day in sums.items()
    }


_Figure = tuple[Measure, str | None]


def _of_calls(calls: Sequence[DayCalls]) -> list[tuple[_Figure, dict[date, DaySums]]]:
    found: defaultdict[_Figure, defaultdict[date, list[DaySums]]] = defaultdict(lambda: defaultdict(list))
    for one in calls:
        tally = one.tally
        found[Measure.REVIEW, None][one.day].append(_share(tally.needs_review, tally.calls))
        found[Measure.FATAL, None][one.day].append(_share(tally.fatal, tally.calls))
        score = DaySums(tally.graded, tally.total_sum / HUNDREDTHS, tally.square_sum / HUNDREDTHS**2)
        found[Measure.SCORE, None][one.day].append(score)
    return _added(found)


def _of_items(verdicts: Sequence[DayVerdicts]) -> list[tuple[_Figure, dict[date, DaySums]]]:
    found: defaultdict[_Figure, defaultdict[date, list[DaySums]]] = defaultdict(lambda: defaultdict(list))
    for one in verdicts:
        found[Measure.FAULTS, one.item_id][one.day].append(_share(one.judged - one.met, one.judged))
        found[Measure.JUDGED, one.item_id][one.day].append(_share(one.judged, one.findings))
    return _added(found)


def _added(found: Mapping[_Figure, Mapping[date, Sequence[DaySums]]]) -> list[tuple[_Figure, dict[date, DaySums]]]:
    return [
        (
            figure,
            {
                day: DaySums(sum(p.n for p in parts), sum(p.total for p in parts), sum(p.squares for p in parts))
                for day, parts in days.items()
            },
        )
        for figure, days in found.items()
    ]


def _share(hits: int, n: int) -> DaySums:
    return DaySums(n, hits, hits)
