"""A standard with phrases that were proposed for it: judged by, and written out for its owner."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from models.errors import StandardError
from models.proposal import Change, ProposalKind
from scoring.load import load_standard
from scoring.schema import Document, Family, ProhibitedItem
from scoring.splice import Splice
from scoring.standard import ServiceStandard, beside

_WRITTEN = {
    ProposalKind.ADDITION: "根据复核新增禁语“{phrase}”",
    ProposalKind.EXCEPTION: "根据复核新增误判例外“{phrase}”",
}
"""In change notes. Phrases are proposed for Chinese standards only."""


def with_change(standard: ServiceStandard, change: Change) -> ServiceStandard:
    """The standard with the phrase: in a family of its own kind, or as a look-alike in all families of the kind."""
    return beside(standard, standard, _changed(standard.document, change))


def drafted(standard: ServiceStandard, text: str, source: str, change: Change, head: Head) -> str:
    """The text of the standard with the change and a new head; comments and layout stay.

    Raises StandardError where the text is laid out so that it would come to say something else.
    """
    splice = Splice(text, source)
    for name, value in head:
        splice.set((name,), value)
    place, item = _prohibited(standard.document, change.item_id)
    families = ("items", place, "families")
    if change.kind is ProposalKind.EXCEPTION:
        for number, family in enumerate(item.families):
            if family.kind == change.family_kind and family.look_alikes:
                splice.add((*families, number, "look_alikes"), change.phrase)
            elif family.kind == change.family_kind:
                splice.add_key((*families, number), "look_alikes", [change.phrase])
    elif (own := _own_family(item, change.family_kind)) is not None:
        splice.add((*families, own, "phrases"), change.phrase)
    else:
        new = _new_family(item, change)
        pairs = [("id", new.id), ("kind", new.kind), ("severity", new.severity), ("phrases", new.phrases)]
        splice.add(families, pairs)
    written = splice.result()
    wanted = Document.model_validate({**_changed(standard.document, change).model_dump(by_alias=True), **dict(head)})
    if load_standard(written, source).document != wanted:
        raise StandardError(f"{source}: {change.phrase!r} cannot be added where the text has aliases; add it by hand")
    return written


Head = tuple[tuple[str, str], ...]
"""Keys of a standard and what they shall say."""


def next_head(standard: ServiceStandard, change: Change, today: date, taken: Collection[str], is_draft: bool) -> Head:
    """What the draft says of itself: a version that is not `taken`, what was changed, and that it holds from tomorrow.

    The note of a draft is gone on with.
    """
    version = standard.ref.version
    while version in taken:
        version = _next(version)
    note = _WRITTEN[change.kind].format(phrase=change.phrase)
    tomorrow = date.fromordinal(today.toordinal() + 1)
    return (
        ("version", version),
        ("change_note", f"{standard.change_note.rstrip('。')}；{note}" if is_draft else note),
        ("effective_from", max(tomorrow, standard.effective_from).isoformat()),
    )


def _next(version: str) -> str:
    """The last number one more; a version without one gets one."""
    found = re.fullmatch(r"(.*?)(\d+)", version)
    return f"{version}.1" if found is None else f"{found[1]}{int(found[2]) + 1:0{len(found[2])}}"


def _changed(document: Document, change: Change) -> Document:
    place, item = _prohibited(document, change.item_id)
    changed = item.model_copy(update={"families": tuple(_families(change, item))})
    items = (*document.items[:place], changed, *document.items[place + 1 :])
    return document.model_copy(update={"items": items})


def _prohibited(document: Document, item_id: str) -> tuple[int, ProhibitedItem]:
    for place, item in enumerate(document.items):
        if item.id == item_id and isinstance(item, ProhibitedItem):
            return place, item
    raise StandardError(f"standard {document.id}: {item_id!r} is no item of prohibited phrases of it")


def _families(change: Change, item: ProhibitedItem) -> Iterator[Family]:
    own = _own_family(item, change.family_kind)
    for number, family in enumerate(item.families):
        if change.kind is ProposalKind.EXCEPTION and family.kind == change.family_kind:
            yield family.model_copy(update={"look_alikes": (*family.look_alikes, change.phrase)})
        elif change.kind is ProposalKind.ADDITION and number == own:
            yield family.model_copy(update={"phrases": (*family.phrases, change.phrase)})
        else:
            yield family
    if change.kind is ProposalKind.ADDITION and own is None:
        yield _new_family(item, change)


def _own_family(item: ProhibitedItem, family_kind: str) -> int | None:
    """Where the family of what was proposed before stands."""
    return next((n for n, family in enumerate(item.families) if family.id == f"proposed_{family_kind}"), None)


def _new_family(item: ProhibitedItem, change: Change) -> Family:
    weights = [family.severity for family in item.families if family.kind == change.family_kind]
    # As soft as any of its kind: its look-alikes and exceptions are not known yet.
    severity = "soft" if "soft" in weights or not weights else weights[0]
    kind = change.family_kind
    return Family.model_validate(
        {"id": f"proposed_{kind}", "kind": kind, "severity": severity, "phrases": (change.phrase,)}
    )
