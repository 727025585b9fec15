"""Deriving a scorecard again from its receipt: the same transcript, standard, classifier and rules, the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from models.call import CallMeta
from models.errors import InputError
from models.scorecard import Receipt, Scorecard, StandardRef
from models.transcript import Transcript
from models.wire import Json, canonical, digest, receipt_from_json, scorecard_to_json, transcript_to_json
from scoring import SCORER, ServiceStandard, score_call
from scoring.classifier import Classifier


class Part(StrEnum):
    """What a score depends on beside the program's own number."""

    TRANSCRIPT = "transcript"
    STANDARD = "standard"
    CLASSIFIER = "classifier"
    COMPANY_DAYS = "company_days"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that the receipt names and that is not here: `wanted` is its digest or version.

    `found` is what stands in its place (another text of that call, another content of that version); None: nothing.
    """

    part: Part
    wanted: str
    found: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that did not come out the same. `place` is its way in the scorecard line: items.0.verdict.

    `written` and `derived` are JSON, None where that side has no such place.
    """

    place: str
    written: str | None
    derived: str | None


@dataclass(frozen=True, slots=True)
class Rederived:
    """What became of one scorecard line.

    `digest` is that of the line as written, in canonical JSON. `scorecard` is None when a part was missing without
    which nothing can be scored; with other rules or other company days it is scored all the same, and `differences` say
    what they change.
    """

    call_id: str
    digest: str
    gaps: tuple[Gap, ...]
    differences: tuple[Difference, ...]
    scorecard: Scorecard | None

    @property
    def equal(self) -> bool:
        """Whether the same scorecard came out, byte for byte."""
        return self.scorecard is not None and not self.gaps and not self.differences


class Sources(Protocol):
    """Where the parts that a receipt names may be; what they return is compared with the receipt's digests."""

    def transcripts(self, call_id: str, receipt: Receipt) -> Sequence[tuple[Transcript, CallMeta]]:
        """Transcripts of this call."""

    def standards(self, ref: StandardRef) -> Sequence[ServiceStandard]:
        """Standards that may be this version."""

    def classifier(self, version: str) -> Classifier | None:
        """The classifier of this version, or None."""


def rederive(document: Json, where: str, sources: Sources, callqa_version: str) -> Rederived:
    """Score once more what a scorecard line says it was made of, and compare. `where` goes into messages.

    Compared is the canonical JSON of both, so that neither the order of keys nor white space counts, and everything
    else does. Raises InputError when the line is no scorecard.
    """
    try:
        receipt, call_id = receipt_from_json(document["receipt"]), str(document["call_id"])
        written = digest(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{where}: not a scorecard line with its receipt ({error!r}); see docs/contracts.md for its form"
        ) from error
    heard = sources.transcripts(call_id, receipt)
    call = next((pair for pair in heard if digest(transcript_to_json(*pair)) == receipt.transcript_sha256), None)
    candidates = sources.standards(receipt.standard)
    standard = next((s for s in candidates if s.ref == receipt.standard), None)
    classifier = sources.classifier(receipt.classifier) if receipt.classifier is not None else None
    gaps = []
    if call is None:
        found = digest(transcript_to_json(*heard[0])) if heard else None
        gaps.append(Gap(Part.TRANSCRIPT, receipt.transcript_sha256, found))
    if standard is None:
        wanted = receipt.standard
        found = f"{candidates[0].ref.version} {candidates[0].ref.digest}" if candidates else None
        gaps.append(Gap(Part.STANDARD, f"{wanted.id}@{wanted.version} {wanted.digest}", found))
    if receipt.classifier is not None and classifier is None:
        gaps.append(Gap(Part.CLASSIFIER, receipt.classifier, None))
    lacking = bool(gaps)
    if standard is not None and standard.company_days.digest != receipt.company_days:
        gaps.append(Gap(Part.COMPANY_DAYS, receipt.company_days or "-", standard.company_days.digest or "-"))
    if receipt.rules != SCORER:
        gaps.append(Gap(Part.RULES, receipt.rules or "?", SCORER))
    if lacking or call is None or standard is None:
        return Rederived(call_id, written, tuple(gaps), (), None)
    card = score_call(*call, standard, callqa_version, classifier)
    derived = scorecard_to_json(card)
    differences = () if digest(derived) == written else tuple(_differences(document, derived, ""))
    return Rederived(call_id, written, tuple(gaps), differences, card)


def _differences(written: Any, derived: Any, place: str) -> Iterator[Difference]:
    """Every value that differs, at the deepest place at which both sides can be compared."""
    if isinstance(written, Mapping) and isinstance(derived, Mapping):
        for key in [*derived, *(key for key in written if key not in derived)]:
            yield from _sides(written, derived, key, key in written, key in derived, place)
    elif isinstance(written, list) and isinstance(derived, list):
        for i in range(max(len(written), len(derived))):
            yield from _sides(written, derived, i, i < len(written), i < len(derived), place)
    elif canonical(written) != canonical(derived):
        yield Difference(place, canonical(written), canonical(derived))


def _sides(
    written: Any, derived: Any, key: str | int, in_written: bool, in_derived: bool, place: str
) -> Iterator[Difference]:
    here = f"{place}.{key}" if place else str(key)
    if in_written and in_derived:
        yield from _differences(written[key], derived[key], here)
    elif in_written:
        yield Difference(here, canonical(written[key]), None)
    else:
        yield Difference(here, None, canonical(derived[key]))
