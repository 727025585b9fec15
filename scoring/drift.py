"""Whether a figure of the newest days is another one than that of the days before, beyond what days do by themselves.

- A day's mean scatters by its few calls and by what kind of day it was. How much by the latter, the reference says
  (method of moments, DerSimonian and Laird 1986, Control. Clin. Trials 7:177-188); weekdays that differ are part of it.
  Without it a centre with many calls would be alarmed every night.
- Both windows weigh their days by what each is worth, and the distance of the two is held against Student's t with as
  many degrees of freedom as the reference leaves. Of a share, Fisher's exact test has to agree: where a fault is rare
  the former promises too much.
- Of many figures some look shifted by chance. Benjamini and Hochberg (1995, J. R. Stat. Soc. B 57:289-300) hold the
  share of those among what is told; where nothing has shifted at all, that is how often anything is told.
- What is real may not matter: a shift counts from `effect` standard deviations between calls. 0.2 of them are 10 points
  at a rate of one half, 6 at one in ten, 2 at one in a hundred.

`benchmarks/drift.py` measures false alarms and what is found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

FEWEST_DAYS = 7
"""Days with calls that a reference has at least: fewer do not say how days differ."""
FEWEST_CALLS = 30
"""Values that the newest days have at least."""


class Measure(StrEnum):
    """What is compared. Faults are of the findings that judge an item; judged are those among all findings on it."""

    FAULTS = "faults"
    JUDGED = "judged"
    REVIEW = "review"
    FATAL = "fatal"
    SCORE = "score"
    CONFIDENCE = "confidence"
    LOW_WORDS = "low_words"
    SPEECH_RATE = "speech_rate"


SHARES = frozenset({Measure.FAULTS, Measure.JUDGED, Measure.REVIEW, Measure.FATAL})
"""Measures that are a share of calls; the others are means over calls."""

FRACTIONS = SHARES | {Measure.CONFIDENCE, Measure.LOW_WORDS}
"""Measures from 0 to 1."""


class Cause(StrEnum):
    """What was changed between the windows and may be the cause of a shift."""

    STANDARD = "standard"
    ENGINE = "engine"
    SCORER = "scorer"


@dataclass(frozen=True, slots=True)
class DaySums:
    """One day's values: how many, their sum and that of their squares. Of a share each value is 0 or 1."""

    n: int
    total: float
    squares: float


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose figure it is: a team's or (None) everybody's, of an item, under a standard; each None where not of one."""

    measure: Measure
    item_id: str | None = None
    team: str | None = None
    standard_id: str | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A figure day by day, of the reference and of the newest days. `causes`: what was changed between the two.

    `routine` was changed between them too, but within the reference as well: `blocks` number the reference's days by
    what they were made with, so that what a change does to the figure is known, and explains no shift beyond that.
    """

    subject: Subject
    reference: tuple[DaySums, ...]
    newest: tuple[DaySums, ...]
    causes: tuple[Cause, ...] = ()
    routine: tuple[Cause, ...] = ()
    blocks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DriftRules:
    """`days` are the newest ones. `level` is how often anything may be told where nothing has shifted, `effect` the
    least shift in standard deviations between calls.
    """

    days: int = 3
    level: float = 0.01
    effect: float = 0.2


@dataclass(frozen=True, slots=True)
class Shift:
    """A figure that has shifted, from `before` to `now`. `effect` is in standard deviations between calls, above 0;
    `chance` is how likely so much would be without a shift. With `causes` it is what was to be expected of those;
    `routine` as in `Course`.
    """

    subject: Subject
    before: float
    now: float
    calls: int
    effect: float
    chance: float
    causes: tuple[Cause, ...]
    routine: tuple[Cause, ...] = ()

    @property
    def is_alarm(self) -> bool:
        """Whether nothing that was changed explains it."""
        return not self.causes


def shifts(courses: Sequence[Course], rules: DriftRules) -> tuple[tuple[Shift, ...], int]:
    """Those that have shifted, the largest effect first, and how many figures had enough days and calls to compare."""
    compared = [one for course in courses if (one := _compare(course)) is not None]
    compared.sort(key=lambda one: one.chance)
    told = 0
    for rank, one in enumerate(compared, 1):
        if one.chance <= rules.level * rank / len(compared):
            told = rank
    found = [one for one in compared[:told] if one.effect >= rules.effect]
    found.sort(key=lambda one: (-one.effect, _order(one.subject)))
    return tuple(found), len(compared)


def _order(subject: Subject) -> tuple[str, ...]:
    return subject.team or "", subject.standard_id or "", subject.item_id or "", subject.measure.value


def _compare(course: Course) -> Shift | None:
    reference = [day for day in course.reference if day.n]
    newest = [day for day in course.newest if day.n]
    calls = sum(day.n for day in newest)
    blocks = [block for block, day in zip(course.blocks, course.reference, strict=False) if day.n]
    if len(reference) < FEWEST_DAYS or calls < FEWEST_CALLS or len(set(blocks)) == 1:
        return None
    # Over both windows: a fault that was never seen before has no variance in the reference alone.
    both = _sum([*reference, *newest])
    variance = max(0.0, both.squares / both.n - (both.total / both.n) ** 2)
    before, now = (one.total / one.n for one in (_sum(reference), _sum(newest)))
    if variance <= 1e-12 * both.squares / both.n:
        return Shift(course.subject, before, now, calls, 0.0, 1.0, course.causes, course.routine)
    between = _between_days(reference, variance)
    (old, old_error), (new, new_error) = (_weighed(days, variance, between) for days in (reference, newest))
    error, freedom = old_error + new_error, len(reference) - 1.0
    if blocks:
        error, freedom = _with_exchanges(error, freedom, reference, blocks, variance, between)
    chance = _two_sided_t((new - old) / math.sqrt(error), freedom)
    if course.subject.measure in SHARES and chance < 0.05:
        chance = max(chance, _fisher(_sum(reference), _sum(newest)))
    effect = abs(now - before) / math.sqrt(variance)
    return Shift(course.subject, before, now, calls, effect, chance, course.causes, course.routine)


def _sum(days: Sequence[DaySums]) -> DaySums:
    return DaySums(sum(d.n for d in days), math.fsum(d.total for d in days), math.fsum(d.squares for d in days))


def _between_days(days: Sequence[DaySums], variance: float) -> float:
    """The variance of the days' true means, 0 where their calls explain how they differ."""
    weights = [day.n / variance for day in days]
    whole = math.fsum(weights)
    middle = math.fsum(day.total for day in days) / sum(day.n for day in days)
    scatter = math.fsum(w * (day.total / day.n - middle) ** 2 for w, day in zip(weights, days, strict=True))
    return max(0.0, (scatter - (len(days) - 1)) / (whole - math.fsum(w * w for w in weights) / whole))


def _with_exchanges(
    error: float, freedom: float, days: Sequence[DaySums], blocks: Sequence[int], variance: float, between: float
) -> tuple[float, float]:
    """The variance of the distance and its degrees of freedom (Satterthwaite 1946, Biometrics Bull. 2:110-114) where
    each block of days has a level of its own: the newest days have one more, however many they are.
    """
    parts = [
        _weighed([day for day, own in zip(days, blocks, strict=True) if own == block], variance, between)
        for block in sorted(set(blocks))
    ]
    middle = math.fsum(mean for mean, _ in parts) / len(parts)
    spread = math.fsum((mean - middle) ** 2 for mean, _ in parts) / (len(parts) - 1)
    own = max(0.0, spread - math.fsum(part for _, part in parts) / len(parts)) * (1 + 1 / len(parts))
    whole = error + own
    return whole, whole**2 / (error**2 / freedom + own**2 / (len(parts) - 1))


def _weighed(days: Sequence[DaySums], variance: float, between: float) -> tuple[float, float]:
    """The mean of days, each weighed by what it is worth, and the variance of that mean."""
    weights = [1 / (variance / day.n + between) for day in days]
    whole = math.fsum(weights)
    return math.fsum(w * day.total / day.n for w, day in zip(weights, days, strict=True)) / whole, 1 / whole


def _two_sided_t(distance: float, freedom: float) -> float:
    # scipy takes half a second to load; only the night's end and few pages need it.
    from scipy.special import stdtr

    return 2 * float(stdtr(freedom, -abs(distance)))


def _fisher(reference: DaySums, newest: DaySums) -> float:
    """Fisher's exact test of two shares, two-sided as twice the smaller tail."""
    hits = round(reference.total + newest.total)
    others = reference.n + newest.n - hits
    at = round(newest.total)
    step = 1 if at * (reference.n + newest.n) > hits * newest.n else -1
    first = math.exp(_choices(hits, at) + _choices(others, newest.n - at) - _choices(hits + others, newest.n))
    term = tail = first
    while term > tail * 1e-12:
        missed = newest.n - at
        if step > 0:
            term *= (hits - at) * missed / ((at + 1) * (others - missed + 1))
        else:
            term *= at * (others - missed) / ((hits - at + 1) * (missed + 1))
        tail += term
        at += step
    return min(1.0, 2 * tail)


def _choices(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
