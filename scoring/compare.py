"""One call under two standards. What both say alike of an item is worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from models.call import CallMeta
from models.scorecard import Finding
from models.transcript import Transcript
from scoring.classifier.model import Classifiers
from scoring.engine import findings_of
from scoring.grade import Grade, grade
from scoring.schema import AnyItem, ApologyItem, CommitmentItem, Document, ProhibitedItem, PromiseRules
from scoring.standard import ServiceStandard, beside

# What decides no finding: who answers for the standard and since when, what totals are called, what tests it.
_NO_FINDING = frozenset(
    {
        "id",
        "title",
        "version",
        "owner",
        "effective_from",
        "effective_to",
        "review_by",
        "appeal_days",
        "change_note",
        "bands",
        "not_graded",
        "items",
        "examples",
    }
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One call under one standard, without promises and receipt."""

    findings: tuple[Finding, ...]
    grade: Grade


class Comparison:
    """Two standards, and which items of the new one must be judged anew; `classifiers` are those in use."""

    def __init__(self, old: ServiceStandard, new: ServiceStandard, classifiers: Classifiers) -> None:
        self._old, self._new, self._classifiers = old, new, classifiers
        self._again = _reduced(old, new, _changed(old.document, new.document))

    def judge(self, transcript: Transcript, meta: CallMeta) -> tuple[Judged, Judged]:
        """The call under the old standard and under the new one."""
        before = self._findings(transcript, meta, self._old)
        known = {finding.item_id: finding for finding in before}
        if self._again is not None:
            known |= {finding.item_id: finding for finding in self._findings(transcript, meta, self._again)}
        after = tuple(known[item.id] for item in self._new.items)
        return Judged(before, grade(before, self._old)), Judged(after, grade(after, self._new))

    def _findings(self, transcript: Transcript, meta: CallMeta, standard: ServiceStandard) -> tuple[Finding, ...]:
        return findings_of(transcript, meta, standard, self._classifiers.get(standard.language))


def _changed(old: Document, new: Document) -> frozenset[str]:
    """Ids of the new standard's items whose findings may differ.

    A complaint makes a commitment due, so that a change of an apology is one of every commitment; besides, items stand
    alone. A change in what all items share is a change of every item.
    """
    shared = set(Document.model_fields) - _NO_FINDING
    if any(getattr(old, field) != getattr(new, field) for field in shared):
        return frozenset(item.id for item in new.items)
    before = {item.id: item for item in old.items}
    changed = {item.id for item in new.items if before.get(item.id) != item}
    if _of(ApologyItem, old.items) != _of(ApologyItem, new.items):
        changed |= {item.id for item in _of(CommitmentItem, new.items)}
    return frozenset(changed)


def _reduced(old: ServiceStandard, standard: ServiceStandard, wanted: frozenset[str]) -> ServiceStandard | None:
    """The standard with these items alone and those they lean on; None when there are none.

    What is not needed for them is not looked for either.
    """
    if not wanted:
        return None
    items = tuple(item for item in standard.items if item.id in wanted)
    if _of(CommitmentItem, items):
        items = tuple(item for item in standard.items if item.id in wanted or isinstance(item, ApologyItem))
    document = standard.document.model_copy(update={"items": items, "complaint_stages": ()})
    if not _of(CommitmentItem, items):
        document = document.model_copy(update={"promises": _assurances(document.promises, items)})
    named = {*_named_rules(document.model_dump(include={"items", "promises"}))}
    document = document.model_copy(update={"context": tuple(rule for rule in document.context if rule.id in named)})
    return beside(old, standard, document)


def _of(kind: type[AnyItem], items: Iterable[AnyItem]) -> list[AnyItem]:
    return [item for item in items if isinstance(item, kind)]


def _assurances(promises: PromiseRules, items: Iterable[AnyItem]) -> PromiseRules:
    """Of the rules for promises those that a criterion of what must not be said needs, or none."""
    lists: dict[str, Any] = {name: () for name, value in promises if isinstance(value, tuple)}
    lists["actions"] = tuple(action.model_copy(update={"phrases": ()}) for action in promises.actions)
    if _of(ProhibitedItem, items):
        lists |= {"overpromise": promises.overpromise, "excused_by": promises.excused_by}
    return promises.model_copy(update=lists)


def _named_rules(value: Any) -> Iterator[str]:
    """Ids of the context rules that a part, dumped, names anywhere in it."""
    if isinstance(value, dict):
        yield from value.get("excused_by", ())
        for inner in value.values():
            yield from _named_rules(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named_rules(inner)
