"""A month in which callqa learns from its reviewers: how much better it gets on calls that nobody has seen.

    python -m benchmarks.learning [--seeds 5] [--calls 300] [--unseen 1000]

Four weeks of a made-up centre (`benchmarks.simulated_centre`): each week its calls are scored with the classifier in
use, 125 calls are reviewed, item by item, by people of whose verdicts 5 % are wrong, and `retrain` teaches and tries a
challenger. F1 by criterion is that of calls after the month, before the first week and after each.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.hard_case_data import CRITERIA
from benchmarks.simulated_centre import ENGINE, FIRST_DAY, Call, Centre, Reviewers, macro_f1
from callqa import __version__
from callqa.classifier_history import DeedKind
from callqa.classifiers import SHIPPED, classifier_in_use, find_classifier
from callqa.services.learning import retrain
from callqa.standards import find_standard
from scoring import ServiceStandard, score_call, scorer_of
from scoring.classifier import Classifier
from scoring.engine import findings_of
from storage import Database, schema

WEEKS, REVIEWS_A_WEEK = 4, 125


@dataclass(frozen=True, slots=True)
class Week:
    """F1 by criterion on unseen calls once the week was learnt ("*": their mean), and what the contest decided.

    `kind` is None before the first week, and for a week without anything to learn.
    """

    f1: dict[str, float]
    kind: DeedKind | None
    lessons: int
    retrained_s: float


def month(seed: int, calls_a_week: int, unseen: int, folder: Path) -> Iterator[Week]:
    """The state before the month, then each week."""
    standard = find_standard("telecom-hotline-zh")
    centre, shipped = Centre(seed), find_classifier(folder, SHIPPED)
    reviewers = Reviewers(seed, standard, shipped)
    url = f"sqlite:///{folder / 'calls.db'}"
    schema.upgrade(url)
    new_unit_of_work = Database(url).unit_of_work
    weeks = [centre.month(calls_a_week) for _ in range(WEEKS)]
    exam = centre.unseen(unseen)
    f1 = examine(exam, standard, shipped)
    yield Week(f1, None, 0, 0.0)
    for number, calls in enumerate(weeks):
        used = classifier_in_use(folder, standard.language)
        scored = [(call, score_call(call.transcript, call.meta, standard, __version__, used)) for call in calls]
        end = FIRST_DAY + timedelta(days=7 * (number + 1))
        with new_unit_of_work() as uow:
            for call, card in scored:
                uow.calls.add(call.recording, call.meta)
                uow.transcripts.put(call.transcript)
                uow.scorecards.put(call.recording.id, ENGINE.digest, scorer_of(standard, used), card)
            for review in reviewers.review(scored, REVIEWS_A_WEEK, end):
                uow.reviews.add(review)
            uow.commit()
        began = time.perf_counter()
        deed = retrain(standard, folder, "simulation", end + timedelta(days=1), new_unit_of_work)
        took_s = time.perf_counter() - began
        if deed is not None and deed.kind is DeedKind.PROMOTED:
            f1 = examine(exam, standard, classifier_in_use(folder, standard.language))
        yield Week(f1, deed.kind if deed is not None else None, deed.lessons if deed is not None else 0, took_s)


def examine(exam: Sequence[Call], standard: ServiceStandard, classifier: Classifier | None) -> dict[str, float]:
    """F1 by criterion on these calls."""
    return macro_f1([(call, findings_of(call.transcript, call.meta, standard, classifier)) for call in exam])


def main() -> None:
    """Play the months and print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=300, help="calls a week")
    parser.add_argument("--unseen", type=int, default=1000, help="calls that are tested on")
    arguments = parser.parse_args()
    print(f"{'seed':>4} {'week':>4}" + "".join(f"{name:>12}" for name in (*CRITERIA, "mean")) + "   retraining")
    rises, falls = [], 0
    for seed in range(arguments.seeds):
        with TemporaryDirectory() as folder:
            weeks = list(month(seed, arguments.calls, arguments.unseen, Path(folder)))
        for number, week in enumerate(weeks):
            shares = "".join(f"{100 * week.f1[name]:12.1f}" for name in (*CRITERIA, "*"))
            done = f"{week.kind.value}, {week.lessons} lessons, {week.retrained_s:.0f} s" if week.kind else "–"
            print(f"{seed:4} {number:4}{shares}   {done}", flush=True)
        rises.append(100 * (weeks[-1].f1["*"] - weeks[0].f1["*"]))
        falls += sum(late.f1["*"] < early.f1["*"] for early, late in pairwise(weeks))
    print(f"rise of the mean, points: {', '.join(f'{rise:+.1f}' for rise in rises)}; promotions that fell: {falls}")


if __name__ == "__main__":
    main()
