"""Calls by outsiders, who knew neither rules nor classifier: what is found of their violations, apologies, promises.

    python -m benchmarks.outside [--rules] [--show AUTHOR]

`benchmarks/heldout/README.md` says which author's calls have been used for what; no rule was written from those of u,
x, p and m. Those of y, z, s, q, r, o, p, n and m are whole calls, judged by all four criteria; the others are short,
about one criterion, and begin after a proper opening. Precision and recall as in `benchmarks.hard_cases`. Then, of the
whole calls, how many verdicts are right where nobody is asked and where a person is. Last: how likely the classifier
finds the charges of the rules, right ones and wrong ones (behind UNCHARGED in `scoring/agreement.py`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from benchmarks.agreement import share
from callqa import __version__
from callqa.classifiers import classifier_in_use
from callqa.standards import find_standard
from models.call import CallMeta
from models.scorecard import Finding, Scorecard, Verdict
from models.transcript import Role, Transcript, Utterance
from scoring import ServiceStandard, score_call
from scoring.agreement import UNCHARGED
from scoring.classifier import Classifier
from scoring.classifier.labels import ANY_UNFIT
from scoring.opinions import ask
from scoring.view import view

CALLS = Path(__file__).parent / "heldout" / "calls"
AUTHORS = ("w", "v", "t", "u", "x", "y", "z", "s", "q", "r", "o", "p", "n", "m")
CRITERIA = ("greeting", "apology", "commitment", "prohibited", "fatal")
_OPENING = "a 您好，云联通信，请问有什么可以帮您？"
_ROLES = {"a": Role.AGENT, "c": Role.CUSTOMER}
_CREDIT = frozenset({"met", "partial"})
_CHARACTERS_PER_S, _PAUSE_S = 5.0, 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One call: what an expert says of the criterion (one or several verdicts), and the call."""

    author: str
    criterion: str
    expected: frozenset[str]
    transcript: Transcript


def rows() -> Iterator[Row]:
    """All calls, author by author; those about fatal violations have the criterion fatal."""
    for author in AUTHORS:
        for path in sorted(CALLS.glob(f"{author}_*.yaml")):
            for row in yaml.safe_load(path.read_text(encoding="utf-8")):
                whole = isinstance(row["expect"], dict)
                asked = row["expect"] if whole else {path.stem.partition("_")[2]: row["expect"]}
                transcript = _transcript(row["turns"] if whole else (_OPENING, *row["turns"]))
                for criterion, expected in asked.items():
                    yield Row(author, criterion, frozenset(expected.split("|")), transcript)


def _transcript(turns: Sequence[str]) -> Transcript:
    said, at_s = [], 0.4
    for index, turn in enumerate(turns):
        who, _, text = turn.partition(" ")
        end_s = at_s + len(text) / _CHARACTERS_PER_S
        said.append(Utterance(index, _ROLES[who], at_s, end_s, text))
        at_s = end_s + _PAUSE_S
    return Transcript("", "zh", at_s, tuple(said), answered_at_s=0.4)


def _answer(row: Row, card: Scorecard) -> str:
    finding = _finding(card, "prohibited" if row.criterion == "fatal" else row.criterion)
    if row.criterion == "fatal":
        return "fatal" if card.fatal else "not_fatal"
    return finding.verdict.value


def _finding(card: Scorecard, criterion: str) -> Finding:
    return next(finding for finding in card.findings if finding.criterion == criterion)


def _claims(criterion: str) -> frozenset[str]:
    return {"prohibited": frozenset({"violated"}), "fatal": frozenset({"fatal"})}.get(criterion, _CREDIT)


def _print_table(judged: Sequence[tuple[Row, str]]) -> None:
    print(f"{'':14}{'precision':>30}{'recall':>30}{'exact':>12}")
    for author in AUTHORS:
        for criterion in CRITERIA:
            own = [(row, said) for row, said in judged if (row.author, row.criterion) == (author, criterion)]
            if not own:
                continue
            claims = _claims(criterion)
            claimed = [said in row.expected for row, said in own if said in claims]
            due = [said in row.expected for row, said in own if row.expected <= claims]
            right = sum(said in row.expected for row, said in own)
            print(
                f"{author} {criterion:12}{share(sum(claimed), len(claimed)):>30}{share(sum(due), len(due)):>30}"
                f"{f'{right} of {len(own)}':>12}"
            )


def _print_asked(judged: Sequence[tuple[Row, str]], cards: Sequence[Scorecard]) -> None:
    whole = {row.author for row, _ in judged if row.criterion == "greeting"}
    for criterion in CRITERIA[:-1]:
        right: dict[bool, list[bool]] = {False: [], True: []}
        for (row, said), card in zip(judged, cards, strict=True):
            if row.author in whole and row.criterion == criterion:
                right[_finding(card, criterion).needs_review].append(said in row.expected)
        shown = ", ".join(
            f"{name} {sum(right[asked])} of {len(right[asked])}"
            for asked, name in ((False, "nobody asked:"), (True, "a person asked:"))
        )
        print(f"whole calls, {criterion}, right where {shown}")


def _print_charges(found: Sequence[Row], standard: ServiceStandard, classifier: Classifier) -> None:
    likely: dict[bool, list[float]] = {True: [], False: []}
    for row in found:
        if row.criterion != "prohibited" or row.author == "w":
            continue
        finding = _finding(score_call(row.transcript, CallMeta("C"), standard, __version__), "prohibited")
        if finding.verdict is Verdict.VIOLATED:
            opinions = ask(classifier, view(row.transcript, CallMeta("C"), standard).agent)
            p = max(
                (max(o.of(ANY_UNFIT), o.of("overpromise")) for o in opinions for e in finding.evidence if o.covers(e)),
                default=0.0,
            )
            likely["violated" in row.expected].append(p)
    for right, name in ((False, "wrong"), (True, "right")):
        under = sum(p < UNCHARGED for p in likely[right])
        print(f"{name} charges of the rules, all authors but w: {under} of {len(likely[right])} under {UNCHARGED}")


def main() -> None:
    """Score every call and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rules", action="store_true", help="the rules alone, without the shipped classifier")
    parser.add_argument("--show", choices=AUTHORS, help="print this author's calls that went wrong")
    arguments = parser.parse_args()
    standard = find_standard("telecom-hotline-zh")
    with TemporaryDirectory() as empty:
        classifier = classifier_in_use(Path(empty), standard.language)
    used = None if arguments.rules else classifier
    found = list(rows())
    cards = [score_call(row.transcript, CallMeta("C"), standard, __version__, used) for row in found]
    judged = [(row, _answer(row, card)) for row, card in zip(found, cards, strict=True)]
    for row, said in judged:
        if row.author == arguments.show and said not in row.expected:
            print(f"{row.criterion}: {said}, not {'|'.join(sorted(row.expected))}")
            print("".join(f"    {u.role.value}: {u.text}\n" for u in row.transcript.utterances), end="")
    _print_table(judged)
    _print_asked(judged, cards)
    if classifier is not None:
        _print_charges(found, standard, classifier)


if __name__ == "__main__":
    main()
