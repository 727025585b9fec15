"""What changed between two standards, in words for the people who answer for them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callqa.reports.words import Words
from scoring.diff import Change, ChangeKind, Step, Value
from scoring.schema import Document

MOST_TEXTS = 12
"""So many texts of one list are named in words; all of them are in the JSON."""

_HEAD = frozenset(
    {
        "id",
        "title",
        "version",
        "language",
        "owner",
        "effective_from",
        "effective_to",
        "review_by",
        "change_note",
        "time_zone",
    }
)
# What a person wants to know first of a part that came or went.
_FACTS = ("criterion", "points", "deduction", "kind", "severity", "weight", "direction", "reach", "expect")


@dataclass(frozen=True, slots=True)
class DiffGroup:
    """The changes under one heading: the head, what all items share, or one item (`item` is its id)."""

    heading: str
    item: str | None
    lines: tuple[str, ...]


def describe(old: Document, new: Document, changes: Sequence[Change], language: str) -> tuple[DiffGroup, ...]:
    """The changes in words, grouped: the head first, then what all items share, then item by item."""
    words = Words(language)
    titles = {item.id: item.title for item in (*old.items, *new.items)}
    head, shared = [], []
    items: dict[str, list[str]] = {}
    for change in changes:
        if change.item is not None:
            items.setdefault(change.item, []).append(_line(change, change.place[1:], words))
        elif change.place[0].field in _HEAD:
            head.append(_line(change, change.place, words))
        else:
            shared.append(_line(change, change.place, words))
    before, after = _points(old), _points(new)
    if before != after:
        shared.append(words("diff.points_total", old=f"{before:g}", new=f"{after:g}"))
    groups = [DiffGroup(words("diff.head"), None, tuple(head)), DiffGroup(words("diff.shared"), None, tuple(shared))]
    groups += [
        DiffGroup(words("diff.item", title=titles[item], id=item), item, tuple(lines)) for item, lines in items.items()
    ]
    return tuple(group for group in groups if group.lines)


def change_to_json(change: Change, words: Words) -> dict[str, Any]:
    """One change as `callqa standard diff --json` prints it."""
    return {
        "kind": change.kind.value,
        "item": change.item,
        "place": [{"field": step.field, "part": step.part, "title": step.title} for step in change.place],
        "old": change.old,
        "new": change.new,
        "added": list(change.added),
        "removed": list(change.removed),
        "part": dict(change.part) if change.part is not None else None,
        "text": _line(change, change.place, words),
    }


def _line(change: Change, place: Sequence[Step], words: Words) -> str:
    where = _place(place, words) if place else words("standard_field.item")
    colon = words("page.colon")
    match change.kind:
        case ChangeKind.CHANGED:
            old, new = (_value(place[-1].field, value, words) for value in (change.old, change.new))
            return f"{where}{colon}{old} → {new}"
        case ChangeKind.ADDED | ChangeKind.REMOVED:
            key = "diff.added" if change.kind is ChangeKind.ADDED else "diff.removed"
            return words(key, place=where, facts=_facts(change.part or {}, words))
        case ChangeKind.TEXTS:
            said = [
                words(f"diff.texts_{what}", n=len(texts), texts=_quoted(texts, words))
                for what, texts in (("added", change.added), ("removed", change.removed))
                if texts
            ]
            return where + colon + words("page.stop").join(said)
        case ChangeKind.ORDER:
            return where + colon + words("diff.order")


def _place(place: Sequence[Step], words: Words) -> str:
    return " · ".join(_step(step, words) for step in place)


def _step(step: Step, words: Words) -> str:
    name = words.code("standard_field", step.field)
    own = step.title if step.title is not None else step.part
    return f"{name} {own}" if own is not None else name


def _facts(part: Mapping[str, Any], words: Words) -> str:
    facts = {field: _value(field, part[field], words) for field in _FACTS if field in part}
    phrases = part.get("phrases")
    if isinstance(phrases, list):
        facts["phrases"] = _quoted(phrases, words)
    shown = [f"{words.code('standard_field', field)} {value}" for field, value in facts.items()]
    return words("diff.open") + words("page.comma").join(shown) + words("diff.close") if shown else ""


def _value(field: str, value: Value, words: Words) -> str:
    if value is None or value == "":
        return words("diff.nothing")
    if isinstance(value, bool):
        return words("diff.yes" if value else "diff.no")
    if isinstance(value, float | int):
        return f"{value:g}"
    for group in (f"value.{field}", "verdict" if field == "expect" else field):
        named = words.code(group, value)
        if named != value:
            return named
    return value


def _quoted(texts: Sequence[str], words: Words) -> str:
    shown = words("page.comma").join(words("quote.open") + t + words("quote.close") for t in texts[:MOST_TEXTS])
    return shown + (words("diff.more") if len(texts) > MOST_TEXTS else "")


def _points(document: Document) -> float:
    return sum(getattr(item, "points", None) or 0.0 for item in document.items)
