"""The hard suite as data: `tests/data/hard_cases/*.jsonl`, read strictly. Fields are told in the README beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.scorecard import Specificity, Verdict
from models.transcript import Role, Transcript, Utterance

SUITE = Path(__file__).parent.parent / "tests" / "data" / "hard_cases"
CRITERIA = ("greeting", "apology", "commitment", "prohibited")
KINDS = frozenset(
    {"abuse", "deflection", "negation", "impatience", "interrogation", "command", "rhetorical", "overpromise"}
)
OPEN, KEPT_OUT = "open", "kept_out"

_CASE_KEYS = {"id", "theme", "idea", "half", "utterances", "expected", "must_not_charge", "fatal", "why"}
_UTTERANCE_KEYS = {"speaker", "start_s", "end_s", "text", "confidence"}
_EXPECTED_KEYS = {"verdicts", "gray", "levels", "evidence"}
_EVIDENCE_KEYS = {"utterance", "phrase", "kinds", "heard_as"}


@dataclass(frozen=True, slots=True)
class ExpectedEvidence:
    """Words that must be found: `phrase` as it was said, `heard_as` as the transcript has it where that differs.

    Empty `kinds`: every kind is accepted.
    """

    utterance: int
    phrase: str
    kinds: frozenset[str]
    heard_as: str | None

    @property
    def written(self) -> str:
        """The phrase as it stands in the utterance."""
        return self.heard_as or self.phrase


@dataclass(frozen=True, slots=True)
class Expected:
    """What an expert accepts for one criterion. `gray`: borderline, not counted.

    `levels` is empty unless the strongest promise must have one of them.
    """

    verdicts: frozenset[Verdict]
    gray: bool
    levels: frozenset[Specificity]
    evidence: tuple[ExpectedEvidence, ...]


@dataclass(frozen=True, slots=True)
class HardCase:
    """One short dialogue with the verdicts of an expert; `fatal` is None where either is defensible."""

    id: str
    theme: str
    idea: str
    half: str
    utterances: tuple[Utterance, ...]
    expected: Mapping[str, Expected]
    must_not_charge: frozenset[int]
    fatal: bool | None
    why: str

    @property
    def text(self) -> str:
        """All that is said, letters and digits only: what near-duplicates are looked for in."""
        return "".join(character for u in self.utterances for character in u.text if character.isalnum())

    def transcript(self) -> Transcript:
        """The dialogue as recognition hands it over: answered when the first person speaks."""
        roles = {u.role for u in self.utterances if u.role is not Role.SYSTEM}
        unknown = Role.UNKNOWN in roles
        basis = "metadata" if not unknown else "none" if roles == {Role.UNKNOWN} else "speakers:wording"
        answered_at_s = next((u.start_s for u in self.utterances if u.role is not Role.SYSTEM), None)
        return Transcript(
            recording_id=self.id,
            language="zh",
            duration_s=self.utterances[-1].end_s,
            utterances=self.utterances,
            answered_at_s=answered_at_s,
            role_confidence={"metadata": 1.0, "speakers:wording": 0.6, "none": 0.0}[basis],
            role_basis=basis,
        )


def read_suite(folder: Path = SUITE) -> tuple[HardCase, ...]:
    """Every case of both halves, by file name and line.

    Raises ValueError with file and line for an unknown key, an unknown word where few are allowed, or an index outside
    the dialogue.
    """
    return tuple(case for path in sorted(folder.glob("*.jsonl")) for case in _read_file(path))


def _read_file(path: Path) -> Iterator[HardCase]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield _case(json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path.name}:{number}: {error}; see {SUITE.name}/README.md for the fields") from error


def _case(row: Mapping[str, Any]) -> HardCase:
    _only(row, _CASE_KEYS, "the case")
    utterances = tuple(_utterance(i, u) for i, u in enumerate(row["utterances"]))
    if row["half"] not in (OPEN, KEPT_OUT):
        raise ValueError(f"half is {row['half']!r}, not {OPEN} or {KEPT_OUT}")
    if set(row["expected"]) != set(CRITERIA):
        raise ValueError(f"expected names {sorted(row['expected'])}, not the four criteria")
    if row["fatal"] not in (True, False, None):
        raise ValueError(f"fatal is {row['fatal']!r}")
    return HardCase(
        id=row["id"],
        theme=row["theme"],
        idea=row["idea"],
        half=row["half"],
        utterances=utterances,
        expected={name: _expected(name, value, utterances) for name, value in row["expected"].items()},
        must_not_charge=frozenset(_index(i, utterances) for i in row["must_not_charge"]),
        fatal=row["fatal"],
        why=row["why"],
    )


def _utterance(index: int, row: Mapping[str, Any]) -> Utterance:
    _only(row, _UTTERANCE_KEYS, f"utterance {index}")
    return Utterance(
        index, Role(row["speaker"]), row["start_s"], row["end_s"], row["text"], confidence=row.get("confidence")
    )


def _expected(criterion: str, row: Mapping[str, Any], utterances: tuple[Utterance, ...]) -> Expected:
    _only(row, _EXPECTED_KEYS, criterion)
    gray = row.get("gray", False)
    if gray == bool(row.get("verdicts")):
        raise ValueError(f"{criterion} must have either verdicts or gray")
    if criterion != "prohibited" and "evidence" in row:
        raise ValueError(f"{criterion} has evidence; only prohibited may")
    if criterion != "commitment" and "levels" in row:
        raise ValueError(f"{criterion} has levels; only commitment may")
    return Expected(
        verdicts=frozenset(Verdict(v) for v in row.get("verdicts", ())),
        gray=gray,
        levels=frozenset(Specificity(v) for v in row.get("levels", ())),
        evidence=tuple(_evidence(e, utterances) for e in row.get("evidence", ())),
    )


def _evidence(row: Mapping[str, Any], utterances: tuple[Utterance, ...]) -> ExpectedEvidence:
    _only(row, _EVIDENCE_KEYS, "evidence")
    evidence = ExpectedEvidence(
        _index(row["utterance"], utterances), row["phrase"], frozenset(row["kinds"]), row.get("heard_as")
    )
    if not evidence.kinds <= KINDS:
        raise ValueError(f"unknown kinds {sorted(evidence.kinds - KINDS)}")
    if evidence.written not in utterances[evidence.utterance].text:
        raise ValueError(f"{evidence.written!r} is not in utterance {evidence.utterance}")
    return evidence


def _index(value: int, utterances: tuple[Utterance, ...]) -> int:
    if not 0 <= value < len(utterances):
        raise ValueError(f"there is no utterance {value}")
    return value


def _only(row: Mapping[str, Any], keys: set[str], what: str) -> None:
    if extra := set(row) - keys:
        raise ValueError(f"{what} has unknown keys {sorted(extra)}")
