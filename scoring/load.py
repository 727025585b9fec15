"""YAML to a service standard, with errors that an author can act on: file, line, value, and what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from models.scorecard import StandardRef
from models.wire import digest
from scoring.case_form import bad_turn
from scoring.items.check import item_problems
from scoring.items.forms import GenericItem
from scoring.schema import ApologyItem, Document, Family, GreetingItem, ProhibitedItem
from scoring.standard import ServiceStandard, compile_document
from scoring.yaml_text import Path, failure, read_yaml

_LONGEST_TERM = {"zh": 12, "en": 24}
"""Of the terms that the recogniser is told beforehand: its prompt holds only so much."""

_CHINESE = re.compile("[\u4e00-\u9fff]{2,}")

BUILT_IN_ITEMS = ("greeting", "apology", "commitment", "prohibited")
"""Items that every standard has, each under the id of its criterion."""


def load_standard(text: str, source: str) -> ServiceStandard:
    """Read and check a standard; `source` (a file name) goes into messages.

    All problems are reported at once. Raises StandardError.
    """
    written = read_yaml(text, source, "a standard: it must hold keys such as id, title and items")
    problems = written.problems
    try:
        document = Document.model_validate(written.data)
    except ValidationError as error:
        raise failure(source, problems + written.problems_of(error)) from None
    problems += [(written.line_of(path), message) for path, message in _inconsistencies(document)]
    normaliser, lexicon, phrase_problems = compile_document(document)
    problems += [(written.line_of(p.path), f"phrase {p.phrase!r} {p.message}") for p in phrase_problems]
    if problems:
        raise failure(source, problems)
    # Field by field: neither comments nor the order of keys count. What has its default is left out, so that a field
    # that a later program adds changes no published version's digest.
    ref = StandardRef(document.id, document.version, digest(document.model_dump(mode="json", exclude_defaults=True)))
    return ServiceStandard(ref, document, normaliser, lexicon, ZoneInfo(document.time_zone))


def _inconsistencies(document: Document) -> Iterator[tuple[Path, str]]:
    """What the schema alone cannot see."""
    yield from _duplicates([item.id for item in document.items], ("items",), "item id")
    built_in: list[str] = [item.criterion for item in document.items if not isinstance(item, GenericItem)]
    yield from _duplicates(built_in, ("items",), "criterion")
    yield from _duplicates([rule.id for rule in document.context], ("context",), "context rule id")
    yield from _duplicates([a.id for a in document.promises.actions], ("promises", "actions"), "action id")
    present = {item.id: item.criterion for item in document.items}
    for name in BUILT_IN_ITEMS:
        if present.get(name) != name:
            yield ("items",), f"the item {name!r} with criterion {name!r} is missing; every standard has it"
    known = {rule.id for rule in document.context}
    for i, item in enumerate(document.items):
        yield from _item_inconsistencies(item, ("items", i), known)
        if isinstance(item, GenericItem):
            yield from item_problems(item, ("items", i), known)
    for i, family in enumerate(document.promises.overpromise):
        yield from _family_inconsistencies(family, ("promises", "overpromise", i), known)
        if family.kind != "overpromise":
            yield ("promises", "overpromise", i), f"kind {family.kind!r} does not belong here; write overpromise"
    yield from _duplicates([stage.id for stage in document.complaint_stages], ("complaint_stages",), "stage id")
    for i, stage in enumerate(document.complaint_stages):
        yield from _unknown_rules(stage.excused_by, ("complaint_stages", i, "excused_by"), known)
    yield from _unknown_rules(document.promises.excused_by, ("promises", "excused_by"), known)
    triggers = {t.id for item in document.items if isinstance(item, ApologyItem) for t in item.triggers}
    for i, name in enumerate(document.promises.broken_by):
        if name not in triggers:
            known_triggers = ", ".join(sorted(triggers)) or "none"
            yield (
                ("promises", "broken_by", i),
                f"{name!r} is no trigger of the apology item; known are {known_triggers}",
            )
    bands = [band.at_least for band in document.bands]
    if bands != sorted(set(bands), reverse=True) or bands[-1] != 0:
        yield ("bands",), f"bands at {bands} must fall from the best to one at 0, so that every total has a band"
    if document.review_by <= document.effective_from:
        yield ("review_by",), f"{document.review_by} is not after effective_from {document.effective_from}"
    if document.effective_to is not None and document.effective_to < document.effective_from:
        yield ("effective_to",), f"{document.effective_to} is before effective_from {document.effective_from}"
    yield from _glossary_inconsistencies(document)
    for i, pair in enumerate(document.mishearings):
        if len(pair.heard) != len(pair.meant) or pair.heard == pair.meant:
            yield (
                ("mishearings", i),
                f"{pair.heard!r} -> {pair.meant!r}: both must differ and have the same number of characters",
            )
    for i, example in enumerate(document.examples):
        if example.item not in present:
            yield ("examples", i, "item"), f"{example.item!r} is not an item of this standard"
        for n, turn in enumerate(example.turns):
            if message := bad_turn(turn):
                yield ("examples", i, "turns", n), message


def _glossary_inconsistencies(document: Document) -> Iterator[tuple[Path, str]]:
    terms = [entry.term for entry in document.asr_glossary]
    yield from _duplicates(terms, ("asr_glossary",), "glossary term")
    known, claimed = set(terms), dict[str, str]()
    for i, entry in enumerate(document.asr_glossary):
        path: Path = ("asr_glossary", i)
        longest = _LONGEST_TERM[document.language]
        if entry.prompt and len(entry.term) > longest:
            yield path, f"{entry.term!r} is longer than {longest} characters; shorten it, or write prompt: false"
        if (entry.heard or entry.near or entry.never) and not _CHINESE.fullmatch(entry.term):
            yield path, f"{entry.term!r} is not Chinese: heard, near and never are for terms of Chinese characters"
            continue
        for n, heard in enumerate(entry.heard):
            where: Path = (*path, "heard", n)
            if len(heard) != len(entry.term) or not _CHINESE.fullmatch(heard):
                yield where, f"{heard!r} must have as many Chinese characters as {entry.term!r}, so that times stay"
            elif heard in known:
                yield where, f"{heard!r} is itself a term of the glossary; it cannot stand for {entry.term!r}"
            elif heard in entry.never:
                yield where, f"{heard!r} stands under never as well; keep one of them"
            elif claimed.setdefault(heard, entry.term) != entry.term:
                yield where, f"{heard!r} already stands for {claimed[heard]!r}; it can mean one term only"
        for n, word in enumerate(entry.never):
            if entry.term in word:
                yield (*path, "never", n), f"{word!r} holds the term {entry.term!r} itself, which is never changed"


def _item_inconsistencies(item: object, path: Path, known: set[str]) -> Iterator[tuple[Path, str]]:
    if isinstance(item, GreetingItem):
        best = item.salutation.points + max(p.points for p in item.identity) + item.offer.points
        if best != item.points:
            yield (*path, "points"), f"{item.points:g} points, but its parts add up to {best:g}; make them agree"
        if item.position.late_agent_turns < item.position.agent_turns:
            yield (*path, "position"), "late_agent_turns is smaller than agent_turns; late comes after in time"
    if isinstance(item, ProhibitedItem):
        yield from _duplicates([family.id for family in item.families], (*path, "families"), "family id")
        for i, family in enumerate(item.families):
            yield from _family_inconsistencies(family, (*path, "families", i), known)
        yield from _unknown_rules(item.excused_by, (*path, "excused_by"), known)
    if isinstance(item, ApologyItem):
        yield from _duplicates([trigger.id for trigger in item.triggers], (*path, "triggers"), "trigger id")
        yield from _unknown_rules(item.excused_by, (*path, "excused_by"), known)
        for i, trigger in enumerate(item.triggers):
            yield from _unknown_rules(trigger.excused_by, (*path, "triggers", i, "excused_by"), known)
        yield from _duplicates([waiver.id for waiver in item.waivers], (*path, "waivers"), "waiver id")
        triggers = {trigger.id for trigger in item.triggers}
        for i, waiver in enumerate(item.waivers):
            for n, lifted in enumerate(waiver.lifts):
                if lifted not in triggers:
                    yield (*path, "waivers", i, "lifts", n), f"{lifted!r} is no trigger of this item; correct its name"


def _family_inconsistencies(family: Family, path: Path, known: set[str]) -> Iterator[tuple[Path, str]]:
    yield from _unknown_rules(family.excused_by, (*path, "excused_by"), known)
    yield from _unknown_rules(family.immune, (*path, "immune"), known)


def _unknown_rules(names: tuple[str, ...], path: Path, known: set[str]) -> Iterator[tuple[Path, str]]:
    for i, name in enumerate(names):
        if name not in known:
            yield (*path, i), f"{name!r} is no context rule; known are {', '.join(sorted(known)) or 'none'}"


def _duplicates(names: list[str], path: Path, what: str) -> Iterator[tuple[Path, str]]:
    counts = Counter(names)
    for i, name in enumerate(names):
        if counts[name] > 1 and name in names[:i]:
            yield (*path, i), f"{what} {name!r} is used twice; each must be unique"
