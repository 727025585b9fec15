"""Made-up centres for the drift alarm: nights on which nothing has shifted, and nights on which something has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.drift import Course, DaySums, Measure, Subject

REFERENCE_DAYS = 28
RATES = (0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 0.97)
"""Of the items' faults, and of how many findings judge an item."""
ITEMS = tuple(f"item-{number}" for number in range(len(RATES)))


@dataclass(frozen=True, slots=True)
class Centre:
    """`calls` a day and team. Its days differ by themselves: the true rates of a day scatter by `scatter` (a share of
    the standard deviation between calls), and at weekends they lie half as much beside, with a third of the calls.
    `exchange` is how much each classifier moves the rates, in the same unit: there is a new one every seven days, the
    newest of all just before the newest days.
    """

    calls: int
    scatter: float
    teams: int = 3
    exchange: float = 0.0


def night(
    rng: np.random.Generator, centre: Centre, days: int, shifted_item: str | None = None, size: float = 0.0
) -> list[Course]:
    """A night's figures: each team's and everybody's faults and judged findings on every item, and a mean score.

    With a shifted item its faults rise in all teams by `size` standard deviations between calls on the newest days.
    """
    first = int(rng.integers(7))
    dates = range(REFERENCE_DAYS + days)
    is_weekend = [(first + day) % 7 >= 5 for day in dates]
    calls = [max(1, round(centre.calls * (0.33 if weekend else 1) * rng.uniform(0.8, 1.2))) for weekend in is_weekend]
    courses: list[Course] = []
    for item, rate in zip(ITEMS, RATES, strict=True):
        for measure, base in ((Measure.FAULTS, rate), (Measure.JUDGED, 1 - rate / 2)):
            by_day = []
            spread = (base * (1 - base)) ** 0.5
            of_classifier = rng.normal(0, centre.exchange, REFERENCE_DAYS // 7 + 1) if centre.exchange else None
            for day in dates:
                moved = rng.normal(0, centre.scatter) + centre.scatter * (0.5 if is_weekend[day] else 0)
                if of_classifier is not None:
                    moved += of_classifier[min(day // 7, REFERENCE_DAYS // 7)]
                if item == shifted_item and measure is Measure.FAULTS and day >= REFERENCE_DAYS:
                    moved += size
                true = min(1.0, max(0.0, base + moved * spread))
                by_day.append([_share(int(rng.binomial(calls[day], true)), calls[day]) for _ in range(centre.teams)])
            courses += _courses(measure, item, by_day, centre)
    scores = []
    for day in dates:
        middle = 80 + 15 * rng.normal(0, centre.scatter)
        scores.append([_mean(rng, calls[day], middle, 15) for _ in range(centre.teams)])
    return courses + _courses(Measure.SCORE, None, scores, centre)


def _courses(measure: Measure, item: str | None, by_day: list[list[DaySums]], centre: Centre) -> list[Course]:
    teams = range(centre.teams)
    blocks = tuple(day // 7 for day in range(REFERENCE_DAYS)) if centre.exchange else ()
    return [
        _course(Subject(measure, item, None, "made-up"), [_added(day) for day in by_day], blocks),
        *(
            _course(Subject(measure, item, f"team-{team}", "made-up"), [day[team] for day in by_day], blocks)
            for team in teams
        ),
    ]


def _course(subject: Subject, days: list[DaySums], blocks: tuple[int, ...]) -> Course:
    reference, newest = tuple(days[:REFERENCE_DAYS]), tuple(days[REFERENCE_DAYS:])
    return Course(subject, reference, newest, blocks=blocks)


def _added(days: list[DaySums]) -> DaySums:
    return DaySums(sum(d.n for d in days), sum(d.total for d in days), sum(d.squares for d in days))


def _share(hits: int, calls: int) -> DaySums:
    return DaySums(calls, hits, hits)


def _mean(rng: np.random.Generator, calls: int, middle: float, deviation: float) -> DaySums:
    values = rng.normal(middle, deviation, calls)
    return DaySums(calls, float(values.sum()), float((values**2).sum()))
