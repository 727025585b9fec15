"""One call under two standards. What both say alike of an item is worked out once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from models.call import CallMeta
from models.scorecard import Finding
from models.transcript import Transcript
from scoring.classifier.model import Classifiers
from scoring.engine import findings_of
from scoring.grade import Grade, grade
from scoring.items.forms import GenericItem
from scoring.schema import Document
from scoring.standard import ServiceStandard, compile_document

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
        self._again = _reduced(new, _changed(old.document, new.document))

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

    The built-in criteria lean on each other (a complaint makes a commitment due): when one changes all are judged
    again. Generic items stand alone. A change in what all items share is a change of every item.
    """
    shared = set(Document.model_fields) - _NO_FINDING
    if any(getattr(old, field) != getattr(new, field) for field in shared):
        return frozenset(item.id for item in new.items)
    before = {item.id: item for item in old.items}
    changed = {item.id for item in new.items if before.get(item.id) != item}
    built_in = [item for item in new.items if not isinstance(item, GenericItem)]
    if built_in != [item for item in old.items if not isinstance(item, GenericItem)]:
        changed |= {item.id for item in built_in}
    return frozenset(changed)


def _reduced(standard: ServiceStandard, wanted: frozenset[str]) -> ServiceStandard | None:
    """The standard with these items alone; itself when they are all, None when there are none."""
    if not wanted:
        return None
    items = tuple(item for item in standard.items if item.id in wanted)
    if len(items) == len(standard.items):
        return standard
    document = standard.document.model_copy(update={"items": items})
    if all(isinstance(item, GenericItem) for item in items):
        # Promises are the built-in items' own, and of context each item names what it needs: no more is looked for.
        lists = {name: () for name, value in document.promises if isinstance(value, tuple)}
        named = {rule for item in items for rule in _named_rules(item.model_dump())}
        context = tuple(rule for rule in document.context if rule.id in named)
        promises = document.promises.model_copy(update=lists)
        document = document.model_copy(update={"promises": promises, "context": context})
    normaliser, lexicon, _ = compile_document(document)
    return replace(standard, document=document, normaliser=normaliser, lexicon=lexicon)


def _named_rules(value: Any) -> Iterator[str]:
    """Ids of the context rules that a part, dumped, names anywhere in it."""
    if isinstance(value, dict):
        yield from value.get("excused_by", ())
        for inner in value.values():
            yield from _named_rules(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named_rules(inner)
