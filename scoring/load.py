"""YAML to a service standard, with errors that an author can act on: file, line, value, and what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.errors import StandardError
from models.scorecard import StandardRef
from models.wire import digest
from scoring.schema import ApologyItem, Document, Family, GreetingItem, ProhibitedItem
from scoring.standard import Path, ServiceStandard, compile_document

_LONGEST_TERM = {"zh": 12, "en": 24}
"""Of the terms that the recogniser is told beforehand: its prompt holds only so much."""

_CHINESE = re.compile("[\u4e00-\u9fff]{2,}")

BUILT_IN_ITEMS = ("greeting", "apology", "commitment", "prohibited")
"""Items that every standard has, each under the id of its criterion."""


def load_standard(text: str, source: str) -> ServiceStandard:
    """Read and check a standard; `source` (a file name) goes into messages.

    All problems are reported at once. Raises StandardError.
    """
    data, lines, problems = _read_yaml(text, source)
    try:
        document = Document.model_validate(data)
    except ValidationError as error:
        problems += [(_line_of(lines, e["loc"]), _explain(e)) for e in error.errors(include_url=False)]
        raise _failure(source, problems) from None
    problems += [(_line_of(lines, path), message) for path, message in _inconsistencies(document)]
    normaliser, lexicon, phrase_problems = compile_document(document)
    problems += [(_line_of(lines, p.path), f"phrase {p.phrase!r} {p.message}") for p in phrase_problems]
    if problems:
        raise _failure(source, problems)
    # Field by field and defaults included: neither comments nor the order of keys count.
    ref = StandardRef(document.id, document.version, digest(document.model_dump(mode="json")))
    return ServiceStandard(ref, document, normaliser, lexicon, ZoneInfo(document.time_zone))


Lines = dict[Path, int]
Problem = tuple[int, str]


def _read_yaml(text: str, source: str) -> tuple[Any, Lines, list[Problem]]:
    try:
        # Every scalar stays text (the schema knows the types): 18:00 is no number, 2026.10 keeps its zero.
        root = yaml.compose(text, Loader=yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or str(error)
        raise _failure(source, [(line, f"not YAML: {what}; check indentation and quotes")]) from error
    if not isinstance(root, yaml.MappingNode):
        raise _failure(source, [(1, "is not a standard: it must hold keys such as id, title and items")])
    lines: Lines = {}
    problems: list[Problem] = []
    return _build(root, (), lines, problems), lines, problems


def _build(node: yaml.Node, path: Path, lines: Lines, problems: list[Problem]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, i), lines, problems) for i, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key, child in node.value:
            name = str(key.value)
            if name in out:
                problems.append((key.start_mark.line + 1, f"{name!r} stands here twice; keep one of them"))
            out[name] = _build(child, (*path, name), lines, problems)
            lines[(*path, name)] = key.start_mark.line + 1
        return out
    return node.value


def _line_of(lines: Lines, place: Path) -> int:
    """The line of a place; steps that are not in the YAML (a missing key, a union's tag) are left out."""
    path: Path = ()
    for step in place:
        if (*path, step) in lines:
            path = (*path, step)
    return lines.get(path, 1)


_ADVICE = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a key that belongs here; remove it or correct its spelling",
}


def _explain(error: ErrorDetails) -> str:
    kind = error["type"]
    name = ".".join(str(step) for step in error["loc"]) or "the standard"
    if kind in _ADVICE:
        return f"{name} {_ADVICE[kind]}"
    what = error["msg"].removeprefix("Value error, ")
    return f"{name} is {error['input']!r}: {what[:1].lower()}{what[1:]}"


def _inconsistencies(document: Document) -> Iterator[tuple[Path, str]]:
    """What the schema alone cannot see."""
    yield from _duplicates([item.id for item in document.items], ("items",), "item id")
    yield from _duplicates([item.criterion for item in document.items], ("items",), "criterion")
    yield from _duplicates([rule.id for rule in document.context], ("context",), "context rule id")
    yield from _duplicates([a.id for a in document.promises.actions], ("promises", "actions"), "action id")
    present = {item.id: item.criterion for item in document.items}
    for name in BUILT_IN_ITEMS:
        if present.get(name) != name:
            yield ("items",), f"the item {name!r} with criterion {name!r} is missing; every standard has it"
    known = {rule.id for rule in document.context}
    for i, item in enumerate(document.items):
        yield from _item_inconsistencies(item, ("items", i), known)
    for i, family in enumerate(document.promises.overpromise):
        yield from _family_inconsistencies(family, ("promises", "overpromise", i), known)
        if family.kind != "overpromise":
            yield ("promises", "overpromise", i), f"kind {family.kind!r} does not belong here; write overpromise"
    yield from _unknown_rules(document.promises.excused_by, ("promises", "excused_by"), known)
    bands = [band.at_least for band in document.bands]
    if bands != sorted(set(bands), reverse=True) or bands[-1] != 0:
        yield ("bands",), f"bands at {bands} must fall from the best to one at 0, so that every total has a band"
    if document.review_by <= document.effective_from:
        yield ("review_by",), f"{document.review_by} is not after effective_from {document.effective_from}"
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
            if turn.partition(":")[0] not in ("agent", "customer", "system", "unknown"):
                yield ("examples", i, "turns", n), f"{turn!r} must begin with the speaker, e.g. 'agent: 您好'"


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


def _failure(source: str, problems: list[Problem]) -> StandardError:
    shown = [f"{source}:{line}: {message}" for line, message in sorted(set(problems))]
    return StandardError("\n".join(shown))
