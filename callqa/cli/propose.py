"""`callqa standard propose`: phrases that reviewers add or take back often."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from callqa.bootstrap import open_database, standard_for, today
from callqa.classifiers import classifiers_in_use
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    StandardOption,
    console,
    print_json,
    settings_from,
)
from callqa.reports import formats
from callqa.reports.accuracy import Accuracy
from callqa.reports.words import Words
from callqa.services.propose import Proposal, proposals


def propose(
    min_calls: Annotated[int, typer.Option("--min-calls", min=2, help="Corrected calls that share a phrase.")] = 3,
    standard: StandardOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Propose phrases for what must not be said, from reviews, each with what it would do to stored calls."""
    settings = settings_from(standard=standard, database_url=database_url, home=home)
    day = today(settings)
    in_use = standard_for(settings, day).standard
    with open_database(settings, create=False)() as uow:
        found = proposals(uow, in_use, classifiers_in_use(settings.home), day, min_calls)
    if json:
        print_json({"standard": in_use.ref.id, "version": in_use.ref.version, "proposals": list(map(_to_json, found))})
        return
    _print(found, Words(settings.language))


def _to_json(one: Proposal) -> dict[str, Any]:
    return {
        "proposal": one.kind.value,
        "item": one.item_id,
        "kind": one.family_kind,
        "phrase": one.mined.phrase,
        "calls": len(one.mined.call_ids),
        "elsewhere": one.mined.elsewhere,
        "examples": list(one.mined.examples),
        "reviewed": one.reviewed,
        "accuracy_before": _accuracy(one.before),
        "accuracy_after": _accuracy(one.after),
        "tried": one.tried,
        "flipped": list(one.flipped),
    }


def _accuracy(accuracy: Accuracy | None) -> dict[str, Any] | None:
    if accuracy is None:
        return None
    shares = {name: getattr(accuracy, name) for name in ("precision", "recall", "agreement")}
    return {name: {"hits": share.hits, "n": share.n, "share": share.share} for name, share in shares.items()}


def _print(found: tuple[Proposal, ...], words: Words) -> None:
    if not found:
        console.print(words("propose.none"))
        return
    names = ("what", "phrase", "kind", "calls", "elsewhere", "precision", "recall", "flipped", "examples")
    table = Table()
    for name in names:
        table.add_column(words(f"propose.{name}"), overflow="fold")
    for one in found:
        table.add_row(
            words(f"propose.{one.kind.value}"),
            escape(one.mined.phrase),
            one.family_kind,
            str(len(one.mined.call_ids)),
            str(one.mined.elsewhere),
            _change(one, "precision"),
            _change(one, "recall"),
            f"{len(one.flipped)}/{one.tried}",
            escape("\n".join(one.mined.examples)),
        )
    console.print(table)


def _change(one: Proposal, name: Literal["precision", "recall"]) -> str:
    shares = (getattr(accuracy, name).share if accuracy is not None else None for accuracy in (one.before, one.after))
    return " → ".join(formats.ABSENT if share is None else formats.percent(share) for share in shares)
