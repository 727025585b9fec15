"""The hard suite: well formed, halved fairly, free of near-duplicates, and compared as its README says."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from benchmarks.hard_case_data import CRITERIA, KEPT_OUT, OPEN, SUITE, HardCase, read_suite
from benchmarks.hard_cases import judge, table
from models.scorecard import Evidence, Finding, MatchKind, Scorecard, Verdict
from models.transcript import Role
from tests import factories

CASES = read_suite()
POSITIVE = {criterion: {Verdict.MET, Verdict.PARTIAL} for criterion in CRITERIA} | {"prohibited": {Verdict.VIOLATED}}


def test_size_and_unique_ids() -> None:
    assert len(CASES) >= 420
    assert [i for i, count in Counter(case.id for case in CASES).items() if count > 1] == []


def test_each_theme_is_halved_and_files_hold_one_half() -> None:
    halves: dict[str, Counter[str]] = defaultdict(Counter)
    for case in CASES:
        halves[case.theme][case.half] += 1
    assert {theme: count for theme, count in halves.items() if count[OPEN] != count[KEPT_OUT]} == {}
    for path in SUITE.glob("*.jsonl"):
        name, _, half = path.name.removesuffix(".jsonl").partition(".")
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert {(row["theme"], row["half"]) for row in rows} == {(name, half or OPEN)}


def test_one_idea_stays_in_one_half() -> None:
    halves = defaultdict(set)
    for case in CASES:
        halves[case.idea].add(case.half)
    assert [idea for idea, half in halves.items() if len(half) > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case_is_sound(case: HardCase) -> None:
    assert 2 <= len(case.utterances) <= 8
    assert case.why.endswith(".")
    clock_s = 0.0
    for utterance in case.utterances:
        assert utterance.start_s is not None
        assert utterance.end_s is not None
        assert clock_s <= utterance.start_s < utterance.end_s
        clock_s = utterance.end_s
    prohibited = case.expected["prohibited"]
    # A conviction is expected exactly where words are named for it, and they are never the customer's or a machine's.
    assert bool(prohibited.evidence) == (Verdict.VIOLATED in prohibited.verdicts)
    assert {case.utterances[e.utterance].role for e in prohibited.evidence} <= {Role.AGENT}
    others = {u.index for u in case.utterances if u.role in (Role.CUSTOMER, Role.SYSTEM)}
    assert others <= case.must_not_charge
    assert not case.must_not_charge & {e.utterance for e in prohibited.evidence}
    if not prohibited.evidence:
        assert len(case.must_not_charge) == len(case.utterances)
        assert case.fatal is False


@pytest.mark.parametrize("half", [OPEN, KEPT_OUT])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_enough_to_be_found(criterion: str, half: str) -> None:
    """At least 40 % of the cases whose answer is settled, in either half, hold what the criterion looks for."""
    positive = POSITIVE[criterion]
    settled = [
        verdicts <= positive
        for case in CASES
        if case.half == half and (verdicts := case.expected[criterion].verdicts)
        if Verdict.NOT_EVALUATED not in verdicts and (verdicts <= positive or not verdicts & positive)
    ]
    assert sum(settled) >= 0.4 * len(settled)


def test_no_sentence_twice() -> None:
    """Openings of a few characters recur in life; whatever decides a case does not."""
    spoken = defaultdict(set)
    for case in CASES:
        deciding = {e.utterance for e in case.expected["prohibited"].evidence}
        for utterance in case.utterances:
            text = "".join(filter(str.isalnum, utterance.text))
            if len(text) >= 12 or utterance.index in deciding:
                spoken[text].add(case.id)
    assert {text: ids for text, ids in spoken.items() if len(ids) > 1} == {}


def test_no_near_duplicates() -> None:
    grams = {case.id: {case.text[i : i + 3] for i in range(len(case.text) - 2)} for case in CASES}
    alike = [
        (one, other) for one, other in combinations(grams, 2)
        if len(grams[one] & grams[other]) > 0.25 * len(grams[one] | grams[other])
    ]  # fmt: skip
    assert alike == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"typo": 1}, "unknown keys"),
        ({"half": "both"}, "half is 'both'"),
        ({"must_not_charge": [99]}, "no utterance 99"),
        ({"expected": {}}, "not the four criteria"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, change: dict[str, object], complaint: str) -> None:
    row = json.loads((SUITE / "quotation.jsonl").read_text(encoding="utf-8").splitlines()[0])
    (tmp_path / "broken.jsonl").write_text(json.dumps(row | change), encoding="utf-8")
    with pytest.raises(ValueError, match=f"broken.jsonl:1: .*{complaint}"):
        read_suite(tmp_path)


# How answers are compared


def violation() -> HardCase:
    """A case with one violation, its fatality settled."""
    return next(case for case in CASES if case.id == "quo-prove-it")


def card(case: HardCase, prohibited: Verdict, *quotes: tuple[int, str], fatal: bool = False) -> Scorecard:
    """Every other criterion as expected; evidence for prohibited phrasing as given."""
    proof = tuple(
        Evidence(u, at, at + len(q), 0.0, 1.0, q, "rhetorical", MatchKind.EXACT)
        for u, q in quotes
        for at in [case.utterances[u].text.index(q)]
    )
    findings: list[Finding] = []
    for criterion in CRITERIA[:3]:
        accepted = sorted(case.expected[criterion].verdicts)
        findings.append(factories.finding(criterion, accepted[0] if accepted else Verdict.NOT_APPLICABLE))
    findings.append(factories.finding("prohibited", prohibited, fatal=fatal, proof=proof))
    return factories.scorecard(findings=tuple(findings), fatal=fatal)


def test_a_violation_must_be_quoted_where_it_is() -> None:
    case = violation()
    right = judge(case, card(case, Verdict.VIOLATED, (2, "嚷嚷什么")))
    elsewhere = judge(case, card(case, Verdict.VIOLATED, (1, "乱收费")))
    missed = judge(case, card(case, Verdict.MET))
    assert [a.right for a in right.answers] == [True] * 4
    assert (right.phrases_found, right.kinds_right, right.charged) == (1, 1, ())
    assert [a.right for a in elsewhere.answers] == [True, True, True, False]
    assert (elsewhere.customers_charged, elsewhere.phrases_found) == (1, 0)
    assert [a.right for a in missed.answers] == [True, True, True, False]


def test_precision_and_recall_of_three_answers() -> None:
    case = violation()
    judged = [
        judge(case, card(case, Verdict.VIOLATED, (2, "嚷嚷什么"))),
        judge(case, card(case, Verdict.VIOLATED, (1, "乱收费"))),
        judge(case, card(case, Verdict.MET)),
    ]
    line = next(line for line in table(judged).splitlines() if line.startswith("prohibited  "))
    assert line.split()[1:4] == ["1", "of", "2"]
    assert "1 of 3 33.3%" in line


def test_fatal_verdicts_are_told_apart() -> None:
    case = violation()
    innocent = next(case for case in CASES if case.id == "quo-scam-script")
    quote = (2, "嚷嚷什么")
    assert judge(innocent, card(innocent, Verdict.VIOLATED, (2, "验证码"), fatal=True)).fatal_without_violation
    too_much = judge(case, card(case, Verdict.VIOLATED, quote, fatal=True))
    assert (too_much.fatal_too_much, too_much.fatal_without_violation, too_much.fatal_missed) == (True, False, False)
    assert judge(replace(case, fatal=True), card(case, Verdict.VIOLATED, quote)).fatal_missed


def test_a_promise_of_the_customer_is_no_credit() -> None:
    case = violation()
    promised = replace(card(case, Verdict.MET), promises=(replace(factories.promise(), utterance=1),))
    assert judge(case, promised).credited == 1
