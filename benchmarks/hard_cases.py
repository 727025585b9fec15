"""The shipped standard put to the hard suite, `tests/data/hard_cases`.

    python -m benchmarks.hard_cases                      the open half: figures of each criterion
    python -m benchmarks.hard_cases --show               and every case that went wrong
    python -m benchmarks.hard_cases --half kept_out      the kept-out half: totals only, never a case
    python -m benchmarks.hard_cases --rules              the rules alone, without the shipped classifier

Precision: of the verdicts that credit (met, partial) or, for prohibited phrasing, convict (violated), the share that an
expert accepts. Recall: of the calls in which every expert credits or convicts, the share with a verdict one of them
accepts. A conviction counts only where it quotes an utterance that holds a violation. Exact: the verdict is one of the
accepted ones, whatever it is. What is gray counts nowhere. Covered: the share of verdicts that is not sent to a person,
with how often that part is exact.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.agreement import share, strongest_commitment
from benchmarks.hard_case_data import CRITERIA, KEPT_OUT, OPEN, HardCase, read_suite
from callqa import __version__
from callqa.classifiers import classifier_in_use
from callqa.standards import find_standard
from models.call import CallMeta
from models.scorecard import Evidence, Finding, Scorecard, Verdict
from models.transcript import Role
from scoring import ServiceStandard, score_call
from scoring.classifier import Classifier

_CREDIT = frozenset({Verdict.MET, Verdict.PARTIAL})
_CONVICT = frozenset({Verdict.VIOLATED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the machine said on one criterion of one case, against what experts accept."""

    criterion: str
    verdict: Verdict
    right: bool
    claims: bool
    """It credits, or convicts."""
    due: bool
    """Every expert credits, or convicts."""
    needs_review: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """One case and its scorecard, compared. Of evidence: phrases due, found at all, found with an accepted kind.

    `charged` are utterances with prohibited evidence that may have none, in calls found violated; `credited` what only
    the agent can earn, taken from somebody else.
    """

    case: HardCase
    answers: tuple[Answer, ...]
    phrases: int
    phrases_found: int
    kinds_right: int
    level_right: bool | None
    charged: tuple[Evidence, ...]
    customers_charged: int
    credited: int
    fatal_without_violation: bool
    fatal_too_much: bool
    fatal_missed: bool


def score(case: HardCase, standard: ServiceStandard, classifier: Classifier | None) -> Scorecard:
    """The scorecard of a case, through the entry that every command uses."""
    return score_call(case.transcript(), CallMeta(case.id), standard, __version__, classifier)


def judge(case: HardCase, card: Scorecard) -> Judged:
    """Compare a scorecard with what is expected of its case."""
    findings = {f.criterion: f for f in card.findings if f.criterion in CRITERIA}
    quotes = [e for f in card.findings if f.criterion == "prohibited" for e in f.evidence]
    due = case.expected["prohibited"].evidence
    found = [[q for q in quotes if _overlap(case, q, e.utterance, e.written)] for e in due]
    convictable = case.expected["prohibited"].gray or Verdict.VIOLATED in case.expected["prohibited"].verdicts
    convicted = findings["prohibited"].verdict is Verdict.VIOLATED
    charged = tuple(q for q in quotes if convicted and q.utterance in case.must_not_charge)
    levels = case.expected["commitment"].levels
    return Judged(
        case=case,
        answers=tuple(_answer(case, name, findings[name]) for name in CRITERIA if not case.expected[name].gray),
        phrases=len(due),
        phrases_found=sum(bool(hits) for hits in found),
        kinds_right=sum(
            any(not e.kinds or q.kind in e.kinds for q in hits) for e, hits in zip(due, found, strict=True)
        ),
        level_right=strongest_commitment(card) in {level.value for level in levels} if levels else None,
        charged=charged,
        customers_charged=sum(case.utterances[q.utterance].role is Role.CUSTOMER for q in charged),
        credited=_credited(case, card, findings),
        fatal_without_violation=card.fatal and not convictable,
        fatal_too_much=card.fatal and convictable and case.fatal is False,
        fatal_missed=case.fatal is True and not card.fatal,
    )


def _answer(case: HardCase, criterion: str, finding: Finding) -> Answer:
    expected = case.expected[criterion]
    positive = _CONVICT if criterion == "prohibited" else _CREDIT
    right = finding.verdict in expected.verdicts
    if right and finding.verdict is Verdict.VIOLATED:
        right = bool({e.utterance for e in finding.evidence} & {e.utterance for e in expected.evidence})
    claims = finding.verdict in positive
    return Answer(criterion, finding.verdict, right, claims, expected.verdicts <= positive, finding.needs_review)


def _overlap(case: HardCase, quote: Evidence, utterance: int, phrase: str) -> bool:
    start = case.utterances[utterance].text.find(phrase)
    return quote.utterance == utterance and quote.char_start < start + len(phrase) and quote.char_end > start


def _credited(case: HardCase, card: Scorecard, findings: dict[str, Finding]) -> int:
    """Greetings, apologies and promises that somebody other than the agent spoke."""
    places = [e.utterance for e in findings["greeting"].evidence]
    places += [e.utterance for e in findings["apology"].evidence if e.kind == "apology"]
    places += [promise.utterance for promise in card.promises]
    return sum(case.utterances[place].role is not Role.AGENT for place in places)


def table(judged: Sequence[Judged]) -> str:
    """Totals: nothing in them tells one case from another."""
    lines = [
        f"{len(judged)} cases",
        f"{'':12}{'precision':>34}{'recall':>34}{'exact':>14}{'covered':>10}{'exact where covered':>34}",
    ]
    for criterion in CRITERIA:
        answers = [a for j in judged for a in j.answers if a.criterion == criterion]
        claims, due = [a for a in answers if a.claims], [a for a in answers if a.due]
        sure = [a for a in answers if not a.needs_review]
        lines.append(
            f"{criterion:12}{share(sum(a.right for a in claims), len(claims)):>34}"
            f"{share(sum(a.right for a in due), len(due)):>34}"
            f"{f'{sum(a.right for a in answers)} of {len(answers)}':>14}"
            f"{f'{len(sure) / max(1, len(answers)):.1%}':>10}{share(sum(a.right for a in sure), len(sure)):>34}"
        )
    every = [a for j in judged for a in j.answers]
    sure = [a for a in every if not a.needs_review]
    lines.append(
        f"all: covered {share(len(sure), len(every))}; exact where covered "
        f"{share(sum(a.right for a in sure), len(sure))}, where a person is asked "
        f"{share(sum(a.right for a in every if a.needs_review), len(every) - len(sure))}"
    )
    levels = [j.level_right for j in judged if j.level_right is not None]
    phrases, found = sum(j.phrases for j in judged), sum(j.phrases_found for j in judged)
    kinds = sum(j.kinds_right for j in judged)
    lines += [
        f"prohibited phrases quoted: {share(found, phrases)}; of an accepted kind: {kinds}",
        f"over-promises named as such: {sum(levels)} of {len(levels)}",
        f"customer utterances charged to the agent: {sum(j.customers_charged for j in judged)}",
        f"utterances charged that must not be, customers' among them: {sum(len(j.charged) for j in judged)}",
        f"greetings, apologies, promises credited to the agent that others spoke: {sum(j.credited for j in judged)}",
        f"fatal verdicts on non-violations: {sum(j.fatal_without_violation for j in judged)}",
        f"fatal verdicts on violations that are not fatal: {sum(j.fatal_too_much for j in judged)}",
        f"fatal violations without a fatal verdict: {sum(j.fatal_missed for j in judged)} "
        f"of {sum(j.case.fatal is True for j in judged)}",
    ]
    return "\n".join(lines)


def wrong(judged: Judged) -> str:
    """What went wrong in one case, a line each, then the dialogue; empty when nothing did."""
    case = judged.case
    said = [
        f"  {a.criterion}: {a.verdict.value}, accepted: {', '.join(sorted(case.expected[a.criterion].verdicts))}"
        f"{' (asks a person)' if a.needs_review else ''}"
        for a in judged.answers
        if not a.right
    ]
    said += [f"  charged: [{q.utterance}] {q.quote} ({q.kind})" for q in judged.charged]
    if judged.credited:
        said.append("  credited: words that somebody else spoke")
    if judged.fatal_without_violation or judged.fatal_too_much or judged.fatal_missed:
        said.append(f"  fatal: expected {case.fatal}")
    if not said:
        return ""
    spoken = [f"    [{u.index}] {u.role.value}: {u.text}" for u in case.utterances]
    return "\n".join([f"{case.id}: {case.why}", *said, *spoken])


def main() -> None:
    """Score one half and print its figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--half", choices=(OPEN, KEPT_OUT), default=OPEN)
    parser.add_argument("--show", action="store_true", help="print the cases that went wrong (open half only)")
    parser.add_argument("--rules", action="store_true", help="the rules alone, without the shipped classifier")
    arguments = parser.parse_args()
    if arguments.show and arguments.half == KEPT_OUT:
        parser.error("--show: single cases of the kept-out half are not for those who write rules")
    standard = find_standard("telecom-hotline-zh")
    with TemporaryDirectory() as empty:
        classifier = None if arguments.rules else classifier_in_use(Path(empty), standard.language)
    judged = [judge(case, score(case, standard, classifier)) for case in read_suite() if case.half == arguments.half]
    if arguments.show:
        print("\n".join(text for text in map(wrong, judged) if text))
    print(table(judged))


if __name__ == "__main__":
    main()
