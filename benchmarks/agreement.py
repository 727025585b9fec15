"""Machine against ground truth on the four criteria, through the real model.

    python -m benchmarks.agreement                        the bundled calls (held out from rule writing)
    python -m benchmarks.agreement CALLS [--truth DIR]    a folder of recordings; ID.json in the truth folder

Coverage is the share of verdicts that the machine does not send to a person; the accuracy of that part stands beside
it. Compared are verdicts: greeting proper / late / missing, apology not needed / sincere / insincere / absent, the
strongest commitment, and whether the agent used prohibited phrasing. Where the author of the truth marked a phrase as
debatable, either answer is accepted. The second table scores the true texts of the same calls: what is wrong there is
the fault of scoring, the rest of recognition and roles.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from callqa import __version__
from callqa.classifiers import classifier_in_use
from callqa.cli.common import settings_from
from callqa.cli.run import inspect_sources
from callqa.sources import local_path
from callqa.standards import find_standard
from models.call import CallMeta
from models.run import RunView
from models.scorecard import Evidence, Finding, Scorecard, Verdict
from models.transcript import Role, Transcript, Utterance
from scoring import score_call

CRITERIA = ("greeting", "apology", "commitment", "prohibited")
TRUTH = Path(__file__).parent.parent / "tests" / "data" / "truth"
_STRENGTH = ("overpromise", "concrete", "vague")
_PEOPLE = ("agent", "customer")


@dataclass(frozen=True, slots=True)
class Pair:
    """One call and criterion: what is true, what the machine said, and whether it asked a person."""

    call: str
    criterion: str
    truth: str
    machine: str
    needs_review: bool

    @property
    def agrees(self) -> bool:
        """Whether machine and truth are one; `a|b` in the truth accepts either."""
        return self.machine in self.truth.split("|")


def scored_with_truth(view: RunView, truth_folder: Path) -> Iterator[tuple[str, Scorecard, dict[str, Any]]]:
    """(id, scorecard, truth file) of every scored call whose file name begins with the id of a truth file."""
    for call in view.calls:
        name = Path(local_path(call.uris[0])).name.split(".")[0]
        path = truth_folder / f"{name}.json"
        if call.scorecard is not None and path.is_file():
            yield name, call.scorecard, json.loads(path.read_text(encoding="utf-8"))


def compare(view: RunView, truth_folder: Path) -> list[Pair]:
    """The pairs of every scored call that has a truth, ordered by call."""
    found = scored_with_truth(view, truth_folder)
    return [pair for name, card, truth in found for pair in compare_card(name, card, truth["truth"])]


def true_transcript(call_truth: Mapping[str, Any]) -> Transcript:
    """What was said, by whom and when, as a perfect recogniser would have it."""
    turns = call_truth["turns"]
    said = tuple(
        Utterance(
            place,
            Role(turn["role"]) if turn["role"] in _PEOPLE else Role.SYSTEM,
            turn["start"],
            turn["end"],
            turn["text"],
        )
        for place, turn in enumerate(turns)
    )
    answered_s = min((u.start_s or 0.0 for u in said if u.role is not Role.SYSTEM), default=None)
    return Transcript(
        call_truth["id"], "zh", call_truth["duration"], said, answered_at_s=answered_s, role_basis="truth"
    )  # fmt: skip


def compare_card(name: str, card: Scorecard, truth: Mapping[str, Any]) -> list[Pair]:
    """The four pairs of one call."""
    by_criterion = {f.criterion: f for f in card.findings}
    expected = {
        "greeting": {"proper": "met", "late": "partial", "missing": "missed"}[truth["greeting"]["status"]],
        "apology": _expected_apology(truth["apology"]),
        "commitment": truth["commitment_level"],
        "prohibited": _expected_prohibited(truth),
    }
    said = {
        "greeting": by_criterion["greeting"].verdict.value,
        "apology": by_criterion["apology"].verdict.value,
        "commitment": strongest_commitment(card),
        "prohibited": _said_prohibited(by_criterion["prohibited"]),
    }
    return [Pair(name, c, expected[c], said[c], by_criterion[c].needs_review) for c in CRITERIA]


@dataclass(frozen=True, slots=True)
class PhraseHits:
    """Prohibited phrasing turn by turn: turns that hold some and were found, turns missed, and evidence elsewhere."""

    found: int
    missed: int
    false: tuple[str, ...]


def compare_phrases(card: Scorecard, call_truth: Mapping[str, Any]) -> PhraseHits:
    """Match evidence to turns by time, half a second of tolerance; debatable turns count neither way."""
    turns = call_truth["turns"]
    bad = {item["turn"] for item in call_truth["truth"]["prohibited"]}
    debatable = {item["turn"] for item in call_truth["truth"]["gray"]}
    quotes = [e for f in card.findings if f.criterion == "prohibited" for e in f.evidence if e.kind != "overpromise"]
    hit: set[int] = set()
    false: list[str] = []
    for evidence in quotes:
        at = {t["index"] for t in turns if t["role"] == "agent" and _overlaps(evidence, t["start"], t["end"])}
        hit |= at & bad
        if not at & (bad | debatable):
            false.append(evidence.quote)
    return PhraseHits(len(hit), len(bad - hit), tuple(false))


def _overlaps(evidence: Evidence, start_s: float, end_s: float) -> bool:
    if evidence.start_s is None or evidence.end_s is None:
        return False
    return evidence.start_s < end_s + 0.5 and evidence.end_s > start_s - 0.5


def strongest_commitment(card: Scorecard) -> str:
    """The level of the strongest promise, "none" without one; an over-promise outranks what is said beside it."""
    levels = {promise.specificity.value for promise in card.promises}
    return next((level for level in _STRENGTH if level in levels), "none")


def _expected_apology(apology: Mapping[str, Any]) -> str:
    if apology["needed"]:
        return {"present": "met", "insincere": "partial"}.get(apology["status"], "missed")
    # An apology that nobody needed is no fault: either answer is right.
    return "not_applicable|met" if apology["status"] == "present" else "not_applicable"


def _expected_prohibited(truth: Mapping[str, Any]) -> str:
    if truth["prohibited"]:
        return "violated"
    return "clean|violated" if truth["gray"] else "clean"


def _said_prohibited(finding: Finding) -> str:
    if finding.verdict is Verdict.NOT_EVALUATED:
        return "not_evaluated"
    # The truth files keep over-promising under commitments alone; the standard also counts it as prohibited.
    kinds = {evidence.kind for evidence in finding.evidence} - {"overpromise"}
    return "violated" if finding.verdict is Verdict.VIOLATED and kinds else "clean"


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson's score interval); (0, 1) without observations."""
    if total == 0:
        return 0.0, 1.0
    z = 1.959964
    share = hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return middle - half, middle + half


def share(hits: int, total: int) -> str:
    """Hits of a total, as a share with its 95 % interval."""
    low, high = wilson(hits, total)
    return f"{hits} of {total} {hits / max(1, total):.1%} [{low:.1%}, {high:.1%}]"


def table(pairs: Iterable[Pair]) -> str:
    """Every disagreement, then agreement per criterion and over all, with intervals.

    Covered is the share that was not sent to a person; how often that part is right is told apart.
    """
    pairs = list(pairs)
    lines = [f"{p.call:38}{p.criterion:12}truth {p.truth:22}machine {p.machine:15}"
             f"{'asks a person' if p.needs_review else 'SURE'}" for p in pairs if not p.agrees]  # fmt: skip
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.criterion].append(pair)
    for name, group in [*groups.items(), ("all", pairs)]:
        hits = sum(p.agrees for p in group)
        sure = [p for p in group if not p.needs_review]
        low, high = wilson(hits, len(group))
        lines.append(
            f"{name:12}{hits:4} of {len(group):4}  {hits / max(1, len(group)):6.1%}  [{low:.1%}, {high:.1%}]"
            f"   covered: {len(sure) / max(1, len(group)):6.1%}"
            f"   right where covered: {share(sum(p.agrees for p in sure), len(sure))}"
        )
    return "\n".join(lines)


def phrase_table(hits: Iterable[PhraseHits]) -> str:
    """Precision and recall of prohibited phrasing by turn, with what was found where nothing is."""
    hits = list(hits)
    found, missed = sum(h.found for h in hits), sum(h.missed for h in hits)
    false = [quote for h in hits for quote in h.false]
    low, high = wilson(found, found + missed)
    return (
        f"prohibited turns found: {found} of {found + missed} [{low:.1%}, {high:.1%}]; "
        f"elsewhere: {len(false)} {false or ''}"
    )


def main() -> None:
    """Inspect, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("calls", nargs="?", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--home", type=Path, help="keep the results here, so that a second run is quick")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, as_file(files("callqa") / "demo_calls") as bundled:
        settings = settings_from(home=arguments.home or Path(scratch))
        calls: Path = arguments.calls or bundled
        view, _ = inspect_sources(settings, [str(calls)], day=None, limit=None, quiet=False)
        truth = arguments.truth or arguments.calls or TRUTH
        print(table(compare(view, truth)))
        scored = list(scored_with_truth(view, truth))
        print(phrase_table([compare_phrases(card, content) for _, card, content in scored]))
        print("the true texts of the same calls, scored the same way")
        standard = find_standard(settings.standard)
        classifier = classifier_in_use(settings.home, standard.language)
        by_name = {name: content for name, _, content in scored}
        cards = {
            name: score_call(true_transcript(content), CallMeta(name), standard, __version__, classifier)
            for name, content in by_name.items()
        }
        print(table(pair for name, card in cards.items() for pair in compare_card(name, card, by_name[name]["truth"])))


if __name__ == "__main__":
    main()
