"""What changed from one standard to another, part by part: facts, no words of any language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scoring.schema import Document
from scoring.schema_base import Part

Value = str | float | bool | None


class ChangeKind(StrEnum):
    """TEXTS are texts of a list that came or went; ORDER is the same in another order."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    TEXTS = "texts"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to a change: a field as written in the YAML, and which of its parts.

    `part` is the part's id, term, name, title or number, None where the field has no parts; `title` names it for
    people, None where it has none.
    """

    field: str
    part: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference at `place`. `old` and `new` are values of CHANGED; parts that came or went are whole in `part`."""

    kind: ChangeKind
    place: tuple[Step, ...]
    old: Value = None
    new: Value = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    part: Mapping[str, Any] | None = None

    @property
    def item(self) -> str | None:
        """Id of the item that it is about, None for what all items share."""
        return self.place[0].part if self.place and self.place[0].field == "items" else None


def diff(old: Document, new: Document) -> tuple[Change, ...]:
    """Every difference, in the order of the document; empty when both mean the same."""
    return tuple(_parts(old, new, ()))


def _parts(old: Part, new: Part, place: tuple[Step, ...]) -> Iterator[Change]:
    for attribute, info in type(old).model_fields.items():
        yield from _values(getattr(old, attribute), getattr(new, attribute), place, info.alias or attribute)


def _values(old: Any, new: Any, place: tuple[Step, ...], field: str) -> Iterator[Change]:
    here = (*place, Step(field))
    if old == new:
        return
    if isinstance(old, Part) and type(old) is type(new):
        yield from _parts(old, new, (*place, Step(field, None, _title(new))))
    elif isinstance(old, Part) or isinstance(new, Part):
        yield from _replaced(old, new, here)
    elif isinstance(old, tuple):
        texts = all(isinstance(value, str) for value in (*old, *new))
        yield from _texts(old, new, here) if texts else _lists(old, new, place, field)
    elif isinstance(old, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _texts(old.get(key, ()), new.get(key, ()), (*place, Step(field, key)))
    else:
        yield Change(ChangeKind.CHANGED, here, _plain(old), _plain(new))


def _replaced(old: Part | None, new: Part | None, place: tuple[Step, ...]) -> Iterator[Change]:
    """A part that came, went, or became another kind of part."""
    for kind, part in ((ChangeKind.REMOVED, old), (ChangeKind.ADDED, new)):
        if isinstance(part, Part):
            last = Step(place[-1].field, place[-1].part, place[-1].title or _title(part))
            whole = part.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            yield Change(kind, (*place[:-1], last), part=whole)


def _texts(old: Sequence[str], new: Sequence[str], place: tuple[Step, ...]) -> Iterator[Change]:
    before, after = Counter(old), Counter(new)
    added, removed = tuple((after - before).elements()), tuple((before - after).elements())
    if added or removed:
        yield Change(ChangeKind.TEXTS, place, added=added, removed=removed)
    elif tuple(old) != tuple(new):
        yield Change(ChangeKind.ORDER, place)


def _lists(old: Sequence[Part], new: Sequence[Part], place: tuple[Step, ...], field: str) -> Iterator[Change]:
    before, after = _keyed(old, new)
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        here = (*place, Step(field, key, _title(other or one)))
        if one is not None and type(one) is type(other):
            yield from _parts(one, other, here)
        elif one != other:
            yield from _replaced(one, other, here)
    shared = [key for key in before if key in after]
    if shared != [key for key in after if key in before]:
        yield Change(ChangeKind.ORDER, (*place, Step(field)))


def _keyed(old: Sequence[Part], new: Sequence[Part]) -> tuple[dict[str, Part], dict[str, Part]]:
    """Parts by what names them, or by number where names are missing or used twice."""
    by_name = [{name: part for part in parts if (name := _name(part)) is not None} for parts in (old, new)]
    if [len(by_name[0]), len(by_name[1])] == [len(old), len(new)]:
        return by_name[0], by_name[1]
    before, after = ({str(i): part for i, part in enumerate(parts, start=1)} for parts in (old, new))
    return before, after


def _name(part: Part) -> str | None:
    for field in ("id", "term", "name", "heard", "title"):
        value = getattr(part, field, None)
        if isinstance(value, str):
            return value
    turns = getattr(part, "turns", None)
    return f"{getattr(part, 'item', '')}: {' / '.join(turns)}" if turns is not None else None


def _title(part: Part | None) -> str | None:
    title = getattr(part, "title", None)
    return title if isinstance(title, str) else None


def _plain(value: Any) -> Value:
    return value if value is None or isinstance(value, str | float | int | bool) else str(value)
